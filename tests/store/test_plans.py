"""The plan of a run: written before the result is known, kept as it was, and made into a task."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from store import links, plans, tasks
from store.database import write
from store.errors import Conflict, TaskError
from store.plans import Plan
from store.runs import Run, get_run

PLAN: dict[str, Any] = {
    "hypothesis": "RandAugment helps",
    "if_success": "write the table",
    "if_failure": "halve the batch",
}


def known(journal: sqlite3.Connection, run_id: str) -> Run:
    """A run that is there."""
    run = get_run(journal, run_id)
    assert run is not None
    return run


def change(
    journal: sqlite3.Connection, run_id: str, now: float, revision: int | None = None, **fields: str | None
) -> Plan:
    """Write a plan in a transaction of its own."""
    with write(journal):
        return plans.change_plan(journal, run_id, now, revision, **fields)


class TestWriting:
    """Reading and writing plans."""

    def test_at_launch(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """A plan that was given at launch is read as it was given, and is not late."""
        launched("r1", **PLAN, expected="val_acc +1 %")
        assert plans.read_plan(journal, "r1") == Plan("r1", **PLAN, expected="val_acc +1 %")
        launched("r2")
        assert plans.read_plan(journal, "r2").is_empty and plans.unplanned(journal) == ["r2"]
        assert plans.plan_versions(journal, "r1") == []
        for act in (lambda: plans.read_plan(journal, "r9"), lambda: change(journal, "r9", 1.0, expected="x")):
            with pytest.raises(TaskError, match="no run has the id 'r9'"):
                act()

    def test_while_it_runs(
        self, journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]
    ) -> None:
        """What is written while a run goes on is no later than its result; what was there before is kept."""
        launched("r1", **PLAN)
        judged("r1", "running")
        plan = change(journal, "r1", 1500.0, expected=" val_acc\n+1 % ", if_failure="")
        assert (plan.expected, plan.if_failure, plan.changed, plan.late) == ("val_acc\n+1 %", None, 1500.0, False)
        assert plans.read_plan(journal, "r1") == plan
        run = known(journal, "r1")
        assert (run.expected, run.if_failure, run.plan_changed, run.plan_late) == (plan.expected, None, 1500.0, False)
        first, second = plans.plan_versions(journal, "r1")
        assert (first.saved, first.if_failure, first.expected) == (1000.0, "halve the batch", None)
        assert (second.saved, second.if_failure, second.expected) == (1500.0, None, "val_acc\n+1 %")
        assert change(journal, "r1", 1600.0, expected="val_acc\n+1 %", hypothesis="RandAugment helps") == plan
        assert len(plans.plan_versions(journal, "r1")) == 2
        with pytest.raises(TypeError, match="tags"):
            change(journal, "r1", 1.0, tags="x")

    @pytest.mark.parametrize("state", ["finished", "failed", "stopped", "killed", "lost"])
    def test_late(
        self, journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None], state: str
    ) -> None:
        """What is written when the result is known is late, and stays so; a plan that is taken away is no longer."""
        launched("r1", hypothesis="h")
        judged("r1", state)
        assert not plans.read_plan(journal, "r1").late
        assert change(journal, "r1", 3000.0, if_success="s").late
        assert known(journal, "r1").plan_late
        assert [one.late for one in plans.plan_versions(journal, "r1")] == [False, True]
        judged("r1", "running")  # another attempt
        assert change(journal, "r1", 3100.0, expected="e").late
        assert not change(journal, "r1", 3200.0, **dict.fromkeys(plans.FIELDS)).late
        assert not change(journal, "r1", 3300.0, hypothesis="another").late

    def test_two_tabs(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """The second of two tabs is told, with how the plan is now, and overwrites nothing."""
        launched("r1", **PLAN)
        read = plans.read_plan(journal, "r1")
        change(journal, "r1", 5.0, read.revision, expected="first")
        with pytest.raises(Conflict, match="elsewhere") as caught:
            change(journal, "r1", 6.0, read.revision, expected="second")
        assert caught.value.current == plans.read_plan(journal, "r1")
        assert isinstance(caught.value.current, Plan) and caught.value.current.expected == "first"
        change(journal, "r1", 7.0, caught.value.current.revision, expected="second")
        assert [one.expected for one in plans.plan_versions(journal, "r1")] == [None, "first", "second"]

    def test_unplanned(
        self, journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]
    ) -> None:
        """Runs that go on without a next step are known, oldest first; a hypothesis alone is no next step."""
        for number, fields in enumerate([{"hypothesis": "h"}, {"if_failure": "f"}, {"if_success": ""}, {}]):
            launched(f"r{number}", 1000.0 - number, **fields)
        judged("r3", "finished")
        assert plans.unplanned(journal) == ["r2", "r0"]


class TestBranches:
    """What comes next."""

    @pytest.mark.parametrize(
        ("state", "branch", "text"),
        [
            ("finished", "success", "write the table"),
            ("failed", "failure", "halve the batch"),
            ("killed", "failure", "halve the batch"),
            ("lost", "failure", "halve the batch"),
            ("stopped", None, None),
            ("running", None, None),
            ("queued", None, None),
        ],
    )
    def test_matching(
        self,
        journal: sqlite3.Connection,
        launched: Callable[..., str],
        judged: Callable[..., None],
        state: str,
        branch: str | None,
        text: str | None,
    ) -> None:
        """The branch is that of how the run ended; while it runs, and where the user stopped it, there is none."""
        launched("r1", **PLAN)
        judged("r1", state)
        run = known(journal, "r1")
        assert (plans.branch_of(run), plans.matching_branch(run)) == (branch, text)

    def test_made_a_task_once(
        self, journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]
    ) -> None:
        """The branch becomes a task of the run's project, linked to it; the second click gives the same task."""
        launched("r1", if_success="- write the table #write ~2h\n\nwith the seeds\n学習", if_failure="   ")
        judged("r1", "finished")
        assert plans.branch_task_of(journal, known(journal, "r1")) is None
        with write(journal):
            made = plans.branch_task(journal, "r1", 9.0)
        assert (made.title, made.kind, made.estimate, made.state) == ("write the table", "write", 7200.0, "todo")
        assert (made.notes, made.project) == ("with the seeds\n学習", "cifar")
        assert [(one.to_kind, one.to_id) for one in links.links_of(journal, "task", made.id)] == [("run", "r1")]
        with write(journal):
            tasks.set_state(journal, made.id, "done", 10.0)
            assert plans.branch_task(journal, "r1", 11.0).id == made.id
        found = plans.branch_task_of(journal, known(journal, "r1"))
        assert found is not None and found.id == made.id
        with pytest.raises(TaskError, match="says nothing for failure"), write(journal):
            plans.branch_task(journal, "r1", 12.0, "failure")

    def test_of_a_stopped_run(
        self, journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]
    ) -> None:
        """For a run that the user stopped, the user says which branch it is; each is a task of its own."""
        launched("r1", **PLAN)
        judged("r1", "stopped")
        with pytest.raises(TaskError, match="say which branch"), write(journal):
            plans.branch_task(journal, "r1", 9.0)
        with write(journal):
            first, second = (plans.branch_task(journal, "r1", 9.0, branch) for branch in ("failure", "success"))
        assert (first.title, first.kind, second.title) == ("halve the batch", "experiment", "write the table")
        with pytest.raises(TaskError, match="no run has the id"), write(journal):
            plans.branch_task(journal, "r9", 9.0)
