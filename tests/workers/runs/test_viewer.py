"""`machiai run` in a terminal: output byte for byte, Ctrl-C, exit codes, and what its own death changes (nothing)."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.nvml import FakeGpus
from tests.fakes.terminal import Terminal
from workers.machine import processes
from workers.runs import rundir, stopping, viewer

WaitFor = Callable[..., None]
COUNTING = "import time\nfor i in range(100000):\n    print('line', i, flush=True)\n    time.sleep(0.02)\n"
STUBBORN = (
    "import signal, time\n"
    "for one in (signal.SIGINT, signal.SIGTERM): signal.signal(one, signal.SIG_IGN)\n"
    "print('ready', flush=True)\nwhile True: time.sleep(0.1)\n"
)
CATCHING = (
    "import signal, sys, time\n"
    "def caught(*_):\n    print('saved', flush=True)\n    sys.exit(7)\n"
    "signal.signal(signal.SIGINT, caught)\nprint('ready', flush=True)\nwhile True: time.sleep(0.1)\n"
)


@pytest.fixture(name="terminal")
def _terminal(machiai: Machiai, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens terminals in which `machiai` runs with the given arguments."""
    opened: list[Terminal] = []

    def open_terminal(*arguments: str, environment: dict[str, str] | None = None) -> Terminal:
        environ = {name: value for name, value in machiai.environment.items() if name not in ("NO_COLOR", "COLUMNS")}
        one = Terminal(machiai.argv(*arguments), {**environ, "TERM": "xterm", **(environment or {})}, tmp_path)
        opened.append(one)
        return one

    yield open_terminal
    for one in opened:
        with one:
            pass


def only_run(machiai: Machiai) -> str:
    """The id of the only run there is."""
    (directory,) = [path for path in (machiai.home / "runs").iterdir() if path.name[0] != "."]
    return directory.name


def is_growing(log: Path, wait_for: WaitFor) -> bool:
    """Whether more comes into the log."""
    size = log.stat().st_size
    wait_for(lambda: log.stat().st_size > size, "the log to grow", 5)
    return True


class TestOutput:
    """What the command writes is what comes out."""

    @pytest.mark.parametrize(
        "written",
        [
            pytest.param(b"", id="nothing"),
            pytest.param(b"no newline at the end", id="no newline"),
            pytest.param(b"1/3\r2/3\r3/3\n\r\r\n", id="carriage returns"),
            pytest.param(bytes(range(256)) * 3 + b"\x00\xff\xfe", id="binary"),
        ],
    )
    def test_byte_for_byte(self, machiai: Machiai, tmp_path: Path, written: bytes) -> None:
        """Every byte comes out, and no other."""
        (tmp_path / "out").write_bytes(written)
        process = machiai.start("run", "--", "cat", str(tmp_path / "out"))
        output, _ = process.communicate(timeout=30)
        assert (output, process.returncode) == (written, 0)

    def test_a_burst_of_ten_megabytes(self, machiai: Machiai) -> None:
        """10 MB written at once by a command that ends at once come out whole."""
        code = "import os,sys\nb=bytes(range(256))*4096\nfor _ in range(10): sys.stdout.buffer.write(b)\n"
        process = machiai.start("run", "--", *python(code))
        output, _ = process.communicate(timeout=60)
        expected = hashlib.sha256(bytes(range(256)) * 40960).hexdigest()
        assert (len(output), hashlib.sha256(output).hexdigest()) == (10 << 20, expected)

    def test_a_non_blocking_output(self, machiai: Machiai) -> None:
        """An output that another program has made non-blocking, and reads slowly, gets every byte too."""
        source, sink = os.pipe()
        os.set_blocking(sink, False)
        process = machiai.start("run", "--", *python("print('x' * 1_000_000)"), stdout=sink)
        os.close(sink)
        time.sleep(0.5)  # the pipe is full by now
        with os.fdopen(source, "rb") as reader:
            assert len(reader.read()) == 1_000_001
        assert process.wait(20) == 0

    def test_stderr_comes_out_in_order(self, machiai: Machiai) -> None:
        """stdout and stderr are one stream, in the order in which they were written."""
        done = machiai.call("run", "--", "sh", "-c", "echo a; echo b >&2; echo c")
        assert done.stdout == "a\nb\nc\n"

    def test_nobody_reads_any_more(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """`machiai run … | head -1` ends as head does; the training goes on, and that is said."""
        process = machiai.start("run", "--", *python(COUNTING))
        assert process.stdout is not None
        assert process.stdout.readline() == b"line 0\n"
        process.stdout.close()
        process.stdout = None
        assert process.wait(20) == 141
        assert process.stderr is not None
        assert b"the run goes on" in process.stderr.read()
        assert is_growing(machiai.folder(only_run(machiai)) / "log", wait_for)

    def test_an_output_on_a_full_disk(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """A viewer that cannot write its output says so in a line; the training goes on."""
        with Path("/dev/full").open("wb") as full:
            process = machiai.start("run", "--", *python(COUNTING), stdout=full)
            assert process.wait(20) == 125
        assert process.stderr is not None
        said = process.stderr.read().decode()
        assert "No space left on device" in said
        assert "Traceback" not in said
        assert is_growing(machiai.folder(only_run(machiai)) / "log", wait_for)

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_closed_standard_streams(self, machiai: Machiai, closed: str, wait_for: WaitFor) -> None:
        """Started with streams closed, as some cron jobs are, a run runs as ever, and into its own log only."""
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", *machiai.argv("run", "--", "sh", "-c", "echo hi; exit 4")]
        done = subprocess.run(command, cwd=machiai.cwd, env=machiai.environment, capture_output=True, timeout=30)
        assert done.returncode == 4, done.stderr
        assert (machiai.folder(only_run(machiai)) / "log").read_bytes() == b"hi\n"
        assert done.stdout == (b"" if ">&-" in closed.replace("2>&-", "") else b"hi\n")


class TestExitCodes:
    """The exit code is the command's own."""

    @pytest.mark.parametrize(
        ("script", "code"),
        [("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137)],
    )
    def test_as_the_command_has_it(self, machiai: Machiai, script: str, code: int) -> None:
        """Its own code, and 128 + n where a signal ended it."""
        assert machiai.call("run", "--", "sh", "-c", script).returncode == code

    def test_no_record_is_125(self, tmp_path: Path) -> None:
        """Where nobody could record the end, the code says that it is not known."""
        assert viewer.exit_status(tmp_path) == 125

    def test_supervisor_and_training_gone(self, machiai: Machiai) -> None:
        """The viewer does not wait for ever for a record that nobody is left to write."""
        process = machiai.start("run", "--", *python(COUNTING))
        assert process.stdout is not None
        process.stdout.readline()
        beat = machiai.beat(only_run(machiai))
        os.kill(beat["supervisor_pid"], signal.SIGKILL)
        os.kill(beat["pid"], signal.SIGKILL)
        process.communicate(timeout=20)
        assert process.returncode == 125


class TestInput:
    """What the command can read."""

    def test_a_pipe_reaches_the_command(self, machiai: Machiai) -> None:
        """What is piped into `machiai run` is the command's input."""
        process = machiai.start("run", "--", "sort", stdin=subprocess.PIPE)
        output, _ = process.communicate(b"b\nc\na\n", timeout=30)
        assert output == b"a\nb\nc\n"

    def test_a_file_reaches_the_command(self, machiai: Machiai, tmp_path: Path) -> None:
        """A file as input, too."""
        (tmp_path / "in").write_text("x\n")
        with (tmp_path / "in").open() as file:
            assert machiai.call("run", "--", "cat", stdin=file).stdout == "x\n"

    def test_detached_has_no_input(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """A detached run reads an empty input: its launcher's is gone."""
        process = machiai.start("run", "--detach", "--", "cat", stdin=subprocess.PIPE)
        run = process.communicate(b"x\n", timeout=30)[0].decode().strip()
        wait_for(lambda: (machiai.folder(run) / "exit.json").exists(), "the end")
        assert (machiai.folder(run) / "log").read_bytes() == b""


class TestInterrupts:
    """Ctrl-C at a real terminal."""

    def test_once_twice_thrice(self, terminal: Callable[..., Terminal]) -> None:
        """SIGINT, then SIGTERM, then SIGKILL, each said, against a training that ignores the first two."""
        screen = terminal("run", "--name", "stubborn", "--", *python(STUBBORN))
        screen.wait_for(b"ready")
        screen.type(b"\x03")
        screen.wait_for(b"sent SIGINT to stubborn; Ctrl-C again sends SIGTERM")
        screen.type(b"\x03")
        screen.wait_for(b"sent SIGTERM to stubborn; Ctrl-C again sends SIGKILL")
        screen.type(b"\x03")
        screen.wait_for(b"sent SIGKILL to stubborn")
        assert screen.wait() == 137
        assert "stopped after" in screen.seen.decode()

    def test_quickly_three_times(self, terminal: Callable[..., Terminal]) -> None:
        """Three Ctrl-C in a row are three, in order, and none breaks the viewer."""
        screen = terminal("run", "--", *python(STUBBORN))
        screen.wait_for(b"ready")
        for _ in range(3):
            screen.type(b"\x03")
            time.sleep(0.01)
        deadline = time.monotonic() + 20
        while screen.process.poll() is None and time.monotonic() < deadline:
            screen.read()
            if b"sent SIGTERM" not in screen.seen or b"SIGKILL to" not in screen.seen:
                time.sleep(0.3)  # the kernel may have merged signals that came together
                if screen.process.poll() is None:
                    screen.type(b"\x03")
        assert screen.wait() == 137
        said = screen.seen
        assert said.index(b"sent SIGINT") < said.index(b"sent SIGTERM") < said.index(b"sent SIGKILL")
        assert b"Traceback" not in said

    def test_a_program_that_catches_it(self, terminal: Callable[..., Terminal]) -> None:
        """A training that catches Ctrl-C saves, says so, and ends with the code it chooses."""
        screen = terminal("run", "--", *python(CATCHING))
        screen.wait_for(b"ready")
        screen.type(b"\x03")
        assert screen.wait() == 7
        assert b"saved" in screen.seen

    def test_at_the_very_start(self, terminal: Callable[..., Terminal], machiai: Machiai) -> None:
        """Ctrl-C while the run is being launched never leaves a training behind that the user believes stopped."""
        for pause in (0.02, 0.12, 0.2, 0.3, 0.4):
            screen = terminal("run", "--", *python(COUNTING))
            time.sleep(pause)
            screen.type(b"\x03")
            assert screen.wait() in (1, 130, -signal.SIGINT), screen.seen
        for path in (machiai.home / "runs").glob("*/attempt-1/beat.json"):
            beat = rundir.read_json(path)
            assert beat is not None
            assert processes.status(beat["pid"], beat["start_ticks"]) == processes.GONE
        assert not list((machiai.home / "runs").glob(".new-*"))

    def test_ignored_by_a_parent(self, machiai: Machiai) -> None:
        """A shell that ignores SIGINT does not make the training deaf to it, nor does one that ignores SIGCHLD."""
        code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
        command = machiai.argv("run", "--", *python(code))
        wrapped = ["sh", "-c", 'trap "" INT TERM HUP QUIT; exec "$@"', "sh", *command]
        done = subprocess.run(wrapped, cwd=machiai.cwd, env=machiai.environment, capture_output=True, timeout=30)
        assert (done.stdout, done.returncode) == (b"True\n", 0)

    def test_sigchld_ignored_by_a_parent(self, machiai: Machiai) -> None:
        """A parent that ignores SIGCHLD does not hide how the command ended."""
        code = (
            "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
        )
        command = [sys.executable, "-c", code, *machiai.argv("run", "--", "sh", "-c", "(exit 1); exit 9")]
        done = subprocess.run(command, cwd=machiai.cwd, env=machiai.environment, capture_output=True, timeout=30)
        assert done.returncode == 9, done.stderr


class TestDeaths:
    """Law 1: nothing that happens to the viewer happens to the training."""

    def test_the_window_is_closed(self, terminal: Callable[..., Terminal], machiai: Machiai, wait_for: WaitFor) -> None:
        """Closing the terminal ends the viewer; the training goes on, and its end is recorded."""
        screen = terminal("run", "--", *python(COUNTING))
        screen.wait_for(b"line 3")
        screen.hang_up()
        assert screen.process.wait(20) != 0
        run = only_run(machiai)
        assert is_growing(machiai.folder(run) / "log", wait_for)
        os.kill(machiai.beat(run)["pid"], signal.SIGTERM)
        wait_for(lambda: (machiai.folder(run) / "exit.json").exists(), "the exit record")

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
    def test_the_viewer_is_killed(self, machiai: Machiai, number: signal.Signals, wait_for: WaitFor) -> None:
        """However the viewer is killed, the training goes on; where it can, it says so."""
        process = machiai.start("run", "--", *python(COUNTING))
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
        assert process.returncode == (143 if number == signal.SIGTERM else -number)
        assert (b"goes on" in said) == (number == signal.SIGTERM)
        assert is_growing(machiai.folder(only_run(machiai)) / "log", wait_for)

    def test_supervisor_and_daemon_are_killed(self, machiai: Machiai, wait_for: WaitFor) -> None:
        """With every process of ours killed at once, the training goes on and its log grows."""
        daemon = machiai.start_daemon()
        viewing = machiai.start("run", "--", *python(COUNTING))
        assert viewing.stdout is not None
        viewing.stdout.readline()
        run = only_run(machiai)
        beat = machiai.beat(run)
        os.kill(beat["supervisor_pid"], signal.SIGKILL)
        daemon.kill()
        viewing.kill()
        assert is_growing(machiai.folder(run) / "log", wait_for)
        assert processes.status(beat["pid"], beat["start_ticks"]) == processes.RUNNING


class TestTerminal:
    """What the command knows of the terminal that watches it."""

    SHOW = "import os; print([os.environ.get(n) for n in ('FORCE_COLOR', 'COLUMNS', 'LINES')], os.isatty(1))"

    def test_colours_and_width(self, terminal: Callable[..., Terminal]) -> None:
        """In a terminal the command hears that it may colour, and how wide the window is."""
        screen = terminal("run", "--", *python(self.SHOW))
        assert screen.wait() == 0
        assert b"['1', '80', '24'] False" in screen.seen

    def test_no_color(self, terminal: Callable[..., Terminal]) -> None:
        """NO_COLOR is respected."""
        screen = terminal("run", "--", *python(self.SHOW), environment={"NO_COLOR": "1"})
        assert screen.wait() == 0
        assert b"[None, '80', '24']" in screen.seen

    def test_none_without_a_terminal(self, machiai: Machiai) -> None:
        """Piped or detached, nothing of a terminal is pretended."""
        for name in ("COLUMNS", "LINES"):
            machiai.environment.pop(name, None)
        done = machiai.call("run", "--", *python(self.SHOW))
        assert done.stdout == "[None, None, None] False\n"

    def test_opening_and_closing_lines(self, machiai: Machiai) -> None:
        """One line on stderr at the start (name, id, link) and one at the end (verdict, duration)."""
        done = machiai.call("run", "--name", "aug", "--", "sh", "-c", "exit 3")
        opening, closing = done.stderr.splitlines()
        run = only_run(machiai)
        assert opening.startswith(f"machiai: aug · {run} · http://")
        assert f"/run?id={run}" in opening
        assert closing.startswith("machiai: ✖ crashed after 0.")
        assert closing.endswith("exit code 3 — aug")


class TestQueue:
    """A run that waits for GPUs, watched at a terminal."""

    @pytest.fixture(name="queued")
    def _queued(self, machiai: Machiai, tmp_path: Path, terminal: Callable[..., Terminal]) -> Callable[..., Terminal]:
        """Opens a terminal with a run that waits for the only GPU, which another run has."""
        gpus = FakeGpus(tmp_path / "gpus", count=1)
        machiai.environment |= gpus.environment
        machiai.detach("sleep", "600", options=["--gpus", "1", "--name", "holder"])

        def open_terminal(*command: str, options: Sequence[str] = ()) -> Terminal:
            screen = terminal("run", "--gpus", "1", "--wait", "--name", "waiter", *options, "--", *command)
            screen.wait_for(b"waiting for 1 GPU: GPU 0 has run holder")
            screen.wait_for(b"1st in the queue")
            return screen

        return open_terminal

    def waiter(self, machiai: Machiai) -> str:
        """The id of the run that waits."""
        return str(machiai.show("waiter")["id"])

    def test_interrupted(self, machiai: Machiai, tmp_path: Path, queued: Callable[..., Terminal]) -> None:
        """One Ctrl-C takes it out of the queue; nothing was started."""
        screen = queued("touch", "started")
        screen.type(b"\x03")
        assert screen.wait() == viewer.CANCELLED_EXIT
        assert b"took waiter out of the queue" in screen.seen
        assert "stopped by the user before it started — waiter".encode() in screen.seen
        shown = machiai.show("waiter")
        assert (shown["state"], shown["certainty"]) == ("stopped", "recorded")
        assert not (tmp_path / "started").exists()

    def test_terminal_closed(self, machiai: Machiai, queued: Callable[..., Terminal], wait_for: WaitFor) -> None:
        """Closing the window leaves it in the queue, and it runs when its turn comes."""
        screen = queued("true")
        screen.hang_up()
        screen.process.wait(10)
        run = self.waiter(machiai)
        assert machiai.show(run)["state"] == "queued"
        assert machiai.call("stop", "holder").returncode == 0
        wait_for(lambda: (machiai.folder(run) / rundir.EXIT).exists(), "the run to have run", 40)
        assert machiai.show(run)["state"] == "finished"

    def test_killed(self, machiai: Machiai, queued: Callable[..., Terminal]) -> None:
        """A viewer that is told to end says that the run stays in the queue."""
        screen = queued("true")
        screen.process.terminate()
        assert screen.wait() == 128 + signal.SIGTERM
        assert b"waiter stays in the queue" in screen.seen
        assert machiai.show("waiter")["state"] == "queued"

    def test_its_turn(self, machiai: Machiai, queued: Callable[..., Terminal]) -> None:
        """When its turn comes the terminal says on which GPU, follows it, and ends with its exit code."""
        screen = queued("bash", "-c", "echo on $CUDA_VISIBLE_DEVICES; exit 7")
        assert machiai.call("stop", "holder").returncode == 0
        assert screen.wait(40) == 7
        assert screen.seen.index(b"started on GPU 0") < screen.seen.index(b"on 0\r\n")

    def test_with_a_terminal_of_its_own(self, machiai: Machiai, queued: Callable[..., Terminal]) -> None:
        """With `--tty` the keyboard is the command's from when it starts, and Ctrl-C is the queue's before."""
        screen = queued("bash", "-c", "read -p 'name? ' name; echo hello $name", options=["--tty"])
        assert not screen.is_raw
        assert machiai.call("stop", "holder").returncode == 0
        screen.wait_for(b"name? ", 40)
        screen.type(b"Yuki\r")
        assert screen.wait() == 0
        assert b"hello Yuki" in screen.seen

    @pytest.mark.parametrize("delay", [0.0, 0.3, 0.6, 0.9, 1.2])
    def test_stopped_in_the_moment_of_its_start(
        self, machiai: Machiai, queued: Callable[..., Terminal], wait_for: WaitFor, delay: float
    ) -> None:
        """A stop that comes as the command is just being started is not lost: whichever was first, it ends."""
        screen = queued("sleep", "600")
        run = self.waiter(machiai)
        holder = rundir.read_json(machiai.folder(str(machiai.show("holder")["id"])) / rundir.BEAT) or {}
        os.kill(holder["pid"], signal.SIGKILL)
        time.sleep(delay)
        stopping.ask(machiai.folder(run), signal.SIGINT, "a test")
        wait_for(lambda: (machiai.folder(run) / rundir.EXIT).exists(), "the end", 20)
        assert screen.wait() == 130
        assert machiai.show(run)["state"] == "stopped"
