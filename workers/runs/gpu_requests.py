"""Asking for GPUs on behalf of a launch: at once, or with a place in the queue, or in words why not."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from store.errors import LaunchError
from workers.runs import claims, gpu_choice, gpu_state
from workers.runs.claims import Claim

_VARIABLES = ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER")


@contextlib.contextmanager
def claimed(
    home: Path, run: str, name: str, count: int | None, environ: Mapping[str, str], *, wait: bool, now: float
) -> Iterator[Claim | None]:
    """A launch's claim (see :func:`claim`), None where it asks for no GPUs; let go again where the launch fails."""
    taken = claim(home, run, name, count, environ, wait=wait, now=now) if count else None
    try:
        yield taken
    except BaseException:
        if taken is not None:
            let_go(home, taken)
        raise


def claim(home: Path, run: str, name: str, count: int, environ: Mapping[str, str], *, wait: bool, now: float) -> Claim:
    """Claim ``count`` GPUs out of those in the user's CUDA_VISIBLE_DEVICES; without them, a place in the queue.

    Raises LaunchError, with who has each GPU, where they are not free and ``wait`` is not set; and at once in any case
    where there never will be so many.
    """
    within = environ.get("CUDA_VISIBLE_DEVICES")
    try:
        sample = gpu_state.look(home)
    except (gpu_state.NoAnswer, OSError) as error:
        raise LaunchError(f"cannot tell which GPUs are free: {error}. Nothing was started") from error
    impossible = gpu_choice.explain_impossible(sample, count, within)
    if impossible:
        raise LaunchError(f"{impossible}. Nothing was started")
    try:
        return claims.ask(home, run, name, count, sample, within=within, wait=wait, now=now)
    except claims.NotFree as error:
        raise LaunchError(_refuse(count, error)) from error
    except OSError as error:
        raise LaunchError(
            f"cannot write the claim on GPUs in {claims.folder(home)}: {error.strerror or error}. Nothing was started"
        ) from error


def let_go(home: Path, taken: Claim) -> None:
    """Give back what a launch that failed had claimed, unless its supervisor holds it by now and lives."""
    with contextlib.suppress(OSError):
        for one in claims.standing(home):
            if one.run == taken.run and one.pid == taken.pid:
                claims.release(home, taken.run)


def describe(taken: Claim, environment: Mapping[str, str]) -> dict[str, Any]:
    """What ``run.json`` says of it: how many were asked for, and the variables that choose GPUs as they are set.

    Where the run has yet to wait, those are not known, and left out: its attempt folder has them when it starts.
    """
    kept = {name: value for name, value in environment.items() if name not in _VARIABLES}
    if taken.gpus is not None:
        kept |= gpu_choice.environment(taken.gpus)
    return {"gpus_wanted": taken.count, "environment": kept}


def _refuse(count: int, error: claims.NotFree) -> str:
    lines = [f"  GPU {gpu['index']} {'is free' if words == 'free' else words}" for gpu, words in error.rows]
    free = "none is free" if not error.free else f"only {error.free} {'is' if error.free == 1 else 'are'} free"
    if error.free >= count:
        free = "not so many are free in one go"
    return "\n".join(
        [
            f"{gpu_choice.spell_count(count)} asked for, and {free}; nothing was started",
            *lines,
            "with --wait the run would be queued until they are",
        ]
    )
