"""Who has which GPU, and who waits for one: a file a run, written under one lock.

``$MACHIAI_HOME/gpus/claims/<run id>.json`` is a run's :class:`Claim`; it lives as long as who holds it does: the
launcher, then the supervisor, and where that is gone the training itself. A claim of the dead holds nothing, whether
its file is still there or not, so nobody has to be alive for the queue to go on. Standard library only.
"""

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workers.machine import processes
from workers.runs import gpu_choice, rundir
from workers.runs.gpu_choice import Claim as Claim
from workers.runs.gpu_choice import free_gpus as free_gpus

ATTEMPT_GPUS = "gpus.json"
"""In the attempt folder: the GPUs that this execution was given."""
LOCK_SECONDS = 10.0
SILENT_SECONDS = 180.0
"""How long one in another container of this machine, whose processes we do not see, lives on after its last beat."""
Living = Callable[[Path, Claim], bool]


class NotQueued(Exception):
    """A run is not in the queue (any more), so it cannot be moved there."""


class NotFree(Exception):
    """The GPUs asked for are not free: ``rows`` has each GPU with who has it, ``free`` is how many are."""

    def __init__(self, rows: list[tuple[gpu_choice.Gpu, str]], free: int) -> None:
        self.rows = rows
        self.free = free
        super().__init__(f"{free} free: " + "; ".join(f"GPU {gpu['index']} {words}" for gpu, words in rows))


def folder(home: Path) -> Path:
    """Where the claims lie; its modification time tells of one that came, went or changed."""
    return home / "gpus" / "claims"


@contextlib.contextmanager
def lock(home: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the lock on all claims, which the kernel lets go of when we die; TimeoutError when it is not had in time."""
    for one in (home, home / "gpus", folder(home)):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home / "gpus" / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise TimeoutError(f"another process holds {home / 'gpus' / 'lock'}") from None
                time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def standing(home: Path, *, is_living: Living | None = None) -> list[Claim]:
    """All living claims of this machine, the granted ones first, then the queue in its order.

    The files of dead ones are taken away where the lock can be had at once.
    """
    living, dead = _read_all(home, is_living or lives)
    if dead:
        with contextlib.suppress(OSError), lock(home, seconds=0.0):
            living, dead = _read_all(home, is_living or lives)
            _sweep(home, dead)
    return living


def reserved(home: Path) -> dict[str, str]:
    """The GPUs that runs have, uuid → run id."""
    return {str(gpu["uuid"]): claim.run for claim in _read_all(home, lives)[0] for gpu in claim.gpus or ()}


def queue_rows(home: Path, claims: Sequence[Claim] | None = None) -> list[dict[str, Any]]:
    """The queue for a reader: run, name, count, place (from 1), asked, and why it waits, in its supervisor's words."""
    rows: list[dict[str, Any]] = []
    for claim in standing(home) if claims is None else claims:
        if not claim.is_granted:
            beat = rundir.read_json(_attempt(home, claim) / rundir.BEAT) or {}
            why = str((beat.get("waiting") or {}).get("why") or "")
            rows.append(
                {"run": claim.run, "name": claim.name, "count": claim.count, "place": len(rows) + 1}
                | {"asked": claim.asked, "why": why}
            )
    return rows


def ask(
    home: Path,
    run: str,
    name: str,
    count: int,
    sample: Mapping[str, Any],
    *,
    within: str | None,
    wait: bool,
    now: float,
    is_living: Living | None = None,
) -> Claim:
    """Claim ``count`` GPUs for a run on behalf of this process: granted where they are free and nobody is before it.

    Else it is in the queue; without ``wait``, NotFree says who has them, and nothing is written. OSError (TimeoutError
    too) where the claims cannot be written.
    """
    with lock(home):
        living, dead = _read_all(home, is_living or lives)
        _sweep(home, dead)
        turn = 1 + max((one.turn for one in living), default=0)
        pid = os.getpid()
        here = (socket.gethostname(), processes.boot_id(), pid, processes.start_ticks(pid))
        claim = Claim(run, name, count, now, turn, *here, within)
        given = gpu_choice.allot(sample, [*living, claim]).get(run)
        if given is None and not wait:
            rows = gpu_choice.explain_each(sample, living, within)
            raise NotFree(rows, sum(words == "free" for _, words in rows))
        if given is not None:
            claim = _granted(claim, given, now)
        _write(home, claim)
        return claim


def adopt(home: Path, claim: Claim, *, is_living: Living | None = None) -> bool:
    """Hold a claim from now on in place of the launcher; False when its GPUs went to another run meanwhile."""
    with lock(home):
        others = {
            gpu["uuid"]
            for one in _read_all(home, is_living or lives)[0]
            if one.run != claim.run
            for gpu in one.gpus or ()
        }
        if any(gpu["uuid"] in others for gpu in claim.gpus or ()):
            return False
        pid = os.getpid()
        _write(home, replace(claim, pid=pid, start_ticks=processes.start_ticks(pid)))
    return True


def grant(
    home: Path, claim: Claim, sample: Mapping[str, Any], now: float, *, is_living: Living | None = None
) -> Claim | None:
    """Give a run of the queue its GPUs if they are free and it is its turn; the claim as it is then, else None."""
    with lock(home):
        living, dead = _read_all(home, is_living or lives)
        _sweep(home, dead)
        mine = next((one for one in living if one.run == claim.run), None)
        if mine is None:
            return None
        given = list(mine.gpus) if mine.gpus is not None else gpu_choice.allot(sample, living).get(mine.run)
        if given is None:
            return None
        mine = mine if mine.is_granted else _granted(mine, given, now)
        _write(home, mine)
        return mine


def release(home: Path, run: str) -> None:
    """Take a run's claim away: its GPUs are free, or it left the queue."""
    with contextlib.suppress(OSError):
        (folder(home) / f"{run}.json").unlink(missing_ok=True)


def move(home: Path, run: str, before: str | None, *, is_living: Living | None = None) -> int:
    """Put a run of the queue before another one, or last; its place then. NotQueued where one of them is not in it."""
    with lock(home):
        living, dead = _read_all(home, is_living or lives)
        _sweep(home, dead)
        order = [one.run for one in living if not one.is_granted]
        for one in (run, before):
            if one is not None and one not in order:
                raise NotQueued(f"run {one} does not wait for GPUs (any more)")
        if run != before:
            order.remove(run)
            order.insert(len(order) if before is None else order.index(before), run)
            _write_file(home / "gpus" / "order.json", order)
        return 1 + order.index(run)


def lives(home: Path, claim: Claim) -> bool:
    """Whether who holds a claim is alive: its launcher or supervisor, or else the training that was started."""
    attempt = _attempt(home, claim)
    if claim.boot_id != processes.boot_id() or (attempt / rundir.EXIT).exists():
        return False
    beat = rundir.read_json(attempt / rundir.BEAT) or {}
    if claim.host != socket.gethostname():
        return time.time() - max(claim.asked, float(beat.get("at") or 0.0)) < SILENT_SECONDS
    if processes.status(claim.pid, claim.start_ticks) != processes.GONE:
        return True
    if beat.get("pid"):
        return processes.status(beat["pid"], beat.get("start_ticks")) != processes.GONE
    return (attempt / ATTEMPT_GPUS).exists() and processes.find_marked(f"MACHIAI_RUN_ID={claim.run}") is not None


def _attempt(home: Path, claim: Claim) -> Path:
    return rundir.latest_folder(home / "runs" / claim.run)


def _granted(claim: Claim, given: Iterable[gpu_choice.Gpu], now: float) -> Claim:
    plain = tuple({key: gpu.get(key) for key in ("index", "uuid", "name")} for gpu in given)
    return replace(claim, gpus=tuple(sorted(plain, key=lambda gpu: int(gpu["index"] or 0))), granted=now)


def _read_all(home: Path, is_living: Living) -> tuple[list[Claim], list[Claim]]:
    """The living claims of this machine, in order, and the dead ones; those of other machines are neither."""
    living: list[Claim] = []
    dead: list[Claim] = []
    try:
        names = sorted(name for name in os.listdir(folder(home)) if name.endswith(".json") and name[0] != ".")
    except OSError:
        return [], []
    for name in names:
        try:
            claim = Claim.from_json(rundir.read_json(folder(home) / name) or {})
        except (KeyError, TypeError, ValueError):
            continue
        if claim.boot_id != processes.boot_id() and claim.host != socket.gethostname():
            continue
        (living if is_living(home, claim) else dead).append(claim)
    wanted = {run: place for place, run in enumerate(_read_order(home))}
    places = {claim.run: (wanted.get(claim.run, len(wanted)), claim.turn) for claim in living}
    return sorted(living, key=lambda claim: (not claim.is_granted, *places[claim.run])), dead


def _read_order(home: Path) -> list[str]:
    try:
        value = json.loads((home / "gpus" / "order.json").read_bytes())
    except (OSError, ValueError):
        return []
    return [str(run) for run in value] if isinstance(value, list) else []


def _sweep(home: Path, dead: Iterable[Claim]) -> None:
    for claim in dead:
        release(home, claim.run)


def _write(home: Path, claim: Claim) -> None:
    rundir.write_json(folder(home) / f"{claim.run}.json", {"format": rundir.FORMAT, **claim.to_json()}, durable=False)


def _write_file(path: Path, value: list[str]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(value))
    temporary.replace(path)
