"""Run the machine's own pip on another environment, and say in few lines how far it is.

Standard library only, and importable by Python 3.8: it works before anything is installed.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TextIO

OLDEST_PIP = (22, 3)  # the first with --python
RAW_PROGRESS_PIP = (24, 1)  # the first that tells bytes to a program
SHOWN_LINES = 20

# Settings of the user's that would mislead pip: packages on PYTHONPATH count as installed, though the
# environment will not see them later; the others send packages to another place.
MISLEADING = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON")

REASONS = (
    (r"No space left on device|Disk quota exceeded", "The disk is full: free some space, then start again."),
    (
        r"Temporary failure in name resolution|Name or service not known|new connection|"
        r"Connection refused|Network is unreachable|No route to host|ProxyError|timed out|RemoteDisconnected",
        "pip could not reach its package index: check the network (and the proxy), then start again.",
    ),
    (
        r"from versions: none",
        "pip found no release at all: either the package index cannot be reached (network, proxy),\n"
        "or it has none for this Python and machine.",
    ),
    (r"Permission denied", "A file or folder named above may not be written by this user."),
)


class SetupError(Exception):
    """The environment cannot be made. The message names what failed and the way out."""


class Pip(NamedTuple):
    """A pip that works, and its (major, minor) version."""

    command: list[str]
    version: tuple[int, int]


def find_pip(pythons: Sequence[str]) -> Pip:
    """Return the first pip among these interpreters that can install into another environment.

    Raises SetupError where there is none, or only one older than 22.3.
    """
    oldest = ""
    for python in dict.fromkeys(pythons):
        command = [python, "-m", "pip"]
        try:
            answer = subprocess.run(
                [*command, "--version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env=pip_environment(),
            )
        except OSError:
            continue
        match = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
        if answer.returncode or not match:
            continue
        version = (int(match.group(1)), int(match.group(2)))
        if version >= OLDEST_PIP:
            return Pip(command, version)
        oldest = ".".join(map(str, version))
    if oldest:
        raise SetupError(
            f"Machiai needs pip 22.3 or newer to set itself up; this one is {oldest}.\n"
            f"Get a newer one, for example: {pythons[0]} -m pip install --user --upgrade pip"
        )
    raise SetupError(
        f"Machiai needs pip to set itself up, and {pythons[0]} has none.\n"
        "On Debian and Ubuntu: sudo apt install python3-pip\nThen start again."
    )


def pip_environment() -> dict[str, str]:
    """Return this process's environment without what would mislead pip about where to install."""
    kept = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    return {**kept, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONUNBUFFERED": "1"}


class Progress:
    """One line rewritten in place on a terminal; elsewhere a line at each new stage, and one now and then."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic, every: float = 10.0) -> None:
        self.out = out
        self.clock = clock
        self.every = every
        self.began = clock()
        self.stage = ""
        self._shown_at = float("-inf")
        self._rewritten = False

    def seconds(self) -> int:
        """Return the whole seconds since this progress began."""
        return int(self.clock() - self.began)

    def say(self, text: str) -> None:
        """Print one line that stays."""
        self.clear()
        print(text, file=self.out, flush=True)

    def show(self, stage: str, detail: str) -> None:
        """Show where things stand, as often as wanted; the output decides what is worth a line."""
        text = f"  {detail} ({self.seconds()} s)"
        if self.out.isatty():
            try:
                width = os.get_terminal_size(self.out.fileno()).columns or 80
            except OSError:
                width = 80
            self.out.write("\r\x1b[K" + text[: width - 1])
            self.out.flush()
            self._rewritten = True
        elif stage != self.stage or self.clock() - self._shown_at >= self.every:
            self._shown_at = self.clock()
            print(text, file=self.out, flush=True)
        self.stage = stage

    def clear(self) -> None:
        """Wipe the line rewritten in place, if there is one."""
        if self._rewritten:
            self.out.write("\r\x1b[K")
            self.out.flush()
            self._rewritten = False


class PipOutput:
    """What pip's own lines tell: how many packages so far, which one now, its size, how much is here."""

    def __init__(self) -> None:
        self.packages = 0
        self.stage = "looking"
        self.detail = "asking pip what is needed"
        self.tail: deque[str] = deque(maxlen=200)

    def read(self, line: str) -> None:
        """Take in one line of pip's output."""
        step = re.match(r"Progress (\d+) of (\d+)$", line)
        if step:
            done, total = int(step.group(1)), int(step.group(2))
            if total:
                self.detail = re.sub(r"( MB)(,.*)?$", rf"\1, {100 * done // total} %", self.detail)
            return
        self.tail.append(line)
        line = line.strip()
        collecting = re.match(r"Collecting ([A-Za-z0-9._-]+)", line)
        file = re.match(r"(?:Downloading|Using cached|Processing) (\S+)(?: \((\d[\d.]*) (kB|MB|GB)\))?", line)
        if "Retrying (" in line:
            self.detail = "the package index does not answer; pip tries again"
        unpacking = re.match(r"Installing collected packages: (.+)", line)
        if collecting:
            self.packages += 1
            self.stage, self.detail = "fetching", f"package {self.packages}: {collecting.group(1)}"
        elif file and not file.group(1).endswith(".metadata"):
            name = "-".join(file.group(1).rpartition("/")[2].split("-")[:2])
            size = f", {file.group(2)} {file.group(3)}" if file.group(3) in ("MB", "GB") else ""
            if line.startswith("Processing"):
                self.packages += 1
            self.stage, self.detail = "fetching", f"package {self.packages}: {name}{size}"
        elif unpacking:
            count = unpacking.group(1).count(",") + 1
            self.stage, self.detail = "unpacking", f"unpacking {count} packages"

    def reason(self) -> str:
        """Return the way out that the last lines call for, or an empty string."""
        text = "\n".join(self.tail)
        return next((way_out for pattern, way_out in REASONS if re.search(pattern, text)), "")


def install(pip: Pip, python: Path, requirements: Path, log: Path, lock: int, progress: Progress) -> None:
    """Install a requirements file into the environment of `python`; pip's whole output goes to `log`.

    pip inherits the open file `lock`: should this process be killed, its lock lasts until that pip has ended.
    Raises SetupError with pip's last lines when it fails.
    """
    raw = "raw" if pip.version >= RAW_PROGRESS_PIP else "off"
    command = [*pip.command, "--python", str(python), "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", raw, "-r", str(requirements)]
    output = PipOutput()
    with log.open("wb") as kept, subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=pip_environment(),
        pass_fds=(lock,),
        start_new_session=True,  # pip --python is two processes: a group of their own can be ended together
    ) as process:
        try:
            follow(process, output, kept.write, progress)
        except BaseException:
            end(process)
            raise
    progress.clear()
    if process.returncode:
        shown = "\n".join(f"  {line}" for line in list(output.tail)[-SHOWN_LINES:])
        raise SetupError(
            f"pip could not install what Machiai needs (exit code {process.returncode}). Its last lines:\n"
            f"\n{shown}\n\n"
            + (output.reason() or "The lines above name what is wrong.")
            + f"\nThe whole output is in {log}\nStarting again goes on from here."
        )


def follow(
    process: subprocess.Popen[bytes], output: PipOutput, keep: Callable[[bytes], object], progress: Progress
) -> None:
    """Read a pip to its end, showing where it stands at least once a second."""
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    rest = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], 1.0)
        if ready:
            data = os.read(pipe, 65536)
            if not data:
                break
            keep(data)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                output.read(line.decode("utf-8", "replace").rstrip())
        progress.show(output.stage, output.detail)
    if rest:
        output.read(rest.decode("utf-8", "replace").rstrip())
    process.wait()


def end(process: subprocess.Popen[bytes], patience: float = 5.0) -> None:
    """End a pip and the process it started: as Ctrl-C would, then by force."""
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
