"""A test message through one channel: it goes there alone, and the answer tells what came of it."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from store import alerts, deliveries, intents
from store.intents import Intent
from store.settings import Settings, load
from tests.fakes.ntfy_server import TOKEN, NtfyServer
from workers import intentions
from workers.alerts.relays import Relays


@pytest.fixture(name="ask")
def _ask(journal: sqlite3.Connection, tmp_path: Path) -> Callable[..., Intent]:
    """Asks for a test of a channel and serves daemon and relays until it is answered; the answered intent."""

    def read() -> Settings:
        return load({"MACHIAI_HOME": str(tmp_path), "MACHIAI_SECRETS": str(tmp_path / "secrets.toml")})

    def ask(name: str, **urls: str) -> Intent:
        path = tmp_path / "secrets.toml"
        path.write_text("".join(f'[[channels]]\nname = "{one}"\nurl = "{url}"\n' for one, url in urls.items()))
        path.chmod(0o600)
        relays = Relays(journal, read)
        number = intents.ask(journal, intents.TEST_CHANNEL, None, time.time(), {"channel": name})
        end = time.monotonic() + 30
        while intents.open_intents(journal):
            assert time.monotonic() < end
            intentions.serve(journal, read(), time.time())
            relays.tick()
            relays.wait(threading.Event())
        relays.close()
        return next(one for one in intents.latest_intents(journal, intents.TEST_CHANNEL, 0) if one.id == number)

    return ask


def test_it_goes_there_alone(journal: sqlite3.Connection, ask: Callable[..., Intent]) -> None:
    """The message arrives on the channel that was asked for and on no other, each time it is asked for."""
    with NtfyServer() as server:
        urls = {"lab": server.channel("lab"), "other": server.channel("other")}
        for times in (1, 2):
            answered = ask("lab", **urls)
            assert (answered.state, answered.answer) == ("done", "sent through lab")
            assert [message["topic"] for message in server.messages] == ["lab"] * times
    assert alerts.open_alerts(journal) == []


def test_it_is_refused(journal: sqlite3.Connection, ask: Callable[..., Intent]) -> None:
    """A wrong key is the answer, in words, and nothing is left that would be sent later."""
    with NtfyServer(token=TOKEN) as server:
        answered = ask("lab", lab=server.channel("lab").replace(TOKEN, "tk_wrong0123456789"))
        assert (answered.state, answered.answer) == (
            "refused",
            "ntfy does not accept the key: HTTP 401; check the channel's address",
        )
    assert deliveries.waiting_deliveries(journal) == []


def test_after_a_refusal_it_is_tried(journal: sqlite3.Connection, ask: Callable[..., Intent]) -> None:
    """A key that was refused before does not keep a new test from trying."""
    with NtfyServer(token=TOKEN) as server:
        wrong = server.channel("lab")
        server.token = "tk_another0123456789"
        assert ask("lab", lab=wrong).state == "refused"
        server.token = TOKEN
        assert ask("lab", lab=wrong).state == "done"


def test_nobody_there(ask: Callable[..., Intent]) -> None:
    """An address that nobody answers, one that none understands, and a channel that does not exist are told apart."""
    assert "Connection refused" in str(ask("lab", lab="ntfy://127.0.0.1:1/topic").answer)
    assert "not one that Apprise understands" in str(ask("lab", lab="nosuch://secret0123456789").answer)
    assert ask("lab", other="ntfy://127.0.0.1:1/topic").answer == "there is no channel 'lab'"
