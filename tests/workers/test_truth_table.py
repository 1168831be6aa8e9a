"""The truth table: each way a run can end, made to happen, and what we say of it then."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.pushbullet_server import PushbulletServer
from workers.machine import processes
from workers.runs import rundir

WaitFor = Callable[..., None]
COUNTING = "import time\nfor i in range(100000):\n    print('line', i, flush=True)\n    time.sleep(0.05)\n"
_V1_MEMORY = Path("/sys/fs/cgroup/memory")


@pytest.fixture(name="watched", autouse=True)
def _watched(machiai: Machiai) -> None:
    """A daemon watches, unless the test ends it."""
    machiai.start_daemon()


def script(folder: Path, code: str, name: str = "train.py") -> str:
    """A training script of the user's own, in a folder of its own."""
    path = folder / name
    path.write_text(textwrap.dedent(code))
    return str(path)


def judged(shown: dict[str, Any]) -> tuple[str, str]:
    """State and certainty."""
    return shown["state"], shown["certainty"]


class TestExits:
    """The command ended by itself, and the supervisor saw it."""

    def test_exit_zero_is_finished(self, machiai: Machiai) -> None:
        """Exit code 0 is finished, recorded, and needs no cause."""
        shown = machiai.wait_ended(machiai.detach("true"))
        assert (judged(shown), shown["exit_code"], shown["cause"]) == (("finished", "recorded"), 0, None)

    def test_sys_exit_is_failed_with_its_code(self, machiai: Machiai) -> None:
        """`sys.exit(3)` is failed, and the cause is its exit code."""
        shown = machiai.wait_ended(machiai.detach(*python("import sys; sys.exit(3)")))
        assert (judged(shown), shown["exit_code"], shown["cause"]) == (("failed", "recorded"), 3, "exit code 3")

    def test_an_exception_is_named_with_its_place(self, machiai: Machiai, tmp_path: Path) -> None:
        """An uncaught exception gives its last line, and the deepest line of the user's own code."""
        path = script(
            tmp_path,
            """\
            import json
            def load(text):
                return json.loads(text)
            load("{broken")
            """,
        )
        shown = machiai.wait_ended(machiai.detach(sys.executable, path))
        assert judged(shown) == ("failed", "recorded")
        assert shown["cause"].startswith("JSONDecodeError: Expecting property name")
        assert shown["cause"].endswith("(train.py:3)")

    def test_cuda_out_of_memory_has_sizes_and_place(self, machiai: Machiai, tmp_path: Path) -> None:
        """torch's out-of-memory error becomes one line with what was asked, what was free, and where."""
        path = script(
            tmp_path,
            """\
            class OutOfMemoryError(RuntimeError):
                pass
            OutOfMemoryError.__module__ = "torch"
            def step():
                raise OutOfMemoryError(
                    "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which "
                    "11.06 MiB is free. Including non-PyTorch memory, this process has 23.60 GiB memory in use."
                )
            step()
            """,
        )
        shown = machiai.wait_ended(machiai.detach(sys.executable, path))
        assert judged(shown) == ("failed", "recorded")
        assert shown["cause"] == (
            "CUDA out of memory: tried to allocate 20.00 GiB, 11.06 MiB free of 23.69 GiB on GPU 0 (train.py:5)"
        )

    def test_handled_tracebacks_do_not_make_a_failure(self, machiai: Machiai) -> None:
        """Exit 0 is finished, whatever tracebacks the log holds."""
        code = "import traceback\ntry:\n    1/0\nexcept ZeroDivisionError:\n    traceback.print_exc()\nprint('went on')"
        shown = machiai.wait_ended(machiai.detach(*python(code)))
        assert (judged(shown), shown["cause"]) == (("finished", "recorded"), None)

    def test_a_handled_traceback_is_not_the_cause_of_an_exit_code(self, machiai: Machiai) -> None:
        """A traceback that was handled long before `sys.exit(3)` is not blamed for it."""
        code = (
            "import traceback, sys\ntry:\n    1/0\nexcept ZeroDivisionError:\n    traceback.print_exc()\n"
            "for i in range(20): print('step', i)\nsys.exit(3)"
        )
        shown = machiai.wait_ended(machiai.detach(*python(code)))
        assert (judged(shown), shown["cause"]) == (("failed", "recorded"), "exit code 3")

    def test_command_not_found_is_127(self, machiai: Machiai) -> None:
        """A command that is not there is a failed run with exit code 127 and its name, said at once."""
        done = machiai.call("run", "--", "no-such-trainer", "--lr", "1")
        shown = machiai.wait_ended("last")
        assert done.returncode == 127
        assert "command not found: no-such-trainer" in done.stderr
        assert (judged(shown), shown["exit_code"]) == (("failed", "recorded"), 127)
        assert "no-such-trainer" in shown["cause"] and "127" in shown["cause"]

    def test_one_failing_rank_is_blamed(self, machiai: Machiai, tmp_path: Path) -> None:
        """Of several processes, the exception of the one that failed first is the cause."""
        pytest.importorskip("torch", reason="a light install has no torch: torchrun is not tried")
        path = script(
            tmp_path,
            """\
            import os, time
            rank = int(os.environ["RANK"])
            def step():
                if rank == 1:
                    raise ValueError("bad shard 7")
                time.sleep(60)
            step()
            """,
        )
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--rdzv-endpoint=127.0.0.1:0"]
        shown = machiai.wait_ended(machiai.detach(*torchrun, path), seconds=90)
        assert judged(shown) == ("failed", "recorded")
        assert shown["cause"] == "ValueError: bad shard 7 (train.py:5)"

    def test_a_child_that_outlives_it_does_not_keep_it_running(self, machiai: Machiai) -> None:
        """The run ends when its main process ends, though a process it forked goes on."""
        code = "import os, time\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)\nprint('main done')"
        began = time.monotonic()
        shown = machiai.wait_ended(machiai.detach(*python(code)))
        assert judged(shown) == ("finished", "recorded")
        assert time.monotonic() - began < 30


class TestSignals:
    """The command was ended by a signal."""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
    def test_a_signal_from_elsewhere_is_killed(self, machiai: Machiai, number: signal.Signals) -> None:
        """SIGTERM, SIGKILL or a segmentation fault that the user did not ask for is killed, and named."""
        run = machiai.detach(*python(COUNTING))
        os.kill(machiai.beat(run)["pid"], number)
        shown = machiai.wait_ended(run)
        assert (judged(shown), shown["signal"]) == (("killed", "recorded"), number.name)
        assert number.name in shown["cause"]
        assert shown["exit_code"] is None

    def test_a_shell_that_reports_a_kill_is_killed_too(self, machiai: Machiai) -> None:
        """Where the command is a shell, its exit code 137 means that its own command was killed."""
        shown = machiai.wait_ended(
            machiai.detach("bash", "-c", f"{sys.executable} -c 'import os; os.kill(os.getpid(), 9)'; exit $?")
        )
        assert (judged(shown), shown["exit_code"]) == (("killed", "recorded"), 137)
        assert "SIGKILL" in shown["cause"]

    def test_the_kernels_oom_killer_is_named_with_evidence(self, machiai: Machiai, memory_cgroup: Path) -> None:
        """A kill by the kernel for memory says so, and shows the counter that proves it."""
        eat = "data = []\nwhile True: data.append(bytearray(1 << 20))"
        enter = f"echo $$ > {memory_cgroup}/cgroup.procs && exec {sys.executable} -c '{eat}'"
        shown = machiai.wait_ended(machiai.detach("sh", "-c", enter))
        assert (judged(shown), shown["signal"]) == (("killed", "recorded"), "SIGKILL")
        assert "out of memory" in shown["cause"]
        assert any("out-of-memory kills" in line or "kernel log" in line for line in shown["evidence"])

    def test_suspended_and_resumed(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """SIGSTOP leaves it running and suspended, SIGCONT running; both are noted with their times."""
        run = machiai.detach(*python(COUNTING))
        pid = machiai.beat(run)["pid"]
        os.kill(pid, signal.SIGSTOP)
        wait_for(lambda: machiai.show(run)["health"] == ["suspended"], "suspended")
        assert machiai.show(run)["state"] == "running"
        os.kill(pid, signal.SIGCONT)
        wait_for(lambda: machiai.show(run)["health"] == [], "resumed")
        assert judged(machiai.show(run)) == ("running", "recorded")


class TestStops:
    """The user asked."""

    def test_ctrl_c(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """Ctrl-C in the viewer's terminal is stopped, by the user, and which way."""
        viewer = machiai.start("run", "--", *python(COUNTING))
        wait_for(lambda: list(machiai.home.glob("runs/*/attempt-1/beat.json")), "the start")
        wait_for(lambda: machiai.show()["log"]["lines"] > 0, "output")
        viewer.send_signal(signal.SIGINT)
        assert viewer.wait(20) == 130
        shown = machiai.wait_ended("last")
        assert (judged(shown), shown["signal"]) == (("stopped", "recorded"), "SIGINT")
        assert shown["cause"] == "stopped by the user: Ctrl-C in the terminal (SIGINT)"

    def test_machiai_stop(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """`machiai stop` is stopped, also where the program catches it and exits 0."""
        code = COUNTING.replace("for", "try:\n  for", 1).replace("\n    ", "\n      ")
        run = machiai.detach(*python(code + "except KeyboardInterrupt:\n  print('saved')\n"))
        wait_for(lambda: machiai.show(run)["log"]["lines"] > 0, "output")
        assert machiai.call("stop", run).returncode == 0
        shown = machiai.wait_ended(run)
        assert (judged(shown), shown["exit_code"]) == (("stopped", "recorded"), 0)
        assert shown["cause"].startswith("stopped by the user: machiai stop")

    def test_stop_button(self, machiai: Machiai) -> None:
        """An intent of the dashboard is carried out by the daemon, and says so."""
        from store import intents
        from store.database import open_journal

        run = machiai.detach(*python(COUNTING))
        machiai.beat(run)
        machiai.show(run)
        with contextlib.closing(open_journal(machiai.home / "journal.db")) as journal:
            intents.ask(journal, intents.STOP_RUN, run, time.time())
        shown = machiai.wait_ended(run)
        assert (judged(shown), shown["signal"]) == (("stopped", "recorded"), "SIGINT")
        assert shown["cause"] == "stopped by the user: Stop button (SIGINT)"


class TestOurOwnDeaths:
    """Something of ours died, or the machine did."""

    def test_a_killed_viewer_changes_nothing(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """With its viewer killed the run goes on, and ends as it ends."""
        code = "import time\nfor i in range(40):\n    print('line', i, flush=True)\n    time.sleep(0.05)\n"
        viewer = machiai.start("run", "--", *python(code))
        wait_for(lambda: list(machiai.home.glob("runs/*/attempt-1/beat.json")), "the start")
        viewer.kill()
        assert machiai.show()["state"] == "running"
        shown = machiai.wait_ended("last")
        assert (judged(shown), shown["log"]["lines"]) == (("finished", "recorded"), 40)

    @pytest.mark.parametrize(
        ("last", "state", "cause"),
        [
            ("print('training finished')", "finished", None),
            ("raise RuntimeError('NaN in the loss')", "failed", "RuntimeError: NaN in the loss (<string>:5)"),
            ("pass", "lost", "gone without an exit record"),
        ],
    )
    def test_without_its_supervisor_the_log_tells(
        self, machiai: Machiai, tmp_path: Path, wait_for: WaitFor, last: str, state: str, cause: str | None
    ) -> None:
        """A run that outlives its supervisor is running; its end is inferred from its log, or lost."""
        gate = tmp_path / "gate"
        waiting = f"while not os.path.exists({str(gate)!r}):\n    time.sleep(0.02)\n"
        code = f"import time, os\nprint('working', flush=True)\n{waiting}{last}\n"
        run = machiai.detach(*python(code))
        beat = machiai.beat(run)
        wait_for(lambda: machiai.show(run)["state"] == "running", "running")
        os.kill(beat["supervisor_pid"], signal.SIGKILL)
        wait_for(lambda: "supervisor is gone" in " ".join(machiai.show(run)["evidence"]), "its supervisor missed")
        assert machiai.show(run)["state"] == "running"
        gate.touch()
        shown = machiai.wait_ended(run)
        assert (judged(shown), shown["cause"]) == ((state, "inferred"), cause)
        assert shown["evidence"]

    def test_both_killed_is_lost(self, machiai: Machiai) -> None:
        """Supervisor and training killed at once: lost, without an exit record."""
        run = machiai.detach(*python(COUNTING))
        beat = machiai.beat(run)
        os.kill(beat["supervisor_pid"], signal.SIGKILL)
        os.kill(beat["pid"], signal.SIGKILL)
        shown = machiai.wait_ended(run)
        assert (judged(shown), shown["cause"]) == (("lost", "inferred"), "gone without an exit record")
        assert shown["exit_code"] is None

    def test_a_reboot_is_lost(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """A run of another boot is lost: the machine rebooted, and never 'running'."""
        run = _abandon(machiai, wait_for, boot_id="00000000-0000-0000-0000-000000000000")
        machiai.start_daemon()
        shown = machiai.wait_ended(run)
        assert judged(shown) == ("lost", "inferred")
        assert shown["cause"].startswith("machine rebooted at")

    def test_a_reused_pid_is_not_the_run(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """Another process under the run's pid does not keep it running."""
        with subprocess.Popen(["sleep", "60"]) as stranger:
            run = _abandon(
                machiai, wait_for, pid=stranger.pid, start_ticks=1, supervisor_pid=stranger.pid, supervisor_ticks=1
            )
            machiai.start_daemon()
            shown = machiai.wait_ended(run)
            stranger.kill()
        assert judged(shown) == ("lost", "inferred")

    def test_all_that_happened_while_the_daemon_was_down(
        self, machiai: Machiai, pushbullet: PushbulletServer, wait_for: WaitFor
    ) -> None:
        """Runs that began and ended meanwhile are complete at its next start, with their own times, and pushed late."""
        machiai.call("daemon", "--stop")
        done = machiai.call("run", "--", *python("print('a'); print('b'); raise SystemExit(4)"))
        assert done.returncode == 4
        run = next((machiai.home / "runs").iterdir())
        _shift(run / "attempt-1" / rundir.EXIT, -3600.0)
        machiai.environment |= {"MACHIAI_PUSHBULLET_URL": pushbullet.url, "MACHIAI_PUSHBULLET_TOKEN": pushbullet.token}
        before = time.time()
        machiai.start_daemon()
        wait_for(lambda: pushbullet.pushes, "the push")
        shown = machiai.show(run.name)
        assert (judged(shown), shown["exit_code"], shown["log"]["lines"]) == (("failed", "recorded"), 4, 2)
        assert shown["ended"] < before - 3500
        [push] = pushbullet.pushes
        assert push["title"].startswith("✖ crashed")
        assert "1 h ago" in push["body"] or "happened" in push["body"]


def _abandon(machiai: Machiai, wait_for: WaitFor, **changes: object) -> str:
    """A run whose processes are gone while no daemon looked, its last beat altered."""
    machiai.call("daemon", "--stop")
    run = machiai.detach(*python(COUNTING))
    beat = machiai.beat(run)
    for name in ("supervisor", ""):
        pid, ticks = (beat["supervisor_pid"], beat["supervisor_ticks"]) if name else (beat["pid"], beat["start_ticks"])
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid, ticks=ticks: processes.status(pid, ticks) == processes.GONE, "its end")
    path = machiai.folder(run) / rundir.BEAT
    rundir.write_json(path, {**json.loads(path.read_text()), **changes})
    return run


def _shift(path: Path, seconds: float) -> None:
    """Move an exit record in time."""
    record = json.loads(path.read_text())
    record["started"] += seconds
    record["ended"] += seconds
    rundir.write_json(path, record)


class TestAttached:
    """It was running before it was watched; more of them in test_watching.py."""

    def test_the_kernel_log_names_the_killed(
        self, machiai: Machiai, memory_cgroup: Path, tmp_path: Path, wait_for: WaitFor
    ) -> None:
        """Where the kernel's log can be read, a kill for memory is told of an attached job too."""
        if not os.access("/dev/kmsg", os.R_OK):
            pytest.skip("NO KERNEL OOM KILL OF AN ATTACHED JOB TRIED: /dev/kmsg cannot be read here")
        gate = tmp_path / "gate"
        wait = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.02)\n"
        eat = "data = []\nwhile True: data.append(bytearray(1 << 20))"
        with subprocess.Popen([sys.executable, "-c", wait + eat], cwd=tmp_path) as job:
            (memory_cgroup / "cgroup.procs").write_text(str(job.pid))
            assert machiai.call("watch", str(job.pid), "--name", "eater").returncode == 0
            assert machiai.show("eater")["state"] == "running"
            gate.touch()
        assert job.returncode == -signal.SIGKILL
        shown = machiai.wait_ended("eater")
        if not any("kernel log" in line for line in shown["evidence"]):
            pytest.skip(f"NO KERNEL LOG OF THE KILL HERE: {shown['evidence']}")
        assert judged(shown) == ("killed", "inferred")
        assert shown["cause"] == "out of memory: the kernel killed it (SIGKILL)"

    def test_a_reboot_is_lost(self, machiai: Machiai) -> None:
        """Watched in another boot: lost, and not running."""
        with subprocess.Popen(["sleep", "600"]) as job:
            assert machiai.call("watch", str(job.pid), "--name", "old").returncode == 0
            run = machiai.show("old")["id"]
            machiai.call("daemon", "--stop")
            job.kill()
        path = machiai.folder(run) / rundir.BEAT
        rundir.write_json(path, {**json.loads(path.read_text()), "boot_id": "another"})
        machiai.start_daemon()
        shown = machiai.wait_ended(run)
        assert judged(shown) == ("lost", "inferred")
        assert shown["cause"].startswith("machine rebooted at")


@pytest.fixture(name="memory_cgroup")
def _memory_cgroup() -> Iterator[Path]:
    """A memory cgroup of 64 MB; skipped, loudly, where this user may not make one."""
    if (_V1_MEMORY / "memory.limit_in_bytes").exists():
        parent, limit, swap = _V1_MEMORY, "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"
    else:
        parent, limit, swap = Path("/sys/fs/cgroup"), "memory.max", "memory.swap.max"
    folder = parent / f"machiai-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / limit).write_text(str(64 << 20))
    except OSError as error:
        pytest.skip(f"NO KERNEL OOM KILL TRIED: a memory cgroup cannot be made here ({error})")
    with contextlib.suppress(OSError):
        (folder / swap).write_text(str(64 << 20) if swap.startswith("memory.memsw") else "0")
    yield folder
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            folder.rmdir()
            return
        except OSError:
            time.sleep(0.05)
