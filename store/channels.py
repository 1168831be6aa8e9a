"""The channels that alerts go out through: names, the addresses in the secrets file, and what in one is secret."""

import base64
import re
import sqlite3
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store.symptoms import Phrase
from store.words import mark

if TYPE_CHECKING:
    from store.settings import Settings

PUSHBULLET = "pushbullet"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
LONGEST_URL = 2000
NAME_LOOKS = mark("a name has small letters, digits and hyphens, as in  lab-slack")
URL_LOOKS = mark("one looks like  ntfys://ntfy.sh/a-topic-nobody-guesses  or  slack://token-a/token-b/token-c")
SHORTEST_SECRET = 6
"""A part of an address that is shorter is left in texts: it would take whole words out of them."""

_HARMLESS = frozenset(
    (
        *("priority", "mode", "image", "format", "overflow", "auth", "verify", "rto", "cto", "retry", "wait", "method"),
        *("smtp", "from", "to", "cc", "bcc", "reply", "name", "email", "emojis", "tz", "store", "click", "icon"),
        "redirect",
    )
)
"""What an address may say that gives nobody access."""
_LIKE_A_KEY = re.compile(r"[A-Z0-9_]")


@dataclass(frozen=True)
class ChannelUrl:
    """A channel besides Pushbullet: its name, and the address, secret, that says how to reach it."""

    name: str
    url: str = field(repr=False)


def names(settings: "Settings") -> list[str]:
    """All channels of these settings, Pushbullet first; it is one also while there is no token for it."""
    return [PUSHBULLET, *(channel.name for channel in settings.channels)]


def refuse(name: Any, url: Any) -> Phrase | None:
    """Why these cannot be a channel's name and address, without repeating the address; None where they can."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return Phrase("{name} is no name for a channel; {looks}", name=repr(name), looks=Phrase(NAME_LOOKS))
    if name == PUSHBULLET:
        return Phrase("{name} is the name of the channel that is always there; take another one", name=repr(name))
    if not isinstance(url, str) or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", url):
        return Phrase("channel {name} has no address; {looks}", name=repr(name), looks=Phrase(URL_LOOKS))
    if len(url) > LONGEST_URL or not url.isprintable() or any(character.isspace() for character in url):
        return Phrase(
            "the address of channel {name} has characters that no address has, or too many; {looks}",
            name=repr(name), looks=Phrase(URL_LOOKS),
        )  # fmt: skip
    return None


def read_channels(value: Any, path: Path, problems: list[Phrase]) -> tuple[ChannelUrl, ...]:
    """The ``[[channels]]`` of the secrets file; what cannot be used is left out and told in ``problems``."""
    found: dict[str, ChannelUrl] = {}
    for table in value if isinstance(value, list) else [value]:
        name, url = (table.get("name"), table.get("url")) if isinstance(table, dict) else (None, None)
        trouble = refuse(name, url)
        if trouble is None and name in found:
            trouble = Phrase("there are two channels {name}; only the first is used", name=repr(name))
        if trouble is not None:
            problems.append(Phrase("{path}: {trouble}", path=path, trouble=trouble))
        else:
            found[str(name)] = ChannelUrl(str(name), str(url))
    return tuple(found.values())


@lru_cache(maxsize=64)
def secret_parts(url: str) -> tuple[str, ...]:
    """The address and what in it gives access, longest first: to be taken out of any text.

    A service's host stays, and words that a text may have of itself (``training`` as a topic).
    """
    from urllib.parse import parse_qsl, unquote, urlsplit  # here: `machiai run` loads the settings each time

    parts = {url}
    try:
        split = urlsplit(url)
        given = dict(parse_qsl(split.query))
    except ValueError:
        return (url,)
    user_part, _, host_part = split.netloc.rpartition("@")
    user, _, password = user_part.partition(":")
    host, _, port = host_part.partition(":")
    segments = [*split.path.split("/"), split.fragment]
    if port and not re.fullmatch(r"[0-9]{1,5}", port):
        parts |= {host_part, host, port}  # a bot's token, with a colon in it
    elif "." not in host and not port:
        segments.append(host)  # services with one address of their own begin with a token, or a topic
    if not password:
        segments.append(user)
    parts |= {piece for piece in map(unquote, segments) if _may_be_key(piece)}
    parts |= {value for key, value in given.items() if key.lower() not in _HARMLESS and _may_be_key(value)}
    if password:
        pair = f"{unquote(user)}:{unquote(password)}"
        parts |= {password, unquote(password), base64.b64encode(pair.encode()).decode()}
    return tuple(sorted((part for part in parts if len(part) >= SHORTEST_SECRET), key=lambda part: (-len(part), part)))


def awaited(connection: sqlite3.Connection) -> list[str]:
    """The channels that something is held, waiting or on its way for, whether they still exist or not."""
    rows = connection.execute(
        "SELECT DISTINCT channel FROM deliveries WHERE state IN ('held', 'waiting', 'sending') ORDER BY channel"
    )
    return [str(row["channel"]) for row in rows]


def _may_be_key(piece: str) -> bool:
    return len(piece) >= 12 or (len(piece) >= SHORTEST_SECRET and bool(_LIKE_A_KEY.search(piece)))
