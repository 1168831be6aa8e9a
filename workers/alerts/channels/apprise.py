"""A channel through the package Apprise: each try is a short-lived process, so that the daemon stays small.

The package takes some 40 MB and half a second of a core to load; a process of its own also can be ended whatever a
service's code hangs in. The address goes to it over a pipe (law: never in arguments or environment).
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from store.alerts import Alert
from store.channels import ChannelUrl
from store.settings import HIDDEN, Settings
from workers.alerts.channels import Hold, Outcome, Refused, Retry, Sent
from workers.alerts.messages import clean_line, late_note, shorten

START_SECONDS = 20.0
"""How long the process may take to load the package, on a machine that is busy training."""
_WAITS = 3
"""How often one try may wait for the other side: to look, to connect, to hear."""
_SENDER = Path(__file__).with_name("apprise_sender.py")
_LONGEST_ANSWER = 64_000
_LONGEST_ERROR = 300
_OWN_PROXY = "localhost,127.0.0.1,::1"


class Attempt:
    """One try under way, in a process of its own; belongs to the thread that began it."""

    def __init__(self, job: Mapping[str, Any], seconds: float, redact: Callable[[str], str]) -> None:
        """Begin; OSError when there is no process to be had."""
        self._redact = redact
        self._deadline = time.monotonic() + seconds
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_SENDER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(os.environ),
            start_new_session=True,
        )
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as pipe:  # OSError: it has ended already
            pipe.write(json.dumps({**job, "parent": os.getpid()}).encode())

    @property
    def pid(self) -> int:
        """The process that does it."""
        return self._process.pid

    def fileno(self) -> int:
        """The descriptor that becomes readable when there is news of it."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def poll(self) -> Outcome | None:
        """What came of it, None while it is under way; one that is past its time is ended."""
        if self._process.poll() is None:
            if time.monotonic() < self._deadline:
                return None
            return self.end("did not get done in time")
        return self._outcome(f"ended unexpectedly ({self._process.returncode})")

    def end(self, how: str) -> Outcome:
        """End it now; what it had done by then."""
        self._process.kill()
        self._process.wait()
        return self._outcome(how)

    def _outcome(self, otherwise: str) -> Outcome:
        """What the process answered; where it did not, it may have been sending."""
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            answers = [_read(line) for line in pipe.read(_LONGEST_ANSWER).splitlines()]
        last = answers[-1] if answers else {}
        error = shorten(clean_line(self._redact(str(last.get("error", "")))), _LONGEST_ERROR)
        if last.get("outcome") == "sent":
            receipt = last.get("receipt")
            return Sent(None if receipt is None else str(receipt))
        if last.get("outcome") == "refused":
            return Refused(error)
        if last.get("outcome") == "retry":
            return Retry(error, last.get("after_seconds"), bool(last.get("unsure")), bool(last.get("whole_channel")))
        sending = any(answer.get("stage") == "sending" for answer in answers)
        return Retry(f"the sender {otherwise}", unsure=sending, whole_channel=not sending)


class AppriseChannel:
    """Sends alerts to one address that Apprise understands."""

    def __init__(
        self,
        channel: ChannelUrl,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        language: Callable[[], str] = str,
    ) -> None:
        """``language`` is asked for that of the words for being late; empty for English."""
        self.name = channel.name
        self.hold: Hold | None = None
        self.can_look = channel.url.lower().startswith(("ntfy://", "ntfys://", "https://ntfy.sh/"))
        """Whether the service can be asked for a message of which it is not sure that it arrived."""
        self._channel = channel
        self._settings = settings
        self._clock = clock
        self._language = language
        self.allow(START_SECONDS)

    def allow(self, start_seconds: float) -> None:
        """Let a try take so long to start, besides its waits for the other side."""
        self.seconds = start_seconds + _WAITS * self._settings.push_timeout_seconds
        self.worst_seconds = self.seconds + START_SECONDS

    @property
    def description(self) -> tuple[ChannelUrl, float]:
        """What makes it another channel when it changes."""
        return self._channel, self._settings.push_timeout_seconds

    def begin(self, alert: Alert, *, unsure: bool, queued: float | None = None, tries: int = 1) -> Attempt:
        """Begin to send ``alert``; ``unsure`` says that an earlier try may have arrived, ``queued`` until when it was
        kept back on purpose. OSError without a process."""
        job = {
            "title": alert.title,
            "body": alert.body,
            "late": late_note(alert.raised, self._clock(), language=self._language(), queued=queued),
            "link": alert.url or "",
            "guid": alert.guid,
            "raised": alert.raised,
            "unsure": unsure,
            "tries": tries,
        }
        redacted = {key: self._redact(value) if isinstance(value, str) else value for key, value in job.items()}
        return self._attempt({**redacted, "check": False})

    def begin_check(self) -> Attempt:
        """Begin to look whether Apprise understands the address, without a connection; Sent names the service."""
        blank = {"title": "", "body": "", "late": "", "link": "", "guid": "", "raised": 0, "unsure": False, "tries": 1}
        return self._attempt({**blank, "check": True})

    def _attempt(self, job: Mapping[str, Any]) -> Attempt:
        given = {**job, "url": self._channel.url, "seconds": self._settings.push_timeout_seconds}
        return Attempt(given, self.seconds, self._redact)

    def _redact(self, text: str) -> str:
        return self._settings.redact(text).replace(self._channel.url, HIDDEN)


def check(channel: ChannelUrl, settings: Settings) -> str | None:
    """Why Apprise cannot use the address of ``channel``, None where it can; takes about half a second."""
    try:
        attempt = AppriseChannel(channel, settings).begin_check()
    except OSError as error:
        return f"cannot look: {error.strerror}"
    while (outcome := attempt.poll()) is None:
        time.sleep(0.02)
    return None if isinstance(outcome, Sent) else outcome.error


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The daemon's own, without its settings; a proxy or a ``.netrc`` must not come between us and this machine."""
    kept = {key: value for key, value in environ.items() if not key.startswith("MACHIAI_")}
    direct = kept.get("no_proxy") or kept.get("NO_PROXY")
    without = f"{direct},{_OWN_PROXY}" if direct else _OWN_PROXY
    return {**kept, "no_proxy": without, "NO_PROXY": without, "NETRC": os.devnull}


def _read(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
