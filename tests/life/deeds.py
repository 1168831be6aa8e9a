"""What can happen in a life: each deed leaves its rows in the journal and is booked in the ledger, by different hands."""

import json
from itertools import islice
from typing import Any

from tests.life.ledger import Ledger
from tests.life.rows import Hold, Row, Turns, UpTo, once

MARK_SECONDS = 300.0
BAD = {"failed": "crashed", "killed": "killed", "lost": "lost"}
Metric = tuple[str, float, float]
"""A metric's name, its lowest and its highest value."""


class Life:
    """Rows and ledger of one life; times are multiples of an eighth of a second, so that all sums are exact."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.holds: list[Hold] = []
        self.ledger = Ledger()
        self.titles: dict[int, str] = {}
        self.names: dict[str, str] = {}
        self.created: dict[str, float] = {}
        self.projects: dict[int, str] = {}
        self.metrics: dict[int, list[tuple[str, str]]] = {}
        self.papers: dict[int, tuple[str, str, str]] = {}
        self.params: dict[str, dict[str, str]] = {}
        self.parents: dict[str, str] = {}
        self._ids: dict[str, int] = {}

    def next_id(self, table: str) -> int:
        """The id of the next row of a table."""
        self._ids[table] = self._ids.get(table, 0) + 1
        return self._ids[table]

    def latest_runs(self) -> list[str]:
        """The ids of the last runs that were thought of."""
        return list(islice(reversed(self.names), 200))

    def add(self, since: float, table: str, **columns: Any) -> None:
        """A row of the journal."""
        self.rows.append(Row(since, table, columns))

    def mark(self, time: float) -> None:
        """The person was at the desk, and left a trace of it."""
        self.ledger.span("mark", None, time - MARK_SECONDS, time)

    def project(self, name: str, time: float, metrics: list[tuple[str, str]], chosen: bool = False) -> int:
        """A project whose runs are judged by the first of ``metrics`` (name, direction) that they have; ``chosen``: its
        user said which direction is better."""
        number = self.next_id("projects")
        self.add(time, "projects", id=number, name=name, root=f"/home/lab/{name}", created=time)
        self.projects[number] = name
        self.metrics[number] = metrics
        for key, direction in metrics if chosen else []:
            self.add(time, "metric_choices", project_id=number, key=key, direction=direction, changed=time)
        return number

    def run(
        self,
        run_id: str,
        name: str,
        project: int,
        created: float,
        attempts: list[tuple[float, float | None, str]],
        *,
        params: dict[str, str],
        parent: str | None = None,
        engine: str = "local",
        bare: bool = False,
        cause: str = "exit code 1",
    ) -> None:
        """A run of ``attempts`` (begin, end, state); ``bare``: of which no attempts are kept."""
        self.names[run_id], self.params[run_id], self.created[run_id] = name, params, created
        if parent is not None:
            self.parents[run_id] = parent
        turns: dict[str, list[tuple[float, Any]]] = {
            "attempt": [(created, 1)], "state": [(created, "queued")], "started": [(created, None)],
            "ended": [(created, None)], "cause": [(created, None)],
        }  # fmt: skip
        for number, (begin, end, state) in enumerate(attempts, 1):
            told = {"attempt": number, "state": "running", "started": begin, "ended": None, "cause": None}
            for column, value in told.items():
                turns[column].append((begin, value))
            if end is not None:
                why = cause if state in BAD else None
                for column, value in {"state": state, "ended": end, "cause": why}.items():
                    turns[column].append((end, value))
        self.add(
            created, "runs", id=run_id, name=name, project_id=project, engine=engine, host="lab-1",
            directory=f"/home/lab/runs/{run_id}", created=created, argv='["python","train.py"]',
            command="python train.py", cwd=f"/home/lab/{self.projects[project]}", params=json.dumps(params),
            parent=parent, certainty="recorded", updated=created,
            **{column: Turns(*states) for column, states in turns.items()},
        )  # fmt: skip
        if engine == "local":
            self.mark(created)
        if not attempts:
            self.add(created, "attempts", run_id=run_id, number=1, host="lab-1", state="queued")
        for number, (begin, end, state) in enumerate(attempts, 1):
            if not bare:
                self.add(
                    begin, "attempts", run_id=run_id, number=number, host="lab-1", started=begin,
                    ended=once(end, end), state=Turns((begin, "running"), *([(end, state)] if end else [])),
                )  # fmt: skip
            self._book_attempt(run_id, project, number, attempts, cause, bare)

    def _book_attempt(
        self, run_id: str, project: int, number: int, attempts: list[tuple[float, float | None, str]], cause: str,
        bare: bool,
    ) -> None:  # fmt: skip
        begin, end, state = attempts[number - 1]
        book = self.ledger
        book.span("run", run_id, begin, float("inf") if end is None else end)
        if number == 1:
            book.book("begun", begin, run_id)
        if end is None:
            return
        again = attempts[number][0] if number < len(attempts) else None
        book.book("ended", end, (run_id, project, state, begin, number), gone=again)
        if state in BAD:
            book.book("crash", end, (run_id, number, state, cause, again), end - begin)

    def measured(self, run_id: str, created: float, metrics: list[Metric], main: str | None) -> None:
        """What the run's log told of its metrics, and which of them is the one to show."""
        for name, low, high in metrics:
            self.add(
                created, "series", run_id=run_id, name=name, source="log", unit="step", count=100, low=low, high=high,
                last=high, last_step=100.0, last_time=created + 60, first_time=created + 1,
            )  # fmt: skip
            self.ledger.book(f"metric:{run_id}", created, (name, low, high))
            if low < 1:  # an event file has some of its points, and what it says of them is not as good
                self.add(
                    created, "series", run_id=run_id, name=name, source="tensorboard", unit="step", count=40,
                    low=low - 0.05, high=high + 0.05, last=high, last_step=90.0,
                )  # fmt: skip
        if main is not None:
            self.add(created, "progress", run_id=run_id, attempt=1, updated=created, main=main)

    def held(self, run_id: str, gpu: str, begin: float, end: float, idle: bool = False) -> None:
        """The run had that GPU."""
        self.holds.append(Hold(run_id, gpu, begin, end, idle))
        self.ledger.span("held", (run_id, gpu), begin, end)
        if idle:
            self.ledger.span("idle", (run_id, gpu), begin, end)

    def predicted(self, run_id: str, attempt: int, percent: int, time: float, remaining: float) -> None:
        """How long it would still take was told."""
        self.add(
            time, "eta_predictions", run_id=run_id, attempt=attempt, percent=percent, time=time, remaining=remaining
        )
        self.ledger.book(f"eta:{run_id}", time, attempt, remaining)

    def drifted(self, run_id: str, time: float, files: int, commits: int, known: bool = True) -> None:
        """The working tree is so far from the run's code, as it was last seen."""
        data = {
            "run_id": run_id, "as_of": time, "known": known, "why": "" if known else "no commit", "commit_count": commits,
            "file_count": files, "imported_count": files, "added": 3 * files, "deleted": files,
        }  # fmt: skip
        self.add(time, "drifts", run_id=run_id, as_of=time, data=json.dumps(data))
        if known and files:
            self.ledger.book(f"drift:{run_id}", time, (files, commits))

    def alert(
        self,
        kind: str,
        time: float,
        *,
        run: tuple[str, int] | None = None,
        sent: list[tuple[float, str]] | None = None,
        other: list[tuple[float, str]] | None = None,
        digest: tuple[int, float] | None = None,
        seen: float | None = None,
        into: tuple[int, float] | None = None,
    ) -> int:
        """An alert, ``sent`` when and by which channel, ``other``: what else became of it, ``seen``: acknowledged;
        ``into`` which one and when it was merged, ``digest`` which one told it among others."""
        number = self.next_id("alerts")
        self.add(
            time, "alerts", id=number, run_id=run[0] if run else None, attempt=run[1] if run else None, kind=kind,
            severity="now", occurred=time, raised=time, title=kind, body="", guid=f"life-{number}",
            acknowledged=once(seen, seen), merged_into=once(into[0], into[1]) if into else None,
        )  # fmt: skip
        for when, channel in sent or []:
            self.add(when, "delivery_log", time=when, alert_id=number, channel=channel, outcome="sent")
            self.ledger.book("sent", when, number)
        for when, outcome in other or []:
            self.add(when, "delivery_log", time=when, alert_id=number, channel="pushbullet", outcome=outcome)
        if digest is not None:
            self.add(
                digest[1], "deliveries", alert_id=number, channel="pushbullet", state="digested", next_try=time,
                digest_id=digest[0],
            )  # fmt: skip
        if seen is not None:
            self.mark(seen)
            self.ledger.book(f"seen:{number}", seen)
        return number

    def tried(self, time: float) -> None:
        """A push to try a channel, of no alert."""
        self.add(time, "delivery_log", time=time, alert_id=None, channel="ntfy", outcome="sent")
        self.ledger.book("sent", time, None)

    def noticed(self, run: tuple[str, int], by: str, time: float) -> None:
        """The person came to know of a run's end."""
        self.ledger.book(f"noticed:{run[0]}:{run[1]}", time, by)

    def muted(self, run_id: str, rule: str, time: float) -> None:
        """No more of that rule about that run."""
        self.add(time, "mutes", run_id=run_id, rule=rule, muted=time)
        self.ledger.book("muted", time)

    def watched(self, begin: float, end: float) -> None:
        """The daemon was at work."""
        self.add(begin, "watched_spans", begun=begin, until=UpTo(end))
        self.ledger.span("watched", None, begin, end)
