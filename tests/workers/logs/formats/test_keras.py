"""Keras."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import keras

SAMPLE = (
    "Epoch 1/3\n  32/960 [>.............................] - ETA: 5s - loss: 0.9 - acc: 0.10\n"
    "960/960 [==============================] - ETA: 0s - loss: 0.71 - acc: 0.5\r"
    "960/960 [==============================] - 2s 145us/step - loss: 0.71 - acc: 0.5 - val_loss: 0.6 - val_acc: 0.55\n"
    "Epoch 00001: val_loss improved from inf to 0.6, saving model to best.h5\n"
    "Epoch 2/3\n"
    "960/960 [==============================] - 2s 145us/step - loss: 0.61 - acc: 0.6 - val_loss: 0.5 - val_acc: 0.65\n"
    " 32/120 [=======>......................] - ETA: 0s\r120/120 [==============================] - 0s 2ms/step\n"
)
NEW = "Epoch {e}/2\n  1/15 ━━━━━━━━━━━━━━━━━━━━ 3:20 14s/step - accuracy: 0.1 - loss: 2.4\r\
15/15 ━━━━━━━━━━━━━━━━━━━━ 0s 3ms/step - accuracy: 0.5 - loss: 1.2\r\
15/15 ━━━━━━━━━━━━━━━━━━━━ 5s 4ms/step - accuracy: 0.5 - loss: 1.{e} - val_accuracy: 0.6 - val_loss: 1.1 - learning_rate: 0.0010\n"


def test_one_record_an_epoch() -> None:
    """The complete bar is the record, however often it is drawn."""
    columns, reader = read_with(SAMPLE)
    assert points(columns, "loss") == [(1, 0.71), (2, 0.61)]
    assert points(columns, "val_acc") == [(1, 0.55), (2, 0.65)]
    assert columns["loss"].unit == "epoch"
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (2, 3)


def test_new_glyphs() -> None:
    """The bars of Keras 3 are drawn twice when complete, the second time with the validation."""
    columns = read(NEW.format(e=1) + NEW.format(e=2))
    assert points(columns, "loss") == [(1, 1.1), (2, 1.2)]
    assert columns["val_loss"].values == [1.1, 1.1]
    assert columns["learning_rate"].values == [0.001, 0.001]


def test_verbose_two() -> None:
    """Lines without a bar, with and without the count of batches."""
    text = "Epoch 1/2\n15/15 - 33s - loss: 1.5 - val_loss: 1.4 - 33s/epoch - 2s/step\nEpoch 2/2\n15/15 - 3s - 2ms/step - loss: nan - val_loss: inf\n"
    columns = read(text)
    assert columns["loss"].steps == [1, 2] and str(columns["loss"].values) == "[1.5, nan]"
    assert sorted(columns) == ["loss", "val_loss"]
    columns = read("Epoch 1/2\n - 4s - loss: 0.5 - acc: 0.8\nEpoch 2/2\n - 4s - loss: 0.4 - acc: 0.9\n")
    assert points(columns, "acc") == [(1, 0.8), (2, 0.9)]


def test_an_evaluation_is_not_training() -> None:
    """What is drawn after an epoch's end is an evaluation: its result is named so and the progress stands."""
    text = SAMPLE + "10/10 [==============================] - 1s 2ms/step - loss: 0.55 - acc: 0.7\n"
    columns = read(text)
    assert len(columns["loss"].values) == 2
    assert columns["test/loss"].values == [0.55]


def test_two_fits_are_two_legs() -> None:
    """A second fit begins at its first epoch again."""
    columns = read(SAMPLE + SAMPLE.replace("loss: 0.", "loss: 1."))
    assert columns["loss"].legs == [0, 0, 1, 1]


def test_false_friends() -> None:
    """Layers, callbacks' notes and shares of other things are not bars."""
    for line in (
        "dense_1 (Dense)   (None, 50)   2550",
        "10/20 - done",
        "=====",
        "Epoch 3/10 starts - now: 3",
        "3/4 of it ━ a",
    ):
        assert not keras.recognise(line, {}), line


def test_any_pieces_and_any_damage() -> None:
    """The log gives the same however it is cut; damaged lines do no harm; hostile ones take no time."""
    assert_same_in_any_pieces(SAMPLE)
    assert_never_raises(keras, SAMPLE)
    for line in SAMPLE.replace("\r", "\n").split("\n")[:12]:
        assert_quick(keras, line)


def test_batches_of_unknown_number() -> None:
    """In the first epoch over a stream the total is unknown until its end."""
    text = (
        "Epoch 1/2\n  1/Unknown  10s 10s/step - accuracy: 0.3 - loss: 12.5\r"
        "      2/Unknown - 11s 5s/step - loss: 11.5\r2/2 ━━━━━━━━━━━━━━━━━━━━ 11s 5s/step - accuracy: 0.5 - loss: 11.5\n"
    )
    assert points(read(text), "loss") == [(1, 11.5)]


def test_bars_that_nothing_parts() -> None:
    """Bars whose control characters were lost follow each other on one line; each value has four decimals."""
    text = (
        "Epoch 1/2\n3/4 ━━━━━━━━━━━━━━━━━━━━ 0s 2ms/step - loss: 0.25124/4 ━━━━━━━━━━━━━━━━━━━━ 1s 2ms/step - loss: 0.2500"
        " - val_loss: 0.5000\n"
    )
    assert points(read(text), "loss") == [(1, 0.25)]
    assert points(read(text), "val_loss") == [(1, 0.5)]
