"""`machiai stop`, as typed in a terminal."""

from collections.abc import Callable

from tests.conftest import python
from tests.fakes.command import Machiai

STUBBORN = (
    "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\ntime.sleep(600)"
)


def test_a_deaf_program_is_killed_in_the_end(machiai: Machiai, wait_for: Callable[..., None]) -> None:
    """SIGINT, then SIGTERM, then SIGKILL, each said; the run is stopped, for the user asked."""
    run = machiai.detach(*python(STUBBORN))
    wait_for(lambda: machiai.show(run)["log"]["lines"] > 0, "output")
    done = machiai.call("stop", run, "--grace", "0.3")
    assert done.returncode == 0
    assert [word for word in ("SIGINT", "SIGTERM", "SIGKILL") if word in done.stderr] == [
        "SIGINT",
        "SIGTERM",
        "SIGKILL",
    ]
    shown = machiai.wait_ended(run)
    assert (shown["state"], shown["signal"]) == ("stopped", "SIGKILL")


def test_force_kills_at_once(machiai: Machiai) -> None:
    """--force sends SIGKILL and nothing before it."""
    run = machiai.detach(*python(STUBBORN))
    machiai.beat(run)
    done = machiai.call("stop", run, "--force")
    assert "SIGINT" not in done.stderr
    assert machiai.wait_ended(run)["cause"] == "stopped by the user: machiai stop (SIGKILL)"


def test_an_ended_run_is_not_signalled(machiai: Machiai) -> None:
    """Stopping what has ended is refused with its state."""
    machiai.call("run", "--name", "done", "--", "true")
    done = machiai.call("stop", "done")
    assert done.returncode == 1
    assert "already ended: finished" in done.stderr


def test_read_only_stops_nothing(machiai: Machiai) -> None:
    """With MACHIAI_READ_ONLY nothing is signalled."""
    run = machiai.detach(*python("import time; time.sleep(600)"))
    machiai.beat(run)
    done = machiai.call("stop", run, env={"MACHIAI_READ_ONLY": "1"})
    assert done.returncode == 1
    assert "read-only" in done.stderr
    assert machiai.show(run)["state"] == "running"


def test_a_suspended_run_can_be_stopped(machiai: Machiai) -> None:
    """A training under SIGSTOP is woken to hear that it shall end."""
    import os
    import signal

    run = machiai.detach(*python("import time; time.sleep(600)"))
    os.kill(machiai.beat(run)["pid"], signal.SIGSTOP)
    assert machiai.call("stop", run, "--grace", "5").returncode == 0
    assert machiai.wait_ended(run)["state"] == "stopped"
