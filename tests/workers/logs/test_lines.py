"""Bytes of a log into stretches of text."""

from hypothesis import given
from hypothesis import strategies as st

from workers.logs.lines import LONGEST_BYTES, Splitter, rank_of, unglue


def test_lines_and_returns() -> None:
    """Line feeds and carriage returns end a stretch; empty ones are left out; what has not ended waits."""
    splitter = Splitter()
    assert splitter.split(b"a\n\n  \nb\rc\r\nd") == ["a", "b", "c"]
    assert splitter.rest() == ["d"] and splitter.pending == b"d"
    assert splitter.split(b"e\n") == ["de"]


def test_what_is_taken_out() -> None:
    """Colours, titles, NULs and backspaces are taken out; moving up the screen begins another stretch."""
    raw = b"\x1b[32mloss\x1b[0m 1\n\x1b]0;title\x07acc\x00 2\x1b[A3\n4\b\xc2\xa05\n"
    assert Splitter().split(raw) == ["loss 1", "acc 2", "3", "4 5"]


def test_encodings() -> None:
    """Japanese encodings and UTF-16 of both orders, with and without mark, are read; broken bytes do no harm."""
    text = "エポック 1 損失: 0.5\nloss: 0.25 accuracy\n"
    lines = text.splitlines()
    assert Splitter().split(text.encode("cp932")) == lines
    assert Splitter().split(text.encode("euc-jp")) == lines
    for encoding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        assert Splitter().split(mark + text.encode(encoding)) == lines
        assert Splitter().split("loss: 0.5 acc 0.25\n".encode(encoding)) == ["loss: 0.5 acc 0.25"]
    assert Splitter().split(b"loss \xff 1\n")[0].startswith("loss ")


def test_a_line_without_end_in_an_old_encoding() -> None:
    """The rest of a log is read whole, also where its first byte could not begin a character of UTF-8."""
    splitter = Splitter()
    assert splitter.split("エポック 1".encode("cp932")) == []
    assert splitter.rest() == ["エポック 1"]


def test_long_lines() -> None:
    """Of a line that is too long the end is kept."""
    splitter = Splitter()
    for _ in range(5):
        assert splitter.split(b"x" * LONGEST_BYTES) == []
    assert len(splitter.pending) == LONGEST_BYTES
    (line,) = splitter.split(b" loss: 0.5\n")
    assert line.endswith(" loss: 0.5") and len(line) <= LONGEST_BYTES


def test_ranks() -> None:
    """What launchers put before the lines of a rank is taken off; other brackets stay."""
    for line, expected in {
        "[rank3]: loss 1": (3, "loss 1"),
        "[default0]:loss 1": (0, "loss 1"),
        "[1,2]<stdout>:loss 1": (2, "loss 1"),
        "(RayTrainWorker pid=12, ip=10.0.0.1) loss 1": (None, "loss 1"),
        "[3/10] loss 1": (None, "[3/10] loss 1"),
        "[2024-05-01 12:00:00] loss 1": (None, "[2024-05-01 12:00:00] loss 1"),
        "(Epoch 3) loss 1": (None, "(Epoch 3) loss 1"),
    }.items():
        assert rank_of(line) == expected, line


def test_bars_glued_to_something_else() -> None:
    """A record printed into a bar's line is taken apart from it; metrics behind the bar stay with it."""
    bar = "  5%|#         | 5/100 [00:10<03:10,  2.00s/it]"
    assert unglue(f"{{'loss': 0.5}}{bar}") == ["{'loss': 0.5}", bar]
    assert unglue(f"{bar}{bar}") == [bar, bar]
    assert unglue(f"{bar} loss=0.5") == [f"{bar} loss=0.5"]
    assert unglue(f"{bar}Saving model") == [bar, "Saving model"]
    assert unglue("Epoch (3): 10%|#  | 1/10 [00:01<00:09, 1.0it/s]") == [
        "Epoch (3): 10%|#  | 1/10 [00:01<00:09, 1.0it/s]"
    ]
    assert unglue("loss 0.5") == ["loss 0.5"]


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_in_two_pieces(raw: bytes, place: int) -> None:
    """Bytes cut in two give what they give at once, from the point on where the encoding is known."""
    start = b"a line of plain text\n"
    whole, parts = Splitter(), Splitter()
    lines = whole.split(start + raw) + whole.rest()
    assert parts.split(start) + parts.split(raw[:place]) + parts.split(raw[place:]) + parts.rest() == lines


def test_an_escape_sequence_that_nothing_ends_takes_no_more_than_its_line() -> None:
    """A window title that was never closed does not swallow the lines after it."""
    text = b"\x1b]0;training\nstep 1 loss 2\n\x1bPq\nstep 2 loss 1\n"
    assert Splitter().split(text) == ["step 1 loss 2", "step 2 loss 1"]
