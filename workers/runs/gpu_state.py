"""How the GPUs are right now, for one who must not open the journal: the daemon's last sample, or a sample of our own.

Standard library only: the supervisor uses it. The driver is only ever asked by another process, which may hang.
"""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers.runs import rundir

FRESH_SECONDS = 10.0
"""How old the daemon's sample may be to be believed."""
DEADLINE_SECONDS = 20.0
SAMPLER = Path(__file__).resolve().parents[1] / "machine" / "gpu_sampler.py"
_POLL_SECONDS = 0.02


class NoAnswer(Exception):
    """The GPUs could not be asked: the sampler hangs, or fails; the message says which."""


def read_latest(home: Path, now: float) -> dict[str, Any] | None:
    """The daemon's last sample of this machine; None where there is none that is fresh."""
    sample = rundir.read_json(home / "gpus" / "latest.json")
    if sample is None or sample.get("host", socket.gethostname()) != socket.gethostname():
        return None
    with contextlib.suppress(KeyError, TypeError, ValueError):
        if -1.0 <= now - float(sample["at"]) <= FRESH_SECONDS:
            return sample
    return None


def look(
    home: Path, *, deadline: float = DEADLINE_SECONDS, give_up: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    """The daemon's sample where it is fresh, else one taken now; NoAnswer where there is none within ``deadline``
    seconds, or when ``give_up`` says so."""
    return read_latest(home, time.time()) or take(deadline=deadline, give_up=give_up)


def take(
    *,
    deadline: float = DEADLINE_SECONDS,
    give_up: Callable[[], bool] = lambda: False,
    argv: tuple[str, ...] = (sys.executable, "-I", str(SAMPLER), "--once"),
) -> dict[str, Any]:
    """Let the sampler take one sample; NoAnswer where it gives none."""
    import tempfile

    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(list(argv), stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        until = time.monotonic() + deadline
        while process.poll() is None:
            if time.monotonic() >= until or give_up():
                process.kill()  # one that hangs in the driver does not hear of it, and is not waited for
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
                raise NoAnswer(
                    f"the NVIDIA driver does not answer within {deadline:.0f} s: it hangs (`nvidia-smi` would, too); "
                    "often only a reboot helps"
                )
            time.sleep(_POLL_SECONDS)
        output.seek(0)
        errors.seek(0)
        text, complaint = output.read(), errors.read().decode(errors="replace").strip()
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            sample = json.loads(line)
            if isinstance(sample, dict) and sample.get("kind") == "sample":
                return sample
    last = complaint.splitlines()[-1] if complaint else f"it ended with exit code {process.returncode}"
    raise NoAnswer(f"the GPU sampler failed: {last}")
