"""The PDFs of papers: which are wanted, which lie in the data folder, and what went wrong with the others."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from store.errors import PaperError
from store.paper_rows import Paper, index, known, write_fields

FOLDER = "papers"
"""Below the data folder; for nobody else to read: arXiv does not want its PDFs served from elsewhere."""
RETRY_SECONDS = (60.0, 300.0, 1800.0, 7200.0)
"""How long after each try that failed the next one is; after the last, a person has to ask again."""
MOST_CHARACTERS = 400_000
"""How much of a paper's text is searched: a thesis of some two hundred pages."""


@dataclass(frozen=True)
class PaperFile:
    """The PDF of a paper: ``wanted``, ``ready`` in that version, or ``failed`` with the ``error``.

    ``size`` is in bytes, ``digest`` SHA-256 in hexadecimal; ``tries`` failed so far, ``due`` is when the next one is.
    """

    paper_id: int
    version: int | None
    state: str
    size: int | None
    digest: str | None
    error: str
    tries: int
    due: float | None
    asked: float
    fetched: float | None


def want(connection: sqlite3.Connection, ref: str | int, now: float) -> bool:
    """Let the PDF of a paper be fetched; inside the caller's transaction. False where its newest version is there, or
    on its way. PaperError for a paper of which no PDF is known."""
    paper = known(connection, ref)
    if not has_pdf(paper):
        raise PaperError(
            "there is no PDF of {title}: it is not on arXiv, and no address of one is known", title=paper.title
        )
    file = read(connection, paper.id)
    if file is not None and (file.state == "wanted" or (file.state == "ready" and file.version == paper.version)):
        return False
    connection.execute(
        "INSERT INTO paper_files (paper_id, version, state, due, asked) VALUES (?, ?, 'wanted', ?, ?) "
        "ON CONFLICT (paper_id) DO UPDATE SET state = 'wanted', due = excluded.due, asked = excluded.asked, "
        "tries = 0, error = ''",
        (paper.id, paper.version, now, now),
    )
    return True


def want_again(connection: sqlite3.Connection, ref: str | int, now: float) -> None:
    """Fetch a PDF anew that is said to be there and is not, or is damaged; inside the caller's transaction."""
    connection.execute("DELETE FROM paper_files WHERE paper_id = ?", (known(connection, ref).id,))
    want(connection, ref, now)


def has_pdf(paper: Paper) -> bool:
    """Whether it is known where the PDF of a paper is."""
    return paper.source == "arxiv" or web_address(paper) is not None


def web_address(paper: Paper) -> str | None:
    """Where the PDF of a paper is that is not on arXiv."""
    for one in (paper.pdf_url, paper.url):
        if one and one.startswith(("https://", "http://")) and (one == paper.pdf_url or _names_pdf(one)):
            return one
    return None


def file_path(home: Path, ref: str) -> Path:
    """Where the PDF of a paper lies, or would lie."""
    return home / FOLDER / f"{ref.replace('/', '_')}.pdf"


def path_of(connection: sqlite3.Connection, home: Path, ref: str | int) -> Path | None:
    """The PDF of a paper, as it can be opened now; None where it was not fetched, or was taken away since."""
    paper = known(connection, ref)
    file = read(connection, paper.id)
    if file is None or file.size is None:
        return None
    path = file_path(home, paper.ref)
    try:
        return path if path.stat().st_size == file.size else None
    except OSError:
        return None


def read(connection: sqlite3.Connection, ref: str | int) -> PaperFile | None:
    """How it is with the PDF of a paper; None where nobody asked for it."""
    row = connection.execute("SELECT * FROM paper_files WHERE paper_id = ?", (known(connection, ref).id,)).fetchone()
    return PaperFile(**dict(row)) if row else None


def next_wanted(connection: sqlite3.Connection, now: float) -> PaperFile | None:
    """What is to be fetched now: what was asked for first, of what is due."""
    row = connection.execute(
        "SELECT * FROM paper_files WHERE state = 'wanted' AND due <= ? ORDER BY asked, paper_id LIMIT 1", (now,)
    ).fetchone()
    return PaperFile(**dict(row)) if row else None


def next_due(connection: sqlite3.Connection) -> float | None:
    """When something is to be fetched next; None where nothing is wanted."""
    row = connection.execute("SELECT min(due) FROM paper_files WHERE state = 'wanted'").fetchone()
    return None if row[0] is None else float(row[0])


def put_off(connection: sqlite3.Connection, paper_id: int, until: float, reason: str = "") -> None:
    """Go on at that time, without this having been a try that failed; inside the caller's transaction."""
    connection.execute("UPDATE paper_files SET due = ?, error = ? WHERE paper_id = ?", (until, reason, paper_id))


def note_failure(
    connection: sqlite3.Connection, paper_id: int, now: float, reason: str, *, final: bool = False
) -> None:
    """A try failed: the next one is later, unless this was the last or there is no use in more; inside the caller's
    transaction."""
    file = read(connection, paper_id)
    if file is None:
        return
    last = final or file.tries >= len(RETRY_SECONDS)
    connection.execute(
        "UPDATE paper_files SET state = ?, tries = tries + 1, error = ?, due = ? WHERE paper_id = ?",
        ("failed" if last else "wanted", reason, None if last else now + RETRY_SECONDS[file.tries], paper_id),
    )


def note_ready(
    connection: sqlite3.Connection,
    paper_id: int,
    now: float,
    *,
    version: int | None,
    size: int,
    digest: str,
    pages: int | None,
    text: str,
) -> None:
    """The PDF lies in its place, and its text can be found; inside the caller's transaction."""
    connection.execute(
        "UPDATE paper_files SET state = 'ready', version = ?, size = ?, digest = ?, error = '', tries = 0, due = NULL, "
        "fetched = ? WHERE paper_id = ?",
        (version, size, digest, now, paper_id),
    )
    paper = known(connection, paper_id)
    page = min(paper.page, pages) if paper.page and pages else paper.page
    paper = write_fields(connection, paper_id, paper.changed, {"pages": pages, "page": page})
    index(connection, paper, text[:MOST_CHARACTERS])


def _names_pdf(address: str) -> bool:
    return address.partition("#")[0].partition("?")[0].casefold().endswith(".pdf")
