"""Tasks: adding, changing, moving, pasting; what they wait for; and that whatever is done they make sense."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from store import links, projects, runs, tasks
from store.database import open_journal, write
from store.errors import Conflict, TaskError
from store.task_rows import ENDED, Task, due


@pytest.fixture(name="added")
def _added(journal: sqlite3.Connection) -> Callable[..., int]:
    """Adds a task; its id."""

    def added(title: str = "t", now: float = 1.0, **fields: Any) -> int:
        with write(journal):
            return tasks.add(journal, title, now, **fields)

    return added


def known(journal: sqlite3.Connection, task_id: int) -> Task:
    """A task that is there."""
    task = tasks.get(journal, task_id)
    assert task is not None
    return task


def titles(journal: sqlite3.Connection, **options: Any) -> list[str]:
    """The titles of the listed tasks, in order."""
    return [task.title for task in tasks.list_tasks(journal, **options)]


def documents(journal: sqlite3.Connection) -> dict[str, tuple[str, str, int | None]]:
    """What the search knows of tasks: (title, text, project) by id."""
    rows = journal.execute("SELECT ref, title, text, project_id FROM documents WHERE kind = 'task'")
    return {row["ref"]: (row["title"], row["text"], row["project_id"]) for row in rows}


def run(journal: sqlite3.Connection, run_id: str, state: str = "running", now: float = 5.0) -> list[Task]:
    """Let a run be in that state, as the daemon does; the tasks that woke."""
    with write(journal):
        if runs.get_run(journal, run_id) is None:
            runs.record_launch(journal, {"id": run_id, "created": 1.0, "name": f"n-{run_id}"}, f"/runs/{run_id}")
        none: dict[str, Any] = dict.fromkeys(("cause", "exit_code", "signal", "pid", "started", "ended", "seconds"))
        more: dict[str, Any] = {"health": [], "certainty": "recorded", "evidence": [], "now": now}
        runs.record_state(journal, run_id, attempt=1, state=state, **none, **more)
        return tasks.wake_for_run(journal, run_id, now) if state in runs.ENDED else []


class TestKeeping:
    """Adding, reading, changing."""

    def test_added(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A task is kept with all that was said of it, after the others, is found by the search and has a history."""
        with write(journal):
            project = projects.add_project(journal, "cifar", 1.0)
        first = added()
        made = added(
            "  学習率を\n下げる ", 7.0, project_id=project, kind="experiment", estimate=1800, priority=2,
            notes="## why\n損失", about=[("run", "r1")], origin="plan:r1:success",
        )  # fmt: skip
        task = known(journal, made)
        assert (task.title, task.kind, task.state, task.estimate, task.priority) == (
            "学習率を 下げる",
            "experiment",
            "todo",
            1800,
            2,
        )
        assert (task.notes, task.project, task.created, task.changed, task.revision) == (
            "## why\n損失",
            "cifar",
            7.0,
            7.0,
            1,
        )
        assert task.is_open and task.ended is None and task.woken is None and task.blocked_run is None
        assert [one.id for one in tasks.list_tasks(journal)] == [first, made]
        assert tasks.made_of(journal, "plan:r1:success") == task
        assert [one.to_id for one in links.links_of(journal, "task", made)] == ["r1"]
        assert documents(journal)[str(made)] == ("学習率を 下げる", "## why\n損失", project)
        (event,) = tasks.history(journal, made)
        assert (event.kind, event.time, event.detail["title"]) == ("created", 7.0, "学習率を 下げる")
        assert tasks.get(journal, 99) is None

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"title": " \n\t"}, "needs a title"),
            ({"kind": "nap"}, "no kind of task"),
            ({"priority": 3}, "no priority"),
            ({"estimate": 0}, "estimate"),
            ({"estimate": -60.0}, "estimate"),
            ({"estimate": float("nan")}, "estimate"),
            ({"estimate": float("inf")}, "estimate"),
            ({"project_id": 9}, "no project 9"),
            ({"state": "blocked"}, "begins as"),
        ],
    )
    def test_what_is_refused(
        self, journal: sqlite3.Connection, added: Callable[..., int], fields: dict[str, Any], words: str
    ) -> None:
        """A field that makes no sense is refused with words, when adding and when changing, and nothing is written."""
        kept = added("kept")
        before = known(journal, kept)
        with pytest.raises(TaskError, match=words):
            added(**{"title": "t", **fields})
        if "state" not in fields:
            with pytest.raises(TaskError, match=words), write(journal):
                tasks.change(journal, kept, 2.0, **fields)
        with pytest.raises(TypeError):
            tasks.change(journal, kept, 2.0, place=7)
        assert titles(journal) == ["kept"] and known(journal, kept) == before

    def test_strange_text(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """Text that no database keeps, as a terminal may give it, is kept with question marks."""
        made = added("caf\udce9\x00", notes="\udcff \0 end")
        assert (known(journal, made).title, known(journal, made).notes) == ("caf?", "?  end")

    def test_changed(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """What is typed anew is kept with what was there before; saving the same again writes nothing."""
        made = added("old", notes="n")
        with write(journal):
            task = tasks.change(journal, made, 9.0, 1, title="new", estimate=60, notes="n")
        assert (task.title, task.estimate, task.changed, task.revision) == ("new", 60, 9.0, 2)
        event = tasks.history(journal, made)[-1]
        assert (event.kind, event.detail) == ("changed", {"title": ["old", "new"], "estimate": [None, 60]})
        assert documents(journal)[str(made)][0] == "new"
        with write(journal):
            assert tasks.change(journal, made, 10.0, 1, title="new") == task
        assert len(tasks.history(journal, made)) == 2

    def test_two_tabs(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """The second of two tabs is told, with how the task is now, and overwrites nothing."""
        made = added("old")
        with write(journal):
            tasks.change(journal, made, 2.0, 1, title="first")
        with pytest.raises(Conflict, match="elsewhere") as caught, write(journal):
            tasks.change(journal, made, 3.0, 1, title="second")
        assert isinstance(caught.value.current, Task) and caught.value.current.title == "first"
        assert known(journal, made).title == "first"
        with write(journal):
            assert tasks.change(journal, made, 4.0, caught.value.current.revision, title="second").revision == 3

    def test_woken_while_typed(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A task that wakes, moves or is taken up while somebody types in it is no conflict."""
        run(journal, "r1")
        made, other = added("old"), added("other")
        with write(journal):
            tasks.block(journal, made, 2.0, run_id="r1")
            tasks.move(journal, made, "after", other)
        run(journal, "r1", "finished")
        with write(journal):
            tasks.set_state(journal, made, "doing", 6.0)
            assert tasks.change(journal, made, 7.0, 1, title="new").state == "doing"

    def test_listed(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """Tasks are listed by project and state, in the order that is asked for; archived projects' only when asked."""
        with write(journal):
            one, two = projects.add_project(journal, "a", 1.0), projects.add_project(journal, "b", 1.0)
        added("a1", project_id=one)
        added("b1", project_id=two, priority=1)
        added("a2", project_id=one, state="doing")
        added("a3", 5.0, project_id=one, state="done")
        added("none")
        assert titles(journal) == ["a1", "b1", "a2", "none"]
        assert titles(journal, project_id=one) == ["a1", "a2"]
        assert titles(journal, states=("done", "doing")) == ["a2", "a3"]
        assert titles(journal, sort="priority") == ["b1", "a1", "a2", "none"]
        assert titles(journal, sort="newest", limit=2, offset=1) == ["a2", "b1"]
        assert titles(journal, states=()) == []
        with write(journal):
            projects.archive(journal, one, 9.0)
        assert titles(journal) == ["b1", "none"]
        assert titles(journal, archived=True) == ["a1", "b1", "a2", "none"]
        assert titles(journal, project_id=one) == ["a1", "a2"]

    def test_doing(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """How many are in doing is counted by project, beside the limit that is three unless set otherwise."""
        with write(journal):
            one = projects.add_project(journal, "a", 1.0)
        for project in (one, one, None):
            added(project_id=project, state="doing")
        added(project_id=one)
        assert [tasks.doing_count(journal, which) for which in (one, None)] == [2, 1]
        assert [tasks.doing_limit(journal, which) for which in (one, None)] == [3, 3]
        with write(journal):
            projects.set_doing_limit(journal, one, 1)
        assert [tasks.doing_limit(journal, which, default=5) for which in (one, None)] == [1, 5]

    def test_ticked_off(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A task ends when it is done or dropped, is to do again when it is put back, and its history tells it."""
        made = added()
        for moment, (state, ended) in enumerate(
            [("doing", None), ("done", 11.0), ("dropped", 11.0), ("dropped", 11.0), ("todo", None)], 10
        ):
            with write(journal):
                task = tasks.set_state(journal, made, state, float(moment))
            assert (task.state, task.ended) == (state, ended)
        told = [event.detail for event in tasks.history(journal, made)[1:]]
        assert [(one["was"], one["now"]) for one in told] == [
            ("todo", "doing"),
            ("doing", "done"),
            ("done", "dropped"),
            ("dropped", "todo"),
        ]
        for state, words in (("blocked", "what the task waits for"), ("asleep", "never 'asleep'")):
            with pytest.raises(TaskError, match=words):
                tasks.set_state(journal, made, state, 20.0)
        with pytest.raises(TaskError, match="no task 99"):
            tasks.set_state(journal, 99, "done", 20.0)


class TestWaiting:
    """Tasks that wait, and how they wake."""

    def test_for_a_run(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """Tasks wake when their run ends, once, to where they were; the others go on waiting."""
        run(journal, "r1", "queued")
        run(journal, "r2")
        first, second, third = added("first"), added("second", state="doing"), added("third")
        with write(journal):
            for task_id, run_id in ((first, "r1"), (second, "r1"), (third, "r2")):
                task = tasks.block(journal, task_id, 2.0, run_id=run_id)
                assert (task.state, task.blocked_run, task.run) == ("blocked", run_id, f"n-{run_id}")
        assert [one.id for one in tasks.waiting_on(journal, "r1")] == [first, second]
        run(journal, "r1", "running")
        assert tasks.woken(journal) == []
        woke = run(journal, "r1", "failed", 8.0)
        assert [(one.id, one.state, one.woken, one.woken_run) for one in woke] == [
            (first, "todo", 8.0, "r1"),
            (second, "doing", 8.0, "r1"),
        ]
        assert run(journal, "r1", "failed", 9.0) == [] == tasks.waiting_on(journal, "r1")
        assert tasks.woken(journal) == woke and known(journal, third).state == "blocked"
        assert tasks.history(journal, second)[-1].detail == {"by": "run:r1", "state": "doing"}

    def test_noticed(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A woken task is one until it is seen, changed, taken up or blocked again."""
        run(journal, "r1")
        run(journal, "r2")
        made = [added() for _ in range(5)]
        with write(journal):
            for one in made:
                tasks.block(journal, one, 2.0, run_id="r1")
        run(journal, "r1", "finished")
        assert len(tasks.woken(journal)) == 5
        with write(journal):
            tasks.acknowledge(journal, made[0], 9.0)
            tasks.change(journal, made[1], 9.0, title="other")
            tasks.set_state(journal, made[2], "todo", 9.0)
            tasks.block(journal, made[3], 9.0, run_id="r2")
            tasks.acknowledge(journal, made[0], 10.0)
        assert [one.id for one in tasks.woken(journal)] == [made[4]]
        assert [event.kind for event in tasks.history(journal, made[0])] == ["created", "blocked", "woken", "noticed"]

    @pytest.mark.parametrize("state", runs.ENDED)
    def test_for_a_run_that_has_ended(self, journal: sqlite3.Connection, added: Callable[..., int], state: str) -> None:
        """Waiting for what is over already is refused, and the task stays as it was."""
        run(journal, "r1", state)
        made = added()
        with pytest.raises(TaskError, match=rf"n-r1 \(r1\) has ended already: it is {state}"), write(journal):
            tasks.block(journal, made, 9.0, run_id="r1")
        assert known(journal, made).state == "todo" and len(tasks.history(journal, made)) == 1

    def test_for_a_date(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A task wakes when its date has come, not before, and not by a run."""
        early, late = added("early"), added("late")
        with write(journal):
            tasks.block(journal, early, 2.0, until=100.0)
            tasks.block(journal, late, 2.0, until=200.0)
        assert tasks.wake_due(journal, 99.9) == []
        assert [(one.id, one.woken_by, one.woken_run) for one in tasks.wake_due(journal, 100.0)] == [
            (early, "date", None)
        ]
        assert tasks.wake_due(journal, 150.0) == []
        with write(journal):  # in the daemon's own transaction as well
            assert [one.id for one in tasks.wake_due(journal, 500.0)] == [late]
        with pytest.raises(TaskError, match="past"), write(journal):
            tasks.block(journal, late, 500.0, until=500.0)

    def test_for_words(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """What waits for something in words is found by them, and wakes by hand only."""
        made = added("t", notes="n")
        with write(journal):
            tasks.block(journal, made, 2.0, text=" the reviewers'\nanswer ")
        assert known(journal, made).blocked_text == "the reviewers' answer"
        assert documents(journal)[str(made)][1] == "n\nthe reviewers' answer"
        assert tasks.wake_due(journal, 1e12) == []
        with write(journal):
            task = tasks.set_state(journal, made, "doing", 3.0)
        assert (task.state, task.blocked_text, task.blocked_was, task.woken) == ("doing", None, None, None)
        assert documents(journal)[str(made)][1] == "n"
        assert tasks.history(journal, made)[-1].detail["blocked_text"] == "the reviewers' answer"
        with pytest.raises(TaskError, match="empty"):
            tasks.block(journal, made, 4.0, text=" ")

    def test_for_something_else(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A blocked task waits for one thing: the last that was said; then it goes back to where it was at first."""
        run(journal, "r1")
        made = added(state="doing")
        with write(journal):
            tasks.block(journal, made, 2.0, text="mail")
            tasks.block(journal, made, 3.0, until=50.0)
            task = tasks.block(journal, made, 4.0, run_id="r1")
            assert tasks.block(journal, made, 5.0, run_id="r1") == task
        assert (task.blocked_text, task.blocked_until, task.blocked_run) == (None, None, "r1")
        assert tasks.wake_due(journal, 60.0) == []
        assert [one.state for one in run(journal, "r1", "lost")] == ["doing"]
        wrongs: list[dict[str, Any]] = [{}, {"text": "a", "until": 99.0}]
        for wrong in wrongs:
            with pytest.raises(ValueError, match="one of them"):
                tasks.block(journal, made, 6.0, **wrong)

    def test_after_its_end(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A task that is done or dropped cannot be blocked, and one that is ticked off while it waits does not wake."""
        run(journal, "r1")
        made = added(state="done")
        with pytest.raises(TaskError, match="machiai task todo"):
            tasks.block(journal, made, 2.0, run_id="r1")
        with write(journal):
            tasks.set_state(journal, made, "todo", 3.0)
            tasks.block(journal, made, 3.0, run_id="r1")
            tasks.set_state(journal, made, "dropped", 4.0)
        assert run(journal, "r1", "finished") == [] and known(journal, made).state == "dropped"
        with pytest.raises(TaskError, match="no run has the id 'r9'"):
            tasks.block(journal, added(), 2.0, run_id="r9")

    def test_nothing_waits_for_ever(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """A task whose run has ended unnoticed, or is no longer known, is woken as well."""
        run(journal, "r1")
        run(journal, "r2")
        first, second = added(), added()
        with write(journal):
            tasks.block(journal, first, 2.0, run_id="r1")
            tasks.block(journal, second, 2.0, run_id="r2")
            journal.execute("UPDATE runs SET state = 'failed' WHERE id = 'r1'")
            journal.execute("DELETE FROM runs WHERE id = 'r2'")
        woke = tasks.wake_due(journal, 9.0)
        assert [(one.id, one.woken_by) for one in woke] == [(first, "run:r1"), (second, "gone")]


class TestPlaces:
    """The order of the list."""

    def test_moved(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """Tasks go before and after others, up and down, to the top and to the bottom."""
        ids = {name: added(name) for name in "abcd"}

        def moved(name: str, where: str, other: str = "") -> str:
            with write(journal):
                tasks.move(journal, ids[name], where, ids[other] if other else None)
            return "".join(titles(journal))

        assert moved("d", "before", "b") == "adbc"
        assert moved("a", "after", "c") == "dbca"
        assert moved("c", "up") == "dcba"
        assert moved("d", "up") == "dcba"
        assert moved("d", "down") == "cdba"
        assert moved("a", "top") == "acdb"
        assert moved("c", "bottom") == "adbc"
        assert moved("a", "before", "d") == "adbc"
        assert moved("b", "after", "b") == "adbc"
        assert all(known(journal, one).changed == 1.0 for one in ids.values())
        for wrong in (("sideways", None), ("before", None)):
            with pytest.raises(ValueError, match="which task|sideways"):
                tasks.move(journal, ids["a"], *wrong)
        with pytest.raises(TaskError, match="no task 99"):
            tasks.move(journal, ids["a"], "before", 99)

    def test_among_its_own(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """Up and down are steps among the tasks of its project and state, whatever stands between."""
        with write(journal):
            project = projects.add_project(journal, "p", 1.0)
        added("a", project_id=project)
        added("other")
        added("doing", project_id=project, state="doing")
        last = added("b", project_id=project)
        with write(journal):
            assert tasks.move(journal, last, "up")
            assert not tasks.move(journal, last, "up")
        assert titles(journal) == ["b", "a", "other", "doing"]

    def test_often(self, journal: sqlite3.Connection, added: Callable[..., int]) -> None:
        """Places never run out, however often tasks are put between the same two."""
        first, *others = (added(name) for name in "xabc")
        with write(journal):
            for count in range(200):
                tasks.move(journal, others[count % 3], "after", first)
                listed = tasks.list_tasks(journal)
                assert [task.id for task in listed][:2] == [first, others[count % 3]]
                assert len({task.place for task in listed}) == 4


def test_pasted(journal: sqlite3.Connection) -> None:
    """A pasted list is kept in its order, with its marks; a ticked line is done; what says no kind is of the given one."""
    with write(journal):
        project = projects.add_project(journal, "p", 1.0)
        made = tasks.paste(
            journal, "- [ ] 読む #read ~30m !\n\n* [x] was\n1. next", 5.0, project_id=project, kind="chore"
        )
    told = [known(journal, one) for one in made]
    assert [(one.title, one.kind, one.estimate, one.priority, one.state, one.ended) for one in told] == [
        ("読む", "read", 1800.0, 1, "todo", None),
        ("was", "chore", None, 0, "done", 5.0),
        ("next", "chore", None, 0, "todo", None),
    ]
    assert {one.project for one in told} == {"p"} and [one.place for one in told] == sorted(one.place for one in told)
    assert tasks.paste(journal, "\n---\n", 6.0) == []


class Tasks(RuleBasedStateMachine):
    """Everything that may happen to tasks, in any order, beside a plain account of what must come of it."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "journal.db"
        shutil.copy(self.empty, path)
        self.journal = open_journal(path)
        self.journal.execute("PRAGMA synchronous=OFF")
        self.now = 100.0
        self.model: dict[int, dict[str, Any]] = {}
        self.runs: dict[str, str] = {}

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()

    def tick(self) -> float:
        """A moment later."""
        self.now += 1.0
        return self.now

    @contextlib.contextmanager
    def refused(self, wanted: bool):
        """The act within is refused as a whole exactly where that is wanted."""
        caught = None
        try:
            with write(self.journal):
                yield
        except TaskError as error:
            caught = error
        assert (caught is not None) == wanted, caught

    @rule(title=st.text("a学 ", max_size=3), state=st.sampled_from(["todo", "doing", "done"]))
    def add(self, title: str, state: str) -> None:
        """A new task."""
        with self.refused(not title.strip()):
            made = tasks.add(self.journal, title, self.tick(), state=state)
            self.model[made] = {"state": state, "title": title.strip(), "by": None, "was": None, "woken": None}

    @rule(which=st.integers(1, 6), title=st.text("bc", min_size=1, max_size=2))
    def change(self, which: int, title: str) -> None:
        """Another title, which also notices that it woke."""
        with self.refused(which not in self.model):
            tasks.change(self.journal, which, self.tick(), title=title)
            self.model[which] |= {"title": title, "woken": None}

    @rule(which=st.integers(1, 6), state=st.sampled_from(["todo", "doing", "done", "dropped", "blocked"]))
    def set_state(self, which: int, state: str) -> None:
        """By hand."""
        with self.refused(which not in self.model or state == "blocked"):
            tasks.set_state(self.journal, which, state, self.tick())
            self.model[which] |= {"state": state, "by": None, "was": None, "woken": None}

    @rule(run_id=st.sampled_from("xyz"), state=st.sampled_from(runs.STATES))
    def run(self, run_id: str, state: str) -> None:
        """A run comes to a state; where it has ended, exactly what waited for it wakes."""
        woke = {task.id for task in run(self.journal, run_id, state, self.tick())}
        self.runs[run_id] = state
        wanted = {which for which, one in self.model.items() if one["by"] == run_id and state in runs.ENDED}
        assert woke == wanted
        self._wake(wanted, lambda one: f"run:{one['by']}")

    @rule(seconds=st.integers(0, 30))
    def wait(self, seconds: int) -> None:
        """Time goes by; exactly what is due wakes."""
        self.now += seconds
        wanted = {w for w, one in self.model.items() if isinstance(one["by"], float) and one["by"] <= self.now}
        assert {task.id for task in tasks.wake_due(self.journal, self.now)} == wanted
        self._wake(wanted, lambda _: "date")

    @rule(which=st.integers(1, 6), by=st.sampled_from(["x", "y", "z", 5.0, -1.0, 20.0, "in words"]))
    def block(self, which: int, by: str | float) -> None:
        """Wait for a run, a date or a text."""
        now = self.tick()
        task = self.model.get(which)
        wrong = task is None or task["state"] in ENDED
        wrong |= by in ("x", "y", "z") and self.runs.get(str(by)) not in runs.ACTIVE
        wrong |= isinstance(by, float) and by < 0
        with self.refused(wrong):
            how: dict[str, Any] = {"run_id": by} if by in ("x", "y", "z") else {"text": by}
            tasks.block(self.journal, which, now, **({"until": now + by} if isinstance(by, float) else how))
            assert task is not None
            was = task["was"] if task["state"] == "blocked" else task["state"]
            reason = now + by if isinstance(by, float) else by
            task |= {"state": "blocked", "by": reason, "was": was, "woken": None}

    @rule(
        which=st.integers(1, 6),
        where=st.sampled_from(["up", "down", "top", "bottom", "before", "after"]),
        other=st.integers(1, 6),
    )
    def move(self, which: int, where: str, other: int) -> None:
        """Elsewhere in the list."""
        beside = where in ("before", "after")
        with self.refused(which not in self.model or (beside and other not in self.model)):
            tasks.move(self.journal, which, where, other if beside else None)

    @invariant()
    def as_accounted(self) -> None:
        """Every task is as it must be, by what was done; the search and the history know the same."""
        found = {task.id: task for task in tasks.list_tasks(self.journal, states=("todo", "doing", "blocked", *ENDED))}
        assert found.keys() == self.model.keys()
        shown = documents(self.journal)
        for which, one in self.model.items():
            task = found[which]
            blockers = [one for one in (task.blocked_run, task.blocked_text, task.blocked_until) if one is not None]
            assert (task.state, task.title, task.woken_by, task.blocked_was) == (
                one["state"],
                one["title"],
                one["woken"],
                one["was"],
            )
            assert blockers == ([one["by"]] if one["by"] is not None else [])
            assert (task.ended is not None) == (task.state in ENDED) and (task.woken is None) == (task.woken_by is None)
            assert shown[str(which)][0] == task.title
            events = tasks.history(self.journal, which)
            assert events[0].kind == "created" and events == sorted(events, key=lambda event: event.time)
            last = next(event for event in reversed(events) if event.kind in ("created", "state", "blocked", "woken"))
            told = {
                "created": last.detail.get("state"),
                "state": last.detail.get("now"),
                "blocked": "blocked",
                "woken": last.detail.get("state"),
            }
            assert told[last.kind] == task.state
        assert len({task.place for task in found.values()}) == len(found)
        assert not due(self.journal, 0.0)  # no run that has ended is waited for
        assert {task.id for task in tasks.woken(self.journal)} == {w for w, one in self.model.items() if one["woken"]}

    def _wake(self, which: set[int], by: Callable[[dict[str, Any]], str]) -> None:
        for one in (self.model[number] for number in which):
            one |= {"state": one["was"], "woken": by(one), "by": None, "was": None}


def test_in_any_order(journal: sqlite3.Connection, home: Path) -> None:
    """Whatever happens to tasks in whatever order, they are as they must be after each step."""
    journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    class Machine(Tasks):
        empty = home / "journal.db"

    Machine.TestCase.settings = settings(
        max_examples=100, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    Machine.TestCase().runTest()
