"""The crashes of a week: which, what was lost, and what told of them first."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from store import alerts, deliveries, delivery_log
from store.database import write
from store.deliveries import Planned
from store.weekly.crashes import BAD, Crash, read_crashes, read_losses, reckon_crashes
from tests.store.weekly.test_runs import attempt

BEGIN, UNTIL = 100_000.0, 700_000.0
Launched = Callable[..., str]
Judged = Callable[..., None]


@pytest.fixture(name="crashed")
def _crashed(launched: Launched, judged: Judged) -> Callable[..., None]:
    """Enters a run that crashed."""

    def crashed(run: str, ended: float, seconds: float = 60.0, state: str = "failed", **fields: Any) -> None:
        launched(run, created=ended - seconds, name=f"net-{run}")
        judged(run, state, started=ended - seconds, ended=ended, **fields)

    return crashed


def raised(journal: sqlite3.Connection, run: str, occurred: float, kind: str = "crashed", number: int = 1) -> int:
    """The id of the alert of its end."""
    with write(journal):
        found = alerts.raise_alert(
            journal,
            kind=kind,
            severity="now",
            occurred=occurred,
            now=occurred,
            title="it crashed",
            body="",
            run_id=run,
            attempt=number,
            planned=[Planned("pushbullet", "held", occurred + 9e5, "digest")],
        )
    assert found is not None
    return found


def sent(journal: sqlite3.Connection, alert: int, time: float, outcome: str = delivery_log.SENT) -> None:
    """What became of an alert on its way."""
    with write(journal):
        delivery_log.record(journal, time, alert, "pushbullet", outcome)


def test_none(journal: sqlite3.Connection) -> None:
    """A week without a crash, and one that has not begun."""
    empty = {"count": 0, "seconds": 0, "found": [], "late_median": None, "late_worst": None, "unnoticed": 0}
    assert read_crashes(journal, BEGIN, UNTIL) == empty
    assert read_crashes(journal, BEGIN, BEGIN - 1) == empty


def test_what_counts(journal: sqlite3.Connection, crashed: Callable[..., None]) -> None:
    """Ends of the week that nobody wanted, with all the time that was lost, also that of the week before."""
    for n, state in enumerate(("finished", "failed", "stopped", "killed", "lost")):
        crashed(state, BEGIN + n, seconds=1000.0 + n, state=state, cause=f"cause {n}")
    crashed("before", BEGIN - 1)
    crashed("after", UNTIL)
    found = read_crashes(journal, BEGIN, UNTIL)
    assert [one["state"] for one in found["found"]] == list(BAD)
    assert (found["count"], found["seconds"], found["unnoticed"]) == (3, 3008.0, 3)
    assert found["found"][0] == {
        "run": "failed",
        "name": "net-failed",
        "attempt": 1,
        "state": "failed",
        "ended": BEGIN + 1,
        "cause": "cause 1",
        "seconds": 1001.0,
        "by": None,
        "late": None,
    }
    assert [one.run for one in read_losses(journal, BEGIN, UNTIL)] == list(BAD)


def test_attempts(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """Each attempt that ended badly is a loss of its own; the run itself then is not counted once more."""
    launched("r1")
    attempt(journal, "r1", 1, started=BEGIN - 100, ended=BEGIN + 50, state="killed")
    attempt(journal, "r1", 2, started=BEGIN + 60, ended=BEGIN + 100, state="failed")
    attempt(journal, "r1", 3, started=BEGIN + 160, ended=BEGIN + 200, state="finished")
    attempt(journal, "r1", 4, started=None, ended=BEGIN + 300, state="lost")
    judged("r1", "lost", attempt=4, ended=BEGIN + 300, cause="never started")
    for number, late in ((1, 5.0), (2, 7.0)):
        alert = raised(journal, "r1", BEGIN, kind="killed" if number == 1 else "crashed", number=number)
        sent(journal, alert, BEGIN + 50 * number + late)
    found = read_crashes(journal, BEGIN, UNTIL)["found"]
    assert [(one["attempt"], one["seconds"], one["cause"], one["late"]) for one in found] == [
        (1, 150.0, None, 5.0),
        (2, 40.0, None, 7.0),
        (4, 0.0, "never started", None),
    ]


def test_what_told_first(journal: sqlite3.Connection, crashed: Callable[..., None]) -> None:
    """The first push that was sent, or a person who saw it before that; what was not sent told nobody."""
    for n, run in enumerate(("pushed", "seen", "held", "nothing")):
        crashed(run, BEGIN + 1000 * n)
    ends = {one.run: one.ended for one in read_losses(journal, BEGIN, UNTIL)}
    ids = {run: raised(journal, run, ends[run]) for run in ("pushed", "seen", "held")}
    sent(journal, ids["pushed"], ends["pushed"] + 1, delivery_log.RETRIED)
    sent(journal, ids["pushed"], ends["pushed"] + 90)
    sent(journal, ids["pushed"], ends["pushed"] + 30)
    alerts.acknowledge(journal, ids["pushed"], ends["pushed"] + 40)
    sent(journal, ids["seen"], ends["seen"] + 5000)
    alerts.acknowledge(journal, ids["seen"], ends["seen"] + 700)
    sent(journal, ids["held"], ends["held"] + 1, delivery_log.SUPPRESSED)
    found = read_crashes(journal, BEGIN, UNTIL)
    assert [(one["run"], one["by"], one["late"]) for one in found["found"]] == [
        ("pushed", "push", 30.0),
        ("seen", "dashboard", 700.0),
        ("held", None, None),
        ("nothing", None, None),
    ]
    assert (found["late_median"], found["late_worst"], found["unnoticed"]) == (365.0, 700.0, 2)


def test_other_alerts_tell_nothing(journal: sqlite3.Connection, crashed: Callable[..., None]) -> None:
    """That its loss rose, or that another attempt ended, does not say that it crashed."""
    crashed("r1", BEGIN + 10)
    crashed("r2", BEGIN + 20)
    for run, kind, number in (("r1", "diverged", 1), ("r1", "crashed", 2), ("r2", "stalled", 1)):
        sent(journal, raised(journal, run, BEGIN, kind, number), BEGIN + 30)
    assert read_crashes(journal, BEGIN, UNTIL)["unnoticed"] == 2


def test_told_by_another(journal: sqlite3.Connection, crashed: Callable[..., None]) -> None:
    """An alert that another tells was told when that was, over any number of such; before the end is no time late."""
    crashed("r1", BEGIN + 10)
    crashed("r2", BEGIN + 2000)
    first, second, third = (raised(journal, "r1", BEGIN + 10), *(raised(journal, "r1", BEGIN, k) for k in ("a", "b")))
    with write(journal):
        alerts.merge_alert(journal, first, second, BEGIN + 11)
        alerts.merge_alert(journal, second, third, BEGIN + 12)
    sent(journal, third, BEGIN + 25)
    last, early = raised(journal, "r2", BEGIN + 2000), raised(journal, "r2", BEGIN, "diverged")
    with write(journal):
        alerts.merge_alert(journal, last, early, BEGIN + 2001)
    sent(journal, early, BEGIN + 100)
    found = read_crashes(journal, BEGIN, UNTIL)["found"]
    assert [(one["by"], one["late"]) for one in found] == [("push", 15.0), ("push", 0.0)]


def test_told_by_a_digest(journal: sqlite3.Connection, crashed: Callable[..., None]) -> None:
    """A crash that waited for the digest was told with it."""
    crashed("r1", BEGIN + 10)
    alert = raised(journal, "r1", BEGIN + 10)
    way = deliveries.deliveries_of(journal, [alert])[alert][0]
    with write(journal):
        digest = alerts.raise_alert(
            journal, kind=alerts.DIGEST, severity="digest", occurred=BEGIN, now=BEGIN, title="", body="", unique="d"
        )
        assert digest is not None
        assert deliveries.put_in_digest(journal, [way.id], digest, BEGIN + 3600) == 1
    assert read_crashes(journal, BEGIN, UNTIL)["unnoticed"] == 1
    sent(journal, digest, BEGIN + 3610)
    assert read_crashes(journal, BEGIN, UNTIL)["found"][0]["late"] == 3600.0


def test_as_of_then(journal: sqlite3.Connection, crashed: Callable[..., None]) -> None:
    """What told of it later than asked for is not known yet."""
    crashed("r1", BEGIN + 10)
    alert = raised(journal, "r1", BEGIN + 10)
    sent(journal, alert, BEGIN + 500)
    alerts.acknowledge(journal, alert, BEGIN + 300)
    late = [read_crashes(journal, BEGIN, UNTIL, BEGIN + as_of)["late_worst"] for as_of in (299, 300, 600)]
    assert late == [None, 290.0, 290.0]


def test_pure() -> None:
    """Crashes make the figures without a journal: in order of their ends, and only those between the moments."""
    told = Crash("b", "b", 1, "failed", 50.0, 200.0, None, pushed=260.0, acknowledged=260.0)
    other = Crash("a", "a", 2, "lost", 300.0, 150.0, "x", acknowledged=100.0)
    found = reckon_crashes([told, other, Crash("c", "c", 1, "killed", 0.0, 400.0, None)], 100.0, 400.0)
    assert [(one["run"], one["by"], one["late"], one["seconds"]) for one in found["found"]] == [
        ("a", "dashboard", 0.0, 0.0),
        ("b", "push", 60.0, 150.0),
    ]
    assert (found["count"], found["late_median"], found["late_worst"]) == (2, 30.0, 60.0)
