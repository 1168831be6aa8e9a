"""`machiai daemon`, `up` and `service`, as typed in a terminal."""

import json
import os
import re
import signal
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.conftest import python
from tests.fakes.command import Machiai
from workers import dashboard, lock
from workers.machine import processes


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestDaemon:
    """`machiai daemon`."""

    def test_detach_and_stop(self, machiai: Machiai) -> None:
        """--detach returns with the daemon at work, --stop ends it."""
        done = machiai.call("daemon", "--detach")
        assert done.returncode == 0, done.stderr
        assert lock.holder(machiai.home)
        assert machiai.call("daemon", "--stop").returncode == 0
        assert lock.holder(machiai.home) is None

    def test_a_second_one_names_the_first(self, machiai: Machiai) -> None:
        """One daemon a data folder, and the holder's pid in the message."""
        first = machiai.start_daemon()
        done = machiai.call("daemon")
        assert done.returncode == 1
        assert str(first.pid) in done.stderr


class TestUp:
    """`machiai up`."""

    def test_up_and_ctrl_c(self, machiai: Machiai, wait_for: Callable[..., None]) -> None:
        """It says where the dashboard is; Ctrl-C ends the dashboard and the daemon it started, and no run."""
        run = machiai.detach(*python("import time; time.sleep(600)"))
        up = machiai.start("up", "--port", str(free_port()))
        wait_for((machiai.home / "dashboard.json").exists, "the dashboard", seconds=60)
        url = json.loads(machiai.read("dashboard.json"))["url"]
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            assert answer.read() == b"ok"
        assert lock.holder(machiai.home)
        up.send_signal(signal.SIGINT)
        assert up.wait(20) == 0
        assert url in up.stderr.read().decode() if up.stderr else False
        assert lock.holder(machiai.home) is None
        beat = machiai.beat(run)
        assert processes.status(beat["pid"], beat["start_ticks"]) == processes.RUNNING

    def test_a_taken_port_is_passed_over_aloud(self, machiai: Machiai, wait_for: Callable[..., None]) -> None:
        """The next free port is used and said; a daemon that ran before stays; a closed terminal spares it too."""
        daemon = machiai.start_daemon()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            up = machiai.start("up", "--port", str(port))
            wait_for((machiai.home / "dashboard.json").exists, "the dashboard", seconds=60)
            up.send_signal(signal.SIGHUP)
            assert up.wait(20) == 0
            said = up.stderr.read().decode() if up.stderr else ""
        assert f"port {port} is taken" in said
        assert daemon.poll() is None

    def test_closing_the_terminal_leaves_the_daemon(self, machiai: Machiai, wait_for: Callable[..., None]) -> None:
        """SIGHUP ends the dashboard and not the daemon it started: alerts outlive the laptop's lid."""
        up = machiai.start("up", "--port", str(free_port()))
        wait_for((machiai.home / "dashboard.json").exists, "the dashboard", seconds=60)
        up.send_signal(signal.SIGHUP)
        up.wait(20)
        assert lock.holder(machiai.home)

    def test_a_killed_up_leaves_no_page_behind(self, machiai: Machiai, wait_for: Callable[..., None]) -> None:
        """`kill -9` of `machiai up` ends the page too, so that its port is free again; the daemon stays."""
        port = free_port()
        up = machiai.start("up", "--port", str(port))
        wait_for((machiai.home / "dashboard.json").exists, "the dashboard", seconds=60)
        up.kill()
        wait_for(lambda: dashboard.free_port(port) == port, "its port")
        assert lock.holder(machiai.home)


class TestService:
    """`machiai service`."""

    def test_install_writes_a_unit_and_remove_takes_it_away(self, machiai: Machiai, tmp_path: Path) -> None:
        """Without systemd the unit is printed and that is said; its command really starts a daemon."""
        here = {"XDG_CONFIG_HOME": str(tmp_path / "config 100%"), "PATH": str(tmp_path / "empty")}
        done = machiai.call("service", "install", env=here)
        unit = tmp_path / "config 100%" / "systemd" / "user" / "machiai.service"
        assert done.returncode == 0, done.stderr
        assert unit.read_text() in done.stdout
        assert "systemd does not run" in done.stdout
        started = re.search(r'^ExecStart="(.+?)" -I -m workers.cli daemon$', unit.read_text(), re.MULTILINE)
        assert started and os.access(started[1], os.X_OK)
        assert f'Environment="MACHIAI_HOME={machiai.home}"' in unit.read_text()
        assert machiai.call("service", "remove", env=here).returncode == 0
        assert not unit.exists()


class TestHelp:
    """`machiai --help`."""

    def test_help_lists_every_command(self, machiai: Machiai) -> None:
        """A newcomer sees all there is."""
        done = machiai.call("--help")
        assert done.returncode == 0
        for name in ("run", "ls", "show", "log", "stop", "doctor", "demo", "daemon", "notify", "up", "service"):
            assert re.search(rf"^  {name}\s", done.stdout, re.MULTILINE), name
