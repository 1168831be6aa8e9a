"""Any log bytes as plain lines: what a terminal would show, and never an error."""

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.plaintext import decode, fold, lines_of, read_end, tail

PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"\n", b"\r", b"\r\n", b"\b", b"\x1b", b"\x1b[31m", b"\x1b[K", b"\x1b[2K", b"\x1b]0;t\x07", b"\x9b31m"]
    ),
    st.sampled_from(["学習", "損失", "é", "\u2028", "\x85"]).map(str.encode),
    st.sampled_from(["学習", "テスト"]).flatmap(lambda text: st.sampled_from(["cp932", "euc-jp"]).map(text.encode)),
)
BYTES = st.lists(PIECES, max_size=40).map(b"".join)


def is_plain(text: str) -> bool:
    """No control character but a tab, and nothing that any reader takes for a line's end."""
    return len(text.splitlines()) <= 1 and not any(
        (ord(character) < 32 and character != "\t") or 127 <= ord(character) < 160 for character in text
    )


@given(BYTES)
def test_any_bytes(raw: bytes) -> None:
    """Any bytes give lines without control characters."""
    assert all(is_plain(line) for line in lines_of(raw))
    assert isinstance(decode(raw), str)


@given(st.text())
def test_any_line(text: str) -> None:
    """Any one line folds to one plain line."""
    assert is_plain(fold(text))


@given(BYTES, st.integers(1, 12))
def test_the_tail_is_the_end_of_the_whole(raw: bytes, count: int) -> None:
    """The last lines are the last of all lines, whatever stands before them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        path.write_bytes(raw)
        assert tail(path, count, len(raw) + 1) == lines_of(raw)[-count:]


@given(BYTES, st.integers(1, 60))
def test_a_tail_cut_by_bytes(raw: bytes, limit: int) -> None:
    """Where fewer bytes are read, all lines but perhaps the first are those of the whole."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        path.write_bytes(raw)
        found = tail(path, 1000, limit)
        assert len(read_end(path, limit)) <= limit
    assert found[1:] == lines_of(raw)[len(lines_of(raw)) - len(found) + 1 :] or len(found) <= 1


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain", "plain"),
        ("1/3\r2/3\r3/3", "3/3"),
        ("10/10\r9/10", "9/100"),  # as it would
        ("loading...\r\x1b[Kdone", "done"),
        ("loading...\r\x1b[2Kdone", "done"),
        ("a long line\rnew\x1b[K", "new"),
        ("bar 50%\r       \rnext", "next"),
        ("text\r", "text"),
        ("text\r\r\n", "text"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07after", "after"),
        ("abc\b\b\bxyz", "xyz"),
        ("a\tb", "a\tb"),
        ("nul\x00bell\x07", "nulbell"),
    ],
)
def test_as_a_terminal_shows_it(written: str, shown: str) -> None:
    """Later text lies over earlier text, erased text is gone, colours and titles do not show."""
    assert lines_of(written.encode()) == [shown]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc-jp"])
def test_japanese(encoding: str) -> None:
    """Each encoding that Japanese logs come in, also beside lines in another."""
    text = "学習を開始します: 損失 0.3"
    assert decode(text.encode(encoding)) == text
    assert lines_of(text.encode(encoding) + b"\n" + "完了".encode() + b"\n\xff\xfe\n") == [text, "完了", "��"]


def test_a_character_cut_at_the_end() -> None:
    """A log that ends within a character shows what is whole."""
    assert lines_of("epoch 1\n学習".encode()[:-1]) == ["epoch 1", "学"]


def test_a_long_last_line(tmp_path: Path) -> None:
    """A last line longer than what is read shows its end, also where a line's end follows it."""
    path = tmp_path / "log"
    for ending in (b"", b"\n", b"\r\n"):
        path.write_bytes("あ".encode() * 1000 + ending)
        (line,) = tail(path, 5, 100)
        assert set(line) == {"あ"}
        path.write_bytes(b"".join(b"\rstep %d" % step for step in range(1000)) + ending)
        assert tail(path, 5, 100) == ["step 999"]


def test_no_file(tmp_path: Path) -> None:
    """Where there is nothing to read, there are no lines."""
    assert tail(tmp_path / "none") == []
    assert tail(tmp_path) == []


def test_a_progress_bar_of_a_day() -> None:
    """A line rewritten very often folds in time that grows with its length, not with its square."""
    line = "x" * 300_000 + "".join(f"\rstep {step}" for step in range(100_000))
    begin = time.process_time()
    assert fold(line).startswith("step 99999")
    assert time.process_time() - begin < 2
