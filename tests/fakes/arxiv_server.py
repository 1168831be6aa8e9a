"""A local arXiv: real HTTP, the part of its API that Machiai uses, and every way of failing.

    python -m tests.fakes.arxiv_server --port 0 --papers 30 --faults 0.3 --data ../shared/data/arxiv

prints its address and serves until it is ended; ``GET /inspect`` there shows what it was asked. In a test::

    with ArxivServer([sample("2611.00001", "Deep nets")]) as server:
        server.script(refuse(429, retry_after="2"), web_page(), truncated())
        ...
        assert server.shortest_gap() >= 3 and server.most_at_once == 1
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.fakes import faulty_server
from tests.fakes.arxiv_feed import ID, Entry, Query, error_feed, feed, real_answer, real_entries, sample, samples
from tests.fakes.faulty_server import Answer, Fault, FaultyServer, Request

MAINTENANCE = b"""<!DOCTYPE html>
<html><head><title>arXiv is under maintenance</title></head><body><p>Back soon.<br>Sorry</p></body></html>"""


HTML = {"Content-Type": "text/html"}


def answer(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Fault:
    """Answer with exactly that."""
    return Fault("answer", "*", status=status, headers=headers or {}, body=body)


def refuse(status: int = 429, retry_after: str | None = None) -> Fault:
    """Refuse, with or without saying for how long."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return answer(status, b"busy", headers)


def rate_exceeded() -> Fault:
    """Refuse in plain words, as if all were well."""
    return answer(200, b"Rate exceeded.", {"Content-Type": "text/plain"})


def web_page() -> Fault:
    """Show a page about maintenance, as if all were well."""
    return answer(200, MAINTENANCE, HTML)


def empty_body() -> Fault:
    """Answer with nothing."""
    return answer(200)


def empty_feed(total: int = 214_881) -> Fault:
    """A feed that says how many papers there are, and has none."""
    return answer(200, feed([], total, 0, 10).encode())


def truncated(share: float = 0.6) -> Fault:
    """A feed that stops in the middle; for HTTP all is well."""
    return Fault("truncated", "*", share=share)


def broken_off() -> Fault:
    """A connection that breaks in the middle of the answer."""
    return Fault("cut", "*")


def dropped(*, rudely: bool = False) -> Fault:
    """A connection that closes without an answer."""
    return Fault("reset" if rudely else "drop", "*")


def slow(seconds: float) -> Fault:
    """Nothing for so long, then the right answer."""
    return Fault("stall", "*", seconds=seconds)


def dripping(seconds: float = 0.05) -> Fault:
    """The answer byte by byte, without end."""
    return Fault("drip body", "*", seconds=seconds)


def failing(status: int = 500) -> Fault:
    """An error of the server."""
    return answer(status, b"<html><h1>Internal Server Error</h1></html>", HTML)


def canned(path: Path) -> Fault:
    """A recorded answer, whatever was asked."""
    status, body = real_answer(path)
    return answer(status, body)


__all__ = ["ArxivServer", "Entry", "Fault", "real_entries", "sample", "samples"]
RANDOM_FAULTS = (
    refuse(429, "1"), refuse(503), rate_exceeded(), web_page(), empty_body(), empty_feed(), truncated(), broken_off(),
    dropped(), dropped(rudely=True), slow(1.0), failing(),
)  # fmt: skip


class ArxivServer(FaultyServer):
    """The server; all lists may be read, and ``papers`` changed, at any time.

    ``sorts`` says whether ``sortBy`` is heeded. ``files`` are PDFs by name (``2611.00001v1``).
    """

    media_type = "application/atom+xml; charset=utf-8"

    def __init__(
        self,
        papers: Iterable[Entry] = (),
        *,
        port: int = 0,
        fault_rate: float = 0.0,
        faults: Sequence[Fault] = RANDOM_FAULTS,
        seed: int = 0,
    ) -> None:
        super().__init__(port=port, fault_rate=fault_rate, faults=faults, seed=seed)
        self.papers = list(papers)
        self.sorts = True
        self.page_limit = 2000
        self.files: dict[str, bytes] = {}

    def put(self, *papers: Entry) -> None:
        """Publish papers, or newer versions of them."""
        with self.lock:
            names = {one.base for one in papers}
            self.papers = [one for one in self.papers if one.base not in names] + list(papers)

    def queries(self) -> list[dict[str, str]]:
        """What was asked, in order."""
        return [one.query for one in self.requests]

    def inspect(self) -> dict[str, Any]:
        """What ``GET /inspect`` shows."""
        return {"queries": self.queries()}

    def reply(self, request: Request, *, stores: bool) -> Answer:
        """A page of the API, or a file."""
        if request.path == "/api/query":
            return Answer(*self.find(request.query))
        if request.path.startswith("/pdf/"):
            return self._send_file(request)
        return Answer(404, b"nothing here")

    def find(self, query: dict[str, str]) -> tuple[int, bytes]:
        """What the API says to that."""
        start, count = int(query.get("start", 0)), int(query.get("max_results", 10))
        if count > self.page_limit or start + count > 30_000:
            return 400, error_feed("max_results", f"max_results must be at most {self.page_limit}")
        papers = list(self.papers)
        if query.get("id_list"):
            wanted = query["id_list"].split(",")
            for one in wanted:
                if not ID.fullmatch(one):
                    return 400, error_feed(f"incorrect_id_format_for_{one}", f"incorrect id format for {one}")
            known = {one.base: one for one in papers}
            papers = [known[name] for one in wanted if (name := one.partition("v")[0]) in known]
        if query.get("search_query"):
            try:
                papers = [one for one in papers if Query(query["search_query"]).holds(one)]
            except (IndexError, ValueError):
                return 400, error_feed("bad_query", "the query could not be read")
        if self.sorts and query.get("sortBy") == "lastUpdatedDate":
            papers.sort(key=lambda one: one.updated, reverse=query.get("sortOrder") != "ascending")
        page = papers[start : start + count]
        return 200, feed(page, len(papers), start, count, query.get("search_query", "")).encode()

    def _send_file(self, request: Request) -> Answer:
        body = self.files.get(unquote(request.path).removeprefix("/pdf/").removesuffix(".pdf"))
        if body is None:
            return Answer(404, b"<html>no such paper</html>", HTML)
        headers = {"Content-Type": "application/pdf", "Accept-Ranges": "bytes", "ETag": f'"{len(body)}"'}
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if found is None:
            return Answer(200, body, headers)
        begin, end = int(found[1]), int(found[2] or len(body) - 1)
        if begin >= len(body):
            return Answer(416, b"", {**headers, "Content-Range": f"bytes */{len(body)}"})
        part = {"Content-Range": f"bytes {begin}-{end}/{len(body)}"}
        return Answer(206, body[begin : end + 1], headers | part)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = faulty_server.options("a local arXiv that can fail at random")
    parser.add_argument("--papers", type=int, default=30, help="how many made-up papers there are")
    parser.add_argument("--data", type=Path, help="a folder of recorded answers, whose papers are there too")
    given = parser.parse_args()
    papers = samples(given.papers) + (real_entries(given.data) if given.data else [])
    faulty_server.serve(ArxivServer(papers, port=given.port, fault_rate=given.faults, seed=given.seed))


if __name__ == "__main__":
    main()
