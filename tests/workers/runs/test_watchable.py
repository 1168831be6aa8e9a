"""What cannot be watched is refused in plain words, with what to do, and left alone."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.errors import MachiaiError, WatchRefused
from tests.fakes.command import Machiai
from tests.workers.runs.jobs_by_hand import JobsByHand
from workers import lock
from workers.machine import processes
from workers.runs.discovery import examine
from workers.runs.watchable import name_of_ours, shorten

WaitFor = Callable[..., None]
ROOT = Path(__file__).resolve().parents[3]
KERNEL_STAT = (
    "{pid} (kworker/0:1 (x)) I 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 41 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 1\n"
)


@pytest.fixture(name="jobs")
def _jobs(tmp_path: Path) -> Iterator[JobsByHand]:
    """Jobs in a folder of their own."""
    folder = tmp_path / "project"
    folder.mkdir()
    with JobsByHand(folder) as jobs:
        yield jobs


def refusal(pid: int, proc: Path = Path("/proc")) -> str:
    """The words of the refusal to watch that."""
    with pytest.raises(WatchRefused) as refused:
        examine(pid, proc=proc)
    assert isinstance(refused.value, MachiaiError)
    return str(refused.value)


def test_a_process_that_is_gone() -> None:
    """A number that no process has says that it ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    assert f"there is no process {process.pid}: it has ended already" in refusal(process.pid)


def test_a_zombie(wait_for: WaitFor) -> None:
    """A process that ended and was not fetched by its parent is told from a living one."""
    with subprocess.Popen(["true"]) as process:
        wait_for(lambda: processes.status(process.pid, None) == processes.GONE, "the end")
        assert f"({os.path.basename('true')}) has ended already" in refusal(process.pid)


def test_a_thread(jobs: JobsByHand, wait_for: WaitFor) -> None:
    """The id of a thread leads to its process."""
    code = "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        jobs.started.append(process)
        tasks = Path(f"/proc/{process.pid}/task")
        wait_for(lambda: len(list(tasks.iterdir())) > 1, "the thread")
        thread = max(int(task.name) for task in tasks.iterdir())
        words = refusal(thread)
        process.kill()
    assert f"{thread} is a thread of process {process.pid}" in words
    assert f"`machiai watch {process.pid}`" in words


@pytest.mark.parametrize("pid", [0, -5, 1])
def test_numbers_of_nothing(pid: int) -> None:
    """Numbers that no training has: nonsense, and the first process of all."""
    assert "process" in refusal(pid) and "choose" in refusal(1)


def test_ourselves() -> None:
    """The process that asks is Machiai itself; so is a thread of it a thread."""
    assert "Machiai itself" in refusal(os.getpid())
    thread = threading.Thread(target=time.sleep, args=(1,))
    thread.start()
    assert f"thread of process {os.getpid()}" in refusal(thread.native_id or 0)
    thread.join()


def test_parts_of_machiai(machiai: Machiai, wait_for: WaitFor) -> None:
    """The daemon and the supervisor of a run are refused as what they are, and the run's own process names the run."""
    run = machiai.detach("sleep", "60")
    beat = machiai.beat(run)
    words = refusal(beat["pid"])
    assert f"belongs to run {run}" in words and f"`machiai show {run}`" in words
    assert "Machiai itself (supervisor)" in refusal(beat["supervisor_pid"])
    machiai.start("daemon")
    wait_for(lambda: lock.holder(machiai.home), "the daemon")
    assert "Machiai itself (daemon)" in refusal(lock.holder(machiai.home) or 0)


@pytest.mark.parametrize(
    ("argv", "ours"),
    [
        (["/x/python", "-I", "-m", "workers.cli", "daemon"], "daemon"),
        (["/x/python", "-I", "-m", "workers.cli", "watch", "5"], "watch"),
        (["/x/python", "-I", "-m", "workers.cli"], "machiai"),
        (["python3", "-m", "app"], "dashboard"),
        (["/x/python", "-I", "-m", "streamlit", "run", str(ROOT / "app/main.py")], "dashboard"),
        (["/x/python", "-I", "-S", str(ROOT / "workers/runs/supervisor.py"), "/r", "3", "4"], "supervisor"),
        (["/x/python", "-I", str(ROOT / "workers/machine/gpu_sampler.py"), "--every", "1.0"], "gpu_sampler"),
        (["/bin/sh", "/x/bin/machiai", "ls"], "machiai"),
        (["python", "-m", "streamlit", "run", "/elsewhere/app/main.py"], None),
        (["python", "train.py", "--code", "from workers.cli import main"], None),
        (["python", "-m", "app.train"], None),
        (["bash", "-c", "machiai ls"], None),
        (["vim", str(ROOT / "workers/runs/supervisor.py")], None),
        ([], None),
    ],
)
def test_command_lines_of_ours(argv: list[str], ours: str | None) -> None:
    """Machiai's own processes are told by their command lines, and nobody else's is taken for one."""
    assert name_of_ours(argv, str(ROOT)) == ours


def test_an_app_of_somebody_else(tmp_path: Path) -> None:
    """`python -m app` in another folder is another's program."""
    assert name_of_ours(["python", "-m", "app"], str(tmp_path)) is None


def test_a_part_of_the_kernel(tmp_path: Path) -> None:
    """A kernel's thread is told by its flag, whatever its name has in it."""
    (tmp_path / "77").mkdir()
    (tmp_path / "77" / "stat").write_text(KERNEL_STAT.format(pid=77))
    (tmp_path / "77" / "status").write_text("Name:\tkworker\nTgid:\t77\nUid:\t0\t0\t0\t0\n")
    assert "77 is a part of the kernel (kworker/0:1 (x))" in refusal(77, tmp_path)


def test_another_users(tmp_path: Path) -> None:
    """A process that may not be looked at says whose it is and as whom to ask."""
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: a refusal by the kernel is tried as root only, by becoming another user")
    code = (
        f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from store.errors import WatchRefused\nfrom workers.runs.discovery import examine\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try:\n    examine(int(sys.argv[1]))\nexcept WatchRefused as refused:\n    print(refused)"
    )
    with subprocess.Popen(["sleep", "60"]) as process:
        done = subprocess.run([sys.executable, "-c", code, str(process.pid)], capture_output=True, text=True)
        process.kill()
    assert "because it belongs to root" in done.stdout, done.stderr
    assert f"`machiai watch {process.pid}` as root" in done.stdout


def test_processes_that_are_hidden(tmp_path: Path) -> None:
    """Where /proc is mounted with hidepid, a process that is not to be seen may be another user's."""
    (tmp_path / "mounts").write_text("proc /proc proc rw,nosuid,hidepid=invisible 0 0\n")
    (tmp_path / "88").mkdir()
    assert "hidepid" in refusal(88, tmp_path)


def test_uninterruptible_sleep(tmp_path: Path, wait_for: WaitFor) -> None:
    """Of a process in uninterruptible sleep nothing is asked that could wait for it, and that is said."""
    if not shutil.which("gcc"):
        pytest.skip("gcc is NOT INSTALLED: no process can be put to uninterruptible sleep")
    (tmp_path / "deep.c").write_text(
        "#define _GNU_SOURCE\n#include <unistd.h>\n"
        "int main(void) { if (vfork() == 0) { sleep(60); _exit(0); } return 0; }\n"
    )
    subprocess.run(["gcc", "-o", tmp_path / "deep", tmp_path / "deep.c"], check=True)
    with (tmp_path / "log").open("wb") as log, subprocess.Popen([tmp_path / "deep"], stdout=log) as process:
        try:
            wait_for(lambda: "State:\tD" in Path(f"/proc/{process.pid}/status").read_text(), "the sleep")
            found = examine(process.pid)
        finally:
            for pid in (*processes.descendants(process.pid), process.pid):
                os.kill(pid, signal.SIGKILL)
    assert (found.argv, found.environ) == ([], {})
    assert found.log.path == str(tmp_path / "log")
    assert any("uninterruptible sleep" in note for note in found.notes)


def test_a_command_line_in_a_sentence() -> None:
    """Shown command lines hide secrets, and are short and of one line."""
    shown = shorten(["python", "train.py", "--api-key", "hunter2", "a\nb", "x" * 300])
    assert "hunter2" not in shown and "\n" not in shown and len(shown) == 100
