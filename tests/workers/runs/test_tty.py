"""`machiai run --tty`: a terminal of the command's own, for one that asks questions."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.terminal import Terminal
from workers.runs import rundir

ASK = "name = input('name? '); print('hello', name); import os, sys; print(os.isatty(0), os.isatty(1)); sys.exit(4)"
SIZES = (
    "import os, signal, time\nchanged = []\nsignal.signal(signal.SIGWINCH, lambda *_: changed.append(1))\n"
    "print('first', *os.get_terminal_size(), flush=True)\nwhile not changed: time.sleep(0.02)\n"
    "print('then', *os.get_terminal_size(), flush=True)\n"
)


@pytest.fixture(name="terminal")
def _terminal(machiai: Machiai, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens terminals in which a command runs with ``--tty``."""
    opened: list[Terminal] = []

    def open_terminal(*command: str) -> Terminal:
        opened.append(Terminal(machiai.argv("run", "--tty", "--", *command), machiai.environment, tmp_path))
        return opened[-1]

    yield open_terminal
    for one in opened:
        with one:
            pass


def test_a_prompt_is_answered(terminal: Callable[..., Terminal], machiai: Machiai) -> None:
    """A question appears, the answer typed reaches the command, and its exit code comes back."""
    screen = terminal(*python(ASK))
    screen.wait_for(b"name? ")
    screen.type(b"Ada\r")
    assert screen.wait() == 4
    assert b"hello Ada\r\nTrue True\r\n" in screen.seen
    (log,) = machiai.home.glob("runs/*/attempt-1/log")
    assert log.read_bytes().endswith(b"hello Ada\r\nTrue True\r\n")


def test_the_size_of_the_window(terminal: Callable[..., Terminal]) -> None:
    """The command has the window's size from the start, and hears when it changes."""
    screen = terminal(*python(SIZES))
    screen.wait_for(b"first 80 24")
    screen.resize(50, 132)
    screen.wait_for(b"then 132 50")
    assert screen.wait() == 0


def test_ctrl_c(terminal: Callable[..., Terminal], machiai: Machiai) -> None:
    """Ctrl-C reaches the command through its own terminal, and the run is known to be stopped by the user."""
    screen = terminal(*python("import time\nprint('ready', flush=True)\ntime.sleep(60)"))
    screen.wait_for(b"ready")
    screen.type(b"\x03")
    assert screen.wait() == 130
    assert b"KeyboardInterrupt" in screen.seen
    assert machiai.show()["state"] == "stopped"


@pytest.mark.parametrize("command", [["true"], ["no-such-command"]])
def test_over_at_once(terminal: Callable[..., Terminal], command: list[str]) -> None:
    """A command that ends before the viewer has come to it, or never begins, breaks nothing."""
    screen = terminal(*command)
    assert screen.wait() == (0 if command == ["true"] else 127)
    assert b"Traceback" not in screen.seen


def test_the_terminal_is_left_as_it_was(terminal: Callable[..., Terminal]) -> None:
    """The viewer makes the keyboard raw and gives it back, also when it is told to end."""
    screen = terminal("sleep", "60")
    screen.wait_for(b"sleep \xc2\xb7")
    while not screen.is_raw:
        screen.read()
    screen.process.terminate()
    assert screen.wait() == 143
    assert not screen.is_raw


def test_not_without_a_terminal(machiai: Machiai) -> None:
    """Where there is no terminal on both sides, `--tty` is refused and nothing started."""
    done = machiai.call("run", "--tty", "--", "true")
    assert (done.returncode, "needs a terminal" in done.stderr) == (125, True)
    assert not (machiai.home / "runs").exists()


def test_the_window_is_closed(
    terminal: Callable[..., Terminal], machiai: Machiai, wait_for: Callable[..., None]
) -> None:
    """Closing the window leaves a command with `--tty` running, too."""
    screen = terminal(*python("import time\nfor i in range(9999):\n    print(i, flush=True); time.sleep(0.02)"))
    screen.wait_for(b"\r\n5\r\n")
    screen.hang_up()
    screen.process.wait(20)
    (log,) = machiai.home.glob("runs/*/attempt-1/log")
    size = log.stat().st_size
    wait_for(lambda: log.stat().st_size > size, "the log to grow")
    assert not (log.parent / rundir.EXIT).exists()
