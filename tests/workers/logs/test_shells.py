"""What shells, C libraries, parsers and other languages say at the end."""

import pytest

from tests.workers.logs.crash_logs import Case, check

CASES = [
    Case("seg-bare", ("Epoch 3 loss 0.31\nSegmentation fault (core dumped)\n"), ("Segmentation fault",), None, None),
    Case(
        "malloc",
        ("step 5 loss 0.1\nmalloc(): invalid size (unsorted)\nAborted (core dumped)\n"),
        ("malloc(): invalid size",),
        None,
        None,
    ),
    Case(
        "doublefree",
        (
            "double free or corruption (!prev)\n"
            "run.sh: line 9: 1234 Aborted                 (core dumped) python train.py\n"
        ),
        ("double free or corruption",),
        None,
        None,
    ),
    Case(
        "terminate",
        (
            "terminate called after throwing an instance of 'std::bad_alloc'\n"
            "  what():  std::bad_alloc\n"
            "Aborted (core dumped)\n"
        ),
        ("std::bad_alloc",),
        None,
        None,
    ),
    Case("killed-bar", "Epoch 1:  12%|█▏  | 12/100 [00:10<01:10,  1.2it/s]Killed\n", ("Killed",), None, "memory"),
    Case("zsh", "[1]    81231 killed     python train.py\n", ("Killed",), None, None),
    Case(
        "spool",
        ("/var/spool/slurm/d/job21518/slurm_script: line 23: 427394 Killed                  uvicorn api:app\n"),
        ("Killed",),
        None,
        "memory",
    ),
    Case(
        "openmpi-signal",
        (
            "terminate called after throwing an instance of 'std::bad_alloc'\n"
            "  what():  std::bad_alloc\n"
            "[n1:09049] *** Process received signal ***\n"
            "[n1:09049] Signal: Aborted (6)\n"
            "[n1:09049] Signal code:  (-6)\n"
            "[n1:09049] [ 0] /lib64/libpthread.so.0(+0xf100)[0x2ab0]\n"
            "[n1:09049] *** End of error message ***\n"
        ),
        ("out of host memory",),
        None,
        "memory is full",
    ),
    Case(
        "openmpi-seg",
        (
            "[n1:09049] *** Process received signal ***\n"
            "[n1:09049] Signal: Segmentation fault (11)\n"
            "[n1:09049] Signal code: Address not mapped (1)\n"
            "[n1:09049] *** End of error message ***\n"
        ),
        ("Segmentation fault",),
        None,
        None,
    ),
    Case(
        "sigtermline",
        ("Epoch 5 loss 0.1\n/var/spool/slurm/job/slurm_script: line 12: 88 Terminated              python train.py\n"),
        ("Terminated",),
        None,
        None,
    ),
    Case(
        "glog",
        (
            "I0101 00:00:00.000000 1 solver.cpp:57] Solver scaffolding done.\n"
            "F0101 00:00:03.123456  4242 syncedmem.cpp:71] Check failed: error == cudaSuccess (2 vs. "
            "0)  out of memory\n"
            "*** Check failure stack trace: ***\n"
            "    @     0x7f0000001234  google::LogMessage::Fail()\n"
            "    @     0x7f0000001235  caffe::SyncedMemory::mutable_gpu_data()\n"
            "Aborted (core dumped)\n"
        ),
        (
            "Check failed: error == cudaSuccess",
            "out of memory",
        ),
        "syncedmem.cpp:71",
        None,
    ),
    Case(
        "tff",
        (
            "2020-01-01 00:00:00.000000: F tensorflow/stream_executor/cuda/cuda_driver.cc:153] Check "
            "failed: err == cudaSuccess || err == cudaErrorInvalidValue Unexpected CUDA error: out of "
            "memory\n"
            "Aborted (core dumped)\n"
        ),
        ("Check failed",),
        None,
        None,
    ),
    Case(
        "argparse",
        (
            "usage: main.py [-h] [--lr LR]\n"
            "               [--epochs EPOCHS]\n"
            "main.py: error: argument --lr: invalid float value: 'abc'\n"
        ),
        ("main.py: error: argument --lr: invalid float value",),
        None,
        None,
    ),
    Case(
        "openfile",
        "python: can't open file '/home/lab/trian.py': [Errno 2] No such file or directory\n",
        ("can't open file",),
        None,
        None,
    ),
    Case("cmd", "run.sh: line 3: pyhton: command not found\n", ("command not found: pyhton",), None, None),
    Case(
        "conda",
        (
            "\n"
            "EnvironmentNameNotFound: Could not find conda environment: foo\n"
            "You can list all discoverable environments with `conda info --envs`.\n"
            "\n"
        ),
        ("EnvironmentNameNotFound",),
        None,
        None,
    ),
    Case(
        "rust",
        (
            "thread 'main' panicked at src/main.rs:14:9:\n"
            "index out of bounds: the len is 3 but the index is 7\n"
            "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n"
        ),
        ("index out of bounds",),
        "main.rs:14",
        None,
    ),
    Case(
        "julia",
        (
            "ERROR: LoadError: DimensionMismatch: A has dimensions (2,3)\n"
            "Stacktrace:\n"
            " [1] main() at /home/lab/x.jl:3\n"
            "in expression starting at /home/lab/x.jl:9\n"
        ),
        ("DimensionMismatch",),
        None,
        None,
    ),
    Case(
        "R",
        ("Error in fit(x) : object 'y' not found\nCalls: main -> fit\nExecution halted\n"),
        ("object 'y' not found",),
        None,
        None,
    ),
    Case(
        "lua",
        (
            "/torch/install/bin/luajit: train.lua:55: attempt to index a nil value\n"
            "stack traceback:\n"
            "\t[C]: in main chunk\n"
        ),
        ("attempt to index a nil value",),
        None,
        None,
    ),
    Case(
        "keras-nan",
        "15/100 [===>..] - ETA: 1s - loss: nan Batch 15: Invalid loss, terminating training\n",
        ("Invalid loss",),
        None,
        None,
    ),
    Case(
        "mae-nan",
        ("Epoch: [3]  [ 40/100]  loss: nan\nLoss is nan, stopping training\n"),
        ("Loss is nan, stopping training",),
        None,
        "learning rate",
    ),
    Case("error-line", ("loading data\nERROR: config file missing: cfg.yaml\n"), ("config file missing",), None, None),
    Case(
        "lightning-ki",
        (
            "/opt/conda/lib/python3.9/site-packages/pytorch_lightning/trainer/trainer.py:726: "
            "UserWarning: Detected KeyboardInterrupt, attempting graceful shutdown...\n"
            '  rank_zero_warn("Detected KeyboardInterrupt, attempting graceful shutdown...")\n'
        ),
        ("KeyboardInterrupt",),
        None,
        None,
    ),
    Case(
        "faultbus",
        (
            "Fatal Python error: Bus error\n"
            "\n"
            "Thread 0x00007f1 (most recent call first):\n"
            '  File "/usr/lib/python3.8/threading.py", line 302 in wait\n'
            "\n"
            "Current thread 0x00007f2 (most recent call first):\n"
            '  File "/opt/conda/lib/python3.8/site-packages/numpy/x.py", line 3 in load\n'
            '  File "/home/lab/proj/data.py", line 31 in read\n'
            '  File "/home/lab/proj/train.py", line 3 in <module>\n'
            "\n"
            "Bus error (core dumped)\n"
        ),
        ("Bus error",),
        "data.py:31",
        "shm",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_causes(case: Case) -> None:
    """The cause in one line, the place in the user's own code, and the remedy where one is known."""
    check(case)
