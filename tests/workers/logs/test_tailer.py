"""Reading what a log has grown by: nothing twice, nothing missed, however it comes."""

import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from store.logs import Cursor
from workers.logs import tailer

BYTES = st.lists(
    st.one_of(
        st.binary(max_size=6),
        st.sampled_from(
            [b"\n", b"\r", b"\r\n", "学習".encode(), "完了".encode("cp932"), b"\x1b[31m", b"loss 0.3\n", b" " * 50]
        ),
    ),
    max_size=40,
).map(b"".join)


def read_all(path: Path, cursor: Cursor, limit: int = 1 << 20) -> tuple[Cursor, bytes]:
    """Read to the end, at most ``limit`` bytes at a time."""
    collected = b""
    while True:
        cursor, data = tailer.read_new(path, cursor, limit)
        if not data:
            return cursor, collected
        collected += data


@given(BYTES, st.lists(st.integers(1, 30), max_size=12), st.integers(1, 50))
def test_any_chunks_of_any_bytes(content: bytes, chunks: list[int], limit: int) -> None:
    """However a log grows, and however much is read at once, the cursor ends as if it were read at one stroke."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        cursor, collected, position = Cursor(str(path)), b"", 0
        with path.open("wb", 0) as log:
            for size in [*chunks, len(content)]:
                log.write(content[position : position + size])
                position += size
                cursor, data = read_all(path, cursor, limit)
                collected += data
        whole, data = read_all(path, Cursor(str(path)))
        assert collected == data == content
        assert (cursor.offset, cursor.lines) == (whole.offset, whole.lines) == (len(content), content.count(b"\n"))
        assert cursor.partial == whole.partial == content.rpartition(b"\n")[2]


@given(st.lists(st.sampled_from(["loss 0.3", "学習 1", "", "epoch"]), min_size=1, max_size=8), st.integers(1, 7))
def test_last_line_in_any_chunks(lines: list[str], limit: int) -> None:
    """The last line with anything on it is the last line, also when it comes in pieces of characters."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        path.write_text("".join(f"{line}\n" for line in lines))
        cursor, _ = read_all(path, Cursor(str(path)), limit)
    assert cursor.last_line == next((line for line in reversed(lines) if line), None)


def test_not_there_yet(tmp_path: Path) -> None:
    """A log that is not there gives nothing, and the cursor stays."""
    cursor = Cursor(str(tmp_path / "log"))
    assert tailer.read_new(tmp_path / "log", cursor) == (cursor, b"")
    assert tailer.size_of(tmp_path / "log") == 0


def test_cut_short(tmp_path: Path) -> None:
    """A log that was emptied and written anew is read from its beginning, and its lines counted from there."""
    path = tmp_path / "log"
    path.write_bytes(b"a\nb\nhalf")
    cursor, _ = read_all(path, Cursor(str(path)))
    path.write_bytes(b"c\n")
    cursor, data = read_all(path, cursor)
    assert (data, cursor.offset, cursor.lines, cursor.partial) == (b"c\n", 2, 1, b"")


def test_replaced(tmp_path: Path) -> None:
    """Another file in its place is read from its beginning, also where it is longer."""
    path = tmp_path / "log"
    path.write_bytes(b"a\nb")
    cursor, _ = read_all(path, Cursor(str(path)))
    (tmp_path / "new").write_bytes(b"c\nd\ne\n")
    (tmp_path / "new").replace(path)
    cursor, data = read_all(path, cursor)
    assert (data, cursor.lines, cursor.last_line) == (b"c\nd\ne\n", 3, "e")


def test_a_line_without_end(tmp_path: Path) -> None:
    """Of an endless line only its end is kept, and shown as a terminal would show it."""
    path = tmp_path / "log"
    with path.open("wb") as log:
        for step in range(20_000):
            log.write(f"\rstep {step:6d} 学習".encode())
    cursor, _ = read_all(path, Cursor(str(path)), 10_007)
    assert cursor.last_line == "step  19999 学習"
    assert len(cursor.partial) <= 4096
    assert (cursor.offset, cursor.lines) == (path.stat().st_size, 0)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    """What cannot be read as a file gives nothing."""
    assert tailer.read_new(tmp_path, Cursor(str(tmp_path)))[1] == b""


def test_last_output_is_when_it_grew(tmp_path: Path) -> None:
    """The time of the last output is the file's."""
    path = tmp_path / "log"
    path.write_bytes(b"a\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert read_all(path, Cursor(str(path)))[0].last_output == 1_700_000_000
