"""The machine in the journal, with the real daemon and GPUs that misbehave in every way we know."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from store import heartbeats, history, machines, runs
from store.database import write
from store.machines import DISKS, GPUS, HOST, USAGE, MachineEvent, Reading
from store.settings import Settings
from store.weekly.gpu_use import GAP_SECONDS
from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.nvml import GIB, FakeGpus
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from tests.fakes.run_directory import leave_run
from workers.disk_watch import DiskWatch
from workers.machine import processes
from workers.machine.disks import Disks
from workers.machine.sampler_process import SamplerProcess
from workers.monitor import LATEST, Monitor
from workers.runs import claims, rundir

WaitFor = Callable[..., None]
UUID = "GPU-00000000-0000-0000-0000-00000000000"


class Watch:
    """A daemon on a machine with fake GPUs, and what the journal says of it."""

    def __init__(self, machiai: Machiai, gpus: FakeGpus, journal: sqlite3.Connection, wait_for: WaitFor) -> None:
        self.machiai = machiai
        self.gpus = gpus
        self.journal = journal
        self.wait_for = wait_for
        machiai.environment |= {**gpus.environment, "MACHIAI_SAMPLE_SECONDS": "0.2"}

    def reading(self, kind: str = GPUS) -> Reading | None:
        """The machine's reading of a kind."""
        found = machines.read_readings(self.journal, kind)
        return found[0] if found else None

    @property
    def status(self) -> str | None:
        """How the sampler finds the GPUs."""
        reading = self.reading()
        return reading.data["status"] if reading else None

    def gpu(self, index: int) -> dict[str, Any]:
        """A GPU as it was last read; empty when it is not in the reading."""
        reading = self.reading()
        return next((gpu for gpu in (reading.data["gpus"] if reading else []) if gpu["index"] == index), {})

    def processes(self, index: int) -> dict[int, dict[str, Any]]:
        """The processes of a GPU, by pid."""
        return {process["pid"]: process for process in self.gpu(index).get("processes") or ()}

    def wait_status(self, status: str, seconds: float = 30.0) -> None:
        """Wait for what the sampler finds."""
        self.wait_for(lambda: self.status == status, f"the status {status}", seconds)

    def wait_fresh(self) -> None:
        """Wait for three samples that were taken after this."""
        for _ in range(3):
            self.wait_sample()

    def wait_sample(self) -> None:
        """Wait for one."""
        now = time.time()
        self.wait_for(lambda: (one := self.reading()) is not None and one.as_of > now, "a sample", 30.0)

    def events(self, *kinds: str) -> list[MachineEvent]:
        """What befell the machine, oldest first."""
        return machines.events_since(self.journal, 0.0, kinds=kinds)[::-1]

    def kinds(self) -> list[str]:
        """Of all events."""
        return [event.kind for event in self.events()]

    def sampler(self, daemon: "subprocess.Popen[bytes]") -> int | None:
        """The daemon's sampler."""
        for pid in processes.descendants(daemon.pid):
            with contextlib.suppress(OSError):
                if b"gpu_sampler.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return None


@pytest.fixture(name="watch")
def _watch(
    machiai: Machiai, tmp_path: Path, journal: sqlite3.Connection, wait_for: WaitFor, settings: Settings
) -> Watch:
    """Two GPUs and no daemon yet."""
    return Watch(machiai, FakeGpus(tmp_path / "nvml", 2), journal, wait_for)


class TestLive:
    """The daemon, its sampler, and the driver that is not what it should be."""

    def test_processes_are_attributed(self, watch: Watch) -> None:
        """A run's process, a stranger's and one that is not visible here; the file beside the journal says the same."""
        watch.machiai.start_daemon()
        run = watch.machiai.detach("sleep", "600")
        pid = watch.machiai.beat(run)["pid"]
        stranger = subprocess.Popen(["sleep", "599"])
        try:
            watch.gpus.run_on(0, pid, 5 * GIB, 80)
            watch.gpus.run_on(0, stranger.pid, GIB, 10)
            watch.gpus.run_on(1, 2**22 - 3, 2 * GIB)
            watch.wait_for(lambda: watch.processes(0).get(pid, {}).get("run") == run, "the run on the GPU")
            there = watch.processes(0)
            assert (there[pid]["memory"], there[pid]["visible"]) == (5 * GIB, True)
            assert (there[stranger.pid]["run"], there[stranger.pid]["command"]) == (None, "sleep 599")
            assert there[stranger.pid]["root"] == stranger.pid
            assert watch.processes(1)[2**22 - 3]["visible"] is False
            assert watch.gpu(1)["memory_used"] == 2 * GIB
            watch.wait_for(lambda: (one := watch.reading(USAGE)) is not None and one.data["gpus"], "its GPUs")
            usage = watch.reading(USAGE)
            assert usage is not None
            assert (usage.subject, usage.data["pid"], usage.data["processes"]) == (run, pid, 1)
            (mine,) = usage.data["gpus"]
            assert (mine["index"], mine["uuid"], mine["memory"]) == (0, f"{UUID}0", 5 * GIB)
            host, reading = watch.reading(HOST), watch.reading()
            assert host is not None
            assert host.data["memory_total"] > 0
            latest = rundir.read_json(watch.machiai.home / LATEST)
            assert reading and latest
            assert [gpu["uuid"] for gpu in latest["gpus"]] == [gpu["uuid"] for gpu in reading.data["gpus"]]
            assert abs(latest["at"] - reading.as_of) < 10
            watch.machiai.call("stop", run)
            watch.wait_for(lambda: watch.reading(USAGE) is None, "its usage to be forgotten")
            assert watch.kinds() == []
        finally:
            stranger.kill()
            stranger.wait()

    def test_a_gpu_lost_and_returning(self, watch: Watch) -> None:
        """Its neighbour goes on being read; each is told once, also when daemon and sampler are killed meanwhile."""
        daemon = watch.machiai.start_daemon()
        watch.wait_status("ok")
        watch.gpus.set({"gpu1.err": 15, "gpu0.temp": 66})
        watch.wait_for(lambda: watch.gpu(1).get("trouble") == "lost", "the loss")
        watch.wait_for(lambda: watch.gpu(0).get("temperature") == 66, "the other GPU")
        assert watch.gpu(1)["uuid"] == f"{UUID}1"
        daemon.kill()
        daemon.wait()
        daemon = watch.machiai.start_daemon()
        watch.wait_fresh()
        assert watch.gpu(1)["trouble"] == "lost"
        sampler = watch.sampler(daemon)
        assert sampler is not None
        os.kill(sampler, signal.SIGKILL)
        watch.wait_for(lambda: watch.sampler(daemon) not in (None, sampler), "another sampler")
        watch.wait_fresh()
        assert watch.kinds() == ["lost"]
        watch.gpus.remove("gpu1.err")
        watch.wait_for(lambda: watch.gpu(1).get("trouble", "lost") is None, "its return", 60.0)
        watch.wait_fresh()
        assert [(event.kind, event.subject) for event in watch.events()] == [
            ("lost", f"gpu:{UUID}1"),
            ("returned", f"gpu:{UUID}1"),
        ]

    def test_a_gpu_that_falls_off_while_nobody_looks(self, watch: Watch) -> None:
        """A sampler that starts after the loss counts one less; the daemon knows better, and shows it as lost."""
        daemon = watch.machiai.start_daemon()
        watch.wait_status("ok")
        daemon.kill()
        daemon.wait()
        watch.gpus.set(count=1)
        watch.machiai.start_daemon()
        watch.wait_for(lambda: watch.gpu(1).get("trouble") == "lost", "the loss to be noticed")
        watch.wait_fresh()
        assert watch.kinds() == ["lost"]
        assert watch.gpu(1)["uuid"] == f"{UUID}1"

    def test_a_call_that_hangs(self, watch: Watch, settings: Settings, pushbullet: PushbulletServer) -> None:
        """Runs are ingested and alerted within two seconds meanwhile; the sampler is replaced, and told of once."""
        watch.machiai.environment |= {"MACHIAI_PUSHBULLET_TOKEN": TOKEN, "MACHIAI_PUSHBULLET_URL": pushbullet.url}
        daemon = watch.machiai.start_daemon()
        watch.wait_status("ok")
        watch.machiai.wait_ended(watch.machiai.detach("true"))  # what a push loads is loaded
        watch.wait_for(lambda: len(pushbullet.pushes) == 1, "the first push")
        before = watch.sampler(daemon)
        watch.gpus.set({"hang.nvmlDeviceGetUtilizationRates": 30})
        hung = time.time()
        took: list[float] = []
        for number in range(3):
            run = watch.machiai.detach(*python("print('one'); raise SystemExit(3)"))
            exit_record = watch.machiai.folder(run) / rundir.EXIT
            watch.wait_for(exit_record.exists, "the end")
            watch.wait_for(lambda count=number + 2: len(pushbullet.pushes) == count, "the push")
            ended = (rundir.read_json(exit_record) or {})["ended"]
            took.append(time.time() - ended)
            known = runs.get_run(watch.journal, run)
            assert known is not None
            assert (known.state, known.log_lines) == ("failed", 1)
        assert max(took) < 2.0, took
        watch.wait_for(lambda: "sampler_silent" in watch.kinds(), "the silence to be told", 60.0)
        assert 8 < time.time() - hung < 45
        watch.wait_for(lambda: watch.sampler(daemon) not in (None, before), "another sampler", 30.0)
        reading, host = watch.reading(), watch.reading(HOST)
        assert reading is not None
        assert host is not None
        assert reading.as_of < hung + 2  # what was last known, with its age
        assert time.time() - host.as_of < 6
        assert {one.status for one in heartbeats.read_heartbeats(watch.journal)} == {"ok"}
        watch.gpus.remove("hang.nvmlDeviceGetUtilizationRates")
        watch.wait_for(lambda: "sampler_back" in watch.kinds(), "the sampler to be back", 60.0)
        watch.wait_fresh()
        assert watch.kinds() == ["sampler_silent", "sampler_back"]

    def test_a_driver_that_was_upgraded(self, watch: Watch) -> None:
        """The mismatch is told once, in words, while runs are watched as ever; then that it is over."""
        watch.gpus.set({"err.nvmlInitWithFlags": 18})
        daemon = watch.machiai.start_daemon()
        watch.wait_status("mismatch")
        assert "reboot" in str((watch.reading() or Reading("", "", "", 0, {})).data["reason"]).lower()
        assert watch.machiai.wait_ended(watch.machiai.detach("true"))["state"] == "finished"
        daemon.kill()
        daemon.wait()
        watch.machiai.start_daemon()
        watch.wait_sample()
        assert watch.kinds() == ["driver"]
        assert watch.events()[0].detail["status"] == "mismatch"
        watch.gpus.remove("err.nvmlInitWithFlags")
        watch.wait_status("ok")
        assert watch.kinds() == ["driver", "recovered"]

    def test_no_gpu_at_all(self, watch: Watch) -> None:
        """A normal machine: said in the reading, nothing stays resident, the daemon is well, host and disks are read."""
        for name in watch.gpus.environment:
            del watch.machiai.environment[name]
        daemon = watch.machiai.start_daemon()
        watch.wait_status("no_library")
        watch.wait_for(lambda: watch.sampler(daemon) is None, "the sampler to end")
        watch.wait_for(lambda: watch.reading(HOST) and watch.reading(DISKS), "host and disks")
        assert watch.kinds() == []
        assert {one.status for one in heartbeats.read_heartbeats(watch.journal)} <= {"ok"}

    def test_eight_gpus_with_64_processes_each(self, watch: Watch) -> None:
        """All 512 are listed, those of a run as its own, with a fresh reading all the time."""
        run = watch.machiai.detach("sleep", "600")
        pid = watch.machiai.beat(run)["pid"]
        watch.gpus.set(count=8)
        for gpu in range(8):
            listed = [pid, *range(3_000_000 + 64 * gpu, 3_000_063 + 64 * gpu)]
            watch.gpus.set({f"gpu{gpu}.procs": ",".join(f"{one}:{1 << 20}" for one in listed)})
        watch.machiai.start_daemon()
        watch.wait_for(
            lambda: all(watch.processes(gpu).get(pid, {}).get("run") == run for gpu in range(8)), "the run on all GPUs"
        )
        assert [len(watch.processes(gpu)) for gpu in range(8)] == [64] * 8
        for _ in range(10):
            reading = watch.reading()
            assert reading is not None
            assert time.time() - reading.as_of < max(5.0, 3 * reading.data.get("interval", 0))
            time.sleep(0.3)  # the length of what is watched
        watch.wait_for(lambda: (one := watch.reading(USAGE)) is not None and len(one.data["gpus"]) == 8, "its usage")

    def test_an_xid(self, watch: Watch) -> None:
        """It is kept once, with its number, the GPU and the run that was there; the same again is another one."""
        watch.machiai.start_daemon()
        run = watch.machiai.detach("sleep", "600")
        watch.gpus.run_on(1, watch.machiai.beat(run)["pid"], GIB, 50)
        watch.wait_for(lambda: any(one["run"] == run for one in watch.processes(1).values()), "the run on the GPU")
        watch.gpus.xid(1, 79)
        watch.wait_for(lambda: watch.kinds() == ["xid"], "the XID")
        (event,) = watch.events()
        assert (event.subject, event.detail["xid"], event.detail["runs"]) == (f"gpu:{UUID}1", 79, [run])
        watch.gpus.xid(1, 79)
        watch.wait_for(lambda: watch.kinds() == ["xid", "xid"], "the second")
        watch.wait_fresh()
        assert watch.kinds() == ["xid", "xid"]

    def test_a_daemon_killed_again_and_again(self, watch: Watch) -> None:
        """Whatever it was about to tell, it is told once: errors grow and a GPU is lost while daemons are killed."""
        watch.gpus.set({"gpu0.ecc.uncorr": 1})
        for number in range(5):
            daemon = watch.machiai.start_daemon()
            watch.wait_sample()
            watch.gpus.set({"gpu0.ecc.uncorr": 2 + number, "gpu1.err": 15})
            time.sleep(0.15 * number)  # a different moment each time
            daemon.kill()
            daemon.wait()
        watch.machiai.start_daemon()
        watch.wait_for(
            lambda: sum(one.detail["grew"] for one in watch.events("ecc")) == 5, "all errors to be told", 40.0
        )
        watch.wait_fresh()
        assert sum(one.detail["grew"] for one in watch.events("ecc")) == 5
        assert len(watch.events("lost")) == 1

    def test_the_end_of_the_daemon_is_the_end_of_the_sampler(self, watch: Watch) -> None:
        """Killed or told to stop, it leaves none behind; told to stop, it stops within two seconds."""
        for number in (signal.SIGKILL, signal.SIGTERM):
            daemon = watch.machiai.start_daemon()
            watch.wait_for(lambda daemon=daemon: watch.sampler(daemon), "the sampler")
            sampler = watch.sampler(daemon)
            began = time.monotonic()
            daemon.send_signal(number)
            daemon.wait()
            assert time.monotonic() - began < 10.0
            watch.wait_for(lambda sampler=sampler: processes.status(sampler, None) == processes.GONE, "its end")


class FakeSampler:
    """In the place of the sampler's process: says what the test gives it."""

    def __init__(self) -> None:
        self.every, self.limit, self.is_silent = 1.0, 10.0, False
        self.stuck: list[int] = []
        self.lines: list[dict[str, Any]] = []

    def read(self) -> list[dict[str, Any]]:
        """All that waits."""
        lines, self.lines = self.lines, []
        return lines

    def fileno(self) -> int | None:
        """Nothing to wait for."""
        return None

    def close(self) -> None:
        """Nothing to end."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_030.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A monitor without a daemon around it."""

    def __init__(self, journal: sqlite3.Connection, settings: Settings) -> None:
        self.journal, self.settings = journal, settings
        self.sampler, self.clock = FakeSampler(), Clock()
        self.monitor = self.restart()

    def restart(self) -> Monitor:
        """Another monitor on the same journal, as after kill -9."""
        sampler = cast(SamplerProcess, self.sampler)
        self.monitor = Monitor(self.journal, self.settings, clock=self.clock, steady=self.clock, sampler=sampler)
        return self.monitor

    def say(self, *, at: float | None = None, **figures: Any) -> None:
        """One sample of one GPU."""
        gpu = {"index": 0, "uuid": "GPU-a", "name": "Fake", "trouble": None, "throttle": [], "processes": [], **figures}
        at = self.clock.now if at is None else at
        self.sampler.lines.append({"kind": "sample", "at": at, "status": "ok", "driver": "1", "gpus": [gpu]})

    def kinds(self) -> list[str]:
        """Of all events, oldest first."""
        return [event.kind for event in machines.events_since(self.journal, 0.0)][::-1]


@pytest.fixture(name="bench")
def _bench(journal: sqlite3.Connection, settings: Settings) -> Bench:
    return Bench(journal, settings)


def test_history(bench: Bench) -> None:
    """Every sample of two minutes is in the history, also those of a monitor that was killed in between."""
    begin = bench.clock.now
    for second in range(150):
        bench.clock.now = begin + second
        bench.say(utilisation=second % 100, temperature=50)
        bench.monitor.tick()
        if second in (20, 77):
            bench.restart()
    found = history.read_history(bench.journal, "gpu:GPU-a", ["utilisation", "temperature"], begin, begin + 150)
    assert sum(bucket.count for bucket in found["utilisation"]) == 150
    assert {bucket.last for bucket in found["temperature"]} == {50.0}
    host = history.read_history(bench.journal, f"host:{bench.monitor.here}", ["memory", "load"], begin, begin + 150)
    assert sum(bucket.count for bucket in host["memory"]) >= 70


def test_samples_that_waited_are_all_kept(bench: Bench) -> None:
    """Lines that came while the journal was locked make history; the newest is the reading."""
    begin = bench.clock.now
    for second in range(20):
        bench.say(at=begin + second, utilisation=second)
    bench.clock.now += 20
    bench.monitor.tick()
    found = history.read_history(bench.journal, "gpu:GPU-a", ["utilisation"], begin, begin + 30)["utilisation"]
    assert [bucket.last for bucket in found] == [float(second) for second in range(20)]
    reading = machines.read_reading(bench.journal, GPUS, bench.monitor.here)
    assert reading is not None
    assert reading.data["gpus"][0]["utilisation"] == 19


def test_silence_is_told_once(bench: Bench) -> None:
    """However long it lasts and however often the daemon is killed meanwhile; and so is its end."""
    bench.say()
    bench.monitor.tick()
    bench.sampler.is_silent = True
    for _ in range(3):
        for _ in range(3):
            bench.clock.now += 1
            bench.monitor.tick()
        bench.restart()
    assert bench.kinds() == ["sampler_silent"]
    bench.sampler.is_silent = False
    for _ in range(3):
        bench.clock.now += 1
        bench.say()
        bench.monitor.tick()
        bench.restart()
    assert bench.kinds() == ["sampler_silent", "sampler_back"]
    bench.sampler.is_silent = True
    bench.clock.now += 1
    bench.monitor.tick()
    assert bench.kinds() == ["sampler_silent", "sampler_back", "sampler_silent"]


def test_the_usage_of_ended_runs_is_forgotten(bench: Bench, settings: Settings) -> None:
    """Also of runs that ended while there was no daemon; other machines' runs are left alone."""
    gone = leave_run(settings.runs_folder, ended=bench.clock.now - 5)
    with bench.journal:
        for run, host in ((gone, bench.monitor.here), ("elsewhere", "another")):
            machines.record_reading(bench.journal, USAGE, run, host=host, as_of=bench.clock.now, data={})
    bench.restart().tick()
    bench.clock.now += 3
    bench.monitor.tick()
    assert [one.subject for one in machines.read_readings(bench.journal, USAGE)] == ["elsewhere"]


def test_what_runs_hold_is_counted(bench: Bench) -> None:
    """Over folds and kills, a GPU's time with a run is counted, that without use too; in silence it is not known."""
    pid, begin = os.getpid(), bench.clock.now
    manifest = {"id": "r1", "created": begin, "argv": ["python", "train.py"], "host": bench.monitor.here}
    with write(bench.journal):
        runs.record_launch(bench.journal, manifest, "/runs/r1")
        bench.journal.execute("UPDATE runs SET state = 'running', pid = ?", (pid,))
        bench.journal.execute(
            "INSERT INTO attempts (run_id, number, state, pid, start_ticks, boot_id) VALUES ('r1', 1, 'running', ?, ?, ?)",
            (pid, processes.start_ticks(pid), bench.monitor.boot_id),
        )
    for second in range(0, 1200, 2):
        bench.clock.now = begin + second
        if second < 800 or second >= 1000:
            on_gpu = {"pid": pid, "kind": "C", "memory": GIB, "utilisation": 0 if 200 < second <= 300 else 90}
            bench.say(utilisation=50, processes=[on_gpu] if second < 1100 else [])
        bench.monitor.tick()
        if second in (100, 222, 500):
            bench.restart()
    bench.clock.now += 120
    bench.monitor.tick()
    held, idle = bench.journal.execute("SELECT sum(held), sum(idle) FROM gpu_use WHERE gpu = 'GPU-a'").fetchone()
    assert held == pytest.approx(800 + GAP_SECONDS + 100, abs=8)
    assert idle == pytest.approx(100, abs=4)
    found = history.read_history(bench.journal, "run:r1", ["gpu_utilisation", "on:GPU-a"], begin, begin + 1200)
    assert found["gpu_utilisation"]
    assert not found["on:GPU-a"]


def test_reservations_and_the_queue_are_in_the_reading(bench: Bench, settings: Settings) -> None:
    """What the claims say is published with the GPUs, in the journal and beside it; and that nobody claims any more."""
    bench.say(memory_used=0, memory_total=24 * GIB)
    (sample,) = bench.sampler.lines
    for run in ("first", "second"):
        claims.ask(settings.home, run, run, 1, sample, within=None, wait=True, now=bench.clock.now)
    bench.monitor.tick()
    latest = json.loads((settings.home / LATEST).read_text())
    reading = machines.read_reading(bench.journal, GPUS, bench.monitor.here)
    assert reading is not None
    for data in (latest, reading.data):
        assert data["reserved"] == {"GPU-a": "first"}
        assert [(one["run"], one["count"], one["place"]) for one in data["queue"]] == [("second", 1, 1)]
    for run in ("first", "second"):
        claims.release(settings.home, run)
    bench.clock.now += 2
    bench.say()
    bench.monitor.tick()
    latest = json.loads((settings.home / LATEST).read_text())
    assert (latest["reserved"], latest["queue"], latest["status"]) == ({}, [], "ok")


def test_a_disk_that_hangs_keeps_nothing_else(journal: sqlite3.Connection, settings: Settings) -> None:
    """It is in the reading without figures; the others have theirs, and their history."""

    def hang(path: str) -> os.statvfs_result:
        if path == "/dev/shm":
            time.sleep(3)
        return os.statvfs(path)

    watch = DiskWatch(journal, settings, disks=Disks(statvfs=hang, patience=0.2))
    watch.tick()
    (reading,) = machines.read_readings(journal, DISKS)
    by_path = {disk["path"]: disk for disk in reading.data["disks"]}
    assert by_path["/dev/shm"]["note"] == "the filesystem does not answer"
    others = [disk for path, disk in by_path.items() if path != "/dev/shm"]
    assert others
    assert all(disk["free"] > 0 for disk in others)
    now = time.time()
    subject = f"disk:{watch.here}:{others[0]['path']}"
    found = history.read_history(journal, subject, ["free"], now - 60, now + 60)["free"]
    assert [bucket.last for bucket in found] == [pytest.approx(others[0]["free"], rel=1e-4)]


def test_days_to_full_come_from_the_history(journal: sqlite3.Connection, settings: Settings) -> None:
    """A disk that lost a gigabyte each ten minutes for two hours is told when it will be full."""
    clock = Clock()
    answer = [os.statvfs_result((4096, 4096, 1 << 30, 0, 25 << 20, 77, 70, 60, 0, 255))]
    watch = DiskWatch(journal, settings, clock=clock, disks=Disks(statvfs=lambda _: answer[0]))
    for minute in range(121):
        clock.now += 60
        free = (25 << 20) - minute * (1 << 18) // 10
        answer[0] = os.statvfs_result((4096, 4096, 1 << 30, 0, free, 77, 70, 60, 0, 255))
        watch.tick()
    (reading,) = machines.read_readings(journal, DISKS)
    disk = reading.data["disks"][0]
    assert disk["per_day"] == pytest.approx(144 * GIB, rel=0.05)
    assert disk["full_at"] - clock.now == pytest.approx(disk["free"] / (144 * GIB) * 86400, rel=0.05)
