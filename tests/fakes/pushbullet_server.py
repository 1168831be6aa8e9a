"""A local Pushbullet: real HTTP, the part of the public API that Machiai uses, and every way of failing.

    python -m tests.fakes.pushbullet_server --port 0 --faults 0.3

prints its address and serves until it is ended; ``GET /inspect`` there shows what it stored and was asked.
In a test::

    with PushbulletServer() as server:
        server.script(drop(store=True), status(429, {"Retry-After": "7"}))
        ...
        assert len(server.pushes) == 1
"""

import argparse
import base64
import json
import random
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "o.FakeTokenOfNobody0123456789abcdef"
PAGE = 20


@dataclass(frozen=True)
class Fault:
    """One way for a request to go wrong; ``on`` is the method it waits for (``*`` for any).

    ``store`` says whether a push is kept all the same, as when only the answer is lost.
    """

    kind: str
    on: str = "POST"
    store: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


def drop(*, store: bool = False, reset: bool = False, on: str = "POST") -> Fault:
    """Close the connection without an answer; with ``reset``, rudely."""
    return Fault("reset" if reset else "drop", on, store)


def cut(*, store: bool = True, on: str = "POST") -> Fault:
    """Break off in the middle of the answer."""
    return Fault("cut", on, store)


def stall(seconds: float, *, store: bool = True, on: str = "POST") -> Fault:
    """Say nothing for so long, then answer as usual; a push is stored before the wait."""
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


RANDOM_FAULTS: tuple[Fault, ...] = (
    drop(on="*"),
    drop(reset=True, on="*"),
    drop(store=True),
    cut(on="*"),
    stall(0.3, on="*"),
    status(500),
    status(500, store=True),
    status(502),
    status(503, {"Retry-After": "1"}),
    status(429, {"Retry-After": "1"}, error="ratelimited"),
    answer(b"<html>come back later</html>", store=True, on="*"),
    status(500, on="GET"),
)


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    allowed: bool


class PushbulletServer:
    """The server; a context manager. All lists may be read at any time.

    ``idempotent`` makes a second push with a known guid return the first; ``fault_rate`` is the share of
    requests that meet one of ``faults``, drawn by ``seed``.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        idempotent: bool = True,
        fault_rate: float = 0.0,
        faults: Sequence[Fault] = RANDOM_FAULTS,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.idempotent = idempotent
        self.fault_rate = fault_rate
        self.faults = faults
        self.clock = clock
        self.pushes: list[dict[str, Any]] = []
        self.requests: list[Request] = []
        self.stored = threading.Event()
        self.closing = threading.Event()
        self._script: list[Fault] = []
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", port), _Handler, self)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "PushbulletServer":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="fake-pushbullet", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def script(self, *faults: Fault) -> None:
        """Let the next requests that fit meet these faults, one each, in order."""
        with self._lock:
            self._script.extend(faults)

    def clear_faults(self) -> None:
        """Work from now on."""
        with self._lock:
            self._script.clear()
            self.fault_rate = 0.0

    def posts(self) -> list[Request]:
        """The requests that asked for a push."""
        return [request for request in self.requests if request.method == "POST"]

    def guids(self) -> list[str]:
        """The guids of the stored pushes, first to last."""
        return [push["guid"] for push in self.pushes]

    def next_fault(self, method: str) -> Fault | None:
        """The fault that a request is to meet, if any."""
        with self._lock:
            if self._script and self._script[0].on in (method, "*"):
                return self._script.pop(0)
            if self.fault_rate and self._chance.random() < self.fault_rate:
                return self._chance.choice([fault for fault in self.faults if fault.on in (method, "*")])
        return None

    def note(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(request)

    def store(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Keep a push, or find the one that is there under its guid."""
        with self._lock:
            for push in self.pushes:
                if self.idempotent and wanted.get("guid") and push.get("guid") == wanted["guid"]:
                    return push
            now = self.clock()
            # No two pushes of an account are modified at the same time.
            now = max(now, self.pushes[-1]["modified"] + 1e-6) if self.pushes else now
            push = {
                **wanted,
                "iden": f"push{len(self.pushes) + 1}",
                "active": True,
                "created": now,
                "modified": now,
            }
            self.pushes.append(push)
        self.stored.set()
        return push

    def listing(self, query: dict[str, str]) -> dict[str, Any]:
        """A page of the pushes, newest first, as ``GET /v2/pushes`` gives it."""
        after = float(query.get("modified_after") or 0)
        limit = min(int(query.get("limit") or PAGE), PAGE)
        with self._lock:
            found = [push for push in reversed(self.pushes) if push["modified"] > after]
        start = int(query.get("cursor") or 0)
        page: dict[str, Any] = {"pushes": found[start : start + limit]}
        if len(found) > start + limit:
            page["cursor"] = str(start + limit)
        return page


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type["_Handler"], fake: PushbulletServer) -> None:
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
            requests = [(request.method, request.path, request.body) for request in list(fake.requests)]
            self._answer(200, json.dumps({"pushes": fake.pushes, "requests": requests}).encode())
            return
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode("utf-8", "replace")
        allowed = self._is_allowed()
        fake.note(Request(self.command, parts.path, query, dict(self.headers), body, allowed))
        fault = fake.next_fault(self.command)
        is_push = self.command == "POST" and parts.path == "/v2/pushes" and allowed
        code, answer_body = 200, b""
        if not allowed:
            code, answer_body = 401, _error("invalid_access_token", "Access token is missing or invalid.")
        elif is_push and isinstance(body, dict) and (fault is None or fault.store):
            answer_body = json.dumps(fake.store(body)).encode()
        elif self.command == "GET":
            code, answer_body = self._look_up(parts.path, query)
        if not answer_body:
            code, answer_body = 400, _error("invalid_request", "Not a push.")
        if fault is None:
            self._answer(code, answer_body)
        else:
            self._fail(fault, code, answer_body)

    def _look_up(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        fake = self.server.fake
        pages: dict[str, Callable[[], dict[str, Any]]] = {
            "/v2/users/me": lambda: {"iden": "user1", "name": "A Researcher", "email": "someone@example.org"},
            "/v2/devices": lambda: {"devices": [{"iden": "device1", "active": True, "nickname": "phone"}]},
            "/v2/chats": lambda: {"chats": []},
            "/v2/channels": lambda: {"channels": []},
            "/v2/pushes": lambda: fake.listing(query),
        }
        if path not in pages:
            return 404, _error("not_found", "The page does not exist.")
        return 200, json.dumps(pages[path]()).encode()

    def _is_allowed(self) -> bool:
        token = self.server.fake.token
        basic = "Basic " + base64.b64encode(f"{token}:".encode()).decode()
        return self.headers.get("Access-Token") == token or self.headers.get("Authorization") == basic

    def _answer(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(code)
        given = {
            "Date": formatdate(self.server.fake.clock(), usegmt=True),
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _fail(self, fault: Fault, code: int, body: bytes) -> None:
        if fault.kind == "answer":
            self._answer(fault.status, fault.body, fault.headers)
        elif fault.kind == "stall":
            self.server.fake.closing.wait(fault.seconds)
            self._answer(code, body)
        elif fault.kind == "cut":
            self._answer(code, body[: len(body) // 2], {"Content-Length": str(len(body))})
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
            self.wfile.write(b"Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")
        else:
            self.wfile.write(b"X-Slow: ")
        while not self.server.fake.closing.wait(fault.seconds):
            self.wfile.write(b" ")


def _error(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "type": "invalid_request", "message": message}}).encode()


def main(arguments: Iterable[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="a local Pushbullet that can fail at random")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that go wrong, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--forgetful", action="store_true", help="ignore guids: a second push is a second push")
    given = parser.parse_args(list(arguments) if arguments is not None else None)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with PushbulletServer(
        token=given.token,
        port=given.port,
        idempotent=not given.forgetful,
        fault_rate=given.faults,
        seed=given.seed,
    ) as server:
        print(server.url, flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
