"""`kill -9` of daemon, supervisors and viewers at random moments: nothing is lost, nothing is counted twice.

A small version runs in the suite. By hand, with as many kills as one likes::

    python -m tests.workers.test_kills --kills 200 --seed 1
"""

import argparse
import collections
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store import alerts, curves, deliveries, intents, logs, runs, series
from store.database import open_journal
from store.runs import Run
from tests.fakes.command import Machiai
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from workers.machine import processes
from workers.runs import rundir

# Prints numbered lines, in uneven portions that break off inside a line, and ends in one of five ways.
TRAINING = """
import os, random, signal, sys, time
count, seconds, end, seed = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], int(sys.argv[4])
chance = random.Random(seed)
if end == "stubborn":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
text = "".join(
    f"line {n:06d}: step {n}/{count + 9} loss={n / 8} " + "x" * chance.randrange(1, 120) + chr(10)
    for n in range(1, count + 1)
)
portions = 60
table = open(f"metrics-{seed}.csv", "w", buffering=1)
table.write("step,reward" + chr(10))
for n in range(portions):
    table.write(f"{n},{n * 2}" + chr(10))
    part = text[len(text) * n // portions : len(text) * (n + 1) // portions]
    os.write(1 + n % 2, part.encode())
    time.sleep(seconds / portions * chance.uniform(0.2, 1.8))
if end in ("finished", "unended"):
    os.write(1, b"Training finished" + (b"" if end == "unended" else bytes([10])))
elif end == "failed":
    os.write(1, b"loss is strange" + bytes([10]))
    sys.exit(3)
elif end == "raised":
    raise ValueError("the loss is not a number")
elif end == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
elif end in ("stopped", "stubborn"):
    while True:
        os.write(1, b"waiting to be stopped" + bytes([10]))
        time.sleep(0.2)
"""
RECORDED = {
    "finished": ("finished", 0),
    "unended": ("finished", 0),
    "failed": ("failed", 3),
    "raised": ("failed", 1),
    "killed": ("killed", 128 + signal.SIGKILL),
    "stopped": ("stopped", 128 + signal.SIGINT),
    "stubborn": ("stopped", 128 + signal.SIGTERM),
}
INFERRED = {**{end: state for end, (state, _) in RECORDED.items()}, "failed": "lost", "killed": "lost"}
ALERT_OF = {"finished": "finished", "failed": "crashed", "killed": "killed", "lost": "lost"}
AT_ONCE = 6
STARTING_SECONDS = 70.0


@dataclass
class Job:
    """One launch: its command's way to end, its viewer, and who was killed of it."""

    name: str
    end: str
    lines: int
    viewer: "subprocess.Popen[bytes]"
    shown: Path
    killed: set[str] = field(default_factory=set)
    asked: bool = False
    directory: Path | None = None

    def look(self, runs_folder: Path) -> dict[str, Any]:
        """The run's beat, empty as long as there is none."""
        if self.directory is None:
            for manifest in runs_folder.glob("2*/run.json"):
                found = rundir.read_json(manifest)
                if found and found["name"] == self.name:
                    self.directory = manifest.parent
        return (rundir.read_json(self.folder / rundir.BEAT) or {}) if self.directory else {}

    @property
    def folder(self) -> Path:
        """The folder of its attempt."""
        assert self.directory is not None
        return rundir.attempt_folder(self.directory, 1)

    def is_over(self, runs_folder: Path) -> bool:
        """Whether none of its processes is left."""
        beat = self.look(runs_folder)
        alive = any(
            processes.status(beat.get(pid), beat.get(ticks)) != processes.GONE
            for pid, ticks in (("pid", "start_ticks"), ("supervisor_pid", "supervisor_ticks"))
        )
        return self.viewer.poll() is not None and not alive and supervisor_of(self.viewer.pid) is None


class Soak:
    """Runs, kills and a Pushbullet with faults, all drawn from one seed."""

    def __init__(self, command: Machiai, server: PushbulletServer, seed: int, *, early: bool) -> None:
        self.command = command
        self.server = server
        self.chance = random.Random(seed)
        self.early = early
        self.jobs: list[Job] = []
        self.done: collections.Counter[str] = collections.Counter()
        self.daemon = command.start_daemon()
        self.runs_folder = command.home / "runs"
        self.journal = open_journal(command.home / "journal.db")

    def run(self, kills: int) -> None:
        """Kill until ``kills`` processes are dead, then let everything come to its end."""
        while sum(self.done.values()) < kills:
            self._keep_running()
            time.sleep(self.chance.uniform(0.0, 0.5))
            self._kill_one()
        self._wait("the runs to end", self._all_are_over, 90)
        self.server.clear_faults()
        self._restart_daemon()  # which makes what waits for its next try due at once
        self._wait("the journal to know every end", self._is_settled, STARTING_SECONDS + 30)
        self._wait("the alerts to be sent", lambda: not deliveries.waiting_deliveries(self.journal), 60)
        self._wait("the intents to be answered", lambda: not intents.open_intents(self.journal), 20)

    def _keep_running(self) -> None:
        """Launch jobs until enough run at once, and ask those to stop that wait for it."""
        active = [job for job in self.jobs if not job.is_over(self.runs_folder)]
        if len(active) < AT_ONCE:
            self._launch()
        for job in active:
            if self.chance.random() < 0.2:
                self._ask_to_stop(job)

    def _launch(self) -> None:
        number = len(self.jobs)
        end = self.chance.choice([*RECORDED, "finished"])
        lines = self.chance.randrange(150, 900)
        name = f"job-{number:03d}-{end}"
        shown = self.command.home.parent / f"{name}.shown"
        training = (TRAINING, str(lines), f"{self.chance.uniform(0.3, 3.0):.2f}", end, str(number))
        with shown.open("wb") as sink, (shown.with_suffix(".said")).open("wb") as said:
            viewer = self.command.start(
                "run", "--name", name, "--", sys.executable, "-S", "-c", *training, stdout=sink, stderr=said
            )
        self.jobs.append(Job(name, end, lines, viewer, shown))

    def _ask_to_stop(self, job: Job) -> None:
        """Press the Stop button of a job that waits for it, once it has printed all its lines."""
        if job.asked or job.end not in ("stopped", "stubborn") or not job.look(self.runs_folder):
            return
        if b"waiting" in (job.folder / rundir.LOG).read_bytes() and runs.get_run(self.journal, job.folder.parent.name):
            intents.ask(self.journal, intents.STOP_RUN, job.folder.parent.name, time.time())
            job.asked = True

    def _kill_one(self) -> None:
        victim = self.chance.choices(("daemon", "supervisor", "viewer"), (4, 3, 3))[0]
        if victim == "daemon":
            self._restart_daemon()
            return
        candidates = [job for job in self.jobs if victim not in job.killed and job.viewer.poll() is None]
        if victim == "supervisor":
            candidates = [job for job in self.jobs if victim not in job.killed]
        self.chance.shuffle(candidates)
        for job in candidates:
            beat = job.look(self.runs_folder)
            if not beat and not self.early:
                continue
            pid = job.viewer.pid if victim == "viewer" else supervisor_of(job.viewer.pid)
            if victim == "supervisor" and pid is None and beat:
                pid, ticks = beat["supervisor_pid"], beat["supervisor_ticks"]
                if processes.status(pid, ticks) == processes.GONE:
                    continue
            if pid is None:
                continue
            os.kill(pid, signal.SIGKILL)
            job.killed.add(victim)
            self.done[victim] += 1
            return

    def _restart_daemon(self) -> None:
        self.daemon.kill()
        self.daemon.wait()
        self.done["daemon"] += 1
        time.sleep(self.chance.choice((0.0, 0.0, 0.1, 0.6)))
        self.daemon = self.command.start_daemon()

    def _all_are_over(self) -> bool:
        for job in self.jobs:
            self._ask_to_stop(job)
        return all(job.is_over(self.runs_folder) for job in self.jobs)

    def _is_settled(self) -> bool:
        return all(
            (run := runs.get_run(self.journal, directory.name)) is not None and not run.is_active
            for directory in self.runs_folder.glob("2*")
        )

    def _wait(self, what: str, condition: Any, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}; {self._state_of_things()}"
            time.sleep(0.1)

    def _state_of_things(self) -> str:
        active = [f"{run.name} {run.state}" for run in runs.active_runs(self.journal)]
        living = [(job.name, sorted(job.killed)) for job in self.jobs if not job.is_over(self.runs_folder)]
        waiting = [(one.error, one.next_try - time.time()) for one in deliveries.waiting_deliveries(self.journal)]
        return f"active {active}, living {living}, waiting {waiting}"


def supervisor_of(viewer: int) -> int | None:
    """The pid of the supervisor that a viewer has started, as long as both live."""
    try:
        children = Path(f"/proc/{viewer}/task/{viewer}/children").read_text().split()
    except OSError:
        return None
    for child in children:
        with contextlib.suppress(OSError):
            stat = processes.read_stat(int(child))
            if stat and stat.state not in "ZX" and b"supervisor.py" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return None


def examine(soak: Soak) -> list[str]:
    """Everything that is not as it must be, in words."""
    problems: list[str] = []
    expected: dict[str, str] = {}
    for job in soak.jobs:
        if job.directory is None or not job.directory.exists():
            if not job.killed:
                problems.append(f"{job.name}: was launched, and has no run directory")
            elif job.directory and runs.get_run(soak.journal, job.directory.name):
                problems.append(f"{job.name}: its launch failed, and is in the journal")
            continue
        run = runs.get_run(soak.journal, job.directory.name)
        if run is None:
            problems.append(f"{job.name}: is not in the journal")
            continue
        problems += [f"{job.name} (killed: {sorted(job.killed)}): {words}" for words in _examine_run(soak, job, run)]
        raised = alerts.alerts_of_run(soak.journal, run.id)
        wanted = [ALERT_OF[run.state]] if run.state in ALERT_OF else []
        ends = [alert for alert in raised if alert.kind in ALERT_OF.values()]
        others = {alert.kind for alert in raised if alert not in ends}
        if [alert.kind for alert in ends] != wanted or others - {"best"}:
            problems.append(f"{job.name}: {run.state}, alerts {[alert.kind for alert in raised]}")
        expected |= {alert.guid: job.name for alert in ends}
    arrived = collections.Counter(soak.server.guids())
    problems += [f"{name}: its alert did not arrive" for guid, name in expected.items() if guid not in arrived]
    problems += [f"{expected.get(guid, guid)}: arrived {n} times" for guid, n in arrived.items() if n > 1]
    told = deliveries.deliveries_of(soak.journal, range(1, 10_000))
    alert_of = {alerts.get_alert(soak.journal, one).guid: one for one, ways in told.items() if ways}
    problems += [f"a push that belongs to no alert: {guid}" for guid in arrived if guid not in alert_of]
    for push in soak.server.pushes:
        if expected.get(push["guid"], "") not in push["title"]:
            problems.append(f"{expected.get(push['guid'])}: its push is titled {push['title']!r}")
    states = {way.state for guid in expected for way in told[alert_of[guid]]}
    if states - {"sent"}:
        problems.append(f"deliveries of ends are {states}")
    if {way.state for ways in told.values() for way in ways} - {"sent", "held", "suppressed", "digested"}:
        problems.append("some delivery is neither sent nor to be told later, or by another alert")
    return problems


def _examine_run(soak: Soak, job: Job, run: Run) -> list[str]:
    """What is wrong with one run: its log, its count of lines, its excerpt, its state, its events, its viewer."""
    path = job.folder / rundir.LOG
    if not path.exists():
        ok = run.state == "lost" and run.certainty == "inferred" and job.killed
        return [] if ok else [f"never started, and is {run.state} ({run.certainty})"]
    problems = []
    raw = path.read_bytes()
    lines = raw.decode().split("\n")
    numbers = [int(line[5:11]) for line in lines if line.startswith("line ")]
    if numbers != list(range(1, job.lines + 1)):
        problems.append(f"the log itself has {len(numbers)} of {job.lines} lines")
    if run.log_lines != raw.count(b"\n") or run.log_bytes != len(raw):
        problems.append(f"{run.log_lines} lines, {run.log_bytes} bytes counted of {raw.count(b'%c' % 10)}, {len(raw)}")
    excerpt = logs.read_excerpt(soak.journal, run.id, run.attempt)
    shown = lines if lines[-1] else lines[:-1]
    if excerpt is None or excerpt.lines != shown[-200:] or excerpt.first_line != max(1, len(shown) - 199):
        problems.append("the excerpt is not the end of the log")
    problems += _examine_points(soak, job, run)
    record = rundir.read_json(job.folder / rundir.EXIT)
    wanted = (RECORDED[job.end][0], "recorded") if record else (INFERRED[job.end], "inferred")
    if (run.state, run.certainty) != wanted:
        problems.append(f"is {run.state} ({run.certainty}: {run.cause}, {run.evidence}), should be {wanted}")
    if record is None and "supervisor" not in job.killed:
        problems.append("its supervisor was not killed, and left no exit record")
    if record and (run.ended, run.seconds) != (record["ended"], record["seconds"]):
        problems.append("its times are not those of its exit record")
    kinds = collections.Counter(event.kind for event in runs.events_of(soak.journal, run.id))
    if any(kinds[kind] != 1 for kind in ("created", "started", "ended")):
        problems.append(f"its events are {dict(kinds)}")
    if not job.killed:
        if job.shown.read_bytes() != raw:
            problems.append("its viewer did not show the log byte for byte")
        wanted_codes = {RECORDED[job.end][1]}
        if job.end == "stopped":  # a daemon killed between its record of SIGINT and SIGINT leaves it at SIGTERM
            wanted_codes.add(128 + signal.SIGTERM)
        if job.viewer.returncode not in wanted_codes:
            problems.append(f"its viewer returned {job.viewer.returncode}")
    if job.asked and [intent.state for intent in intents.intents_of_run(soak.journal, run.id)] != ["done"]:
        problems.append(f"its stop was answered {intents.intents_of_run(soak.journal, run.id)}")
    return problems


def _examine_points(soak: Soak, job: Job, run: Run) -> list[str]:
    """What is wrong with the points of one run: those of its log, and of the table that it wrote beside it."""
    problems = []
    known = {(one.name, one.source == "log"): one for one in series.list_series(soak.journal, run.id)}
    loss = known.get(("loss", True))
    points = curves.read_points(soak.journal, loss.id) if loss else None
    if points is None or list(points.values) != [n / 8 for n in range(1, job.lines + 1)]:
        problems.append(f"its loss has {len(points.values) if points else 0} points, should have {job.lines}")
    elif list(points.steps) != [float(n) for n in range(1, job.lines + 1)] or (loss and loss.count != job.lines):
        problems.append(f"the steps of its loss are not those of the log, or some came twice ({loss and loss.count})")
    reward = known.get(("reward", False))
    rows = list(curves.read_points(soak.journal, reward.id).values) if reward else []
    if reward and rows != [2.0 * n for n in range(60)]:
        problems.append(f"its table has {len(rows)} points, should have 60")
    return problems


def rehearse(folder: Path, kills: int, seed: int, *, early: bool) -> tuple[list[str], str]:
    """Kill ``kills`` times in ``folder``; what was wrong after it, and a line about how it went.

    With ``early``, also what is just being launched may be hit; a run that never came to start is
    known as such only after a minute.
    """
    began = time.monotonic()
    environment = {"MACHIAI_PUSHBULLET_TOKEN": TOKEN, "MACHIAI_PUSH_TIMEOUT_SECONDS": "1"}
    with PushbulletServer(fault_rate=0.3, seed=seed) as server:
        environment |= {"MACHIAI_PUSHBULLET_URL": server.url, "MACHIAI_STOP_GRACE_SECONDS": "1.5"}
        with Machiai(folder / "home", folder, environment) as command:
            soak = Soak(command, server, seed, early=early)
            try:
                soak.run(kills)
                problems = examine(soak)
                problems += _find_token(folder / "home")
                ended = runs.ended_runs(soak.journal, 9999)
            finally:
                soak.journal.close()
    states = collections.Counter(f"{run.state} {run.certainty}" for run in ended)
    tries = collections.Counter(request.method for request in server.requests)
    words = (
        f"seed {seed}: killed {dict(soak.done)} over {len(soak.jobs)} runs in {time.monotonic() - began:.0f} s; "
        f"{dict(states)}; {len(server.pushes)} pushes stored of {tries['POST']} sent, {tries['GET']} looked for"
    )
    return problems, words


def _find_token(home: Path) -> list[str]:
    return [
        f"{path.relative_to(home)} holds the token"
        for path in home.rglob("*")
        if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]


def test_kills_at_random_moments_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """After 25 kills of daemon, supervisors and viewers every line is counted once and every alert sent once."""
    problems, words = rehearse(tmp_path, 25, 7, early=False)
    assert not problems, f"{words}\n" + "\n".join(problems)


def main() -> int:
    """Kill as often as asked; 1 when something was lost or repeated, with the data folder kept."""
    parser = argparse.ArgumentParser(description="kill -9 at random moments, and count")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="machiai-kills-"))
    problems, words = rehearse(folder, given.kills, given.seed, early=True)
    print(words)
    for problem in problems:
        print("  ✖", problem)
    print(f"  {'✖ kept in ' + str(folder) if problems else '✔ nothing lost, nothing repeated'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
