"""A local ntfy: real HTTP, the part of the public API that Machiai uses, and every way of failing.

    python -m tests.fakes.ntfy_server --port 0 --faults 0.3

prints its address and serves until it is ended; ``GET /inspect`` there shows what it stored. In a test::

    with NtfyServer() as server:
        server.script(drop(store=True), status(429))
        channel = ChannelUrl("phone", server.channel("topic"))

The faults are those of the local Pushbullet; ``store`` says whether a message is kept all the same.
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
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.pushbullet_server import Fault, cut, drop, stall, status

TOKEN = "tk_FakeTokenOfNobody0123456789"
RANDOM_FAULTS: tuple[Fault, ...] = (
    drop(on="*"),
    drop(reset=True, on="*"),
    drop(store=True),
    cut(on="*"),
    stall(0.3, on="*"),
    status(500),
    status(500, store=True),
    status(503),
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


class NtfyServer:
    """The server; a context manager. All lists may be read at any time.

    With a ``token`` nobody gets in without; ``user`` and ``password`` are another way in. ``may_read`` says whether
    topics can be listed. ``fault_rate`` is the share of requests that meet one of ``faults``, drawn by ``seed``.
    """

    def __init__(
        self,
        *,
        token: str = "",
        user: str = "",
        password: str = "",
        port: int = 0,
        may_read: bool = True,
        fault_rate: float = 0.0,
        faults: Sequence[Fault] = RANDOM_FAULTS,
        seed: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.user = user
        self.password = password
        self.may_read = may_read
        self.fault_rate = fault_rate
        self.faults = faults
        self.clock = clock
        self.messages: list[dict[str, Any]] = []
        self.requests: list[Request] = []
        self.stored = threading.Event()
        self.closing = threading.Event()
        self._script: list[Fault] = []
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", port), _Handler, self)
        self.place = f"127.0.0.1:{self._http.server_address[1]}"
        self.url = f"http://{self.place}"

    def __enter__(self) -> "NtfyServer":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="fake-ntfy", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def channel(self, *topics: str) -> str:
        """The address of topics here in Apprise's way of writing it, with what lets one in."""
        if self.token:
            return f"ntfy://{self.token}@{self.place}/{'/'.join(topics)}?auth=token"
        way_in = f"{self.user}:{self.password}@" if self.user else ""
        return f"ntfy://{way_in}{self.place}/{'/'.join(topics)}"

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
        """The requests that asked for a message to be sent."""
        return [request for request in self.requests if request.method == "POST"]

    def titles(self) -> list[str]:
        """The titles of the stored messages, first to last."""
        return [message["title"] for message in self.messages]

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

    def store(self, wanted: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """Keep a message as ntfy does: text without blanks around it, the link from the header where there is one."""
        with self._lock:
            message = {
                "id": f"msg{len(self.messages) + 1}",
                "time": int(self.clock()),
                "event": "message",
                "topic": wanted["topic"],
                "title": str(wanted.get("title", "")).strip(),
                "message": str(wanted.get("message", "")).strip() or "triggered",
            }
            if headers.get("X-Click"):
                message["click"] = headers["X-Click"]
            self.messages.append(message)
        self.stored.set()
        return message

    def listing(self, topic: str, since: float) -> bytes:
        """The messages of a topic since then, a JSON object a line."""
        with self._lock:
            found = [one for one in self.messages if one["topic"] == topic and one["time"] >= since]
        return "".join(json.dumps(one) + "\n" for one in found).encode()

    def lets_in(self, authorization: str | None) -> bool:
        """Whether somebody with that header may use the server."""
        if not self.token and not self.user:
            return True
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        ways = {f"Bearer {self.token}"} if self.token else set()
        return authorization in (ways | ({f"Basic {pair}"} if self.user else set()))


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type["_Handler"], fake: NtfyServer) -> None:
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
            self._answer(200, json.dumps({"messages": fake.messages, "requests": len(fake.requests)}).encode())
            return
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode("utf-8", "replace")
        allowed = fake.lets_in(self.headers.get("Authorization"))
        headers = dict(self.headers)
        fake.note(Request(self.command, parts.path, query, headers, body, allowed))
        fault = fake.next_fault(self.command)
        topic, _, rest = parts.path.strip("/").partition("/")
        if not allowed:
            code, answer = 401, _error(40101, "unauthorized")
        elif self.command == "POST" and not topic and isinstance(body, dict) and body.get("topic"):
            kept = fault is None or fault.store
            code, answer = 200, json.dumps(fake.store(body, headers) if kept else {}).encode()
        elif self.command == "GET" and rest == "json" and query.get("poll") and not fake.may_read:
            code, answer = 403, _error(40301, "forbidden")
        elif self.command == "GET" and rest == "json" and query.get("poll"):
            code, answer = 200, fake.listing(topic, float(query.get("since") or 0))
        else:
            code, answer = 404, _error(40401, "page not found")
        if fault is None:
            self._answer(code, answer)
        else:
            self._fail(fault, code, answer)

    def _answer(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(code)
        given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
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
            self._answer(code, body[: len(body) // 2], {"Content-Length": str(len(body) + 1)})
            self.close_connection = True
        elif fault.kind.startswith("drip"):
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.server.fake.closing.wait(fault.seconds):
                self.wfile.write(b" ")
        else:
            if fault.kind == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True


def _error(code: int, words: str) -> bytes:
    return json.dumps({"code": code, "http": code // 100, "error": words}).encode()


def main(arguments: Iterable[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="a local ntfy that can fail at random")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that go wrong, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--token", default="", help="let nobody in without")
    given = parser.parse_args(list(arguments) if arguments is not None else None)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with NtfyServer(token=given.token, port=given.port, fault_rate=given.faults, seed=given.seed) as server:
        print(server.url, flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
