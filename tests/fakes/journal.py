"""A journal filled through the store's own functions, as a busy week of a researcher would leave it."""

import sqlite3
from pathlib import Path
from typing import Any

from store import alerts, heartbeats, logs, runs
from store.database import write

PLAN: dict[str, Any] = {
    "hypothesis": "RandAugment helps more than a longer schedule",
    "if_success": "write the ablation table",
    "if_failure": "halve the batch, accumulate 2",
}
CRASH = b"Traceback (most recent call last):\ntorch.OutOfMemoryError: CUDA out of memory.\n"
GIT = {
    "commit": "4f1c2ab9d0e35c67f8a1b2c3d4e5f60718293a4b",
    "branch": "augment",
    "remote": "git@example.org:lab/cifar-robust.git",
    "dirty": True,
    "untracked": ["notes.md", "configs/try.yaml"],
}


def beat(connection: sqlite3.Connection, now: float, *, status: str = "ok") -> None:
    """Let the daemon be heard at ``now``."""
    heartbeats.beat(connection, [heartbeats.Heartbeat("daemon", 4242, now - 3600, now, status)])


def add_run(
    connection: sqlite3.Connection,
    home: Path,
    run_id: str,
    *,
    created: float,
    state: str = "running",
    name: str = "resnet-aug",
    project: str = "cifar-robust",
    seconds: float | None = None,
    cause: str | None = None,
    certainty: str = "recorded",
    evidence: tuple[str, ...] = (),
    health: tuple[str, ...] = (),
    log: bytes = b"",
    last_output: float | None = None,
    diff: str = "",
    files: bool = True,
    **manifest: Any,
) -> str:
    """Enter a run with its directory and log; ``seconds`` is its length if it has ended."""
    directory = home / "runs" / run_id
    path = directory / "attempt-1" / "log"
    if files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log)
        if diff:
            (directory / "code").mkdir()
            (directory / "code" / "diff.patch").write_text(diff, encoding="utf-8")
    given: dict[str, Any] = {
        "id": run_id,
        "name": name,
        "created": created,
        "argv": ["python", "train.py", "--lr", "3e-4"],
        "cwd": f"/home/lab/{project}",
        "project_root": f"/home/lab/{project}",
        "host": "lab-1",
        "python": "/usr/bin/python3",
        "params": {"lr": "3e-4"},
    }
    given |= manifest
    ended = created + seconds if seconds is not None else None
    lines = log.decode("utf-8", "replace").splitlines()
    with write(connection):
        runs.record_launch(connection, given, str(directory))
        if state == "queued":
            return run_id
        runs.record_state(
            connection,
            run_id,
            attempt=1,
            state=state,
            health=health,
            certainty=certainty,
            cause=cause,
            evidence=evidence,
            exit_code=0 if state == "finished" else 1 if state == "failed" else None,
            signal="SIGKILL" if state == "killed" else None,
            pid=31337,
            started=created + 0.4,
            ended=ended,
            seconds=seconds,
            now=ended or created,
        )
        runs.record_event(connection, run_id, 1, created + 0.4, "started", {"pid": 31337})
        if ended is not None:
            runs.record_event(connection, run_id, 1, ended, "ended", {"state": state})
        if lines:
            before = logs.Cursor(str(path), "1:2")
            after = logs.Cursor(str(path), "1:2", len(log), len(lines), b"", lines[-1], last_output or ended or created)
            logs.advance_cursor(connection, run_id, 1, before, after)
            if ended is not None:
                logs.keep_excerpt(connection, run_id, 1, 1, lines[-200:], ended)
    return run_id


def add_alert(connection: sqlite3.Connection, run_id: str, kind: str, occurred: float) -> int:
    """Raise an alert of that kind about a run, to be pushed."""
    with write(connection):
        alert_id = alerts.raise_alert(
            connection,
            kind=kind,
            severity="now",
            occurred=occurred,
            now=occurred + 0.5,
            title=f"{kind} — {run_id}",
            body="",
            channels=["pushbullet"],
            run_id=run_id,
            attempt=1,
        )
    assert alert_id is not None
    return alert_id


def training_log(lines: int) -> bytes:
    """A log with numbers that fall as losses do, colours and a progress bar included."""
    written = [
        f"\x1b[32mepoch {step // 100 + 1}\x1b[0m step {step:>6,}  "
        f"loss {2.3 / (1 + step / 300):.4f}  acc {1 - 0.9 / (1 + step / 200):.3f}"
        for step in range(0, lines * 10, 10)
    ]
    written.append("validating  10%\rvalidating  60%\rvalidating 100%")
    return ("\n".join(written) + "\n").encode()


def fill(connection: sqlite3.Connection, home: Path, now: float) -> dict[str, str]:
    """A busy day: two runs in progress, one crash, one finish to decide on, a few older ones. Ids by name."""
    beat(connection, now)
    made = {
        "resnet-aug": add_run(
            connection,
            home,
            "261121-102011-k3fa",
            created=now - 3 * 3600 - 700,
            log=training_log(900),
            last_output=now - 3,
            git=GIT,
            diff="--- a/train.py\n+++ b/train.py\n@@ -1,3 +1,3 @@\n-LR = 1e-3\n+LR = 3e-4\n",
            tags=["ablation", "aug"],
            environment={"CUDA_VISIBLE_DEVICES": "0"},
            params={"lr": "3e-4", "batch": "256", "model": "resnet18"},
            argv=["python", "train.py", "--lr", "3e-4", "--batch", "256", "model=resnet18"],
            **PLAN,
        ),
        "pong-pg-baseline": add_run(
            connection,
            home,
            "261121-130501-q7wd",
            created=now - 900,
            name="pong-pg-baseline",
            project="rl-notes",
            log=b"rollout 41  return -11.2  wins 3/21\n",
            last_output=now - 41,
            health=("suspended",),
        ),
        "vit-small-lr3e-4": add_run(
            connection,
            home,
            "261121-130800-m2xz",
            created=now - 2000,
            name="vit-small-lr3e-4",
            state="failed",
            seconds=720,
            cause="CUDA out of memory: tried to allocate 2.00 GiB, train.py:88",
            evidence=("exit code 1", "last exception in the log: torch.OutOfMemoryError"),
            log=training_log(30) + b"Traceback (most recent call last):\ntorch.OutOfMemoryError: CUDA out of memory.\n",
            **PLAN,
        ),
        "lm-tiny": add_run(
            connection,
            home,
            "261121-080000-aaaa",
            created=now - 9000,
            name="lm-tiny",
            project="notes-lm",
            state="finished",
            seconds=7300,
            log=training_log(40),
            **PLAN,
        ),
    }
    older = [
        ("stopped", "by the user, with Ctrl-C", 3100.0),
        ("lost", "machine rebooted", 40000.0),
        ("killed", "SIGKILL", 1300.0),
        ("finished", None, 86.0),
    ]
    for number, (state, cause, seconds) in enumerate(older):
        name = ["resnet-aug-long", "学習率スイープ", "vit-base", "smoke"][number]
        certainty = "inferred" if state == "lost" else "recorded"
        made[name] = add_run(
            connection,
            home,
            f"261120-10000{number}-aged",
            created=now - 90000 - number * 50000,
            name=name,
            state=state,
            seconds=seconds,
            cause=cause,
            certainty=certainty,
            log=training_log(10),
        )
    add_alert(connection, made["vit-small-lr3e-4"], "crashed", now - 1280)
    add_alert(connection, made["lm-tiny"], "finished", now - 1700)
    return made


def fill_many(connection: sqlite3.Connection, home: Path, now: float, n: int) -> None:
    """``n`` ended runs of the past, in one transaction, without files."""
    states = ("finished", "failed", "stopped", "killed", "lost")
    with write(connection):
        for number in range(n):
            run_id = f"25{number:08d}-past"
            created = now - 200_000 - number * 600.0
            project = f"project-{number % 7}"
            runs.record_launch(
                connection,
                {
                    "id": run_id,
                    "name": f"sweep-{number}",
                    "created": created,
                    "argv": ["python", "train.py", f"--seed={number}"],
                    "cwd": f"/home/lab/{project}",
                    "host": "lab-1",
                },
                str(home / "runs" / run_id),
            )
            runs.record_state(
                connection,
                run_id,
                attempt=1,
                state=states[number % 5],
                health=(),
                certainty="recorded",
                cause=None,
                evidence=(),
                exit_code=None,
                signal=None,
                pid=None,
                started=created,
                ended=created + 300,
                seconds=300,
                now=created + 300,
            )
