"""The cause of a failure, from logs in the shapes that Python, PyTorch and shells write."""

import pytest

from store.plaintext import lines_of
from workers.logs.endings import split_end
from workers.logs.failures import find_complaint, find_failure

PROJECT = "/home/lab/cifar"
PLAIN = """\
epoch 1
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 88, in <module>
    main()
  File "/home/lab/cifar/train.py", line 40, in main
    loss = model(x)
           ^^^^^^^^
  File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", line 1511, in _call_impl
    return forward_call(*args, **kwargs)
ValueError: expected 4D input (got 3D input)
"""
CHAINED = """\
Traceback (most recent call last):
  File "/home/lab/cifar/data.py", line 7, in load
    return index[name]
KeyError: 'val'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 12, in <module>
    load("val")
  File "/home/lab/cifar/data.py", line 9, in load
    raise RuntimeError(f"no split {name}")
RuntimeError: no split val
"""
CUDA_NEW = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 61, in step
    loss.backward()
  File "/usr/local/lib/python3.11/dist-packages/torch/_tensor.py", line 525, in backward
    torch.autograd.backward(
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 23.64 GiB of \
which 312.06 MiB is free. Including non-PyTorch memory, this process has 23.32 GiB memory in use. Of the allocated \
memory 21.90 GiB is allocated by PyTorch, and 980.11 MiB is reserved by PyTorch but unallocated.
"""
HIP = CUDA_NEW.replace("CUDA", "HIP")
CUDA_OLD = """\
Traceback (most recent call last):
  File "train.py", line 61, in step
    loss.backward()
RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 1; 10.76 GiB total capacity; 9.71 GiB already \
allocated; 12.44 MiB free; 9.83 GiB reserved in total by PyTorch)
"""
CPU = """\
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    torch.empty(10**13)
RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to \
allocate 40000000000000 bytes. Error code 12 (Cannot allocate memory)
"""
NUMPY = """\
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    np.empty(10**13)
numpy.core._exceptions._ArrayMemoryError: Unable to allocate 72.8 TiB for an array with shape (10000000000000,) and data type float64
"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/home/lab/cifar/train.py", line 30, in <module>
  |     raise ExceptionGroup("two loaders failed", errors)
  | ExceptionGroup: two loaders failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/home/lab/cifar/data.py", line 11, in read
    |     open(path)
    | FileNotFoundError: [Errno 2] No such file or directory: 'a.npz'
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/home/lab/cifar/data.py", line 12, in read
    |     parse(text)
    | ValueError: bad header
    +------------------------------------
"""
SYNTAX_IMPORTED = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 1, in <module>
    import model
  File "/home/lab/cifar/model.py", line 3
    def forward(
               ^
SyntaxError: '(' was never closed
"""
SYNTAX = """\
  File "/home/lab/cifar/train.py", line 3
    def forward(
               ^
SyntaxError: '(' was never closed
"""
BAR = """\
Epoch 1:  10%|█         | 1/10 [00:01<00:09,  1.00it/s]\rEpoch 1:  20%|██        | 2/10 [00:02<00:08,  1.00it/s]\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 5, in <module>
    step()
ZeroDivisionError: division by zero
"""
BAR_BEHIND = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 5, in <module>
    step()
ZeroDivisionError: division by zero
\rEpoch 1:  20%|██        | 2/10 [00:02<00:08,  1.00it/s]
"""
MULTI_LINE = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 5, in <module>
    model.load_state_dict(state)
  File "/opt/conda/lib/python3.10/site-packages/torch/nn/modules/module.py", line 2153, in load_state_dict
    raise RuntimeError('Error(s) in loading state_dict for {}:\\n\\t{}'.format(
RuntimeError: Error(s) in loading state_dict for Net:
\tMissing key(s) in state_dict: "fc.weight".
\tsize mismatch for conv.weight: copying a param with shape torch.Size([64]) from checkpoint.
"""
LOCAL_CLASS = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 5, in <module>
    run()
__main__.run.<locals>.Diverged: loss is nan
"""
NOTES = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 5, in <module>
    run()
ValueError: bad batch
in epoch 3
of fold 2
"""
INTERRUPT = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 5, in <module>
    time.sleep(1)
KeyboardInterrupt
"""
RECURSION = """\
Traceback (most recent call last):
  File "/home/lab/cifar/net.py", line 5, in f
    return f()
           ^^^
  [Previous line repeated 996 more times]
RecursionError: maximum recursion depth exceeded
"""
TORCHRUN = """\
W1121 03:00:00.000000 140000000000 torch/distributed/run.py:793] Setting OMP_NUM_THREADS
[rank1]: Traceback (most recent call last):
[rank0]: Traceback (most recent call last):
[rank1]:   File "/home/lab/cifar/train.py", line 20, in <module>
[rank0]:   File "/home/lab/cifar/train.py", line 25, in <module>
[rank1]:     step(batch)
[rank0]:     dist.all_reduce(x)
[rank1]:   File "/home/lab/cifar/train.py", line 14, in step
[rank0]:   File "/opt/conda/lib/python3.11/site-packages/torch/distributed/c10d_logger.py", line 81, in wrapper
[rank1]:     raise ValueError("bad label 1003")
[rank0]:     return func(*args, **kwargs)
[rank1]: ValueError: bad label 1003
[rank0]: torch.distributed.DistBackendError: NCCL communicator was aborted on rank 0.
E1121 03:00:05.000000 140 torch/distributed/elastic/multiprocessing/api.py:874] failed (exitcode: 1) local_rank: 1 (pid: 422) of binary: /opt/conda/bin/python
Traceback (most recent call last):
  File "/opt/conda/bin/torchrun", line 8, in <module>
    sys.exit(main())
  File "/opt/conda/lib/python3.11/site-packages/torch/distributed/run.py", line 919, in main
    run(args)
  File "/opt/conda/lib/python3.11/site-packages/torch/distributed/launcher/api.py", line 264, in launch_agent
    raise ChildFailedError(
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
train.py FAILED
------------------------------------------------------------
Failures:
[1]:
  time      : 2026-11-21_03:00:04
  host      : node1
  rank      : 0 (local_rank: 0)
  exitcode  : 1 (pid: 421)
  error_file: <N/A>
  traceback : To enable traceback see: https://pytorch.org/docs/stable/elastic/errors.html
------------------------------------------------------------
Root Cause (first observed failure):
[0]:
  time      : 2026-11-21_03:00:03
  host      : node1
  rank      : 1 (local_rank: 1)
  exitcode  : 1 (pid: 422)
  error_file: <N/A>
  traceback : To enable traceback see: https://pytorch.org/docs/stable/elastic/errors.html
============================================================
"""
TORCHRUN_OLD = TORCHRUN.replace("[rank1]: ", "").replace(
    """[rank0]: Traceback (most recent call last):
""",
    "",
)
SPAWN = """\
W1121 03:00:00.000000 1 torch/multiprocessing/spawn.py:160] Terminating process 422 via signal SIGTERM
Traceback (most recent call last):
  File "/home/lab/cifar/main.py", line 12, in <module>
    mp.spawn(worker, nprocs=2)
  File "/opt/conda/lib/python3.11/site-packages/torch/multiprocessing/spawn.py", line 328, in spawn
    return start_processes(fn, args, nprocs, join, daemon, start_method="spawn")
  File "/opt/conda/lib/python3.11/site-packages/torch/multiprocessing/spawn.py", line 203, in join
    raise ProcessRaisedException(msg, error_index, failed_process.pid)
torch.multiprocessing.spawn.ProcessRaisedException: 

-- Process 1 terminated with the following error:
Traceback (most recent call last):
  File "/opt/conda/lib/python3.11/site-packages/torch/multiprocessing/spawn.py", line 90, in _wrap
    fn(i, *args)
  File "/home/lab/cifar/main.py", line 8, in worker
    raise ValueError("bad label 1003")
ValueError: bad label 1003
"""
LOADER = """\
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 20, in <module>
    for batch in loader:
  File "/opt/conda/lib/python3.11/site-packages/torch/_utils.py", line 722, in reraise
    raise exception
FileNotFoundError: Caught FileNotFoundError in DataLoader worker process 0.
Original Traceback (most recent call last):
  File "/opt/conda/lib/python3.11/site-packages/torch/utils/data/_utils/worker.py", line 308, in _worker_loop
    data = fetcher.fetch(index)
  File "/home/lab/cifar/data.py", line 44, in __getitem__
    return np.load(self.paths[i])
FileNotFoundError: [Errno 2] No such file or directory: 'shard-7.npy'

"""

CASES = [
    (PLAIN, "ValueError: expected 4D input (got 3D input)", "train.py:40"),
    (CHAINED, "RuntimeError: no split val", "data.py:9"),
    (CUDA_NEW, "CUDA out of memory: tried to allocate 1.50 GiB, 312.06 MiB free of 23.64 GiB on GPU 0", "train.py:61"),
    (CUDA_OLD, "CUDA out of memory: tried to allocate 20.00 MiB, 12.44 MiB free of 10.76 GiB on GPU 1", "train.py:61"),
    (HIP, "HIP out of memory: tried to allocate 1.50 GiB, 312.06 MiB free of 23.64 GiB on GPU 0", "train.py:61"),
    (CPU, "out of host memory: tried to allocate 36.4 TiB", "train.py:3"),
    (NUMPY, "out of host memory: tried to allocate 72.8 TiB", "train.py:3"),
    (GROUP, "FileNotFoundError: [Errno 2] No such file or directory: 'a.npz'", "data.py:11"),
    (SYNTAX_IMPORTED, "SyntaxError: '(' was never closed", "model.py:3"),
    (SYNTAX, "SyntaxError: '(' was never closed", "train.py:3"),
    (BAR, "ZeroDivisionError: division by zero", "train.py:5"),
    (BAR_BEHIND, "ZeroDivisionError: division by zero", "train.py:5"),
    (
        MULTI_LINE,
        'RuntimeError: Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "fc.weight".',
        "train.py:5",
    ),
    (LOCAL_CLASS, "Diverged: loss is nan", "train.py:5"),
    (NOTES, "ValueError: bad batch", "train.py:5"),
    (INTERRUPT, "KeyboardInterrupt", "train.py:5"),
    (RECURSION, "RecursionError: maximum recursion depth exceeded", "net.py:5"),
    (TORCHRUN, "ValueError: bad label 1003", "train.py:14"),
    (SPAWN, "ValueError: bad label 1003", "main.py:8"),
    (LOADER, "FileNotFoundError: [Errno 2] No such file or directory: 'shard-7.npy'", "data.py:44"),
]
NAMES = "plain chained cuda cuda-old hip cpu numpy group syntax-imported syntax bar bar-behind multi-line".split()
NAMES += "local notes interrupt recursion torchrun spawn loader".split()


@pytest.mark.parametrize(("log", "cause", "place"), CASES, ids=NAMES)
def test_cause_and_place(log: str, cause: str, place: str) -> None:
    """The exception that ended the job, and the deepest line of the user's own code."""
    found = find_failure(lines_of(log.encode()), PROJECT)
    assert found is not None
    assert (found.cause, found.place) == (cause, place)


def test_the_first_failing_rank_without_a_summary() -> None:
    """Where the launcher was killed before it could sum up, the rank that failed first is blamed."""
    log = TORCHRUN[: TORCHRUN.index("E1121")]
    found = find_failure(lines_of(log.encode()), PROJECT)
    assert found is not None
    assert found.cause == "ValueError: bad label 1003"


def test_nothing_to_find() -> None:
    """A log without an exception names none."""
    assert find_failure(["epoch 1", "loss 0.3"]) is None
    assert find_failure([]) is None


def test_lines_after() -> None:
    """What follows the exception is counted, so that a handled one can be told from the end."""
    found = find_failure([*PLAIN.splitlines(), "going on", "", "loss 0.2"])
    assert found is not None
    assert found.lines_after == 2


@pytest.mark.parametrize(
    ("lines", "code", "complaint"),
    [
        (["run.sh: line 3: pyhton: command not found"], 127, "command not found: pyhton"),
        (["run.sh: 3: pyhton: not found"], 127, "command not found: pyhton"),
        (
            ["usage: train.py", "train.py: error: unrecognized arguments: --lrr"],
            2,
            "train.py: error: unrecognized arguments: --lrr",
        ),
        (["sh: ./x: Permission denied"], 126, "sh: ./x: Permission denied"),
        (["loss 0.3"], 1, None),
        ([], 1, None),
    ],
)
def test_complaints(lines: list[str], code: int, complaint: str | None) -> None:
    """Where there is no exception, a shell's or a parser's complaint is the cause."""
    assert find_complaint(lines, code) == complaint


FRIENDS = [
    "Epoch 10/10 loss 0.1\nTraining finished\nwandb: ERROR Error while calling W&B API: Response [500]\nwandb: Synced\n",
    "|            CUDA OOMs: 0            |        cudaMalloc retries: 0        |\nstep 4 loss 0.3\n",
    "[n1:1] inotify.c:1 UCX DIAG inotify_add_watch(/tmp) failed: No space left on device\nstep 5 loss 0.2\n",
    "Killed 3 stale workers\nstep 1 loss 2\nerror: 0.31\nval_error: 0.2 Error rate 3%\n",
    "epoch 1 Error: 0.31\nepoch 2 error: 0.21\n",
    "ERROR RATE 0.3\nWER 0.2\n",
    "2 jobs aborted\nstep 5 loss 0.2\n",
    "epoch 1 loss nan\nsteps:  4%|x| 3/80 [00:01<00:30, avr_loss=nan]\n",
    "fatal: not a git repository\n" + "step 1 loss 2\n" * 20,
]


@pytest.mark.parametrize("log", FRIENDS)
def test_false_friends(log: str) -> None:
    """Lines that only look like failures are none."""
    assert find_failure(split_end(log.encode())) is None


def test_handled_exceptions() -> None:
    """An exception that a loop survives is followed by lines of the job's own, and they are counted."""
    lines = [*PLAIN.splitlines(), *(f"step {step} loss 0.1" for step in range(40))]
    found = find_failure(lines)
    assert found is not None
    assert found.lines_after == 40
    assert find_failure([*lines, *lines[-40:] * 10]) is None


def test_bars_go_on() -> None:
    """A bar that goes on and on after an exception is a job that goes on."""
    bars = "".join(f"\r {step}%|##  | {step}/1000 [00:01<00:30, 3.2it/s]" for step in range(1000))
    assert find_failure(split_end((PLAIN + bars).encode())) is None
    last = "\r 7%|##  | 70/1000 [00:01<00:30, 3.2it/s]" * 3
    found = find_failure(split_end((PLAIN + last).encode()))
    assert found is not None
    assert found.lines_after == 0


def test_ctrl_c_after_an_exception() -> None:
    """Both are told: what was pressed, and what had happened before."""
    found = find_failure([*PLAIN.splitlines(), *INTERRUPT.splitlines()], PROJECT)
    assert found is not None
    assert found.cause == "KeyboardInterrupt, after ValueError: expected 4D input (got 3D input)"
    assert found.interrupted


def test_time_limit_after_an_exception() -> None:
    """A job that hangs after an exception until its time is over has both for its cause."""
    limit = "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***"
    found = find_failure([*PLAIN.splitlines(), limit], PROJECT)
    assert found is not None
    assert found.cause.startswith("ValueError: expected 4D input (got 3D input); then Slurm time limit")
    assert found.place == "train.py:40"
