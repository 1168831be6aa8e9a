"""How text is cut for the full-text search, so that Japanese words are found inside sentences.

FTS5's own tokenizers take a run of Japanese for one word, or miss words of two characters. Here every run of Chinese,
Japanese or Korean characters is cut into pairs, the last character alone: 学習率 becomes 学習 習率 率. Then any stretch
of two or more characters is a phrase of pairs, and a single character is the beginning of one. Half and full width,
upper and lower case are the same. The words of the journal and those of a query go through the same function.
"""

import re
import unicodedata
from collections.abc import Iterator

QUERY_CHARACTERS = 2000
QUERY_PHRASES = 40
"""What is read of a query at most: FTS5 refuses deeper ones."""
_WORD = 0
_CJK = 1
# Kana and their marks, Han of all planes, Hangul, Bopomofo; what NFKC folds away (half width, radicals) is not listed.
_CJK_CLASS = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00016fe0-\U00016fe3"
    "\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)
_PARTS = re.compile(rf"([{_CJK_CLASS}]+)|((?:[^\W_{_CJK_CLASS}])+)")
_CJK_ONLY = re.compile(rf"[{_CJK_CLASS}]")
_WORD_ONLY = re.compile(rf"[^\W_{_CJK_CLASS}]")
# Not there for the reader: selectors of a glyph's variant, zero-width joiners, soft hyphens, loose voicing marks.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2060-\u2064\u3099\u309a\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)


def normalise(text: str) -> str:
    """The text as it is compared: NFKC, case folded, without what cannot be seen."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", folded))


def is_cjk(character: str) -> bool:
    """Whether a (normalised) character is written without spaces around words."""
    return bool(_CJK_ONLY.match(character))


def starts_inside_a_word(normalised: str, at: int) -> bool:
    """Whether the character before ``at`` goes on there: no word of the search begins amid another."""
    return at > 0 and bool(_WORD_ONLY.match(normalised[at - 1]))


def index_text(text: str) -> str:
    """What is given to FTS5 for a text: its words and pairs, between spaces."""
    tokens: list[str] = []
    for kind, part in _parts(normalise(text)):
        if kind == _CJK:
            tokens.extend(_pairs(part))
            tokens.append(part[-1])
        else:
            tokens.append(part)
    return " ".join(tokens)


def match_query(text: str) -> str:
    """The FTS5 query for what a person typed: all of it must be there, in any order. Empty where nothing can be found.

    What is typed without a space stays together (``loss-curve``, ``2401.01234``); words of more than a letter, and the
    last one in any case, may go on (``atten`` finds attention).
    """
    chunks = [list(_parts(chunk)) for chunk in _asked(text)]
    chunks = [chunk for chunk in chunks if chunk]
    phrases: list[str] = []
    for number, chunk in enumerate(chunks):
        words: list[str] = []
        for kind, part in chunk:
            if kind == _WORD:
                words.append(part)
                continue
            phrases += _phrase(words, goes_on=False)
            words = []
            phrases.append(f'"{" ".join(_pairs(part))}"' if len(part) > 1 else f'"{part}"*')
        last = number == len(chunks) - 1
        phrases += _phrase(words, goes_on=last or (bool(words) and len(words[-1]) > 1 and not words[-1].isdigit()))
    return " AND ".join(list(dict.fromkeys(phrases))[:QUERY_PHRASES])


def terms(text: str) -> list[str]:
    """The stretches of a query, normalised, that a text found with it holds: to mark them. The longest first."""
    found: dict[str, None] = {}
    for chunk in _asked(text):
        for _, part in _parts(chunk):
            found[part] = None
    return sorted(found, key=len, reverse=True)


def _asked(text: str) -> list[str]:
    """What is read of a query, between its spaces."""
    return normalise(text[:QUERY_CHARACTERS]).split()


def _phrase(words: list[str], *, goes_on: bool) -> list[str]:
    return [f'"{" ".join(words)}"{"*" if goes_on else ""}'] if words else []


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _parts(normalised: str) -> Iterator[tuple[int, str]]:
    """The CJK runs and the words of a normalised text, in order."""
    for match in _PARTS.finditer(normalised):
        yield (_CJK, match[1]) if match[1] else (_WORD, match[2])
