"""Run directories as launcher and supervisor leave them, without a process behind them."""

from pathlib import Path
from typing import Any

from workers.runs import rundir

LOG = b"epoch 1\nepoch 2\ndone\n"


def leave_run(
    runs_folder: Path,
    *,
    ended: float | None,
    seconds: float = 60.0,
    exit_code: int = 0,
    name: str = "sweep",
    log: bytes = LOG,
    host: str = "lab-1",
    beat: dict[str, Any] | None = None,
    **manifest: Any,
) -> str:
    """Write the directory of a run that ended then (epoch seconds), or of one without an exit record; its id."""
    created = (ended if ended is not None else float(manifest.pop("created"))) - seconds
    run_id = rundir.new_id(created)
    directory = runs_folder / run_id
    folder = rundir.attempt_folder(directory, 1)
    folder.mkdir(parents=True)
    (folder / rundir.LOG).write_bytes(log)
    identity = {"format": 1, "run": run_id, "attempt": 1, "host": host, "boot_id": "b", "pid": 4242, "start_ticks": 7}
    if beat is not None:
        rundir.write_json(folder / rundir.BEAT, {**identity, "started": created, "at": created, **beat}, durable=False)
    if ended is not None:
        record = {"started": created, "ended": ended, "seconds": seconds, "exit_code": exit_code, "signal": None}
        rundir.write_json(folder / rundir.EXIT, {**identity, **record}, durable=False)
    given = {
        "format": 1,
        "id": run_id,
        "name": name,
        "created": created,
        "argv": ["python", "train.py"],
        "cwd": "/home/lab/cifar",
        "project_root": "/home/lab/cifar",
        "host": host,
        "boot_id": "b",
    }
    rundir.write_json(directory / rundir.MANIFEST, {**given, **manifest}, durable=False)
    return run_id
