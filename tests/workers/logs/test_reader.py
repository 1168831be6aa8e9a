"""Reading growing logs: any bytes, any cuts, restarts between any two bytes, and the quick way of known lines."""

import json
import time
import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.workers.logs.sample_logs import KINDS, cut, joined, logs
from workers.logs.reader import Column, Reader

Series = dict[str, tuple[str, list[int], list[float], list[str]]]
SHARES = st.lists(st.floats(0, 1), max_size=6)


def _series(columns: dict[str, Column]) -> Series:
    return {
        name: (column.unit, column.legs, column.steps, [repr(value) for value in column.values])
        for name, column in sorted(columns.items())
    }


def _add(known: dict[str, Column], reader: Reader) -> None:
    for name, column in reader.harvest().columns.items():
        here = known.setdefault(name, Column(column.unit))
        here.unit = column.unit
        here.legs += column.legs
        here.steps += column.steps
        here.times += column.times
        here.values += column.values


def _read(pieces: Iterable[bytes], *, restarts: bool = False, learns: bool = True) -> tuple[Series, Any]:
    """The series in a log that grows by ``pieces``, and the standing at its end; with ``restarts`` anew after each."""
    reader, columns = Reader(learns=learns), dict[str, Column]()
    for piece in pieces:
        reader.feed(piece, 0.0)
        _add(columns, reader)
        if restarts:
            reader = Reader(json.loads(json.dumps(reader.state())), learns=learns)
    reader.finish(0.0)
    _add(columns, reader)
    return _series(columns), reader.progress.standing()


@given(st.lists(st.binary(max_size=400), max_size=4))
@settings(max_examples=120, deadline=None)
@example([b"\xff\xfe", b"l\x00o\x00"])
@example([b"\r\r\n\x00\x1b[", b"[rank", b"[rank0]: ", b"%|", b"/? ["])
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    """No bytes make reading fail, nor make a state that cannot be kept."""
    _read(pieces, restarts=True)


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "loss",
                    "Epoch ",
                    "step",
                    "val",
                    "train",
                    "acc",
                    "tensor(",
                    "2025-13-45 25:61:61",
                    "[rank0]: ",
                    "e999",
                ),
                *("第", "轮", "エポック", "損失", "：", ".5", "e-5", "nan", "-inf", "%|", "it/s", "[00:01<00:01"),
                *"=: /|[](){}'019%,\r\n-_\"\t",
            ]
        ),
        max_size=80,
    ).map("".join)
)
@settings(max_examples=200, deadline=None)
def test_any_pieces_of_log_lines_are_read(text: str) -> None:
    """What log lines are made of, in any order, is read or left alone."""
    _read([text.encode(), b"\n", text.encode(), b"\n"], restarts=True)


@given(logs(), SHARES)
@settings(max_examples=80, deadline=None)
def test_cuts_change_nothing(text: str, shares: list[float]) -> None:
    """A log gives the same wherever its growth is cut."""
    data = text.encode()
    assert _read(cut(data, shares)) == _read([data])


@given(logs(), SHARES)
@settings(max_examples=80, deadline=None)
def test_restarts_change_nothing(text: str, shares: list[float]) -> None:
    """Reading taken up again from its kept state, between any two bytes, gives the same."""
    data = text.encode()
    assert _read(cut(data, shares), restarts=True) == _read([data])


@given(logs(), st.integers(1, 3))
@settings(max_examples=80, deadline=None)
def test_the_quick_way_gives_the_same(text: str, times: int) -> None:
    """Lines that are read by what was learnt from others like them give what the long way gives."""
    data = (text + "\n").encode() * times
    assert _read([data]) == _read([data], learns=False)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.strip("_"))
def test_every_cut_of_every_writer(kind: Any) -> None:
    """Each writer's log, long enough to be learnt, may be cut and reading restarted after every 13th byte."""
    data = joined(kind(5, 8)).encode()
    whole = _read([data])
    assert _read([data[at : at + 13] for at in range(0, len(data), 13)], restarts=True) == whole
    assert _read([data[at : at + 1] for at in range(len(data))]) == whole
    assert _read([data], learns=False) == whole


@given(logs(), SHARES)
@settings(max_examples=60, deadline=None)
def test_other_encodings(text: str, shares: list[float]) -> None:
    """UTF-16 with its mark, lines in cp932, and NULs between give the same as UTF-8."""
    text = "start of the training\n" + text
    whole = _read([text.encode()])
    wide = b"\xff\xfe" + text.encode("utf-16-le")
    assert _read(cut(wide, shares)) == whole
    assert _read(cut(wide, shares), restarts=True) == whole
    plain = "".join(c for c in text if c.isascii() or c in "エポック損失精度")
    assert _read(cut(plain.encode("cp932"), shares)) == _read([plain.encode()])
    assert _read([text.replace("\n", "\x00\n\x00").encode()]) == whole


def test_a_second_launch_is_a_leg_of_its_own() -> None:
    """Steps that begin anew in the same file begin a new leg; those before keep theirs."""
    text = "".join(f"step: {step}, loss: {step / 7:.4f}\n" for _ in range(2) for step in range(0, 1000, 10))
    series, _ = _read([text.encode()])
    assert series["loss"][1] == [0] * 100 + [1] * 100
    assert series["loss"][2] == [float(step) for step in range(0, 1000, 10)] * 2


def test_lines_of_other_ranks_are_left_out() -> None:
    """Of ranks that write the same the first to be seen counts."""
    text = "".join(f"[rank{rank}]: step: {step}, loss: 0.{step}{rank}\n" for step in range(1, 6) for rank in (1, 0))
    series, _ = _read([text.encode()])
    assert series["loss"][2:] == ([1, 2, 3, 4, 5], ["0.11", "0.21", "0.31", "0.41", "0.51"])


def test_a_very_long_line_needs_little_memory() -> None:
    """A line of 100 MB is read in pieces without being kept."""
    reader, piece = Reader(), b"0123456789abcdef" * 65_536
    reader.feed(b"step: 1, loss: 0.5\n", 0.0)
    tracemalloc.start()
    for _ in range(100):
        reader.feed(piece, 0.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    reader.feed(b"\nstep: 2, loss: 0.25\n", 0.0)
    assert peak < 8 * len(piece)
    assert reader.harvest().columns["loss"].values == [0.5, 0.25]
    assert len(json.dumps(reader.state())) < 10_000


@pytest.mark.parametrize(
    "start", ["", "Epoch 3 loss: 0.5 ", "[rank0]: ", "{'loss': 0.5, ", " 42%|##  | 42/100 [00:10<00:10, "]
)
@pytest.mark.parametrize(
    "filler",
    [
        *"1-=: []({}|a\t'損█",
        *("1,", "1.", "1/", "1:", "a ", "a=", "a=1 ", "a: 1, ", "loss 0.5 ", "epoch ", "1 epoch", "%|", "=>", '"a": '),
        *("e-", "nan ", "val loss ", "─ ", "tensor(", "([", "1 (", "a(a", "--a ", "* a", ". ", "a-", "/a"),
    ],
)
def test_hostile_lines_take_no_time(start: str, filler: str) -> None:
    """A line of 64 KB, or of the longest that is looked at closely, made to be slow is read in some 50 ms of CPU time."""
    for length in (65_536, 3_900):
        line = (start + filler * (length // len(filler)))[:length].encode() + b"\n"
        spent = []
        for _ in range(3):
            reader = Reader()
            begun = time.thread_time()
            reader.feed(line, 0.0)
            spent.append(time.thread_time() - begun)
            if spent[-1] < 0.05:
                break
        assert min(spent) < 0.25, spent
