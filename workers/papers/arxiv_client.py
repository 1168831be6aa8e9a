"""Asking arXiv through the `arxiv` package: a page at a time, each at our turn, in bounded time, and looked at first.

The package itself waits for ever, repeats what cannot succeed, and takes a refusal in plain words for an empty page.
So it runs here with a transport of ours under it and without its own repeating; it builds addresses and reads feeds.
"""

import platform
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import arxiv
import requests
from requests import PreparedRequest, Response

from store.errors import PaperError
from store.paper_faults import spell
from store.paper_ids import read_doi, read_entry_id
from store.paper_queries import is_category
from store.papers import Find
from store.settings import Settings
from workers.alerts.channels.deadline import DeadlineAdapter
from workers.papers.answers import LARGEST_BYTES, Garbled, Page, Refusal, Unreached, read_answer
from workers.papers.gate import Gate

VERSION = "0.1.0"
USER_AGENT = f"Machiai/{VERSION} (a personal reading queue; Python {platform.python_version()})"
_WITHDRAWN = re.compile(
    r"(^|[.!?;]\s+|\()\W*((this|the)\s+)?((arxiv\s+)?(paper|article|submission|manuscript|preprint|work|version|note)\s+)?"
    r"((has\s+been|have\s+been|was|is|being)\s+)?(temporarily\s+|now\s+|hereby\s+)?(withdrawn|retracted)\b",
    re.IGNORECASE,
)
_CHUNK = 65536


@dataclass(frozen=True)
class Found:
    """One page of a search: what arXiv says of it, and its papers in order."""

    page: Page
    finds: tuple[Find, ...]


class ArxivClient:
    """Asks at the turns of a gate; belongs to the gate's thread."""

    def __init__(self, gate: Gate, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.gate = gate
        self.settings = settings
        self.clock = clock

    def search(self, query: str, start: int, count: int) -> Found:
        """The page of at most ``count`` papers from ``start`` on, those that changed last first.

        Raises BadAnswer, in one of its kinds, and NotNow where arXiv may not be asked.
        """
        return self._ask(arxiv.Search(query, None, start + count, arxiv.SortCriterion.LastUpdatedDate), start, count)

    def look_up(self, ids: Sequence[str]) -> Found:
        """The papers of these ids; one that arXiv does not know is not among them. Raises as ``search`` does."""
        return self._ask(arxiv.Search("", list(ids), len(ids)), 0, len(ids))

    def _ask(self, search: arxiv.Search, start: int, count: int) -> Found:
        client = arxiv.Client(page_size=count, delay_seconds=0.0, num_retries=0)
        client.query_url_format = f"{self.settings.arxiv_url}/api/query?{{}}"
        transport = _Transport(self.gate, self.settings.arxiv_timeout_seconds, start, self.clock)
        with client._session as session:
            session.mount("https://", transport)
            session.mount("http://", transport)
            try:
                results = client.results(search, start)
                first = next(results, None)
                page = transport.page
                if page is None:
                    raise Garbled(spell("empty"))
                rest = islice(results, min(page.usable, count) - 1) if first is not None else ()
                finds = [_find(one) for one in ([first, *rest] if first is not None else [])]
            except arxiv.ArxivError as error:  # every status but 200 was told apart before
                raise Unreached(spell("strange", words=error.message)) from error
            except requests.RequestException as error:
                raise Unreached(_explain(error, transport)) from error
            except (ValueError, TypeError) as error:
                raise Garbled(spell("strange", words=str(error)[:120])) from error
        return Found(page, tuple(one for one in finds if one is not None))


class _Transport(DeadlineAdapter):
    """The way of one question: at our turn, in bounded time, on a connection that is closed before the turn ends."""

    def __init__(self, gate: Gate, seconds: float, start: int, clock: Callable[[], float]) -> None:
        super().__init__(seconds)
        self.gate = gate
        self.start = start
        self.clock = clock
        self.page: Page | None = None

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request of the package; BadAnswer for an answer that it would take for another."""
        request.headers["User-Agent"] = USER_AGENT
        request.headers["Connection"] = "close"
        with self.gate.request() as turn:
            try:
                with self.deadline():
                    response = super().send(request, True, timeout, verify, cert, proxies)
                    body = _read(response)
                if self.expired:
                    raise requests.ReadTimeout("the time for this is up", request=request)
                if response.is_redirect:
                    return response
                headers = {name.lower(): value for name, value in response.headers.items()}
                self.page = read_answer(response.status_code, headers, body, self.start, self.clock())
                turn.answered()
            except Refusal as refusal:
                turn.refused(refusal.reason, refusal.retry_after)
                raise
            finally:
                self.close()
        return response


def _read(response: Response) -> bytes:
    """The body, which the response keeps for those who ask for it later."""
    parts, size = [], 0
    for part in response.iter_content(_CHUNK):
        size += len(part)
        if size > LARGEST_BYTES:
            response.close()
            raise Garbled(spell("too_large", size=LARGEST_BYTES // 1_000_000))
        parts.append(part)
    response._content = b"".join(parts)  # what `content` gives; it has been read
    response._content_consumed = True  # type: ignore[attr-defined]
    return response._content


def _explain(error: requests.RequestException, transport: _Transport) -> str:
    if transport.expired or isinstance(error, requests.Timeout):
        return spell("late", seconds=f"{transport.seconds:g}")
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return spell("broke_off")
    if isinstance(error, requests.exceptions.SSLError):
        return spell("certificate")
    if isinstance(error, requests.exceptions.ProxyError):
        return spell("proxy")
    if isinstance(error, requests.ConnectionError):
        words = str(error)
        if re.search(r"resol|Name or service|gaierror", words):
            return spell("not_found")
        if re.search(r"refused|unreachable|No route", words):
            return spell("not_reached")
        return spell("broke")
    return spell("not_asked", kind=type(error).__name__)


def _find(result: arxiv.Result) -> Find | None:
    """An entry as we keep papers; None for one whose id is none of arXiv's."""
    try:
        name = read_entry_id(result.entry_id)
    except PaperError:
        return None
    title, abstract = " ".join(result.title.split()), " ".join(result.summary.split())
    named = [result.primary_category, *result.categories]
    return Find(
        name.base,
        title or f"arXiv:{name.base}",
        authors=tuple(one for author in result.authors if (one := " ".join(author.name.split()))),
        abstract=abstract,
        categories=tuple(dict.fromkeys(one for one in named if one and is_category(one))),
        comment=" ".join((result.comment or "").split()) or None,
        journal=" ".join((result.journal_ref or "").split()) or None,
        doi=read_doi(result.doi) if result.doi else None,
        url=f"https://arxiv.org/abs/{name.base}",
        pdf_url=f"https://arxiv.org/pdf/{name}",
        published=result.published.timestamp(),
        updated=result.updated.timestamp(),
        version=name.version or 1,
        withdrawn=is_withdrawn(title, abstract, result.comment or ""),
    )


def is_withdrawn(title: str, abstract: str, comment: str) -> bool:
    """Whether a paper is said to be withdrawn: arXiv has no mark for it but the words of its authors."""
    if any(_WITHDRAWN.search(" ".join(text.split())) for text in (comment, title)):
        return True
    found = _WITHDRAWN.match(" ".join(abstract.split()))
    return found is not None and len(abstract) < 1000
