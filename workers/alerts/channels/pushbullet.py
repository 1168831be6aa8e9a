"""Pushbullet as a channel, through the package pushbullet.py and what it needs around it.

The package's constructor makes four requests, without a timeout, before anything can be sent; it knows only
the public address; and all its errors are one exception that has lost the status and the headers. So its
client is opened here without those requests, pointed at the address of the settings, given a transport with
a deadline, and every answer is noted by a response hook. Requests follow no redirects: one would turn a push
into a GET and might carry the token elsewhere.
"""

import base64
import ipaddress
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from pushbullet import Pushbullet, PushbulletError

from store.alerts import Alert
from store.settings import HIDDEN, Settings
from workers.alerts.channels import PUSHBULLET, Hold, Outcome, Refused, Retry, Sent
from workers.alerts.channels.answers import judge, token_refused
from workers.alerts.channels.deadline import DeadlineAdapter
from workers.alerts.messages import clean_line, late_note, shorten

LOOKUP_PUSHES = 200
CLOCK_SKEW_SECONDS = 3600.0

_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    urllib3.exceptions.LocationValueError,
)
_NO_WAY = (
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidProxyURL,
)
_NO_CONNECTION = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
_OUTSIDE = 60.0  # name resolution and several addresses to connect to are not under the deadline


class PushbulletChannel:
    """Sends alerts to all devices of one Pushbullet account, or to one of them."""

    name = PUSHBULLET

    def __init__(
        self,
        token: str,
        url: str,
        timeout_seconds: float,
        *,
        clock: Callable[[], float] = time.time,
        device: Callable[[], str] = str,
        language: Callable[[], str] = str,
    ) -> None:
        """``device`` is asked before each push for the ``iden`` of the one it goes to; empty for all. ``language`` is
        asked for that of the words for being late; empty for English."""
        self.hold: Hold | None = None
        self.worst_seconds = 3 * timeout_seconds + _OUTSIDE
        self._clock = clock
        self._device = device
        self._language = language
        self._token = token
        place, host = _place_of(url)
        self._place = self._redact(place)
        self._adapter = DeadlineAdapter(timeout_seconds)
        self._answer: requests.Response | None = None
        self._cut_off = False
        self._client = _client_class(url)(token)
        session = self._client._session
        session.mount("http://", self._adapter)
        session.mount("https://", self._adapter)
        session.hooks["response"].append(self._note_answer)
        session.max_redirects = 0
        session.trust_env = not _is_loopback(host)

    def send(self, alert: Alert, *, unsure: bool, queued: float | None = None) -> Outcome:
        """Push ``alert``, under its guid; after an unsure try, look first whether that one arrived."""
        if not _can_be_token(self._token):
            return token_refused("it holds characters that no token has")
        if unsure:
            found = self._look_for(alert)
            if found is not None:
                return found
        late = late_note(alert.raised, self._clock(), language=self._language(), queued=queued)
        body = "\n".join(part for part in (late, alert.body) if part)
        push = {"type": "note", "title": alert.title, "body": body, "guid": alert.guid}
        if alert.url:
            push |= {"type": "link", "url": alert.url}
        push = {key: self._redact(value) for key, value in push.items()}
        device = self._device()
        answer, failure = self._exchange(lambda: self._client._push(push | ({"device_iden": device} if device else {})))
        if device and isinstance(failure, Refused):
            # The device may be gone from the account: the alert then goes to all that there are.
            answer, failure = self._exchange(lambda: self._client._push(push))
        return failure or Sent(_receipt(answer))

    def identify(self) -> tuple[dict[str, Any], Retry | Refused | None]:
        """What Pushbullet knows of the token's owner, or why it does not tell."""
        if not _can_be_token(self._token):
            return {}, token_refused("it holds characters that no token has")
        _, failure = self._exchange(self._client._load_user_info)
        found = None if failure else getattr(self._client, "user_info", None)
        if failure is None and not isinstance(found, dict):
            failure = self._strange_answer()
        return found or {}, failure

    def list_devices(self) -> tuple[list[dict[str, str]], Retry | Refused | None]:
        """The account's devices in use, each with ``iden``, ``nickname`` and ``kind``, or why they are not told."""
        if not _can_be_token(self._token):
            return [], token_refused("it holds characters that no token has")
        _, failure = self._exchange(self._client._load_devices)
        found = [] if failure else self._client.devices
        return [
            {
                "iden": str(device.device_iden),
                "nickname": self._redact(str(device.nickname or device.model or device.manufacturer or "")),
                "kind": str(device.icon or ""),
            }
            for device in found
            if device.device_iden
        ], failure

    def _look_for(self, alert: Alert) -> Sent | Retry | None:
        """Sent when a push with the alert's guid is there, Retry when nobody answers, None to send it now."""
        pushes, failure = self._exchange(
            lambda: self._client.get_pushes(
                modified_after=alert.raised - CLOCK_SKEW_SECONDS, limit=LOOKUP_PUSHES, filter_inactive=False
            )
        )
        if isinstance(failure, Retry) and self._cut_off:
            return failure
        for push in pushes if failure is None and isinstance(pushes, list) else []:
            if isinstance(push, dict) and push.get("guid") == alert.guid:
                return Sent(_receipt(push))
        return None

    def _exchange(self, call: Callable[[], Any]) -> tuple[Any, Retry | Refused | None]:
        """The result of a request of the client, or what its failure means."""
        self._answer = None
        self._cut_off = False
        try:
            with self._adapter.deadline():
                return call(), None
        except PushbulletError:
            failure = self._judge_answer()
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            failure = self._judge_exchange(error)
        except (ValueError, TypeError, AttributeError):
            # The package reads every answer as a JSON object of the right shape.
            failure = self._strange_answer()
        finally:
            self._client._session.close()
        return None, failure

    def _note_answer(self, response: requests.Response, **_: Any) -> None:
        self._answer = response

    def _judge_answer(self) -> Retry | Refused | None:
        """What an answer other than 200 means; None when it is a success after all."""
        if self._answer is None:
            return self._strange_answer()
        body = self._redact(self._answer.text)
        return judge(self._answer.status_code, self._answer.headers, body, self._clock())

    def _judge_exchange(self, error: Exception) -> Retry:
        """What it means that no answer, or no whole one, was had."""
        if isinstance(error, requests.TooManyRedirects):
            target = self._answer.headers.get("Location", "") if self._answer is not None else ""
            where = shorten(self._redact(clean_line(_place_of(target)[0])), 80) or "another page"
            words = f"{self._place} redirects to {where}, which is not followed; check MACHIAI_PUSHBULLET_URL"
            return Retry(words, whole_channel=True)
        if isinstance(error, requests.exceptions.InvalidJSONError) and not self._adapter.expired:
            return self._strange_answer()
        self._cut_off = True
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(error, _NO_WAY) or isinstance(reason, _NO_CONNECTION):
            return Retry(f"cannot reach {self._place}: {self._why(error)}", whole_channel=True)
        if self._adapter.expired or isinstance(error, requests.ReadTimeout):
            return Retry(f"{self._place} did not answer in time", unsure=True, whole_channel=True)
        if isinstance(error, requests.exceptions.SSLError):
            words = f"no trusted connection to {self._place}: {self._why(error)}"
            return Retry(words, unsure=True, whole_channel=True)
        if isinstance(error, _NO_ADDRESS):
            words = f"{self._place!r} is no address; check MACHIAI_PUSHBULLET_URL"
            return Retry(words, whole_channel=True)
        return Retry(f"{self._place} broke the connection off", unsure=True)

    def _strange_answer(self) -> Retry:
        return Retry(f"{self._place} answered with something that is not of Pushbullet", unsure=True)

    def _why(self, error: Exception) -> str:
        """The operating system's word for what went wrong with a connection."""
        reason = getattr(error.args[0] if error.args else None, "reason", error)
        if isinstance(reason, urllib3.exceptions.NameResolutionError):
            return "its name cannot be looked up; is the network up?"
        if isinstance(error, requests.ConnectTimeout):
            return "no answer in time"
        cause = reason.__cause__ or (reason.args[-1] if isinstance(reason, Exception) and reason.args else reason)
        words = getattr(cause, "verify_message", None) or getattr(cause, "strerror", None) or str(cause)
        return shorten(self._redact(clean_line(words)), 120)

    def _redact(self, text: str) -> str:
        """Take the token out, as it is and as the header carries it, which an answer may repeat."""
        carried = base64.b64encode(f"{self._token}:".encode("latin-1", "replace")).decode()
        return text.replace(self._token, HIDDEN).replace(carried, HIDDEN)


def channel_from(
    settings: Settings,
    *,
    clock: Callable[[], float] = time.time,
    device: Callable[[], str] = str,
    language: Callable[[], str] = str,
) -> PushbulletChannel | None:
    """The channel that the settings describe, None where they hold no token. Makes no request.

    ``device`` tells, at each push, which of the account's devices it is for, empty for all; ``language`` tells that of
    the channel's own words.
    """
    if not settings.pushbullet_token:
        return None
    return PushbulletChannel(
        settings.pushbullet_token,
        settings.pushbullet_url,
        settings.push_timeout_seconds,
        clock=clock,
        device=device,
        language=language,
    )


def _receipt(push: Any) -> str | None:
    iden = push.get("iden") if isinstance(push, dict) else None
    return str(iden) if iden else None


def _can_be_token(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


def _place_of(url: str) -> tuple[str, str]:
    """Host and port of an address as one would name the place, without user and path; and the host alone."""
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2] or url.rpartition("@")[2], parts.hostname or ""
    except ValueError:
        return url.rpartition("@")[2], ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Client(Pushbullet):  # type: ignore[misc]
    """The package's client, opened without a request: no push of ours needs its devices and chats."""

    def refresh(self) -> None:
        """Load nothing."""


def _client_class(base: str) -> type[_Client]:
    paths = {
        "DEVICES_URL": "devices",
        "CHATS_URL": "chats",
        "CHANNELS_URL": "channels",
        "ME_URL": "users/me",
        "PUSH_URL": "pushes",
        "UPLOAD_REQUEST_URL": "upload-request",
        "EPHEMERALS_URL": "ephemerals",
    }
    return type("Client", (_Client,), {name: f"{base}/v2/{path}" for name, path in paths.items()})
