"""What stands in the terminal while a run goes on: its log, byte for byte, and the user's Ctrl-C.

The viewer only reads. It can be killed, or its terminal closed, and the run goes on.
"""

import contextlib
import fcntl
import os
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from store.errors import StopRefused
from workers.machine import processes
from workers.runs import claims, gpu_choice, pty_relay, rundir, stopping

UNKNOWN_EXIT = 125
CANCELLED_EXIT = 130
_CHUNK = 1 << 18
_POLL_SECONDS = 0.03
_REPEAT_SECONDS = 60.0
_INTERRUPT = b"\x03"


class Viewer:
    """Follows the log of one attempt into ``output`` (a descriptor); ``say`` writes a line to the user."""

    def __init__(self, folder: Path, name: str, output: int, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.name = name
        self.output = output
        self.say = say
        self.interrupts = 0

    def follow(self) -> int:
        """Follow to the end of the run; its exit code, 128 + n for a signal, 125 where nobody could record it.

        Ctrl-C is forwarded, also one that was held back (SIGINT blocked) until now. Raises BrokenPipeError when
        nobody reads the output any more.
        """
        before = signal.signal(signal.SIGINT, self._interrupted)
        terminated = signal.signal(signal.SIGTERM, self._terminated)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        try:
            self._attend()
            with self._keyboard():
                self._copy()
        finally:
            signal.signal(signal.SIGINT, before)
            signal.signal(signal.SIGTERM, terminated)
        return exit_status(self.folder)

    def follow_only(self, start: int = 0) -> int:
        """Follow from byte ``start`` to the end of the run; Ctrl-C ends the following, and not the run."""
        try:
            self._copy(start)
        except KeyboardInterrupt:
            return 130
        return 0

    def _attend(self) -> None:
        """While the run waits for GPUs, say what for each time that changes, but not more than once a minute where it
        stays in its place."""
        said: tuple[int, str] | None = None
        said_at = last_check = 0.0
        while not (self.folder / rundir.EXIT).exists():
            beat = rundir.read_json(self.folder / rundir.BEAT)
            if beat is None or not rundir.is_waiting(beat):
                break
            now = time.monotonic()
            words = gpu_choice.spell_wait(beat["waiting"])
            place = int(beat["waiting"]["place"])
            if said is None or said[0] != place or (said[1] != words and now - said_at >= _REPEAT_SECONDS):
                self._say_undisturbed(words)
                said, said_at = (place, words), now
            if now - last_check > 1.0:
                last_check = now
                if self._is_lost():
                    return
            time.sleep(_POLL_SECONDS)
        given = rundir.read_json(self.folder / claims.ATTEMPT_GPUS)
        if said is not None and given is not None:
            self._say_undisturbed(f"started on GPU {', '.join(str(gpu['index']) for gpu in given['gpus'])}")

    def _say_undisturbed(self, text: str) -> None:
        """Say a line while no signal comes in between: its handler says one, too, and lines cannot be nested."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            self.say(text)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})

    def _copy(self, start: int = 0) -> None:
        log = self._open_log()
        if log is not None:
            os.lseek(log, start, os.SEEK_SET)
        last_check = 0.0
        while True:
            ended = (self.folder / rundir.EXIT).exists()
            if not ended and time.monotonic() - last_check > 1.0:
                last_check = time.monotonic()
                ended = self._is_lost()
            while log is not None and (data := os.read(log, _CHUNK)):
                self._write(data)
            if ended:
                if log is not None:
                    os.close(log)
                return
            if log is None:
                log = self._open_log()
            time.sleep(_POLL_SECONDS)

    def _open_log(self) -> int | None:
        with contextlib.suppress(FileNotFoundError):
            return os.open(self.folder / rundir.LOG, os.O_RDONLY)
        return None

    def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self.output, data) :]
            except BlockingIOError:  # who shares our output has made it non-blocking
                select.select([], [self.output], [], 1.0)

    def _is_lost(self) -> bool:
        """Whether nobody is left who could write an exit record: the training and its supervisor are gone."""
        beat = rundir.read_json(self.folder / rundir.BEAT)
        if beat is None or beat["host"] != os.uname().nodename:
            return False
        if processes.status(beat["supervisor_pid"], beat["supervisor_ticks"]) != processes.GONE:
            return False
        gone = processes.status(beat["pid"], beat["start_ticks"]) == processes.GONE
        return gone and not (self.folder / rundir.EXIT).exists()

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the next waits until this one is said
        try:
            self._forward()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def _terminated(self, number: int, frame: FrameType | None) -> None:
        """Leave the terminal as it was found (a pty's keyboard is raw) and say what that means for the run."""
        waits = rundir.is_waiting(rundir.read_json(self.folder / rundir.BEAT))
        self.say(f"no longer watching; {self.name} {'stays in the queue' if waits else 'goes on'}")
        raise SystemExit(128 + number)

    def _forward(self) -> None:
        chosen = stopping.ESCALATION[min(self.interrupts, len(stopping.ESCALATION) - 1)]
        waits = rundir.is_waiting(rundir.read_json(self.folder / rundir.BEAT))
        self.interrupts += 1
        try:
            stopping.ask(self.folder, chosen, "Ctrl-C in the terminal")
        except (StopRefused, OSError) as error:
            self.say(f"not stopped: {error}")
            return
        if waits:
            self.say(f"took {self.name} out of the queue")
            return
        following = stopping.ESCALATION[self.interrupts :]
        more = f"; Ctrl-C again sends {following[0].name}" if following else ""
        self.say(f"sent {chosen.name} to {self.name}{more}")

    @contextlib.contextmanager
    def _keyboard(self) -> Iterator[None]:
        """For a run with a pty: send what is typed, and the window's size, to it."""
        keys = self.folder / pty_relay.KEYS
        if not keys.exists() or not sys.stdin.isatty():
            yield
            return
        try:
            sink = os.open(keys, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # the run is over already, and nobody reads its keys
            yield
            return
        saved = termios.tcgetattr(0)
        before = signal.signal(signal.SIGWINCH, lambda *_: self._send_size())
        self._send_size()  # it may have changed while the run waited for GPUs
        flags = fcntl.fcntl(0, fcntl.F_GETFL)
        try:
            tty.setraw(0)
            pump = _KeyPump(sink, self._note_interrupt)
            pump.start()
            yield
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)
            fcntl.fcntl(0, fcntl.F_SETFL, flags)
            signal.signal(signal.SIGWINCH, before)
            os.close(sink)

    def _note_interrupt(self) -> None:
        """A Ctrl-C typed into the pty reaches the command as SIGINT through its terminal: record who asked."""
        with contextlib.suppress(OSError):
            stopping.record(self.folder, signal.SIGINT, "Ctrl-C in the terminal")

    def _send_size(self) -> None:
        with contextlib.suppress(OSError):
            size = os.get_terminal_size(0)
            temporary = self.folder / f".{pty_relay.SIZE}"
            temporary.write_text(f"{size.lines} {size.columns}")
            temporary.replace(self.folder / pty_relay.SIZE)


class _KeyPump:
    """Copies the keyboard to a run's pty in a thread that ends with the viewer."""

    def __init__(self, sink: int, on_interrupt: Callable[[], None]) -> None:
        self.sink = sink
        self.on_interrupt = on_interrupt

    def start(self) -> None:
        import threading

        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        while data := os.read(0, 1024):
            if _INTERRUPT in data:
                self.on_interrupt()
            while data:
                try:
                    data = data[os.write(self.sink, data) :]
                except BlockingIOError:  # the command does not read what was pasted, or not yet
                    select.select([], [self.sink], [], 1.0)
                except OSError:
                    return


def exit_status(folder: Path) -> int:
    """What a shell would make of how that attempt ended; 125 when there is no record of it, 130 as for Ctrl-C when the
    user took it out of the queue."""
    record = rundir.read_json(folder / rundir.EXIT)
    if record is None:
        return UNKNOWN_EXIT
    if record.get("cancelled"):
        return CANCELLED_EXIT
    if record.get("signal"):
        return 128 + int(record["signal"])
    return int(record["exit_code"])
