"""From run directories to the journal: reads logs by offset, judges states, raises alerts.

The directories are the truth and are only read. Everything found out about a run at one moment is committed in one
transaction, so that an ingester killed at any point has lost nothing and repeats nothing; a cursor moves only if it
still stands where it was read, so that two ingesters cannot count a line twice.
"""

import logging
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from store import logs, runs
from store.database import is_of_the_journal, write
from store.settings import Settings
from workers import manifests
from workers.evidence import find_orphan, gather
from workers.forecasts import Forecast
from workers.logs import tailer
from workers.machine import processes
from workers.machine.awake import boot_clock
from workers.metric_files import MetricFiles
from workers.mirrors import Mirrors
from workers.moments import Backlog, find_backlog, find_origin
from workers.naps import NapWatch
from workers.readings import LogReading
from workers.recording import Finding, keep_excerpt, raise_alert, record_finding, suspensions
from workers.runs import rundir
from workers.verdicts import SILENT_SECONDS, Evidence, Verdict, judge
from workers.watched import Watched

log = logging.getLogger(__name__)

LAST_LINE_CHARACTERS = 400
SLOW_TICKS = 20
"""Every how many looks at what rarely changes: ended runs that may yet revive, the folder's listing."""
LOG_POLLS, LOG_SECONDS = 3, 1.5
"""Every how many polls the log of a run that goes on as it did is read, and how many seconds apart that is at most."""
CONFIRM_SECONDS = 1.0
"""How long a process must be seen gone without an exit record before we conclude anything from it."""
BESIDE_SECONDS = 60.0
"""A run that ended so shortly before another began may have written what the other seems to have."""
PARSED_BYTES = 1 << 20
"""How much of a log is parsed at once: what comes of it is held in memory until it is written."""
FILES_SECONDS = 2.0
"""How often the metric files that a run writes beside its log are looked at."""
BATCH = 200
"""How many directories new to the journal are taken up in a tick, so that thousands do not keep others waiting."""
REVIVE_WITHIN_SECONDS = 7 * 86400.0
"""A run whose end was inferred longer ago than this is not looked at again when a daemon starts."""
_SETTLED_SECONDS = 1.0


def log_seconds(settings: Settings) -> float:
    """How many seconds apart the log of a run that goes on is read."""
    poll = settings.poll_seconds
    return max(poll, min(poll * LOG_POLLS, LOG_SECONDS))


class Ingester:
    """Brings the journal up to date with the run directories, a tick at a time; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        boot: Callable[[], float | None] = boot_clock,
        dashboard_url: Callable[[], str] = lambda: "",
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.clock, self.steady = clock, steady
        self.dashboard_url = dashboard_url
        self.beat = beat
        self.here = socket.gethostname()
        self.naps = NapWatch(connection, self.here, clock=clock, steady=steady, boot=boot)
        self.watched: dict[str, Watched] = {}
        self.known, self._reopen = runs.watched_ids(connection)
        self.files = MetricFiles(connection, spare=[str(settings.home)])
        self.mirrors = Mirrors()
        self.unreadable: dict[str, str] = {}
        self.backlog: list[str] = []
        """Names of directories that were found and not taken up yet; tick again at once while there are some."""
        self.ticks = 0
        self._folder_mtime = -1

    def tick(self, *, glance: bool = False) -> int:
        """Look at everything once; how many alerts were raised. A ``glance`` leaves out runs that go on as before."""
        self.naps.look()
        self._reopen_known()
        self._list_folder()
        for _ in range(min(BATCH, len(self.backlog))):
            self._take_up(self.settings.runs_folder / self.backlog.pop())
            self.beat()
        raised = 0
        for run_id, watched in list(self.watched.items()):
            if (watched.ended or watched.trouble) and self.ticks % SLOW_TICKS:
                continue
            if glance and watched.goes_on():
                continue
            try:
                raised += self._look(watched)
                watched.trouble = None
            except Exception as error:
                watched.reading = watched.forecast = None  # they may be ahead of what is written
                if is_of_the_journal(error):
                    raise
                if watched.trouble != repr(error):
                    log.exception("cannot make sense of run %s; it is left as it is", run_id)
                watched.trouble = repr(error)
            self.beat()
        self.ticks += 1
        return raised

    def _reopen_known(self) -> None:
        """Take up, once, the runs that the journal still has open."""
        for run_id in list(self._reopen):
            self._reopen.discard(run_id)
            run = runs.get_run(self.connection, run_id)
            if run and (run.is_active or self.clock() - (run.ended or run.updated) <= REVIVE_WITHIN_SECONDS):
                self.watched[run_id] = Watched(Path(run.directory), manifests.manifest_of(run), ended=not run.is_active)

    def _list_folder(self) -> None:
        """Find directories that are not in the journal yet; the newest comes last in the backlog, and first out."""
        folder = self.settings.runs_folder
        try:
            modified = folder.stat().st_mtime_ns
        except OSError:
            return
        if modified == self._folder_mtime and self.ticks % SLOW_TICKS:
            return
        # The clock of a filesystem is coarse: what is made right after the listing may leave the same time behind.
        settled = abs(time.time() - modified / 1e9) > _SETTLED_SECONDS
        self._folder_mtime = modified if settled else -1
        with os.scandir(folder) as entries:
            self.backlog = sorted(
                entry.name for entry in entries if entry.name not in self.known and entry.name[0] != "."
            )

    def _take_up(self, directory: Path) -> None:
        """Enter a run that is new to the journal; a directory that is none is passed over, and that said once."""
        try:
            manifest = manifests.read_manifest(directory)
            if manifests.is_launching(directory, manifest, self.clock()):
                self._folder_mtime = -1
                return
            with write(self.connection):
                runs.record_launch(self.connection, manifests.redacted(manifest, self.settings), str(directory))
        except Exception as error:
            if is_of_the_journal(error):
                raise
            if self.unreadable.get(directory.name) != str(error):
                log.warning("%s is passed over: %s", directory, error)
            self.unreadable[directory.name] = str(error)
            return
        self.unreadable.pop(directory.name, None)
        self.known.add(directory.name)
        words = [str(word) for word in manifest["argv"]]
        cwd, created = str(manifest["cwd"]), float(manifest["created"])
        self.files.beware(runs.Neighbour(str(manifest["id"]), cwd, created, None, words))
        self.watched[directory.name] = Watched(directory, manifest)

    def _look(self, watched: Watched) -> int:
        """Bring one run up to date; how many alerts that raised."""
        number = rundir.latest_attempt(watched.directory) or self._last_attempt(watched.id)
        folder = rundir.attempt_folder(watched.directory, number)
        path = folder / rundir.LOG
        exit_record = rundir.read_json(folder / rundir.EXIT)  # before the log: what it ended with is then in the log
        if watched.ended and exit_record is None and not self._stirs(folder):
            return 0
        beat = rundir.read_json(folder / rundir.BEAT) or self._remembered_beat(watched, number, folder)
        sighting = watched.sight(self.connection, number, beat, self.here, self.clock()) if beat else None
        copied = watched.is_attached and self.mirrors.follow(folder, beat=self.beat)
        before = logs.read_cursor(self.connection, watched.id, number, str(path))
        looked = time.time()
        # of now: one run that writes faster than we read must not keep us for ever
        backlog = find_backlog(path, before, looked=watched.log_read, origin=lambda: find_origin(folder, beat))
        after = self._read(watched, number, path, before, backlog, copied=copied)
        while before.offset != after.offset < backlog.end and self._commit_log(watched, number, before, after):
            self.beat()
            before = after
            after = self._read(watched, number, path, before, backlog, copied=copied)
        if after.offset >= backlog.end:
            watched.log_read = looked
        if beat and sighting:
            beat = {**beat, "suspended": sighting.spans}
        evidence = gather(
            folder,
            watched.manifest,
            exit_record,
            now=self.clock(),
            beat=beat,
            log_modified=after.last_output,
            here=self.here,
            progress=watched.reading.standing() if watched.reading else None,
            seen=sighting.seen if sighting else None,
            vanished=sighting.vanished if sighting else None,
        )
        if processes.RUNNING in (evidence.training, evidence.supervisor):
            watched.gone_since = None
        verdict = judge(evidence)
        watched.note_life(folder, evidence)
        if not folder.is_dir() and evidence.beat is not None:
            verdict = replace(verdict, evidence=[*verdict.evidence, "its run directory is gone"])
        if verdict.has_ended and verdict.certainty == "inferred" and not self._is_confirmed(watched, folder):
            self._commit_log(watched, number, before, after)
            return 0
        if verdict.has_ended or self.steady() - watched.files_read >= FILES_SECONDS:
            self._read_files(watched, number, evidence, verdict)
        if verdict.has_ended and watched.reading is not None:
            after = watched.reading.finish(after, after.last_output or self.clock())
        return self._commit(watched, number, folder, evidence, verdict, before, after)

    def _read(
        self, watched: Watched, number: int, path: Path, before: logs.Cursor, backlog: Backlog, *, copied: bool
    ) -> logs.Cursor:
        """Read and parse what the log has grown by; the cursor behind it, which nothing is written of yet.

        A ``copied`` log goes on in another file where the one that was read before was: it has the same bytes.
        """
        patterns = self.settings.patterns
        if watched.reading is None or not watched.reading.goes_on_from(number, before, patterns):
            watched.reading = LogReading(watched.id, number, before, patterns)
        after, data = tailer.read_new(path, replace(before, file_id=None) if copied else before, PARSED_BYTES)
        if not data:
            return after
        modified = after.last_output or self.clock()
        start = after.offset - len(data)
        after = replace(after, last_output=backlog.moment(after.offset, modified))
        return watched.reading.feed(before, after, backlog.cut(data, start, modified))

    def _read_files(self, watched: Watched, number: int, evidence: Evidence, verdict: Verdict) -> None:
        """Read the metric files that a run writes beside its log; at its end to their end, before that is recorded."""
        if verdict.started is None:
            return
        if not watched.files_read and verdict.started is not None:
            until = verdict.ended if verdict.has_ended and verdict.ended is not None else self.clock()
            for other in runs.runs_beside(self.connection, verdict.started - BESIDE_SECONDS, until + BESIDE_SECONDS):
                if other.id != watched.id:
                    self.files.beware(other)
        watched.files_read = self.steady()
        if verdict.started is None or self._has_recorded_end(watched.id, number):
            return
        beat = evidence.exit or evidence.beat or {}
        here = beat.get("host") in (None, self.here)
        self.files.watch(
            watched.id,
            pid=beat.get("pid") if here else None,
            cwd=str(watched.manifest["cwd"]),
            started=verdict.started,
            ended=verdict.ended if verdict.has_ended else None,
            argv=[str(word) for word in watched.manifest["argv"]],
            log=rundir.attempt_folder(watched.directory, number) / rundir.LOG,
        )
        self.files.read(watched.id, number, final=verdict.has_ended, beat=self.beat)
        if verdict.has_ended:
            self.files.forget(watched.id, verdict.ended)

    def _last_attempt(self, run_id: str) -> int:
        """The number of the last attempt that the journal knows, for a run whose directory is gone."""
        return max((attempt.number for attempt in runs.attempts_of(self.connection, run_id)), default=1)

    def _remembered_beat(self, watched: Watched, number: int, folder: Path) -> dict[str, Any] | None:
        """What is known of the processes of an attempt whose beat is gone, or never came; None before its start."""
        for known in runs.attempts_of(self.connection, watched.id):
            if known.number == number and known.pid is not None:
                return {**vars(known), "at": known.beat_at or known.started}
        if manifests.is_launching(watched.directory, watched.manifest, self.clock()):
            return None
        return find_orphan(folder, watched.manifest)

    def _stirs(self, folder: Path) -> bool:
        """Whether a run we had concluded the end of shows a sign of life after all."""
        beat = rundir.read_json(folder / rundir.BEAT)
        if beat is None:
            return False
        if beat.get("host") != self.here:
            return self.clock() - float(beat.get("at", 0)) < SILENT_SECONDS
        return processes.status(beat.get("pid"), beat.get("start_ticks")) != processes.GONE

    def _is_confirmed(self, watched: Watched, folder: Path) -> bool:
        """Whether nothing but absence has been seen for a while: an exit record may be just being written."""
        now = self.steady()
        if watched.gone_since is None:
            watched.gone_since = now
        return now - watched.gone_since >= CONFIRM_SECONDS and not (folder / rundir.EXIT).exists()

    def _commit_log(self, watched: Watched, number: int, before: logs.Cursor, after: logs.Cursor) -> bool:
        if after == before:
            return True
        with write(self.connection):
            moved = self._advance(watched, number, before, after)
            if watched.forecast is not None:
                watched.forecast.keep(self.connection)
            return moved

    def _advance(self, watched: Watched, number: int, before: logs.Cursor, after: logs.Cursor) -> bool:
        if after.last_line:  # redacted before it is cut, or half a token might stay
            after = replace(after, last_line=self.settings.redact(after.last_line)[:LAST_LINE_CHARACTERS])
        token = self.settings.pushbullet_token.encode()
        if token:
            after = replace(after, partial=after.partial.replace(token, b"*" * len(token)))
            parser = after.parser and after.parser.replace(token.decode(), "*" * len(token))
            after = replace(after, parser=parser)
        if not logs.advance_cursor(self.connection, watched.id, number, before, after):
            return False
        if watched.reading is not None:
            harvest = watched.reading.write(self.connection)
            self._forecast_of(watched, number).add(harvest.marks, list(harvest.columns))
        return True

    def _forecast_of(self, watched: Watched, number: int) -> Forecast:
        """What is foretold of an attempt, begun anew where there is none."""
        if watched.forecast is None or watched.forecast.attempt != number:
            run = runs.get_run(self.connection, watched.id)
            if run is None:
                raise LookupError(f"run {watched.id} is not in the journal")
            watched.forecast = Forecast(self.connection, run, number, poll=log_seconds(self.settings))
        return watched.forecast

    def _write_forecast(self, watched: Watched, evidence: Evidence, verdict: Verdict, now: float) -> None:
        forecast = watched.forecast
        if forecast is not None and (forecast.is_due(now) or verdict.has_ended):
            naps = self.naps.spans if forecast.run.host == self.here else ()
            forecast.write(self.connection, now, suspended=suspensions(evidence), naps=naps, ended=verdict.has_ended)

    def _commit(
        self,
        watched: Watched,
        number: int,
        folder: Path,
        evidence: Evidence,
        verdict: Verdict,
        before: logs.Cursor,
        after: logs.Cursor,
    ) -> int:
        """Write what changed, all of it or nothing; how many alerts were raised."""
        beat = evidence.exit or evidence.beat or {}
        minute = watched.sighting.minute if watched.sighting else None
        state = (number, verdict, beat.get("pid"), len(evidence.stops), suspensions(evidence), minute)
        now = self.clock()
        is_due = watched.forecast is not None and watched.forecast.is_due(now)
        if state == watched.written and after == before and not is_due:
            return 0
        raised = 0
        with write(self.connection):
            if after != before and not self._advance(watched, number, before, after):
                return 0  # another ingester was faster: look again next time
            if state != watched.written and not verdict.has_ended and self._has_recorded_end(watched.id, number):
                return 0  # and has seen more than we had when we looked
            if state != watched.written:
                known = Finding(watched.id, number, evidence, verdict, now)
                record_finding(self.connection, self.settings, known)
                self._write_forecast(watched, evidence, verdict, now)  # the alert tells how far it came
                if verdict.has_ended:
                    keep_excerpt(self.connection, self.settings, known, folder / rundir.LOG, after)
                    raised = raise_alert(self.connection, self.settings, known, self.dashboard_url())
            else:
                self._write_forecast(watched, evidence, verdict, now)
        watched.written = state
        watched.ended = verdict.has_ended
        if verdict.has_ended:
            self.mirrors.forget(folder)
        if verdict.has_ended and verdict.certainty == "recorded":
            del self.watched[watched.id]
        return raised

    def _has_recorded_end(self, run_id: str, number: int) -> bool:
        run = runs.get_run(self.connection, run_id)
        return run is not None and run.attempt == number and not run.is_active and run.certainty == "recorded"
