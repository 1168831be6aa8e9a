"""Pictures and PDFs of entries, kept as files below the data folder under the digest of what is in them.

In an entry's text ``attachment:7`` is the address of the attachment with that id. What a file is is told by its bytes,
never by its name. PDFs carry marks: a text of the user's own for a page.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from store.database import write
from store.documents import storable
from store.entries import index, read_entry
from store.errors import Conflict, EntryError
from store.settings import Settings

LARGEST = 50_000_000
"""Bytes of one attachment at most."""
ADDRESS = re.compile(r"\battachment:(\d+)\b")
"""How an entry's text points at an attachment."""
PDF = "application/pdf"
ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", PDF: ".pdf"}
_NAME_LENGTH = 120
_FOLDER = "attachments"
_COLUMNS = "SELECT id, entry_id, name, media_type, size, digest, marks, added, removed FROM attachments"


@dataclass(frozen=True)
class Attachment:
    """A file of an entry; ``size`` in bytes, ``marks`` the user's words by page (from 1) of a PDF."""

    id: int
    entry_id: int
    name: str
    media_type: str
    size: int
    digest: str
    marks: dict[int, str]
    added: float
    removed: float | None

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown in the text."""
        return self.media_type != PDF

    @property
    def markdown(self) -> str:
        """What to write in an entry so that it is shown there."""
        name = re.sub(r"([\[\]\\])", r"\\\1", self.name)
        return f"{'!' if self.is_picture else ''}[{name}](attachment:{self.id})"


def sniff(data: bytes) -> str:
    """The media type of a file that can be attached. EntryError, saying what to do, for any other."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in data[:1024]:
        return PDF
    if not data:
        raise EntryError("the file is empty; was it written to the end?")
    if b"<svg" in data[:4096].lower():
        raise EntryError("SVG may carry scripts, so it is not kept; save the picture as PNG or PDF")
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"avif"):
        raise EntryError("browsers do not show HEIC or AVIF everywhere; save the picture as JPEG or PNG")
    raise EntryError("that is no picture (PNG, JPEG, GIF, WebP) and no PDF; convert it, or put its text in the entry")


def keep(settings: Settings, connection: sqlite3.Connection, entry_id: int, name: str, data: bytes, now: float) -> int:
    """Attach a file to an entry, in a transaction of its own; its id, that of the same file where the entry has it.

    The file is on the disk before the journal speaks of it. EntryError where it is too large, of a kind that cannot be
    shown, cannot be written, or there is no such entry.
    """
    if len(data) > LARGEST:
        raise EntryError(
            "{name} has {size} MB, more than the {most} MB that are kept",
            name=name,
            size=f"{len(data) / 1e6:.0f}",
            most=LARGEST // 1_000_000,
        )
    media_type = sniff(data)
    digest = hashlib.sha256(data).hexdigest()
    if read_entry(connection, entry_id) is None:
        raise EntryError("there is no entry {number}", number=entry_id)
    _write_file(_path(settings, digest), data)
    with write(connection):
        row = connection.execute(
            "SELECT id FROM attachments WHERE entry_id = ? AND digest = ? AND removed IS NULL", (entry_id, digest)
        ).fetchone()
        if row:
            return int(row["id"])
        cursor = connection.execute(
            "INSERT INTO attachments (entry_id, name, media_type, size, digest, added) VALUES (?, ?, ?, ?, ?, ?)",
            (entry_id, _clean_name(name, media_type), media_type, len(data), digest, now),
        )
        index(connection, entry_id)
    return int(cursor.lastrowid or 0)


def attachments_of(connection: sqlite3.Connection, entry_id: int, *, removed: bool = False) -> list[Attachment]:
    """The files of an entry, first the one that was attached first; with ``removed`` those taken off again."""
    rows = connection.execute(
        f"{_COLUMNS} WHERE entry_id = ? AND (removed IS NOT NULL) = ? ORDER BY id", (entry_id, removed)
    )
    return [_attachment(row) for row in rows]


def read_attachment(connection: sqlite3.Connection, attachment_id: int) -> Attachment | None:
    """The attachment of that id, one taken off its entry too."""
    row = connection.execute(f"{_COLUMNS} WHERE id = ?", (attachment_id,)).fetchone()
    return _attachment(row) if row else None


def read_data(settings: Settings, attachment: Attachment) -> bytes:
    """What is in an attached file. EntryError where it is gone, or no longer what was attached."""
    path = _path(settings, attachment.digest)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EntryError(
            "the file of {name} cannot be read: {error}; is it in a backup?", name=attachment.name, error=error
        ) from error
    if hashlib.sha256(data).hexdigest() != attachment.digest:
        raise EntryError(
            "the file of {name} is damaged ({path}); put it back from a backup", name=attachment.name, path=path
        )
    return data


def mark(connection: sqlite3.Connection, attachment_id: int, page: int, text: str, *, before: str = "") -> Attachment:
    """Write the user's words beside a page of a PDF (blank takes them away), in a transaction of its own.

    ``before`` is what stood there when it was shown: Conflict where it is something else now. EntryError where there is
    no such page or attachment.
    """
    if page < 1:
        raise EntryError("pages begin at 1; there is no page {page}", page=page)
    with write(connection):
        found = _get(connection, attachment_id)
        text = storable(text)
        if found.marks.get(page, "") not in (before, text):
            raise Conflict(
                "the mark on page {page} of {name} was changed elsewhere meanwhile", found, page=page, name=found.name
            )
        marks = {**found.marks, page: text}
        kept = [{"page": one, "text": words} for one, words in sorted(marks.items()) if words.strip()]
        connection.execute(
            "UPDATE attachments SET marks = ? WHERE id = ?", (json.dumps(kept, ensure_ascii=False), attachment_id)
        )
        index(connection, found.entry_id)
        return _get(connection, attachment_id)


def drop(connection: sqlite3.Connection, attachment_id: int, now: float) -> bool:
    """Take an attachment off its entry, in a transaction of its own; its file stays. False where it was off already."""
    return _set_removed(connection, attachment_id, now)


def restore(connection: sqlite3.Connection, attachment_id: int) -> bool:
    """Put an attachment back on its entry, in a transaction of its own. False where it was there."""
    return _set_removed(connection, attachment_id, None)


def addresses(text: str) -> Iterable[int]:
    """The attachments that an entry's text points at."""
    return (int(match[1]) for match in ADDRESS.finditer(text))


def _set_removed(connection: sqlite3.Connection, attachment_id: int, removed: float | None) -> bool:
    with write(connection):
        found = _get(connection, attachment_id)
        if (found.removed is None) == (removed is None):
            return False
        connection.execute("UPDATE attachments SET removed = ? WHERE id = ?", (removed, attachment_id))
        index(connection, found.entry_id)
    return True


def _get(connection: sqlite3.Connection, attachment_id: int) -> Attachment:
    found = read_attachment(connection, attachment_id)
    if found is None:
        raise EntryError("there is no attachment {number}", number=attachment_id)
    return found


def _attachment(row: sqlite3.Row) -> Attachment:
    values: dict[str, Any] = dict(row)
    values["marks"] = {one["page"]: one["text"] for one in json.loads(row["marks"])}
    return Attachment(**values)


def _path(settings: Settings, digest: str) -> Path:
    return settings.home / _FOLDER / digest[:2] / digest


def _clean_name(name: str, media_type: str) -> str:
    """A file's name without folders and control characters, short, with the ending of what it is."""
    base = PurePath(storable(name).replace("\\", "/")).name
    base = "".join(one for one in unicodedata.normalize("NFC", base) if unicodedata.category(one)[0] != "C").strip(" .")
    stem, ending = PurePath(base).stem, PurePath(base).suffix
    known = {".jpg", ".jpeg"} if media_type == "image/jpeg" else {ENDINGS[media_type]}
    ending = ending if ending.lower() in known else ENDINGS[media_type]
    return (stem[:_NAME_LENGTH] or "attachment") + ending


def _write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, for this user alone."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise EntryError(
            "the file cannot be kept in {folder}: {reason}; free some space", folder=path.parent, reason=error.strerror
        ) from error
