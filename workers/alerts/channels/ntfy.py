"""Whether a message is on an ntfy server already: it keeps them for half a day and may be asked for them.

The id of ours that tells messages apart stands behind the link of a message, as its fragment: a person does not see
it and a page takes no notice. A message without a link is known by its title and text.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

SLACK_SECONDS = 3600.0
"""How far the server's clock may be behind ours."""
LONGEST_BYTES = 3900
"""ntfy turns a longer text into an attachment, which many servers refuse."""
LONGEST_ANSWER = 4_000_000
_LINK_KEPT_AS_IT_IS = re.compile(r"[A-Za-z0-9:/?@&=#._~-]+")


@dataclass(frozen=True)
class Message:
    """What is looked for; ``link`` has the mark of ours, and is empty where the message has no link."""

    title: str
    body: str
    link: str
    since: float


def mark_link(link: str, guid: str) -> str:
    """``link`` with ``guid`` behind it; empty for one that would not come through as it is."""
    marked = f"{link.partition('#')[0]}#{guid}" if link else ""
    return marked if _LINK_KEPT_AS_IT_IS.fullmatch(marked) else ""


def fit(body: str) -> str:
    """The text, cut to what ntfy shows as a message."""
    room = LONGEST_BYTES
    if len(body.encode()) <= room and len(json.dumps(body)) <= 2 * room - 800:
        return body
    kept = body.encode()[: room - 3].decode(errors="ignore")
    while len(json.dumps(kept)) > 2 * room - 800:
        kept = kept[: int(len(kept) * 0.9)]
    return kept + "…"


def poll_address(base: str, topic: str, since: float) -> str:
    """Where the messages of a topic since then are listed, without waiting for new ones."""
    return f"{base}/{quote(topic)}/json?poll=1&since={int(since - SLACK_SECONDS)}"


def is_there(lines: Iterable[str], message: Message) -> bool:
    """Whether a listing, a JSON object a line, has the message.

    Without a link the text tells: that of an earlier try may lack the words for being late, which stand before it.
    """
    return any(_is_it(found, message) for found in map(_read, lines) if found.get("event") == "message")


def _is_it(found: Mapping[str, Any], message: Message) -> bool:
    if message.link:
        return found.get("click") == message.link
    text, body = str(found.get("message", "")).strip(), message.body.strip()
    return str(found.get("title", "")).strip() == message.title.strip() and (text == body or text.endswith(f"\n{body}"))


def _read(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
