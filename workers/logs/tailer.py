"""Reading what a log has grown by, from where reading stopped.

Nothing is remembered here: the cursor says where reading stands, and the caller commits the new cursor together
with what it made of the bytes, so that a reader killed at any moment reads nothing twice and misses nothing.
"""

import os
from dataclasses import replace
from pathlib import Path

from store.logs import Cursor
from store.plaintext import lines_of, whole_characters

CHUNK_BYTES = 8 << 20
_PARTIAL_BYTES = 4096


def read_new(path: Path, cursor: Cursor, limit: int = CHUNK_BYTES) -> tuple[Cursor, bytes]:
    """The bytes after ``cursor``, at most ``limit``, and the cursor behind them.

    A file that was replaced or cut short is read from its beginning; one that is not there yet gives nothing.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return cursor, b""
    try:
        status = os.fstat(descriptor)
        file_id = f"{status.st_dev}:{status.st_ino}"
        if _is_other(file_id, cursor.file_id) or status.st_size < cursor.offset:
            cursor = replace(cursor, offset=0, lines=0, partial=b"")
        cursor = replace(cursor, file_id=file_id)
        if status.st_size == cursor.offset:
            return cursor, b""
        data = os.pread(descriptor, min(limit, status.st_size - cursor.offset), cursor.offset)
    except OSError:
        return cursor, b""
    finally:
        os.close(descriptor)
    return _advance(cursor, data, status.st_mtime), data


def size_of(path: Path) -> int:
    """How long the file is now, 0 when it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_other(file_id: str, known: str | None) -> bool:
    """Whether these name two files; a device may be numbered anew when the machine boots, an inode is not."""
    return known is not None and file_id.partition(":")[2] != known.partition(":")[2]


def _advance(cursor: Cursor, data: bytes, modified: float) -> Cursor:
    newline = data.rfind(b"\n")
    partial = (cursor.partial + data if newline < 0 else data[newline + 1 :])[-_PARTIAL_BYTES:]
    return replace(
        cursor,
        offset=cursor.offset + len(data),
        lines=cursor.lines + data.count(b"\n"),
        partial=partial,
        last_line=_last_line(cursor.partial, data) or cursor.last_line,
        last_output=modified,
    )


def _last_line(partial: bytes, data: bytes) -> str | None:
    """The last line with anything on it, as a terminal would show it."""
    end = (partial + data)[-_PARTIAL_BYTES:]
    for line in reversed(lines_of(whole_characters(end))):
        if line.strip():
            return line.strip()
    return None
