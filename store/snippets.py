"""The place in a text that a search found, cut out and marked, in the characters that were written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from store.bigrams import is_cjk, normalise, starts_inside_a_word, terms

LENGTH = 160
_BEFORE = 40
_PIECE = 2000
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Snippet:
    """A stretch of a text in one line; ``marks`` are (begin, end) within ``text`` of what was searched for."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def cut_snippet(text: str, query: str, length: int = LENGTH) -> Snippet:
    """About ``length`` characters around the place of a text that holds most of what was searched for; its beginning
    where it holds nothing of it."""
    wanted = terms(query)
    begin = _best_place(text, wanted)
    start = max(0, begin - _BEFORE)
    if start:
        space = re.search(r"\s", text[start:begin])  # not amid a word, where there are spaces
        start += space.end() if space else 0
    window = text[start : start + 4 * length]
    shown = " ".join(window.split())
    ends = start + len(window) >= len(text) and len(shown) <= length
    shown = shown[:length].rstrip()
    shown = (_ELLIPSIS if text[:start].strip() else "") + shown + ("" if ends else _ELLIPSIS)
    return Snippet(shown, find_marks(shown, wanted))


def find_marks(text: str, wanted: list[str]) -> tuple[tuple[int, int], ...]:
    """Where the (normalised) terms stand in a text, as (begin, end) in its own characters; in order, apart."""
    if not wanted:
        return ()
    seen, places = _normalise_by_character(text)
    spans = sorted((places[at][0], places[at + len(term) - 1][1]) for term in wanted for at in _places(seen, term))
    marks: list[tuple[int, int]] = []
    for begin, end in spans:
        if marks and begin <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((begin, end))
    return tuple(marks)


def _best_place(text: str, wanted: list[str]) -> int:
    """Where in the text the piece with the most of the terms has the first of them; 0 where none has any."""
    best: list[str] = []
    best_piece, best_offset, offset = "", 0, 0
    for piece in _pieces(text):
        seen = normalise(piece)
        held = [term for term in wanted if next(_places(seen, term), None) is not None]
        if len(held) > len(best):
            best, best_piece, best_offset = held, piece, offset
            if len(best) == len(wanted):
                break
        offset += len(piece)
    marks = find_marks(best_piece, best)
    return best_offset + (marks[0][0] if marks else 0)


def _pieces(text: str) -> list[str]:
    """The lines of a text with their ends, long ones cut."""
    return [line[at : at + _PIECE] for line in text.splitlines(keepends=True) for at in range(0, len(line), _PIECE)]


def _places(seen: str, term: str) -> Iterator[int]:
    at = seen.find(term)
    while at >= 0:
        if is_cjk(term[0]) or not starts_inside_a_word(seen, at):
            yield at
        at = seen.find(term, at + 1)


def _normalise_by_character(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text as it is compared, and for each of its characters where in ``text`` that came from."""
    if text.isascii():
        return text.lower(), [(at, at + 1) for at in range(len(text))]
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    begin = 0
    while begin < len(text):
        end = begin + 1
        while end < len(text) and (text[end] in "ﾞﾟ" or unicodedata.combining(text[end])):
            end += 1
        part = normalise(text[begin:end])
        parts.append(part)
        places += [(begin, end)] * len(part)
        begin = end
    return "".join(parts), places
