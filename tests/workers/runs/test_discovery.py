"""Real jobs, started in the ways people start them: where their output goes is found, or it is said why not."""

import os
import pty
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workers.runs.jobs_by_hand import JobsByHand
from workers.machine import processes
from workers.runs.discovery import NOTEBOOK, PLAIN, SHELL, SLURM, Discovery, examine

WaitFor = Callable[..., None]


@pytest.fixture(name="jobs")
def _jobs(tmp_path: Path) -> Iterator[JobsByHand]:
    """Jobs in a folder of their own."""
    folder = tmp_path / "project"
    folder.mkdir()
    with JobsByHand(folder) as jobs:
        yield jobs


def log_of(found: Discovery) -> tuple[str, str]:
    """Kind and file name of the chosen log."""
    return found.log.kind, Path(found.log.path or "").name


def names(found: Discovery) -> set[str]:
    """The names of the other files found."""
    return {Path(other.path).name for other in found.others if other.path}


def test_what_the_job_is(jobs: JobsByHand) -> None:
    """Command line, folder, user, environment and start time are those of the process."""
    before = time.time()
    pid = jobs.shell(f"{jobs.train} --lr 0.1 > log 2>&1", environment={"MARK": "here", "SECRET_TOKEN": "hunter2"})
    found = examine(pid)
    assert found.argv == [sys.executable, "train.py", "--lr", "0.1"]
    assert found.cwd == str(jobs.folder)
    assert found.environ["MARK"] == "here"
    assert (found.kind, found.start_ticks) == (PLAIN, processes.start_ticks(pid))
    assert before - 1 < found.started < time.time()
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "line",
    [
        "{train} > log 2>&1 &",
        "{train} &> log",
        "nohup {train} > log 2>&1 &",
        "setsid {train} >> log 2>&1 &",
        "({train}) > log 2>&1",
        "exec 3> log; {train} >&3 2>&3",
        "{{ cd . && {train}; }} 2>&1 > log | cat",
    ],
)
def test_a_file(jobs: JobsByHand, line: str) -> None:
    """Output redirected to a file is that file, however the shell was told."""
    pid = jobs.shell(line.format(train=jobs.train) + "\nwait")
    found = examine(pid)
    assert log_of(found) == ("file", "log")
    assert found.log.path == str(jobs.folder / "log")
    assert (found.log.pid, found.log.descriptor) == (pid, 1)
    assert any("log: its output goes there" in note for note in found.notes)


def test_nohup_without_a_file(jobs: JobsByHand) -> None:
    """`nohup` in a terminal writes nohup.out, and that it adds to it is said."""
    ruling, terminal = pty.openpty()
    try:
        pid = jobs.shell(f"nohup {jobs.train} & wait", stdin=terminal, stdout=terminal, stderr=terminal)
        found = examine(pid)
    finally:
        os.close(terminal)
        os.close(ruling)
    assert log_of(found) == ("file", "nohup.out")
    assert any("earlier jobs" in note for note in found.notes)


@pytest.mark.parametrize(
    ("line", "through"),
    [
        ("{train} | tee log", "tee"),
        ("{train} 2>&1 | tee -a log", "tee"),
        ("{train} 2>&1 | tee log > /dev/null &", "tee"),
        ("{train} > >(tee log) 2>&1", "tee"),
        ("{train} 2>&1 | cat | tee log", "cat"),
        ("{train} 2>&1 | tee log | cat > last", "tee"),
        ("{train} 2>&1 | sed -u s/loss/error/ > log", "sed"),
        ('{train} 2>&1 | while read -r line; do echo "$(date +%T) $line"; done > log', "bash"),
    ],
)
def test_pipes(jobs: JobsByHand, line: str, through: str) -> None:
    """A pipe is followed through whoever reads it, several in a row, to the file at its end."""
    pid = jobs.shell(line.format(train=jobs.train) + "\nwait")
    found = examine(pid)
    assert log_of(found) == ("file", "log")
    assert found.log.pid != pid
    assert through in (found.log.note or "")
    if "last" in line:
        assert names(found) == {"last"}


def test_a_named_pipe(jobs: JobsByHand) -> None:
    """A fifo in the file system is followed like any pipe."""
    os.mkfifo(jobs.folder / "fifo")
    pid = jobs.shell(f"tee log < fifo > /dev/null & {jobs.train} > fifo 2>&1")
    assert log_of(examine(pid)) == ("file", "log")


def test_two_files(jobs: JobsByHand) -> None:
    """Of two files the one with more is chosen, and the other is named."""
    pid = jobs.shell(f"head -c 9000 /dev/zero > err; {jobs.train} > out 2>> err")
    found = examine(pid)
    assert log_of(found) == ("file", "err")
    assert found.log.descriptor == 2
    assert names(found) == {"out"}
    assert any("out has less" in note for note in found.notes)


def test_errors_alone_in_a_file(jobs: JobsByHand) -> None:
    """Where standard output is thrown away, what stands in the file of standard error is taken."""
    pid = jobs.shell(f"{jobs.train} > /dev/null 2> err")
    assert log_of(examine(pid)) == ("file", "err")


def test_a_deleted_file(jobs: JobsByHand) -> None:
    """A log that was deleted is found through its descriptor, and a new file in its place is told apart."""
    pid = jobs.shell(f"{jobs.train} > log 2>&1")
    (jobs.folder / "log").unlink()
    found = examine(pid)
    assert log_of(found) == ("deleted", "log")
    assert b"step 0" in Path(f"/proc/{found.log.pid}/fd/{found.log.descriptor}").read_bytes()
    (jobs.folder / "log").write_text("another\n")
    found = examine(pid)
    assert log_of(found) == ("deleted", "log")
    assert "A new file stands" in (found.log.note or "")


def test_a_moved_file(jobs: JobsByHand) -> None:
    """A log that was renamed while the job runs is found under its new name."""
    pid = jobs.shell(f"{jobs.train} > log 2>&1")
    (jobs.folder / "log").rename(jobs.folder / "kept (deleted)")
    assert log_of(examine(pid)) == ("file", "kept (deleted)")


def test_an_empty_file(jobs: JobsByHand) -> None:
    """A log without a byte is the log all the same, and why it may be empty is said."""
    code = "import os, time; open('pid', 'w').write(str(os.getpid())); print('kept back'); time.sleep(60)"
    pid = jobs.shell(f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} > log 2>&1")
    found = examine(pid)
    assert log_of(found) == ("file", "log")
    assert any("PYTHONUNBUFFERED" in note for note in found.notes)


def test_thrown_away(jobs: JobsByHand) -> None:
    """Output to /dev/null is nothing to read, and the way out is said."""
    found = examine(jobs.shell(f"{jobs.train} > /dev/null 2>&1"))
    assert (found.log.kind, found.log.path) == ("none", None)
    assert any("cannot be read" in note and "/dev/null" in note for note in found.notes)


def test_closed(jobs: JobsByHand) -> None:
    """A process without standard output and error has no log."""
    code = "import os, time; os.close(1); os.close(2); open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
    found = examine(jobs.start([sys.executable, "-c", code]))
    assert found.log.kind == "none"


def test_a_log_it_has_open(jobs: JobsByHand) -> None:
    """Where the output cannot be read, a log file that the job writes by itself is taken; metric files are not."""
    code = (
        "import os, sys, time; log = open('train.log', 'w'); table = open('metrics.csv', 'w'); read = open('in.txt')\n"
        "log.write('step 1'); log.flush(); open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
    )
    (jobs.folder / "in.txt").write_text("words")
    found = examine(jobs.start([sys.executable, "-c", code]))
    assert log_of(found) == ("file", "train.log")
    assert not names(found)
    assert any("instead" in note for note in found.notes)
    found = examine(
        jobs.start([sys.executable, "-c", f"print('x' * 5000, flush=True)\n{code}"], stdout=subprocess.PIPE)
    )
    assert log_of(found) == ("file", "train.log")


def test_a_plain_terminal(jobs: JobsByHand) -> None:
    """A terminal cannot be read back; that is said with its name, who holds it, and what to do."""
    ruling, terminal = pty.openpty()
    name = os.ttyname(terminal)
    try:
        found = examine(jobs.shell(jobs.train, stdin=terminal, stdout=terminal, stderr=terminal))
    finally:
        os.close(terminal)
        os.close(ruling)
    assert (found.log.kind, found.log.path) == ("terminal", None)
    assert name in (found.log.note or "")
    assert f"process {os.getpid()}" in (found.log.note or "")
    assert any("--log PATH" in note for note in found.notes)


def test_script(jobs: JobsByHand) -> None:
    """The typescript of `script` is what its terminal showed."""
    pid = jobs.start(["script", "-q", "-f", "-c", jobs.train, "typescript"])
    assert log_of(examine(pid)) == ("file", "typescript")


def test_a_socket(jobs: JobsByHand) -> None:
    """Output into a socket cannot be read, and that is said."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        found = examine(jobs.shell(jobs.train, stdout=theirs, stderr=theirs))
    assert found.log.kind == "socket"
    assert any("--log PATH" in note for note in found.notes)


def test_another_program_reads_it(jobs: JobsByHand) -> None:
    """Output that a parent program collects is said to be read by it."""
    found = examine(jobs.start([sys.executable, "train.py"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    assert found.log.kind == "pipe"
    assert f"process {os.getpid()}" in (found.log.note or "")


def test_a_shell_script(jobs: JobsByHand) -> None:
    """Of a script that redirects its command inside, the command's log is found from the script's own pid."""
    (jobs.folder / "run.sh").write_text(f"echo begins\n{jobs.train} > inner.log 2>&1\necho over\n")
    jobs.start(["bash", "run.sh"])
    found = examine(jobs.started[-1].pid)
    assert found.kind == SHELL
    assert log_of(found) == ("file", "inner.log")


def test_a_shell_script_as_a_whole(jobs: JobsByHand) -> None:
    """A script whose output goes to a file has that file as its log, and so has its command."""
    (jobs.folder / "run.sh").write_text(f"echo begins\n{jobs.train}\necho over\n")
    pid = jobs.shell("exec bash run.sh > outer.log 2>&1")
    for one in (pid, jobs.started[-1].pid):
        assert log_of(examine(one)) == ("file", "outer.log")


def test_a_subshell_in_the_background(jobs: JobsByHand) -> None:
    """`(cd …; python … > log) &` is found with the path from the root."""
    (jobs.folder / "below").mkdir()
    pid = jobs.shell(
        f"(cd below; {shlex.quote(sys.executable)} ../train.py > here.txt 2>&1) &\nwait & cp /dev/null x;"
        " while [ ! -e below/pid ]; do sleep 0.05; done; mv below/pid pid; wait"
    )
    assert examine(pid).log.path == str(jobs.folder / "below" / "here.txt")


def test_slurm_by_scontrol(jobs: JobsByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the output goes to slurmstepd, Slurm is asked for the job's file."""
    tools = jobs.folder / "tools"
    tools.mkdir()
    (jobs.folder / "my slurm-7.out").write_text("step 1\n")
    answer = f"JobId=7 JobName=x StdErr={jobs.folder}/e StdIn=/dev/null StdOut={jobs.folder}/my slurm-%j.out Power="
    (tools / "scontrol").write_text(f"#!/bin/sh\n[ \"$4\" = 7 ] && echo '{answer}'\n")
    (tools / "scontrol").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    pid = jobs.start([sys.executable, "train.py"], environment={"SLURM_JOB_ID": "7"}, stdout=subprocess.PIPE)
    found = examine(pid)
    assert (found.kind, *log_of(found)) == (SLURM, "file", "my slurm-7.out")
    assert any("Slurm writes the output of its job 7" in note for note in found.notes)


def test_slurm_by_name(jobs: JobsByHand) -> None:
    """Without scontrol the file of Slurm's usual name is found where the job was submitted."""
    (jobs.folder / "slurm-9_2.out").write_text("step 1\n")
    environment = {"SLURM_JOB_ID": "11", "SLURM_ARRAY_JOB_ID": "9", "SLURM_ARRAY_TASK_ID": "2"}
    environment["SLURM_SUBMIT_DIR"] = str(jobs.folder)
    found = examine(jobs.start([sys.executable, "train.py"], environment=environment, stdout=subprocess.PIPE))
    assert log_of(found) == ("file", "slurm-9_2.out")


def test_a_kernel_of_a_notebook(jobs: JobsByHand) -> None:
    """A process called as a notebook's kernel is told as one, and what to do instead of reading its output."""
    package = jobs.folder / "ipykernel_launcher.py"
    package.write_text((jobs.folder / "train.py").read_text())
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "kernel.json"]
    found = examine(jobs.start(argv, environment={"JPY_SESSION_NAME": "/x/train.ipynb"}, stdout=subprocess.PIPE))
    assert (found.kind, found.log.kind) == (NOTEBOOK, "socket")
    assert any("/x/train.ipynb" in note for note in found.notes)
    assert any("TensorBoard" in note for note in found.notes)


def test_a_log_of_a_notebook(jobs: JobsByHand) -> None:
    """A log file that a cell has open is taken; that of the notebook's server, which the kernel inherits, is not."""
    package = jobs.folder / "ipykernel_launcher.py"
    package.write_text("kept = open('cell.log', 'w')\n" + (jobs.folder / "train.py").read_text())
    with (jobs.folder / "server.log").open("w") as server:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "kernel.json"]
        found = examine(jobs.start(argv, stdout=server, stderr=server, pass_fds=[server.fileno()]))
    assert log_of(found) == ("file", "cell.log")
    assert "server.log" not in names(found)


def test_a_worker_of_a_job(jobs: JobsByHand) -> None:
    """A worker is said to be one, and which process is the job's top."""
    code = "import multiprocessing, runpy; c = multiprocessing.get_context('spawn'); c.Process(target=runpy.run_path, args=('train.py',)).start()"
    pid = jobs.shell(f"exec {shlex.quote(sys.executable)} -c {shlex.quote(code)} > log 2>&1")
    top = jobs.started[-1].pid
    assert pid != top
    found = examine(pid)
    assert found.root_of == top
    assert any(f"machiai watch {top}" in note for note in found.notes)
    assert examine(top).root_of is None
    assert log_of(examine(top)) == ("file", "log")


def test_torchrun_with_redirects(jobs: JobsByHand, wait_for: WaitFor) -> None:
    """torchrun whose ranks write files of their own: rank 0's is the log, and the others are named."""
    pytest.importorskip("torch", reason="torch is not installed: torchrun is not tried")
    line = (
        f"exec {shlex.quote(sys.executable)} -m torch.distributed.run --nproc-per-node 2 --redirects 3 --log-dir logs"
    )
    jobs.shell(f"{line} --master-port {_free_port()} train.py > launcher.log 2>&1")
    (log,) = jobs.folder.glob("logs/*/attempt_0/0/stdout.log")
    wait_for(lambda: log.stat().st_size > (jobs.folder / "launcher.log").stat().st_size, "more lines of rank 0")
    found = examine(jobs.started[-1].pid)
    assert found.kind == "torchrun"
    assert (found.log.kind, Path(found.log.path or "").parts[-2:]) == ("file", ("0", "stdout.log"))
    assert {"launcher.log", "stdout.log", "stderr.log"} <= names(found)


def test_torchrun_to_one_file(jobs: JobsByHand) -> None:
    """torchrun's own output is the log; a rank leads to its top."""
    pytest.importorskip("torch", reason="torch is not installed: torchrun is not tried")
    line = f"exec {shlex.quote(sys.executable)} -m torch.distributed.run --nproc-per-node 2"
    pid = jobs.shell(f"{line} --master-port {_free_port()} train.py > launcher.log 2>&1")
    top = jobs.started[-1].pid
    assert log_of(examine(top)) == ("file", "launcher.log")
    assert (examine(pid).root_of, *log_of(examine(pid))) == (top, "file", "launcher.log")


def test_it_is_quick_and_leaves_the_job_alone(jobs: JobsByHand) -> None:
    """A look takes a moment and changes nothing of the process: no tracer, no signal, no stop."""
    pid = jobs.shell(f"{jobs.train} 2>&1 | tee log")
    before = time.monotonic()
    for _ in range(5):
        examine(pid)
    assert (time.monotonic() - before) / 5 < 1
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert lines["TracerPid"].strip() == "0"
    assert int(lines["SigPnd"], 16) == int(lines["ShdPnd"], 16) == 0
    assert processes.status(pid, None) == processes.RUNNING


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
