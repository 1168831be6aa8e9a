"""`machiai watch` on jobs started by hand, with the real daemon: what is found, and how their ends are told."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store import intents
from store.database import open_journal
from tests.fakes.by_hand import ByHand
from tests.fakes.command import Machiai
from workers.machine import processes

WaitFor = Callable[..., None]
PYTHON = sys.executable


@pytest.fixture(name="hand")
def _hand(tmp_path: Path) -> Iterator[ByHand]:
    """Jobs started by hand, in a folder of their own."""
    with ByHand(tmp_path / "work") as hand:
        yield hand


@pytest.fixture(autouse=True)
def _shown_as_typed(machiai: Machiai) -> None:
    """What is seen here has been kept a moment later: `show` takes as long as in a terminal."""
    machiai.shows_inside = False


@pytest.fixture(name="daemon")
def _daemon(machiai: Machiai) -> "subprocess.Popen[bytes]":
    """A daemon that watches."""
    return machiai.start_daemon()


def watch(machiai: Machiai, pid: int, *options: str) -> dict[str, Any]:
    """Watch a process; what the command says of it."""
    done = machiai.call("watch", str(pid), "--json", *options)
    assert done.returncode == 0, done.stderr + done.stdout
    (found,) = json.loads(done.stdout)
    return dict(found)


def loss(shown: dict[str, Any]) -> tuple[int, float]:
    """How many points its loss has, and the last step."""
    return shown["metrics"]["loss"]["count"], shown["metrics"]["loss"]["last_step"]


@pytest.mark.usefixtures("daemon")
class TestWaysOfStarting:
    """From the first line to the end, however it was started."""

    @pytest.mark.parametrize(
        ("script", "log"),
        [
            (f"exec {PYTHON} train.py > log 2>&1", "log"),
            (f"{PYTHON} train.py > out.log 2>&1 & wait", "out.log"),
            (f"nohup {PYTHON} train.py >> nohup.out 2>&1 & wait", "nohup.out"),
            (f"{PYTHON} train.py 2>&1 | tee tee.log", "tee.log"),
            (f"echo begin > old.log; {PYTHON} train.py >> old.log 2>&1", "old.log"),
        ],
    )
    def test_its_log_is_read_from_the_beginning_to_the_end(
        self, machiai: Machiai, hand: ByHand, script: str, log: str
    ) -> None:
        """A log redirected in any way is found by itself; every step is there once; the end is inferred from it."""
        pid = hand.start(script)
        found = watch(machiai, pid)
        assert found["log"]["path"] == str(hand.folder / log)
        hand.open_gate()
        shown = machiai.wait_ended(found["id"])
        assert (shown["state"], shown["certainty"], shown["exit_code"]) == ("finished", "inferred", None)
        assert loss(shown) == (400, 400.0)
        assert (shown["engine"], shown["pid"], shown["cwd"]) == ("attached", pid, str(hand.folder))
        assert abs(shown["ended"] - time.time()) < 10
        printed = machiai.call("log", found["id"]).stdout
        assert printed == (hand.folder / log).read_text()

    def test_a_table_as_log_is_not_read_twice(self, machiai: Machiai, hand: ByHand) -> None:
        """A log with the name of a metric file is the log, and nothing else."""
        pid = hand.start(f"exec {PYTHON} train.py > metrics.jsonl 2>&1")
        found = watch(machiai, pid)
        hand.open_gate()
        shown = machiai.wait_ended(found["id"])
        assert shown["metrics"]["loss"]["source"] == "log"
        assert loss(shown) == (400, 400.0)

    @pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: panes are not tried")
    def test_in_a_tmux_pane(self, machiai: Machiai, hand: ByHand, wait_for: WaitFor) -> None:
        """What the pane remembers and all it shows from then on; the pipe ends with the job; nothing is typed."""
        tmux = ["tmux", "-S", str(hand.folder / "tmux"), "-f", "/dev/null"]
        shell = "env PS1='$ ' sh"
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", "100", "-y", "20", shell],
            cwd=hand.folder,
            env={**hand.environment("gate"), "TERM": "xterm"},
            check=True,
        )
        try:
            wait_for(lambda: _screen(tmux).strip() == "$", "the prompt")
            subprocess.run([*tmux, "send-keys", f"{PYTHON} train.py", "Enter"], check=True)
            pid = hand.wait_began()
            found = watch(machiai, pid)
            assert found["log"]["kind"] == "pane"
            hand.open_gate()
            shown = machiai.wait_ended(found["id"])
            assert shown["state"] == "finished"
            assert loss(shown) == (400, 400.0)
            wait_for(lambda: not _writers(found["id"]), "the end of the pipe")
            assert _screen(tmux).count("train.py") == 1
        finally:
            subprocess.run([*tmux, "kill-server"], check=False)

    def test_torchrun(self, machiai: Machiai, hand: ByHand) -> None:
        """The launcher is watched; its workers' steps are read, and the exception of one is the cause."""
        pytest.importorskip("torch", reason="a light install has no torch: torchrun is not tried")
        pid = hand.start(
            f"exec {PYTHON} -m torch.distributed.run --nproc-per-node=1 --rdzv-endpoint=127.0.0.1:0 train.py > log 2>&1",
            FAIL="1",
        )
        stat = processes.read_stat(pid)
        assert stat is not None
        found = watch(machiai, stat.parent)
        hand.open_gate()
        shown = machiai.wait_ended(found["id"], 90)
        assert (shown["state"], shown["certainty"]) == ("failed", "inferred")
        assert shown["cause"].startswith("RuntimeError: NaN in the loss")

    def test_a_kernel_that_idles_goes_on(self, machiai: Machiai, hand: ByHand, wait_for: WaitFor) -> None:
        """A process that says it is done and lives on, as a notebook's kernel does, is running."""
        code = (
            "import os, time; print('Training finished.', flush=True); open('gate.began','w').write(str(os.getpid()))"
        )
        pid = hand.start(f'exec {PYTHON} -c "{code}; time.sleep(600)" ipykernel_launcher > log 2>&1')
        found = watch(machiai, pid, "--log", str(hand.folder / "log"))
        wait_for(lambda: machiai.show(found["id"])["log"]["lines"] == 1, "its line")
        time.sleep(1.5)  # longer than an end must be seen to be believed
        shown = machiai.show(found["id"])
        assert (shown["state"], shown["certainty"], shown["ended"]) == ("running", "recorded", None)

    def test_a_log_that_is_deleted(self, machiai: Machiai, hand: ByHand, wait_for: WaitFor) -> None:
        """Deleted before or while it is watched: nothing of it is lost, and nothing read twice."""
        before = hand.start(f"exec {PYTHON} train.py > before.log 2>&1", "one")
        (hand.folder / "before.log").unlink()
        while_ = hand.start(f"exec {PYTHON} train.py > while.log 2>&1", "two")
        found = [watch(machiai, before), watch(machiai, while_)]
        assert [one["log"]["kind"] for one in found] == ["deleted", "file"]
        wait_for(lambda: all(machiai.show(one["id"])["metrics"] for one in found), "their first points")
        (hand.folder / "while.log").unlink()
        hand.open_gate("one")
        hand.open_gate("two")
        for one in found:
            shown = machiai.wait_ended(one["id"])
            assert (shown["state"], loss(shown)) == ("finished", (400, 400.0))
            assert len((machiai.folder(one["id"]) / "log").read_text().splitlines()) == 400


@pytest.mark.usefixtures("daemon")
class TestEnds:
    """How it ended, as far as can be told."""

    def test_an_exception(self, machiai: Machiai, hand: ByHand) -> None:
        """A traceback at the end is failed, inferred, with its cause and place."""
        found = watch(machiai, hand.start(f"exec {PYTHON} train.py > log 2>&1", FAIL="1"))
        hand.open_gate()
        shown = machiai.wait_ended(found["id"])
        assert (shown["state"], shown["certainty"]) == ("failed", "inferred")
        assert shown["cause"] == "RuntimeError: NaN in the loss (train.py:11)"
        assert shown["evidence"][0] == "attached by PID: its exit code cannot be known"

    def test_killed_by_somebody_else(self, machiai: Machiai, hand: ByHand) -> None:
        """`kill -9` leaves no trace: lost, and said why."""
        pid = hand.start(f"exec {PYTHON} train.py > log 2>&1")
        found = watch(machiai, pid)
        assert machiai.show(found["id"])["state"] == "running"
        time.sleep(0.3)  # seen alive a moment before
        os.kill(pid, signal.SIGKILL)
        killed = time.time()
        shown = machiai.wait_ended(found["id"])
        assert (shown["state"], shown["certainty"]) == ("lost", "inferred")
        assert shown["cause"] == "ended; nobody could record how: attached by PID"
        assert abs(shown["ended"] - killed) < 2

    def test_stopped_by_us(self, machiai: Machiai, hand: ByHand) -> None:
        """`machiai stop` reaches the job and what descends from it, and not the shell it was typed into."""
        pid = hand.start(f"{PYTHON} train.py > log 2>&1; sleep 600")
        found = watch(machiai, pid)
        assert machiai.call("stop", found["id"]).returncode == 0
        shown = machiai.wait_ended(found["id"])
        assert (shown["state"], shown["certainty"]) == ("stopped", "inferred")
        assert shown["cause"] == "stopped by the user: machiai stop (SIGINT)"
        assert hand.shells[0].poll() is None

    def test_suspended(self, machiai: Machiai, hand: ByHand, wait_for: WaitFor) -> None:
        """SIGSTOP shows as suspended, and SIGCONT ends that; both are kept with their times."""
        pid = hand.start(f"exec {PYTHON} train.py > log 2>&1")
        found = watch(machiai, pid)
        os.kill(pid, signal.SIGSTOP)
        wait_for(lambda: machiai.show(found["id"])["health"] == ["suspended"], "suspended")
        os.kill(pid, signal.SIGCONT)
        wait_for(lambda: machiai.show(found["id"])["health"] == [], "resumed")
        shown = machiai.call("show", found["id"]).stdout
        assert "suspended" in shown
        assert "resumed" in shown

    def test_asked_by_the_dashboard(self, machiai: Machiai, hand: ByHand, wait_for: WaitFor) -> None:
        """An intent is answered with the run that came of it; one about a process that is gone with why not."""
        pid = hand.start(f"exec {PYTHON} train.py > log 2>&1")
        detail = {"pid": pid, "start_ticks": processes.start_ticks(pid)}
        with contextlib.closing(open_journal(machiai.home / "journal.db")) as journal:
            first = intents.ask(journal, intents.WATCH_PID, None, time.time(), detail)
            intents.ask(journal, intents.WATCH_PID, None, time.time(), {"pid": pid, "start_ticks": 1})
            wait_for(lambda: not intents.open_intents(journal), "the answers")
            second, answered = intents.latest_intents(journal, intents.WATCH_PID, 0.0)
        assert (answered.id, answered.state) == (first, "done")
        assert answered.run_id is not None
        assert answered.run_id in str(answered.answer)
        assert (second.state, second.answer) == (
            "refused",
            f"process {pid} has ended; another process goes by its number now",
        )
        wait_for(lambda: machiai.show(str(answered.run_id))["state"] == "running", "running")


class TestWithoutTheDaemon:
    """Daemons come and go."""

    def test_killed_and_started_again(self, machiai: Machiai, hand: ByHand, wait_for: WaitFor) -> None:
        """Nothing is lost or repeated; an end in between is dated by the last sign of life."""
        daemon = machiai.start_daemon()
        pid = hand.start(f"exec {PYTHON} train.py > log 2>&1")
        found = watch(machiai, pid)
        wait_for(lambda: machiai.show(found["id"])["metrics"], "points")
        daemon.kill()
        daemon.wait()
        hand.open_gate()
        wait_for(lambda: processes.status(pid, None) == processes.GONE, "the end")
        written = (hand.folder / "log").stat().st_mtime
        machiai.start_daemon()
        shown = machiai.wait_ended(found["id"])
        assert (shown["state"], loss(shown)) == ("finished", (400, 400.0))
        assert shown["ended"] == pytest.approx(written, abs=0.01)

    def test_without_any(self, machiai: Machiai, hand: ByHand) -> None:
        """The commands do what a daemon would; what to start is said."""
        pid = hand.start(f"exec {PYTHON} train.py > log 2>&1")
        done = machiai.call("watch", str(pid))
        assert done.returncode == 0
        assert "no daemon is running" in done.stderr
        assert machiai.show()["state"] == "running"
        hand.open_gate()
        shown = machiai.wait_ended("last")
        assert (shown["state"], loss(shown)) == ("finished", (400, 400.0))


class TestTheCommand:
    """What `machiai watch` says."""

    def test_twice_is_once(self, machiai: Machiai, hand: ByHand) -> None:
        """A second time it says which run watches it already, and that is no error."""
        pid = hand.start(f"exec {PYTHON} train.py > log 2>&1")
        first = watch(machiai, pid, "--name", "mine", "--tag", "a")
        done = machiai.call("watch", str(pid))
        assert done.returncode == 0
        assert f"process {pid} is watched already: mine · {first['id']}" in done.stdout
        assert len(list((machiai.home / "runs").iterdir())) == 1

    def test_several_of_which_one_is_gone(self, machiai: Machiai, hand: ByHand) -> None:
        """The others are watched; why one is not is said, and the exit code is 1."""
        pid = hand.start(f"exec {PYTHON} train.py > log 2>&1")
        done = machiai.call("watch", str(2**22 + 1), str(pid))
        assert done.returncode == 1
        assert "there is no process" in done.stderr
        assert f"watching process {pid}" in done.stdout

    def test_a_run_of_ours_is_watched_already(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """A launched run, and any process of it, is told to be watched."""
        run = machiai.detach("bash", "-c", "sleep 600 & wait")
        pid = machiai.beat(run)["pid"]
        wait_for(lambda: processes.descendants(pid), "its child")
        for one in (pid, *processes.descendants(pid)):
            found = watch(machiai, one)
            assert (found["id"], found["already"]) == (run, True)


def _writers(run_id: str) -> list[int]:
    """The processes that write what a pane shows to that run's log."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                words = Path("/proc", name, "cmdline").read_bytes()
                if b"pane_writer.py" in words and run_id.encode() in words:
                    found.append(int(name))
    return found


def _screen(tmux: list[str]) -> str:
    """What the first pane of a tmux shows and remembers."""
    done = subprocess.run([*tmux, "capture-pane", "-p", "-S", "-"], capture_output=True, text=True, check=True)
    return done.stdout
