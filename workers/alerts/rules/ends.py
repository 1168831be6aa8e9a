"""What deserves an alert, and how urgently."""

from store.runs import Run

FINISHED = "finished"
CRASHED = "crashed"
KILLED = "killed"
LOST = "lost"

_KIND_OF_STATE = {"finished": FINISHED, "failed": CRASHED, "killed": KILLED, "lost": LOST}
_SEVERITY_OF_KIND = {FINISHED: "now", CRASHED: "now", KILLED: "now", LOST: "now"}


def alert_kind(run: Run) -> str | None:
    """The kind of alert that a run's state calls for; None while it is active, or where its user ended it."""
    return _KIND_OF_STATE.get(run.state)


def severity(kind: str) -> str:
    """How soon a person should hear of that kind: ``now``, ``soon`` or ``digest``."""
    return _SEVERITY_OF_KIND.get(kind, "now")
