"""The verdict on a run that waits for GPUs: queued however long, and lost only with its supervisor."""

from typing import Any

from workers.machine import processes
from workers.verdicts import Evidence, Verdict, judge

NOW = 1_790_000_000.0
DAYS = 3 * 86400.0
WAITING = {"gpus": 2, "since": NOW - DAYS, "place": 1, "why": "GPU 0 has run x"}


def verdict(*, supervisor: str = processes.RUNNING, beat: dict[str, Any] | None = None, **more: Any) -> Verdict:
    """On a run that was asked for three days ago and waits."""
    known = {"host": "here", "boot_id": "boot", "pid": None, "at": NOW - 5, "waiting": WAITING, **(beat or {})}
    facts: dict[str, Any] = {
        "argv": [],
        "folder": None,
        "host": "here",
        "created": NOW - DAYS,
        "now": NOW,
        "here": "here",
    }
    return judge(Evidence(**{**facts, "boot_id": "boot", "beat": known, "supervisor": supervisor, **more}))


def test_waits_for_days() -> None:
    """It is queued, has not started, and says what it waits for."""
    found = verdict()
    assert (found.state, found.certainty, found.started, found.supervisor_lost) == ("queued", "recorded", None, False)
    assert found.evidence == ["waiting for 2 GPUs: GPU 0 has run x · 1st in the queue"]


def test_nobody_left_to_start_it() -> None:
    """Without its supervisor it is lost, never started, as of the last beat; a reboot is named."""
    found = verdict(supervisor=processes.GONE)
    assert (found.state, found.certainty, found.started, found.ended) == ("lost", "inferred", None, NOW - 5)
    assert found.cause == "never started: its supervisor died while it waited for GPUs"
    found = verdict(supervisor=processes.GONE, beat={"boot_id": "before"})
    assert found.cause == "never started: the machine rebooted while it waited for GPUs"


def test_on_another_machine() -> None:
    """There it waits while it beats, and is lost when it has been silent for long."""
    assert verdict(supervisor=processes.GONE, beat={"host": "lab-2"}).state == "queued"
    found = verdict(supervisor=processes.GONE, beat={"host": "lab-2", "at": NOW - 600})
    assert (found.state, found.cause) == ("lost", "never started: no sign of life from lab-2")


def test_asked_to_stop() -> None:
    """A supervisor that died after the user asked to stop leaves a run that was stopped."""
    found = verdict(supervisor=processes.GONE, stops=[{"at": NOW - 6, "signal": 2, "way": "Stop button"}])
    assert (found.state, found.certainty, found.cause) == (
        "stopped",
        "inferred",
        "stopped by the user before it started",
    )


def test_cancelled() -> None:
    """What was taken out of the queue is recorded as stopped, without a start, an exit code or a length."""
    record = {"exit_code": None, "signal": None, "started": None, "ended": NOW, "seconds": 0.0, "cancelled": "Ctrl-C"}
    found = verdict(exit=record)
    assert (found.state, found.certainty, found.cause) == (
        "stopped",
        "recorded",
        "stopped by the user before it started",
    )
    assert (found.started, found.exit_code, found.signal) == (None, None, None)
    assert found.evidence == ["taken out of the queue for GPUs by Ctrl-C"]


def test_started() -> None:
    """With the beat of its command it runs, since the command was started."""
    found = verdict(training=processes.RUNNING, beat={"pid": 7, "started": NOW - 20, "waiting": None})
    assert (found.state, found.started) == ("running", NOW - 20)
