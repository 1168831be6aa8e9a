"""A local arXiv: real HTTP, the part of its API that Machiai uses, and every way of failing.

    python -m tests.fakes.arxiv_server --port 0 --papers 30 --faults 0.3 --data ../shared/data/arxiv

prints its address and serves until it is ended; ``GET /inspect`` there shows what it was asked. In a test::

    with ArxivServer([sample("2611.00001", "Deep nets")]) as server:
        server.script(refuse(429, retry_after="2"), web_page(), truncated())
        ...
        assert server.shortest_gap() >= 3 and server.most_at_once == 1
"""

import argparse
import json
import random
import re
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.arxiv_feed import ID, Entry, Query, error_feed, feed, real_answer, real_entries, sample, samples

MAINTENANCE = b"""<!DOCTYPE html>
<html><head><title>arXiv is under maintenance</title></head><body><p>Back soon.<br>Sorry</p></body></html>"""


@dataclass(frozen=True)
class Fault:
    """One way for a request to go wrong."""

    kind: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


def refuse(status: int = 429, retry_after: str | None = None) -> Fault:
    """Refuse, with or without saying for how long."""
    return Fault("answer", status, {"Retry-After": retry_after} if retry_after is not None else {}, b"busy")


def rate_exceeded() -> Fault:
    """Refuse in plain words, as if all were well."""
    return Fault("answer", 200, {"Content-Type": "text/plain"}, b"Rate exceeded.")


def web_page() -> Fault:
    """Show a page about maintenance, as if all were well."""
    return Fault("answer", 200, {"Content-Type": "text/html"}, MAINTENANCE)


def empty_body() -> Fault:
    """Answer with nothing."""
    return Fault("answer", 200)


def empty_feed(total: int = 214_881) -> Fault:
    """A feed that says how many papers there are, and has none."""
    return Fault("answer", 200, {"Content-Type": "application/atom+xml"}, feed([], total, 0, 10).encode())


def truncated(share: float = 0.6) -> Fault:
    """A feed that stops in the middle; for HTTP all is well."""
    return Fault("truncated", seconds=share)


def broken_off() -> Fault:
    """A connection that breaks in the middle of the answer."""
    return Fault("cut")


def dropped(*, rudely: bool = False) -> Fault:
    """A connection that closes without an answer."""
    return Fault("reset" if rudely else "drop")


def slow(seconds: float) -> Fault:
    """Nothing for so long, then the right answer."""
    return Fault("stall", seconds=seconds)


def dripping(seconds: float = 0.05) -> Fault:
    """The answer byte by byte, without end."""
    return Fault("drip", seconds=seconds)


def failing(status: int = 500) -> Fault:
    """An error of the server."""
    return Fault("answer", status, {"Content-Type": "text/html"}, b"<html><h1>Internal Server Error</h1></html>")


def canned(path: Path) -> Fault:
    """A recorded answer, whatever was asked."""
    status, body = real_answer(path)
    return Fault("answer", status, {"Content-Type": "application/atom+xml; charset=utf-8"}, body)


__all__ = ["ArxivServer", "Entry", "Fault", "real_entries", "sample", "samples"]
RANDOM_FAULTS = (
    refuse(429, "1"), refuse(503), rate_exceeded(), web_page(), empty_body(), empty_feed(), truncated(), broken_off(),
    dropped(), dropped(rudely=True), slow(1.0), failing(),
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One request as it came in; ``began`` on the steady clock."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    began: float


class ArxivServer:
    """The server; a context manager. All lists may be read, and ``papers`` changed, at any time.

    ``fault_rate`` is the share of requests that meet one of ``faults``, drawn by ``seed``; ``sorts`` says whether
    ``sortBy`` is heeded. ``files`` are PDFs by name (``2611.00001v1``).
    """

    def __init__(
        self,
        papers: Iterable[Entry] = (),
        *,
        port: int = 0,
        fault_rate: float = 0.0,
        faults: Sequence[Fault] = RANDOM_FAULTS,
        seed: int = 0,
    ) -> None:
        self.papers = list(papers)
        self.fault_rate = fault_rate
        self.faults = faults
        self.sorts = True
        self.page_limit = 2000
        self.files: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.closing = threading.Event()
        self._at_once = 0
        self._script: list[Fault] = []
        self._always: Fault | None = None
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", port), _Handler, self)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "ArxivServer":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="fake-arxiv", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def script(self, *faults: Fault | None) -> None:
        """Let the next requests meet these faults, one each, in order; None is none."""
        with self._lock:
            self._script.extend(Fault("none") if one is None else one for one in faults)

    def always(self, fault: Fault | None) -> None:
        """Let every request meet this fault, until told otherwise."""
        self._always = fault

    def put(self, *papers: Entry) -> None:
        """Publish papers, or newer versions of them."""
        with self._lock:
            names = {one.base for one in papers}
            self.papers = [one for one in self.papers if one.base not in names] + list(papers)

    def shortest_gap(self) -> float:
        """The shortest time between the beginnings of two requests, in seconds."""
        began = sorted(one.began for one in self.requests)
        return min((later - one for one, later in pairwise(began)), default=float("inf"))

    def queries(self) -> list[dict[str, str]]:
        """What was asked, in order."""
        return [one.query for one in self.requests]

    def next_fault(self) -> Fault | None:
        """The fault that a request is to meet, if any."""
        with self._lock:
            if self._script:
                return self._script.pop(0)
            if self.fault_rate and self._chance.random() < self.fault_rate:
                return self._chance.choice(list(self.faults))
        return self._always

    def begin(self, request: Request) -> None:
        """A request has come in."""
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)

    def end(self) -> None:
        """It has been answered, or not."""
        with self._lock:
            self._at_once -= 1

    def answer(self, query: dict[str, str]) -> tuple[int, bytes]:
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


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type["_Handler"], fake: ArxivServer) -> None:
        self.fake = fake
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_GET(self) -> None:
        fake = self.server.fake
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/inspect":
            self._send(200, json.dumps([one.query for one in fake.requests]).encode(), {})
            return
        request = Request(parts.path, query, dict(self.headers), time.monotonic())
        fake.begin(request)
        try:
            self._serve(fake, request)
        finally:
            fake.end()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent: the requests are remembered."""

    def _serve(self, fake: ArxivServer, request: Request) -> None:
        kind = "application/atom+xml; charset=utf-8"
        headers = {"Content-Type": kind}
        if request.path == "/api/query":
            code, body = fake.answer(request.query)
        elif request.path.startswith("/pdf/"):
            code, body, headers = _file(fake, request)
        else:
            code, body = 404, b"nothing here"
        fault = fake.next_fault()
        if fault is None or fault.kind == "none":
            self._send(code, body, headers)
        elif fault.kind == "answer":
            self._send(fault.status, fault.body, fault.headers)
        elif fault.kind == "truncated":
            self._send(code, body[: int(len(body) * fault.seconds)], headers)
        elif fault.kind == "cut":
            self.close_connection = True
            self._send(code, body[: len(body) // 2], headers, length=len(body))
        elif fault.kind == "stall":
            fake.closing.wait(fault.seconds)
            self._send(code, body, headers)
        elif fault.kind == "drip":
            self.close_connection = True
            self._send(code, b"", headers, length=len(body) + 10_000)
            while not fake.closing.wait(fault.seconds):
                self.wfile.write(b" ")
        else:
            if fault.kind == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

    def _send(self, code: int, body: bytes, headers: dict[str, str], length: int | None = None) -> None:
        self.send_response_only(code)
        for name, value in {**headers, "Content-Length": str(len(body) if length is None else length)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _file(fake: ArxivServer, request: Request) -> tuple[int, bytes, dict[str, str]]:
    body = fake.files.get(unquote(request.path).removeprefix("/pdf/").removesuffix(".pdf"))
    if body is None:
        return 404, b"<html>no such paper</html>", {"Content-Type": "text/html"}
    headers = {"Content-Type": "application/pdf", "Accept-Ranges": "bytes", "ETag": f'"{len(body)}"'}
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if found is None:
        return 200, body, headers
    begin, end = int(found[1]), int(found[2] or len(body) - 1)
    if begin >= len(body):
        return 416, b"", {**headers, "Content-Range": f"bytes */{len(body)}"}
    return 206, body[begin : end + 1], {**headers, "Content-Range": f"bytes {begin}-{end}/{len(body)}"}


def main(arguments: Iterable[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="a local arXiv that can fail at random")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--papers", type=int, default=30, help="how many made-up papers there are")
    parser.add_argument("--data", type=Path, help="a folder of recorded answers, whose papers are there too")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that go wrong, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(list(arguments) if arguments is not None else None)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    papers = samples(given.papers) + (real_entries(given.data) if given.data else [])
    with ArxivServer(papers, port=given.port, fault_rate=given.faults, seed=given.seed) as server:
        print(server.url, flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
