"""Notebook files."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import notebook

SAMPLE = """{
 "cells": [
  {
   "cell_type": "code",
   "outputs": [
    {
     "name": "stdout",
     "text": [
      "Epoch 1/2\\n",
      "15/15 [==============================] - 1s - loss: 0.5 - val_loss: 0.6\\n",
      "Epoch 2/2\\n",
      "15/15 [==============================] - 1s - loss: 0.4 - val_loss: 0.5\\n"
     ]
    },
    {
     "data": {
      "text/html": [
       "<table border=\\"1\\">\\n",
       "  <tr>\\n",
       "    <th>epoch</th>\\n",
       "    <th>train_loss</th>\\n",
       "    <th>time</th>\\n",
       "  </tr>\\n",
       "  <tr>\\n",
       "    <td>0</td>\\n",
       "    <td>3.5</td>\\n",
       "    <td>00:07</td>\\n",
       "  </tr>\\n",
       "</table>"
      ],
      "text/plain": [
       "<IPython.core.display.HTML object>"
      ]
     }
    }
   ],
   "source": [
    "print('loss: 9.5')\\n",
    "lr = 0.25"
   ]
  }
 ]
}
"""


def test_outputs_are_read_by_the_other_families() -> None:
    """Lines of an output are what they were on the screen; sources are not read."""
    columns, _ = read_with(SAMPLE)
    assert points(columns, "loss") == [(1, 0.5), (2, 0.4)]
    assert points(columns, "val_loss") == [(1, 0.6), (2, 0.5)]
    assert points(columns, "train_loss") == [(0, 3.5)]
    assert sorted(columns) == ["loss", "train_loss", "val_loss"]


def test_tables_of_steps() -> None:
    """The trainer's table in a notebook has steps in its first column, and cells without a number."""
    row = "<tr><td>{}</td><td>{}</td><td>{}</td></tr>"
    html = (
        "<tr><th>Step</th><th>Training Loss</th><th>Validation Loss</th></tr>"
        + row.format(500, 1.5, "No log")
        + row.format(1000, 1.25, 1.75)
    )
    text = '{\n "cells": [\n  {\n     "data": {\n      "text/html": [\n       "' + html + '"\n      ],\n'
    columns = read(text)
    assert points(columns, "Training Loss") == [(500, 1.5), (1000, 1.25)]
    assert points(columns, "Validation Loss") == [(1000, 1.75)]


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(notebook, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(notebook, line)
