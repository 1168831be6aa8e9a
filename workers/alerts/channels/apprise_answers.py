"""What came of a try through the package Apprise, which itself says no more than yes or no.

Its log tells the rest: urllib3 writes each HTTP answer with its status as values, not as words, and the services
write the error of a connection that broke. Read here, so that a wrong key, a lasting refusal and a fault that passes
are told apart, and whether the message may have arrived all the same.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.alerts.channels import Outcome, Refused, Retry

KEY_SECONDS = 3600.0
LIMIT_SECONDS = 60.0
_HTTP_ANSWER = '%s://%s:%s "%s %s %s" %s %s'
_BROKEN = re.compile(r"^(?:Socket|I/O) Exception: (.*)", re.DOTALL)
_SMTP_CODE = re.compile(r"\(([45][0-9]{2}),|\(([45][0-9]{2}), b")
_NOT_SENT = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "NameResolutionError",
    "ProxyError",
    "CERTIFICATE_VERIFY_FAILED",
    "WRONG_VERSION_NUMBER",
    "Failed to establish a new connection",
    "Connection refused",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "No route to host",
)
_STATUS_WORDS = {401: "does not accept the key", 403: "does not allow this", 404: "knows no such place", 410: "is gone"}


@dataclass
class Heard:
    """What the logs said during one try: HTTP statuses in order, errors of connections, warnings."""

    statuses: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Listener(logging.Handler):
    """Collects into ``heard`` what the logs of urllib3 and Apprise say."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard = Heard()

    def emit(self, record: logging.LogRecord) -> None:
        """Note one record."""
        arguments: Sequence[object] = record.args if isinstance(record.args, tuple) else ()
        if record.name == "urllib3.connectionpool":
            if record.msg == _HTTP_ANSWER and isinstance(arguments[-2], int):
                self.heard.statuses.append(arguments[-2])
            return
        words = record.getMessage()
        if found := _BROKEN.match(words):
            self.heard.broken.append(found[1])
        elif record.levelno >= logging.WARNING:
            self.heard.warnings.append(words)


def judge(heard: Heard, service: str) -> Outcome:
    """What a try means that Apprise calls failed; ``service`` is the name to use for the other side."""
    if heard.broken:
        return _judge_broken(heard.broken[-1], service)
    said = f" ({heard.warnings[-1]})" if heard.warnings else ""
    status = next((status for status in reversed(heard.statuses) if not 200 <= status < 300), None)
    if status is None:
        where = "did not take it" if heard.statuses else "could not be tried"
        return Retry(f"{service} {where}{said}", whole_channel=not heard.statuses)
    return judge_status(status, service, said)


def judge_status(status: int, service: str, said: str = "") -> Refused | Retry:
    """What an HTTP answer other than a success means."""
    if status in _STATUS_WORDS:
        return key_refused(f"{service} {_STATUS_WORDS[status]}: HTTP {status}")
    if status == 429:
        return Retry(f"{service} limits how much it is sent (HTTP 429)", LIMIT_SECONDS, whole_channel=True)
    if status in (400, 405, 413, 422):
        return Refused(f"{service} refuses this message: HTTP {status}{said}")
    if 300 <= status < 400:
        return Retry(f"{service} leads elsewhere (HTTP {status}), which is not followed", whole_channel=True)
    return Retry(f"{service} has trouble: HTTP {status}", unsure=status >= 500)


def key_refused(words: str) -> Retry:
    """A wrong key or address: nothing gets through until a person sees to it, and nothing need be lost by then."""
    return Retry(f"{words}; check the channel's address", KEY_SECONDS, whole_channel=True)


def _judge_broken(error: str, service: str) -> Refused | Retry:
    found = _SMTP_CODE.search(error)
    if found:
        code = int(found[1] or found[2])
        if code in (530, 534, 535):
            return key_refused(f"{service} does not accept user and password: SMTP {code}")
        if code >= 500:
            return Refused(f"{service} refuses this message: SMTP {code}")
        return Retry(f"{service} has trouble: SMTP {code}")
    if any(words in error for words in _NOT_SENT):
        return Retry(f"cannot reach {service}: {_why(error)}", whole_channel=True)
    if "timed out" in error.lower():
        return Retry(f"{service} did not answer in time", unsure=True, whole_channel=True)
    return Retry(f"{service} broke the connection off", unsure=True)


def _why(error: str) -> str:
    if "CERTIFICATE" in error or "WRONG_VERSION" in error:
        return "no trusted connection"
    if "NameResolution" in error or "name resolution" in error or "Name or service" in error:
        return "its name cannot be looked up; is the network up?"
    if "ConnectTimeout" in error:
        return "no answer in time"
    found = re.search(r"\[Errno -?[0-9]+\] ([^')\"]+)", error)
    return found[1] if found else "no connection"
