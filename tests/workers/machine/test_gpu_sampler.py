"""The sampler as a process: its lines, its pace, its end."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.fakes.nvml import GIB, FakeGpus
from tests.workers.machine.nvml_probe import check_sample
from workers.machine import processes
from workers.machine.gpu_sampler import CPU_SHARE, SLOWEST_SECONDS, Pace

PROGRAM = ROOT / "workers/machine/gpu_sampler.py"


class Sampler:
    """A running sampler whose lines are read one by one."""

    def __init__(self, gpus: FakeGpus, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(PROGRAM), *options],
            env={**os.environ, **gpus.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.rest = b""

    def line(self, seconds: float = 20.0) -> dict[str, Any] | None:
        """The next line; None when none comes within that time, or ever."""
        assert self.process.stdout
        deadline = time.monotonic() + seconds
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                return None
            self.rest += data
        text, _, self.rest = self.rest.partition(b"\n")
        line: dict[str, Any] = json.loads(text)
        if line["kind"] == "sample":
            check_sample(line)
        return line

    def until(self, kind: str, seconds: float = 20.0) -> dict[str, Any]:
        """The next line of that kind."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            line = self.line(deadline - time.monotonic())
            if line and line["kind"] == kind:
                return line
        pytest.fail(f"no line of kind {kind} within {seconds} s")

    def drain(self) -> list[dict[str, Any]]:
        """What is there to read now."""
        lines = []
        while line := self.line(0.01):
            lines.append(line)
        return lines


@pytest.fixture(name="gpus")
def _gpus(tmp_path: Path) -> FakeGpus:
    return FakeGpus(tmp_path / "nvml", 2)


@pytest.fixture(name="start")
def _start(gpus: FakeGpus) -> Iterator[Any]:
    started: list[Sampler] = []

    def start(*options: str, on: FakeGpus = gpus) -> Sampler:
        started.append(Sampler(on, *options))
        return started[-1]

    yield start
    for sampler in started:
        sampler.process.kill()
        sampler.process.communicate()


def test_one_line_a_sample(gpus: FakeGpus, start: Any) -> None:
    """Samples come as lines at the asked pace, each with what the driver says at that time."""
    sampler = start("--every", "0.1")
    first = sampler.line()
    gpus.set({"gpu1.util": 55})
    line = sampler.line()
    while line["gpus"][1]["utilisation"] != 55:
        line = sampler.line()
    assert 0 < line["at"] - first["at"] < 20
    assert line["interval"] >= 0.1 and first["count"] == 2


def test_once_says_one_line_and_ends(start: Any) -> None:
    """With --once there is one sample, and the end is a success."""
    sampler = start("--once")
    assert sampler.line()["status"] == "ok"
    assert sampler.line() is None
    assert sampler.process.wait(10) == 0


def test_nothing_stays_on_a_machine_without_a_driver(tmp_path: Path) -> None:
    """Without NVIDIA's library the sampler says so once and is gone, without a word on stderr."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-I", str(PROGRAM)], env=environment, capture_output=True, timeout=30)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if lines[0]["status"] in ("ok", "no_gpu"):
        pytest.skip("this machine has an NVIDIA driver of its own")
    assert [line["status"] for line in lines] == ["no_library"]
    assert (done.returncode, done.stderr) == (0, b"")


def test_it_keeps_trying_while_the_driver_does_not_work(gpus: FakeGpus, start: Any) -> None:
    """A driver that does not start is said in each line, and tried anew until it does."""
    gpus.set({"err.nvmlInitWithFlags": 18})
    sampler = start("--every", "0.1", "--retry", "0.2")
    assert [sampler.line()["status"] for _ in range(3)] == ["mismatch"] * 3
    gpus.remove("err.nvmlInitWithFlags")
    deadline = time.monotonic() + 20
    while sampler.line()["status"] != "ok":
        assert time.monotonic() < deadline


def test_a_lost_gpu_comes_back(gpus: FakeGpus, start: Any) -> None:
    """Live: one GPU is lost and comes back while the other is sampled all the time."""
    sampler = start("--every", "0.1")
    troubles = []
    for state in ("here", "lost", "here"):
        if state == "lost":
            gpus.set({"gpu0.err": 15})
        else:
            gpus.remove("gpu0.err")
        wanted = ["lost" if state == "lost" else None, None]
        deadline = time.monotonic() + 20
        while [gpu["trouble"] for gpu in (sampler.line())["gpus"]] != wanted:
            assert time.monotonic() < deadline
        troubles.append(wanted)
    assert troubles == [[None, None], ["lost", None], [None, None]]


def test_an_xid_is_said_at_once(gpus: FakeGpus, start: Any, tmp_path: Path) -> None:
    """The driver's XID event is a line of its own, with the GPU it was on."""
    sampler = start("--every", "5", "--kernel-log", str(tmp_path / "none"))
    sampler.line()
    line = None
    for _ in range(20):  # registered a moment after the first sample
        gpus.xid(1, 79)
        line = sampler.line(1)
        if line and line["kind"] == "xid":
            break
    assert line and line["kind"] == "xid"
    assert (line["xid"], line["index"], line["pid"], line["source"]) == (79, 1, None, "nvml")
    assert line["uuid"].endswith("01") and abs(line["at"] - time.time()) < 20


def test_an_xid_of_a_gpu_that_was_lost_at_first(gpus: FakeGpus, start: Any, tmp_path: Path) -> None:
    """A GPU that comes back while we sample has its XIDs told, too."""
    gpus.set({"gpu1.err": 15})
    sampler = start("--every", "0.2", "--kernel-log", str(tmp_path / "none"))
    assert sampler.line()["gpus"][1]["uuid"] is None
    gpus.remove("gpu1.err")
    deadline = time.monotonic() + 40
    while (line := sampler.line())["kind"] != "sample" or line["gpus"][1]["trouble"]:
        assert time.monotonic() < deadline
    while (line := sampler.line())["kind"] != "xid":
        assert time.monotonic() < deadline
        gpus.xid(1, 94)
    assert (line["xid"], line["index"]) == (94, 1)


def test_xids_go_on_after_the_wait_for_them_failed(gpus: FakeGpus, start: Any, tmp_path: Path) -> None:
    """A wait that fails, as it does when one GPU is lost, is taken up again."""
    sampler = start("--every", "0.2", "--kernel-log", str(tmp_path / "none"))
    gpus.set({"err.nvmlEventSetWait_v2": 15})
    sampler.line()
    time.sleep(1.5)
    gpus.remove("err.nvmlEventSetWait_v2")
    deadline = time.monotonic() + 40
    while (line := sampler.line())["kind"] != "xid":
        assert time.monotonic() < deadline
        gpus.xid(0, 74)
    assert line["xid"] == 74


def test_an_xid_of_the_kernel_log(gpus: FakeGpus, start: Any, tmp_path: Path) -> None:
    """An XID that only the kernel tells names the process; told by both, it is one line."""
    log = tmp_path / "kmsg"
    log.write_text("NVRM: Xid (PCI:0000:01:00): 48, old\n")
    sampler = start("--every", "0.2", "--kernel-log", str(log))
    sampler.line()
    deadline = time.monotonic() + 20
    while True:  # the log is opened a moment after the first sample
        with log.open("a") as file:
            file.write("NVRM: Xid (PCI:0000:01:00): 31, pid=4242, name=python\n")
        lines = [line for line in (sampler.line(), *sampler.drain()) if line and line["kind"] == "xid"]
        if lines:
            break
        assert time.monotonic() < deadline
    assert (lines[0]["xid"], lines[0]["pid"], lines[0]["index"], lines[0]["source"]) == (31, 4242, 0, "kernel")
    time.sleep(1.2)  # those that were written in between
    sampler.drain()
    with log.open("a") as file:
        file.write("NVRM: Xid (PCI:0000:02:00): 63, pid=77, name=x\n")
    gpus.xid(1, 63)
    assert sampler.until("xid")["xid"] == 63
    gpus.xid(0, 64)
    following = sampler.until("xid")
    assert (following["xid"], following["source"]) == (64, "nvml")


def test_a_hang_stops_the_lines_and_nothing_else(gpus: FakeGpus, start: Any) -> None:
    """While a call hangs there is no line; afterwards the lines go on."""
    sampler = start("--every", "0.1")
    sampler.line()
    gpus.set({"gpu0.hang.nvmlDeviceGetUtilizationRates": 30})
    while sampler.line(1.5):
        pass
    assert sampler.process.poll() is None
    gpus.remove("gpu0.hang.nvmlDeviceGetUtilizationRates")
    assert sampler.until("sample", 5)["status"] == "ok"


@pytest.mark.parametrize("hangs", [False, True])
def test_it_ends_when_its_parent_is_gone(gpus: FakeGpus, wait_for: Any, hangs: bool) -> None:
    """A sampler without its parent ends by itself, also in the middle of a call that hangs."""
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(sys.argv[1:])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-I", "-c", code, sys.executable, "-I", str(PROGRAM), "--every", "0.1"],
        env={**os.environ, **gpus.environment},
        stdout=subprocess.PIPE,
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    try:
        ticks = processes.start_ticks(child)
        json.loads(parent.stdout.readline())
        if hangs:
            gpus.set({"hang.nvmlDeviceGetUtilizationRates": 60})
            while select.select([parent.stdout], [], [], 1.5)[0]:
                assert os.read(parent.stdout.fileno(), 65536)
        parent.kill()
        parent.wait()
        wait_for(lambda: processes.status(child, ticks) == processes.GONE, "the end of the sampler", 10)
    finally:
        if parent.poll() is None:
            parent.kill()
            parent.wait()
        parent.stdout.close()
        if processes.status(child, None) != processes.GONE:
            os.kill(child, signal.SIGKILL)


def test_it_ends_when_nobody_reads(start: Any) -> None:
    """A closed pipe ends it, quietly."""
    sampler = start("--every", "0.1")
    sampler.line()
    sampler.process.stdout.close()
    assert sampler.process.wait(10) == 0
    assert sampler.process.stderr.read() == b""


def test_it_is_lean(tmp_path: Path, start: Any) -> None:
    """With 8 GPUs and 64 processes it stays below 20 MB and half a percent of a core, and keeps its pace."""
    gpus = FakeGpus(tmp_path / "eight", 8)
    for pid in range(64):
        gpus.run_on(pid % 8, 1000 + pid, GIB, 1)
    sampler = start("--every", "0.5", on=gpus)
    lines = [sampler.line() for _ in range(6)]
    assert sum(len(gpu["processes"]) for gpu in lines[-1]["gpus"]) == 64
    status = Path(f"/proc/{sampler.process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident < 20_000, f"{resident} kB"
    assert max(line["seconds"] for line in lines[1:]) < 0.1


def test_the_pace_gives_way_to_the_cost() -> None:
    """Samples come as asked while they are cheap; dear ones come so much later that the share of a core is kept."""
    pace = Pace(1.0)
    assert pace.interval == 1.0
    pace.spend(0.001)
    assert pace.interval == 1.0
    for _ in range(100):
        pace.spend(0.02)
    assert pace.interval == pytest.approx(0.02 / CPU_SHARE, rel=0.01)
    for _ in range(100):
        pace.spend(5.0)
    assert pace.interval == SLOWEST_SECONDS


@pytest.mark.parametrize("arguments", [["--every"], ["--every", "soon"], ["--colour", "1"], ["now"]])
def test_arguments_it_does_not_know(arguments: list[str]) -> None:
    """A wrong command line is refused with the right one."""
    command = [sys.executable, "-I", str(PROGRAM), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and done.stderr.startswith("usage: gpu_sampler.py")
