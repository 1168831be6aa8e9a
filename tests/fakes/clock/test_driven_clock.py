"""The driven clocks: what Python reads of them, and how its threads wait by them."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.clock import DrivenClock, Moment

BEGIN = Moment(1_738_569_600.0, 500_000.0, 500_100.0)
READ = """
import datetime, sys, time
for line in sys.stdin:
    print(time.time(), time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME), datetime.datetime.now().timestamp(),
          flush=True)
"""
WAIT = """
import sys, threading, time
event = threading.Event()
def wait():
    event.wait(3600)
    print("woken", time.monotonic(), flush=True)
threading.Thread(target=wait).start()
began = time.monotonic()
time.sleep(0.05)
print("slept", time.monotonic() - began, flush=True)
sum(range(10_000_000))
print("counted", flush=True)
"""


def read(process: "subprocess.Popen[str]") -> list[float]:
    """What a process of READ says of its clocks."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return [float(part) for part in process.stdout.readline().split()]


@pytest.mark.parametrize("steady", [False, True])
def test_what_is_read(tmp_path: Path, steady: bool) -> None:
    """The wall clock shows what it is set to, at once, and stands still; the others are driven where that is wanted."""
    with DrivenClock(tmp_path, BEGIN) as clock:
        environment = clock.environment(steady=steady)
        argv = [sys.executable, "-c", READ]
        with subprocess.Popen(
            argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            for moment in (BEGIN, BEGIN, Moment(BEGIN.wall + 86400, BEGIN.steady + 3600, BEGIN.boot + 86400)):
                clock.set(moment)
                before = time.monotonic()
                wall, monotonic, boot, now = read(process)
                assert wall == now == moment.wall
                if steady:
                    assert (monotonic, boot) == (moment.steady, moment.boot)
                else:
                    assert before <= monotonic <= time.monotonic()
            with clock.running():
                first = read(process)[0]
                time.sleep(0.05)
                assert 0.04 < read(process)[0] - first < 5
            assert read(process)[0] == pytest.approx(clock.moment.wall, abs=1e-6)
            assert process.stdin is not None
            process.stdin.close()


def test_a_thread_waits_by_them(tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """An hour is over when the clock says so and not before; sleep and the threads' turns go by the true clock."""
    with DrivenClock(tmp_path, BEGIN) as clock:
        argv = [sys.executable, "-c", WAIT]
        with subprocess.Popen(argv, env=clock.environment(steady=True), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline().split() == ["slept", "0.0"]
            assert process.stdout.readline() == "counted\n"
            clock.settle(process.pid, 1)
            assert clock.waiting(process.pid) == [BEGIN.steady + 3600]
            clock.set(Moment(BEGIN.wall + 3599, BEGIN.steady + 3599, BEGIN.boot + 3599))
            clock.settle(process.pid, 1)
            assert process.poll() is None
            clock.set(Moment(BEGIN.wall + 3601, BEGIN.steady + 3601, BEGIN.boot + 3601))
            assert process.stdout.readline().split() == ["woken", str(BEGIN.steady + 3601)]
        assert process.returncode == 0
