"""A researcher whose daemon, commands and pages are real processes: the same week, and only the clocks are driven."""

import math
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from store import sessions
from tests.fakes.clock import DrivenClock, Moment
from tests.fakes.command import Machiai
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.colleague import Colleague
from tests.stories.equipment import Script
from tests.workers.alerts.lab import HOUR, MINUTE
from workers.alerts.watch import LOOK_SECONDS
from workers.code.watch import LOOK_SECONDS as CODE_SECONDS

THREADS = 9
"""Of the daemon: those of its workers that wait for a time, all but the one that waits for the sampler."""
WORKING, IDLE = HOUR, 6 * HOUR
"""How long at most nobody looks: while something runs, while nothing does."""
_GAP = LOOK_SECONDS + 1.0
"""What one worker of the daemon found, the others see when they look again."""


class Workplace(Colleague):
    """The daemon is a process that believes the driven clocks; it comes to rest before anything is asked of it."""

    code_age = 2 * CODE_SECONDS + 1

    def __init__(self, home: Path, server: PushbulletServer, *, now: float) -> None:
        self.looks = 0
        self.paces: dict[str | None, float] = {}
        self.begun = float("-inf")
        self._is_touched = False
        super().__init__(home / "data", server, now=now)

    def open(self) -> None:
        self.relays = None
        self.hands = DrivenClock(self.settings.home.parent, self._moment())
        token = {"MACHIAI_PUSHBULLET_TOKEN": self.server.token, "MACHIAI_PUSHBULLET_URL": self.server.url}
        home = self.settings.home
        self.shell = Machiai(home, home, token | self.hands.environment())
        self.shell.environment["MACHIAI_POLL_SECONDS"] = "1"
        steady = self.hands.environment(steady=True)
        with ExitStack() as stack:
            stack.enter_context(self.hands)
            self.daemon = stack.enter_context(Machiai(home, home, self.shell.environment | steady)).start_daemon()
            self.hands.settle(self.daemon.pid, THREADS)
            self.serve(stack)
            self.stack = stack.pop_all()

    def serve(self, stack: ExitStack) -> None:
        """Let what is needed besides run until all ends."""

    def close(self) -> None:
        self.daemon.terminate()
        with self.hands.running():
            self.daemon.wait(20)
        self.stack.close()
        super().close()

    def _moment(self) -> Moment:
        return Moment(self.wall, self.steady, self.boot)

    # What the daemon does

    def be_daemon(self) -> int:
        """Let the daemon see how late it is, and wait until it has nothing left to do."""
        self.looks += 1
        self.hands.set(self._moment())
        self.hands.settle(self.daemon.pid, THREADS)
        return 0

    def look(self, seconds: float = 0.0, *, every: float = LOOK_SECONDS) -> int:
        """Let time pass; the daemon looks when something happens, at the end, and seldom in between."""
        end = self.steady + seconds
        if self._moment() != self.hands.moment:
            self._tick()
        while self.steady < end - 1e-6:
            event = self._next_event()
            self._pass_until(min(end, event, self._next_look()))
            if event < end:
                self._pass_until(event + _GAP)
        return 0

    def _pass_until(self, moment: float) -> None:
        if moment > self.steady + 1e-6:
            self.live(moment)
            self._tick()

    def _next_look(self) -> float:
        """Some time from now; right behind a line of a log, so that it is known when those before it were written."""
        least = self.steady + (WORKING if self.running() else IDLE)
        lines = self._lines()
        first = [line for line, every in lines if self.steady - every < self.begun]
        lasts = [line + math.ceil((least - line) / every) * every for line, every in lines]
        return min(first, default=max(lasts, default=least)) + 0.5

    def _lines(self) -> list[tuple[float, float]]:
        """When each run writes its next line, and how far apart they are."""
        return [(turn.at, self.paces[turn.run]) for turn in self._scripts if turn.run in self.paces]

    def train_run(self, name: str, project: str, minutes: float, *, every: float = MINUTE, **how: Any) -> str:
        run = super().train_run(name, project, minutes, every=every, **how)
        self.paces[run], self.begun = every, self.steady
        return run

    def _next_event(self) -> float:
        """When a run ends next, or something that was to happen later does; a moment behind it."""
        ends = [one.end for one in self.running().values()]
        others = [turn.at for turn in self._scripts if turn.run is None]
        return min((one + 0.001 for one in (*ends, *others) if one > self.steady - 0.001), default=float("inf"))

    def _take_time(self) -> None:
        self.live(self.hands.moment.steady)

    def look_at_code(self) -> None:
        if self._is_touched:
            self.look(CODE_SECONDS + _GAP)
            self._is_touched = False

    def catch_up(self) -> None:
        self.look(MINUTE)

    # What is known of it

    def edit(self, project: str, path: str, text: str) -> None:
        self._is_touched = True
        super().edit(project, path, text)

    def commit(self, project: str, subject: str, **files: str) -> str:
        self._is_touched = True
        return super().commit(project, subject, **files)

    def begin(self, kind: str, minutes: float, **about: Any) -> int:
        self.mark(minutes * MINUTE + 1.0)
        return super().begin(kind, minutes, **about)

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.mark(LOOK_SECONDS)

    def mark(self, seconds: float) -> None:
        """The daemon looks once after so long."""

        def nothing() -> Script:
            yield from ()

        self.play(nothing(), after=seconds)

    def open_session(self) -> sessions.Session | None:
        """What goes on, as the journal has it."""
        return sessions.open_session(self.connection)

    # What a log says

    def prints(self, run: str, *lines: str, end: str = "\n") -> None:
        """It writes these lines now, with the time before its steps; those all as long as each other, for the daemon
        takes it from their length when each was written of those that it reads at once."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.wall))
        told = (f"{stamp} {line:<40}" if line.startswith("step ") else line for line in lines)
        super().prints(run, *told, end=end)
