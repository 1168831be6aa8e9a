"""A journal, a clock that is moved by hand, and a local Pushbullet."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import alerts, deliveries
from store.alerts import Alert
from store.database import open_journal, write
from store.deliveries import Delivery
from store.settings import Settings
from tests.fakes.pushbullet_server import PushbulletServer
from tests.workers.alerts.lab import Lab
from workers.alerts.channels import PUSHBULLET
from workers.alerts.channels.pushbullet import PushbulletChannel, channel_from
from workers.alerts.outbox import deliver_due

START = 1_790_000_000.0


class Clock:
    """Epoch seconds that pass when a test says so."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Desk:
    """Everything between an alert and the server, with words for what a test does and sees."""

    def __init__(
        self, connection: sqlite3.Connection, clock: Clock, server: PushbulletServer, settings: Settings
    ) -> None:
        self.connection = connection
        self.clock = clock
        self.server = server
        self.settings = settings
        self.channel = self.open_channel(settings)
        self.chance = random.Random(1)

    def open_channel(self, settings: Settings) -> PushbulletChannel:
        channel = channel_from(settings, clock=self.clock)
        assert channel is not None
        return channel

    def raise_alert(self, name: str = "one", *, body: str = "exit code 3", url: str | None = None) -> int:
        with write(self.connection):
            made = alerts.raise_alert(
                self.connection,
                kind="crashed",
                severity="now",
                occurred=self.clock.now,
                now=self.clock.now,
                title=f"✖ crashed after 12 m — {name}",
                body=body,
                channels=[PUSHBULLET],
                url=url,
                unique=name,
            )
        assert made is not None
        return made

    def deliver(self) -> float | None:
        return deliver_due(self.connection, self.channel, clock=self.clock, jitter=self.chance.random)

    def deliver_until_done(self, limit: int = 500) -> None:
        for _ in range(limit):
            wake = self.deliver()
            if wake is None:
                return
            self.clock.now = max(self.clock.now + 0.001, wake)
        raise AssertionError(f"still waiting: {deliveries.waiting_deliveries(self.connection)}")

    def delivery(self, alert_id: int) -> Delivery:
        return deliveries.deliveries_of(self.connection, [alert_id])[alert_id][0]

    def alert(self, alert_id: int) -> Alert:
        return alerts.get_alert(self.connection, alert_id)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_journal(tmp_path / "journal.db")
    yield connection
    connection.close()


@pytest.fixture
def server() -> Iterator[PushbulletServer]:
    with PushbulletServer() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(journal: sqlite3.Connection, clock: Clock, server: PushbulletServer, tmp_path: Path) -> Desk:
    server.clock = clock
    settings = Settings(
        home=tmp_path,
        secrets=tmp_path / "secrets.toml",
        pushbullet_token=server.token,
        pushbullet_url=server.url,
        push_timeout_seconds=15.0,
    )
    return Desk(journal, clock, server, settings)


@pytest.fixture
def lab(journal: sqlite3.Connection, tmp_path: Path) -> Lab:
    """A laboratory whose clocks are moved by hand, with the alerts' engine over it."""
    return Lab(journal, tmp_path)
