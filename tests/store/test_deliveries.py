"""Deliveries: claimed by one sender at a time, held, released, put in digests, suppressed."""

import sqlite3

import pytest

from store import alerts, deliveries, delivery_log
from store.database import open_journal, write
from store.deliveries import Planned
from store.settings import Settings
from tests.store.alerts_by_hand import CHANNEL, NOW, claim, kept_back, only, put, raised, told


def test_claim(journal: sqlite3.Connection) -> None:
    """A claimed delivery is nobody else's until the claim runs out; then it comes back as unsure."""
    raised(journal, "one")
    alert, delivery = claim(journal, NOW)
    assert (alert.title, delivery.state, delivery.attempts, delivery.unsure) == ("one", "sending", 1, False)
    assert deliveries.claim_due(journal, CHANNEL, NOW + 99, 100) is None
    _, again = claim(journal, NOW + 100)
    assert (again.attempts, again.unsure) == (2, True)


def test_claim_in_order(journal: sqlite3.Connection) -> None:
    """What has been due the longest comes first; what is not due, and other channels, are left alone."""
    raised(journal, "other", channels=["other"])
    raised(journal, "later", now=NOW + 10)
    raised(journal, "first")
    raised(journal, "second")
    titles = [claim(journal, NOW)[0].title for _ in range(2)]
    assert titles == ["first", "second"]
    assert deliveries.claim_due(journal, CHANNEL, NOW, 100) is None
    assert deliveries.next_due(journal, CHANNEL) == NOW + 10


def test_looking_takes_no_lock(journal: sqlite3.Connection, settings: Settings) -> None:
    """Looking for something due waits for nobody while there is nothing due."""
    raised(journal, "one", now=NOW + 10)
    other = open_journal(settings.journal, busy_seconds=0.0)
    with write(journal):
        assert deliveries.claim_due(other, CHANNEL, NOW, 100) is None
        deliveries.lapse_claims(other, CHANNEL, NOW)
    other.close()


def test_stale_retry_and_refusal(journal: sqlite3.Connection) -> None:
    """Who was so slow that another took the delivery over can no longer put it back or give it up."""
    one = raised(journal, "one")
    _, slow = claim(journal, NOW)
    _, quick = claim(journal, NOW + 100)
    deliveries.record_retry(journal, slow, "late", NOW + 500, unsure=False, now=NOW)
    deliveries.record_refusal(journal, slow, "late", now=NOW)
    assert only(journal, one) == quick
    deliveries.record_sent(journal, quick, NOW + 101, "iden")
    deliveries.record_retry(journal, quick, "late", NOW + 500, unsure=True, now=NOW)
    deliveries.record_refusal(journal, slow, "late", now=NOW)
    deliveries.record_sent(journal, slow, NOW + 900, None)
    done = only(journal, one)
    assert (done.state, done.sent, done.receipt, done.error) == ("sent", NOW + 101, "iden", None)


def test_stale_success(journal: sqlite3.Connection) -> None:
    """A slow sender's success counts, also when it comes in after the takeover."""
    one = raised(journal, "one")
    _, slow = claim(journal, NOW)
    _, quick = claim(journal, NOW + 100)
    deliveries.record_sent(journal, slow, NOW + 101, "iden")
    deliveries.record_retry(journal, quick, "network", NOW + 500, unsure=True, now=NOW)
    assert only(journal, one).state == "sent"
    assert deliveries.claim_due(journal, CHANNEL, NOW + 1000, 100) is None


def test_doubt_remains(journal: sqlite3.Connection) -> None:
    """Once a push may have arrived, a later try that surely did not leaves that doubt."""
    one = raised(journal, "one")
    deliveries.record_retry(journal, claim(journal, NOW)[1], "cut", NOW + 1, unsure=True, now=NOW)
    deliveries.record_retry(journal, claim(journal, NOW + 1)[1], "down", NOW + 2, unsure=False, now=NOW)
    assert (only(journal, one).unsure, only(journal, one).error) == (True, "down")


def test_release_claims(journal: sqlite3.Connection) -> None:
    """What a dead daemon was sending is due at once for its successor, as unsure."""
    raised(journal, "one")
    claim(journal, NOW)
    deliveries.release_claims(journal, CHANNEL, NOW + 1)
    assert claim(journal, NOW + 1)[1].unsure


def test_lapse_claims(journal: sqlite3.Connection) -> None:
    """A claim that ran out waits again, as unsure; one in force is left alone."""
    old, new = raised(journal, "one"), raised(journal, "two")
    claim(journal, NOW, lease=10)
    claim(journal, NOW, lease=100)
    deliveries.lapse_claims(journal, CHANNEL, NOW + 10)
    assert (only(journal, old).state, only(journal, old).unsure) == ("waiting", True)
    assert (only(journal, new).state, only(journal, new).unsure) == ("sending", False)


def test_postpone_and_hasten(journal: sqlite3.Connection) -> None:
    """Holding a channel moves what waits, never forward; hastening makes it due; what is being sent stays."""
    sending, soon, late = raised(journal, "one"), raised(journal, "two"), raised(journal, "three", now=NOW + 900)
    claim(journal, NOW)
    deliveries.postpone(journal, CHANNEL, NOW + 60, "limited", now=NOW)
    assert [only(journal, one).next_try for one in (sending, soon, late)] == [NOW, NOW + 60, NOW + 900]
    assert [only(journal, one).error for one in (sending, soon, late)] == [None, "limited", "limited"]
    deliveries.hasten(journal, CHANNEL, NOW + 1)
    assert [only(journal, one).next_try for one in (sending, soon, late)] == [NOW, NOW + 1, NOW + 1]


def test_explain_waiting(journal: sqlite3.Connection) -> None:
    """The reason for waiting is said of what waits, and written once."""
    sending, waiting = raised(journal, "one"), raised(journal, "two")
    claim(journal, NOW)
    deliveries.explain_waiting(journal, CHANNEL, "no token", now=NOW)
    assert (only(journal, sending).error, only(journal, waiting).error) == (None, "no token")
    before = journal.total_changes
    deliveries.explain_waiting(journal, CHANNEL, "no token", now=NOW)
    assert journal.total_changes == before


def test_overdue_claim_is_told(journal: sqlite3.Connection) -> None:
    """The log tells a try that nobody finished, whichever way it is found, and each try once."""
    one, two = raised(journal, "one"), raised(journal, "two")
    for _ in range(2):
        claim(journal, NOW)
    claim(journal, NOW + 100)
    deliveries.lapse_claims(journal, CHANNEL, NOW + 150)
    assert [outcome for outcome, _ in told(journal, one)] == ["retried"]
    assert [outcome for outcome, _ in told(journal, two)] == ["retried"]
    assert (only(journal, one).state, only(journal, two).state) == ("sending", "waiting")


def test_outcomes_are_told(journal: sqlite3.Connection) -> None:
    """Each outcome is a line of the log with its reason; a stale or repeated one is none."""
    one, two = raised(journal, "one"), raised(journal, "two")
    _, slow = claim(journal, NOW)
    deliveries.record_retry(journal, slow, "503", NOW + 5, unsure=True, now=NOW + 1)
    deliveries.record_retry(journal, slow, "503", NOW + 5, unsure=True, now=NOW + 1)
    deliveries.record_refusal(journal, claim(journal, NOW)[1], "too long", now=NOW + 2)
    deliveries.record_refusal(journal, slow, "late", now=NOW + 3)
    _, again = claim(journal, NOW + 5)
    for _ in range(2):
        deliveries.record_sent(journal, again, NOW + 6, "iden")
    assert told(journal, one) == [("retried", "503"), ("sent", None)]
    assert told(journal, two) == [("refused", "too long")]
    assert [line.time for line in delivery_log.read(journal)] == [NOW + 6, NOW + 2, NOW + 1]


def test_waiting_is_told_once(journal: sqlite3.Connection) -> None:
    """That a channel keeps everything back is told of each alert once for each reason, however often it is found."""
    one = raised(journal, "one")
    for _ in range(3):
        deliveries.explain_waiting(journal, CHANNEL, "no token", now=NOW)
    for until in (NOW + 60, NOW + 120):
        deliveries.postpone(journal, CHANNEL, until, "limited", now=NOW)
    assert told(journal, one) == [("held", "no token"), ("held", "limited")]
    assert only(journal, one).next_try == NOW + 120


def test_expire(journal: sqlite3.Connection) -> None:
    """What has waited too long for that reason is given up and says so; what was kept back meanwhile is not late."""
    old, other = raised(journal, "old"), raised(journal, "other", channels=["ntfy"])
    late = kept_back(journal, "late", NOW + 500)
    with write(journal):
        deliveries.release(journal, [only(journal, late).id], NOW + 500)
    deliveries.explain_waiting(journal, CHANNEL, "no token; set one", now=NOW)
    for _ in range(2):
        deliveries.expire(journal, CHANNEL, NOW + 100, "no token", now=NOW + 600)
    found = only(journal, old)
    assert (found.state, found.why, found.error) == ("refused", "expired", "waited too long to be news")
    assert (only(journal, late).state, only(journal, other).state) == ("waiting", "waiting")
    assert told(journal, old)[-1] == ("refused", "waited too long to be news")
    assert len(told(journal, old)) == 2


def test_planned(journal: sqlite3.Connection) -> None:
    """An alert's deliveries begin as they were planned, and those that do not go at once say why in the log."""
    plans = [
        Planned("now"),
        Planned("grace", next_try=NOW + 60),
        Planned("quiet", "held", NOW + 3600, "quiet"),
        Planned("off", "suppressed", why="filter", error="only what is urgent goes there"),
    ]
    alert_id = raised(journal, "one", channels=["plain"], planned=plans)
    found = {one.channel: one for one in deliveries.deliveries_of(journal, [alert_id])[alert_id]}
    assert {name: (one.state, one.next_try - NOW, one.why) for name, one in found.items()} == {
        "plain": ("waiting", 0, None),
        "now": ("waiting", 0, None),
        "grace": ("waiting", 60, None),
        "quiet": ("held", 3600, "quiet"),
        "off": ("suppressed", 0, "filter"),
    }
    assert told(journal, alert_id) == [("held", "quiet"), ("suppressed", "only what is urgent goes there")]


@pytest.mark.parametrize("plan", [Planned("a", "held"), Planned("a", "sent"), Planned("a", "sending")])
def test_a_plan_that_cannot_be(journal: sqlite3.Connection, plan: Planned) -> None:
    """What is held without an end, or begins as sent, is refused, and the alert with it."""
    with pytest.raises(ValueError, match="held|begins"):
        put(journal, "one", channels=(), planned=[plan])
    assert alerts.open_alerts(journal) == []


def test_held_is_not_sent(journal: sqlite3.Connection) -> None:
    """What is held wants to be looked at when its time comes, and is never claimed, hastened or postponed."""
    one = kept_back(journal, "one", NOW + 60)
    deliveries.hasten(journal, CHANNEL, NOW)
    deliveries.postpone(journal, CHANNEL, NOW + 600, "limited", now=NOW)
    deliveries.explain_waiting(journal, CHANNEL, "no token", now=NOW)
    assert deliveries.next_due(journal, CHANNEL) == NOW + 60
    assert deliveries.claim_due(journal, CHANNEL, NOW + 999, 100) is None
    assert deliveries.waiting_deliveries(journal) == []
    assert (only(journal, one).state, only(journal, one).error) == ("held", None)


def test_held_costs_no_lock(journal: sqlite3.Connection, settings: Settings) -> None:
    """Looking for something to send waits for nobody while all that is due is held."""
    kept_back(journal, "one", NOW)
    other = open_journal(settings.journal, busy_seconds=0.0)
    with write(journal):
        assert deliveries.claim_due(other, CHANNEL, NOW + 1, 100) is None
    other.close()


def test_held(journal: sqlite3.Connection) -> None:
    """What is held until then or earlier is read with its alert, in the order in which it happened."""
    two, one, later = (kept_back(journal, name, until, now=now) for name, until, now in (
        ("two", NOW + 5, NOW + 2), ("one", NOW + 10, NOW + 1), ("later", NOW + 11, NOW),
    ))  # fmt: skip
    raised(journal, "waits")
    assert [(alert.id, delivery.alert_id) for alert, delivery in deliveries.held(journal, CHANNEL, NOW + 10)] == [
        (one, one),
        (two, two),
    ]
    assert later in {alert.id for alert, _ in deliveries.held(journal, CHANNEL, NOW + 11)}
    assert deliveries.held(journal, "ntfy", NOW + 99) == []


def test_release(journal: sqlite3.Connection) -> None:
    """What is released can be claimed at once; asked again, or of what is not held, nothing happens."""
    one, waits = kept_back(journal, "one", NOW + 60), raised(journal, "waits", now=NOW + 500)
    ids = [only(journal, one).id, only(journal, waits).id]
    with write(journal):
        assert deliveries.release(journal, ids, NOW + 10) == 1
        assert deliveries.release(journal, ids, NOW + 20) == 0
    alert, delivery = claim(journal, NOW + 10)
    assert (alert.id, delivery.why, delivery.queued) == (one, None, NOW + 10)
    assert only(journal, waits).next_try == NOW + 500


def test_put_in_digest(journal: sqlite3.Connection) -> None:
    """What a digest tells is sent no other way, once; the log and the delivery know which digest it was."""
    ids = [kept_back(journal, name, NOW + 60) for name in ("one", "two")]
    with write(journal):
        digest = alerts.raise_alert(
            journal, kind="digest", severity="now", occurred=NOW, now=NOW + 60, title="2", body="", channels=[CHANNEL],
            unique="digest/1",
        )  # fmt: skip
        assert digest is not None
        wanted = [delivery.id for _, delivery in deliveries.held(journal, CHANNEL, NOW + 60)]
        assert deliveries.put_in_digest(journal, wanted, digest, NOW + 60) == 2
        assert deliveries.put_in_digest(journal, wanted, digest, NOW + 60) == 0
        assert deliveries.release(journal, wanted, NOW + 60) == 0
    assert [(only(journal, one).state, only(journal, one).digest_id) for one in ids] == [("digested", digest)] * 2
    assert told(journal, ids[0])[-1] == ("digested", None)
    assert claim(journal, NOW + 60)[0].id == digest
    assert deliveries.claim_due(journal, CHANNEL, NOW + 60, 100) is None


def test_hold(journal: sqlite3.Connection) -> None:
    """What is held or waits can be held until later, for a reason the log tells once; what is on its way cannot."""
    sending, waits = raised(journal, "sending"), raised(journal, "waits", now=NOW + 1)
    grace = kept_back(journal, "grace", NOW + 60, why="grace")
    claim(journal, NOW)
    ids = [only(journal, one).id for one in (sending, waits, grace)]
    with write(journal):
        assert deliveries.hold(journal, ids, NOW + 900, "digest", NOW + 2) == 2
        assert deliveries.hold(journal, ids, NOW + 900, "digest", NOW + 3) == 2
    assert [(only(journal, one).state, only(journal, one).next_try) for one in (waits, grace)] == [
        ("held", NOW + 900)
    ] * 2
    assert only(journal, sending).state == "sending"
    assert told(journal, waits) == [("held", "digest")]
    assert told(journal, grace) == [("held", "grace"), ("held", "digest")]


def test_suppress(journal: sqlite3.Connection) -> None:
    """What is held or waits is not sent after all, on every channel or one; what is on its way is left alone."""
    one = raised(journal, "one", channels=[CHANNEL, "ntfy"], planned=[Planned("slack", "held", NOW + 60, "digest")])
    claim(journal, NOW)
    with write(journal):
        assert deliveries.suppress(journal, one, NOW + 1, why="off", error="the rule is off", channel="slack") == 1
        assert deliveries.suppress(journal, one, NOW + 1, why="muted", error="muted for this run") == 1
        assert deliveries.suppress(journal, one, NOW + 1, why="muted", error="muted for this run") == 0
    found = {each.channel: (each.state, each.why) for each in deliveries.deliveries_of(journal, [one])[one]}
    assert found == {
        CHANNEL: ("sending", None),
        "ntfy": ("suppressed", "muted"),
        "slack": ("suppressed", "off"),
    }
    assert told(journal, one)[1:] == [("suppressed", "the rule is off"), ("suppressed", "muted for this run")]
    assert deliveries.claim_due(journal, "ntfy", NOW + 99, 100) is None


def test_overdue(journal: sqlite3.Connection) -> None:
    """What could have gone out an hour ago and has not is overdue, from when it was released where it was held."""
    waits, sending = raised(journal, "waits"), raised(journal, "sending", now=NOW - 1)
    kept, freed = kept_back(journal, "kept", NOW + 90_000), kept_back(journal, "freed", NOW)
    done = raised(journal, "done", now=NOW - 2)
    deliveries.record_sent(journal, claim(journal, NOW)[1], NOW, None)
    assert claim(journal, NOW)[0].id == sending
    with write(journal):
        deliveries.release(journal, [only(journal, freed).id], NOW + 1800)
    deliveries.postpone(journal, CHANNEL, NOW + 90_000, "limited", now=NOW)
    assert deliveries.overdue(journal, NOW + 3599.5) == [only(journal, sending)]
    assert {one.alert_id for one in deliveries.overdue(journal, NOW + 3601)} == {waits, sending}
    assert {one.alert_id for one in deliveries.overdue(journal, NOW + 5401)} == {waits, sending, freed}
    assert not {kept, done} & {one.alert_id for one in deliveries.overdue(journal, NOW + 80_000)}
