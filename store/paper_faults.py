"""Why arXiv could not be asked, or not be read: kept as English text, and said in the reader's language."""

import re
from collections.abc import Iterator

from store.symptoms import Phrase
from store.words import mark

TEXTS = {
    "too_often": mark("arXiv says that we ask too often (HTTP 429)"),
    "rate_exceeded": mark("arXiv says that we ask too often (“Rate exceeded.”)"),
    "busy": mark("arXiv is busy (HTTP 503)"),
    "refused": mark("arXiv refuses us (HTTP 403)"),
    "left_alone": mark("arXiv wants to be left alone"),
    "other_pull": mark("another pull on this machine goes on"),
    "unreadable": mark("arXiv cannot read what it was asked"),
    "unreadable_for": mark("arXiv cannot read what it was asked: {words}"),
    "status": mark("arXiv answered with HTTP {status}"),
    "empty": mark("arXiv answered with an empty page"),
    "web_page": mark("arXiv answered with a web page in place of papers"),
    "web_page_called": mark("arXiv answered with a web page in place of papers: “{title}”"),
    "in_words": mark("arXiv answered in words in place of papers: {words}"),
    "no_feed": mark("arXiv answered with something that is no feed of papers"),
    "damaged": mark("the answer of arXiv breaks off or is damaged (line {line})"),
    "no_total": mark("the answer of arXiv does not say how many papers there are"),
    "none_sent": mark("arXiv says that there are {total} papers and sends none"),
    "too_large": mark("arXiv answered with more than {size} MB"),
    "strange": mark("the answer of arXiv cannot be read: {words}"),
    "late": mark("arXiv did not answer within {seconds} s"),
    "broke_off": mark("the connection to arXiv broke off in the middle of the answer"),
    "broke": mark("the connection to arXiv broke"),
    "certificate": mark("the certificate of arXiv cannot be checked"),
    "proxy": mark("the proxy on the way to arXiv refuses"),
    "not_found": mark("arXiv cannot be found: there is no network, or no name service"),
    "not_reached": mark("arXiv cannot be reached: the connection is refused"),
    "not_asked": mark("arXiv cannot be asked: {kind}"),
    "partly": mark("only {read} of {total} papers were read: {reason}"),
    "undated": mark("{count} of {read} papers had no id or no date and could not be read"),
    "unsorted": mark("arXiv did not put the newest first: some may be missing until it does"),
    "capped": mark("only the {read} newest of {total} papers were read"),
    "none_now": mark("arXiv has no paper for this search now"),
}
UNREADABLE = TEXTS["unreadable"]
"""How the reason of a pull begins whose query is of no use as it is."""


def spell(name: str, **values: object) -> str:
    """That fault as it is kept."""
    return TEXTS[name].format(**values)


def read(text: str) -> Phrase:
    """A fault that was kept, as words to say; what is none of ours comes as it is."""
    for pattern, message in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            values = {name: read(value) if name == "reason" else value for name, value in found.groupdict().items()}
            return Phrase(message, **values)
    return Phrase("{text}", text=text)


def messages() -> list[str]:
    """Every text here: what a translation must have."""
    return list(TEXTS.values())


def _patterns() -> Iterator[tuple[re.Pattern[str], str]]:
    """How each text looks with its places filled in; those with the most words of their own first."""
    for message in sorted(TEXTS.values(), key=lambda text: -len(re.sub(r"\{\w+\}", "", text))):
        parts = re.split(r"\{(\w+)\}", message)
        pattern = "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        yield re.compile(pattern, re.DOTALL), message
