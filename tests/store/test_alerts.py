"""Alerts: raised once, told anew, cleared, merged, seen."""

import math
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store import alerts, deliveries
from store.database import open_journal, write
from tests.store.alerts_by_hand import CHANNEL, NOW, claim, kept_back, only, put, raised, told


def test_raised_once(journal: sqlite3.Connection) -> None:
    """The same cause raises one alert and one delivery for each channel, however often it is seen."""
    first = raised(journal, "one", channels=[CHANNEL, "other"])
    assert put(journal, "one") is None
    assert [one.channel for one in deliveries.deliveries_of(journal, [first])[first]] == [CHANNEL, "other"]


def test_raised_with_its_cause(journal: sqlite3.Connection) -> None:
    """An alert whose transaction fails was never raised."""
    with pytest.raises(RuntimeError), write(journal):
        alerts.raise_alert(
            journal, kind="note", severity="now", occurred=NOW, now=NOW, title="t", body="", channels=[CHANNEL],
            unique="one",
        )  # fmt: skip
        raise RuntimeError
    assert alerts.open_alerts(journal) == []
    assert deliveries.next_due(journal, CHANNEL) is None


def test_guid_is_the_causes(journal: sqlite3.Connection, tmp_path: Path) -> None:
    """The same cause has the same guid in any journal, so that a journal lost and rebuilt pushes nothing twice."""
    other = open_journal(tmp_path / "other.db")
    first, second = raised(journal, "one"), raised(other, "one")
    assert alerts.get_alert(journal, first).guid == alerts.get_alert(other, second).guid
    assert alerts.get_alert(journal, raised(journal, "two")).guid != alerts.get_alert(journal, first).guid
    other.close()


def test_the_guid_of_an_end(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """The guid of a run's end never changes: what an older version pushed is known to the account by it."""
    launched("r1")
    made = alerts.get_alert(journal, raised(journal, "one", kind="crashed", run_id="r1", attempt=2))
    assert made.guid == "machiai-858fb0cedc50d32c333a383046d4209a"


def test_several_of_one_kind(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """A kind can be raised again for the same run about another part or on another occasion, and each once."""
    launched("r1")
    cause: dict[str, Any] = {"kind": "diverged", "run_id": "r1", "attempt": 1}
    causes = [cause, cause | {"subject": "loss"}, cause | {"subject": "loss", "occasion": "2"}, cause | {"attempt": 2}]
    made = [raised(journal, "one", **each) for each in causes]
    assert [put(journal, "one", **each) for each in causes] == [None] * 4
    assert len({alerts.get_alert(journal, one).guid for one in made}) == 4
    for each, alert_id in zip(causes, made, strict=True):
        found = alerts.find_alert(journal, **each)
        assert found is not None
        assert found.id == alert_id
    assert alerts.find_alert(journal, kind="diverged", run_id="r1", attempt=1, subject="acc") is None


def test_facts(journal: sqlite3.Connection) -> None:
    """An alert keeps what its words are made of, in any script, and what no text can hold does not stop it."""
    facts = {"metric": "損失", "value": 0.5, "runs": ["a"], "usual": None, "path": "/d/\udcff"}
    one = raised(journal, "/d/\udcff", kind="disk", subject="disk:lab1:/d/\udcff", facts=facts)
    found = alerts.get_alert(journal, one)
    assert found.facts == facts | {"path": "/d/?"}
    assert (found.title, found.subject, found.count, found.latest) == ("/d/?", "disk:lab1:/d/?", 1, None)
    assert put(journal, "again", kind="disk", subject="disk:lab1:/d/\udcff") is None


def test_update(journal: sqlite3.Connection) -> None:
    """An alert tells what is now known; its severity and when it happened last stay where none is given."""
    one = raised(journal, "one", severity="soon")
    with write(journal):
        alerts.update_alert(journal, one, title="two", body="b", facts={"left": 5}, latest=NOW + 5)
        alerts.update_alert(journal, one, title="three", body="c", facts={"left": 4})
    found = alerts.get_alert(journal, one)
    assert (found.title, found.body, found.facts, found.severity) == ("three", "c", {"left": 4}, "soon")
    assert (found.latest, found.occurred, found.count) == (NOW + 5, NOW, 1)
    with write(journal):
        alerts.update_alert(journal, one, title="three", body="c", facts={}, severity="now")
    assert alerts.get_alert(journal, one).severity == "now"
    assert only(journal, one).state == "waiting"


def test_cleared_and_again(journal: sqlite3.Connection) -> None:
    """What is over is no longer open, since it was first; when it happens again it is, and that is counted."""
    one = raised(journal, "one")
    with write(journal):
        alerts.clear_alert(journal, one, NOW + 5)
        alerts.clear_alert(journal, one, NOW + 9)
    assert alerts.get_alert(journal, one).cleared == NOW + 5
    assert alerts.open_alerts(journal) == []
    with write(journal):
        alerts.note_again(journal, one, NOW + 20)
    found = alerts.get_alert(journal, one)
    assert (found.count, found.latest, found.cleared) == (2, NOW + 20, None)
    assert [alert.id for alert in alerts.open_alerts(journal)] == [one]
    assert len(deliveries.deliveries_of(journal, [one])[one]) == 1


def test_merge(journal: sqlite3.Connection) -> None:
    """What another alert tells is not pushed any more and not open; what was pushed stays so."""
    into, held_back, waits, sent = (
        raised(journal, "crash", now=NOW + 50),
        kept_back(journal, "nan", NOW + 60, why="grace"),
        raised(journal, "stall", now=NOW + 40),
        raised(journal, "slip"),
    )
    deliveries.record_sent(journal, claim(journal, NOW)[1], NOW, "iden")
    with write(journal):
        for one in (held_back, waits, sent):
            alerts.merge_alert(journal, one, into, NOW + 50, why="follows")
    assert [only(journal, one).state for one in (held_back, waits, sent)] == ["suppressed", "suppressed", "sent"]
    assert only(journal, held_back).why == "follows"
    assert told(journal, held_back) == [("held", "grace"), ("suppressed", "told by “crash”")]
    assert [alert.id for alert in alerts.open_alerts(journal)] == [into]
    assert alerts.get_alert(journal, sent).merged_into == into
    assert claim(journal, NOW + 99)[0].id == into


def test_merged_into_itself(journal: sqlite3.Connection) -> None:
    """An alert cannot be told by itself: nobody would hear of it."""
    one = raised(journal, "one")
    with pytest.raises(ValueError, match="itself"), write(journal):
        alerts.merge_alert(journal, one, one, NOW)
    with pytest.raises(LookupError), write(journal):
        alerts.merge_alert(journal, one, 999, NOW)
    assert only(journal, one).state == "waiting"


def test_latest_of(journal: sqlite3.Connection) -> None:
    """The last alert of a kind about a part of a machine is found, of others not."""
    assert alerts.latest_of(journal, "heat", "gpu:a") is None
    cause = {"kind": "heat", "subject": "gpu:a"}
    raised(journal, "one", occasion="1", **cause)
    two = raised(journal, "two", occasion="2", **cause)
    raised(journal, "three", kind="heat", subject="gpu:b")
    raised(journal, "four", kind="ecc", subject="gpu:a")
    found = alerts.latest_of(journal, "heat", "gpu:a")
    assert found is not None
    assert found.id == two


def test_acknowledge(journal: sqlite3.Connection) -> None:
    """An alert is open until somebody has seen it; the first time counts."""
    one, two = raised(journal, "one"), raised(journal, "two", now=NOW + 1)
    assert [alert.title for alert in alerts.open_alerts(journal)] == ["two", "one"]
    alerts.acknowledge(journal, one, NOW + 5)
    alerts.acknowledge(journal, one, NOW + 9)
    assert [alert.id for alert in alerts.open_alerts(journal)] == [two]
    assert alerts.get_alert(journal, one).acknowledged == NOW + 5
    assert alerts.open_alerts(journal, kinds=["crashed"]) == []


def test_snooze(journal: sqlite3.Connection) -> None:
    """What is snoozed is not open until its time has come; whoever does not say when it is sees it."""
    one = raised(journal, "one")
    alerts.snooze(journal, one, NOW + 3600)
    assert alerts.open_alerts(journal, NOW + 3599) == []
    assert [alert.id for alert in alerts.open_alerts(journal, NOW + 3600)] == [one]
    assert [alert.id for alert in alerts.open_alerts(journal)] == [one]


def test_open_alerts(journal: sqlite3.Connection) -> None:
    """Open are the newest of the kinds asked for; a digest, which only tells others, never is."""
    for number, kind in enumerate(["crashed", "digest", "stalled", "crashed"]):
        raised(journal, f"{kind} {number}", now=NOW + number, kind=kind, subject=str(number))
    assert [alert.title for alert in alerts.open_alerts(journal)] == ["crashed 3", "stalled 2", "crashed 0"]
    assert [alert.title for alert in alerts.open_alerts(journal, NOW, ["crashed"])] == ["crashed 3", "crashed 0"]
    assert [alert.title for alert in alerts.open_alerts(journal, limit=1)] == ["crashed 3"]


def test_numbers_that_are_none(journal: sqlite3.Connection) -> None:
    """A fact that is no finite number comes back as it was."""
    found = alerts.get_alert(journal, raised(journal, "one", facts={"value": math.inf}))
    assert found.facts["value"] == math.inf
