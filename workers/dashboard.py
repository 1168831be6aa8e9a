"""Starting what a person needs: the daemon, if none watches this data folder, and the dashboard."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from store.errors import MachiaiError
from store.settings import CHECKOUT, Settings
from workers import address, lock
from workers.address import HOST

PORTS_TRIED = 50
_START_SECONDS = 60.0
_STOP_SECONDS = 4.0
_PR_SET_PDEATHSIG = 1


class DashboardError(MachiaiError):
    """The dashboard or the daemon could not be started."""


def up(settings: Settings, say: Callable[[str], None]) -> int:
    """Run daemon and dashboard until Ctrl-C; the exit code for the shell.

    Ctrl-C and SIGTERM end the dashboard and the daemon started here. A terminal that is closed (SIGHUP) ends the
    dashboard alone: alerts must outlive the laptop's lid.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    daemon = None if lock.holder(settings.home) is not None else start_daemon(settings)
    port = free_port(settings.port)
    if port != settings.port:
        say(f"port {settings.port} is taken; using {port}")
    url = f"http://{HOST}:{port}"
    page = _start_page(settings, port)
    told = _Signals()
    try:
        _wait_healthy(page, url, settings, told)
        if not told.number:
            address.remember(settings, url)
            whose = f"process {daemon.pid}, ends with it" if daemon else "was running already, stays"
            say(f"Machiai is at {url}  (daemon: {whose})")
            say("Ctrl-C ends the dashboard; runs go on without it")
        while not told.number:
            if page.poll() is not None:
                raise DashboardError(f"the dashboard ended by itself; its last words are in {_log(settings)}")
            if daemon is not None and daemon.poll() is not None and lock.holder(settings.home) is None:
                say("the daemon has died; starting another")
                daemon = start_daemon(settings)
            time.sleep(0.2)
    finally:
        _end(page)
        if daemon is not None and told.number != signal.SIGHUP:
            _end(daemon)
    return 0


def start_daemon(settings: Settings) -> "subprocess.Popen[bytes]":
    """Start a daemon in a session of its own; it does not end with this process."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.home / "daemon.log").open("ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-I", "-m", "workers.cli", "daemon"],
            cwd="/",
            env={**os.environ, "MACHIAI_HOME": str(settings.home)},
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        )


def free_port(first: int) -> int:
    """The first port from ``first`` on that nobody listens on."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return port
    raise DashboardError(f"no free port from {first} to {first + PORTS_TRIED - 1}; choose one with --port")


def _start_page(settings: Settings, port: int) -> "subprocess.Popen[bytes]":
    """Start Streamlit; its own environment settings are dropped, so that none of them opens the dashboard wider."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    with _log(settings).open("wb") as output:
        return subprocess.Popen(
            [
                *(sys.executable, "-I", "-m", "streamlit", "run", str(CHECKOUT / "app" / "main.py")),
                *("--server.address", HOST, "--server.port", str(port), "--server.headless", "true"),
            ],
            cwd=CHECKOUT,
            env={**environment, "MACHIAI_HOME": str(settings.home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread runs here
        )


def _end_with_parent() -> None:
    """Have the kernel end the page when `machiai up` is killed, or it would keep the port (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class _Signals:
    """Remembers that somebody wants us to end, and how."""

    def __init__(self) -> None:
        self.number = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, _: object) -> None:
        self.number = number


def _wait_healthy(page: "subprocess.Popen[bytes]", url: str, settings: Settings, told: _Signals) -> None:
    deadline = time.monotonic() + _START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not told.number:
        if page.poll() is not None:
            words = _log(settings).read_text(errors="replace").strip().splitlines()[-3:]
            raise DashboardError("the dashboard could not start: " + " · ".join(words))
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            opener.open(f"{url}/_stcore/health", timeout=1),
        ):
            return
        if time.monotonic() > deadline:
            raise DashboardError(f"the dashboard does not answer; see {_log(settings)}")
        time.sleep(0.05)


def _log(settings: Settings) -> Path:
    return settings.home / "dashboard.log"


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
