"""HTTP requests that end after so many seconds in all, whatever the other side does.

The timeouts of requests bound one wait at a time, so that a server which sends a byte now and then can keep
its caller for ever. Here a watching thread shuts the request's sockets down when the time is up.
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from requests import PreparedRequest, ReadTimeout, Response
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

_AGAIN_SECONDS = 0.2


class DeadlineAdapter(HTTPAdapter):
    """The transport of a session whose requests are made one at a time, ``with adapter.deadline():``."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._sockets: list[socket.socket] = []
        super().__init__(max_retries=0)

    @contextmanager
    def deadline(self) -> Iterator[None]:
        """Bound what happens inside to ``seconds``; ``expired`` tells afterwards whether time ran out."""
        self.expired = False
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,), name="push-deadline", daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()
            self._sockets.clear()

    def _watch(self, done: threading.Event) -> None:
        wait = self.seconds
        while not done.wait(wait):
            self.expired = True
            wait = _AGAIN_SECONDS  # a connection may still be in the making
            for open_socket in list(self._sockets):
                try:
                    open_socket.shutdown(socket.SHUT_RDWR)
                except OSError:  # it is closed
                    pass

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Send with the adapter's own timeouts, as the callers this is for know of none."""
        if self.expired:
            raise ReadTimeout("the time for this is up", request=request)
        return super().send(request, stream, self.seconds, verify, cert, proxies)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """The pool for a request, its connections made so that their sockets can be found."""
        pool = cast(HTTPConnectionPool, super().get_connection_with_tls_context(*args, **kwargs))
        made = pool.ConnectionCls
        if not issubclass(made, _Watched):
            pool.ConnectionCls = type("Watched" + made.__name__, (_Watched, made), {"sockets": self._sockets})
        return pool


class _Watched:
    sockets: list[socket.socket]
    sock: socket.socket

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.sockets.append(self.sock)
