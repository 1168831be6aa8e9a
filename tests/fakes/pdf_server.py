"""A server of PDFs with what a real one does on bad days; and small PDFs to serve."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOCK = b"""/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>""" % (
    b"5a" * 32,
    b"a5" * 32,
)
"""What says that a PDF is encrypted, by a password that is not the empty one."""


def make_pdf(*pages: str, padding: int = 0, is_locked: bool = False) -> bytes:
    """A PDF with a line of text (Latin letters) on each page, and that many bytes of nothing; one that is locked says
    so, and cannot be read without a password."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (len(objects))
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    if padding:
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (padding, b"x" * padding))
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    lock = LOCK if is_locked else b""
    trailer = b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, lock, len(out))
    return out + head + table + trailer


@dataclass
class Fault:
    """What is served in place of the file: a status with headers and a body, or the file cut off after ``cut`` bytes,
    slowly (``pace`` bytes in a tenth of a second), without its length, or whole although a part was asked for."""

    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    cut: int | None = None
    pace: int | None = None
    no_length: bool = False
    no_ranges: bool = False


@dataclass
class Asked:
    """A request: its path, the range asked for, and when it came and was answered (steady seconds)."""

    path: str
    range: str | None
    agent: str
    began: float
    ended: float = 0.0


@dataclass
class PdfServer:
    """Serves ``files`` by path; each of the ``faults`` is used up by one request, in order."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    etag: str | None = '"one"'

    def __enter__(self) -> "PdfServer":
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                asked = Asked(self.path, self.headers["Range"], self.headers["User-Agent"], time.monotonic())
                server.asked.append(asked)
                try:
                    server.answer(self)
                except OSError:
                    pass
                asked.ended = time.monotonic()

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request, with the next fault if there is one."""
        fault = self.faults.pop(0) if self.faults else Fault()
        body = self.files.get(handler.path)
        if fault.status != 200 or fault.body:
            _send(handler, fault.status, [*fault.headers, ("Content-Length", str(len(fault.body)))], fault.body)
            return
        if body is None:
            _send(handler, 404, [("Content-Length", "0")], b"")
            return
        status, headers = 200, [("ETag", self.etag)] if self.etag else []
        wanted = handler.headers["Range"]
        fits = handler.headers["If-Range"] == self.etag
        if wanted and fits and not fault.no_ranges:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            if begin >= len(body):
                _send(handler, 416, [("Content-Length", "0")], b"")
                return
            headers.append(("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}"))
            status, body = 206, body[begin:]
        if not fault.no_length:
            headers.append(("Content-Length", str(len(body))))
        headers += [("Content-Type", "application/pdf"), ("Connection", "close")]
        whole = body if fault.cut is None else body[: fault.cut]
        _send(handler, status, [*headers, *fault.headers], whole, fault.pace)


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: Sequence[tuple[str, str]],
    body: bytes,
    pace: int | None = None,
) -> None:
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.close_connection = True
    step = pace or max(1, len(body))
    for at in range(0, len(body), step):
        handler.wfile.write(body[at : at + step])
        handler.wfile.flush()
        if pace:
            time.sleep(0.1)
