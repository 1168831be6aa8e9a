"""Fetching the PDFs that are wanted: each once, at our turn, in pieces where that takes long, and looked at first.

A piece lasts no longer than an answer of arXiv may. What came so far is kept beside its place, with what tells whether
the rest on the server still belongs to it; so a fetch that was cut off, or a restart, goes on where it was.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from requests import Response

from store import paper_files
from store.database import write
from store.paper_faults import spell
from store.paper_rows import Paper, known
from store.settings import Settings
from workers.alerts.channels.deadline import DeadlineAdapter
from workers.papers.answers import read_retry_after
from workers.papers.arxiv_client import USER_AGENT
from workers.papers.drafts import Part, drop_draft, read_draft, write_about
from workers.papers.gate import Gate, NotNow, Turn
from workers.papers.pdf_reader import look_into

MOST_BYTES = 100_000_000
LEAST_PIECE_BYTES = 100_000
"""A piece that brings less than that is a try that failed."""
_LOCK = ".lock"
_MOST_MOVES = 4
_CHUNK = 1 << 13
_HEAD = 1024
_TAIL = 4096


class _Failed(Exception):
    """Why a piece could not be had; ``final`` where asking again is of no use, ``until`` where the server says when."""

    def __init__(self, reason: str, *, final: bool = False, until: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.until = until


class PaperFiles:
    """Fetches what is wanted, a piece at a time; belongs to the gate's thread."""

    def __init__(
        self,
        gate: Gate,
        settings: Settings,
        clock: Callable[[], float] = time.time,
        *,
        beat: Callable[[], None] = lambda: None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.gate = gate
        self.settings = settings
        self.clock = clock
        self.beat = beat
        self.most_bytes = most_bytes

    @property
    def connection(self) -> sqlite3.Connection:
        """The journal."""
        return self.gate.connection

    def tick(self) -> bool:
        """Fetch a piece of the PDF that was asked for first; whether there was anything to do. What fails is kept with
        the paper, nothing of it is raised. False too where another process is at it."""
        if paper_files.next_wanted(self.connection, self.clock()) is None:
            return False
        with self._lock() as is_ours:
            wanted = paper_files.next_wanted(self.connection, self.clock()) if is_ours else None
            if wanted is None:
                return False
            paper = known(self.connection, wanted.paper_id)
            try:
                self._advance(paper)
            except NotNow as pause:
                with write(self.connection):
                    paper_files.put_off(self.connection, paper.id, pause.until, pause.reason)
            except _Failed as failure:
                self._record(paper, failure)
            except OSError as error:
                self._record(paper, _Failed(f"the PDF cannot be kept: {error.strerror or error}"))
        return True

    @contextlib.contextmanager
    def _lock(self) -> Iterator[bool]:
        """Whether nobody else fetches into this data folder; the kernel lets go of it when its holder dies."""
        folder = self.settings.home / paper_files.FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)

    def _record(self, paper: Paper, failure: _Failed) -> None:
        with write(self.connection):
            if failure.until is not None:
                paper_files.put_off(self.connection, paper.id, failure.until, failure.reason)
            else:
                now = self.clock()
                paper_files.note_failure(self.connection, paper.id, now, failure.reason, final=failure.final)

    def _advance(self, paper: Paper) -> None:
        address, of_arxiv = self._address(paper)
        place = paper_files.file_path(self.settings.home, paper.ref)
        draft = place.with_name(f".{place.name}.part")
        part = read_draft(draft, address)
        with self.gate.request() if of_arxiv else contextlib.nullcontext() as turn:
            is_whole = self._fetch(draft, part, turn)
        self.beat()
        if is_whole:
            self._publish(draft, place, paper)
        else:
            with write(self.connection):
                paper_files.put_off(self.connection, paper.id, self.clock())

    def _address(self, paper: Paper) -> tuple[str, bool]:
        """Where the PDF is, and whether that is arXiv, which is asked only at our turn."""
        if paper.source == "arxiv":
            version = f"v{paper.version}" if paper.version else ""
            return f"{self.settings.arxiv_url}/pdf/{paper.ref}{version}", True
        address = paper_files.web_address(paper)
        if address is None:
            raise _Failed(spell("pdf_nowhere"), final=True)
        return address, _is_arxiv(address, self.settings)

    def _fetch(self, draft: Path, part: Part, turn: Turn | None) -> bool:
        """Fetch the next piece into the draft; whether it is whole then."""
        headers = {"User-Agent": USER_AGENT, "Accept": "application/pdf", "Accept-Encoding": "identity",
                   "Connection": "close"}  # fmt: skip
        if part.size and part.validator:
            headers |= {"Range": f"bytes={part.size}-", "If-Range": part.validator}
        adapter = DeadlineAdapter(self.settings.arxiv_timeout_seconds)
        with requests.Session() as session:
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            before = part.size
            try:
                with adapter.deadline():
                    response = session.get(part.where, headers=headers, stream=True, allow_redirects=False)
                    with contextlib.closing(response):
                        is_whole = self._take(response, draft, part, turn)
                if adapter.expired:
                    raise requests.ReadTimeout("the time for this piece is up")
                return is_whole
            except requests.RequestException as error:
                came = part.size - before if part.size > before else part.size if part.size < before else 0
                if came >= LEAST_PIECE_BYTES and part.validator:
                    return False
                raise _Failed(_explain(error, adapter)) from error

    def _take(self, response: Response, draft: Path, part: Part, turn: Turn | None) -> bool:
        status = response.status_code
        if status in (403, 429, 503):
            after = read_retry_after(response.headers.get("Retry-After", ""), self.clock())
            reason = spell("pdf_left_alone", host=_host(part), status=status)
            raise _Failed(reason, until=turn.refused(reason, after) if turn else None)
        if turn is not None and status < 500:
            turn.answered()
        if response.is_redirect:
            return self._follow(response, draft, part)
        if status == 416:
            drop_draft(draft)
            raise _Failed(spell("pdf_changed"))
        if status in (404, 410):
            raise _Failed(spell("pdf_none", host=_host(part), status=status), final=True)
        if status not in (200, 206):
            raise _Failed(spell("pdf_status", host=_host(part), status=status), final=400 <= status < 500)
        if status == 200 or not _continues(response, part):
            part.size = 0
            if status == 206:
                drop_draft(draft)
                raise _Failed(spell("pdf_part", host=_host(part)))
        return self._keep(response, draft, part)

    def _follow(self, response: Response, draft: Path, part: Part) -> bool:
        """Note where the PDF is instead; it is asked for there at the next turn."""
        where = urljoin(part.where, response.headers.get("Location", ""))
        safe = urlsplit(where).scheme == "https" or urlsplit(where).scheme == urlsplit(part.where).scheme
        if part.moves >= _MOST_MOVES or not safe:
            drop_draft(draft)
            raise _Failed(spell("pdf_moved", host=_host(part)), final=True)
        drop_draft(draft)
        write_about(draft, Part(part.address, where, moves=part.moves + 1))
        return False

    def _keep(self, response: Response, draft: Path, part: Part) -> bool:
        length = response.headers.get("Content-Length", "")
        total = part.size + int(length) if length.isdecimal() else None
        if total is not None and total > self.most_bytes:
            large = spell("pdf_large", size=f"{total / 1e6:.0f}", most=f"{self.most_bytes / 1e6:.0f}")
            raise _Failed(large, final=True)
        etag = response.headers.get("ETag", "")
        part.validator = etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified") or None
        write_about(draft, part)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (0 if part.size else os.O_TRUNC), 0o600)
        with os.fdopen(descriptor, "r+b" if part.size else "wb") as file:
            file.seek(part.size)
            file.truncate()
            for data in response.iter_content(_CHUNK):
                if part.size < _HEAD and not _may_be_pdf(data if not part.size else b"%PDF-"):
                    drop_draft(draft)
                    raise _Failed(_spell_other(_host(part), data))
                file.write(data)
                file.flush()
                part.size += len(data)
                if part.size > self.most_bytes:
                    drop_draft(draft)
                    raise _Failed(spell("pdf_larger", most=f"{self.most_bytes / 1e6:.0f}"), final=True)
        if total is not None and part.size != total:
            raise requests.ConnectionError("the connection broke off")
        if total is None and not _has_end(draft):
            raise requests.ConnectionError("the connection broke off")
        return True

    def _publish(self, draft: Path, place: Path, paper: Paper) -> None:
        """Put a whole PDF into its place, after a look into it, and let its text be found."""
        if draft.stat().st_size == 0:
            drop_draft(draft)
            raise _Failed(spell("pdf_empty"))
        pages, text, error = look_into(draft, self.beat)
        if error:
            drop_draft(draft)
            raise _Failed(spell("pdf_damaged", reason=error))
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size = draft.stat().st_size
        draft.replace(place)
        drop_draft(draft)
        with write(self.connection):
            paper_files.note_ready(
                self.connection, paper.id, self.clock(), version=paper.version, size=size, digest=digest, pages=pages,
                text=text,
            )  # fmt: skip


def _continues(response: Response, part: Part) -> bool:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == part.size


def _may_be_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:_HEAD]


def _has_end(path: Path) -> bool:
    """Whether the mark of the end of a PDF is near the end of a file, of which no length was told."""
    with path.open("rb") as file:
        file.seek(-min(_TAIL, path.stat().st_size), os.SEEK_END)
        return b"%%EOF" in file.read()


def _spell_other(host: str, data: bytes) -> str:
    found = re.search(rb"<title[^>]*>\s*([^<]{1,100})</title>", data, re.IGNORECASE)
    if found is None:
        return spell("pdf_other", host=host)
    return spell("pdf_page", host=host, title=" ".join(found[1].decode("utf-8", "replace").split()))


def _host(part: Part) -> str:
    host = urlsplit(part.where).hostname or "the server"
    return "arXiv" if host == "arxiv.org" or host.endswith(".arxiv.org") else host


def _is_arxiv(address: str, settings: Settings) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "arxiv.org" or host.endswith(".arxiv.org") or host == urlsplit(settings.arxiv_url).hostname


def _explain(error: requests.RequestException, adapter: DeadlineAdapter) -> str:
    if adapter.expired or isinstance(error, requests.Timeout):
        return spell("pdf_slow", seconds=f"{adapter.seconds:g}")
    if isinstance(error, requests.exceptions.SSLError):
        return spell("pdf_certificate")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return spell("pdf_address")
    return spell("pdf_broke")
