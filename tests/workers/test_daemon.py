"""The daemon when things go wrong around it: what it must take, and what it must say."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store import alerts, deliveries, heartbeats, intents, logs, runs
from store.database import open_journal, write
from store.heartbeats import Heartbeat
from store.runs import Run
from store.settings import Settings, load
from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.faulty_server import stall
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from tests.fakes.run_directory import leave_run
from workers import lock
from workers.ingest import Ingester
from workers.machine import processes
from workers.runs import rundir

WaitFor = Callable[..., None]
HOUR, DAY = 3600.0, 86400.0
STUBBORN = """
import signal, time
for n in (signal.SIGINT, signal.SIGTERM): signal.signal(n, signal.SIG_IGN)
print('deaf', flush=True)
time.sleep(600)
"""


def known(journal: sqlite3.Connection, run_id: str) -> Run:
    """What the journal says of a run that must be in it."""
    run = runs.get_run(journal, run_id)
    assert run is not None, f"{run_id} is not in the journal"
    return run


def health(journal: sqlite3.Connection) -> dict[str, Heartbeat]:
    """The last signs of life, by worker."""
    return {one.worker: one for one in heartbeats.read_heartbeats(journal)}


@pytest.fixture(name="ingester")
def _ingester(journal: sqlite3.Connection, settings: Settings) -> Ingester:
    """An ingester without a daemon around it."""
    return Ingester(journal, settings)


class TestOneOfThem:
    """One daemon a data folder."""

    def test_of_two_started_at_once_one_remains(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """The other ends with exit code 1, and names the holder's pid."""
        two = [machiai.start("daemon"), machiai.start("daemon")]
        wait_for(lambda: any(one.poll() is not None for one in two), "one to give way")
        loser, winner = sorted(two, key=lambda one: one.poll() is None)
        assert loser.returncode == 1
        assert f"process {winner.pid} already watches" in loser.communicate()[1].decode()
        assert lock.holder(machiai.home) == winner.pid

    def test_asking_who_holds_the_lock_is_not_holding_it(self, tmp_path: Path) -> None:
        """Many who ask at the same moment do not take each other for a daemon."""
        with lock.hold(tmp_path):
            pass
        found: list[int | None] = []
        askers = [
            threading.Thread(target=lambda: found.extend(lock.holder(tmp_path) for _ in range(300))) for _ in range(8)
        ]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert set(found) == {None}


class TestEnding:
    """SIGTERM."""

    def test_it_ends_while_a_push_hangs_and_the_next_one_sends_it_once(
        self, machiai: Machiai, settings: Settings, pushbullet: PushbulletServer, wait_for: WaitFor
    ) -> None:
        """Within 2 s; what was being sent is looked for by the next daemon and not sent again."""
        machiai.environment |= {"MACHIAI_PUSHBULLET_TOKEN": TOKEN, "MACHIAI_PUSHBULLET_URL": pushbullet.url}
        machiai.environment |= {"MACHIAI_PUSH_TIMEOUT_SECONDS": "60"}
        pushbullet.script(stall(60))
        daemon = machiai.start_daemon()
        machiai.detach("true")
        wait_for(pushbullet.posts, "a push")
        began = time.monotonic()
        daemon.terminate()
        assert daemon.wait(10) == 0
        assert time.monotonic() - began < 10.0
        with contextlib.closing(open_journal(settings.journal)) as journal:
            assert {one.status for one in heartbeats.read_heartbeats(journal)} == {"stopped"}
            machiai.start_daemon()
            wait_for(lambda: not deliveries.waiting_deliveries(journal), "the delivery")
        assert len(pushbullet.posts()) == len(pushbullet.pushes) == 1


def test_that_it_watches_is_noted(machiai: Machiai, journal: sqlite3.Connection, wait_for: WaitFor) -> None:
    """From its first moment on, with or without GPUs; one that follows soon goes on with the same span."""
    for _ in range(2):
        began = time.time()
        daemon = machiai.start_daemon()
        wait_for(
            lambda began=began: health(journal).get("heart") and health(journal)["heart"].beat >= began, "its heart"
        )
        wait_for(lambda: journal.execute("SELECT count(*) FROM watched_spans").fetchone()[0] == 1, "a span")
        daemon.kill()
        daemon.wait()
    with write(journal):
        journal.execute("UPDATE watched_spans SET begun = begun - 9000, until = until - 9000")
    began = time.time()
    machiai.start_daemon()
    count = "SELECT count(*) FROM watched_spans WHERE begun > ?"
    wait_for(lambda: journal.execute(count, (began,)).fetchone()[0] == 1, "another span")
    assert journal.execute(count, (0.0,)).fetchone()[0] == 2


class TestTrouble:
    """A worker that fails, runs that cannot be read."""

    def test_a_worker_that_fails_is_shown_and_started_again(
        self, machiai: Machiai, settings: Settings, pushbullet: PushbulletServer, wait_for: WaitFor
    ) -> None:
        """With a file where the runs folder should be, ingest is unhealthy and pushes still go out."""
        machiai.environment |= {"MACHIAI_PUSHBULLET_TOKEN": TOKEN, "MACHIAI_PUSHBULLET_URL": pushbullet.url}
        settings.home.mkdir()
        settings.runs_folder.write_text("not a folder")
        machiai.start_daemon()
        with contextlib.closing(open_journal(settings.journal)) as journal:
            wait_for(lambda: health(journal).get("ingest", None) is not None, "a heartbeat")
            wait_for(lambda: health(journal)["ingest"].status == "unhealthy", "ingest to be unhealthy")
            assert "NotADirectoryError" in str(health(journal)["ingest"].detail)
            assert {name: one.status for name, one in health(journal).items() if name not in ("ingest", "daemon")} == {
                "outbox": "ok",
                "intents": "ok",
                "heart": "ok",
                "machine": "ok",
                "disks": "ok",
                "alerts": "ok",
                "relays": "ok",
                "waiting": "ok",
                "code": "ok",
                "papers": "ok",
            }
            assert (health(journal)["daemon"].status, health(journal)["daemon"].detail) == ("unhealthy", "ingest")
            assert machiai.call("notify", "hello").returncode == 0
            wait_for(lambda: pushbullet.pushes, "the push")
            settings.runs_folder.unlink()
            run = machiai.detach("true")
            wait_for(lambda: runs.get_run(journal, run) and known(journal, run).state == "finished", "the run")

    def test_directories_that_are_no_runs_are_passed_over(
        self, ingester: Ingester, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Whatever lies in the runs folder, the runs beside it are taken up, and each oddity is logged once."""
        now = time.time()
        good = leave_run(settings.runs_folder, ended=now - 60)
        newer = leave_run(settings.runs_folder, ended=now - 61, format=2)
        wrong = leave_run(settings.runs_folder, ended=now - 62, created="yesterday")
        strange = leave_run(settings.runs_folder, ended=now - 63, python=["not", "text"])
        shutil.copytree(settings.runs_folder / good, settings.runs_folder / "copy")
        (settings.runs_folder / "zzz").mkdir()
        (settings.runs_folder / "broken").mkdir()
        (settings.runs_folder / "broken" / "run.json").write_text('{"format": 1, "id": "bro')
        (settings.runs_folder / "file").write_text("")
        for _ in range(50):
            ingester.tick()
        assert known(ingester.connection, good).state == "finished"
        said = [record.getMessage() for record in caplog.records]
        odd = (newer, wrong, strange, "copy", "zzz", "broken", "file")
        assert sorted(ingester.unreadable) == sorted(odd)
        assert len(said) == len(odd)
        assert any("newer Machiai (format 2)" in line for line in said)

    def test_a_directory_that_is_mended_is_taken_up(self, ingester: Ingester, settings: Settings) -> None:
        """A run.json that can be read now makes a run of what was passed over."""
        run = leave_run(settings.runs_folder, ended=time.time() - 60)
        manifest = settings.runs_folder / run / "run.json"
        text = manifest.read_bytes()
        manifest.write_bytes(text[:40])
        ingester.tick()
        assert runs.get_run(ingester.connection, run) is None
        manifest.write_bytes(text)
        for _ in range(21):
            ingester.tick()
        assert known(ingester.connection, run).state == "finished"

    def test_a_damaged_exit_record_stops_only_its_own_run(
        self, ingester: Ingester, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The other runs go on, the trouble is logged once, and a mended record is read."""
        now = time.time()
        damaged = leave_run(settings.runs_folder, ended=now - 60)
        record = settings.runs_folder / damaged / "attempt-1" / "exit.json"
        text = record.read_bytes()
        record.write_text('{"exit_code": 0}')
        good = leave_run(settings.runs_folder, ended=now - 120)
        for _ in range(41):
            ingester.tick()
        assert known(ingester.connection, good).state == "finished"
        assert known(ingester.connection, damaged).is_active
        assert len([one for one in caplog.records if "cannot make sense" in one.getMessage()]) == 1
        record.write_bytes(text)
        for _ in range(21):
            ingester.tick()
        assert known(ingester.connection, damaged).state == "finished"

    def test_a_locked_journal_is_waited_for(self, machiai: Machiai, settings: Settings, wait_for: WaitFor) -> None:
        """Another process that holds the write lock for seconds delays what happens, and loses none of it."""
        machiai.start_daemon()
        with contextlib.closing(open_journal(settings.journal)) as journal:
            journal.execute("BEGIN IMMEDIATE")
            run = machiai.detach(*python("print('one'); print('two')"))
            wait_for((machiai.folder(run) / rundir.EXIT).exists, "the end")
            time.sleep(2.0)  # the length of the lock, not a wait for something
            journal.execute("ROLLBACK")
            wait_for(lambda: runs.get_run(journal, run) and known(journal, run).state == "finished", "the run")
            assert known(journal, run).log_lines == 2
            assert {one.status for one in health(journal).values()} <= {"ok"}

    def test_a_directory_deleted_under_a_run(self, machiai: Machiai, settings: Settings, wait_for: WaitFor) -> None:
        """The run stays running while its process lives; then it is lost, and says why."""
        machiai.start_daemon()
        run = machiai.detach("sleep", "600")
        beat = machiai.beat(run)
        with contextlib.closing(open_journal(settings.journal)) as journal:
            wait_for(lambda: runs.get_run(journal, run) and known(journal, run).state == "running", "running")
            shutil.rmtree(settings.runs_folder / run)
            wait_for(lambda: "its run directory is gone" in known(journal, run).evidence, "it to be noticed")
            assert (known(journal, run).state, known(journal, run).pid) == ("running", beat["pid"])
            os.kill(beat["pid"], signal.SIGKILL)
            wait_for(lambda: known(journal, run).state == "lost", "lost")
            assert known(journal, run).certainty == "inferred"
            assert "its run directory is gone" in known(journal, run).evidence


class TestAbsence:
    """Runs that came to their end while no daemon was there."""

    def test_what_happened_meanwhile_is_ingested_with_its_true_times(
        self, machiai: Machiai, settings: Settings, wait_for: WaitFor
    ) -> None:
        """Lines, excerpt and times are those of the run, not of the daemon."""
        run = machiai.detach(*python("for n in range(300): print(n)\nraise SystemExit(3)"))
        wait_for((machiai.folder(run) / rundir.EXIT).exists, "the end")
        record = rundir.read_json(machiai.folder(run) / rundir.EXIT) or {}
        machiai.start_daemon()
        with contextlib.closing(open_journal(settings.journal)) as journal:
            wait_for(lambda: runs.get_run(journal, run) and not known(journal, run).is_active, "the run")
            found = known(journal, run)
            assert (found.state, found.certainty, found.log_lines) == ("failed", "recorded", 300)
            assert (found.started, found.ended, found.seconds) == tuple(
                record[key] for key in ("started", "ended", "seconds")
            )
            excerpt = logs.read_excerpt(journal, run, 1)
            assert excerpt is not None
            assert (excerpt.first_line, excerpt.lines) == (101, [str(n) for n in range(100, 300)])

    @pytest.mark.parametrize(
        ("age", "raised", "pushed", "late"),
        [
            pytest.param(60.0, 1, 1, False, id="just now"),
            pytest.param(2 * HOUR, 1, 1, True, id="hours ago: marked late"),
            pytest.param(49 * HOUR, 1, 0, True, id="days ago: shown, not pushed"),
            pytest.param(8 * DAY, 0, 0, False, id="more than a week ago: no news"),
        ],
    )
    def test_an_alert_is_as_late_as_its_cause(
        self, ingester: Ingester, settings: Settings, age: float, raised: int, pushed: int, late: bool
    ) -> None:
        """An old end is marked late, then no longer pushed, then no longer an alert."""
        ended = time.time() - age
        run = leave_run(settings.runs_folder, ended=ended)
        assert ingester.tick() == raised
        found = alerts.alerts_of_run(ingester.connection, run)
        assert [one.occurred for one in found] == [ended] * raised
        assert len(deliveries.waiting_deliveries(ingester.connection)) == pushed
        assert all(one.body.startswith("Late:") == late for one in found)

    def test_a_launch_in_progress_is_not_yet_a_run(self, ingester: Ingester, settings: Settings) -> None:
        """A directory that a failing launch takes away again never comes into the journal."""
        run = leave_run(settings.runs_folder, ended=None, seconds=0.0, created=time.time())
        ingester.tick()
        assert runs.get_run(ingester.connection, run) is None
        shutil.rmtree(settings.runs_folder / run)
        ingester.tick()
        assert runs.get_run(ingester.connection, run) is None


class TestOrphans:
    """A supervisor that was killed before its first beat."""

    def test_the_command_is_found_by_its_environment(
        self, ingester: Ingester, settings: Settings, wait_for: WaitFor
    ) -> None:
        """It is running as long as its process lives, and then judged by its log."""
        now = time.time()
        here: dict[str, Any] = {"host": os.uname().nodename, "boot_id": processes.boot_id()}
        run = leave_run(settings.runs_folder, ended=None, seconds=0.0, created=now - 10, log=b"epoch 1\n", **here)
        environment = {**os.environ, "MACHIAI_RUN_ID": run}
        with subprocess.Popen(["sleep", "600"], env=environment, start_new_session=True) as orphan:
            try:
                wait_for(lambda: ingester.tick() == 0 and known(ingester.connection, run).state == "running")
                assert known(ingester.connection, run).pid == orphan.pid
                with (settings.runs_folder / run / "attempt-1" / "log").open("ab") as log:
                    log.write(b"Training finished\n")
            finally:
                orphan.kill()
        wait_for(lambda: ingester.tick() == 1, "the end")
        found = known(ingester.connection, run)
        assert (found.state, found.certainty, found.log_lines) == ("finished", "inferred", 2)

    def test_without_a_process_its_log_tells(self, ingester: Ingester, settings: Settings, wait_for: WaitFor) -> None:
        """What has written a log has started: it is not said that it never did."""
        here: dict[str, Any] = {"host": os.uname().nodename, "boot_id": processes.boot_id()}
        run = leave_run(settings.runs_folder, ended=None, seconds=0.0, created=time.time() - 90, log=b"x 1\n", **here)
        wait_for(lambda: ingester.tick() == 1, "the end")
        found = known(ingester.connection, run)
        assert (found.state, found.certainty, found.cause) == ("lost", "inferred", "gone without an exit record")


class TestStopping:
    """The Stop button, as the dashboard presses it."""

    @pytest.fixture(name="asked")
    def _asked(
        self, machiai: Machiai, settings: Settings, wait_for: WaitFor
    ) -> Iterator[tuple[str, sqlite3.Connection]]:
        """A run that hears neither SIGINT nor SIGTERM, under a daemon with a grace of 1 s."""
        machiai.environment["MACHIAI_STOP_GRACE_SECONDS"] = "1"
        run = machiai.detach(*python(STUBBORN))
        wait_for(lambda: b"deaf" in (machiai.folder(run) / rundir.LOG).read_bytes(), "the run")
        with contextlib.closing(open_journal(settings.journal)) as journal:
            yield run, journal

    def _signals(self, machiai: Machiai, run: str) -> list[int]:
        return [stop["signal"] for stop in rundir.stop_requests(machiai.folder(run))]

    def test_it_escalates_and_answers(
        self, machiai: Machiai, asked: tuple[str, sqlite3.Connection], wait_for: WaitFor
    ) -> None:
        """SIGINT, SIGTERM, SIGKILL, a grace apart; a daemon killed in between goes on where it was."""
        run, journal = asked
        daemon = machiai.start_daemon()
        wait_for(lambda: runs.get_run(journal, run), "the run in the journal")
        intents.ask(journal, intents.STOP_RUN, run, time.time())
        wait_for(lambda: intents.intents_of_run(journal, run)[0].state == "accepted", "the answer")
        assert "SIGINT" in str(intents.intents_of_run(journal, run)[0].answer)
        daemon.kill()
        daemon.wait()
        machiai.start_daemon()
        wait_for(lambda: not known(journal, run).is_active, "the end")
        wait_for(lambda: intents.intents_of_run(journal, run)[0].state == "done", "the last answer")
        assert self._signals(machiai, run) == [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
        assert (known(journal, run).state, known(journal, run).certainty) == ("stopped", "recorded")
        assert alerts.alerts_of_run(journal, run) == []

    def test_read_only_refuses(
        self, machiai: Machiai, asked: tuple[str, sqlite3.Connection], wait_for: WaitFor
    ) -> None:
        """A daemon that is set to read-only signals nothing, and says so."""
        run, journal = asked
        machiai.environment["MACHIAI_READ_ONLY"] = "true"
        machiai.start_daemon()
        wait_for(lambda: runs.get_run(journal, run), "the run in the journal")
        intents.ask(journal, intents.STOP_RUN, run, time.time())
        wait_for(lambda: intents.intents_of_run(journal, run)[0].state == "refused", "the refusal")
        assert "read-only" in str(intents.intents_of_run(journal, run)[0].answer)
        assert self._signals(machiai, run) == []


class TestSecrets:
    """The token."""

    def test_the_token_is_in_nothing_of_ours(
        self, machiai: Machiai, settings: Settings, pushbullet: PushbulletServer, wait_for: WaitFor
    ) -> None:
        """Printed by the training and named on its command line, it stays in the training's own log alone."""
        secrets = settings.secrets
        secrets.write_text(f'PUSHBULLET_TOKEN = "{TOKEN}"\n')
        secrets.chmod(0o600)
        machiai.environment["MACHIAI_PUSHBULLET_URL"] = pushbullet.url
        machiai.start_daemon()
        run = machiai.detach(*python(f"print('{TOKEN}')\nraise ValueError('{TOKEN}')"), options=("--hypothesis", TOKEN))
        wait_for(lambda: pushbullet.pushes, "the push")
        shown = machiai.show(run)
        assert shown["state"] == "failed"
        assert TOKEN not in json.dumps(shown)
        assert TOKEN not in json.dumps(pushbullet.pushes)
        holding = [path for path in machiai.home.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
        assert holding == [machiai.folder(run) / rundir.LOG]


class TestTwoIngesters:
    """What the lock prevents, should it ever fail."""

    def test_no_line_is_counted_twice(self, settings: Settings, journal: sqlite3.Connection) -> None:
        """Two ingesters on one journal, while the log grows, count each line once and raise one alert."""
        lines = 4000
        run = leave_run(
            settings.runs_folder,
            ended=None,
            seconds=0.0,
            log=b"",
            host=os.uname().nodename,
            created=time.time(),
            beat={
                "boot_id": processes.boot_id(),
                "pid": os.getpid(),
                "start_ticks": processes.start_ticks(os.getpid()),
                "supervisor_pid": os.getpid(),
                "supervisor_ticks": processes.start_ticks(os.getpid()),
            },
        )
        folder = settings.runs_folder / run / "attempt-1"
        over = threading.Event()
        failures: list[Exception] = []

        def watch() -> None:
            try:
                with contextlib.closing(open_journal(settings.journal)) as connection:
                    ingester = Ingester(connection, settings)
                    while not over.is_set():
                        ingester.tick()
                    for _ in range(3):
                        ingester.tick()
            except Exception as error:
                failures.append(error)

        both = [threading.Thread(target=watch) for _ in range(2)]
        for one in both:
            one.start()
        with (folder / rundir.LOG).open("ab", buffering=0) as log:
            for n in range(lines):
                log.write(b"line %d\n" % n)
                if n % 50 == 0:
                    time.sleep(0.005)  # the pace of the writer
        now = time.time()
        beat = rundir.read_json(folder / rundir.BEAT) or {}
        rundir.write_json(folder / rundir.EXIT, {**beat, "ended": now, "seconds": 1.0, "exit_code": 0, "signal": None})
        over.set()
        for one in both:
            one.join(30)
        assert not failures
        found = known(journal, run)
        assert (found.state, found.log_lines) == ("finished", lines)
        assert len(alerts.alerts_of_run(journal, run)) == 1
        assert [event.kind for event in runs.events_of(journal, run)] == ["created", "started", "ended"]


def test_settings_that_cannot_be_read_are_said(machiai: Machiai, settings: Settings) -> None:
    """A config.toml that is no TOML ends the start with its name and a way out."""
    settings.home.mkdir()
    (settings.home / "config.toml").write_text("poll_seconds: fast")
    done = machiai.call("daemon")
    assert done.returncode == 1
    assert "config.toml is not valid TOML" in done.stderr
    assert load({"MACHIAI_HOME": str(settings.home.parent / "other")}).poll_seconds == 0.5
