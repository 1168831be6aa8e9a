"""A researcher at work beside runs whose ends are known by the script.

What is true is kept here apart from the journal: when each run will end, what waits for it, what each run imports, how
long was read.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store import entries, plans, projects, resumes, sessions, tasks
from store.database import write
from store.entry_rows import Entry
from tests.fakes.code_repository import CodeRepository
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.equipment import Script
from tests.stories.world import MORNING, World, usual_line
from tests.workers.alerts.lab import HOUR, MINUTE
from workers.code.watch import CodeWatch
from workers.runs import rundir, snapshot
from workers.waiting import WaitingWatch

FIRST_MIDNIGHT = MORNING - 10 * HOUR
PAUSE = 15 * MINUTE


@dataclass
class Training:
    """A run as the script knows it; ``end`` is on the steady clock, when its last step would be done."""

    name: str
    project: str
    started: float
    end: float
    is_counted: bool
    imports: frozenset[str]
    tree: str
    commit: str
    is_clean: bool
    planned: bool
    ended: float | None = None
    failed: bool = False
    looked_at: bool = False


@dataclass
class Waiting:
    """A task that waits, by the script; ``runs`` are all it ever waited for."""

    title: str
    runs: list[str] = field(default_factory=list)


class Researcher(World):
    """The world, with two repositories, a daemon that looks at code and tasks too, and somebody who works."""

    def __init__(self, home: Path, server: PushbulletServer, *, now: float) -> None:
        self.repositories: dict[str, CodeRepository] = {}
        self.trainings: dict[str, Training] = {}
        self.blocked: dict[int, Waiting] = {}
        self.waited: dict[int, Waiting] = {}
        self.reading: list[list[float]] = []
        self.left: set[str] = set()
        """Projects with an open resume note."""
        self.mailed = float("-inf")
        self.typed: list[tuple[str, str]] = []
        self.notes: list[str] = []
        """What was typed into resume notes and as the outcome of sessions: kept, and not in the search."""
        self.monday = now - (now - FIRST_MIDNIGHT) % (24 * HOUR)
        super().__init__(home, server, now=now)

    def open(self) -> None:
        super().open()
        clocks: dict[str, Any] = {"clock": self.clock, "steady": lambda: self.steady, "boot": lambda: self.boot}
        self.beside = WaitingWatch(self.connection, self.settings, **clocks)
        self.code = CodeWatch(self.connection, self.settings, clock=self.clock)

    def _turn(self) -> int:
        return self.be_daemon()

    def be_daemon(self) -> int:
        """Look at runs, alerts and tasks once, as the daemon does; how many alerts were raised."""
        return super()._turn() + self.beside.tick()

    def look_at_code(self) -> None:
        """Whatever was edited is known from here on."""
        self.code.tick()

    def catch_up(self) -> None:
        """Whatever was typed is found from here on."""
        while self.beside.documents.tick():
            pass

    # What the researcher does

    def begin_repository(self, name: str, files: dict[str, str]) -> None:
        """A project's code, committed."""
        self.repositories[name] = CodeRepository(self.settings.home / "code" / name)
        for path, text in files.items():
            self.edit(name, path, text)
        self.commit(name, f"Begin {name}")

    def edit(self, project: str, path: str, text: str) -> None:
        """Write a file of a project, now."""
        self.repositories[project].write(path, text, at=self.wall)

    def commit(self, project: str, subject: str, **files: str) -> str:
        """Commit all there is, now."""
        repository = self.repositories[project]
        for path, text in files.items():
            self.edit(project, path, text)
        when = f"@{int(self.wall)} +0000"
        repository.git("add", "-A")
        repository.git("commit", "-q", "-m", subject, GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when)
        self.typed.append(("commit", subject))
        return repository.git("rev-parse", "HEAD")

    def project(self, name: str) -> int:
        """The journal's id of a project."""
        return projects.find_project(self.connection, name).id

    def train_run(
        self,
        name: str,
        project: str,
        minutes: float,
        *,
        every: float = 60.0,
        imports: Iterable[str],
        counted: bool = True,
        crashes_at: float | None = None,
        lines: Sequence[str] = (),
        **plan: str,
    ) -> str:
        """Launch one that takes so long for all its steps; it crashes after so many minutes, where given."""
        repository, patch = self.repositories[project], self.settings.home / "patch"
        git = snapshot.take(repository.root, patch)
        total = round(minutes * 60 / every)
        place: dict[str, Any] = {"git": git, "cwd": str(repository.root), "project_root": str(repository.root)}
        run = self.launch(name, **place, argv=["python", "train.py", f"--name={name}"], **plan)
        if patch.exists():
            kept = self.settings.runs_folder / run / rundir.PATCH
            kept.parent.mkdir()
            shutil.move(patch, kept)
        self.trainings[run] = Training(
            name, project, self.wall, self.steady + total * every, counted, frozenset(imports),
            self.tree(project), repository.git("rev-parse", "HEAD"), not repository.git("status", "--porcelain"),
            bool(plan.get("if_success") or plan.get("if_failure")),
        )  # fmt: skip
        self.typed += [("run", text) for text in (name, *plan.values())]
        self.take_up(run, cpu=100, gpu=90)
        self.train(
            run, every=every, total=total if counted else None, last=total - 1, text=usual_line,
            ends=lambda: self.done(run),
        )  # fmt: skip
        if crashes_at is not None:
            self.later(crashes_at * MINUTE, lambda: self.crash(run, lines))
        return run

    def done(self, run: str) -> None:
        """Its last step is done."""
        self.trainings[run].ended = self.wall
        self._wake(run)
        self.exits(run)

    def crash(self, run: str, lines: Sequence[str]) -> None:
        """It ends with these lines."""
        self.trainings[run].ended, self.trainings[run].failed = self.wall, True
        self._wake(run)
        self.prints(run, *lines)
        self.exits(run, code=1)

    def _wake(self, run: str) -> None:
        for task in [task for task, waiting in self.blocked.items() if waiting.runs[-1:] == [run]]:
            del self.blocked[task]

    def later(self, seconds: float, act: Any) -> None:
        """Do that after so long."""

        def once() -> Script:
            act()
            yield from ()

        self.play(once(), after=seconds)

    def add_task(self, title: str, project: str | None = None, **fields: Any) -> int:
        """Write down a task."""
        self.typed += [("task", title), *([("task", str(fields["notes"]))] if fields.get("notes") else [])]
        with write(self.connection):
            known = None if project is None else self.project(project)
            return tasks.add(self.connection, title, self.wall, project_id=known, **fields)

    def block(self, task: int, *, run: str | None = None, **block: Any) -> None:
        """Let a task wait."""
        with write(self.connection):
            found = tasks.block(self.connection, task, self.wall, run_id=run, **block)
        waiting = self.waited.setdefault(task, Waiting(found.title))
        waiting.runs += [run] if run else []
        self.blocked[task] = Waiting(found.title, [run] if run else [])
        if "until" in block:
            self.later(block["until"] - self.wall, lambda: self.blocked.pop(task))
        self.typed += [("task", str(block["text"]))] if "text" in block else []

    def paste(self, text: str, project: str, titles: Sequence[str]) -> None:
        """Write down a list, which is read as these titles."""
        with write(self.connection):
            tasks.paste(self.connection, text, self.wall, self.project(project))
        self.typed += [("task", title) for title in titles]

    def follow_plan(self, run: str) -> int:
        """Make a task of what the plan of a run says now that it has ended; its number."""
        with write(self.connection):
            branch = plans.branch_task(self.connection, run, self.wall)
            assert plans.branch_task(self.connection, run, self.wall).id == branch.id
        return branch.id

    def set_task(self, task: int, state: str) -> None:
        """Begin it, end it, drop it."""
        with write(self.connection):
            tasks.set_state(self.connection, task, state, self.wall)

    def write_plan(self, run: str, **texts: Any) -> plans.Plan:
        """Write what follows a run, now."""
        self.typed += [("run", text) for text in texts.values()]
        with write(self.connection):
            plan = plans.change_plan(self.connection, run, self.wall, **texts)
        self.trainings[run].planned = bool(plan.if_success or plan.if_failure)
        return plan

    def begin(self, kind: str, minutes: float, **about: Any) -> int:
        """Begin a session."""
        self.leave()
        with write(self.connection):
            made = sessions.begin(self.connection, kind, self.wall, planned=minutes * MINUTE, **about)
        if kind == "read":
            self.reading.append([self.wall, float("inf")])
        return made

    def finish(self, session: int, outcome: str = "") -> None:
        """End it."""
        self.leave()
        self.notes += [outcome] if outcome else []
        with write(self.connection):
            sessions.end(self.connection, session, self.wall, outcome=outcome)

    def leave(self) -> None:
        """Whatever was gone on with until now is over."""
        if self.reading and self.reading[-1][1] == float("inf"):
            self.reading[-1][1] = self.wall
        known = sessions.open_session(self.connection)
        if known is not None and known.kind == "mail":
            self.mailed = self.wall

    def resume_note(self, project: str, **texts: Any) -> int:
        """Say where one is, before going on with something else."""
        self.left.add(project)
        with write(self.connection):
            known = self.project(project)
            self.notes += texts.values()
            facts = resumes.touched(self.connection, known, self.wall - 8 * HOUR, self.wall)
            return resumes.write_resume(self.connection, self.wall, project_id=known, facts=facts, **texts)

    def note(self, text: str, project: str | None = None, kind: str = "note") -> Entry:
        """Write into today's entry."""
        self.typed.append(("entry", text))
        entry = self.append(text, project, kind)
        for run, training in self.trainings.items():
            training.looked_at = training.looked_at or (f"run:{run}" in text and training.ended is not None)
        return entry

    def append(self, text: str, project: str | None, kind: str) -> Entry:
        """Put that at the end of today's entry."""
        with write(self.connection):
            known = None if project is None else self.project(project)
            return entries.append_today(self.connection, text, self.wall, None, kind, known)

    # What is true

    def running(self) -> dict[str, Training]:
        """The runs that go on."""
        return {run: one for run, one in self.trainings.items() if one.ended is None}

    def rest(self, run: str) -> float:
        """Seconds until the run has done its last step."""
        return self.trainings[run].end - self.steady

    def read(self, begin: float) -> float:
        """Seconds read since then."""
        return sum(max(0.0, min(end, self.wall) - max(start, begin)) for start, end in self.reading)

    def read_stretch(self) -> float:
        """Seconds read without a pause."""
        seconds, edge = 0.0, self.wall
        for start, end in reversed(self.reading):
            if edge - min(end, self.wall) >= PAUSE:
                break
            seconds, edge = seconds + min(end, self.wall) - start, start
        return seconds

    def tree(self, project: str) -> str:
        """The working tree as it is now, untracked files too, as git names it."""
        repository = self.repositories[project]
        index = str(self.settings.home / "truth.index")
        shutil.copy(repository.root / ".git/index", index)
        repository.git("add", "-A", GIT_INDEX_FILE=index)
        tree = repository.git("write-tree", GIT_INDEX_FILE=index)
        Path(index).unlink()
        return tree

    def numstat(self, run: str) -> dict[str, tuple[int, int]]:
        """Lines added and deleted by file since a run began."""
        training = self.trainings[run]
        repository = self.repositories[training.project]
        known = ("diff", "--numstat", "-M", "-z", training.tree, self.tree(training.project))
        found: dict[str, tuple[int, int]] = {}
        parts = iter(repository.git(*known).split("\0"))
        for part in parts:
            if not part:
                continue
            added, deleted, path = part.split("\t")
            if not path:
                next(parts)
                path = next(parts)
            found[path] = (int(added), int(deleted))
        return found

    def needed(self, project: str | None) -> set[str]:
        """The files that a run of that project needs as they were: it goes on, or nobody has looked why it failed."""
        return {
            path
            for training in self.trainings.values()
            if training.project == project and (training.ended is None or (training.failed and not training.looked_at))
            for path in training.imports
        }

    def midnight(self) -> float:
        """When this day began."""
        return self.wall - (self.wall - self.monday) % (24 * HOUR)
