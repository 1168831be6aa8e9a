"""The delivery log, and that it tells what happened whenever the process that writes it is killed."""

import contextlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from store import deliveries, delivery_log
from store.database import open_journal, write
from store.deliveries import Planned
from store.settings import Settings
from tests.store.alerts_by_hand import CHANNEL, NOW, claim, kept_back, only, raised

ROOT = Path(__file__).resolve().parents[2]
KILLS = 6
BUSY_DESK = """
import random, sys, time
from pathlib import Path
from store import alerts, deliveries
from store.database import open_journal, write
from store.deliveries import Planned
from store.deliveries import Planned
chance, journal = random.Random(sys.argv[2]), open_journal(Path(sys.argv[1]))
deliveries.release_claims(journal, "pushbullet", time.time())
print("ready", flush=True)
while True:
    now = time.time()
    with write(journal):
        plans = [Planned("pushbullet"), Planned("pushbullet", "held", now, "digest"),
                 Planned("pushbullet", "suppressed", why="off", error="off")]
        made = alerts.raise_alert(journal, kind="note", severity="now", occurred=now, now=now, title="t", body="",
                                  planned=[chance.choice(plans)], unique=str(now))
    held = [delivery for _, delivery in deliveries.held(journal, "pushbullet", now)]
    with write(journal):
        for one in held:
            step = chance.randrange(4)
            if step == 0: deliveries.release(journal, [one.id], now)
            if step == 1: deliveries.put_in_digest(journal, [one.id], made, now)
            if step == 2: deliveries.suppress(journal, one.alert_id, now, why="merged", error="merged")
            if step == 3: deliveries.hold(journal, [one.id], now + 0.001, "quiet", now)
    claimed = deliveries.claim_due(journal, "pushbullet", now, 60)
    if claimed:
        step, delivery = chance.randrange(3), claimed[1]
        if step == 0: deliveries.record_sent(journal, delivery, now, "iden")
        if step == 1: deliveries.record_retry(journal, delivery, "503", now, unsure=True, now=now)
        if step == 2: deliveries.record_refusal(journal, delivery, "too long", now=now)
"""


def record(journal: sqlite3.Connection, moment: float, outcome: str = "sent", channel: str = CHANNEL) -> None:
    """Write one line about no alert."""
    with write(journal):
        delivery_log.record(journal, moment, None, channel, outcome, "why")


def test_read(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Lines come newest first with their alert's title, kind and run; the next ones follow those that were read."""
    launched("r1")
    one = raised(journal, "crash", kind="crashed", run_id="r1", attempt=1)
    with write(journal):
        delivery_log.record(journal, NOW, one, CHANNEL, delivery_log.RETRIED, "503")
    for number in range(3):
        record(journal, NOW + number)
    first = delivery_log.read(journal, limit=3)
    assert [line.time for line in first] == [NOW + 2, NOW + 1, NOW]
    assert {(line.alert_id, line.title, line.kind, line.reason) for line in first} == {(None, None, None, "why")}
    (last,) = delivery_log.read(journal, before_id=first[-1].id)
    assert (last.alert_id, last.channel, last.outcome, last.reason) == (one, CHANNEL, "retried", "503")
    assert (last.title, last.kind, last.run_id) == ("crash", "crashed", "r1")
    assert delivery_log.read(journal, before_id=last.id) == []


@pytest.mark.parametrize(("seconds", "why"), [(1200.0, "quiet"), (60.0, None)])
def test_what_was_kept_back_says_why_once_it_is_sent(journal: sqlite3.Connection, seconds: float, why: str) -> None:
    """Of the last time it was held, unless that was for a moment; what went at once was not held."""
    held, free = kept_back(journal, "news", NOW + 30, why="digest"), raised(journal, "crash")
    deliveries.record_sent(journal, claim(journal, NOW)[1], NOW, "iden")
    with write(journal):
        deliveries.hold(journal, [only(journal, held).id], NOW + seconds, "quiet", NOW + 1)
        assert delivery_log.held_of(journal, [held, free]) == {}
        deliveries.release(journal, [only(journal, held).id], NOW + seconds)
    deliveries.record_sent(journal, claim(journal, NOW + seconds)[1], NOW + seconds, "iden")
    lines = {(line.alert_id, line.outcome): line.held for line in delivery_log.read(journal)}
    assert lines[held, "sent"] == why and lines[free, "sent"] is None and lines[held, "held"] is None
    assert delivery_log.held_of(journal, [held, free]) == ({(held, CHANNEL): why} if why else {})
    assert delivery_log.held_of(journal, []) == {}


def test_an_outcome_there_is_not(journal: sqlite3.Connection) -> None:
    """An outcome outside the six is refused by the journal itself."""
    with pytest.raises(sqlite3.IntegrityError):
        record(journal, NOW, "lost")


def test_count_sent(journal: sqlite3.Connection) -> None:
    """Counted is what a channel took since then, itself included: nothing else, of no other channel."""
    for moment, outcome, channel in (
        (NOW - 1, "sent", CHANNEL),
        (NOW, "sent", CHANNEL),
        (NOW + 1, "sent", CHANNEL),
        (NOW + 2, "retried", CHANNEL),
        (NOW + 3, "sent", "ntfy"),
    ):
        record(journal, moment, outcome, channel)
    assert delivery_log.count_sent(journal, CHANNEL, NOW) == 2
    assert delivery_log.count_sent(journal, "slack", 0.0) == 0


def test_trim(journal: sqlite3.Connection) -> None:
    """Old lines are dropped but for what was sent, younger ones stay."""
    for moment, outcome in ((NOW - 3, "sent"), (NOW - 2, "held"), (NOW - 1, "retried"), (NOW, "held")):
        record(journal, moment, outcome)
    with write(journal):
        assert delivery_log.trim(journal, NOW) == 2
    assert [(line.time, line.outcome) for line in delivery_log.read(journal)] == [(NOW, "held"), (NOW - 3, "sent")]


def test_killed(settings: Settings) -> None:
    """Whenever the sender is killed, log and deliveries tell the same: each outcome once, no try untold."""
    chance = random.Random(7)
    open_journal(settings.journal).close()
    for number in range(KILLS):
        command = [sys.executable, "-c", BUSY_DESK, str(settings.journal), str(number)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as desk:
            assert desk.stdout is not None
            assert desk.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.05, 0.25))
            desk.send_signal(signal.SIGKILL)
            assert desk.wait() == -signal.SIGKILL
    with contextlib.closing(open_journal(settings.journal)) as journal:
        states = agree(journal)
    assert {state for state, count in states.items() if count > KILLS} >= {"sent", "refused", "suppressed", "digested"}


def test_at_every_moment(journal: sqlite3.Connection, settings: Settings, tmp_path: Path) -> None:
    """What lies on the disk before any statement, which is what a kill leaves there, has log and deliveries agree."""
    copies: list[Path] = []

    def copy(statement: str) -> None:
        copies.append(tmp_path / f"{len(copies)}.db")
        for end in ("", "-wal"):
            shutil.copy(f"{settings.journal}{end}", f"{copies[-1]}{end}")

    journal.set_trace_callback(copy)
    plans = [Planned("ntfy", "held", NOW, "digest"), Planned("slack", "suppressed", why="off", error="off")]
    for name in ("sent", "refused", "lapsed", "taken over", "expired"):
        raised(journal, name, planned=plans)
    deliveries.record_retry(journal, claim(journal, NOW)[1], "503", NOW, unsure=True, now=NOW)
    deliveries.record_sent(journal, claim(journal, NOW)[1], NOW, "iden")
    deliveries.record_refusal(journal, claim(journal, NOW)[1], "too long", now=NOW)
    claim(journal, NOW)
    deliveries.lapse_claims(journal, CHANNEL, NOW + 100)
    claim(journal, NOW + 100, lease=1)
    claim(journal, NOW + 101)
    deliveries.explain_waiting(journal, CHANNEL, "no token", now=NOW)
    deliveries.postpone(journal, CHANNEL, NOW + 200, "limited", now=NOW)
    deliveries.expire(journal, CHANNEL, NOW + 300, "limited", now=NOW + 300)
    one, two, three, four, _ = (delivery for _, delivery in deliveries.held(journal, "ntfy", NOW))
    with write(journal):
        deliveries.put_in_digest(journal, [one.id], one.alert_id, NOW)
        deliveries.suppress(journal, two.alert_id, NOW, why="merged", error="merged", channel="ntfy")
        deliveries.hold(journal, [three.id], NOW + 900, "quiet", NOW)
        deliveries.release(journal, [four.id], NOW)
    journal.set_trace_callback(None)
    assert agree(journal).keys() == {"sent", "refused", "sending", "held", "suppressed", "digested", "waiting"}
    assert len(copies) > 100
    for path in copies:
        with contextlib.closing(open_journal(path)) as left:
            agree(left)


def agree(journal: sqlite3.Connection) -> Counter[str]:
    """Require that the log tells of each delivery what its row does; how many rows there are in each state."""
    rows = journal.execute("SELECT * FROM deliveries").fetchall()
    told: dict[tuple[int | None, str], Counter[str]] = {(row["alert_id"], row["channel"]): Counter() for row in rows}
    for line in delivery_log.read(journal, limit=1_000_000):
        told[line.alert_id, line.channel][line.outcome] += 1
    for row in rows:
        known, state = told[row["alert_id"], row["channel"]], row["state"]
        for outcome in ("sent", "refused", "suppressed", "digested"):
            assert known[outcome] == (state == outcome), dict(row)
        tried = row["attempts"] - (state in ("sending", "sent") or (state == "refused" and row["why"] is None))
        assert known["retried"] == tried, dict(row)
        assert known["held"] or state not in ("held", "digested"), dict(row)
    return Counter(row["state"] for row in rows)
