"""Files of entries as the page reads and changes them: pictures, PDFs and one's own words beside their pages."""

import sqlite3
import time
from collections.abc import Sequence
from typing import NamedTuple

from app import reads
from store import attachments
from store.attachments import Attachment
from store.errors import EntryError
from store.settings import Settings


class File(NamedTuple):
    """A file that was given to the page."""

    name: str
    data: bytes


def read_file(settings: Settings, attachment: Attachment) -> bytes:
    """What is in an attached file. EntryError where it is gone or damaged."""
    return attachments.read_data(settings, attachment)


def mark_page(settings: Settings, attachment_id: int, page: int, text: str, before: str) -> None:
    """Write one's words beside a page of a PDF, where ``before`` stood. Conflict where it is something else now."""
    check(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        attachments.mark(connection, attachment_id, page, text, before=before)


def drop_file(settings: Settings, attachment_id: int) -> None:
    """Take a file off its entry; it can be put back."""
    check(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        attachments.drop(connection, attachment_id, time.time())


def restore_file(settings: Settings, attachment_id: int) -> None:
    """Put a file back on its entry."""
    check(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        attachments.restore(connection, attachment_id)


def check(settings: Settings, files: Sequence[File] = ()) -> None:
    """Raises JournalReadOnly where nothing may be changed, EntryError where one of the files cannot be kept."""
    reads.refuse_read_only(settings)
    for file in files:
        if len(file.data) > attachments.LARGEST:
            raise EntryError(
                "{name} is larger than the {most} MB that are kept",
                name=file.name,
                most=attachments.LARGEST // 1_000_000,
            )
        try:
            attachments.sniff(file.data)
        except EntryError as error:
            raise EntryError("{name}: {error}", name=file.name, error=error.phrase) from error


def keep_files(
    settings: Settings, connection: sqlite3.Connection, entry_id: int, files: Sequence[File], now: float
) -> str:
    """Attach files; the Markdown that shows them."""
    kept = [attachments.keep(settings, connection, entry_id, file.name, file.data, now) for file in files]
    found = [attachments.read_attachment(connection, one) for one in kept]
    return "\n\n".join(file.markdown for file in found if file is not None)
