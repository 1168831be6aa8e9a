"""The ends of a run that deserve an alert."""

from store.runs import Run

FINISHED = "finished"
CRASHED = "crashed"
KILLED = "killed"
LOST = "lost"

_KIND_OF_STATE = {"finished": FINISHED, "failed": CRASHED, "killed": KILLED, "lost": LOST}


def alert_kind(run: Run) -> str | None:
    """The kind of alert that a run's state calls for; None while it is active, or where its user ended it."""
    return _KIND_OF_STATE.get(run.state)
