"""`kill -9` of what raises and delivers, at random moments, digests and quiet hours included: all is told, once.

A small version runs in the suite. By hand, with as many kills as one likes::

    python -m tests.workers.alerts.test_delivery_kills --kills 200 --seed 1
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from store import deliveries, delivery_log
from store.alerts import DIGEST, get_alert
from store.database import open_journal
from store.preferences import AlertPreferences, save_preferences
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from tests.workers.alerts.office import NOON

ROOT = Path(__file__).resolve().parents[3]
SPEED = 10_800.0
"""Three hours pass in a second, so that digest times and nights come and go."""
AT_A_TIME = 40
PATIENCE = 90.0

# Raises alerts up to a number, each in a transaction of its own, and delivers what is due, until it is killed or done.
CHILD = """
import random, sys, time
from store import deliveries
from store.database import open_journal, write
from store.settings import load
from workers.alerts import raising
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.outbox import deliver_due
origin, began, speed, wanted = (float(word) for word in sys.argv[1:])
clock = lambda: origin + (time.time() - began) * speed
settings, chance = load(), random.Random()
connection = open_journal(settings.journal)
deliveries.release_claims(connection, "pushbullet", clock())
channel = channel_from(settings, clock=clock)
KINDS = ("disk", "driver", "gpu_lost", "host_memory", "note", "review")
count = lambda: connection.execute("SELECT count(*) FROM alerts WHERE kind <> 'digest'").fetchone()[0]
print("ready", flush=True)
while True:
    if (number := count()) < wanted and chance.random() < 0.7:
        kind, now = KINDS[number % len(KINDS)], clock()
        words = {"title": f"note {number}"} if kind == "note" else {}
        with write(connection):
            raising.raise_alert(
                connection, settings, kind=kind, occurred=now, now=now, subject=f"one:{number}", unique=str(number),
                facts={"index": 0, "path": "/data", "what": "full", "name": "x", "total": 1}, **words,
            )
    due = deliver_due(connection, channel, clock=clock, jitter=chance.random, settings=settings)
    if number >= wanted and due is None:
        break
    time.sleep(0.002)
"""


class Soak:
    """A journal, a Pushbullet with faults, and one child after the other."""

    def __init__(self, folder: Path, server: PushbulletServer, seed: int) -> None:
        self.server = server
        self.chance = random.Random(seed)
        self.began = time.time()
        server.clock = lambda: NOON + (time.time() - self.began) * SPEED
        self.environment = {
            **os.environ,
            "MACHIAI_HOME": str(folder),
            "MACHIAI_SECRETS": str(folder / "secrets.toml"),
            "MACHIAI_PUSHBULLET_URL": server.url,
            "MACHIAI_PUSHBULLET_TOKEN": TOKEN,
        }
        self.journal = open_journal(folder / "journal.db")
        even_hours = tuple(f"{hour:02d}:00" for hour in range(0, 24, 2))
        save_preferences(
            self.journal, AlertPreferences(quiet=("23:00", "05:00"), digests=even_hours, push_budget=0), NOON
        )

    def start(self, wanted: int) -> "subprocess.Popen[str]":
        words = [repr(one) for one in (NOON, self.began, SPEED, float(wanted))]
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, *words], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        return child

    def run(self, kills: int) -> int:
        """Kill so many children, then let the last one come to its end; how many alerts there were."""
        wanted = 0
        for _ in range(kills):
            wanted += self.chance.randrange(2, AT_A_TIME)
            with self.start(wanted) as child:
                time.sleep(self.chance.uniform(0.0, 0.6))
                os.kill(child.pid, signal.SIGKILL)
        self.server.clear_faults()
        with self.start(wanted) as child:
            assert child.wait(PATIENCE) == 0
        return wanted

    def check(self, wanted: int) -> Counter[str]:
        """Every alert was told once: by itself, or by a digest that was; how many of each."""
        arrived = Counter(self.server.guids())
        assert max(arrived.values()) == 1
        ids = [row["id"] for row in self.journal.execute("SELECT id FROM alerts ORDER BY id")]
        told: Counter[str] = Counter()
        for one, ways in deliveries.deliveries_of(self.journal, ids).items():
            [way] = ways
            alert = get_alert(self.journal, one)
            told[way.state if alert.kind != DIGEST else "digests"] += 1
            assert (alert.guid in arrived) == (way.state == "sent")
            if way.state == "digested":
                assert way.digest_id is not None
                assert get_alert(self.journal, way.digest_id).guid in arrived
        assert told["sent"] + told["digested"] == wanted
        assert told.keys() <= {"sent", "digested", "digests"}
        assert delivery_log.count_sent(self.journal, "pushbullet", 0.0) == len(self.server.pushes)
        members = Counter(
            way.digest_id
            for ways in deliveries.deliveries_of(self.journal, ids).values()
            for way in ways
            if way.digest_id
        )
        for digest_id, count in members.items():
            assert get_alert(self.journal, digest_id).facts == {"count": count}
        return told


def soak(folder: Path, kills: int, seed: int) -> Counter[str]:
    """Run it and look at what came of it."""
    with PushbulletServer(fault_rate=0.3, seed=seed) as server:
        story = Soak(folder, server, seed)
        try:
            return story.check(story.run(kills))
        finally:
            story.journal.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_told_once_whoever_is_killed(tmp_path: Path, seed: int) -> None:
    """Raised and delivered by processes that are killed one after the other, every alert arrives once."""
    told = soak(tmp_path, 6, seed)
    assert told["sent"]
    assert told["digests"]


def main() -> None:
    """Kill as often as was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="machiai-kills-") as folder:
        print(dict(soak(Path(folder), given.kills, given.seed)))


if __name__ == "__main__":
    main()
