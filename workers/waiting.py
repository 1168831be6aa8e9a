"""What goes on beside the trainings: tasks whose date has come, the researcher's session, and what the search knows."""

import sqlite3
import time
from collections.abc import Callable

from store import projects, sessions, tasks
from store.database import write
from store.settings import Settings
from store.task_rows import Task, due
from workers.alerts import raising
from workers.documents import DocumentKeeper
from workers.machine.awake import Clocks, boot_clock, measure, read_clocks

LOOK_SECONDS = 5.0
SEEN_SECONDS = 60.0
"""How often an open session is written down as going on."""
_LEAST_SLEEP_SECONDS = 5.0


class WaitingWatch:
    """Looks every few seconds; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        boot: Callable[[], float | None] = boot_clock,
        dashboard_url: Callable[[], str] = lambda: "",
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock, self.steady, self.boot = clock, steady, boot
        self.dashboard_url = dashboard_url
        self.documents = DocumentKeeper(connection, clock=clock)
        self._before: Clocks | None = None
        self._seen = -SEEN_SECONDS

    def tick(self) -> int:
        """Look once; how many alerts were raised."""
        now = read_clocks(self.clock, self.steady, self.boot)
        raised = self._wake_tasks(now.wall)
        self._follow_session(now)
        return raised

    def _wake_tasks(self, now: float) -> int:
        if not due(self.connection, now):
            return 0
        with write(self.connection):
            woken = tasks.wake_due(self.connection, now)
            return sum(self._tell(task, now) for task in woken if task.woken_by == "date")

    def _tell(self, task: Task, now: float) -> int:
        names = {one.id: one.name for one in projects.list_projects(self.connection)}
        raised = raising.raise_alert(
            self.connection,
            self.settings,
            kind="task",
            occurred=now,
            now=now,
            occasion=f"{task.id}/{now:.3f}",
            facts={"task": task.id, "title": task.title, "project": names.get(task.project_id or 0, "")},
            dashboard_url=self.dashboard_url(),
        )
        return int(raised is not None)

    def _follow_session(self, now: Clocks) -> None:
        """Sleep of the machine is no work, and a session that somebody forgot ends."""
        before, self._before = self._before, now
        slept = 0.0
        if before is not None:
            lapse = measure(before, now)
            slept = max(0.0, now.wall - before.wall - lapse.awake) if lapse.asleep is None else lapse.asleep
        is_asleep = slept >= _LEAST_SLEEP_SECONDS
        if not is_asleep and now.steady - self._seen < SEEN_SECONDS:
            return
        self._seen = now.steady
        if sessions.open_session(self.connection) is not None:
            with write(self.connection):
                sessions.touch(self.connection, now.wall, slept if is_asleep else 0.0)
