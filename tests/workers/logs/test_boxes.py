"""Tracebacks as notebooks and rich draw them."""

import pytest

from tests.workers.logs.crash_logs import Case, check

LINE = "-" * 75 + "\n"
OLD_NOTEBOOK = LINE + (
    "RuntimeError                              Traceback (most recent call last)\n"
    "<ipython-input-7-0a1b2c3d4e5f> in <module>\n"
    "      1 for epoch in range(3):\n"
    "----> 2     train(epoch)\n"
    "\n"
    "~/proj/model.py in train(epoch)\n"
    "     10     x = 1\n"
    "---> 11     loss.backward()\n"
    "\n"
    "/usr/local/lib/python3.6/dist-packages/torch/tensor.py in backward(self)\n"
    "--> 101         torch.autograd.backward(self)\n"
    "\n"
    "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 11.17 GiB total capacity; 10.50 GiB already "
    "allocated; 5.00 MiB free; 10.81 GiB reserved in total by PyTorch)\n"
)
NOTEBOOK = LINE + (
    "ValueError                                Traceback (most recent call last)\n"
    "Cell In[2], line 3\n"
    "      1 for step in range(9):\n"
    "----> 3     forward(step, 1)\n"
    "\n"
    "File ~/proj/net.py:4, in forward(x, w)\n"
    "      2 total = x + w\n"
    "----> 4     raise ValueError('shapes differ')\n"
    "\n"
    "ValueError: shapes differ\n"
)
CELL = LINE + (
    "NameError                                 Traceback (most recent call last)\n"
    "Input In [3], in <cell line: 1>()\n"
    "----> 1 los.backward()\n"
    "\n"
    "NameError: name 'los' is not defined\n"
)
RICH = """\
╭─────────────────────────── Traceback (most recent call last) ────────────────────────────╮
│ /home/lab/proj/train.py:9 in <module>                                                    │
│                                                                                          │
│   8                                                                                      │
│ ❱ 9 main()                                                                               │
│                                                                                          │
│ /home/lab/proj/a/rather/deep/folder/of/modules/that/does/not/fit/in/the/box/that/rich/dr │
│ aws/net.py:4 in forward                                                                  │
│                                                                                          │
│ ❱ 4 │   raise ValueError("shapes differ")                                                │
│ ╭───── locals ──────╮                                                                    │
│ │ x = 3             │                                                                    │
│ ╰───────────────────╯                                                                    │
╰──────────────────────────────────────────────────────────────────────────────────────────╯
"""
WRAPPED = (
    "OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total \n"
    "capacity; 20.10 GiB already allocated; 1.12 GiB free; 21.00 GiB reserved in total by \n"
    "PyTorch)\n"
)
PAPERMILL = (
    "Traceback (most recent call last):\n"
    '  File "/opt/conda/bin/papermill", line 8, in <module>\n'
    "    sys.exit(papermill())\n"
    '  File "/opt/conda/lib/python3.10/site-packages/papermill/execute.py", line 251, in raise_for_execution_errors\n'
    "    raise error\n"
    "papermill.exceptions.PapermillExecutionError: \n" + LINE + 'Exception encountered at "In [2]":\n' + NOTEBOOK
)


@pytest.mark.parametrize(
    "case",
    [
        Case(
            "old notebook",
            OLD_NOTEBOOK,
            ("CUDA out of memory: tried to allocate 20.00 MiB", "5.00 MiB free"),
            "model.py:11",
        ),
        Case("notebook", NOTEBOOK, ("ValueError: shapes differ",), "net.py:4"),
        Case("cell", CELL, ("NameError: name 'los' is not defined",), "In[3]:1"),
        Case("papermill", PAPERMILL, ("ValueError: shapes differ",), "net.py:4"),
        Case("rich", RICH + "ValueError: shapes differ\n", ("ValueError: shapes differ",), "net.py:4"),
        Case("rich wrapped", RICH + WRAPPED, ("tried to allocate 2.00 GiB, 1.12 GiB free of 23.69 GiB",), "net.py:4"),
        Case(
            "rich ascii",
            RICH.translate({0x256D: "+", 0x256E: "+", 0x2570: "+", 0x256F: "+", 0x2500: "-", 0x2502: "|"})
            + "ValueError: shapes differ\n",
            ("ValueError: shapes differ",),
            "net.py:4",
        ),
    ],
    ids=lambda case: case.name,
)
def test_boxes(case: Case) -> None:
    """The exception under the frames or the box, and the deepest of the user's own frames."""
    check(case)
