"""The month's pushes: counted, judged by the time that is left, and marked when Pushbullet refuses more."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import delivery_log, push_budget
from store.database import open_journal, write
from store.preferences import AlertPreferences
from store.push_budget import STAGES, Budget, read_budget, stage

TOKYO = ZoneInfo("Asia/Tokyo")


def at(text: str, zone: ZoneInfo = TOKYO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_journal(tmp_path / "journal.db")
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("sent", "day", "expected"),
    [
        (0, 1, "plenty"),
        (299, 1, "plenty"),
        (300, 1, "thrift"),
        (400, 1, "tight"),
        (450, 1, "reserve"),
        (500, 1, "empty"),
        (700, 1, "empty"),
        (300, 16, "plenty"),
        (400, 16, "thrift"),
        (449, 30, "plenty"),
        (450, 30, "reserve"),
    ],
)
def test_stages(sent: int, day: int, expected: str) -> None:
    """What is left is weighed against the days that are left; the last tenth is kept whatever the day."""
    assert stage(Budget(500, sent, day, 30)) == expected


def test_no_limit() -> None:
    """Without a limit there is always plenty, unless Pushbullet itself says otherwise."""
    assert stage(Budget(0, 10_000)) == "plenty"
    assert stage(Budget(0, 1, used_up=True)) == "empty"
    assert stage(Budget(500, 1, used_up=True)) == "empty"


@given(
    limit=st.integers(1, 2000), sent=st.integers(0, 2100), more=st.integers(0, 300), days=st.sampled_from([28, 30, 31]),
    data=st.data(),
)  # fmt: skip
def test_sparing_grows_with_use(limit: int, sent: int, more: int, days: int, data: st.DataObject) -> None:
    """On the same day more sent never means less sparing; while any is left of the last tenth crashes still go."""
    day = data.draw(st.integers(1, days))
    before, after = (stage(Budget(limit, n, day, days)) for n in (sent, sent + more))
    assert STAGES.index(before) <= STAGES.index(after)
    assert (before == "empty") == (sent >= limit)
    if 0 < limit - sent <= limit / 10:
        assert before == "reserve"


def test_counting(journal: sqlite3.Connection) -> None:
    """Only what Pushbullet took this month counts, by this zone's calendar; a test push without an alert does too."""
    november = at("2026-11-01T00:00")
    lines = [
        (november - 1, "pushbullet", "sent"),
        (november, "pushbullet", "sent"),
        (november + 5, "pushbullet", "retried"),
        (november + 6, "phone", "sent"),
        (at("2026-11-21T12:00"), "pushbullet", "sent"),
    ]
    with write(journal):
        for time, channel, outcome in lines:
            delivery_log.record(journal, time, None, channel, outcome)
    now = at("2026-11-21T12:30")
    assert read_budget(journal, AlertPreferences(), now, TOKYO) == Budget(500, 2, 21, 30)
    assert read_budget(journal, AlertPreferences(), november - 1, TOKYO).sent == 3


def test_the_mark_holds_for_its_month(journal: sqlite3.Connection) -> None:
    """Used up is used up until the month ends, in any case of what was counted, or until it is forgotten."""
    now, last = at("2026-11-21T12:00"), at("2026-11-30T23:59")
    with write(journal):
        push_budget.mark_used_up(journal, now, TOKYO)
        push_budget.mark_used_up(journal, now + 1, TOKYO)
    assert stage(read_budget(journal, AlertPreferences(push_budget=0), last, TOKYO)) == "empty"
    assert push_budget.next_month(now, TOKYO) == at("2026-12-01T00:00") == last + 60
    assert stage(read_budget(journal, AlertPreferences(push_budget=0), last + 60, TOKYO)) == "plenty"
    with write(journal):
        push_budget.forget_mark(journal)
    assert not push_budget.is_used_up(journal, now, TOKYO)


def test_the_next_month() -> None:
    """December is followed by January of the next year."""
    assert push_budget.next_month(at("2026-12-31T23:59:59"), TOKYO) == at("2027-01-01T00:00")
    assert push_budget.next_month(datetime(2026, 1, 31, tzinfo=UTC).timestamp(), UTC) == 1769904000.0
