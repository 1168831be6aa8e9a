"""The alerts' engine: looks at runs and machines, asks the rules, and raises what begins, once.

A look reads everything, judges, and writes all that follows in one transaction: the alerts, what the rules remember,
the flags of runs. Who is killed at any moment has raised an alert and remembers it, or neither.
"""

import socket
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from store import alerts, deliveries, delivery_log, rule_states, runs
from store.alert_rules import RULES
from store.database import part, write
from store.preferences import read_preferences
from store.review_figures import read_figures
from store.runs import Run
from store.settings import Settings
from workers.alerts import episodes, raising
from workers.alerts.asking import Asking, Attempt, Key, Look, attempts_of
from workers.alerts.episodes import CLEAR, MOMENTS, RAISE, SERIAL, State, occasion_of
from workers.alerts.gathering import PACE, Gathering, subject_of
from workers.alerts.judgement import Judgement
from workers.alerts.machine_sight import MachineWatch
from workers.alerts.rules.points import RULES as POINT_RULES
from workers.alerts.weeks import KeptWeeks
from workers.machine import processes
from workers.machine.awake import boot_clock, read_clocks

LOOK_SECONDS = 5.0
TRIM_SECONDS = 3600.0
OLD_SECONDS = 90 * 86400.0
"""For how long the delivery log is kept, and what the rules knew of an attempt that has ended."""
LATE_SECONDS = 600.0
"""Runs that ended so shortly before the first look are looked at once more: their last points may never have been."""
SERIAL_SECONDS = 3600.0
FLAGS = ("stalled", "diverged")
_ENDED = 8


class Due(NamedTuple):
    """Something to be done about one alert, and what is remembered of it before and after."""

    key: Key
    judgement: Judgement
    what: str
    state: State


class AlertWatch:
    """Looks every few seconds; belongs to one thread. ``read_at`` tells when, on the steady clock, the journal was last
    brought up to date with the logs; always, where it is None."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        boot: Callable[[], float | None] = boot_clock,
        dashboard_url: Callable[[], str] = lambda: "",
        read_at: Callable[[], float] | None = None,
        asking: Asking | None = None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock = clock
        self.steady = steady
        self.boot = boot
        self.dashboard_url = dashboard_url
        here, boot_id = socket.gethostname(), processes.boot_id()
        self.gathering = Gathering(connection, here=here, boot_id=boot_id, read_at=read_at)
        self.machine = MachineWatch(connection)
        self.weeks = KeptWeeks(connection)
        self.asking = asking or Asking(connection)
        self.states: dict[Key, State] = {
            Key(one.rule, one.subject, one.occasion): one.data
            for one in rule_states.read(connection)
            if one.rule in RULES
        }
        self._next_trim = steady() + LOOK_SECONDS
        self._first = clock()
        self._read_to_end: set[Attempt] = set()

    def tick(self) -> int:
        """Look once; how many alerts were raised."""
        look = Look(read_clocks(self.clock, self.steady, self.boot), read_preferences(self.connection))
        active = runs.active_runs(self.connection)
        running = [run for run in active if run.state == "running"]
        look.present = attempts_of(running)
        readings = self.machine.read()
        paces = self.gathering.leave(running)
        self.gathering.prepare(running, readings)
        for run in running:
            sight = self.asking.attempt(f"looking at run {run.id}", self.gathering.see, run, look.clocks)
            if sight is not None:
                self.asking.judge_run(look, sight)
        ended = self._judge_last_points(look)
        kinds = self.asking.due(look)
        machine = self.asking.attempt(
            "looking at the machine",
            self.machine.look,
            readings,
            {run.id: run for run in active},
            look.clocks,
            interval=self.settings.sample_seconds,
        )
        if machine is not None:
            self.asking.judge_machine(look, machine, kinds)
            self.asking.judge_review(look, machine, self.states, partial(read_figures, self.connection), self.weeks)
        self.asking.judge_goals(look, self.states, self.weeks)
        after, due = self._follow(look)
        raised = self._write(look, after, due, [*paces, *self.gathering.due(look.clocks)])
        self._read_to_end = ended
        return raised

    def _judge_last_points(self, look: Look) -> set[Attempt]:
        """Read to their end the metrics of runs that ended since the last look: the last evaluation often comes right
        before. The attempts that are done with now."""
        limit = _ENDED
        while True:
            ends = [end for end in runs.latest_ends(self.connection, limit) if end[2] >= self._first - LATE_SECONDS]
            if len(ends) < limit or ends[-1][:2] in self._read_to_end:
                break
            limit *= 4
        ended = {(run_id, attempt) for run_id, attempt, _ in ends}
        for run_id, attempt in ended - self._read_to_end:
            run = runs.get_run(self.connection, run_id)
            if run is not None and run.attempt == attempt:
                look.late.add((run_id, attempt))
                sight = self.asking.attempt(f"looking at run {run_id}", self.gathering.last_sight, run, look.clocks)
                if sight is not None:
                    self.asking.judge_points(look, sight)
        return ended

    def _follow(self, look: Look) -> tuple[dict[Key, State], list[Due]]:
        """What is to be remembered anew, and what is to be done."""
        now, after, due = look.clocks.wall, dict[Key, State](), list[Due]()
        judgements = {key: one for key, one in look.found.items() if self._may_speak(look, key, one)}
        closing = {key for key, state in self.states.items() if state["open"] and self._is_closed(look, key, state)}
        for key, state in self.states.items():
            scope = None if key.rule in self.asking.machine_rules else key.subject
            if state["open"] and (key in closing or (key not in judgements and (key.rule, scope) in look.asked)):
                run_id, attempt = state["run"] or (None, None)
                judgements[key] = Judgement(key.rule, False, run_id=run_id, attempt=attempt, occasion=key.occasion)
        for key, judgement in judgements.items():
            rule, known = RULES[key.rule], self.states.get(key)
            following, acts = (
                episodes.close(known, rule, now)
                if known is not None and key in closing
                else episodes.follow(known, judgement, rule, now)
            )
            if following is not None and following != known:
                after[key] = following
                due += [Due(key, judgement, act, following) for act in acts]
        return after, due

    def _may_speak(self, look: Look, key: Key, judgement: Judgement) -> bool:
        """What is said of an attempt counts while it runs, and of its last points once more."""
        attempt = (judgement.run_id, judgement.attempt)
        is_late = key.rule in POINT_RULES and attempt in look.late
        return not self.asking.is_of_run(key.rule) or attempt in look.present or is_late

    def _is_closed(self, look: Look, key: Key, state: State) -> bool:
        """Whether an episode is over whatever its rule says: the rule was switched off, or the run has ended."""
        if not look.preferences.rule_on(key.rule):
            return True
        return self.asking.is_of_run(key.rule) and tuple(state["run"] or ()) not in look.present

    def _write(
        self,
        look: Look,
        after: dict[Key, State],
        due: Sequence[Due],
        paces: Sequence[tuple[str, Mapping[str, Any]]],
    ) -> int:
        """Write all of it in one transaction; how many alerts were raised."""
        now, raised, forgotten = look.clocks.wall, 0, set[Key]()
        trims, said = look.clocks.steady >= self._next_trim, True
        if not (after or due or paces or trims or self.asking.points.is_changed):
            return 0
        with write(self.connection):
            for one in due:
                done = self.asking.attempt(f"raising {one.key.rule} of {one.key.subject}", self._do, look, one)
                if done is None:  # it is tried again at the next look
                    after.pop(one.key, None)
                    said = said and one.key.rule not in POINT_RULES
                else:
                    raised += done
            for key, state in after.items():
                rule_states.write(self.connection, *key, state, now)
            for subject, data in paces:
                rule_states.write(self.connection, PACE, subject, "", data, now)
            if said:
                self.asking.points.save(self.connection, now)
            if trims:
                forgotten = self._trim(now)
        if said:
            self.asking.points.saved()
        self.gathering.note_kept([subject for subject, _ in paces], look.clocks)
        self.states |= after
        if trims:
            self._next_trim = look.clocks.steady + TRIM_SECONDS
            self.states = {key: state for key, state in self.states.items() if key not in forgotten}
        return raised

    def _do(self, look: Look, due: Due) -> int | None:
        """Do what is to be done about one alert, all of it or nothing; how many were raised, None where its run has
        ended since it was looked at."""
        now, judgement, state, raised = look.clocks.wall, due.judgement, due.state, 0
        run = runs.get_run(self.connection, judgement.run_id) if judgement.run_id else None
        if due.what != CLEAR and self.asking.is_of_run(due.key.rule) and not self._still_speaks(look, run, due):
            return None
        with part(self.connection):
            if due.what == RAISE and not self._is_told_lately(due, now):
                raised = self._raise(due, run, now)
            elif due.what == CLEAR and state["alert"] is not None:
                alerts.clear_alert(self.connection, state["alert"], now)
                raising.withdraw(self.connection, state["alert"], now)
            elif state["alert"] is not None:
                alerts.note_again(self.connection, state["alert"], now)
                raised = int(raising.resume(self.connection, self.settings, state["alert"], now) > 0)
            if due.key.rule in FLAGS and judgement.run_id is not None:
                runs.set_flag(self.connection, judgement.run_id, due.key.rule, due.what != CLEAR)
        return raised

    def _still_speaks(self, look: Look, run: Run | None, due: Due) -> bool:
        if run is None or run.attempt != due.judgement.attempt:
            return False
        return run.state == "running" or (due.key.rule in POINT_RULES and (run.id, run.attempt) in look.late)

    def _is_told_lately(self, due: Due, now: float) -> bool:
        """Whether the last alert of a series is still news: told within the hour, so the next one only counts there."""
        if due.state["alert"] is None or due.key.rule not in SERIAL:
            return False
        ways = deliveries.deliveries_of(self.connection, [due.state["alert"]])[due.state["alert"]]
        if any(way.state == "held" for way in ways):
            return False
        return now - alerts.get_alert(self.connection, due.state["alert"]).raised < SERIAL_SECONDS

    def _raise(self, due: Due, run: Run | None, now: float) -> int:
        """Raise an alert; where it was raised before, find it, or raise another where that one is over."""
        judgement, kind, state = due.judgement, due.key.rule, due.state
        cause: dict[str, Any] = {"attempt": judgement.attempt if run else None, "subject": judgement.subject}
        occurred = now if judgement.since is None else min(judgement.since, now)
        while True:
            occasion = occasion_of(judgement, state)
            found = raising.raise_alert(
                self.connection,
                self.settings,
                kind=kind,
                occurred=occurred,
                now=now,
                run=run,
                occasion=occasion,
                facts=judgement.facts,
                severity=judgement.severity,
                dashboard_url=self.dashboard_url(),
                **cause,
            )
            if found is not None:
                state["alert"] = found
                return 1
            run_id = run.id if run else None
            known = alerts.find_alert(self.connection, kind=kind, run_id=run_id, occasion=occasion, **cause)
            if known is None or known.cleared is None or self.asking.is_of_run(kind):
                state["alert"] = known.id if known else None
                return 0
            state["number"] += 1

    def _trim(self, now: float) -> set[Key]:
        """Drop the delivery log's old lines, and what is remembered of what was over long ago."""
        delivery_log.trim(self.connection, now - OLD_SECONDS)
        fresh = {subject_of(*attempt) for attempt in attempts_of(runs.active_runs(self.connection))}
        old = {
            Key(one.rule, one.subject, one.occasion)
            for one in rule_states.read(self.connection)
            if now - one.changed > OLD_SECONDS
            and one.subject.split(" ")[0] not in fresh
            and (one.rule in MOMENTS or not one.data.get("open"))
        }
        for key in old:
            rule_states.drop(self.connection, *key)
        return old
