"""Disks that fail a run: full before it ends, nearly full, silent, or out of files."""

from collections.abc import Iterable, Mapping
from typing import Any

from store.alert_rules import NOW
from store.findings import Finding
from store.host_findings import DISKS_STALE_SECONDS, SHARED_MEMORY
from store.machines import DISKS
from store.runs import Run
from store.symptoms import number, text
from workers.alerts.judgement import Judgement
from workers.alerts.sights import MachineSight

HOUR, DAY = 3600.0, 86400.0
BLIND_SECONDS = 12 * HOUR
"""A disk that will be full within this time is told though nothing says when its runs end."""
FAR_SECONDS = 3 * DAY
"""What is foreseen for later than this may come otherwise."""
URGENT_SECONDS = 3 * HOUR
MARGIN = 0.9
"""A disk that is full later than this share of a run's time left is full at about its end, or after it."""
STILL_SHARE = 0.2
"""In the last third of what is known a disk must have filled by this share of what its trend says: one large file that
was written long before is no trend, though the slope between most moments says so."""
SILENT_SECONDS = 150.0
"""For how long a disk must not have answered: one that is asked every minute was asked in vain twice."""
_KINDS = {"disk_full": "full", "disk_silent": "silent", "inodes": "inodes", "shm_full": "shm"}


def judge_disk(sight: MachineSight, sensitivity: str) -> list[Judgement]:
    """Each disk that a running run writes to and that will be full before it ends, and each that is as good as full.

    A run is known to write to where it works, to its run folder, and to what its command names.
    """
    found: list[Judgement] = []
    for reading in sight.readings:
        if reading.kind != DISKS:
            continue
        disks = [disk for disk in reading.data.get("disks") or () if text(disk, "path")]
        if sight.now - reading.as_of > DISKS_STALE_SECONDS:
            found += _unknown(disks, reading.host, sight.runs.values())
            continue
        running = [run for run in sight.runs.values() if run.host == reading.host and run.state == "running"]
        writers = _writers(disks, running)
        for disk in disks:
            path, subject = text(disk, "path"), f"disk:{reading.host}:{text(disk, 'path')}"
            wrong = {one.kind: one for one in sight.findings if one.subject == subject and one.kind in _KINDS}
            told = [_tell(sight, one, disk, writers[path]) for one in wrong.values()]
            found += [one for one in told if one is not None]
            if "disk_full" not in wrong and path != SHARED_MEMORY:
                found += _foresee(sight, disk, subject, writers[path])
    return found


def _tell(sight: MachineSight, finding: Finding, disk: Mapping[str, Any], runs: list[Run]) -> Judgement | None:
    """A disk that is in trouble now; few files left matter only where a run writes."""
    what, since = _KINDS[finding.kind], finding.since
    if what == "silent":
        since = _last_answer(sight, finding.subject)
        if sight.now - since < SILENT_SECONDS:
            return None
    elif finding.level != "bad" and not (what == "inodes" and runs):
        return None
    facts = _facts(disk, what) | {"count": disk.get("inodes_free") if what == "inodes" else None}
    severity = NOW if runs and finding.level == "bad" else None
    return Judgement("disk", True, facts, since=since, subject=finding.subject, occasion=what, severity=severity)


def _foresee(sight: MachineSight, disk: Mapping[str, Any], subject: str, runs: list[Run]) -> list[Judgement]:
    """A disk that will be full before the first of the runs that write to it and outlast it ends; None (nothing
    changes) while it does not fill any more."""
    full_at = number(disk.get("full_at"))
    left = None if full_at is None else full_at - sight.now
    if full_at is None or left is None or left > FAR_SECONDS:
        return []
    known = [(progress.eta_at, run) for run in runs if (progress := sight.progress.get(run.id)) and progress.eta_at]
    ends = {run.id: eta for eta, run in known if eta is not None}
    hit = sorted(
        (
            run
            for run in runs
            if (left < MARGIN * (ends[run.id] - sight.now) if run.id in ends else left <= BLIND_SECONDS)
        ),
        key=lambda run: ends.get(run.id, full_at),
    )
    if not hit:
        return []
    only = hit[0] if len(hit) == 1 else None
    urgent = left < URGENT_SECONDS
    facts = _facts(disk, "before_end") | {"full_at": full_at, "ends_at": ends.get(hit[0].id), "name": hit[0].name}
    fills = _still_fills(sight, subject, (number(disk.get("free")) or 0.0) / max(left, 1.0))
    return [
        Judgement(
            "disk",
            True if fills else None,
            facts if fills else {},
            run_id=only.id if only else None,
            attempt=only.attempt if only else None,
            subject=subject,
            occasion="before_end:now" if urgent else "before_end",
            severity=NOW if urgent else None,
        )
    ]


def _still_fills(sight: MachineSight, subject: str, pace: float) -> bool:
    """Whether a disk that is foreseen to fill by ``pace`` bytes a second did so lately too, as far as that is known."""
    points = sight.history(subject, "free", DAY)
    if not points:
        return True
    begin = sight.now - (sight.now - points[0][0]) / 3
    late = [point for point in points if point[0] >= begin]
    return bool(late) and late[0][1] - late[-1][1] >= STILL_SHARE * pace * (late[-1][0] - late[0][0])


def _facts(disk: Mapping[str, Any], what: str) -> dict[str, Any]:
    return {"path": text(disk, "path"), "what": what, "free": disk.get("free"), "total": disk.get("total")}


def _last_answer(sight: MachineSight, subject: str) -> float:
    """When a disk last told how much is free, in epoch seconds; far back where it has not for an hour."""
    points = sight.history(subject, "free", HOUR)
    return points[-1][0] if points else sight.now - HOUR


def _writers(disks: Iterable[Mapping[str, Any]], runs: Iterable[Run]) -> dict[str, list[Run]]:
    """The runs that write to each disk, by its path."""
    found: dict[str, list[Run]] = {text(disk, "path"): [] for disk in disks}
    for run in runs:
        named = [word.rpartition("=")[2] for word in run.argv[1:]]
        for path in {_disk_of(place, found) for place in (run.cwd, run.directory, *named) if place.startswith("/")}:
            if path is not None:
                found[path].append(run)
    return found


def _disk_of(place: str, disks: Iterable[str]) -> str | None:
    """The disk on which a path lies: that with the longest path above it."""
    above = [path for path in disks if path == "/" or place == path or place.startswith(path.rstrip("/") + "/")]
    return max(above, key=len, default=None)


def _unknown(disks: Iterable[Mapping[str, Any]], host: str, runs: Iterable[Run]) -> list[Judgement]:
    """Nothing can be told of these disks, whatever was told before."""
    machine = [*_KINDS.values(), "before_end", "before_end:now"]
    whose = list(runs)
    found = []
    for disk in disks:
        subject = f"disk:{host}:{text(disk, 'path')}"
        found += [Judgement("disk", None, subject=subject, occasion=what) for what in machine]
        found += [
            Judgement("disk", None, run_id=run.id, attempt=run.attempt, subject=subject, occasion=what)
            for run in whose
            for what in ("before_end", "before_end:now")
        ]
    return found
