"""A local HTTP server that can fail in every way; the local services are made of it.

A service derives from :class:`FaultyServer` and says in ``reply`` what it answers when all is well. Whether it then
answers so is decided by the faults: those of a ``script`` first, one a request, then chance.
"""

import abc
import argparse
import json
import random
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Fault:
    """One way for a request to go wrong; ``on`` is the method it waits for (``*`` for any).

    ``store`` says whether what was posted is kept all the same, as when only the answer is lost; ``share`` how much of
    the answer is sent where it is truncated.
    """

    kind: str
    on: str = "POST"
    store: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    share: float = 0.0


class Answer(NamedTuple):
    """What is answered when all is well; without a Content-Type it is of the server's own ``media_type``."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}


def drop(*, store: bool = False, reset: bool = False, on: str = "POST") -> Fault:
    """Close the connection without an answer; with ``reset``, rudely."""
    return Fault("reset" if reset else "drop", on, store)


def cut(*, store: bool = True, on: str = "POST") -> Fault:
    """Break off in the middle of the answer."""
    return Fault("cut", on, store)


def stall(seconds: float, *, store: bool = True, on: str = "POST") -> Fault:
    """Say nothing for so long, then answer as usual; what was posted is stored before the wait."""
    return Fault("stall", on, store, seconds=seconds)


def drip(part: str, seconds: float, *, store: bool = True, on: str = "POST") -> Fault:
    """Send the ``headers`` or the ``body`` of the answer byte by byte, ``seconds`` apart, without end."""
    return Fault(f"drip {part}", on, store, seconds=seconds)


def status(
    code: int,
    headers: dict[str, str] | None = None,
    *,
    error: str = "",
    message: str = "",
    store: bool = False,
    on: str = "POST",
) -> Fault:
    """Answer with that status and an error in Pushbullet's form."""
    body = json.dumps({"error": {"code": error or f"http_{code}", "type": "invalid_request", "message": message}})
    return Fault("answer", on, store, code, headers or {}, body.encode())


def answer(
    body: bytes,
    *,
    code: int = 200,
    headers: dict[str, str] | None = None,
    store: bool = False,
    on: str = "POST",
) -> Fault:
    """Answer with exactly that body."""
    return Fault("answer", on, store, code, headers or {}, body)


@dataclass(frozen=True)
class Request:
    """One request as it came in; ``body`` is what JSON it holds, else text, None where it is empty."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    allowed: bool = True
    time: float = 0.0


class FaultyServer(abc.ABC):
    """The server; a context manager. All lists may be read at any time.

    ``fault_rate`` is the share of requests that meet one of ``faults``, drawn by ``seed``.
    """

    media_type = "application/json"

    def __init__(
        self,
        *,
        port: int = 0,
        fault_rate: float = 0.0,
        faults: Sequence[Fault] = (),
        seed: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.fault_rate = fault_rate
        self.faults = faults
        self.clock = clock
        self.requests: list[Request] = []
        self.stored = threading.Event()
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.most_at_once = 0
        self._at_once = 0
        self._script: list[Fault | None] = []
        self._always: Fault | None = None
        self._chance = random.Random(seed)
        self._http = _Http(("127.0.0.1", port), _Handler, self)
        self.place = f"127.0.0.1:{self._http.server_address[1]}"
        self.url = f"http://{self.place}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._http.serve_forever, args=(0.02,), name=type(self).__name__, daemon=True
        ).start()  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def script(self, *faults: Fault | None) -> None:
        """Let the next requests that fit meet these faults, one each, in order; None is none."""
        with self.lock:
            self._script.extend(faults)

    def always(self, fault: Fault | None) -> None:
        """Let every request meet this fault, until told otherwise."""
        self._always = fault

    def clear_faults(self) -> None:
        """Work from now on."""
        with self.lock:
            self._script.clear()
            self._always = None
            self.fault_rate = 0.0

    def posts(self) -> list[Request]:
        """The requests that asked for something to be sent on."""
        return [request for request in self.requests if request.method == "POST"]

    def next_fault(self, method: str) -> Fault | None:
        """The fault that a request is to meet, if any."""
        with self.lock:
            if self._script and (self._script[0] is None or self._script[0].on in (method, "*")):
                return self._script.pop(0)
            if self.fault_rate and self._chance.random() < self.fault_rate:
                return self._chance.choice([fault for fault in self.faults if fault.on in (method, "*")])
        return self._always

    def begin(self, request: Request) -> None:
        """A request has come in."""
        with self.lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)

    def end(self) -> None:
        """It has been answered, or not."""
        with self.lock:
            self._at_once -= 1

    def shortest_gap(self) -> float:
        """The shortest time between the beginnings of two requests, in seconds."""
        began = sorted(one.time for one in self.requests)
        return min((later - one for one, later in pairwise(began)), default=float("inf"))

    def lets_in(self, headers: dict[str, str]) -> bool:
        """Whether somebody with those headers may use the server."""
        return True

    def inspect(self) -> dict[str, Any]:
        """What ``GET /inspect`` shows."""
        return {"requests": [(request.method, request.path, request.body) for request in list(self.requests)]}

    @abc.abstractmethod
    def reply(self, request: Request, *, stores: bool) -> Answer:
        """The answer when all is well; what is posted is kept where ``stores`` says so."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type["_Handler"], fake: FaultyServer) -> None:
        self.fake = fake
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent: the requests are remembered."""

    def _serve(self) -> None:
        fake = self.server.fake
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path == "/inspect":
            self._answer(200, json.dumps(fake.inspect()).encode(), {"Content-Type": "application/json"})
            return
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode("utf-8", "replace")
        headers = dict(self.headers)
        allowed = fake.lets_in(headers)
        request = Request(self.command, parts.path, query, headers, body, allowed, time.monotonic())
        fake.begin(request)
        try:
            fault = fake.next_fault(self.command)
            answer = fake.reply(request, stores=allowed and (fault is None or fault.store))
            if fault is None:
                self._answer(*answer)
            else:
                self._fail(fault, answer)
        finally:
            fake.end()

    def _answer(self, code: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response_only(code)
        given = {
            "Date": formatdate(self.server.fake.clock(), usegmt=True),
            "Content-Type": self.server.fake.media_type,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _fail(self, fault: Fault, answer: Answer) -> None:
        code, body, headers = answer
        if fault.kind == "answer":
            self._answer(fault.status, fault.body, fault.headers)
        elif fault.kind == "stall":
            self.server.fake.closing.wait(fault.seconds)
            self._answer(*answer)
        elif fault.kind == "truncated":
            self._answer(code, body[: int(len(body) * fault.share)], headers)
        elif fault.kind == "cut":
            self._answer(code, body[: len(body) // 2], {**headers, "Content-Length": str(len(body) + 1)})
            self.close_connection = True
        elif fault.kind.startswith("drip"):
            self._drip(fault)
        else:
            if fault.kind == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

    def _drip(self, fault: Fault) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if fault.kind == "drip body":
            kind = self.server.fake.media_type.encode()
            self.wfile.write(b"Content-Type: %s\r\nContent-Length: 1000000\r\n\r\n{" % kind)
        else:
            self.wfile.write(b"X-Slow: ")
        while not self.server.fake.closing.wait(fault.seconds):
            self.wfile.write(b" ")


def options(about: str) -> argparse.ArgumentParser:
    """The options that all of these servers have on a command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that go wrong, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def serve(server: FaultyServer) -> None:
    """Print the server's address and serve until SIGINT or SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with server:
        print(server.url, flush=True)
        ended.wait()
