"""Alerts and the claims of their deliveries."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import alerts
from store.alerts import Alert, Delivery
from store.database import open_journal, write

NOW = 1_790_000_000.0
CHANNEL = "pushbullet"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_journal(tmp_path / "journal.db")
    yield connection
    connection.close()


def put(journal: sqlite3.Connection, name: str, *, now: float = NOW, channels=(CHANNEL,)) -> int | None:
    with write(journal):
        return alerts.raise_alert(
            journal,
            kind="note",
            severity="now",
            occurred=now,
            now=now,
            title=name,
            body="",
            channels=channels,
            unique=name,
        )


def raised(journal: sqlite3.Connection, name: str, *, now: float = NOW, channels=(CHANNEL,)) -> int:
    made = put(journal, name, now=now, channels=channels)
    assert made is not None
    return made


def claim(journal: sqlite3.Connection, now: float, lease: float = 100.0) -> tuple[Alert, Delivery]:
    claimed = alerts.claim_due(journal, CHANNEL, now, lease)
    assert claimed is not None
    return claimed


def only(journal: sqlite3.Connection, alert_id: int) -> Delivery:
    [delivery] = alerts.deliveries_of(journal, [alert_id])[alert_id]
    return delivery


def test_raised_once(journal):
    """The same cause raises one alert and one delivery for each channel, however often it is seen."""
    first = raised(journal, "one", channels=[CHANNEL, "other"])
    assert put(journal, "one") is None
    assert [one.channel for one in alerts.deliveries_of(journal, [first])[first]] == [CHANNEL, "other"]


def test_raised_with_its_cause(journal):
    """An alert whose transaction fails was never raised."""
    with pytest.raises(RuntimeError), write(journal):
        alerts.raise_alert(
            journal, kind="note", severity="now", occurred=NOW, now=NOW, title="t", body="", channels=[CHANNEL],
            unique="one",
        )  # fmt: skip
        raise RuntimeError
    assert alerts.open_alerts(journal) == []
    assert alerts.next_due(journal, CHANNEL) is None


def test_guid_is_the_causes(journal, tmp_path):
    """The same cause has the same guid in any journal, so that a journal lost and rebuilt pushes nothing twice."""
    other = open_journal(tmp_path / "other.db")
    first, second = raised(journal, "one"), raised(other, "one")
    assert alerts.get_alert(journal, first).guid == alerts.get_alert(other, second).guid
    assert alerts.get_alert(journal, raised(journal, "two")).guid != alerts.get_alert(journal, first).guid
    other.close()


def test_claim(journal):
    """A claimed delivery is nobody else's until the claim runs out; then it comes back as unsure."""
    raised(journal, "one")
    alert, delivery = claim(journal, NOW)
    assert (alert.title, delivery.state, delivery.attempts, delivery.unsure) == ("one", "sending", 1, False)
    assert alerts.claim_due(journal, CHANNEL, NOW + 99, 100) is None
    _, again = claim(journal, NOW + 100)
    assert (again.attempts, again.unsure) == (2, True)


def test_claim_in_order(journal):
    """What has been due the longest comes first; what is not due, and other channels, are left alone."""
    raised(journal, "other", channels=["other"])
    raised(journal, "later", now=NOW + 10)
    raised(journal, "first")
    raised(journal, "second")
    titles = [claim(journal, NOW)[0].title for _ in range(2)]
    assert titles == ["first", "second"]
    assert alerts.claim_due(journal, CHANNEL, NOW, 100) is None
    assert alerts.next_due(journal, CHANNEL) == NOW + 10


def test_looking_takes_no_lock(journal, tmp_path):
    """Looking for something due waits for nobody while there is nothing due."""
    raised(journal, "one", now=NOW + 10)
    other = open_journal(tmp_path / "journal.db", busy_seconds=0.0)
    with write(journal):
        assert alerts.claim_due(other, CHANNEL, NOW, 100) is None
        alerts.lapse_claims(other, CHANNEL, NOW)
    other.close()


def test_stale_retry_and_refusal(journal):
    """Who was so slow that another took the delivery over can no longer put it back or give it up."""
    one = raised(journal, "one")
    _, slow = claim(journal, NOW)
    _, quick = claim(journal, NOW + 100)
    alerts.record_retry(journal, slow, "late", NOW + 500, unsure=False)
    alerts.record_refusal(journal, slow, "late")
    assert only(journal, one) == quick
    alerts.record_sent(journal, quick, NOW + 101, "iden")
    alerts.record_retry(journal, quick, "late", NOW + 500, unsure=True)
    alerts.record_refusal(journal, slow, "late")
    alerts.record_sent(journal, slow, NOW + 900, None)
    done = only(journal, one)
    assert (done.state, done.sent, done.receipt, done.error) == ("sent", NOW + 101, "iden", None)


def test_stale_success(journal):
    """A slow sender's success counts, also when it comes in after the takeover."""
    one = raised(journal, "one")
    _, slow = claim(journal, NOW)
    _, quick = claim(journal, NOW + 100)
    alerts.record_sent(journal, slow, NOW + 101, "iden")
    alerts.record_retry(journal, quick, "network", NOW + 500, unsure=True)
    assert only(journal, one).state == "sent"
    assert alerts.claim_due(journal, CHANNEL, NOW + 1000, 100) is None


def test_doubt_remains(journal):
    """Once a push may have arrived, a later try that surely did not leaves that doubt."""
    one = raised(journal, "one")
    alerts.record_retry(journal, claim(journal, NOW)[1], "cut", NOW + 1, unsure=True)
    alerts.record_retry(journal, claim(journal, NOW + 1)[1], "down", NOW + 2, unsure=False)
    assert (only(journal, one).unsure, only(journal, one).error) == (True, "down")


def test_release_claims(journal):
    """What a dead daemon was sending is due at once for its successor, as unsure."""
    raised(journal, "one")
    claim(journal, NOW)
    alerts.release_claims(journal, CHANNEL, NOW + 1)
    assert claim(journal, NOW + 1)[1].unsure


def test_lapse_claims(journal):
    """A claim that ran out waits again, as unsure; one in force is left alone."""
    old, new = raised(journal, "one"), raised(journal, "two")
    claim(journal, NOW, lease=10)
    claim(journal, NOW, lease=100)
    alerts.lapse_claims(journal, CHANNEL, NOW + 10)
    assert (only(journal, old).state, only(journal, old).unsure) == ("waiting", True)
    assert (only(journal, new).state, only(journal, new).unsure) == ("sending", False)


def test_postpone_and_hasten(journal):
    """Holding a channel moves what waits, never forward; hastening makes it due; what is being sent stays."""
    sending, soon, late = raised(journal, "one"), raised(journal, "two"), raised(journal, "three", now=NOW + 900)
    claim(journal, NOW)
    alerts.postpone(journal, CHANNEL, NOW + 60, "limited")
    assert [only(journal, one).next_try for one in (sending, soon, late)] == [NOW, NOW + 60, NOW + 900]
    assert [only(journal, one).error for one in (sending, soon, late)] == [None, "limited", "limited"]
    alerts.hasten(journal, CHANNEL, NOW + 1)
    assert [only(journal, one).next_try for one in (sending, soon, late)] == [NOW, NOW + 1, NOW + 1]


def test_explain_waiting(journal):
    """The reason for waiting is said of what waits, and written once."""
    sending, waiting = raised(journal, "one"), raised(journal, "two")
    claim(journal, NOW)
    alerts.explain_waiting(journal, CHANNEL, "no token")
    assert (only(journal, sending).error, only(journal, waiting).error) == (None, "no token")
    before = journal.total_changes
    alerts.explain_waiting(journal, CHANNEL, "no token")
    assert journal.total_changes == before


def test_acknowledge(journal):
    """An alert is open until somebody has seen it; the first time counts."""
    one, two = raised(journal, "one"), raised(journal, "two", now=NOW + 1)
    assert [alert.title for alert in alerts.open_alerts(journal)] == ["two", "one"]
    alerts.acknowledge(journal, one, NOW + 5)
    alerts.acknowledge(journal, one, NOW + 9)
    assert [alert.id for alert in alerts.open_alerts(journal)] == [two]
    assert alerts.get_alert(journal, one).acknowledged == NOW + 5
    assert alerts.open_alerts(journal, kinds=["crashed"]) == []
