"""What the person does in a life: tasks, sessions, entries, commits, papers. See ``deeds``."""

import json
import math
from typing import Any

from tests.life.deeds import Life
from tests.life.rows import Turns, once


class Desk(Life):
    """A life with its person at the desk."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: dict[int, dict[str, Any]] = {}

    def task(self, project: int | None, title: str, time: float, state: str = "todo") -> int:
        """A new task; its id."""
        number = self.next_id("tasks")
        self.titles[number] = title
        self.add(
            time, "tasks", id=number, project_id=project, title=title, kind="code", place=float(number), created=time,
            changed=time, state=Turns((time, state)), ended=Turns((time, time if state == "done" else None)), blocked_text=Turns((time, None)),
        )  # fmt: skip
        self._tasks[number] = self.rows[-1].columns
        self._task_event(number, time, "created", {"title": title, "state": state})
        self.ledger.book("task", time, number)
        if state == "done":
            self.ledger.book(f"task:{number}", time, state)
            self.ledger.book("task state", time, number)
        return number

    def task_state(self, number: int, state: str, time: float, kind: str = "state") -> None:
        """A task is in another state; ``kind``: state, blocked, or woken, which no person did."""
        row = self._tasks[number]
        was = row["state"].states[-1][1]
        detail = {"state": {"was": was, "now": state}, "blocked": {"was": was, "text": "data"},
                  "woken": {"by": "date", "state": state}}[kind]  # fmt: skip
        for column, value in {
            "state": state,
            "ended": (row["ended"].states[-1][1] or time) if state in ("done", "dropped") else None,
            "blocked_text": "data" if state == "blocked" else None,
        }.items():
            row[column] = Turns(*row[column].states, (time, value))
        self._task_event(number, time, kind, detail)
        self.ledger.book(f"task:{number}", time, state)
        self.ledger.book("task state", time, number)

    def task_changed(self, number: int, time: float, kind: str = "changed") -> None:
        """Something was typed of a task, or its waking was noticed."""
        self._task_event(number, time, kind, {})

    def _task_event(self, number: int, time: float, kind: str, detail: dict[str, Any]) -> None:
        self.add(time, "task_events", task_id=number, time=time, kind=kind, detail=json.dumps(detail))
        if kind != "woken":
            self.mark(time)

    def session(
        self, kind: str, begin: float, end: float | None, *, project: int | None = None, paper: str | None = None,
        slept: float = 0.0,
    ) -> None:  # fmt: skip
        """A block of time that was meant to take two hours; ``end`` None where nobody ended it."""
        self.add(
            begin, "sessions", kind=kind, project_id=project, paper=paper, begun=begin, planned=7200.0,
            ended=once(end, end), seen=begin, slept=once(slept, end, 0.0), ended_by=once("user", end),
        )  # fmt: skip
        last = math.inf if end is None else end
        self.ledger.span("session", (kind, begin, last, slept), begin, last)
        self.ledger.book("session", begin, kind)

    def entry(self, kind: str, time: float, versions: list[float], removed: float | None = None) -> None:
        """An entry of the journal, saved anew at ``versions``."""
        number = self.next_id("entries")
        self.add(
            time, "entries", id=number, kind=kind, title=f"{kind} {number}", body="text", created=time, changed=time,
            removed=once(removed, removed),
        )  # fmt: skip
        for revision, saved in enumerate(versions, 1):
            self.add(
                saved, "entry_versions", entry_id=number, revision=revision, saved=saved, kind=kind, title="", body=""
            )
            self.mark(saved)
        self.mark(time)
        self.ledger.book("entry", time, kind, gone=removed)

    def commit(
        self, project: int, time: float, lines: tuple[int, int], *, mine: bool = True, reviewed: float | None = None,
        gone: float | None = None, merge: bool = False, cloned: bool = False,
    ) -> None:  # fmt: skip
        """A commit; ``reviewed`` when, ``gone`` since when no branch has it, ``cloned``: two repositories have it."""
        sha = f"{self.next_id('commits'):040x}"
        for place in ("", "-clone")[: 1 + cloned]:
            self.add(
                time, "commits", repository=f"/home/lab/{self.projects[project]}{place}", sha=sha, project_id=project,
                author="", email="", time=time, subject=f"change {sha}", parents=1 + merge, added=lines[0],
                deleted=lines[1], mine=int(mine), reviewed=None if place else once(reviewed, reviewed),
                gone=once(gone, gone),
            )  # fmt: skip
        if mine:
            self.ledger.book("commit", time, (project, *lines), gone=gone)
            self.mark(time)
        if reviewed is not None:
            self.ledger.book("reviewed", reviewed)
            self.add(
                reviewed, "review_marks", repository=f"/home/lab/{self.projects[project]}", sha=sha, hunk="1",
                ticked=1, changed=reviewed,
            )  # fmt: skip
            self.mark(reviewed)

    def paper(self, title: str, time: float, lesson: str, states: list[tuple[float, str, float | None]]) -> int:
        """A paper that was found, and the states it was put into: when, which, and when that was undone."""
        number = self.next_id("papers")
        ref = f"26{number // 10000:02}.{number % 10000:05}"
        self.papers[number] = (ref, title, lesson)
        turns, was = [(time, "inbox")], "inbox"
        for when, state, undone in states:
            detail = {"was": was, "now": state, "fields": {"state": was}}
            self.add(
                when, "paper_events", paper_id=number, time=when, kind="state", detail=json.dumps(detail),
                undone=once(undone, undone),
            )  # fmt: skip
            self.mark(when)
            self.ledger.book("paper state", when, (number, was, state), gone=undone)
            turns.append((when, state))
            if undone is None:
                was = state
            else:
                turns.append((undone, was))
        self.add(time, "paper_events", paper_id=number, time=time, kind="added", detail='{"state":"inbox"}')
        self.add(
            time, "papers", id=number, ref=ref, source="arxiv", title=title, added=time, changed=time, version=1,
            lesson=lesson, state=Turns(*turns),
        )  # fmt: skip
        self.ledger.book("found", time, number)
        return number

    def reading(self, number: int, passing: int, time: float, seconds: float | None) -> None:
        """A pass over a paper is done."""
        self.add(time, "paper_passes", paper_id=number, number=passing, finished=time, seconds=seconds)
        self.add(time, "paper_events", paper_id=number, time=time, kind="pass", detail=json.dumps({"number": passing}))
        self.mark(time)
        self.ledger.book("pass", time, passing, seconds or 0.0)

    def small(self, what: str, time: float, run_id: str, project: int) -> None:
        """A trace at the desk that no figure but the waiting time counts."""
        if what == "advice":
            self.add(
                time - 60, "advice", kind="read", subject="paper:x", offered=time - 60, answered=once(time, time),
                outcome=once("skipped", time),
            )  # fmt: skip
        elif what == "intent":
            self.add(time, "intents", kind="stop", run_id=run_id, asked=time, state="asked")
        elif what == "plan":
            self.add(time, "plan_versions", run_id=run_id, saved=time, hypothesis="more data helps")
        else:
            self.add(time, "resumes", project_id=project, written=time, place="train.py")
        self.mark(time)
