"""A run's GPUs from its supervisor's side: hold them, or wait in the queue until it is this run's turn.

Nobody else is needed for that: not the daemon, not the terminal. Standard library only.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers.runs import claims, gpu_choice, gpu_state, rundir
from workers.runs.claims import Claim

Beat = Callable[[dict[str, Any]], None]
WAKING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_LOOK_SECONDS = 1.0
_BEHIND_SECONDS = 5.0
"""How often one who is not first looks whether those before it still live; a change is seen at once."""
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""How long to wait between samples of our own, where no daemon takes any and nothing changes."""


class GpuWait:
    """Waits for the GPUs of one run in its attempt ``folder``; ``beat`` is told what for, each time that changes."""

    def __init__(self, home: Path, folder: Path, claim: Claim, beat: Beat) -> None:
        self.home = home
        self.folder = folder
        self.claim = claim
        self.beat = beat
        self.sample: dict[str, Any] = {"status": "ok", "gpus": []}
        self.trouble: str | None = None
        self.said: dict[str, Any] = {}
        self._next_beat = 0.0
        self._next_sample = 0.0
        self._samples = 0
        self._seen: tuple[int, ...] = ()

    def wait(self) -> Claim | None:
        """Wait; the claim with its GPUs, or None when the user took the run out of the queue."""
        signal.pthread_sigmask(signal.SIG_BLOCK, WAKING)  # who takes us out of the queue wakes us with one of these
        try:
            next_look = 0.0
            while not self.is_cancelled():
                changed = self._has_changed()
                if changed:
                    self._samples, self._next_sample = 0, 0.0
                if changed or time.monotonic() >= next_look:
                    granted, place = self._look()
                    if granted is not None:
                        return granted
                    next_look = time.monotonic() + (_LOOK_SECONDS if place == 1 else _BEHIND_SECONDS)
                signal.sigtimedwait(WAKING, _LOOK_SECONDS)
            return None
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WAKING)

    def look_around(self) -> None:
        """See where in the queue it stands, and beat, without being served yet."""
        with contextlib.suppress(OSError):
            standing = claims.standing(self.home)
            self._refresh(may_take=self._may_be_served(standing))
            queue = [one.run for one in standing if not one.is_granted]
            place = queue.index(self.claim.run) + 1 if self.claim.run in queue else len(queue) + 1
            self._tell(place, self.trouble or gpu_choice.explain_wait(self.sample, standing, self.claim.run))

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop it, or took its directory away."""
        return not self.folder.is_dir() or next(rundir.stop_requests(self.folder), None) is not None

    def _look(self) -> tuple[Claim | None, int]:
        """Try to get the GPUs; the claim with them, else None and the place in the queue."""
        try:
            standing = claims.standing(self.home)
            if all(one.run != self.claim.run for one in standing):  # somebody tidied up: ask again, in our old turn
                claims.adopt(self.home, self.claim)
                standing = claims.standing(self.home)
            queue = [one.run for one in standing if not one.is_granted]
            if self.claim.run not in queue:
                queue.append(self.claim.run)
            place = queue.index(self.claim.run) + 1
            is_due = self._may_be_served(standing)
            self._refresh(may_take=is_due)
            if is_due and self.trouble is None and self.claim.run in gpu_choice.allot(self.sample, standing):
                granted = claims.grant(self.home, self.claim, self.sample, time.time())
                if granted is not None:
                    return granted, place
            self._tell(place, self.trouble or gpu_choice.explain_wait(self.sample, standing, self.claim.run))
        except OSError as error:  # a full disk, or the lock not had in time
            place = 1
            self._tell(place, f"the claims cannot be written: {error.strerror or error}")
        return None, place

    def _may_be_served(self, standing: list[Claim]) -> bool:
        """Whether its turn may have come, going by the claims alone; true as long as no sample has been seen."""
        if not self.sample["gpus"]:
            return True
        bare = [
            {**{key: gpu.get(key) for key in ("index", "uuid", "mig")}, "processes": []} for gpu in self.sample["gpus"]
        ]
        return self.claim.run in gpu_choice.allot({"gpus": bare}, standing)

    def _refresh(self, *, may_take: bool) -> None:
        """See how the GPUs are: in the daemon's sample each time, in one of our own more and more rarely."""
        sample = gpu_state.read_latest(self.home, time.time())
        if sample is None:
            if not may_take or time.monotonic() < self._next_sample:
                return
            try:
                sample = gpu_state.take(give_up=self.is_cancelled)
            except (gpu_state.NoAnswer, OSError) as error:
                self.trouble = str(error)
            self._next_sample = time.monotonic() + _PAUSES[min(self._samples, len(_PAUSES) - 1)]
            self._samples += 1
        if sample is not None:
            self.trouble = None if sample.get("status") == "ok" else gpu_choice.explain_impossible(sample, 1, None)
            self.sample = sample if self.trouble is None else self.sample

    def _has_changed(self) -> bool:
        """Whether a claim came, went or was moved since the last time."""
        seen = []
        for path in (claims.folder(self.home), self.home / "gpus" / "order.json"):
            try:
                seen.append(path.stat().st_mtime_ns)
            except OSError:
                seen.append(0)
        before, self._seen = self._seen, tuple(seen)
        return before != self._seen

    def _tell(self, place: int, why: str) -> None:
        said = {"gpus": self.claim.count, "since": self.claim.asked, "place": place, "why": why}
        if said != self.said or time.monotonic() >= self._next_beat:
            self.said = said
            self._next_beat = time.monotonic() + rundir.BEAT_SECONDS
            self.beat(said)


def use(folder: Path, claim: Claim) -> None:
    """Write down which GPUs this execution was given, and let the command see those alone."""
    variables = gpu_choice.environment(claim.gpus or ())
    given = {"gpus": list(claim.gpus or ()), "asked": claim.asked, "granted": claim.granted, "environment": variables}
    with contextlib.suppress(OSError):  # a full disk is no reason not to start: the claim has it too
        rundir.write_json(folder / claims.ATTEMPT_GPUS, {"format": rundir.FORMAT, **given}, durable=False)
    os.environ.update(variables)


def cancelled_by(folder: Path) -> str:
    """By which way the user took the run out of the queue."""
    asked = next(rundir.stop_requests(folder), None)
    return str(asked["way"]) if asked else "its run directory was deleted"


def adopt(spec: dict[str, Any]) -> str | None:
    """Take the claim over from the launcher; the reason where that cannot be."""
    try:
        taken = claims.adopt(Path(spec["home"]), Claim.from_json(spec["claim"]))
    except OSError as error:
        return f"cannot write the claim on its GPUs: {error.strerror or error}"
    return None if taken else "another run took its GPUs meanwhile"


def pass_on_stop(folder: Path, pid: int) -> None:
    """Signal a command that began in the very moment when the user took its run out of the queue."""
    for request in rundir.stop_requests(folder):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, int(request["signal"]))
