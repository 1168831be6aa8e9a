"""Python tracebacks as many ranks, launchers and handlers leave them in a log."""

import pytest

from tests.workers.logs.crash_logs import PROJECT, TRACE, Case, check
from workers.logs.endings import split_end
from workers.logs.failures import find_failure
from workers.logs.signs import read_page
from workers.logs.tracebacks import find_tracebacks

ERROR = TRACE + "ValueError: bad batch\n"
LOGURU = """\
2026-02-03 04:05:06.789 | ERROR    | tool:launch:90 - An error has been caught in function 'launch', process 'MainProcess' (7), thread 'MainThread' (140):
Traceback (most recent call last):

  File "tools/train.py", line 112, in <module>
    launch(main, args)
    │      │     └ Namespace(lr=0.1)
    │      └ <function main at 0x7f0000000000>
    └ <function launch at 0x7f0000000001>

> File "/home/lab/proj/launch.py", line 90, in launch
    main_func(*args)
    │          └ ('yolo',)
    └ <function main at 0x7f0000000000>

  File "/home/lab/proj/train.py", line 41, in main
    boxes.max()
    │     └ []
    └ []

AttributeError: 'list' object has no attribute 'max'
"""


def prefixed(prefix: str, text: str = ERROR) -> str:
    """Every line with the same prefix."""
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


def stamped(text: str = ERROR) -> str:
    """Every line with a container's time before it."""
    return "".join(f"2026-01-01T00:00:{second:02}.123456789Z {line}\n" for second, line in enumerate(text.splitlines()))


@pytest.mark.parametrize(
    "log",
    [
        ERROR,
        prefixed("[rank3]: "),
        prefixed("[rank3]:[rank3]: "),
        prefixed("0: "),
        prefixed("[1,2]<stderr>:"),
        prefixed("[default0]:"),
        prefixed("(train_fn pid=77, ip=10.0.0.1) "),
        prefixed("(TaskRunner pid=77) "),
        prefixed("worker-1: "),
        stamped(),
        LOGURU.replace("AttributeError: 'list' object has no attribute 'max'", "ValueError: bad batch"),
        ERROR.replace("\n", "\r"),
        ERROR.replace("\n", "\r\n"),
        "  5%|▌  | 40/800 [02:11<41:30,  3.28s/it]" + ERROR,
        "\x1b[31m" + ERROR + "\x1b[0m",
    ],
    ids="plain rank doubled srun mpi torchrun ray task pdsh docker loguru cr crlf bar colour".split(),
)
def test_ways_to_print_it(log: str) -> None:
    """Whatever a launcher, a terminal or a logger does to its lines, the exception and its place are read."""
    check(Case("", log, ("ValueError: bad batch",), "train.py:41"))


def test_utf_16() -> None:
    """A log that was redirected as UTF-16 is read too."""
    found = find_failure(split_end(ERROR.encode("utf-16-le")), PROJECT)
    assert found is not None
    assert found.sentence() == "ValueError: bad batch (train.py:41)"


def test_ranks_line_by_line() -> None:
    """Two ranks that take turns with their lines are one exception, at the deepest place."""
    twice = "".join(f"{line}\n{line}\n" for line in ERROR.splitlines())
    check(Case("", twice, ("ValueError: bad batch",), "train.py:41"))


@pytest.mark.parametrize(
    ("merged", "message"),
    [
        ("SyntaxErrorSyntaxError: : invalid syntaxinvalid syntax\n\n", "SyntaxError: invalid syntax"),
        ("    SyntaxError^\n: SyntaxErrorinvalid syntax: \ninvalid syntax\n", "SyntaxError: invalid syntax"),
        ("SyntaxErrorSyntaxErrorSyntaxError: : : bad bad bad\n", "SyntaxError: bad"),
    ],
)
def test_ranks_in_one_line(merged: str, message: str) -> None:
    """Ranks that write into one another's lines are told apart."""
    frames = '  File "train.py", line 23\n  File "train.py", line 23\n    x = = 1\nx = = 1\n    ^\n^\n'
    check(Case("", frames + merged, (message,), "train.py:23"))


def test_merged_behind_two_heads() -> None:
    """The same behind a traceback's head."""
    log = (
        "Traceback (most recent call last):\nTraceback (most recent call last):\n"
        '  File "train.py", line 11, in <module>\n  File "train.py", line 11, in <module>\n'
        "        from model import Netfrom model import Net\n\n"
        "ImportErrorImportError: : cannot import name 'Net'cannot import name 'Net'\n\n"
    )
    check(Case("", log, ("ImportError: cannot import name 'Net'",), "train.py:11"))
    found = find_failure(split_end(log.encode()))
    assert found is not None
    assert found.cause == "ImportError: cannot import name 'Net'"


def test_frames_without_a_head() -> None:
    """A handler that prints frames and the message only: the type is in the line that raised."""
    log = (
        ERROR.split("\n", 1)[1]
        .replace("    return forward_call(*args, **kwargs)", "    raise ValueError(")
        .replace("ValueError: bad batch", "bad batch")
    )
    check(Case("", log, ("ValueError: bad batch",), "train.py:41"))


def test_group_members_without_traceback() -> None:
    """Exceptions of a group that were never raised have but one line; the telling one is the cause."""
    log = (
        '  + Exception Group Traceback (most recent call last):\n  |   File "/home/lab/proj/train.py", line 1, in main\n'
        "  |     raise ExceptionGroup\n  | ExceptionGroup: two (2 sub-exceptions)\n"
        "  +-+---------------- 1 ----------------\n    | ValueError: first\n"
        "    +---------------- 2 ----------------\n    | OSError: [Errno 28] No space left on device\n"
        "    +------------------------------------\n"
    )
    check(Case("", log, ("No space left on device",), None, "disk is full"))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("C:\\Users\\ada\\proj\\train.py", "train.py:5"),
        ("/tmp/ipykernel_1234/2345678.py", "notebook cell:5"),
        ("train.py", "train.py:5"),
        ("/opt/venv/bin/torchrun", None),
    ],
)
def test_places(path: str, place: str | None) -> None:
    """Files of other systems and notebook cells are named; a launcher's own script is no place."""
    log = f'Traceback (most recent call last):\n  File "{path}", line 5, in <module>\n    go()\nValueError: bad\n'
    found = find_failure(split_end(log.encode()))
    assert found is not None
    assert found.place == place


@pytest.mark.parametrize(
    "head",
    [
        "Exception ignored in: <function Pool.__del__ at 0x7f>",
        "--- Logging error ---",
        "Exception ignored in atexit callback: <function close at 0x7f>",
    ],
)
def test_ignored_exceptions(head: str) -> None:
    """What Python itself says it ignored is no cause."""
    assert find_failure(split_end(f"loss 0.1\n{head}\n{ERROR}".encode())) is None


def test_cut_off() -> None:
    """A traceback that the end of the log cuts off names nothing."""
    page = read_page(ERROR.splitlines()[:-1])
    assert find_tracebacks(page) == []
