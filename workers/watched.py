"""A run that the daemon looks at, and what it remembers of it from look to look."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store import runs
from store.progress import suspended_spans
from workers.forecasts import Forecast
from workers.machine import processes
from workers.readings import LogReading
from workers.runs import rundir
from workers.sightings import Sighting
from workers.verdicts import Evidence


@dataclass
class Watched:
    """A run that is looked at, and what was last written of it."""

    directory: Path
    manifest: dict[str, Any]
    written: tuple[Any, ...] | None = None
    gone_since: float | None = None
    ended: bool = False
    trouble: str | None = None
    reading: LogReading | None = None
    forecast: Forecast | None = None
    files_read: float = 0.0
    log_read: float | None = None
    """When the log was last read to its end."""
    sighting: Sighting | None = None
    life: tuple[Path, Mapping[str, Any], str, str] | None = None
    """What it lived by when it was last looked at: the attempt's folder, its beat, the states of its two processes."""

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.manifest["id"])

    @property
    def is_attached(self) -> bool:
        """Whether it was running already when watching it began, so that it has no supervisor."""
        return self.manifest.get("engine") == rundir.ATTACHED

    def note_life(self, folder: Path, evidence: Evidence) -> None:
        """Keep what :meth:`goes_on` compares with; only a training that lives on this machine can be seen to go on."""
        lives = evidence.training != processes.GONE and evidence.beat is not None
        self.life = (folder, evidence.beat or {}, evidence.training, evidence.supervisor) if lives else None

    def goes_on(self) -> bool:
        """Whether the processes are as they were and no exit is recorded: for a few reads of small files."""
        if self.life is None:
            return False
        folder, beat, training, supervisor = self.life
        return (
            processes.status(beat.get("pid"), beat.get("start_ticks")) == training
            and processes.status(beat.get("supervisor_pid"), beat.get("supervisor_ticks")) == supervisor
            and folder.is_dir()
            and not (folder / rundir.EXIT).exists()
        )

    def sight(
        self, connection: sqlite3.Connection, attempt: int, beat: Mapping[str, Any], here: str, now: float
    ) -> Sighting | None:
        """Look whether the process of an attached run lives; go on from what an earlier daemon saw of it."""
        if not self.is_attached:
            return None
        if self.sighting is None:
            known = [one for one in runs.attempts_of(connection, self.id) if one.number == attempt]
            spans = suspended_spans(connection, self.id, attempt)
            self.sighting = Sighting.known(known[0].beat_at if known else None, spans)
        if beat.get("boot_id") == processes.boot_id() and beat.get("host") == here:
            self.sighting.note(processes.status(beat.get("pid"), beat.get("start_ticks")), now)
        return self.sighting
