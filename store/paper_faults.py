"""Why arXiv could not be asked or read, and what became of what a page asked for: kept as English text, and said in the
reader's language."""

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
    "no_search": mark("there is no search to pull; follow one first"),
    "told": mark("arXiv told of {count} papers"),
    "unknown_id": mark("arXiv knows no paper of that id"),
    "unknown_ids": mark("arXiv knows no paper of {count} of the ids"),
    "asked_later": mark("the papers are kept by their ids, and asked about again later"),
    "nothing_asked": mark("nothing was to be asked"),
    "pdf_nowhere": mark("it is not known where its PDF is"),
    "pdf_left_alone": mark("{host} wants to be left alone (HTTP {status})"),
    "pdf_changed": mark("the PDF changed while it was fetched"),
    "pdf_none": mark("{host} has no PDF of it (HTTP {status}); it may have been withdrawn"),
    "pdf_status": mark("{host} answered with HTTP {status}"),
    "pdf_part": mark("{host} sent another part of the PDF than was asked for"),
    "pdf_moved": mark("{host} sends one from address to address"),
    "pdf_large": mark("the PDF has {size} MB, more than the {most} that are fetched"),
    "pdf_larger": mark("the PDF has more than the {most} MB that are fetched"),
    "pdf_other": mark("{host} sent something that is no PDF"),
    "pdf_page": mark("{host} sent something that is no PDF but a web page: “{title}”"),
    "pdf_empty": mark("an empty file was sent in place of the PDF"),
    "pdf_damaged": mark("what was sent cannot be opened as a PDF: {reason}"),
    "pdf_slow": mark("hardly anything of the PDF came within {seconds} s"),
    "pdf_certificate": mark("the certificate of the server cannot be checked"),
    "pdf_address": mark("the address of the PDF cannot be used"),
    "pdf_broke": mark("the connection broke off while the PDF was fetched"),
    "pdf_failed": mark("the PDF could not be had"),
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


def read_all(text: str) -> list[Phrase]:
    """The parts of an answer that was kept, as words to say."""
    whole = read(text)
    return [whole] if whole.message != "{text}" else [read(part) for part in text.split("; ")]


def messages() -> list[str]:
    """Every text here: what a translation must have."""
    return list(TEXTS.values())


def _patterns() -> Iterator[tuple[re.Pattern[str], str]]:
    """How each text looks with its places filled in; those with the most words of their own first."""
    for message in sorted(TEXTS.values(), key=lambda text: -len(re.sub(r"\{\w+\}", "", text))):
        parts = re.split(r"\{(\w+)\}", message)
        pattern = "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        yield re.compile(pattern, re.DOTALL), message
