"""What a process tree uses, on real processes and, for what cannot be arranged, on a /proc of our own making."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workers.machine import processes
from workers.machine.usage import Identity, Trees, look_at

WaitFor = Callable[..., None]
TICK = os.sysconf("SC_CLK_TCK")
BURN = "import sys, time\nwhile True: pass"
FORKS = """
import os, subprocess, sys, time
burner = subprocess.Popen([sys.executable, '-c', 'import time\\nwhile True: pass'])
sleeper = subprocess.Popen(['sleep', '600'], start_new_session=True)
time.sleep(600)
"""
SHORT = """
import subprocess, sys
while True:
    subprocess.run([sys.executable, '-S', '-c', 'sum(range(3_000_000))'])
"""
WRITES = """
import os, sys
sys.stdin.readline()
with open(sys.argv[1], 'wb') as file:
    for _ in range(64):
        file.write(b'x' * (1 << 20))
    file.flush()
    os.fsync(file.fileno())
print('done', flush=True)
sys.stdin.readline()
"""
ORPHANS = """
import os, subprocess, sys, time
subprocess.Popen(['sh', '-c', 'sleep 600 & sleep 600 & exit 0']).wait()
time.sleep(600)
"""


@pytest.fixture(name="start")
def _start() -> Iterator[Callable[..., tuple[subprocess.Popen[str], Identity]]]:
    """Starts Python code as the first process of a run, in a session of its own that is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> tuple[subprocess.Popen[str], Identity]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process, (process.pid, processes.start_ticks(process.pid) or 0)

    yield start
    for process in started:
        for pid in {*processes.family_of(process.pid), *processes.session_members(process.pid)}:
            if pid != process.pid:
                with contextlib.suppress(ProcessLookupError):  # short-lived, as some of them are to be
                    os.kill(pid, signal.SIGKILL)
        process.kill()
        process.communicate()


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeProc:
    """A /proc folder: processes as they are written into it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, pid: int, *, parent: int = 1, ticks: int = 5, cpu: int = 0, children: int = 0, **more: int) -> None:
        """A process: CPU in ticks, its own and of the children it waited for; ``io`` bytes read."""
        folder = self.root / str(pid)
        folder.mkdir(exist_ok=True)
        state, session, resident = ("S", more.get("session", 1), more.get("resident", 10))
        (folder / "stat").write_text(
            f"{pid} (a ) (b) {state} {parent} {pid} {session} 0 -1 0 0 0 0 0 {cpu} 0 {children} 0 20 0 3 0 {ticks} "
            f"1000000 {resident} 18446744073709551615 1 1\n"
        )
        if "io" in more:
            (folder / "io").write_text(f"rchar: 9\nread_bytes: {more['io']}\nwrite_bytes: 0\n")

    def end(self, pid: int) -> None:
        """The process is gone."""
        for file in (self.root / str(pid)).iterdir():
            file.unlink()
        (self.root / str(pid)).rmdir()


@pytest.fixture(name="proc")
def _proc(tmp_path: Path) -> FakeProc:
    return FakeProc(tmp_path)


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="trees")
def _trees(proc: FakeProc, clock: Clock) -> Trees:
    """Trees on that /proc; a process with start ticks above 100,000 began after the first look."""
    return Trees(proc=proc.root, clock=clock, boot_clock=lambda: clock.now)


class TestRealProcesses:
    """On this machine."""

    def test_a_whole_tree(
        self, start: Callable[..., tuple[subprocess.Popen[str], Identity]], wait_for: WaitFor
    ) -> None:
        """Children count, also one in a session of its own: processes, memory, threads, and a busy one's CPU."""
        process, root = start(FORKS)
        wait_for(lambda: len(processes.family_of(process.pid)) == 3, "the children")
        trees = Trees()
        trees.look({"a": root})
        time.sleep(1.0)  # the stretch that is measured
        usage = trees.look({"a": root})["a"]
        assert (usage["pid"], usage["processes"]) == (process.pid, 3)
        assert usage["threads"] >= 3
        assert usage["memory"] > 10 << 20
        assert 20 < usage["cpu"] < 140
        assert usage["missing"] == {}
        children = processes.descendants(process.pid)
        assert {trees.run_of(pid, processes.start_ticks(pid) or 0) for pid in children} == {"a"}

    def test_short_lived_children(self, start: Callable[..., tuple[subprocess.Popen[str], Identity]]) -> None:
        """What processes use that begin and end between two looks is counted by what their parent takes over."""
        _, root = start(SHORT)
        trees = Trees()
        trees.look({"a": root})
        figures = []
        for _ in range(4):
            time.sleep(0.5)  # the stretch that is measured
            figures.append(trees.look({"a": root})["a"]["cpu"])
        assert min(figures) >= 0
        assert 15 < sum(figures) / len(figures) < 140

    def test_input_and_output(
        self, start: Callable[..., tuple[subprocess.Popen[str], Identity]], tmp_path: Path
    ) -> None:
        """64 MiB written and synced are 64 MiB in the total and a rate above zero."""
        process, root = start(WRITES, str(tmp_path / "file"))
        trees = Trees()
        before = trees.look({"a": root})["a"]
        assert process.stdin and process.stdout
        print(file=process.stdin, flush=True)
        assert process.stdout.readline() == "done\n"
        after = trees.look({"a": root})["a"]
        assert 64 << 20 <= after["written_total"] - before["written_total"] < 80 << 20
        assert after["written"] > 1 << 20

    def test_orphans_of_the_session_count(
        self, start: Callable[..., tuple[subprocess.Popen[str], Identity]], wait_for: WaitFor
    ) -> None:
        """Grandchildren whose parent has ended belong to the run by its session."""
        process, root = start(ORPHANS)
        wait_for(lambda: len(processes.session_members(process.pid)) == 3, "the orphans")
        trees = Trees()
        wait_for(lambda: trees.look({"a": root})["a"]["processes"] == 3, "all three")

    def test_a_tree_that_ends(self, start: Callable[..., tuple[subprocess.Popen[str], Identity]]) -> None:
        """No process, no memory, no negative rate; and nothing is attributed to the run once it is over."""
        process, root = start(BURN)
        trees = Trees()
        trees.look({"a": root})
        process.kill()
        process.wait()
        usage = trees.look({"a": root})["a"]
        assert (usage["processes"], usage["memory"], usage["cpu"], usage["read"]) == (0, 0, 0.0, 0)
        assert trees.look({}) == {}
        assert trees.run_of(*root) is None

    def test_it_is_cheap(self, start: Callable[..., tuple[subprocess.Popen[str], Identity]]) -> None:
        """A look at a tree between two censuses costs well below a millisecond."""
        _, root = start("import time; time.sleep(600)")
        trees = Trees()
        trees.look({"a": root})
        began = time.thread_time()
        for _ in range(100):
            trees.look({"a": root})
        assert (time.thread_time() - began) / 100 < 0.001


class TestReckoning:
    """Rates over processes that come and go."""

    def test_a_child_that_ended_is_not_counted_twice(self, proc: FakeProc, trees: Trees, clock: Clock) -> None:
        """Of what the parent takes over, only what is new counts: 30 of its 130 ticks, and 20 of the parent's own."""
        proc.put(10, cpu=50)
        proc.put(11, parent=10, cpu=100, io=4000)
        (proc.root / "10" / "io").write_text("read_bytes: 100\nwrite_bytes: 0\n")
        trees.look({"a": (10, 5)})
        clock.now += 1
        proc.end(11)
        proc.put(10, cpu=70, children=130, io=100 + 4600)
        usage = trees.look({"a": (10, 5)})["a"]
        assert usage["cpu"] == pytest.approx(100 * 50 / TICK)
        assert usage["read"] == 600
        assert usage["read_total"] == 4700

    def test_a_parent_that_takes_nothing_over(self, proc: FakeProc, trees: Trees, clock: Clock) -> None:
        """Where the parent ignores its children's end, nothing is subtracted from its own time."""
        proc.put(10, cpu=50, io=0)
        proc.put(11, parent=10, cpu=100000, io=5000)
        trees.look({"a": (10, 5)})
        clock.now += 1
        proc.end(11)
        proc.put(10, cpu=60, io=0)
        usage = trees.look({"a": (10, 5)})["a"]
        assert usage["cpu"] == pytest.approx(100 * 10 / TICK)
        assert usage["read"] == 0

    def test_an_old_process_that_joins(self, proc: FakeProc, trees: Trees, clock: Clock) -> None:
        """What a process used before it was first seen is no burst; a younger one counts from its birth."""
        proc.put(10, io=0)
        trees.look({"a": (10, 5)})
        clock.now += 6
        proc.put(11, parent=10, ticks=50, cpu=9000, io=9000)
        proc.put(12, parent=10, ticks=int(1003 * TICK), cpu=60, io=6000)
        usage = trees.look({"a": (10, 5)})["a"]
        assert usage["processes"] == 3
        assert usage["cpu"] == pytest.approx(100 * 60 / TICK / 6, abs=0.06)
        assert usage["read"] == 1000

    def test_another_process_of_the_same_pid(self, proc: FakeProc, trees: Trees, clock: Clock) -> None:
        """A reused pid is another process: it does not belong, and its counters are not compared."""
        proc.put(10, io=0)
        proc.put(11, parent=10, cpu=500, io=0)
        trees.look({"a": (10, 5)})
        assert trees.run_of(11, 5) == "a"
        clock.now += 1
        proc.put(11, parent=1, ticks=777, cpu=100000, io=10**9)
        usage = trees.look({"a": (10, 5)})["a"]
        assert (usage["processes"], usage["cpu"], usage["read"]) == (1, 0.0, 0)
        assert trees.run_of(11, 777) is None

    def test_another_users_processes(self, proc: FakeProc, trees: Trees, clock: Clock) -> None:
        """Whose I/O may not be read has null there with the reason, and CPU and memory as ever."""
        proc.put(10, cpu=0)
        trees.look({"a": (10, 5)})
        clock.now += 1
        proc.put(10, cpu=TICK)
        usage = trees.look({"a": (10, 5)})["a"]
        assert (usage["cpu"], usage["read"], usage["written_total"]) == (100.0, None, None)
        assert "root" in usage["missing"]["read"]

    def test_a_run_within_a_run(self, proc: FakeProc, trees: Trees) -> None:
        """A process belongs to the nearest run above it, also where the outer one had it before."""
        proc.put(10)
        proc.put(11, parent=10)
        proc.put(12, parent=11)
        trees.look({"outer": (10, 5)})
        assert trees.run_of(12, 5) == "outer"
        found = trees.look({"outer": (10, 5), "inner": (11, 5)})
        assert (trees.run_of(12, 5), trees.run_of(10, 5)) == ("inner", "outer")
        assert (found["outer"]["processes"], found["inner"]["processes"]) == (1, 2)

    def test_one_that_moved_away_stays(self, proc: FakeProc, trees: Trees, clock: Clock) -> None:
        """A process once known to belong still does when its parent ends and it is in another session."""
        proc.put(10)
        proc.put(11, parent=10)
        proc.put(12, parent=11, session=12)
        trees.look({"a": (10, 5)})
        proc.end(11)
        proc.put(12, parent=1, session=12)
        proc.put(13, parent=12, session=12)
        clock.now += 6
        assert trees.look({"a": (10, 5)})["a"]["processes"] == 3
        assert trees.run_of(13, 5) == "a"

    def test_parents_in_a_circle(self, proc: FakeProc, trees: Trees) -> None:
        """Two moments of /proc may show a loop of parents; the census ends all the same."""
        proc.put(10)
        proc.put(20, parent=21)
        proc.put(21, parent=20)
        assert trees.look({"a": (10, 5)})["a"]["processes"] == 1


def test_a_hostile_name(proc: FakeProc) -> None:
    """A name with blanks and parentheses does not move the fields."""
    proc.put(10, parent=7, ticks=99, cpu=3)
    look = look_at(10, str(proc.root))
    assert look is not None
    assert (look.parent, look.start_ticks, look.cpu, look.threads) == (7, 99, 3, 3)
    assert look_at(11, str(proc.root)) is None
