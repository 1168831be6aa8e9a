"""What /proc says of other processes, read without disturbing them, whatever their names and words hold."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workers.machine.proc_folder import ProcFolder, ask_patiently, status_of, user_name


def test_a_process_of_ours() -> None:
    """Command line, environment, folder, owner and open files are those it was started with."""
    argv = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", "a b", "", "é\n"]
    folder = ProcFolder()
    with subprocess.Popen(argv, env={"A": "1=2", "B": ""}, cwd="/", stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline()  # before, it may still be being executed
        process = folder.process(child.pid)
        assert process is not None
        assert (process.parent, process.kernel) == (os.getpid(), False)
        assert folder.argv(child.pid) == argv
        environ = folder.environ(child.pid)
        assert (environ["A"], environ["B"]) == ("1=2", "")
        assert folder.cwd(child.pid) == "/"
        assert folder.owner(child.pid) == os.geteuid()
        output = folder.descriptor(child.pid, 1)
        assert output is not None
        assert output.target.startswith("pipe:[") and output.writable and not output.readable
        assert folder.targets(child.pid)[1] == output.target
        assert child.pid in folder.descendants(os.getpid())
        child.kill()


def test_a_process_that_is_gone() -> None:
    """Of a process that is gone everything is empty, and nothing raises."""
    folder, pid = ProcFolder(), 2**22 + 1
    assert (folder.process(pid), folder.owner(pid), folder.descriptor(pid, 1)) == (None, None, None)
    assert (folder.argv(pid), folder.environ(pid), folder.targets(pid), folder.cwd(pid)) == ([], {}, {}, "")


def test_flags_of_open_files(tmp_path: Path) -> None:
    """Reading, writing and appending are told apart."""
    with (tmp_path / "x").open("a") as adding, (tmp_path / "x").open() as reading:
        found = [ProcFolder().descriptor(os.getpid(), file.fileno()) for file in (adding, reading)]
    assert [(one.writable, one.readable, one.appending) for one in found if one] == [
        (True, False, True),
        (False, True, False),
    ]


def test_sleep_that_passes(tmp_path: Path) -> None:
    """A process that waits for a disk for a moment is asked when the moment is over; patience has an end."""
    (tmp_path / "5").mkdir()
    stat = "5 (x) {} 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 41 0"
    (tmp_path / "5" / "stat").write_text(stat.format("D"))
    (tmp_path / "5" / "cmdline").write_bytes(b"python\0")
    folder, before = ProcFolder(tmp_path), time.monotonic()
    assert folder.argv(5) == []
    assert 0.1 < time.monotonic() - before < 2
    (tmp_path / "5" / "stat").write_text(stat.format("S"))
    assert folder.argv(5) == ["python"]


def test_a_question_that_hangs(tmp_path: Path) -> None:
    """A filesystem that does not answer costs a second, and one that refuses is no answer."""
    os.mkfifo(tmp_path / "fifo")
    before = time.monotonic()
    assert ask_patiently((tmp_path / "fifo").read_bytes) is None
    assert time.monotonic() - before < 3
    os.close(os.open(tmp_path / "fifo", os.O_WRONLY))
    assert status_of(str(tmp_path / "missing")) is None
    assert status_of(str(tmp_path)) is not None


@pytest.mark.parametrize(("uid", "name"), [(0, "root"), (4242424, "4242424"), (None, "unknown")])
def test_names_of_users(uid: int | None, name: str) -> None:
    """A user without a name is a number."""
    assert user_name(uid) == name
