"""A local ntfy: real HTTP, the part of the public API that Machiai uses, and every way of failing.

    python -m tests.fakes.ntfy_server --port 0 --faults 0.3

prints its address and serves until it is ended; ``GET /inspect`` there shows what it stored. In a test::

    with NtfyServer() as server:
        server.script(drop(store=True), status(429))
        channel = ChannelUrl("phone", server.channel("topic"))
"""

import base64
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.fakes import faulty_server
from tests.fakes.faulty_server import Answer, Fault, FaultyServer, Request, cut, drop, stall, status

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


class NtfyServer(FaultyServer):
    """The server. With a ``token`` nobody gets in without; ``user`` and ``password`` are another way in. ``may_read``
    says whether topics can be listed."""

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
        super().__init__(port=port, fault_rate=fault_rate, faults=faults, seed=seed, clock=clock)
        self.token = token
        self.user = user
        self.password = password
        self.may_read = may_read
        self.messages: list[dict[str, Any]] = []

    def channel(self, *topics: str) -> str:
        """The address of topics here in Apprise's way of writing it, with what lets one in."""
        if self.token:
            return f"ntfy://{self.token}@{self.place}/{'/'.join(topics)}?auth=token"
        way_in = f"{self.user}:{self.password}@" if self.user else ""
        return f"ntfy://{way_in}{self.place}/{'/'.join(topics)}"

    def titles(self) -> list[str]:
        """The titles of the stored messages, first to last."""
        return [message["title"] for message in self.messages]

    def store(self, wanted: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """Keep a message as ntfy does: text without blanks around it, the link from the header where there is one."""
        with self.lock:
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
        with self.lock:
            found = [one for one in self.messages if one["topic"] == topic and one["time"] >= since]
        return "".join(json.dumps(one) + "\n" for one in found).encode()

    def lets_in(self, headers: dict[str, str]) -> bool:
        """Whether the token, or user and password, are among the headers, where any are wanted."""
        if not self.token and not self.user:
            return True
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        ways = {f"Bearer {self.token}"} if self.token else set()
        return headers.get("Authorization") in (ways | ({f"Basic {pair}"} if self.user else set()))

    def inspect(self) -> dict[str, Any]:
        """What ``GET /inspect`` shows."""
        return {"messages": self.messages, "requests": len(self.requests)}

    def reply(self, request: Request, *, stores: bool) -> Answer:
        """A message that was kept, or those of a topic."""
        topic, _, rest = request.path.strip("/").partition("/")
        if not request.allowed:
            return Answer(401, _error(40101, "unauthorized"))
        if request.method == "POST" and not topic and isinstance(request.body, dict) and request.body.get("topic"):
            return Answer(200, json.dumps(self.store(request.body, request.headers) if stores else {}).encode())
        if request.method == "GET" and rest == "json" and request.query.get("poll"):
            if not self.may_read:
                return Answer(403, _error(40301, "forbidden"))
            return Answer(200, self.listing(topic, float(request.query.get("since") or 0)))
        return Answer(404, _error(40401, "page not found"))


def _error(code: int, words: str) -> bytes:
    return json.dumps({"code": code, "http": code // 100, "error": words}).encode()


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = faulty_server.options("a local ntfy that can fail at random")
    parser.add_argument("--token", default="", help="let nobody in without")
    given = parser.parse_args()
    faulty_server.serve(
        NtfyServer(token=given.token, port=given.port, fault_rate=given.faults, seed=given.seed)
    )  # fmt: skip


if __name__ == "__main__":
    main()
