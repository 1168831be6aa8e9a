"""What Pushbullet means by an answer that is not 200."""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from workers.alerts.channels import Refused, Retry
from workers.alerts.messages import clean_line, shorten

TOKEN_SECONDS = 3600.0
QUOTA_SECONDS = 6 * 3600.0
LIMIT_SECONDS = 60.0
LONGEST_LIMIT_SECONDS = 3600.0


def judge(status: int, headers: Mapping[str, str], body: str, now: float) -> Retry | Refused | None:
    """What an HTTP answer other than 200 says of a push; None when it is a success."""
    code, said = _error_in(body)
    words = f" ({said})" if said else ""
    if 200 <= status < 300:
        return None
    if status in (401, 403) or code == "invalid_access_token":
        return token_refused(f"HTTP {status}")
    if status == 429:
        wait = _asked_wait(headers, now)
        return Retry(
            "Pushbullet limits this account's requests (HTTP 429)",
            after_seconds=LIMIT_SECONDS if wait is None else wait,
            whole_channel=True,
        )
    if code == "pushbullet_pro_required":
        return Retry(
            "this Pushbullet account has used up its free pushes of the month (pushbullet_pro_required); "
            "what cannot wait for the next one is tried every 6 hours",
            after_seconds=QUOTA_SECONDS,
            whole_channel=True,
            used_up=True,
        )
    if status in (400, 413, 422):
        return Refused(f"Pushbullet refuses this push: HTTP {status}{words}")
    if status >= 500:
        return Retry(f"Pushbullet has trouble: HTTP {status}{words}", _asked_wait(headers, now), unsure=True)
    if status in (404, 405, 410):
        return Retry(
            f"there is no Pushbullet at this address: HTTP {status}; check MACHIAI_PUSHBULLET_URL",
            whole_channel=True,
        )
    return Retry(f"Pushbullet gave an unexpected answer: HTTP {status}{words}", unsure=True)


def _asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds the other side asks us to wait, from 1 to an hour; None when it says nothing of use."""
    server_now = _http_date(headers.get("Date")) or now
    waits = []
    for name in ("Retry-After", "X-Ratelimit-Reset"):
        value = (headers.get(name) or "").strip()
        try:
            seconds = float(value)
        except ValueError:
            date = _http_date(value)
            if date is not None:
                waits.append(date - server_now)
            continue
        # A reset is an hour in epoch seconds; a number too small for one can only be a length.
        waits.append(seconds - server_now if name == "X-Ratelimit-Reset" and seconds > 1e8 else seconds)
    known = [wait for wait in waits if wait == wait]
    return min(max(1.0, *known), LONGEST_LIMIT_SECONDS) if known else None


def _http_date(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def _error_in(body: str) -> tuple[str, str]:
    """The code and the words of an error answer; empty where it has none."""
    try:
        error = json.loads(body)["error"]
        return str(error.get("code", "")), shorten(clean_line(str(error.get("message", ""))), 160)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "", ""


def token_refused(how: str) -> Retry:
    return Retry(
        f"Pushbullet refuses the token ({how}); run `machiai notify --setup`",
        after_seconds=TOKEN_SECONDS,
        whole_channel=True,
    )
