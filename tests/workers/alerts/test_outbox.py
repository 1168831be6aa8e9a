"""The outbox: when it tries, what it holds back, and that nothing is lost or doubled however it is interrupted."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from store import deliveries
from store.alerts import Alert
from store.database import open_journal
from store.settings import Settings, load
from tests.fakes.faulty_server import answer, cut, drop, stall, status
from tests.fakes.pushbullet_server import PushbulletServer
from tests.workers.alerts.conftest import START, Clock, Desk
from workers.alerts.channels import PUSHBULLET, Channel, Hold, Outcome
from workers.alerts.outbox import NO_TOKEN, PushbulletAccount, back_off, deliver_due

ROOT = Path(__file__).resolve().parents[3]


def test_back_off():
    """Tries are spaced from a second to five minutes, spread by a fifth, and never more than that."""
    assert [back_off(n, 0.5) for n in range(1, 12)] == [1, 2, 4, 8, 15, 30, 60, 120, 240, 300, 300]
    assert [back_off(4, 0.0), back_off(4, 1.0), back_off(99, 1.0)] == pytest.approx([6.4, 9.6, 300.0])


def test_spacing(desk: Desk):
    """An alert that fails again and again is tried more and more rarely, and goes out in the end."""
    desk.server.script(*[status(500)] * 9)
    alert_id = desk.raise_alert()
    waits = []
    for _ in range(9):
        wake = desk.deliver()
        assert wake is not None
        waits.append(wake - desk.clock.now)
        desk.clock.now = wake
    for wait, usual in zip(waits, [1, 2, 4, 8, 15, 30, 60, 120, 240], strict=True):
        assert 0.8 * usual <= wait <= 1.2 * usual
    assert desk.deliver() is None
    assert desk.delivery(alert_id).attempts == 10


def test_one_bad_alert_does_not_block(desk: Desk):
    """While one alert meets errors of its own the others go out."""
    desk.server.script(status(500))
    first, second = desk.raise_alert("one"), desk.raise_alert("two")
    desk.deliver()
    assert (desk.delivery(first).state, desk.delivery(second).state) == ("waiting", "sent")


def test_timeouts_take_turns(desk: Desk):
    """When nothing is answered, each round tries another alert, so that one bad alert cannot starve the rest."""
    desk.channel = desk.open_channel(Settings(**{**vars(desk.settings), "push_timeout_seconds": 0.7}))
    desk.server.script(stall(30, store=False))
    first, second = desk.raise_alert("one"), desk.raise_alert("two")
    desk.clock.now = desk.deliver() or 0.0
    assert (desk.delivery(first).attempts, desk.delivery(second).attempts) == (1, 0)
    desk.deliver()
    assert desk.server.guids() == [desk.alert(second).guid, desk.alert(first).guid]


def test_limit_holds_new_alerts(desk: Desk):
    """While the account is limited not even a new alert is tried; afterwards all go out."""
    desk.server.script(status(429, {"Retry-After": "100"}))
    first = desk.raise_alert("one")
    desk.deliver()
    desk.clock.now += 50
    second = desk.raise_alert("two")
    wake = desk.deliver()
    assert len(desk.server.requests) == 1
    assert desk.delivery(second).error == desk.delivery(first).error
    assert wake is not None
    assert wake >= START + 100
    desk.clock.now = wake
    desk.deliver_until_done()
    assert len(desk.server.pushes) == 2


def test_new_token_is_used_at_once(desk: Desk):
    """A channel with a new token knows nothing of the hold on the old one."""
    desk.server.token = "o.another"
    alert_id = desk.raise_alert()
    desk.deliver()
    assert "refuses the token (HTTP 401)" in (desk.delivery(alert_id).error or "")
    desk.channel = desk.open_channel(Settings(**{**vars(desk.settings), "pushbullet_token": "o.another"}))
    deliveries.hasten(desk.connection, PUSHBULLET, desk.clock.now)
    assert desk.deliver() is None
    assert desk.delivery(alert_id).state == "sent"


def test_lapsed_claim_during_hold(desk: Desk):
    """A claim that ran out during a hold is given back to wait, with its doubt, and does not wake us for ever."""
    alert_id = desk.raise_alert()
    deliveries.claim_due(desk.connection, PUSHBULLET, desk.clock.now, 10)
    desk.clock.now += 11
    desk.channel.hold = Hold(START + 100, "limited", firm=True, failures=1)
    assert desk.deliver() == START + 100
    delivery = desk.delivery(alert_id)
    assert (delivery.state, delivery.unsure, delivery.error) == ("waiting", True, "limited")


def test_no_token(desk: Desk):
    """Without a token everything waits and says why; saying it again writes nothing."""
    first = desk.raise_alert("one")
    deliveries.claim_due(desk.connection, PUSHBULLET, desk.clock.now, 10)
    desk.clock.now += 11
    second = desk.raise_alert("two")
    assert deliver_due(desk.connection, None, clock=desk.clock, jitter=random.random) is None
    changes = desk.connection.total_changes
    deliver_due(desk.connection, None, clock=desk.clock, jitter=random.random)
    assert desk.connection.total_changes == changes
    for alert_id in (first, second):
        assert (desk.delivery(alert_id).state, desk.delivery(alert_id).error) == ("waiting", NO_TOKEN)
    assert desk.delivery(first).unsure
    assert desk.deliver() is None
    assert len(desk.server.pushes) == 2


def test_stopped(desk: Desk):
    """Asked to stop, it ends after the alert in hand and leaves the rest."""
    first, second = desk.raise_alert("one"), desk.raise_alert("two")
    deliver_due(
        desk.connection, desk.channel, clock=desk.clock, jitter=random.random, stopped=lambda: bool(desk.server.pushes)
    )
    assert (desk.delivery(first).state, desk.delivery(second).state) == ("sent", "waiting")
    assert desk.delivery(second).attempts == 0


class TestAccount:
    """The account follows the settings files while the daemon runs."""

    @pytest.fixture
    def account(self, desk: Desk) -> PushbulletAccount:
        environ = {
            "MACHIAI_HOME": str(desk.settings.home),
            "MACHIAI_SECRETS": str(desk.settings.secrets),
            "MACHIAI_PUSHBULLET_URL": desk.server.url,
        }
        return PushbulletAccount(lambda: load(environ), clock=desk.clock)

    def put(self, desk: Desk, text: str, mode: int = 0o600) -> None:
        desk.settings.secrets.write_text(text)
        desk.settings.secrets.chmod(mode)

    def deliver(self, desk: Desk, account: PushbulletAccount) -> float | None:
        channel = account.channel(desk.connection)
        return deliver_due(desk.connection, channel, clock=desk.clock, jitter=random.random, missing=account.missing)

    def test_token_arrives(self, desk: Desk, account: PushbulletAccount):
        """A token set while the daemon runs sends at once what was waiting for it."""
        alert_id = desk.raise_alert()
        self.deliver(desk, account)
        assert desk.delivery(alert_id).error == NO_TOKEN
        assert account.channel(desk.connection) is None
        self.put(desk, f'PUSHBULLET_TOKEN = "{desk.server.token}"\n')
        assert self.deliver(desk, account) is None
        assert desk.delivery(alert_id).state == "sent"
        assert account.channel(desk.connection) is account.channel(desk.connection)

    def test_wrong_token_mended(self, desk: Desk, account: PushbulletAccount):
        """A token that was refused rests for an hour; one set meanwhile is tried at once."""
        self.put(desk, 'PUSHBULLET_TOKEN = "o.wrong"\n')
        alert_id = desk.raise_alert()
        wake = self.deliver(desk, account)
        assert wake is not None
        assert wake > START + 3000
        self.put(desk, f'PUSHBULLET_TOKEN = "{desk.server.token}"\n')
        assert self.deliver(desk, account) is None
        assert desk.delivery(alert_id).state == "sent"

    def test_token_taken_away(self, desk: Desk, account: PushbulletAccount):
        """A token that is taken out is not used any more."""
        self.put(desk, f'PUSHBULLET_TOKEN = "{desk.server.token}"\n')
        assert account.channel(desk.connection) is not None
        desk.settings.secrets.unlink()
        assert account.channel(desk.connection) is None
        assert account.missing == NO_TOKEN

    def test_open_file(self, desk: Desk, account: PushbulletAccount):
        """A secrets file that others can read is named as the reason, and used once it is closed."""
        self.put(desk, f'PUSHBULLET_TOKEN = "{desk.server.token}"\n', 0o644)
        alert_id = desk.raise_alert()
        self.deliver(desk, account)
        error = desk.delivery(alert_id).error or ""
        assert error.startswith(NO_TOKEN)
        assert "chmod 600" in error
        assert desk.server.token not in error
        desk.settings.secrets.chmod(0o600)
        self.deliver(desk, account)
        assert desk.delivery(alert_id).state == "sent"

    def test_file_in_the_making(self, desk: Desk, account: PushbulletAccount):
        """While a settings file cannot be read the account stays as it was; from the start, it says why."""
        self.put(desk, "PUSHBULLET_TOKEN = ")
        assert account.channel(desk.connection) is None
        assert "not valid TOML" in account.missing
        self.put(desk, f'PUSHBULLET_TOKEN = "{desk.server.token}"\n')
        working = account.channel(desk.connection)
        assert working is not None
        self.put(desk, "PUSHBULLET_TOKEN = ")
        assert account.channel(desk.connection) is working


DELIVERER = """
import random, sys, time
from pathlib import Path
from store.database import open_journal
from store.settings import load
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.outbox import deliver_due
settings = load()
connection = open_journal(settings.journal)
deliver_due(connection, channel_from(settings), clock=time.time, jitter=random.random)
"""


@pytest.mark.parametrize("idempotent", [True, False])
def test_killed_between_send_and_record(desk: Desk, idempotent: bool):
    """A deliverer killed after its push arrived and before it wrote that down: the next one sends no second push."""
    desk.server.idempotent = idempotent
    desk.server.script(stall(60))
    alert_id = desk.raise_alert()
    environ = {
        **os.environ,
        "MACHIAI_HOME": str(desk.settings.home),
        "MACHIAI_SECRETS": str(desk.settings.secrets),
        "MACHIAI_PUSHBULLET_URL": desk.server.url,
        "MACHIAI_PUSHBULLET_TOKEN": desk.server.token,
    }
    with subprocess.Popen([sys.executable, "-c", DELIVERER], cwd=ROOT, env=environ) as process:
        assert desk.server.stored.wait(30)
        os.kill(process.pid, signal.SIGKILL)
    left = desk.delivery(alert_id)
    assert (left.state, left.attempts) == ("sending", 1)
    assert left.claimed_until is not None
    desk.clock.now = left.claimed_until - 60
    assert desk.deliver() == left.claimed_until
    deliveries.release_claims(desk.connection, PUSHBULLET, desk.clock.now)
    assert desk.deliver() is None
    delivery = desk.delivery(alert_id)
    assert (delivery.state, delivery.attempts, delivery.receipt) == ("sent", 2, "push1")
    assert desk.server.guids() == [desk.alert(alert_id).guid]
    assert len(desk.server.posts()) == 1


def test_competing_processes(desk: Desk):
    """Three deliverers in three processes share twenty alerts among them, and each goes out once."""
    desk.server.idempotent = False
    for number in range(20):
        desk.raise_alert(str(number))
    environ = {
        **os.environ,
        "MACHIAI_HOME": str(desk.settings.home),
        "MACHIAI_SECRETS": str(desk.settings.secrets),
        "MACHIAI_PUSHBULLET_URL": desk.server.url,
        "MACHIAI_PUSHBULLET_TOKEN": desk.server.token,
    }
    processes = [subprocess.Popen([sys.executable, "-c", DELIVERER], cwd=ROOT, env=environ) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len(desk.server.pushes) == len(set(desk.server.guids())) == 20
    assert deliveries.waiting_deliveries(desk.connection) == []


class Killed(BaseException):
    """Stands for the end of the process, at the point where it is raised."""


@dataclass
class Interrupted:
    """A channel in whose sends other things happen: before, after, or instead of the return."""

    real: Channel
    before: object = None
    after: object = None

    def __post_init__(self) -> None:
        self.name = self.real.name
        self.worst_seconds = self.real.worst_seconds
        self.hold: Hold | None = None

    def send(self, alert: Alert, *, unsure: bool, queued: float | None = None) -> Outcome:
        before, self.before = self.before, None
        if callable(before):
            before()
        outcome = self.real.send(alert, unsure=unsure)
        after, self.after = self.after, None
        if callable(after):
            after()
        return outcome


def die() -> None:
    raise Killed


FAULTS = [
    drop(on="*"),
    drop(store=True),
    cut(on="*"),
    drop(reset=True),
    status(500),
    status(500, store=True),
    status(502),
    status(503, {"Retry-After": "3"}),
    status(429),
    status(429, {"Retry-After": "30"}),
    status(401),
    status(400, error="pushbullet_pro_required"),
    status(404),
    status(500, on="GET"),
    answer(b"<html>", store=True),
    answer(b"", on="GET"),
    answer(b"", code=302, headers={"Location": "http://127.0.0.1:9/"}),
]


class OutboxMachine(RuleBasedStateMachine):
    """Two deliverers over one journal and one server, with faults, deaths, lapsing claims and each other in the way."""

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="machiai-outbox-")
        self.clock = Clock()
        self.server = PushbulletServer(clock=self.clock).__enter__()
        path = Path(self.folder.name)
        self.connections = [open_journal(path / "journal.db") for _ in range(2)]
        usual = Settings(
            home=path, pushbullet_token=self.server.token, pushbullet_url=self.server.url, push_timeout_seconds=5.0
        )
        self.desks = [Desk(connection, self.clock, self.server, usual) for connection in self.connections]
        self.channels = [Interrupted(desk.channel) for desk in self.desks]
        self.raised: list[int] = []

    @rule()
    def raise_alert(self) -> None:
        self.raised.append(self.desks[0].raise_alert(str(len(self.raised))))

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
    def break_server(self, faults) -> None:
        self.server.script(*faults)

    @rule(seconds=st.sampled_from([0.5, 1.5, 10.0, 75.0, 400.0, 4000.0, 25_000.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(who=st.integers(0, 1))
    def deliver(self, who: int) -> None:
        deliver_due(self.connections[who], self.channels[who], clock=self.clock, jitter=lambda: 0.5)

    @rule(who=st.integers(0, 1), when=st.sampled_from(["before", "after"]))
    def deliver_and_die(self, who: int, when: str) -> None:
        """Die just before or just after the push; the successor knows nothing of holds."""
        setattr(self.channels[who], when, die)
        try:
            self.deliver(who)
        except Killed:
            pass
        self.channels[who] = Interrupted(self.desks[who].channel)

    @rule(who=st.integers(0, 1), when=st.sampled_from(["before", "after"]), stuck=st.sampled_from([0.0, 300.0]))
    def deliver_in_the_way(self, who: int, when: str, stuck: float) -> None:
        """In the middle of a send, perhaps after the claim ran out, the other one delivers."""

        def intrude() -> None:
            self.clock.now += stuck
            self.deliver(1 - who)

        setattr(self.channels[who], when, intrude)
        self.deliver(who)
        setattr(self.channels[who], when, None)

    @rule(who=st.integers(0, 1))
    def restart(self, who: int) -> None:
        deliveries.release_claims(self.connections[who], PUSHBULLET, self.clock.now)
        deliveries.hasten(self.connections[who], PUSHBULLET, self.clock.now)

    @invariant()
    def nothing_twice(self) -> None:
        if hasattr(self, "server"):
            assert len(set(self.server.guids())) == len(self.server.guids())

    @invariant()
    def sent_means_arrived(self) -> None:
        if hasattr(self, "server"):
            for one in self.raised:
                if self.desks[0].delivery(one).state == "sent":
                    assert self.desks[0].alert(one).guid in self.server.guids()

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        try:
            self.server.clear_faults()
            self.desks[0].deliver_until_done()
            assert sorted(self.server.guids()) == sorted(self.desks[0].alert(one).guid for one in self.raised)
            assert {self.desks[0].delivery(one).state for one in self.raised} <= {"sent"}
        finally:
            self.server.__exit__()
            for connection in self.connections:
                connection.close()
            self.folder.cleanup()


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_random_faults(desk: Desk):
    """Through a server that fails half the time at random, every alert arrives once, without one being given up."""
    desk.server.fault_rate = 0.5
    ids = [desk.raise_alert(str(number)) for number in range(30)]
    desk.deliver_until_done()
    assert sorted(desk.server.guids()) == sorted(desk.alert(one).guid for one in ids)
    assert {desk.delivery(one).state for one in ids} == {"sent"}


def test_waiting_alerts_leave_no_threads(desk: Desk):
    """No thread of ours is left when a push has ended, however it ended."""
    desk.server.script(drop(), status(500), cut())
    desk.raise_alert()
    desk.deliver_until_done()
    assert "push-deadline" not in {thread.name for thread in threading.enumerate()}
