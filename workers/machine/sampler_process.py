"""The GPU sampler as the daemon keeps it: a process of its own, for a driver may hang in any call, or crash.

Nothing here waits. A sampler that falls silent is killed and replaced; one that sits in the driver and cannot be
killed is left behind, up to three of them, for each takes memory, and a fourth would hang as they do.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("gpu_sampler.py")
DRIVER = Path("/proc/driver/nvidia")
"""There from the moment the kernel module of the GPUs is loaded."""
SILENT_SECONDS = 10.0
SILENT_INTERVALS = 5
START_SECONDS = 30.0
"""What the first line may take: a driver without persistence mode wakes every GPU first."""
RETRY_SECONDS = 10.0
"""How often a sampler says a line while there is nothing to sample."""
MOST_STUCK = 3
_KILL_SECONDS = 2.0
_FIRST_PAUSE, _CRASH_PAUSE, _LIBRARY_PAUSE = 1.0, 60.0, 600.0
_FIRST_LIBRARY_PAUSE = 10.0
_LONGEST_LINE = 16 << 20
_ERROR_BYTES = 2000

Start = Callable[[Sequence[str]], "subprocess.Popen[bytes]"]


def start_process(argv: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a sampler in a session of its own, away from the terminal's signals, its output in pipes."""
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )


@dataclass
class _Child:
    """A sampler at work."""

    process: "subprocess.Popen[bytes]"
    heard: float
    patience: float
    killed: float | None = None
    text: bytes = b""
    errors: bytes = b""
    status: str | None = None


class SamplerProcess:
    """Keeps a sampler going and hands out what it says; belongs to one thread."""

    def __init__(
        self,
        every: float,
        *,
        program: Path = PROGRAM,
        start: Start = start_process,
        clock: Callable[[], float] = time.monotonic,
        driver: Path = DRIVER,
    ) -> None:
        self.every = every
        self.program = program
        self.stuck: list[subprocess.Popen[bytes]] = []
        """Those that could not be killed and are still there."""
        self.restarts = 0
        self._start = start
        self._clock = clock
        self._driver = driver
        self._child: _Child | None = None
        self._running_every = every
        self._pause = _FIRST_PAUSE
        self._library_pause = _FIRST_LIBRARY_PAUSE
        self._next_start = 0.0
        self._driver_was_there = driver.exists()
        self._has_no_library = False
        self._silent = False

    @property
    def is_silent(self) -> bool:
        """Whether it ought to be heard and is not, since :attr:`limit` or longer."""
        return self._silent

    @property
    def is_resting(self) -> bool:
        """Whether there is no driver to sample with, so that none need run: a machine without a GPU."""
        return self._has_no_library and self._child is None

    @property
    def limit(self) -> float:
        """Seconds of silence after which a sampler is replaced."""
        return max(SILENT_SECONDS, SILENT_INTERVALS * self.every)

    @property
    def pid(self) -> int | None:
        """The sampler at work, None between two."""
        return self._child.process.pid if self._child else None

    def fileno(self) -> int | None:
        """What to wait for until there is something to read."""
        return self._child.process.stdout.fileno() if self._child and self._child.process.stdout else None

    def read(self) -> list[dict[str, Any]]:
        """What was said since the last call, oldest first; starts, kills and replaces the sampler as needed."""
        now = self._clock()
        self.stuck = [process for process in self.stuck if process.poll() is None]
        lines: list[dict[str, Any]] = []
        if self._child is not None:
            lines = self._listen(self._child, now)
            self._judge(self._child, now)
        if self._child is None and self._may_start(now):
            self._begin(now)
        return lines

    def close(self) -> None:
        """End the sampler, without waiting for one that cannot be killed."""
        if self._child is not None:
            process = self._child.process
            with contextlib.suppress(OSError):
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
            _close_pipes(process)
            self._child = None

    def _begin(self, now: float) -> None:
        argv = [sys.executable, "-I", str(self.program), "--every", str(self.every)]
        try:
            process = self._start(argv)
        except OSError as error:
            log.error("the GPU sampler cannot be started: %s; trying again in %.0f s", error, self._pause)
            self._delay(now)
            return
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        self._running_every = self.every
        self._child = _Child(process, now, max(self.limit, START_SECONDS))

    def _listen(self, child: _Child, now: float) -> list[dict[str, Any]]:
        """Whole lines that have come; what is no JSON object is passed over."""
        child.errors = (child.errors + _drain(child.process.stderr))[-_ERROR_BYTES:]
        data = _drain(child.process.stdout)
        if not data:
            return []
        *whole, child.text = (child.text + data).split(b"\n")
        if len(child.text) > _LONGEST_LINE:
            child.text = b""
        lines = []
        for text in whole:
            with contextlib.suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict):
                    lines.append(line)
        for line in lines:
            if line.get("kind") == "sample":
                child.heard, child.status = now, str(line.get("status"))
                pace = SILENT_INTERVALS * float(line.get("interval") or 0.0)  # a dear driver is asked less often
                child.patience = max(self.limit, pace, 0.0 if child.status == "ok" else 3 * RETRY_SECONDS)
                self._silent = self._has_no_library = False
                self._pause = _FIRST_PAUSE
        return lines

    def _judge(self, child: _Child, now: float) -> None:
        """Find out whether the sampler has ended, has fallen silent, or cannot be killed."""
        code = child.process.poll()
        if code is not None:
            self._bury(child, code, now)
        elif child.killed is not None:
            if now - child.killed > _KILL_SECONDS:
                log.error("the GPU sampler (process %d) sits in the driver and cannot be killed", child.process.pid)
                self.stuck.append(child.process)
                _close_pipes(child.process)
                self._child = None
                self._delay(now)
        elif now - child.heard > child.patience:
            log.warning("the GPU sampler said nothing for %.0f s; it is replaced", now - child.heard)
            self._silent = True
            self._kill(child, now)
        elif self.every != self._running_every:
            self._kill(child, now)
            self._pause = 0.0

    def _bury(self, child: _Child, code: int, now: float) -> None:
        _close_pipes(child.process)
        self._child = None
        if child.status == "no_library" and code == 0:
            self._has_no_library = True
            self._next_start = now + self._library_pause
            self._library_pause = min(_LIBRARY_PAUSE, 2 * self._library_pause)
            return
        self._library_pause = _FIRST_LIBRARY_PAUSE
        if child.killed is None:
            words = child.errors.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it said nothing about why"]
            log.error("the GPU sampler ended with code %d: %s", code, words[0])
            self._silent = self._silent or now - child.heard > self.limit
        self._delay(now)

    def _kill(self, child: _Child, now: float) -> None:
        child.killed = now
        with contextlib.suppress(OSError):
            child.process.kill()

    def _delay(self, now: float) -> None:
        self.restarts += 1
        self._next_start = now + self._pause
        self._pause = min(_CRASH_PAUSE, max(_FIRST_PAUSE, 2 * self._pause))

    def _may_start(self, now: float) -> bool:
        there = self._driver.exists()
        if there and not self._driver_was_there:
            self._next_start, self._library_pause = now, _FIRST_LIBRARY_PAUSE
        self._driver_was_there = there
        return now >= self._next_start and len(self.stuck) < MOST_STUCK


def _drain(pipe: Any) -> bytes:
    """All that is in a pipe at this moment."""
    parts = []
    with contextlib.suppress(BlockingIOError):
        while data := os.read(pipe.fileno(), 1 << 16):
            parts.append(data)
            if len(parts) >= 256:  # one that writes without end must not keep us
                break
    return b"".join(parts)


def _close_pipes(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
