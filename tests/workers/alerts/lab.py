"""Runs, machine and clocks of a laboratory, all moved by hand, and the alerts' engine over them."""

import math
import socket
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from store import alerts, choices, logs, machines, progress, runs, samples, series
from store.alerts import Alert
from store.database import write
from store.machines import GPUS, HOST, USAGE
from store.progress import Progress
from store.runs import Run
from store.settings import Settings
from tests.fakes.journal import add_run
from workers.alerts.asking import Asking
from workers.alerts.watch import LOOK_SECONDS, AlertWatch

START = 1_795_255_200.0
"""A Saturday."""
HERE = socket.gethostname()
UPTIME = 500_000.0
GIB = 1 << 30
MINUTE, HOUR = 60.0, 3600.0


class Lab:
    """Clocks that agree with each other as those of a machine do, and words for what happens on it."""

    def __init__(self, connection: sqlite3.Connection, home: Path) -> None:
        self.connection = connection
        self.settings = Settings(home=home, secrets=home / "secrets.toml")
        self.wall, self.steady, self.boot = START, UPTIME, UPTIME
        self.read_at: float | None = None
        self.launched = 0
        self.busy: dict[str, Mapping[str, Any]] = {}
        self.watch = self.start()

    def start(self, asking: Asking | None = None) -> AlertWatch:
        """The engine of a daemon that begins now."""
        self.watch = AlertWatch(
            self.connection,
            self.settings,
            clock=lambda: self.wall,
            steady=lambda: self.steady,
            boot=lambda: self.boot,
            read_at=lambda: self.steady if self.read_at is None else self.read_at,
            asking=asking,
        )
        return self.watch

    def pass_time(self, seconds: float) -> None:
        """Nobody looks."""
        self.wall, self.steady, self.boot = self.wall + seconds, self.steady + seconds, self.boot + seconds

    def sleep(self, seconds: float) -> None:
        """The lid is closed."""
        self.wall, self.boot = self.wall + seconds, self.boot + seconds

    def look(self, seconds: float = 0.0, *, every: float = LOOK_SECONDS) -> int:
        """Look once, or for so long; how many alerts were raised."""
        raised = self._tick()
        for _ in range(math.ceil(seconds / every)):
            self.pass_time(every)
            raised += self._tick()
        return raised

    def _tick(self) -> int:
        for run_id, figures in self.busy.items():
            self._record_usage(run_id, figures)
        return self.watch.tick()

    def launch(self, name: str = "resnet", **fields: Any) -> str:
        """A run begins here, now."""
        self.launched += 1
        run_id = f"261121-{self.launched:06d}-{name[:4]}"
        given: dict[str, Any] = {"host": HERE, "files": False, "created": self.wall - 0.4} | fields
        return add_run(self.connection, self.settings.home, run_id, name=name, **given)

    def say(self, run_id: str, size: int = 80, **fields: Any) -> None:
        """Its log grows now."""
        run = self.run(run_id)
        path = f"{run.directory}/attempt-{run.attempt}/log"
        before = logs.read_cursor(self.connection, run_id, run.attempt, path)
        grown = {"offset": before.offset + size, "lines": before.lines + 1, "last_output": self.wall} | fields
        after = logs.Cursor(path, "1:2", last_line="step", **grown)
        with write(self.connection):
            logs.advance_cursor(self.connection, run_id, run.attempt, before, after)

    def step(self, run_id: str, done: float, total: float | None = None, **fields: Any) -> None:
        """Its counter stands there now, and it said so."""
        self.say(run_id)
        known = Progress(self.run(run_id).attempt, done, total, "step", self.wall, **fields)
        with write(self.connection):
            progress.record_progress(self.connection, run_id, known)

    def measure(self, run_id: str, name: str, values: Sequence[float], *, first: int = 0) -> None:
        """It writes these values of a metric now."""
        steps = [float(first + place) for place in range(len(values))]
        legs, times = [0] * len(steps), [self.wall - len(steps) + place for place in range(1, len(steps) + 1)]
        with write(self.connection):
            series.append(
                self.connection,
                run_id,
                name,
                source="log",
                unit="step",
                legs=legs,
                steps=steps,
                times=times,
                values=values,
            )

    def use(self, run_id: str, *, cpu: float = 100.0, gpus: Sequence[Mapping[str, Any]] = ()) -> None:
        """From now on its processes take this much at every look."""
        self.busy[run_id] = {"cpu": cpu, "memory": GIB, "read": 0, "written": 0, "gpus": list(gpus)}
        self._record_usage(run_id, self.busy[run_id])

    def _record_usage(self, run_id: str, figures: Mapping[str, Any]) -> None:
        with write(self.connection):
            machines.record_reading(self.connection, USAGE, run_id, host=HERE, as_of=self.wall, data=figures)

    def show_gpus(self, *cards: Mapping[str, Any], **fields: Any) -> None:
        """The sampler says this of the GPUs now."""
        data = {"status": "ok", "gpus": list(cards), "reserved": {}, "queue": []} | fields
        with write(self.connection):
            machines.record_reading(self.connection, GPUS, HERE, host=HERE, as_of=self.wall, data=data)

    def show_host(self, **fields: Any) -> None:
        """The machine is so now."""
        data = {"memory_total": 64 * GIB, "memory_available": 40 * GIB, "swap_used": 0, "uptime": self.boot} | fields
        with write(self.connection):
            machines.record_reading(self.connection, HOST, HERE, host=HERE, as_of=self.wall, data=data)

    def befall(self, subject: str, kind: str, **detail: Any) -> None:
        """Something happens to a part of the machine now."""
        with write(self.connection):
            machines.record_event(self.connection, HERE, subject, kind, self.wall, detail)

    def keep(self, subject: str, name: str, values: Sequence[float], every: float = 10.0) -> None:
        """What a figure was up to now."""
        begin = self.wall - every * len(values)
        with write(self.connection):
            for place, value in enumerate(values, 1):
                samples.keep(self.connection, begin + every * place, [(subject, name, value)])
            samples.fold(self.connection, self.wall)

    def suspend(self, run_id: str, *, resume: bool = False) -> None:
        """It is stopped with Ctrl-Z, or goes on."""
        with write(self.connection):
            kind = "resumed" if resume else "suspended"
            runs.record_event(self.connection, run_id, self.run(run_id).attempt, self.wall, kind)
            self._record_state(run_id, health=() if resume else ("suspended",))

    def end(self, run_id: str, state: str = "finished") -> None:
        """It ends now."""
        with write(self.connection):
            self._record_state(run_id, state=state, ended=self.wall)
            machines.forget_reading(self.connection, USAGE, run_id)
        self.busy.pop(run_id, None)

    def retry(self, run_id: str) -> None:
        """It is started again, as another attempt."""
        with write(self.connection):
            self._record_state(run_id, attempt=self.run(run_id).attempt + 1, started=self.wall)

    def prefer(self, run_id: str, name: str, direction: str) -> None:
        """Somebody says which direction of a metric is better."""
        with write(self.connection):
            choices.choose_direction(self.connection, self.run(run_id).project_id, name, direction, self.wall)

    def _record_state(self, run_id: str, **fields: Any) -> None:
        run = self.run(run_id)
        known: dict[str, Any] = {"attempt": run.attempt, "state": "running", "health": (), "certainty": "recorded"}
        known |= {"cause": None, "evidence": (), "exit_code": None, "signal": None, "pid": run.pid}
        known |= {"started": run.started, "ended": None, "seconds": None, "now": self.wall}
        runs.record_state(self.connection, run_id, **known | fields)

    def run(self, run_id: str) -> Run:
        """The run as the journal knows it."""
        run = runs.get_run(self.connection, run_id)
        assert run is not None
        return run

    def active(self) -> list[Run]:
        """The runs that wait or run."""
        return runs.active_runs(self.connection)

    def alerts(self, kind: str | None = None) -> list[Alert]:
        """The alerts so far, first to last, of one kind or all."""
        rows = [
            alerts.get_alert(self.connection, row["id"])
            for row in self.connection.execute("SELECT id FROM alerts ORDER BY id")
        ]
        return [one for one in rows if kind in (None, one.kind)]


def card(index: int = 0, **fields: Any) -> dict[str, Any]:
    """A GPU that works."""
    well = {"index": index, "uuid": f"GPU-{index}", "name": "NVIDIA RTX A6000", "trouble": None, "utilisation": 97}
    well |= {"memory_used": 20 * GIB, "memory_total": 48 * GIB, "power": 250.0, "power_limit": 300.0}
    return well | {"temperature": 70, "throttle": [], "mig": None, "processes": []} | fields
