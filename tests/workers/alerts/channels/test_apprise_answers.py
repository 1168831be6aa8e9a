"""What a try through Apprise came to, by what the logs said of it."""

import logging

import pytest

from workers.alerts.channels import Refused, Retry
from workers.alerts.channels.apprise_answers import KEY_SECONDS, Heard, Listener, judge


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_wrong_key(status: int) -> None:
    """A wrong key or place holds the whole channel, and says that the address is to be looked at."""
    outcome = judge(Heard([status]), "Slack")
    assert isinstance(outcome, Retry)
    assert (outcome.after_seconds, outcome.whole_channel, outcome.unsure) == (KEY_SECONDS, True, False)
    assert f"HTTP {status}; check the channel's address" in outcome.error


@pytest.mark.parametrize("status", [400, 413, 422])
def test_refused(status: int) -> None:
    """A message that is refused as such is not tried again."""
    assert judge(Heard([status], [], ["too long"]), "Slack") == Refused(
        f"Slack refuses this message: HTTP {status} (too long)"
    )


@pytest.mark.parametrize("status", [500, 502, 503])
def test_trouble(status: int) -> None:
    """A server in trouble may have taken it."""
    assert judge(Heard([status]), "ntfy") == Retry(f"ntfy has trouble: HTTP {status}", unsure=True)


def test_limits() -> None:
    """A server that limits what it is sent is left alone for a minute."""
    outcome = judge(Heard([429]), "ntfy")
    assert isinstance(outcome, Retry)
    assert (outcome.after_seconds, outcome.whole_channel, outcome.unsure) == (60.0, True, False)


def test_success_that_was_cut() -> None:
    """An answer that began well and broke off says nothing."""
    outcome = judge(Heard([200], ["('Connection broken: IncompleteRead(3 bytes read)')"]), "ntfy")
    assert outcome == Retry("ntfy broke the connection off", unsure=True)


def test_redirect() -> None:
    """An answer that leads elsewhere is told as that."""
    assert "leads elsewhere (HTTP 302)" in getattr(judge(Heard([302]), "ntfy"), "error", "")


def test_success_that_is_none() -> None:
    """A service that answers well and says no in words is quoted."""
    outcome = judge(Heard([200], [], ["Failed to send to Slack: invalid_auth"]), "Slack")
    assert outcome == Retry("Slack did not take it (Failed to send to Slack: invalid_auth)")


@pytest.mark.parametrize(
    ("error", "words", "unsure"),
    [
        ("Failed to establish a new connection: [Errno 111] Connection refused'))", "Connection refused", False),
        ("NameResolutionError(\"Failed to resolve 'x' ([Errno -2] Name or service not known)\")", "looked up", False),
        ("ConnectTimeoutError('Connection to x timed out. (connect timeout=4.0)')", "no answer in time", False),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "no trusted connection", False),
        ("Read timed out. (read timeout=4.0)", "did not answer in time", True),
        ("('Connection aborted.', RemoteDisconnected('Remote end closed'))", "broke the connection off", True),
        ("(421, b'4.7.0 try later')", "SMTP 421", False),
    ],
)
def test_broken(error: str, words: str, unsure: bool) -> None:
    """What never left this machine is told apart from what may have arrived."""
    outcome = judge(Heard([], [error]), "ntfy")
    assert isinstance(outcome, Retry)
    assert words in outcome.error
    assert outcome.unsure is unsure


def test_mail() -> None:
    """A mail server that does not know the password holds the channel; one that refuses a mail refuses that mail."""
    outcome = judge(Heard([], ["(535, b'5.7.8 not accepted')"]), "Email")
    assert isinstance(outcome, Retry)
    assert outcome.after_seconds == KEY_SECONDS
    assert judge(Heard([], ["{'x@y': (550, b'no such user')}"]), "Email") == Refused(
        "Email refuses this message: SMTP 550"
    )


def test_listener() -> None:
    """The logs of urllib3 and Apprise are read as they write them."""
    listener = Listener()
    for name in ("urllib3.connectionpool", "apprise"):
        log = logging.getLogger(name + ".test")
        log.name = name
        log.setLevel(logging.DEBUG)
        log.propagate = False
        log.addHandler(listener)
        log.debug('%s://%s:%s "%s %s %s" %s %s', "http", "h", 1, "POST", "/", "HTTP/1.1", 503, None)
        log.debug("Starting new HTTP connection (%d): %s:%s", 1, "h", 1)
        log.debug("Socket Exception: it broke")
        log.warning("Failed to send")
        log.removeHandler(listener)
    assert listener.heard == Heard([503], ["it broke"], ["Failed to send"])
