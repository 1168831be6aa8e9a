"""Alerts through other services, with a local ntfy: told once whatever goes wrong, and none waits for another."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store import alerts, deliveries, delivery_log
from store.database import open_journal, write
from store.deliveries import Delivery
from store.settings import Settings, load
from tests.fakes.faulty_server import Fault, answer, cut, drip, drop, stall, status
from tests.fakes.ntfy_server import TOKEN, NtfyServer
from workers.alerts.relays import Relays

ROOT = Path(__file__).resolve().parents[3]
URL = "http://127.0.0.1:8501/run?run=20270101-000000-abcd"


@pytest.fixture(name="ntfy")
def _ntfy() -> Iterator[NtfyServer]:
    with NtfyServer() as server:
        yield server


class Office:
    """A journal, a secrets file and the relays between them, driven by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = open_journal(folder / "journal.db")
        self.environ = {"MACHIAI_HOME": str(folder), "MACHIAI_SECRETS": str(folder / "secrets.toml")}
        self.wait_seconds = 5.0
        self.ahead = 0.0
        self.raised = threading.Event()
        self.relays = self.open_relays()

    def clock(self) -> float:
        return time.time() + self.ahead

    def open_relays(self) -> Relays:
        return Relays(self.connection, self.load, clock=self.clock, jitter=random.Random(1).random)

    def load(self) -> Settings:
        return load({**self.environ, "MACHIAI_PUSH_TIMEOUT_SECONDS": str(self.wait_seconds)})

    def configure(self, mode: int = 0o600, /, **urls: str) -> None:
        path = self.folder / "secrets.toml"
        path.write_text("".join(f'[[channels]]\nname = "{name}"\nurl = "{url}"\n' for name, url in urls.items()))
        path.chmod(mode)

    def raise_alert(self, name: str = "one", *channels: str, url: str | None = URL, body: str = "exit code 3") -> int:
        with write(self.connection):
            made = alerts.raise_alert(
                self.connection,
                kind="crashed",
                severity="now",
                occurred=self.clock(),
                now=self.clock(),
                title=f"✖ crashed — {name}",
                body=body,
                channels=channels or ["phone"],
                url=url,
                unique=name,
            )
        assert made is not None
        return made

    def run_until(self, done: Callable[[], bool], seconds: float = 30.0) -> float:
        """Tick until it is so, and how long it took; a longer wait is skipped by moving the clock."""
        began = time.monotonic()
        while not done():
            assert time.monotonic() - began < seconds, deliveries.waiting_deliveries(self.connection)
            self.relays.tick()
            due = [one.next_try for one in deliveries.waiting_deliveries(self.connection) if one.state == "waiting"]
            if due and min(due) > self.clock() + 0.3:
                self.ahead += min(due) - self.clock()
            self.relays.wait(self.raised)
        return time.monotonic() - began

    def delivery(self, alert_id: int, channel: str = "phone") -> Delivery:
        found = deliveries.deliveries_of(self.connection, [alert_id])[alert_id]
        return next(one for one in found if one.channel == channel)

    def is_settled(self, *alert_ids: int) -> bool:
        return all(
            one.state not in ("waiting", "sending", "held")
            for many in deliveries.deliveries_of(self.connection, alert_ids).values()
            for one in many
        )

    def tried(self, alert_id: int, channel: str = "phone") -> bool:
        one = self.delivery(alert_id, channel)
        return one.state != "sending" and one.attempts > 0


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.relays.close(0)
    office.connection.close()


def test_it_arrives(office: Office, ntfy: NtfyServer) -> None:
    """An alert is on the server with its title, text and a link, and the delivery says so."""
    office.configure(phone=ntfy.channel("lab"))
    one = office.raise_alert(body="exit code 3\n日本語")
    office.run_until(lambda: office.is_settled(one))
    (message,) = ntfy.messages
    assert (message["topic"], message["title"], message["message"]) == ("lab", "✖ crashed — one", "exit code 3\n日本語")
    assert message["click"] == f"{URL}#{alerts.get_alert(office.connection, one).guid}"
    assert office.delivery(one).state == "sent"
    assert [line.outcome for line in delivery_log.read(office.connection)] == ["sent"]


FAULTS = [
    drop(),
    drop(store=True),
    drop(reset=True, store=True),
    cut(store=True),
    stall(3.0, store=True),
    stall(3.0, store=False),
    status(500),
    status(500, store=True),
    status(429),
    drip("headers", 0.2, store=True),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.store}")
def test_faults(office: Office, ntfy: NtfyServer, fault: Fault) -> None:
    """Whatever goes wrong with a try, the alert is on the server once."""
    office.wait_seconds = 0.6
    ntfy.script(fault)
    office.configure(phone=ntfy.channel("lab"))
    one = office.raise_alert()
    if fault.kind.startswith("drip"):
        office.relays = Relays(office.connection, office.load, clock=office.clock, start_seconds=2.0)
    office.run_until(lambda: office.is_settled(one))
    assert office.delivery(one).state == "sent"
    assert len(ntfy.messages) == 1


def test_without_a_link(office: Office, ntfy: NtfyServer) -> None:
    """An alert without a link, or with one that ntfy would not keep as it is, is known by its title and text."""
    ntfy.script(drop(store=True), drop(store=True))
    office.configure(phone=ntfy.channel("lab"))
    ids = [office.raise_alert("one", url=None), office.raise_alert("two", url="http://h/?name=%E5%9B%B3")]
    office.run_until(lambda: office.is_settled(*ids))
    assert [message.get("click") for message in ntfy.messages] == [None, None]
    assert ntfy.messages[1]["message"] == "exit code 3\nhttp://h/?name=%E5%9B%B3"
    assert len(ntfy.messages) == len(ntfy.posts()) == 2


def test_the_server_cannot_be_asked(office: Office, ntfy: NtfyServer) -> None:
    """A topic that may be written and not read gets the alert again rather than not at all."""
    ntfy.may_read = False
    ntfy.script(drop(store=True))
    office.configure(phone=ntfy.channel("lab"))
    one = office.raise_alert()
    office.run_until(lambda: office.is_settled(one))
    assert len(ntfy.messages) == 2


def test_looking_is_tried_again(office: Office, ntfy: NtfyServer) -> None:
    """While the server does not tell whether the first try arrived, nothing is sent."""
    ntfy.script(drop(store=True), status(500, on="GET"), drop(on="GET"))
    office.configure(phone=ntfy.channel("lab"))
    one = office.raise_alert()
    office.run_until(lambda: office.is_settled(one))
    assert len(ntfy.messages) == len(ntfy.posts()) == 1


def test_two_topics(office: Office, ntfy: NtfyServer) -> None:
    """Of two topics in one address only the one that lacks the alert gets it at the next try."""
    ntfy.script(drop(store=True), drop())
    office.configure(phone=ntfy.channel("left", "right"))
    one = office.raise_alert()
    office.run_until(lambda: office.is_settled(one))
    assert sorted(message["topic"] for message in ntfy.messages) == ["left", "right"]


def test_a_wrong_token(office: Office) -> None:
    """A wrong token is told in words without it; the alert waits, and is sent when the address is mended."""
    with NtfyServer(token=TOKEN) as ntfy:
        wrong = TOKEN[::-1]
        office.configure(phone=ntfy.channel("lab").replace(TOKEN, wrong))
        one = office.raise_alert()
        office.run_until(lambda: office.tried(one))
        found = office.delivery(one)
        assert (found.state, found.error) == (
            "waiting",
            "ntfy does not accept the key: HTTP 401; check the channel's address",
        )
        office.configure(phone=ntfy.channel("lab"))
        office.run_until(lambda: office.is_settled(one))
        assert len(ntfy.messages) == 1
        assert wrong not in "\n".join(office.connection.iterdump())


def test_an_address_that_is_none(office: Office) -> None:
    """An address that Apprise does not understand is told as that, and does not show."""
    office.configure(phone="nosuchservice://topsecret1234567890")
    one = office.raise_alert()
    office.run_until(lambda: office.tried(one))
    assert "not one that Apprise understands" in str(office.delivery(one).error)
    assert "topsecret" not in "\n".join(office.connection.iterdump())


def test_the_dead_beside_the_living(office: Office, ntfy: NtfyServer) -> None:
    """A channel that hangs and one that nobody answers delay no alert of the third."""
    office.wait_seconds = 20.0
    with NtfyServer() as slow:
        slow.script(*[stall(60.0)] * 10)
        office.configure(slow=slow.channel("lab"), dead="ntfy://127.0.0.1:1/lab", phone=ntfy.channel("lab"))
        ids = [office.raise_alert(f"n{number}", "slow", "dead", "phone") for number in range(3)]
        took = office.run_until(lambda: len(ntfy.messages) == 3)
        assert took < 10
        assert office.delivery(ids[0], "slow").state == "sending"
        assert "cannot reach ntfy: Connection refused" in str(office.delivery(ids[0], "dead").error)


def test_a_channel_is_removed(office: Office, ntfy: NtfyServer) -> None:
    """What waits for a channel that is taken out of the settings is suppressed, with words."""
    office.configure(phone="ntfy://127.0.0.1:1/lab", other=ntfy.channel("lab"))
    one = office.raise_alert("one", "phone", "other")
    office.run_until(lambda: office.tried(one) and office.delivery(one, "other").state == "sent")
    office.configure(other=ntfy.channel("lab"))
    office.run_until(lambda: office.is_settled(one))
    found = office.delivery(one)
    assert (found.state, found.why, found.error) == (
        "suppressed",
        "filter",
        "the channel was taken out of the settings",
    )


def test_an_open_secrets_file_removes_nothing(office: Office, ntfy: NtfyServer) -> None:
    """While the secrets file can be read by others its channels wait, with the way out; then they go on."""
    office.configure(0o644, phone=ntfy.channel("lab"))
    one = office.raise_alert()
    office.run_until(lambda: "chmod 600" in str(office.delivery(one).error))
    assert office.delivery(one).state == "waiting"
    (office.folder / "secrets.toml").chmod(0o600)
    office.run_until(lambda: office.is_settled(one))
    assert len(ntfy.messages) == 1


def test_a_killed_sender(office: Office, ntfy: NtfyServer) -> None:
    """A sender that is killed after it has sent is as a connection that broke: looked up, and not sent again."""
    ntfy.script(stall(30.0, store=True))
    office.configure(phone=ntfy.channel("lab"))
    one = office.raise_alert()
    office.run_until(ntfy.stored.is_set)
    (child,) = children_of(os.getpid())
    os.kill(child, signal.SIGKILL)
    office.run_until(lambda: office.is_settled(one))
    assert len(ntfy.messages) == len(ntfy.posts()) == 1
    log = [(line.outcome, line.reason) for line in delivery_log.read(office.connection)]
    assert [outcome for outcome, _ in reversed(log)][-2:] == ["retried", "sent"]


def test_a_service_that_cannot_be_asked(office: Office) -> None:
    """Elsewhere an unsure try is repeated, and the log of deliveries says so."""
    with NtfyServer() as server:
        server.script(answer(b"", code=500), answer(b"ok"))
        office.configure(phone=f"json://{server.place}/hook")
        one = office.raise_alert()
        office.run_until(lambda: office.is_settled(one))
        assert len(server.posts()) == 2
        assert URL in json.dumps(server.posts()[-1].body)
        reasons = [line.reason for line in delivery_log.read(office.connection) if line.reason]
        assert any("cannot be looked up there" in reason for reason in reasons)


def test_the_address_is_nowhere(office: Office) -> None:
    """While a message is being sent, neither arguments nor environment of any process have the address or the text."""
    with NtfyServer(token=TOKEN) as ntfy:
        ntfy.script(stall(30.0))
        office.configure(phone=ntfy.channel("lab"))
        office.raise_alert(body="a plan nobody should read")
        office.run_until(ntfy.stored.is_set)
        (child,) = children_of(os.getpid())
        open_to_see = Path(f"/proc/{child}/cmdline").read_bytes() + Path(f"/proc/{child}/environ").read_bytes()
        assert TOKEN.encode() not in open_to_see
        assert b"nobody should read" not in open_to_see


def test_the_daemon_stays_small() -> None:
    """Neither the daemon nor the relays load Apprise."""
    code = "import sys, workers.daemon, workers.alerts.relays; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


RELAY = """
import sys, threading
from pathlib import Path
from store.database import open_journal
from store.settings import load
from workers.alerts.relays import Relays
relays = Relays(open_journal(Path(sys.argv[1])), load, jitter=lambda: 0.0)
print("up", flush=True)
while True:
    relays.tick()
    relays.wait(threading.Event())
"""


def test_the_sender_dies_with_the_daemon(office: Office, ntfy: NtfyServer) -> None:
    """A killed daemon leaves no sender behind, that could send after the next daemon has looked."""
    ntfy.script(stall(30.0))
    office.configure(phone=ntfy.channel("lab"))
    office.raise_alert()
    with subprocess.Popen(
        [sys.executable, "-c", RELAY, str(office.folder / "journal.db")],
        cwd=ROOT,
        env={**os.environ, **office.environ},
        stdout=subprocess.DEVNULL,
    ) as process:
        assert ntfy.stored.wait(30)
        (child,) = children_of(process.pid)
        process.kill()
        process.wait()
        end = time.monotonic() + 5
        while is_there(child):
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random(office: Office, seed: int) -> None:
    """Killed again and again while the server fails at random, what was raised is on the server exactly once."""
    chance = random.Random(seed)
    with NtfyServer(fault_rate=0.3, seed=seed) as ntfy:
        office.configure(phone=ntfy.channel("lab"))
        ids = [office.raise_alert(f"n{number}") for number in range(4)]
        environ = {**os.environ, **office.environ, "MACHIAI_PUSH_TIMEOUT_SECONDS": "2"}
        kills = 0
        end = time.monotonic() + 60
        while not office.is_settled(*ids):
            assert time.monotonic() < end, deliveries.waiting_deliveries(office.connection)
            if kills == 8:
                ntfy.clear_faults()
            with subprocess.Popen(
                [sys.executable, "-c", RELAY, str(office.folder / "journal.db")],
                cwd=ROOT,
                env=environ,
                stdout=subprocess.PIPE,
            ) as process:
                assert process.stdout is not None
                process.stdout.readline()
                alone = time.monotonic() + (chance.uniform(0, 1.5) if kills < 8 else 20)
                while time.monotonic() < alone and not office.is_settled(*ids):
                    time.sleep(0.01)
                process.kill()
            kills += 1
        assert sorted(ntfy.titles()) == [f"✖ crashed — n{number}" for number in range(4)]
        assert {office.delivery(one).state for one in ids} == {"sent"}


def children_of(pid: int) -> list[int]:
    """The processes whose parent is ``pid``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def is_there(pid: int) -> bool:
    """Whether that process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
