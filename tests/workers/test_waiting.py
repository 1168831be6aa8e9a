"""What goes on beside the trainings: tasks wake and are told of, sleep is no work, the news of a finish can wait."""

import sqlite3
from pathlib import Path

import pytest

from store import alerts, deliveries, sessions, tasks
from store.alerts import Alert
from store.database import write
from store.settings import Settings
from store.waiting_preferences import WaitingPreferences, save_waiting
from tests.workers.alerts.lab import HERE, HOUR, MINUTE, Lab
from workers import recording
from workers.recording import Finding
from workers.verdicts import Evidence, Verdict
from workers.waiting import WaitingWatch


class Desk:
    """A laboratory with somebody who works beside it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.connection = lab.connection
        self.settings = Settings(home=lab.settings.home, secrets=lab.settings.secrets, pushbullet_token="o.nobody")
        self.watch = self.start()

    def start(self) -> WaitingWatch:
        """The worker of a daemon that begins now."""
        self.watch = WaitingWatch(
            self.connection,
            self.settings,
            clock=lambda: self.lab.wall,
            steady=lambda: self.lab.steady,
            boot=lambda: self.lab.boot,
        )
        return self.watch

    def add_task(self, title: str, **block: object) -> int:
        """Somebody writes down a task that waits."""
        with write(self.connection):
            made = tasks.add(self.connection, title, self.lab.wall)
            tasks.block(self.connection, made, self.lab.wall, **block)  # type: ignore[arg-type]
        return made

    def begin(self, kind: str = "read", minutes: float = 30) -> int:
        """They begin something."""
        with write(self.connection):
            return sessions.begin(self.connection, kind, self.lab.wall, planned=minutes * MINUTE)

    def finish(self, run_id: str, state: str = "finished") -> Alert:
        """A run ends, as the ingester writes it down; its alert."""
        self.lab.end(run_id, state)
        run = self.lab.run(run_id)
        verdict = Verdict(state, "recorded", started=run.started, ended=self.lab.wall, exit_code=0)
        known = Finding(run_id, 1, self.evidence(), verdict, self.lab.wall)
        with write(self.connection):
            recording.raise_alert(self.connection, self.settings, known, "")
        return self.lab.alerts()[-1]

    def evidence(self) -> Evidence:
        """What was found of it: nothing that matters here."""
        return Evidence(["python"], str(self.lab.settings.home), HERE, self.lab.wall, self.lab.wall, HERE, "b")

    def way(self, alert: Alert) -> tuple[str, str | None, float]:
        """How its delivery stands."""
        [found] = deliveries.deliveries_of(self.connection, [alert.id])[alert.id]
        return found.state, found.why, found.next_try


@pytest.fixture(name="lab")
def _lab(tmp_path: Path, journal: sqlite3.Connection) -> Lab:
    return Lab(journal, tmp_path)


@pytest.fixture(name="desk")
def _desk(lab: Lab) -> Desk:
    return Desk(lab)


class TestTasks:
    """What waited wakes."""

    def test_a_date_that_comes(self, desk: Desk, lab: Lab) -> None:
        """The task is taken up again and told of once, also by the next daemon."""
        task = desk.add_task("学習率を下げて再実行", until=lab.wall + HOUR)
        lab.pass_time(HOUR - 5)
        assert desk.watch.tick() == 0
        lab.pass_time(5)
        assert desk.watch.tick() == 1
        assert (desk.watch.tick(), desk.start().tick()) == (0, 0)
        [alert] = lab.alerts()
        assert (alert.kind, alert.title) == ("task", "☐ task can go on: 学習率を下げて再実行")
        known = tasks.get(desk.connection, task)
        assert known is not None and (known.state, known.woken_by) == ("todo", "date")

    def test_it_waits_again(self, desk: Desk, lab: Lab) -> None:
        """A task that is made to wait anew is told of anew."""
        task = desk.add_task("look at the sweep", until=lab.wall + HOUR)
        lab.pass_time(2 * HOUR)
        desk.watch.tick()
        with write(desk.connection):
            tasks.block(desk.connection, task, lab.wall, until=lab.wall + HOUR)
        lab.pass_time(2 * HOUR)
        assert desk.watch.tick() == 1
        assert len(lab.alerts("task")) == 2

    @pytest.mark.parametrize("state", ["finished", "failed"])
    def test_the_end_of_a_run_names_what_it_unblocks(self, desk: Desk, lab: Lab, state: str) -> None:
        """However it ended, its push says what can go on now, and no further alert comes."""
        run = lab.launch()
        for number in range(4):
            desk.add_task(f"compare {number}", run_id=run)
        alert = desk.finish(run, state)
        assert "Can go on now: compare 0; compare 1; compare 2 (+1)" in alert.body
        assert desk.watch.tick() == 0
        assert {one.state for one in tasks.list_tasks(desk.connection)} == {"todo"}

    def test_a_run_that_was_stopped(self, desk: Desk, lab: Lab) -> None:
        """It raises no alert, and its tasks wake all the same."""
        run = lab.launch()
        task = desk.add_task("compare", run_id=run)
        lab.end(run, "stopped")
        verdict = Verdict("stopped", "recorded", started=lab.wall - 60, ended=lab.wall)
        with write(desk.connection):
            known = Finding(run, 1, desk.evidence(), verdict, lab.wall)
            assert recording.raise_alert(desk.connection, desk.settings, known, "") == 0
        found = tasks.get(desk.connection, task)
        assert found is not None and found.woken_run == run


class TestNews:
    """The news of an end, to somebody who is at something."""

    def test_a_finish_waits_for_the_end_of_the_session(self, desk: Desk, lab: Lab) -> None:
        """It is held until the session was to end, and due as soon as it does; it says nothing of who ran before."""
        run, session = lab.launch(), desk.begin(minutes=30)
        lab.launch()
        lab.pass_time(10 * MINUTE)
        alert = desk.finish(run)
        assert "Still running" not in alert.body
        assert desk.way(alert) == ("held", "session", lab.wall + 20 * MINUTE)
        lab.pass_time(5 * MINUTE)
        with write(desk.connection):
            sessions.end(desk.connection, session, lab.wall)
        assert desk.way(alert) == ("held", "session", lab.wall)

    def test_a_crash_does_not_wait(self, desk: Desk, lab: Lab) -> None:
        """Every hour until somebody knows of it is lost; who still runs is named."""
        run = lab.launch()
        lab.launch()
        desk.begin()
        alert = desk.finish(run, "failed")
        assert desk.way(alert)[0] == "waiting"
        assert "Still running" in alert.body

    @pytest.mark.parametrize("kind", ["mail", "break"])
    def test_a_break_is_no_reason_to_wait(self, desk: Desk, lab: Lab, kind: str) -> None:
        """Who reads mail can be told."""
        run = lab.launch()
        desk.begin(kind, minutes=10)
        assert desk.way(desk.finish(run))[0] == "waiting"

    def test_who_wants_to_know_at_once(self, desk: Desk, lab: Lab) -> None:
        """It is the reader's choice."""
        save_waiting(desk.connection, WaitingPreferences(hold_ends=False), lab.wall)
        run = lab.launch()
        desk.begin()
        assert desk.way(desk.finish(run))[0] == "waiting"


class TestSessions:
    """The researcher's own time."""

    def test_sleep_is_no_work(self, desk: Desk, lab: Lab) -> None:
        """Minutes in which the machine slept are taken out of the session."""
        session = desk.begin(minutes=60)
        desk.watch.tick()
        lab.pass_time(10 * MINUTE)
        lab.sleep(5 * MINUTE)
        desk.watch.tick()
        assert sessions.get_session(desk.connection, session).slept == 5 * MINUTE

    def test_a_session_that_was_forgotten(self, desk: Desk, lab: Lab) -> None:
        """It ends by itself, as of when it was to end."""
        session, begun = desk.begin(minutes=60), lab.wall
        for _ in range(200):
            lab.pass_time(MINUTE)
            desk.watch.tick()
        found = sessions.get_session(desk.connection, session)
        assert (found.ended, found.ended_by) == (begun + HOUR, "forgotten")

    def test_a_quiet_desk_writes_nothing(self, desk: Desk, lab: Lab, journal: sqlite3.Connection) -> None:
        """Without a session and without tasks that wait nothing is written, however long it looks."""
        desk.watch.tick()
        before = journal.total_changes
        for _ in range(50):
            lab.pass_time(MINUTE)
            desk.watch.tick()
        assert journal.total_changes == before


def test_it_needs_a_person(desk: Desk, lab: Lab) -> None:
    """The alert of a task is open until a person has seen it, and is of no run."""
    desk.add_task("write the abstract", until=lab.wall + 5)
    lab.pass_time(10)
    desk.watch.tick()
    [alert] = alerts.open_alerts(desk.connection, lab.wall, kinds=["task"])
    assert alert.run_id is None
    alerts.acknowledge(desk.connection, alert.id, lab.wall)
    assert alerts.open_alerts(desk.connection, lab.wall, kinds=["task"]) == []
