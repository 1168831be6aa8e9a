"""The dashboard's server: open to this machine, closed to pages that come by another name."""

import base64
import os
import socket
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.e2e.conftest import Dashboard


def shake_hands(port: int, host: str, origin: str) -> int:
    """Ask for the WebSocket as a browser would; the status the server answers with."""
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = connection.recv(4096).decode("latin-1")
    return int(answer.split(" ")[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_let_in(dashboard: Dashboard, host: str) -> None:
    """The dashboard's own page gets its WebSocket."""
    name = f"{host}:{dashboard.port}"
    assert shake_hands(dashboard.port, name, f"http://{name}") == 101


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_a_foreign_name_for_this_machine_is_refused(dashboard: Dashboard, host: str) -> None:
    """A page elsewhere whose name is made to point here (DNS rebinding) gets nothing."""
    name = f"{host}:{dashboard.port}"
    assert shake_hands(dashboard.port, name, f"http://{name}") == 403


def test_a_foreign_page_is_refused(dashboard: Dashboard) -> None:
    """A page elsewhere that calls this machine by its right name is known by its origin."""
    assert shake_hands(dashboard.port, f"127.0.0.1:{dashboard.port}", "http://evil.example") == 403


def test_it_listens_on_loopback_only(dashboard: Dashboard) -> None:
    """No socket of the server is bound to another address."""
    wanted = f":{dashboard.port:04X}"
    bound = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        lines = Path(table).read_text().splitlines()[1:] if Path(table).exists() else []
        fields = [line.split() for line in lines]
        bound += [field[1] for field in fields if field[1].endswith(wanted) and field[3] == "0A"]
    assert bound == ["0100007F" + wanted]


def test_the_agent_api_is_off(dashboard: Dashboard) -> None:
    """Streamlit's interface for programs, which could press buttons, is not served."""
    with pytest.raises(HTTPError) as refusal:
        urlopen(Request(f"{dashboard.url}/_stcore/agent", data=b"{}"), timeout=5)
    assert refusal.value.code in (403, 404, 405)
