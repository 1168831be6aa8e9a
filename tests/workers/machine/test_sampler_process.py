"""The sampler as the daemon keeps it: heard, replaced when silent or dead, left behind when it cannot be killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from workers.machine import processes
from workers.machine.sampler_process import MOST_STUCK, SamplerProcess, start_process

WaitFor = Callable[..., None]
SAMPLE = '{"kind": "sample", "status": "ok", "at": 1.0, "gpus": []}'
SAYS_AND_SLEEPS = f"import time\nprint('{SAMPLE}', flush=True)\ntime.sleep(600)"
SAYS_AND_ENDS = 'print(\'{"kind": "sample", "status": "no_library"}\', flush=True)'
CRASHES = "raise SystemExit('the driver is not what it was')"
ODD = f"""
import sys, time
write = sys.stdout.write
write('no json\\n[1]\\n{SAMPLE}\\n{SAMPLE[:20]}')
sys.stdout.flush()
time.sleep(0.3)
write('{SAMPLE[20:]}\\n' + '{{"kind": "xid", "xid": 79, "pad": "' + 'x' * 300000 + '"}}\\n')
sys.stdout.flush()
time.sleep(600)
"""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Unkillable(subprocess.Popen[bytes]):
    """A process that sits in the driver: no signal reaches it."""

    def kill(self) -> None:
        """As the kernel has it: the signal waits until the call returns, which it does not."""


Keep = Callable[..., SamplerProcess]


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="keep")
def _keep(tmp_path: Path, clock: Clock) -> Iterator[Keep]:
    """Makes a keeper of a program; what it started is ended with the test."""
    started: list[subprocess.Popen[bytes]] = []
    kept: list[SamplerProcess] = []

    def keep(
        code: str, *, every: float = 1.0, start: Any = start_process, driver: Path | None = None
    ) -> SamplerProcess:
        (tmp_path / "sampler.py").write_text(code)

        def record(argv: Sequence[str]) -> "subprocess.Popen[bytes]":
            process: subprocess.Popen[bytes] = start(argv)
            started.append(process)
            return process

        sampler = SamplerProcess(
            every,
            program=tmp_path / "sampler.py",
            start=record,
            clock=clock,
            driver=driver or tmp_path / "no driver",
        )
        kept.append(sampler)
        return sampler

    yield keep
    for sampler in kept:
        sampler.close()
    for process in started:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def hear(sampler: SamplerProcess, wait_for: WaitFor, count: int = 1) -> list[dict[str, Any]]:
    """What it says, when there are so many lines of it."""
    lines: list[dict[str, Any]] = []

    def come() -> bool:
        lines.extend(sampler.read())
        return len(lines) >= count

    wait_for(come, f"{count} lines")
    return lines


def test_lines_come_whole(keep: Keep, wait_for: WaitFor) -> None:
    """Lines that are no objects are passed over; one in two parts, and one larger than a pipe, come whole."""
    lines = hear(keep(ODD), wait_for, 3)
    assert [line["kind"] for line in lines] == ["sample", "sample", "xid"]
    assert len(lines[2]["pad"]) == 300_000


def test_it_is_told_how_often(keep: Keep, wait_for: WaitFor, clock: Clock) -> None:
    """The interval is on its command line; a changed one replaces the sampler at once."""
    says = "import json, sys, time\nprint(json.dumps({'kind': 'sample', 'status': 'ok', 'argv': sys.argv[1:]}), flush=True)\ntime.sleep(600)"
    sampler = keep(says, every=0.5)
    assert hear(sampler, wait_for)[0]["argv"] == ["--every", "0.5"]
    first = sampler.pid
    sampler.every = 2.0
    wait_for(lambda: sampler.read() is not None and sampler.pid not in (first, None), "another sampler")
    assert hear(sampler, wait_for)[0]["argv"] == ["--every", "2.0"]
    assert not sampler.is_silent


def test_reading_never_waits(keep: Keep) -> None:
    """A sampler that says nothing costs a caller no time."""
    sampler = keep("import time\ntime.sleep(600)")
    sampler.read()
    began = time.monotonic()
    for _ in range(100):
        assert sampler.read() == []
    assert time.monotonic() - began < 5


def test_silence(keep: Keep, wait_for: WaitFor, clock: Clock) -> None:
    """After ten seconds of silence, not before, it is killed and replaced, and heard again."""
    sampler = keep(SAYS_AND_SLEEPS)
    hear(sampler, wait_for)
    first = sampler.pid
    clock.now += 9.9
    assert sampler.read() == []
    assert (sampler.pid, sampler.is_silent) == (first, False)
    clock.now += 0.2
    sampler.read()
    wait_for(lambda: sampler.read() == [] and sampler.pid is None, "its end")
    assert sampler.is_silent
    assert first is not None
    assert processes.status(first, None) == processes.GONE
    clock.now += 1.1
    hear(sampler, wait_for)
    assert sampler.pid not in (first, None)
    assert (sampler.is_silent, sampler.restarts, sampler.stuck) == (False, 1, [])


@pytest.mark.parametrize(("every", "patience"), [(0.1, 10.0), (4.0, 20.0)])
def test_patience_follows_the_interval(keep: Keep, every: float, patience: float) -> None:
    """Ten seconds, or five intervals where those are longer."""
    assert keep(SAYS_AND_SLEEPS, every=every).limit == patience


def test_a_slow_beginning(keep: Keep, clock: Clock) -> None:
    """A driver that wakes its GPUs first has half a minute for the first line."""
    sampler = keep("import time\ntime.sleep(600)")
    sampler.read()
    clock.now += 29
    sampler.read()
    silent = [sampler.is_silent]
    clock.now += 2
    sampler.read()
    assert [*silent, sampler.is_silent] == [False, True]


def test_trouble_is_said_more_slowly(keep: Keep, wait_for: WaitFor, clock: Clock) -> None:
    """A sampler that tries again every ten seconds is not silent between two lines."""
    sampler = keep(SAYS_AND_SLEEPS.replace('"ok"', '"mismatch"'))
    hear(sampler, wait_for)
    first = sampler.pid
    clock.now += 25
    sampler.read()
    assert (sampler.pid, sampler.is_silent) == (first, False)


def test_one_that_crashes_is_started_again_ever_more_slowly(
    keep: Keep, wait_for: WaitFor, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The pauses double up to a minute, and what it died of is logged."""
    sampler = keep(CRASHES)
    pauses = []
    for _ in range(8):
        wait_for(lambda: sampler.read() == [] and sampler.pid is None, "its end")
        began = clock.now
        while sampler.pid is None:
            clock.now += 0.5
            sampler.read()
        pauses.append(clock.now - began)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "the driver is not what it was" in caplog.text


def test_no_library(keep: Keep, wait_for: WaitFor, clock: Clock, tmp_path: Path) -> None:
    """Without GPUs nothing stays resident: it is asked again after pauses that grow to ten minutes."""
    sampler = keep(SAYS_AND_ENDS)
    pauses = []
    for _ in range(8):
        hear(sampler, wait_for)
        wait_for(lambda: sampler.read() == [] and sampler.pid is None, "its end")
        assert sampler.is_resting
        assert not sampler.is_silent
        began = clock.now
        while sampler.pid is None:
            clock.now += 10
            sampler.read()
        pauses.append(clock.now - began)
    assert pauses == [10, 20, 40, 80, 160, 320, 600, 600]


def test_a_driver_that_appears(keep: Keep, wait_for: WaitFor, clock: Clock, tmp_path: Path) -> None:
    """When the kernel module is loaded, the sampler is started at once."""
    sampler = keep(SAYS_AND_ENDS, driver=tmp_path / "nvidia")
    hear(sampler, wait_for)
    wait_for(lambda: sampler.read() == [] and sampler.pid is None, "its end")
    (tmp_path / "sampler.py").write_text(SAYS_AND_SLEEPS)
    sampler.read()
    assert sampler.pid is None
    (tmp_path / "nvidia").mkdir()
    assert hear(sampler, wait_for)[0]["status"] == "ok"
    assert not sampler.is_resting


def test_those_that_cannot_be_killed_are_left_behind(keep: Keep, wait_for: WaitFor, clock: Clock) -> None:
    """Three of them, counted; then none is started any more until one of them lets go."""
    programs = [["sleep", "600"]] * MOST_STUCK

    def start(argv: Sequence[str]) -> "subprocess.Popen[bytes]":
        argv = programs.pop() if programs else argv
        return Unkillable(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)

    sampler = keep(SAYS_AND_SLEEPS, start=start)
    sampler.read()
    for _ in range(400):
        clock.now += 1
        sampler.read()
    assert len(sampler.stuck) == MOST_STUCK
    assert sampler.pid is None
    assert sampler.is_silent
    assert len({process.pid for process in sampler.stuck}) == MOST_STUCK
    freed = sampler.stuck[0]
    os.kill(freed.pid, signal.SIGKILL)
    freed.wait()
    hear(sampler, wait_for)
    assert len(sampler.stuck) == MOST_STUCK - 1
    assert not sampler.is_silent


def test_a_program_that_cannot_be_started(keep: Keep, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """No process to be had: logged, tried again after a pause, no exception."""

    def refuse(argv: Sequence[str]) -> "subprocess.Popen[bytes]":
        raise BlockingIOError(11, "Resource temporarily unavailable")

    sampler = keep("", start=refuse)
    assert sampler.read() == sampler.read() == []
    assert caplog.text.count("cannot be started") == 1
    clock.now += 1.1
    sampler.read()
    assert caplog.text.count("cannot be started") == 2


def test_closing_ends_it(keep: Keep, wait_for: WaitFor) -> None:
    """Nothing is left of the sampler when its keeper closes, and no descriptor."""
    before = len(os.listdir("/proc/self/fd"))
    sampler = keep(SAYS_AND_SLEEPS)
    hear(sampler, wait_for)
    pid = sampler.pid
    sampler.close()
    assert pid is not None
    assert processes.status(pid, None) == processes.GONE
    assert len(os.listdir("/proc/self/fd")) == before
