"""The supervisor: what it writes down of a start, a life and an end, and that nothing but the end ends it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import python
from tests.fakes.command import Machiai
from workers.machine import processes
from workers.runs import rundir

WaitFor = Callable[..., None]


def exit_record(machiai: Machiai, run: str) -> dict[str, Any]:
    """The exit record of a run, when it has come."""
    deadline = time.monotonic() + 20
    while (record := rundir.read_json(machiai.folder(run) / rundir.EXIT)) is None:
        assert time.monotonic() < deadline, "no exit record"
        time.sleep(0.02)
    return record


def only_run(machiai: Machiai) -> str:
    """The id of the only run there is."""
    (name,) = os.listdir(machiai.home / "runs")
    return name


class TestStart:
    """Commands that cannot be executed are runs that failed, with the shell's exit codes."""

    def refused(self, machiai: Machiai, *command: str, **options: Any) -> tuple[int, str]:
        """The exit code, which the exit record has too, and the line on stderr."""
        done = machiai.call("run", "--", *command, **options)
        record = exit_record(machiai, only_run(machiai))
        assert record["exit_code"] == done.returncode
        assert "Traceback" not in done.stderr
        (line,) = done.stderr.splitlines()
        assert record["not_started"] in line
        return done.returncode, line

    def test_not_found(self, machiai: Machiai) -> None:
        """127, with the name."""
        code, line = self.refused(machiai, "no-such-command", "--lr", "1")
        assert (code, "command not found: no-such-command" in line) == (127, True)

    def test_no_such_file(self, machiai: Machiai) -> None:
        """127 for a path, too."""
        assert self.refused(machiai, "./no-such-file")[0] == 127

    def test_no_text(self, machiai: Machiai) -> None:
        """127 for a name that is not UTF-8."""
        done = machiai.call("run", "--", os.fsdecode(b"/no\xff"))
        assert (done.returncode, "Traceback" in done.stderr) == (127, False)
        assert exit_record(machiai, only_run(machiai))["not_started"] == "command not found: /no?"

    def test_not_executable(self, machiai: Machiai, tmp_path: Path) -> None:
        """126 for a file without the x bit."""
        (tmp_path / "train.py").write_text("")
        code, line = self.refused(machiai, "./train.py")
        assert (code, "not executable: ./train.py" in line) == (126, True)

    def test_a_folder(self, machiai: Machiai, tmp_path: Path) -> None:
        """126 for a folder."""
        assert self.refused(machiai, str(tmp_path))[0] == 126

    def test_below_a_file(self, machiai: Machiai, tmp_path: Path) -> None:
        """126 for a path through a file."""
        (tmp_path / "file").write_text("")
        assert self.refused(machiai, "./file/train")[0] == 126

    def test_empty(self, machiai: Machiai) -> None:
        """An empty command is not found or not executable, and no traceback of ours."""
        assert self.refused(machiai, "")[0] in (126, 127)

    @pytest.mark.parametrize("by_path", [True, False])
    def test_bad_interpreter(self, machiai: Machiai, tmp_path: Path, by_path: bool) -> None:
        """126 for a script whose interpreter is gone (a venv that was moved), not "command not found"."""
        script = tmp_path / "moved-venv-tool"
        script.write_text("#!/gone/venv/bin/python\n")
        script.chmod(0o755)
        command = str(script) if by_path else script.name
        code, line = self.refused(machiai, command, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
        assert (code, "interpreter" in line) == (126, True)

    def test_no_first_line(self, machiai: Machiai, tmp_path: Path) -> None:
        """126 for a script that does not say what reads it, and the way out."""
        script = tmp_path / "bare"
        script.write_text("echo hi\n")
        script.chmod(0o755)
        code, line = self.refused(machiai, "./bare")
        assert (code, "#!/bin/sh" in line) == (126, True)

    def test_detached(self, machiai: Machiai) -> None:
        """Detached, too, the exit code says so, and no id is printed."""
        done = machiai.call("run", "--detach", "--", "no-such-command")
        assert (done.returncode, done.stdout) == (127, "")


class TestLife:
    """What the beat says."""

    def test_identity(self, machiai: Machiai) -> None:
        """Both processes by pid and start ticks, on this boot, each leading a session of its own."""
        beat = machiai.beat(machiai.detach("sleep", "60"))
        assert beat["start_ticks"] == processes.start_ticks(beat["pid"])
        assert beat["supervisor_ticks"] == processes.start_ticks(beat["supervisor_pid"])
        assert beat["boot_id"] == processes.boot_id()
        for name in ("pid", "supervisor_pid"):
            stat = processes.read_stat(beat[name])
            assert stat is not None
            assert stat.session == beat[name]

    def test_stopped_and_continued(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """SIGSTOP and SIGCONT are in the beat at once, with their times."""
        run = machiai.detach("sleep", "60")
        pid = machiai.beat(run)["pid"]
        before = time.time()
        os.kill(pid, signal.SIGSTOP)
        wait_for(lambda: machiai.beat(run)["suspended"], "the suspension", 5)
        ((begin, end),) = machiai.beat(run)["suspended"]
        assert before - 1 <= begin <= time.time()
        assert end is None
        os.kill(pid, signal.SIGCONT)
        wait_for(lambda: machiai.beat(run)["suspended"][0][1], "the continuation", 5)
        assert machiai.beat(run)["suspended"][0][1] >= begin

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE])
    def test_it_stays(self, machiai: Machiai, number: signal.Signals) -> None:
        """No polite signal ends the supervisor, and the training's end is recorded after it."""
        run = machiai.detach("sleep", "60")
        beat = machiai.beat(run)
        os.kill(beat["supervisor_pid"], number)
        os.kill(beat["pid"], signal.SIGTERM)
        assert exit_record(machiai, run)["signal"] == signal.SIGTERM

    def test_it_lets_go(self, machiai: Machiai, tmp_path: Path) -> None:
        """It keeps neither the folder nor the input of its launcher open."""
        beat = machiai.beat(machiai.detach("sleep", "60"))
        proc = Path(f"/proc/{beat['supervisor_pid']}")
        assert (proc / "cwd").readlink() == Path("/")
        assert (proc / "fd/0").readlink() == Path("/dev/null")

    def test_its_own_modules_only(self, machiai: Machiai) -> None:
        """It is light: the standard library and three modules of ours, less than 30 MB."""
        beat = machiai.beat(machiai.detach("sleep", "60"))
        status = Path(f"/proc/{beat['supervisor_pid']}/status").read_text()
        (resident,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
        assert resident < 30_000


class TestEnd:
    """What the exit record says."""

    @pytest.mark.parametrize(
        ("script", "code", "number"),
        [
            ("exit 0", 0, None),
            ("exit 3", 3, None),
            ("exit 255", 255, None),
            ("kill -TERM $$", None, signal.SIGTERM),
            ("kill -KILL $$", None, signal.SIGKILL),
            ("kill -SEGV $$", None, signal.SIGSEGV),
        ],
    )
    def test_code_or_signal(
        self, machiai: Machiai, script: str, code: int | None, number: signal.Signals | None
    ) -> None:
        """The exit code, or the signal, never both."""
        record = exit_record(machiai, machiai.detach("sh", "-c", script))
        assert (record["exit_code"], record["signal"]) == (code, number)

    def test_times(self, machiai: Machiai) -> None:
        """Start, end and length fit together."""
        before = time.time()
        record = exit_record(machiai, machiai.detach("sleep", "0.3"))
        assert before <= record["started"] <= record["ended"] <= time.time()
        assert record["seconds"] == pytest.approx(record["ended"] - record["started"], abs=0.1)
        assert 0.29 <= record["seconds"] < 20

    def test_a_child_outlives(self, machiai: Machiai) -> None:
        """A process forked by the training and still writing does not put off the end."""
        run = machiai.detach("sh", "-c", "sleep 30 & exit 6")
        assert exit_record(machiai, run)["exit_code"] == 6

    def test_once(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """After the end nothing of the supervisor is left: no process, no space set aside, no half file."""
        run = machiai.detach("true")
        record = exit_record(machiai, run)
        pid, ticks = record["supervisor_pid"], record["supervisor_ticks"]
        wait_for(lambda: processes.status(pid, ticks) == processes.GONE, "the supervisor to go")
        names = sorted(os.listdir(machiai.folder(run)))
        assert names == ["beat.json", "exit.json", "log", "supervisor.log"]
        assert (machiai.folder(run) / "supervisor.log").read_bytes() == b""

    def test_the_directory_is_deleted(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """A run whose directory is deleted under it is not held up, and its supervisor does not stay for ever."""
        run = machiai.detach("sh", "-c", "sleep 0.5; touch ended")
        beat = machiai.beat(run)
        shutil.rmtree(machiai.home / "runs" / run)
        wait_for(lambda: (machiai.cwd / "ended").exists(), "the training's end")
        pid, ticks = beat["supervisor_pid"], beat["supervisor_ticks"]
        wait_for(lambda: processes.status(pid, ticks) == processes.GONE, "the supervisor to go")


def test_nothing_stands_between(machiai: Machiai) -> None:
    """The log is the command's own file: no pipe of ours stands between."""
    run = machiai.detach(*python("import os; print(os.readlink('/proc/self/fd/1'), os.readlink('/proc/self/fd/2'))"))
    exit_record(machiai, run)
    log = machiai.folder(run) / "log"
    assert log.read_text() == f"{log} {log}\n"


def test_run_by_file_needs_nothing_of_ours(tmp_path: Path) -> None:
    """It starts by file with ``-I -S``, where no package of ours or of anybody's is on the path."""
    supervisor = Path(__file__).resolve().parents[3] / "workers/runs/supervisor.py"
    spec_source, spec_sink = os.pipe()
    report_source, report_sink = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(supervisor), str(tmp_path), str(spec_source), str(report_sink)],
        cwd="/",
        pass_fds=(spec_source, report_sink),
        stderr=subprocess.PIPE,
    ) as process:
        os.close(spec_source)
        os.close(report_sink)
        with os.fdopen(spec_sink, "wb") as sink:
            sink.write(b'{"run": "r", "attempt": 1, "argv": ["sh", "-c", "echo hi; exit 2"], "cwd": "/"}')
        with os.fdopen(report_source, "rb") as report:
            assert b'"pid"' in report.read()
        assert process.wait(20) == 0
    assert (tmp_path / "log").read_bytes() == b"hi\n"
    record = rundir.read_json(tmp_path / rundir.EXIT)
    assert record is not None
    assert record["exit_code"] == 2


def test_a_launcher_that_dies_while_it_waits(tmp_path: Path) -> None:
    """Nobody left to hear how the start went: the run goes on all the same, and its end is recorded."""
    spec, spec_sink = os.pipe()
    report, report_sink = os.pipe()
    supervisor = Path(rundir.__file__).with_name("supervisor.py")
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(supervisor), str(tmp_path), str(spec), str(report_sink)],
        pass_fds=(spec, report_sink),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        for descriptor in (spec, report, report_sink):  # nobody reads the report from here on
            os.close(descriptor)
        with open(spec_sink, "wb") as sink:
            wanted = {"run": "r", "attempt": 1, "argv": ["sh", "-c", "echo hello; exit 3"], "cwd": str(tmp_path)}
            sink.write(json.dumps(wanted).encode())
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, b"")
    assert (rundir.read_json(tmp_path / rundir.EXIT) or {})["exit_code"] == 3
    assert (tmp_path / rundir.LOG).read_text() == "hello\n"
