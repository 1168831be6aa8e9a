"""The situation of the moment, from the journal: runs, tasks, drift, commits, sessions."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from store import advice_log, drifts, heartbeats, links, plans, resumes, sessions, tasks
from store.advice import advise
from store.database import write
from store.drifts import Drift, DriftFile
from store.progress import Progress, record_progress
from store.runs import set_flag
from store.situations import Guard, OpenGoal, OpenTask, Pile, ResumeCard, Situation
from store.waiting import day_begin, gather
from store.waiting_preferences import WaitingPreferences, save_waiting
from store.weekly import goals
from store.weekly.calendar import Week
from store.weekly.preferences import WeekPreferences, save_weeks

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC).timestamp()
Launched = Callable[..., str]
Judged = Callable[..., None]


@pytest.fixture(name="running")
def _running(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> Callable[..., str]:
    """Enters a run that began an hour ago and ends in so many minutes, by an estimate that was just made."""

    def running(run_id: str, left: float | None = 38, *, spread: float | None = None, **fields: object) -> str:
        launched(run_id, created=NOW - 3600, name=f"name-{run_id}", **fields)
        judged(run_id, "running", started=NOW - 3590)
        at = None if left is None else NOW + left * 60
        low, high = (None, None) if at is None or spread is None else (at - spread * 60, at + spread * 60)
        with write(journal):
            record_progress(journal, run_id, Progress(1, 5, 10, "epoch", NOW, eta_at=at, eta_low=low, eta_high=high))
        return run_id

    return running


def look(journal: sqlite3.Connection, now: float = NOW) -> Situation:
    """The situation as the daemon, alive, has kept it."""
    return gather(journal, now, UTC, live=True)


def project_of(journal: sqlite3.Connection, run_id: str) -> int:
    """The id of a run's project."""
    return int(journal.execute("SELECT project_id FROM runs WHERE id = ?", (run_id,)).fetchone()[0])


def spend(journal: sqlite3.Connection, kind: str, begun: float, ended: float | None, **fields: object) -> None:
    """A session from then to then."""
    with write(journal):
        number = sessions.begin(journal, kind, begun, **fields)  # type: ignore[arg-type]
        if ended is not None:
            sessions.end(journal, number, ended)


class TestRuns:
    """What runs, and for how long."""

    def test_times_and_plans(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """Each active run with its interval, and whether its next step is written for either way."""
        running("r1", 38, spread=10, if_failure="halve the batch")
        running("r2", None, hypothesis="larger is better")
        one, other = look(journal).jobs
        assert (one.name, one.planned, one.eta_low, one.eta_at) == ("name-r1", True, NOW + 1680, NOW + 2280)
        assert (other.planned, other.eta_at) == (False, None)
        with write(journal):
            plans.change_plan(journal, "r2", NOW, if_success="write it up")
        assert all(job.planned for job in look(journal).jobs)

    def test_of_an_earlier_attempt(
        self, journal: sqlite3.Connection, running: Callable[..., str], judged: Judged
    ) -> None:
        """The time left of an attempt that is over says nothing of the one that runs."""
        running("r1")
        judged("r1", "running", attempt=2, started=NOW)
        assert look(journal).jobs[0].eta_at is None

    def test_flags(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """A run that stalled has no end that is known."""
        running("r1")
        with write(journal):
            set_flag(journal, "r1", "stalled", True)
        situation = look(journal)
        assert situation.jobs[0].health == ("stalled",)
        assert str(advise(situation)[0].reasons[0]) == "when “name-r1” ends is not known"

    def test_a_silent_daemon(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """Nothing live is known while the daemon is silent, and nothing is wrong where nothing runs."""
        assert not gather(journal, NOW).silent
        running("r1")
        assert gather(journal, NOW).silent
        heartbeats.beat(journal, [heartbeats.Heartbeat("daemon", 1, NOW - 60, NOW - 5, "ok")])
        assert not gather(journal, NOW).silent
        assert gather(journal, NOW + 60).silent


class TestTasks:
    """What there is to do."""

    def test_open_ones(self, journal: sqlite3.Connection, running: Callable[..., str], judged: Judged) -> None:
        """With the time spent on them, and what woke them."""
        running("r1")
        project = project_of(journal, "r1")
        with write(journal):
            first = tasks.add(journal, "表を書く", NOW, project_id=project, kind="write", estimate=3600.0, notes="§4")
            second = tasks.add(journal, "compare", NOW, project_id=project)
            tasks.block(journal, second, NOW, run_id="r1")
            third = tasks.add(journal, "over", NOW)
            tasks.set_state(journal, third, "done", NOW)
        spend(journal, "task", NOW, NOW + 900, task_id=first)
        one, other = look(journal, NOW + 1000).tasks
        assert one == OpenTask(first, "表を書く", "write", project, "doing", 0, 3600.0, 900.0, None, "§4")
        assert (other.state, other.woken_by) == ("blocked", None)
        judged("r1", "finished", started=NOW - 3590, ended=NOW + 1000)
        with write(journal):
            tasks.wake_for_run(journal, "r1", NOW + 1000)
        situation = look(journal, NOW + 1001)
        assert [(one.state, one.woken_by) for one in situation.tasks] == [("doing", None), ("todo", "name-r1")]
        assert advise(situation)[0].subject == f"task:{second}"
        spend(journal, "task", NOW + 1002, None, task_id=second)
        situation = look(journal, NOW + 1003)
        assert situation.tasks[1].woken_by is None and situation.task_id == second and situation.project_id == project

    def test_woken_by_a_date(self, journal: sqlite3.Connection) -> None:
        """A date wakes too, and has no name."""
        with write(journal):
            number = tasks.add(journal, "order", NOW)
            tasks.block(journal, number, NOW, until=NOW + 60)
            tasks.wake_due(journal, NOW + 61)
        (one,) = look(journal, NOW + 62).tasks
        assert one.woken_by == ""


class TestCode:
    """Which code is still needed, and which has not been read again."""

    def test_what_a_run_needs(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """The files that an active run imports, as far as its drift tells; nothing where nobody looked."""
        running("r1")
        assert look(journal).guards == (Guard("r1", "name-r1", project_of(journal, "r1"), True),)
        files = (DriftFile("data/loader.py", "modified", 1, 2, True), DriftFile("notes.md", "modified", 1, 0))
        drift = Drift(
            "r1",
            NOW,
            True,
            commit_count=3,
            files=files,
            file_count=2,
            imported_count=1,
            entry="train.py",
            imports=5,
            sources=("train.py", "data/loader.py"),
        )
        with write(journal):
            drifts.record(journal, [drift])
        (one,) = look(journal).guards
        assert one.files == frozenset({"train.py", "data/loader.py"})
        assert (one.whole, one.count, one.changed, one.commits) == (False, 5, 1, 3)
        with write(journal):
            drifts.record(journal, [Drift("r1", NOW, False, "not under git", entry="train.py")])
        assert look(journal).guards[0].files is None

    def test_a_crash_nobody_looked_at(self, journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
        """A run that failed keeps its code needed for four days, over a weekend, or until it is written of, run again,
        or got past."""

        def crash(run_id: str) -> None:
            launched(run_id, created=NOW - 900, name=run_id)
            judged(run_id, "failed", started=NOW - 900, ended=NOW - 600)

        def needed() -> set[str]:
            return {one.run_id for one in look(journal).guards if not one.active}

        for run_id in ("c1", "c2"):
            crash(run_id)
        assert needed() == {"c1", "c2"}
        assert {one.run_id for one in look(journal, NOW + 3 * 86400).guards if not one.active} == {"c1", "c2"}
        assert look(journal, NOW + 5 * 86400).guards == ()
        with write(journal):
            links.link(journal, "entry", 1, "run", "c1", NOW)
        assert needed() == {"c2"}
        launched("n1", created=NOW - 10, parent="c2")
        assert needed() == set()
        crash("c3")
        judged("n1", "finished", started=NOW - 10, ended=NOW - 5)
        assert needed() == set()

    def test_piles(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """One's own commits of a month that are no merges and not read again, by project."""
        running("r1")
        project = project_of(journal, "r1")
        with write(journal):
            for sha, age, mine, parents, reviewed in (
                ("a", 60, 1, 1, None), ("b", 120, 1, 1, None), ("c", 60, 0, 1, None), ("d", 60, 1, 2, None),
                ("e", 60, 1, 1, NOW), ("f", 40 * 86400, 1, 1, None),
            ):  # fmt: skip
                journal.execute(
                    "INSERT INTO commits (repository, sha, project_id, author, email, time, subject, mine, parents, "
                    "reviewed, added, deleted) VALUES ('/p', ?, ?, 'n', 'n@x', ?, 's', ?, ?, ?, 100, 20)",
                    (sha, project, NOW - age, mine, parents, reviewed),
                )
        assert look(journal).piles == (Pile(project, "cifar", 2, 240),)


class TestDay:
    """What was done today."""

    def test_reading_and_mail(self, journal: sqlite3.Connection) -> None:
        """Minutes read today and without a pause, and when mail was last looked at."""
        spend(journal, "read", NOW - 16 * 3600, NOW - 14.5 * 3600)
        spend(journal, "mail", NOW - 3 * 3600, NOW - 3 * 3600 + 300)
        spend(journal, "read", NOW - 600, None)
        situation = look(journal)
        assert (situation.read_today, situation.read_stretch) == (40, 10)
        assert situation.last_mail == NOW - 3 * 3600 + 300
        assert look(journal, NOW + 12 * 3600).last_mail is None

    def test_the_day_of_the_zone(self) -> None:
        """A day begins at midnight where the researcher is."""
        assert day_begin(NOW, UTC) == NOW - 15 * 3600
        assert day_begin(NOW, timezone(timedelta(hours=9))) == NOW
        assert day_begin(NOW - 1, timezone(timedelta(hours=9))) == NOW - 86400

    def test_choices_and_answers(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """What was chosen and what was skipped reaches the advice."""
        save_waiting(journal, WaitingPreferences(stamina_minutes=30, mail_minutes=5), NOW)
        running("r1", if_success="x")
        before = look(journal)
        assert (before.stamina_minutes, before.mail_minutes) == (30, 5)
        found = advise(before)
        assert "mail" in {one.kind for one in found}
        with write(journal):
            ids = dict(zip((one.kind for one in found), advice_log.offer(journal, found, NOW), strict=True))
            advice_log.answer(journal, ids["mail"], "skipped", NOW)
        after = look(journal, NOW + 1)
        assert after.declined == {("mail", "")} and after.weights["mail"] == pytest.approx(0.9)
        assert "mail" not in {one.kind for one in advise(after)}

    def test_what_goes_on(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """What the open session is about is not proposed once more."""
        running("r1")
        assert advise(look(journal))[0].subject == "run:r1"
        spend(journal, "plan", NOW, None, run_id="r1")
        assert "run:r1" not in {one.subject for one in advise(look(journal, NOW + 1))}
        spend(journal, "mail", NOW + 2, None)
        assert "mail" not in {one.kind for one in advise(look(journal, NOW + 3))}
        assert advise(look(journal, NOW + 3))[0].subject == "run:r1"

    def test_resume_notes(self, journal: sqlite3.Connection, launched: Launched) -> None:
        """The open note of each project."""
        launched("r1")
        project = project_of(journal, "r1")
        with write(journal):
            number = resumes.write_resume(journal, NOW, project_id=project, place="x", next_step="y")
            resumes.write_resume(journal, NOW, project_id=None, place="of no project")
        assert look(journal).resumes == (ResumeCard(number, project, "cifar", "x", "y", NOW),)


class TestGoals:
    """The goals of the week."""

    def test_of_this_week(self, journal: sqlite3.Connection, running: Callable[..., str]) -> None:
        """Those of this week that are open, with what they are about; the week is that of the zone and its first day,
        and the task that one is about is advised for it."""
        running("r1")
        week = Week(2026, 47)
        with write(journal):
            number = tasks.add(journal, "draw figure 2", NOW, project_id=project_of(journal, "r1"), estimate=1200.0)
            _, done, _ = goals.set_goals(
                journal, week,
                [("figure 2", None, [("task", str(number))]), ("over", None, []), ("read", 1, [])], NOW,
            )  # fmt: skip
            goals.set_state(journal, done.id, "reached", NOW)
            goals.set_goals(journal, week.shift(1), [("next", None, [])], NOW)
        about = frozenset({("task", str(number))})
        assert look(journal).goals == (OpenGoal("figure 2", None, about), OpenGoal("read", 1))
        assert [one.text for one in look(journal, NOW + 86400 * 2).goals] == ["next"]
        (advice,) = [one for one in advise(look(journal)) if one.task_id == number]
        assert str(advice.reasons[-1]) == "serves this week's goal: figure 2"
        save_weeks(journal, WeekPreferences("sun"), NOW)
        assert [one.text for one in look(journal, NOW + 86400).goals] == ["next"]
