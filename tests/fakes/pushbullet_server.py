"""A local Pushbullet: real HTTP, the part of the public API that Machiai uses, and every way of failing.

    python -m tests.fakes.pushbullet_server --port 0 --faults 0.3

prints its address and serves until it is ended; ``GET /inspect`` there shows what it stored and was asked.
In a test::

    with PushbulletServer() as server:
        server.script(drop(store=True), status(429, {"Retry-After": "7"}))
        ...
        assert len(server.pushes) == 1
"""

import base64
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.fakes import faulty_server
from tests.fakes.faulty_server import Answer, Fault, FaultyServer, Request, answer, cut, drop, stall, status

TOKEN = "o.FakeTokenOfNobody0123456789abcdef"
PAGE = 20
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


class PushbulletServer(FaultyServer):
    """The server; ``idempotent`` makes a second push with a known guid return the first."""

    media_type = "application/json; charset=utf-8"

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
        super().__init__(port=port, fault_rate=fault_rate, faults=faults, seed=seed, clock=clock)
        self.token = token
        self.idempotent = idempotent
        self.pushes: list[dict[str, Any]] = []

    def guids(self) -> list[str]:
        """The guids of the stored pushes, first to last."""
        return [push["guid"] for push in self.pushes]

    def store(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Keep a push, or find the one that is there under its guid."""
        with self.lock:
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
        with self.lock:
            found = [push for push in reversed(self.pushes) if push["modified"] > after]
        start = int(query.get("cursor") or 0)
        page: dict[str, Any] = {"pushes": found[start : start + limit]}
        if len(found) > start + limit:
            page["cursor"] = str(start + limit)
        return page

    def lets_in(self, headers: dict[str, str]) -> bool:
        """Whether the token is among the headers, in one of the two ways there are."""
        basic = "Basic " + base64.b64encode(f"{self.token}:".encode()).decode()
        return headers.get("Access-Token") == self.token or headers.get("Authorization") == basic

    def inspect(self) -> dict[str, Any]:
        """What ``GET /inspect`` shows."""
        return {"pushes": self.pushes, **super().inspect()}

    def reply(self, request: Request, *, stores: bool) -> Answer:
        """A push that was kept, or what was asked for."""
        if not request.allowed:
            return Answer(401, _error("invalid_access_token", "Access token is missing or invalid."))
        if request.method == "GET":
            return self._look_up(request)
        if request.path == "/v2/pushes" and isinstance(request.body, dict) and stores:
            return Answer(200, json.dumps(self.store(request.body)).encode())
        return Answer(400, _error("invalid_request", "Not a push."))

    def _look_up(self, request: Request) -> Answer:
        pages: dict[str, Callable[[], dict[str, Any]]] = {
            "/v2/users/me": lambda: {"iden": "user1", "name": "A Researcher", "email": "someone@example.org"},
            "/v2/devices": lambda: {"devices": [{"iden": "device1", "active": True, "nickname": "phone"}]},
            "/v2/chats": lambda: {"chats": []},
            "/v2/channels": lambda: {"channels": []},
            "/v2/pushes": lambda: self.listing(request.query),
        }
        if request.path not in pages:
            return Answer(404, _error("not_found", "The page does not exist."))
        return Answer(200, json.dumps(pages[request.path]()).encode())


def _error(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "type": "invalid_request", "message": message}}).encode()


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = faulty_server.options("a local Pushbullet that can fail at random")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--forgetful", action="store_true", help="ignore guids: a second push is a second push")
    given = parser.parse_args()
    faulty_server.serve(
        PushbulletServer(
            token=given.token,
            port=given.port,
            idempotent=not given.forgetful,
            fault_rate=given.faults,
            seed=given.seed,
        )
    )


if __name__ == "__main__":
    main()
