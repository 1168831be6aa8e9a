"""Pushbullet through the real package and real HTTP: every fault, and what the delivery says after it."""

import base64
import json
import logging
import socket
import threading
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from store import push_budget
from store.preferences import AlertPreferences, ChannelChoice, save_preferences
from tests.fakes.faulty_server import answer, cut, drip, drop, stall, status
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from tests.workers.alerts.conftest import START, Desk
from workers.alerts.channels import Refused, Retry
from workers.alerts.channels.answers import judge
from workers.alerts.channels.pushbullet import channel_from
from workers.alerts.outbox import PushbulletAccount, deliver_due


def test_push(desk: Desk):
    """An alert arrives once, as a link with its title, text and guid, and nothing else is asked of the server."""
    alert_id = desk.raise_alert("学習 — ✔", body="一行目\n二行目", url="http://127.0.0.1:8501/run?id=x")
    assert desk.deliver() is None
    [push] = desk.server.pushes
    assert push["type"] == "link"
    assert push["title"] == "✖ crashed after 12 m — 学習 — ✔"
    assert push["body"] == "一行目\n二行目"
    assert push["url"] == "http://127.0.0.1:8501/run?id=x"
    assert push["guid"] == desk.alert(alert_id).guid
    assert len(desk.server.requests) == 1
    delivery = desk.delivery(alert_id)
    assert (delivery.state, delivery.receipt, delivery.attempts) == ("sent", "push1", 1)
    assert (delivery.error, delivery.unsure, delivery.sent) == (None, False, START)


def test_note(desk: Desk):
    """An alert without a link is a note."""
    desk.raise_alert()
    desk.deliver()
    assert desk.server.pushes[0]["type"] == "note"
    assert "url" not in desk.server.pushes[0]


def test_sent_late(desk: Desk):
    """A push that could not go out for long says so in its text."""
    desk.raise_alert()
    desk.clock.now += 7800
    desk.deliver()
    assert desk.server.pushes[0]["body"].startswith("Sent 2 h 10 m late: known since ")


HOUR = 3600.0
FAULTS = [
    # fault, words of the error, seconds to the next try, may have arrived, stored after the fault
    (
        status(401),
        "refuses the token (HTTP 401); run `machiai notify --setup`",
        (HOUR, HOUR * 1.05),
        False,
        0,
    ),
    (
        status(403),
        "refuses the token (HTTP 403); run `machiai notify --setup`",
        (HOUR, HOUR * 1.05),
        False,
        0,
    ),
    (status(429), "limits this account's requests (HTTP 429)", (60, 63), False, 0),
    (status(429, {"Retry-After": "7"}), "HTTP 429", (7, 7.35), False, 0),
    (
        status(429, {"Retry-After": formatdate(START + 90, usegmt=True), "Date": formatdate(START, usegmt=True)}),
        "HTTP 429",
        (90, 94.5),
        False,
        0,
    ),
    (
        status(429, {"X-Ratelimit-Reset": str(int(START) + 500), "Date": formatdate(START, usegmt=True)}),
        "HTTP 429",
        (500, 525),
        False,
        0,
    ),
    (status(429, {"X-Ratelimit-Reset": "99999999999999"}), "HTTP 429", (HOUR, HOUR * 1.05), False, 0),
    (status(429, {"X-Ratelimit-Reset": "1"}), "HTTP 429", (1, 1.05), False, 0),
    (status(429, {"X-Ratelimit-Reset": "soon", "Retry-After": "nan"}), "HTTP 429", (60, 63), False, 0),
    (status(500), "Pushbullet has trouble: HTTP 500", (0.8, 1.2), True, 0),
    (status(500, store=True), "Pushbullet has trouble: HTTP 500", (0.8, 1.2), True, 1),
    (status(502), "HTTP 502", (0.8, 1.2), True, 0),
    (status(503, {"Retry-After": "20"}), "HTTP 503", (20, 21), True, 0),
    (
        status(400, error="pushbullet_pro_required", message="You need Pro."),
        "used up its free pushes of the month (pushbullet_pro_required)",
        (6 * HOUR, 6 * HOUR * 1.05),
        False,
        0,
    ),
    (status(404), "no Pushbullet at this address: HTTP 404", (0.8, 1.2), False, 0),
    (status(418), "unexpected answer: HTTP 418", (0.8, 1.2), True, 0),
    (answer(b"<html>hello</html>"), "something that is not of Pushbullet", (0.8, 1.2), True, 0),
    (answer(b"", store=True), "something that is not of Pushbullet", (0.8, 1.2), True, 1),
    (answer(b"[1, 2]", store=True), "something that is not of Pushbullet", (0.8, 1.2), True, 1),
    (answer(b"\xff\xfe\x00", store=True), "something that is not of Pushbullet", (0.8, 1.2), True, 1),
    (drop(), "broke the connection off", (0.8, 1.2), True, 0),
    (drop(store=True), "broke the connection off", (0.8, 1.2), True, 1),
    (drop(reset=True), "broke the connection off", (0.8, 1.2), True, 0),
    (cut(), "broke the connection off", (0.8, 1.2), True, 1),
    (
        answer(b"", code=302, headers={"Location": "http://elsewhere.example/v2?a=b"}),
        "redirects to elsewhere.example, which is not followed",
        (0.8, 1.2),
        False,
        0,
    ),
]


@pytest.mark.parametrize(
    ("fault", "words", "wait", "unsure", "stored"),
    FAULTS,
    ids=[f"{f[0].kind}-{f[0].status}-{f[1][:20]}" for f in FAULTS],
)
def test_fault(desk: Desk, fault, words, wait, unsure, stored):
    """After each fault the delivery waits, says why, and knows whether it may have arrived; then it arrives once."""
    desk.server.script(fault)
    alert_id = desk.raise_alert()
    wake = desk.deliver()
    delivery = desk.delivery(alert_id)
    assert (delivery.state, delivery.unsure, len(desk.server.pushes)) == ("waiting", unsure, stored)
    assert words in (delivery.error or "")
    assert wait[0] <= delivery.next_try - START <= wait[1] + 0.002
    assert wake == delivery.next_try
    asked = len(desk.server.requests)
    desk.clock.now = delivery.next_try - 0.01
    assert desk.deliver() == delivery.next_try
    assert len(desk.server.requests) == asked
    desk.deliver_until_done()
    assert desk.delivery(alert_id).state == "sent"
    assert desk.server.guids() == [desk.alert(alert_id).guid]


def test_refused_push(desk: Desk):
    """A push that Pushbullet calls wrong is given up, with its reason, and does not keep others from going out."""
    desk.server.script(status(400, error="invalid_param", message="The param 'url'\n is malformed."))
    first, second = desk.raise_alert("one"), desk.raise_alert("two")
    assert desk.deliver() is None
    refused = desk.delivery(first)
    assert refused.state == "refused"
    assert refused.error == "Pushbullet refuses this push: HTTP 400 (The param 'url' is malformed.)"
    assert desk.delivery(second).state == "sent"


def test_other_success(desk: Desk):
    """An answer such as 201 is taken for what it says: the push was accepted."""
    desk.server.script(answer(b"{}", code=201, store=True))
    alert_id = desk.raise_alert()
    desk.deliver()
    assert (desk.delivery(alert_id).state, desk.delivery(alert_id).receipt) == ("sent", None)


@pytest.mark.parametrize(
    "fault",
    [stall(30), drip("headers", 0.05), drip("body", 0.05)],
    ids=["stall", "drip-headers", "drip-body"],
)
def test_slow_answer(desk: Desk, fault):
    """A push takes no longer than the setting allows, however the answer is delayed; then the rest goes out once."""
    channel = desk.open_channel(replace(desk.settings, push_timeout_seconds=0.4))
    desk.server.script(fault)
    first, second = desk.raise_alert("one"), desk.raise_alert("two")
    began = time.monotonic()
    deliver_due(desk.connection, channel, clock=desk.clock, jitter=lambda: 0.5)
    assert 0.3 < time.monotonic() - began < 15
    assert desk.delivery(first).unsure
    assert desk.delivery(first).error == f"{desk.server.url[7:]} did not answer in time"
    assert desk.delivery(second).attempts == 0
    desk.deliver_until_done()
    assert sorted(desk.server.guids()) == sorted([desk.alert(first).guid, desk.alert(second).guid])
    assert not [thread for thread in threading.enumerate() if thread.name == "push-deadline"]


def test_connect_timeout(desk: Desk):
    """A server that accepts no connection is known not to have the push."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]  # they fill the queue, so that the next one hangs
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        settings = replace(desk.settings, pushbullet_url=f"http://127.0.0.1:{port}", push_timeout_seconds=0.4)
        outcome = desk.open_channel(settings).send(desk.alert(desk.raise_alert()), unsure=False)
        for one in waiting:
            one.close()
    assert outcome == Retry(f"cannot reach 127.0.0.1:{port}: no answer in time", whole_channel=True)


def test_connection_refused(desk: Desk):
    """Where nobody listens the whole channel rests, but a new alert tries at once and then brings the rest along."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        desk.channel = desk.open_channel(replace(desk.settings, pushbullet_url=f"http://127.0.0.1:{port}"))
        first, second = desk.raise_alert("one"), desk.raise_alert("two")
        for _ in range(8):
            desk.clock.now = desk.deliver() or 0.0
    tried = [desk.delivery(one).attempts for one in (first, second)]
    assert tried == [4, 4]
    error = f"cannot reach 127.0.0.1:{port}: Connection refused"
    assert {desk.delivery(one).error for one in (first, second)} == {error}
    assert not desk.delivery(first).unsure
    desk.clock.now -= 1.0
    third = desk.raise_alert("three")
    with PushbulletServer(port=port) as server:
        assert desk.deliver() is None
        assert server.guids()[0] == desk.alert(third).guid
        assert len(server.pushes) == 3


def test_unknown_name(desk: Desk):
    """A name that cannot be looked up says so in words, and nothing was sent."""
    channel = desk.open_channel(replace(desk.settings, pushbullet_url="http://pushbullet.invalid"))
    outcome = channel.send(desk.alert(desk.raise_alert()), unsure=True)
    assert outcome == Retry(
        "cannot reach pushbullet.invalid: its name cannot be looked up; is the network up?",
        whole_channel=True,
    )


@pytest.mark.parametrize("url", ["api.pushbullet.com", "http://[::1", "ftp://127.0.0.1", "http://a..b", "http://", ""])
def test_wrong_address(desk: Desk, url):
    """An address that is none is an error of the channel, not of the program."""
    channel = desk.open_channel(replace(desk.settings, pushbullet_url=url))
    outcome = channel.send(desk.alert(desk.raise_alert()), unsure=False)
    assert isinstance(outcome, Retry)
    assert outcome.whole_channel
    assert outcome.error.endswith("is no address; check MACHIAI_PUSHBULLET_URL")


def test_untrusted_server(desk: Desk):
    """A server that does not speak TLS where it should is not trusted with the token."""
    channel = desk.open_channel(replace(desk.settings, pushbullet_url=desk.server.url.replace("http", "https")))
    outcome = channel.send(desk.alert(desk.raise_alert()), unsure=False)
    assert isinstance(outcome, Retry)
    assert "no trusted connection" in outcome.error
    assert desk.server.requests == []


def test_loopback_needs_no_proxy(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """A proxy of the environment is not asked about this machine, but is about any other."""
    with PushbulletServer() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        desk.raise_alert()
        assert desk.deliver() is None
        assert proxy.requests == []
        channel = desk.open_channel(replace(desk.settings, pushbullet_url="http://pushbullet.invalid"))
        channel.send(desk.alert(desk.raise_alert("two")), unsure=False)
        assert [request.method for request in proxy.requests] == ["POST"]


class TestUnsure:
    """After a try that may have arrived, the next one looks for it first."""

    def test_found(self, journal, desk: Desk):
        """A push that is there is taken as delivered, even where guids do not keep it from doubling."""
        desk.server.idempotent = False
        desk.server.script(drop(store=True))
        alert_id = desk.raise_alert()
        desk.deliver_until_done()
        delivery = desk.delivery(alert_id)
        assert (delivery.state, delivery.receipt, delivery.unsure) == ("sent", "push1", True)
        assert [request.method for request in desk.server.requests] == ["POST", "GET"]
        query = desk.server.requests[1].query
        assert float(query["modified_after"]) < START
        assert int(query["limit"]) <= 500

    def test_found_among_many(self, desk: Desk):
        """It is found behind a hundred others that came in later, over several pages."""
        desk.server.idempotent = False
        desk.server.script(drop(store=True))
        alert_id = desk.raise_alert()
        desk.deliver()
        for number in range(100):
            desk.server.store({"guid": f"other-{number}", "type": "note"})
        desk.deliver_until_done()
        assert desk.delivery(alert_id).receipt == "push1"
        assert len(desk.server.posts()) == 1

    def test_not_found(self, desk: Desk):
        """A push that is not there is sent again under the same guid."""
        desk.server.script(drop())
        alert_id = desk.raise_alert()
        desk.deliver_until_done()
        assert [request.method for request in desk.server.requests] == ["POST", "GET", "POST"]
        assert desk.server.guids() == [desk.alert(alert_id).guid]

    @pytest.mark.parametrize(
        "fault",
        [
            status(500, on="GET"),
            status(404, on="GET"),
            answer(b"{}", on="GET"),
            answer(b"<html>", on="GET"),
            answer(b'{"pushes": [null, 3, {"guid": null}]}', on="GET"),
        ],
    )
    def test_search_fails(self, desk: Desk, fault):
        """Where the server cannot tell, the guid is trusted to keep the push from doubling."""
        desk.server.script(drop(store=True), fault)
        alert_id = desk.raise_alert()
        desk.deliver_until_done()
        assert [request.method for request in desk.server.requests] == ["POST", "GET", "POST"]
        assert desk.server.guids() == [desk.alert(alert_id).guid]

    @pytest.mark.parametrize("fault", [drop(on="GET"), cut(on="GET")], ids=["drop", "cut"])
    def test_network_fails(self, desk: Desk, fault):
        """Where the network fails during the search nothing is sent, and the doubt remains."""
        desk.server.script(drop(store=True), fault)
        alert_id = desk.raise_alert()
        desk.clock.now = desk.deliver() or 0.0
        desk.deliver()
        assert (desk.delivery(alert_id).state, desk.delivery(alert_id).unsure) == ("waiting", True)
        assert len(desk.server.posts()) == 1
        desk.deliver_until_done()
        assert len(desk.server.pushes) == 1


class TestToken:
    """The token is in the header of the request and nowhere else."""

    def test_echoing_server(self, desk: Desk, caplog: pytest.LogCaptureFixture):
        """A server that repeats the token in its errors does not bring it into the journal or a log."""
        caplog.set_level(logging.DEBUG)
        header = "Basic " + base64.b64encode(f"{TOKEN}:".encode()).decode()
        for code in (400, 500):
            desk.server.script(status(code, message=f"{TOKEN} {header}"))
            desk.server.script(status(code, message=f"{'x' * 140}{TOKEN}"))
        desk.server.script(answer(b"", code=302, headers={"Location": f"http://{TOKEN}@{TOKEN}/"}))
        desk.server.script(answer(TOKEN.encode()))
        ids = [desk.raise_alert(str(number), body=f"token {TOKEN}") for number in range(5)]
        for _ in range(6):
            desk.clock.now = desk.deliver() or desk.clock.now
            seen = [desk.delivery(one) for one in ids]
            assert "o.Fake" not in repr(seen)
            assert header[6:20] not in repr(seen)
        desk.deliver_until_done()
        assert "o.Fake" not in json.dumps(desk.server.pushes)
        assert "o.Fake" not in caplog.text
        assert header[6:20] not in caplog.text

    def test_object_is_mute(self, desk: Desk):
        """Neither the channel nor what comes of a failed push shows the token."""
        assert "o.Fake" not in repr(desk.channel) + repr(desk.settings)
        desk.server.__exit__()
        outcome = desk.channel.send(desk.alert(desk.raise_alert(body=TOKEN)), unsure=False)
        assert "o.Fake" not in repr(outcome)

    @pytest.mark.parametrize("token", ["o.abc\ndef", "鍵", "two words", "o.abc\x00"])
    def test_impossible_token(self, desk: Desk, token):
        """A token that no header can carry is refused here, in words, without a request."""
        channel = desk.open_channel(replace(desk.settings, pushbullet_token=token))
        outcome = channel.send(desk.alert(desk.raise_alert()), unsure=False)
        assert isinstance(outcome, Retry)
        assert "run `machiai notify --setup`" in outcome.error
        assert token not in outcome.error
        assert desk.server.requests == []


@pytest.mark.parametrize(
    ("code", "body", "kind"),
    [
        (200, "", type(None)),
        (204, "", type(None)),
        (400, "not json", Refused),
        (400, '{"error": "text"}', Refused),
        (400, '{"error": {"code": "invalid_access_token"}}', Retry),
        (413, "", Refused),
        (407, "", Retry),
        (599, "[" * 100_000, Retry),
    ],
)
def test_judge(code, body, kind):
    """Only what is about the push itself is a refusal; everything else is tried again."""
    assert type(judge(code, {}, body, START)) is kind


class TestDevice:
    """A push for one of the account's devices."""

    def test_one_device(self, desk: Desk):
        """It names the device that is chosen at that moment, and none where that is all of them."""
        chosen = ["phone1"]
        channel = channel_from(desk.settings, clock=desk.clock, device=lambda: chosen[0])
        assert channel is not None
        for _ in range(2):
            desk.channel = channel
            desk.raise_alert(f"to {chosen[0]}")
            desk.deliver()
            chosen[0] = ""
        assert [push.get("device_iden") for push in desk.server.pushes] == ["phone1", None]

    def test_a_device_that_is_gone(self, desk: Desk):
        """What is refused for the device is pushed to all of them, once."""
        desk.server.script(status(400, error="invalid_request", message="The device does not exist."))
        channel = channel_from(desk.settings, clock=desk.clock, device=lambda: "gone")
        assert channel is not None
        desk.channel = channel
        alert_id = desk.raise_alert()
        desk.deliver()
        assert [push.get("device_iden") for push in desk.server.pushes] == [None]
        assert desk.delivery(alert_id).state == "sent"

    def test_followed(self, desk: Desk):
        """The account takes the device from the choices about alerts, as they are when it pushes."""
        account = PushbulletAccount(lambda: desk.settings, clock=desk.clock)
        channel = account.channel(desk.connection)
        assert channel is not None
        assert account.settings is desk.settings
        choice = {"pushbullet": ChannelChoice(device="phone1")}
        save_preferences(desk.connection, AlertPreferences(channels=choice), desk.clock.now)
        channel.send(desk.alert(desk.raise_alert()), unsure=False)
        assert desk.server.pushes[0]["device_iden"] == "phone1"


def test_another_account_has_pushes_of_its_own(desk: Desk):
    """That one account has used up its pushes is forgotten when the token changes, and at no other change."""
    settings = [desk.settings]
    account = PushbulletAccount(lambda: settings[0], clock=desk.clock)
    account.channel(desk.connection)
    desk.server.script(status(400, error="pushbullet_pro_required"))
    desk.raise_alert()
    desk.deliver()
    assert push_budget.is_used_up(desk.connection, desk.clock.now)
    for seconds, token, used_up in ((5.0, TOKEN, True), (5.0, "o.another", False)):
        settings[0] = replace(desk.settings, push_timeout_seconds=seconds, pushbullet_token=token)
        desk.settings.secrets.write_text(f"# {token}")
        desk.settings.secrets.chmod(0o600 if used_up else 0o400)
        account.channel(desk.connection)
        assert push_budget.is_used_up(desk.connection, desk.clock.now) == used_up
