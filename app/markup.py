"""Showing what people and programs wrote as what it is: text, never markup.

Streamlit reads its labels, captions and titles as Markdown with additions of its own. A backslash takes the
meaning from Markdown's characters, but three things are searched for in the finished text, where the
backslash is gone: emoji and icon names between colons, bare web and mail addresses, and arrows made of
dashes. Those are broken by a word joiner, a character without width.
"""

import re

JOINER = "\u2060"
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$&:=\"'^@/%])")
_BREAKS = re.compile(
    r"(?<=:)(?!\d\d:\d\d)(?=[\w+-]+:|material/|//)"  # :name:, :material/name:, http:// — but not 12:03:05
    r"|(?<=[wW]{3})(?=\.)"  # www.
    r"|(?<=@)(?=[\w-])"  # name@host
)
_ARROW = re.compile(r"(?<!\S)([<>~-])(->|-|>|=)(?!\S)")  # <->, <-, --, ->, >=, <=, ~= standing alone
_BLANKS = re.compile(r"\s+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: object) -> str:
    """Text as one line of Markdown that renders as exactly that text.

    White space is drawn together, and control characters (those that turn the direction of writing
    among them) are dropped, so that a name cannot disturb the line it stands in.
    """
    line = _BLANKS.sub(" ", _UNSEEN.sub(" ", str(text))).strip()
    line = _ARROW.sub(rf"\1{JOINER}\2", _BREAKS.sub(JOINER, line))
    return _SPECIAL.sub(r"\\\1", line)


def bare(text: object) -> str:
    """Text for ``st.text`` and table cells, which know no markup: without what cannot be seen."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", str(text))


def shorten(text: str, length: int) -> str:
    """The beginning of a text, with ``…`` where something was left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
