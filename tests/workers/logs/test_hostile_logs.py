"""Logs made to be hard: hostile lines, mutated lines, any bytes. The answer is a failure with words, or none, and soon."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.logs.test_failures import CASES, PLAIN, PROJECT
from workers.logs.endings import split_end
from workers.logs.failures import find_complaint, find_failure

HOSTILE = [
    "Traceback (most recent call last):",
    '  File "a.py", line 1, in f',
    'File "' + "a" * 300,
    "a" * 200 + ": error: " + "b " * 100,
    "[" * 400,
    "x.cu:1: block: [0,0,0], thread: [1,0,0] " + "Assertion `" * 30,
    "ERROR " * 80,
    "Error: " + ": line 1: " * 40,
    "thread 'a' panicked at " + "'" * 300,
    "|   " * 100 + "Traceback (most recent call last):",
    "terminate called after throwing an instance of '" + "x" * 100,
    "loss is nan " + "stop " * 60,
    "Fatal Python error: " + "x" * 90,
    "slurmstepd: error: *** JOB " + "1 " * 100 + " CANCELLED AT ",
    "SyntaxErrorSyntaxError: : " + "a" * 200,
]


@pytest.mark.parametrize("line", [*HOSTILE, "\n".join(HOSTILE)])
def test_hostile_lines_take_no_time(line: str) -> None:
    """Five megabytes of lines made to be slow are judged in two seconds of a busy processor."""
    lines = (line.split("\n") * (5_000_000 // len(line) + 1))[
        : 5_000_000 // max(1, len(line) // (line.count("\n") + 1))
    ]
    start = time.process_time()
    find_failure(lines)
    assert time.process_time() - start < 2.0


@given(st.binary(max_size=400), st.integers(0, 30), st.sampled_from(HOSTILE))
def test_any_bytes_never_raise(raw: bytes, position: int, hostile: str) -> None:
    """Nor do any bytes, wherever they stand in a log."""
    lines = PLAIN.encode().splitlines(keepends=True)
    lines[position:position] = [raw, b"\n", hostile.encode()]
    found = find_failure(split_end(b"".join(lines)))
    assert found is None or found.sentence()
    find_failure(split_end(raw))


@given(
    st.sampled_from([case[0] for case in CASES]),
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["drop", "double", "cut", "junk", "swap"])), max_size=6),
    st.text(max_size=20),
)
def test_mutated_logs_never_raise(log: str, changes: list[tuple[int, str]], junk: str) -> None:
    """Whatever happened to a log, the answer is a failure with words, or none."""
    lines = log.splitlines()
    for position, change in changes:
        position %= max(1, len(lines))
        if change == "drop":
            del lines[position : position + 1]
        elif change == "double":
            lines[position:position] = lines[position : position + 2]
        elif change == "cut":
            lines[position : position + 1] = [line[: len(line) // 2] for line in lines[position : position + 1]]
        elif change == "junk":
            lines.insert(position, junk)
        else:
            lines.reverse()
    found = find_failure(lines, PROJECT)
    assert found is None or (found.cause and found.sentence() and found.lines_after >= 0)
    for code in (1, 2, 126, 127, 3):
        find_complaint(lines, code)


@given(st.lists(st.text(max_size=40), max_size=10), st.integers(-1, 300))
def test_any_lines_never_raise(lines: list[str], code: int) -> None:
    """Any lines at all."""
    find_failure(lines)
    find_complaint(lines, code)
