"""A machine whose clocks are driven: runs with real directories, processes and logs, and all that watches them.

Ingester, alerts' engine, disk watch and delivery are the real ones, in one process, over real files and real HTTP. What
happens is told by scripts: generators that do something and yield the seconds until they go on. They live on the clock
that stands still while the machine sleeps, as processes do.
"""

import heapq
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from store import deliveries, machines
from store.channels import ChannelUrl
from store.database import open_journal, write
from store.machines import USAGE
from store.preferences import AlertPreferences, RuleChoice, read_preferences, save_preferences
from store.settings import Settings
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.equipment import Equipment, Job, Script, Turn
from tests.workers.alerts.lab import HERE
from workers.alerts.asking import Asking
from workers.alerts.channels import PUSHBULLET
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.outbox import deliver_due
from workers.alerts.relays import Relays
from workers.alerts.watch import LOOK_SECONDS, AlertWatch
from workers.disk_watch import DiskWatch
from workers.ingest import Ingester
from workers.machine import processes
from workers.machine.disks import Disks
from workers.runs import rundir

MORNING = time.mktime((2025, 2, 4, 10, 0, 0, 0, 0, -1))
"""A Tuesday at ten, by this machine's clock. Long ago: what the ingester reads of the real clock is later than all."""
FRIDAY = MORNING + 3 * 86400.0
SPARSE = 20.0
"""Between looks in quiet stretches: still so near to each other that pauses are measured as always."""


class Killed(BaseException):
    """The daemon is killed, at whatever it was doing."""


class World(Equipment):
    """The laboratory, with everything between a training's output and the phone."""

    def __init__(
        self,
        home: Path,
        server: PushbulletServer,
        *,
        now: float = MORNING,
        channels: tuple[ChannelUrl, ...] = (),
    ) -> None:
        self.server = server
        self.dies_in: int | None = None
        """After how many looks at the clock the daemon is killed."""
        self.restarts = 0
        self.chance = random.Random(1)
        self._scripts: list[Turn] = []
        self._played = 0
        super().__init__(open_journal(home / "journal.db"), home)
        self.wall = now
        self.settings = Settings(
            home=home,
            secrets=home / "secrets.toml",
            pushbullet_token=server.token,
            pushbullet_url=server.url,
            push_timeout_seconds=5.0,
            channels=channels,
        )
        self.settings.runs_folder.mkdir()
        server.clock = lambda: self.wall
        self.open()

    def open(self) -> None:
        """A daemon begins."""
        self.start()
        self.ingester = Ingester(
            self.connection, self.settings, clock=self.clock, steady=lambda: self.steady, boot=lambda: self.boot
        )
        deliveries.release_claims(self.connection, PUSHBULLET, self.wall)
        self.channel = channel_from(self.settings, clock=self.clock)
        self.relays = None
        if self.settings.channels:
            self.relays = Relays(self.connection, lambda: self.settings, clock=self.clock, jitter=self.chance.random)
        mounts = self.settings.home / "mounts"
        mounts.write_text("22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n", encoding="utf-8")
        self.disks = DiskWatch(
            self.connection,
            self.settings,
            clock=self.clock,
            disks=Disks(statvfs=self.ask_disk, mounts=mounts),
            home=self.settings.home,
        )

    def start(self, asking: Asking | None = None) -> AlertWatch:
        """The engine, with a clock that can be the daemon's last."""
        self.watch = AlertWatch(
            self.connection,
            self.settings,
            clock=self.clock,
            steady=lambda: self.steady,
            boot=lambda: self.boot,
            read_at=lambda: self.steady if self.read_at is None else self.read_at,
            asking=asking,
        )
        return self.watch

    def clock(self) -> float:
        """The wall clock as the daemon reads it."""
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in < 0:
                self.dies_in = None
                raise Killed
        return self.wall

    def restart(self) -> None:
        """The daemon was killed; another one begins, and knows only what is written down."""
        self.restarts += 1
        self.connection.close()
        self.connection = open_journal(self.settings.journal)
        self.open()

    def close(self) -> None:
        """All of it ends."""
        if self.relays is not None:
            self.relays.close()
        self.connection.close()
        for job in self.jobs.values():
            job.process.kill()
            job.process.wait()

    def choose(self, **chosen: Any) -> None:
        """Choose that in the settings of alerts."""
        save_preferences(self.connection, replace(read_preferences(self.connection), **chosen), self.wall)

    def choose_rule(self, kind: str, **chosen: Any) -> None:
        """Choose that for one rule."""
        known: Mapping[str, RuleChoice] = read_preferences(self.connection).rules
        self.choose(rules={**known, kind: RuleChoice(**chosen)})

    def choices(self) -> AlertPreferences:
        """What is chosen."""
        return read_preferences(self.connection)

    # What the daemon does

    def look(self, seconds: float = 0.0, *, every: float = LOOK_SECONDS) -> int:
        """Let time pass and things happen, and look every so often; how many alerts were raised."""
        raised = self._tick()
        end = self.steady + seconds
        while self.steady < end - 1e-6:
            self.live(min(self.steady + every, end))
            raised += self._tick()
        return raised

    def look_until(self, moment: float, *, every: float = LOOK_SECONDS) -> None:
        """The same up to a moment of the wall clock."""
        self.look(moment - self.wall, every=every)

    def live(self, until: float) -> None:
        """Let things happen up to a moment of the steady clock, while nobody looks."""
        while self._scripts and self._scripts[0].at <= until:
            turn = heapq.heappop(self._scripts)
            job = self.jobs.get(turn.run or "")
            if job is not None and job.spans and job.spans[-1][1] is None:
                job.held.append(turn)
                continue
            self.pass_time(max(0.0, turn.at - self.steady))
            pause = next(turn.script, None)
            if pause is not None:
                self._schedule(turn._replace(at=self.steady + pause))
        self.pass_time(max(0.0, until - self.steady))

    def play(self, script: Script, run: str | None = None, *, after: float = 0.0) -> None:
        """Begin a script ``after`` so many seconds; that of a run stands still while this is suspended."""
        self._schedule(Turn(self.steady + after, 0, run, script))

    def _schedule(self, turn: Turn) -> None:
        self._played += 1
        heapq.heappush(self._scripts, turn._replace(number=self._played))

    def _tick(self) -> int:
        try:
            return self._turn()
        except Killed:
            self.restart()
            return 0

    def _turn(self) -> int:
        self.measure_machine()
        raised = self.ingester.tick() + self.watch.tick()
        deliver_due(self.connection, self.channel, clock=self.clock, jitter=self.chance.random, settings=self.settings)
        if self.relays is not None:
            self._relay(self.relays)
        return raised

    def _relay(self, relays: Relays) -> None:
        """One round of the other channels; each try is a process that takes as long as it takes."""
        relays.tick()
        quiet, deadline = threading.Event(), time.monotonic() + 60
        while any(way.state == "sending" and way.channel != PUSHBULLET for way in self.waiting()):
            assert time.monotonic() < deadline, self.waiting()
            relays.wait(quiet)
            relays.tick()

    def waiting(self) -> list[deliveries.Delivery]:
        """The deliveries that are under way, or wait for it."""
        return deliveries.waiting_deliveries(self.connection)

    # What runs do

    def launch(self, name: str = "resnet", **fields: Any) -> str:
        """A run is launched: its directory, its process, the first beat."""
        run = rundir.new_id(self.wall)
        directory = self.settings.runs_folder / run
        folder = rundir.attempt_folder(directory, 1)
        folder.mkdir(parents=True)
        work = self.settings.home / "work" / run
        work.mkdir(parents=True)
        process = subprocess.Popen(["sleep", "900"], stdin=subprocess.DEVNULL, cwd=work)
        ticks, boot_id = processes.start_ticks(process.pid), processes.boot_id()
        identity = {"format": 1, "run": run, "attempt": 1, "host": HERE, "boot_id": boot_id}
        identity |= {"pid": process.pid, "start_ticks": ticks}
        identity |= {"supervisor_pid": process.pid, "supervisor_ticks": ticks}
        manifest: dict[str, Any] = {
            "format": 1,
            "id": run,
            "name": name,
            "created": self.wall - 0.4,
            "argv": ["python", "train.py", f"--name={name}"],
            "cwd": str(work),
            "project_root": str(self.settings.home / "work"),
            "host": HERE,
            "boot_id": boot_id,
        }
        rundir.write_json(directory / rundir.MANIFEST, manifest | fields, durable=False)
        self.jobs[run] = Job(folder, identity, self.wall, self.steady, process)
        (folder / rundir.LOG).touch()
        self._touch(folder / rundir.LOG)
        self._beat(run)
        return run

    def prints(self, run: str, *lines: str, end: str = "\n") -> None:
        """It writes these lines now."""
        path = self.jobs[run].folder / rundir.LOG
        with path.open("a", encoding="utf-8") as log:
            log.write("".join(line + end for line in lines))
        self._touch(path)

    def exits(
        self, run: str, code: int | None = 0, *, killed_by: int | None = None, memory: Mapping[str, Any] | None = None
    ) -> None:
        """It ends now, and its supervisor writes down how."""
        job = self.jobs[run]
        self._end(run)
        record: dict[str, Any] = {**job.identity, "started": job.started, "ended": self.wall}
        record |= {"seconds": self.steady - job.steady, "exit_code": None if killed_by else code, "signal": killed_by}
        record |= {"suspended": job.spans, "memory": dict(memory or {})}
        rundir.write_json(job.folder / rundir.EXIT, record, durable=False)

    def vanishes(self, run: str) -> None:
        """It and its supervisor are gone, and nothing says why."""
        self._end(run)

    def stops(self, run: str) -> None:
        """Its user stops it."""
        asked = {"at": self.wall, "signal": int(signal.SIGINT), "way": "machiai stop"}
        (self.jobs[run].folder / "stop-1.json").write_text(json.dumps(asked), encoding="utf-8")
        self.exits(run, killed_by=int(signal.SIGINT))

    def suspend(self, run_id: str, *, resume: bool = False) -> None:
        """It is stopped with Ctrl-Z, or goes on."""
        job = self.jobs[run_id]
        job.process.send_signal(signal.SIGCONT if resume else signal.SIGSTOP)
        wanted = processes.RUNNING if resume else processes.SUSPENDED
        deadline = time.monotonic() + 10
        while processes.status(job.process.pid, job.identity["start_ticks"]) != wanted:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        if resume:
            job.spans[-1][1] = self.wall
            for turn in job.held:
                self._schedule(turn._replace(at=self.steady))
            job.held = []
        else:
            job.spans.append([self.wall, None])
        self._beat(run_id)

    def _end(self, run: str) -> None:
        job = self.jobs[run]
        job.process.kill()
        job.process.wait()
        self._scripts = [turn for turn in self._scripts if turn.run != run]
        heapq.heapify(self._scripts)
        self.busy.pop(run, None)
        with write(self.connection):
            machines.forget_reading(self.connection, USAGE, run)
        for index, one in self.cards.items():
            left = [process for process in one["processes"] if process["run"] != run]
            if len(left) < len(one["processes"]):
                self.cards[index] = one | {"processes": left, "utilisation": 0, "memory_used": 0, "power": 30.0}

    def _beat(self, run: str) -> None:
        job = self.jobs[run]
        beat = {**job.identity, "started": job.started, "at": self.wall, "suspended": job.spans}
        rundir.write_json(job.folder / rundir.BEAT, beat, durable=False)

    def _touch(self, path: Path) -> None:
        os.utime(path, (self.wall, self.wall))

    # What the phone shows

    def titles(self) -> list[str]:
        """The titles of all pushes, first to last."""
        return [str(push["title"]) for push in self.server.pushes]

    def train(
        self,
        run: str,
        *,
        every: float = 10.0,
        first: int = 0,
        total: int | None = None,
        last: int | None = None,
        text: Callable[[int], str] | None = None,
        ends: Callable[[], None] | None = None,
    ) -> None:
        """From now on it prints a line of its training every so often, up to its last step."""
        self.play(self._steps(run, every, first, total, last, text or usual_line, ends), run)

    def _steps(
        self,
        run: str,
        every: float,
        first: int,
        total: int | None,
        last: int | None,
        text: Callable[[int], str],
        ends: Callable[[], None] | None,
    ) -> Script:
        step = first
        while last is None or step <= last:
            of = f"/{total}" if total else ""
            self.prints(run, f"step {step}{of} {text(step)}")
            step += 1
            yield every
        if ends is not None:
            ends()


def usual_line(step: int) -> str:
    """A loss that falls, with the noise of batches."""
    noise = random.Random(step).gauss(0.0, 0.01)
    return f"loss {0.4 + 2.0 / (1 + step / 50) + noise:.4f}"
