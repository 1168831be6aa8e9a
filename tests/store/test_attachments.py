"""Files of entries."""

import sqlite3
import stat
from pathlib import Path

import pytest

from store import attachments, entries
from store.attachments import Attachment
from store.database import write
from store.errors import Conflict, EntryError
from store.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
PDF = b"%PDF-1.7\npages"


@pytest.fixture(name="entry")
def _entry(journal: sqlite3.Connection) -> int:
    """An entry's id."""
    with write(journal):
        return entries.add(journal, "study", "slides", 1.0)


def only(journal: sqlite3.Connection, entry_id: int) -> Attachment:
    """The one file of an entry."""
    (found,) = attachments.attachments_of(journal, entry_id)
    return found


def files(settings: Settings) -> list[Path]:
    """All files of attachments."""
    return [path for path in (settings.home / "attachments").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0x", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\n" + PDF, "application/pdf"),
    ],
)
def test_kinds(data: bytes, media_type: str) -> None:
    """A file's kind is told by its bytes."""
    assert attachments.sniff(data) == media_type


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"<?xml version='1.0'?>\n<SVG onload='x()'>", "save the picture as PNG"),
        (b"\0\0\0\x18ftypheic", "save the picture as JPEG"),
        (b"<html>%", "no picture"),
        (b"PK\x03\x04", "no picture"),
    ],
)
def test_kinds_that_are_refused(data: bytes, words: str) -> None:
    """What cannot be shown is refused, with what to do instead."""
    with pytest.raises(EntryError, match=words):
        attachments.sniff(data)


def test_keeping(journal: sqlite3.Connection, settings: Settings, entry: int) -> None:
    """A file is kept for this user alone, under its digest, once however often it is given."""
    made = attachments.keep(settings, journal, entry, "図/../学習 曲線.PNG", PNG, 2.0)
    assert attachments.keep(settings, journal, entry, "again.png", PNG, 3.0) == made
    found = only(journal, entry)
    assert (found.name, found.media_type, found.size, found.added) == ("学習 曲線.PNG", "image/png", len(PNG), 2.0)
    assert found.is_picture and found.markdown == f"![学習 曲線.PNG](attachment:{made})"
    assert list(attachments.addresses(f"{found.markdown} attachment:x")) == [made]
    (path,) = files(settings)
    assert path.name == found.digest and path.parent.name == found.digest[:2]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert attachments.read_data(settings, found) == PNG


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\slides\\a.pdf", "a.pdf"),
        ("paper", "paper.pdf"),
        ("evil.html", "evil.pdf"),
        ("", "attachment.pdf"),
        ("..", "attachment.pdf"),
        ("a\nb\x00.pdf", "ab.pdf"),
        ("長" * 300 + ".pdf", "長" * 120 + ".pdf"),
    ],
)
def test_names(journal: sqlite3.Connection, settings: Settings, entry: int, name: str, kept: str) -> None:
    """A name is one line without folders, and ends as what the file is."""
    attachments.keep(settings, journal, entry, name, PDF, 2.0)
    assert only(journal, entry).name == kept


def test_what_is_refused(journal: sqlite3.Connection, settings: Settings, entry: int) -> None:
    """Nothing is kept of a file that is too large, or of an entry that there is not."""
    with pytest.raises(EntryError, match="60 MB, more than the 50 MB"):
        attachments.keep(settings, journal, entry, "a.png", PNG + bytes(60_000_000), 1.0)
    with pytest.raises(EntryError, match="no entry 99"):
        attachments.keep(settings, journal, 99, "a.png", PNG, 1.0)
    assert files(settings) == [] and attachments.attachments_of(journal, entry) == []


def test_a_folder_that_cannot_be_written(journal: sqlite3.Connection, settings: Settings, entry: int) -> None:
    """Where the file cannot be written the journal does not speak of it."""
    (settings.home / "attachments").write_text("in the way")
    with pytest.raises(EntryError, match="cannot be kept"):
        attachments.keep(settings, journal, entry, "a.png", PNG, 1.0)
    assert attachments.attachments_of(journal, entry) == []


def test_a_file_that_is_gone_or_damaged(journal: sqlite3.Connection, settings: Settings, entry: int) -> None:
    """A file that is not what was attached is never shown as if it were; giving it again mends it."""
    attachments.keep(settings, journal, entry, "a.png", PNG, 1.0)
    (path,) = files(settings)
    path.write_bytes(PNG[:-1] + b"X")
    with pytest.raises(EntryError, match="damaged"):
        attachments.read_data(settings, only(journal, entry))
    path.unlink()
    with pytest.raises(EntryError, match="cannot be read"):
        attachments.read_data(settings, only(journal, entry))
    attachments.keep(settings, journal, entry, "a.png", PNG, 2.0)
    assert attachments.read_data(settings, only(journal, entry)) == PNG


def test_marks(journal: sqlite3.Connection, settings: Settings, entry: int) -> None:
    """A page of a PDF has one mark; of two tabs the second that changes it is told."""
    made = attachments.keep(settings, journal, entry, "a.pdf", PDF, 1.0)
    attachments.mark(journal, made, 7, "式 (3) は誤植")
    found = attachments.mark(journal, made, 2, "definition")
    assert found.marks == {2: "definition", 7: "式 (3) は誤植"} and list(found.marks) == [2, 7]
    with pytest.raises(Conflict) as caught:
        attachments.mark(journal, made, 2, "other")
    assert isinstance(caught.value.current, Attachment) and caught.value.current.marks[2] == "definition"
    assert attachments.mark(journal, made, 2, "better", before="definition").marks[2] == "better"
    assert attachments.mark(journal, made, 2, " ", before="better").marks == {7: "式 (3) は誤植"}
    with pytest.raises(EntryError, match="begin at 1"):
        attachments.mark(journal, made, 0, "x")
    with pytest.raises(EntryError, match="no attachment 99"):
        attachments.mark(journal, 99, 1, "x")


def test_off_and_on_again(journal: sqlite3.Connection, settings: Settings, entry: int) -> None:
    """What is taken off an entry can be put back, its file and marks with it."""
    made = attachments.keep(settings, journal, entry, "a.pdf", PDF, 1.0)
    attachments.mark(journal, made, 1, "x")
    assert attachments.drop(journal, made, 2.0) and not attachments.drop(journal, made, 3.0)
    assert attachments.attachments_of(journal, entry) == []
    assert [one.id for one in attachments.attachments_of(journal, entry, removed=True)] == [made]
    assert attachments.restore(journal, made) and not attachments.restore(journal, made)
    assert only(journal, entry).marks == {1: "x"}
    assert attachments.read_data(settings, only(journal, entry)) == PDF
