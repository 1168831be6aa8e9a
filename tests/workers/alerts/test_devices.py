"""The account's devices: asked of Pushbullet without holding anybody up, and kept as a reading."""

import sqlite3
import time

import pytest

from store import intents, machines
from store.intents import Intent
from store.settings import Settings
from tests.fakes.faulty_server import answer, stall, status
from tests.fakes.pushbullet_server import PushbulletServer
from workers import intentions


def ask(journal: sqlite3.Connection, settings: Settings) -> Intent:
    """Ask for the list and serve until it is answered."""
    number = intents.ask(journal, intents.LIST_DEVICES, None, time.time())
    end = time.monotonic() + 20
    while intents.open_intents(journal):
        assert time.monotonic() < end
        began = time.monotonic()
        intentions.serve(journal, settings, time.time())
        assert time.monotonic() - began < 5.0
        time.sleep(0.01)
    return next(one for one in intents.latest_intents(journal, intents.LIST_DEVICES, 0) if one.id == number)


@pytest.fixture(name="settings")
def _settings(server: PushbulletServer) -> Settings:
    return Settings(pushbullet_token=server.token, pushbullet_url=server.url, push_timeout_seconds=5.0)


def test_devices(journal: sqlite3.Connection, server: PushbulletServer, settings: Settings) -> None:
    """The devices in use are listed with what a person knows them by; a slow answer holds nobody up."""
    page = b"""{"devices": [
        {"iden": "d1", "active": true, "nickname": "my phone", "icon": "phone"},
        {"iden": "d2", "active": false, "nickname": "sold"},
        {"iden": "d3", "active": true, "manufacturer": "Maker", "icon": "desktop"}]}"""
    server.script(answer(page, on="GET"))
    answered = ask(journal, settings)
    assert (answered.state, answered.answer) == ("done", "2 devices")
    reading = machines.read_reading(journal, "devices", "pushbullet")
    assert reading is not None
    assert reading.data == {
        "devices": [
            {"iden": "d1", "nickname": "my phone", "kind": "phone", "active": True},
            {"iden": "d3", "nickname": "Maker", "kind": "desktop", "active": True},
        ]
    }
    server.script(stall(1.5, on="GET"))
    assert ask(journal, settings).answer == "1 device"


def test_no_list(journal: sqlite3.Connection, server: PushbulletServer, settings: Settings) -> None:
    """Without a token, with a wrong one, or while Pushbullet has trouble, the reading has the words instead."""
    for given, fault, words in [
        (Settings(pushbullet_url=server.url), None, "no Pushbullet token"),
        (Settings(pushbullet_token="o.wrong", pushbullet_url=server.url), None, "refuses the token"),
        (settings, status(503, on="GET"), "HTTP 503"),
        (settings, answer(b"[]", on="GET"), "not of Pushbullet"),
        (settings, answer(b'{"devices": [1]}', on="GET"), "not of Pushbullet"),
    ]:
        if fault is not None:
            server.script(fault)
        answered = ask(journal, given)
        reading = machines.read_reading(journal, "devices", "pushbullet")
        assert answered.state == "refused"
        assert words in str(answered.answer)
        assert reading is not None
        assert reading.data == {"devices": [], "error": answered.answer}
