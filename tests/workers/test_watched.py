"""A glance at runs that go on: little is read, and nothing that ends is missed."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import logs, runs
from store.settings import Settings
from tests.fakes.run_directory import leave_run
from workers.ingest import Ingester, log_seconds
from workers.machine import processes
from workers.runs import rundir


@pytest.fixture(name="training")
def _training() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that lives, whatever it does."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def leave_running(settings: Settings, process: "subprocess.Popen[bytes]") -> Path:
    """The attempt's folder of a run whose training and supervisor are this one process."""
    now, ticks = time.time(), processes.start_ticks(process.pid)
    beat = {"host": os.uname().nodename, "boot_id": processes.boot_id(), "pid": process.pid, "start_ticks": ticks}
    beat |= {"supervisor_pid": process.pid, "supervisor_ticks": ticks, "at": now}
    run_id = leave_run(settings.runs_folder, ended=None, created=now, host=os.uname().nodename, beat=beat)
    return settings.runs_folder / run_id / "attempt-1"


def read_offset(journal: sqlite3.Connection, folder: Path) -> int:
    """How far the log of a run is in the journal."""
    return logs.read_cursor(journal, folder.parent.name, 1, str(folder / rundir.LOG)).offset


def state_of(journal: sqlite3.Connection, folder: Path) -> tuple[str, str | None]:
    """State and certainty of a run."""
    run = runs.get_run(journal, folder.parent.name)
    assert run is not None
    return run.state, run.certainty


class TestGlance:
    """A tick that passes over what goes on."""

    def test_a_log_that_grows_waits_for_the_next_look(
        self, journal: sqlite3.Connection, settings: Settings, training: "subprocess.Popen[bytes]"
    ) -> None:
        """A glance leaves a living run's log; the look after it reads all of it."""
        folder, ingester = leave_running(settings, training), Ingester(journal, settings)
        ingester.tick(glance=True)  # what has never been looked at is looked at
        before = read_offset(journal, folder)
        assert before == (folder / rundir.LOG).stat().st_size
        with (folder / rundir.LOG).open("ab") as log:
            log.write(b"epoch 4\n")
        ingester.tick(glance=True)
        assert read_offset(journal, folder) == before
        ingester.tick()
        assert read_offset(journal, folder) == before + 8

    def test_a_recorded_end_does_not_wait(
        self, journal: sqlite3.Connection, settings: Settings, training: "subprocess.Popen[bytes]"
    ) -> None:
        """An exit record is seen at a glance, and the log is read to its end with it."""
        folder, ingester = leave_running(settings, training), Ingester(journal, settings)
        ingester.tick()
        with (folder / rundir.LOG).open("ab") as log:
            log.write(b"done after all\n")
        now = time.time()
        record: dict[str, Any] = {"format": 1, "run": folder.parent.name, "attempt": 1, "host": os.uname().nodename}
        record |= {"started": now - 60, "ended": now, "seconds": 60.0, "exit_code": 1, "signal": None}
        rundir.write_json(folder / rundir.EXIT, record, durable=False)
        assert ingester.tick(glance=True) == 1
        assert state_of(journal, folder) == ("failed", "recorded")
        assert read_offset(journal, folder) == (folder / rundir.LOG).stat().st_size

    def test_a_process_that_is_gone_does_not_wait(
        self, journal: sqlite3.Connection, settings: Settings, training: "subprocess.Popen[bytes]", wait_for: Any
    ) -> None:
        """Its end is concluded though only glances are asked for."""
        folder, ingester = leave_running(settings, training), Ingester(journal, settings)
        ingester.tick()
        assert state_of(journal, folder)[0] == "running"
        training.kill()

        def has_ended() -> bool:
            ingester.tick(glance=True)
            return state_of(journal, folder)[0] != "running"

        wait_for(has_ended, "its end")

    def test_a_process_that_is_suspended_does_not_wait(
        self, journal: sqlite3.Connection, settings: Settings, training: "subprocess.Popen[bytes]", wait_for: Any
    ) -> None:
        """It goes on no more, until it was looked at; then, while it stands still, it does again."""
        leave_running(settings, training)
        ingester = Ingester(journal, settings)
        ingester.tick()
        (watched,) = ingester.watched.values()
        training.send_signal(signal.SIGSTOP)
        wait_for(lambda: not watched.goes_on(), "it to stand still")
        ingester.tick(glance=True)
        assert watched.goes_on()
        training.send_signal(signal.SIGCONT)
        wait_for(lambda: not watched.goes_on(), "it to go on")

    def test_a_directory_that_is_gone_does_not_wait(
        self, journal: sqlite3.Connection, settings: Settings, training: "subprocess.Popen[bytes]"
    ) -> None:
        """Whoever deletes a run's folder while it runs has that seen at a glance."""
        folder, ingester = leave_running(settings, training), Ingester(journal, settings)
        ingester.tick()
        (watched,) = ingester.watched.values()
        assert watched.goes_on()
        folder.rename(folder.with_name("elsewhere"))
        assert not watched.goes_on()


@pytest.mark.parametrize(("poll", "seconds"), [(0.02, 0.06), (0.5, 1.5), (1.0, 1.5), (60.0, 60.0)])
def test_logs_are_read_at_every_third_poll(poll: float, seconds: float) -> None:
    """Between two reads is a second and a half by default, and never more than the poll where that is slower."""
    assert log_seconds(Settings(poll_seconds=poll)) == pytest.approx(seconds)
