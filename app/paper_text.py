"""Titles and abstracts with TeX in them, as arXiv has them, as Markdown: formulas as such, all else as plain text."""

import re
import unicodedata

from app.markup import plain

_MARKS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "d": "\u0323", "b": "\u0331",
    "r": "\u030a",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "i": "ı", "j": "ȷ",
}  # fmt: skip
_SIGNS = {"%": "%", "&": "&", "_": "_", "#": "#", "$": "$", "{": "{", "}": "}", ",": " ", " ": " ", ";": " ", "/": ""}
_STYLES = {
    "textbf": "**", "bf": "**", "emph": "*", "textit": "*", "it": "*", "em": "*", "textsl": "*", "texttt": "",
    "textsc": "", "textrm": "", "textsf": "", "text": "", "mbox": "", "underline": "",
}  # fmt: skip
_MATH = r"\$\$[^$]+\$\$|(?<![\\$])\$(?:\\.|[^$\\]){1,400}?\$(?![\d$])|\\\(.{1,400}?\\\)|\\\[.{1,800}?\\\]"
_MARK, _LETTER = r"['`^\"~=.]|[uvHckdbr](?![A-Za-z])", r"ss|oe|OE|ae|AE|aa|AA|[oOlLij]"
_ACCENT = re.compile(
    rf"(?P<math>{_MATH})"
    rf"|\{{\\(?P<mark1>{_MARK})\s*\\?(?P<on1>[A-Za-z])\}}"
    rf"|\\(?P<mark2>{_MARK})\s*\{{\s*\\?(?P<on2>[A-Za-z])\s*\}}"
    rf"|\\(?P<mark3>{_MARK})\s*\\?(?P<on3>[A-Za-z])"
    rf"|\{{\\(?P<letter1>{_LETTER})\}}|\\(?P<letter2>{_LETTER})(?:\{{\}}|\\ |\s+|(?![A-Za-z]))",
    re.DOTALL,
)
_TOKEN = re.compile(
    r"(?P<math>\$\$(?P<block>[^$]+)\$\$"
    r"|(?<![\\$])\$(?!\s)(?P<inline>(?:\\.|[^$\\]){1,400}?)(?<!\s)\$(?![\d$])"
    r"|\\\((?P<round>.{1,400}?)\\\)|\\\[(?P<square>.{1,800}?)\\\])"
    r"|(?P<address>https?://[^\s<>{}\\^`\"]+[^\s<>{}\\^`\".,;:!?)\]'])"
    r"|\\(?:url|href)\s*\{(?P<link>[^{}\s]+)\}(?:\{(?P<label>[^{}]*)\})?"
    r"|\\(?P<style>textbf|emph|textit|textsl|texttt|textsc|textrm|textsf|text|mbox|underline)\s*\{(?P<styled>[^{}]*)\}"
    r"|\{\\(?P<old>bf|it|em)\s+(?P<olden>[^{}]*)\}"
    r"|\\(?P<sign>[%&_#$\{\}, ;/])",
    re.DOTALL,
)
_WRITTEN_OUT = (
    (r"``", "“"),
    (r"''", "”"),
    (r"---", "—"),
    (r"(?<=\w)--(?=\w)|(?<=\s)--(?=\s)", "–"),
    (r"(?<!\\)~", "\u00a0"),
)


def formulas(text: str) -> str:
    """One line or paragraph as Markdown that shows formulas as such, and everything else as exactly what it says.

    A lone dollar is money, not a formula. What TeX means in words is written out: accents, dashes, quotation marks.
    """
    text = _ACCENT.sub(_accent, text) if "\\" in text else text
    parts, position = [], 0
    for match in _TOKEN.finditer(text):
        parts += [_words(text[position : match.start()]), _token(match)]
        position = match.end()
    return "".join([*parts, _words(text[position:])])


def paragraphs(text: str) -> str:
    """An abstract as Markdown: an empty line, or one that begins indented, begins a paragraph; other line breaks were
    the typesetter's."""
    found = [one for one in re.split(r"\n[ \t]*\n|\n(?=[ \t]{2,}\S)", text.replace("\r\n", "\n")) if one.strip()]
    return "\n\n".join(formulas(" ".join(one.split())) for one in found)


def spoken(text: str) -> str:
    """The same as one plain line, for places that know no markup: formulas stay as they were typed."""
    text = _ACCENT.sub(_accent, text) if "\\" in text else text
    return " ".join(text.split())


def _token(match: re.Match[str]) -> str:
    if match["math"]:
        inner = match["block"] or match["inline"] or match["round"] or match["square"]
        inner = " ".join(inner.split())
        return f"${inner}$" if inner else ""
    if match["address"] or match["link"]:
        address = match["address"] or match["link"]
        label = plain(match["label"] or address)
        return f"[{label}](<{address}>)" if address.startswith(("http://", "https://")) else label
    if match["style"] or match["old"]:
        sign = _STYLES[match["style"] or match["old"]]
        inner = (match["styled"] or match["olden"] or "").strip()
        return f"{sign}{formulas(inner)}{sign}" if inner else ""
    return plain(_SIGNS[match["sign"]]) or (" " if match["sign"] in ", ;" else "")


def _words(text: str) -> str:
    """Text between formulas, with the spaces at its ends, which a neighbour follows."""
    for pattern, sign in _WRITTEN_OUT:
        text = re.sub(pattern, sign, text)
    if not text.strip():
        return " " if text else ""
    return (" " if text[0].isspace() else "") + plain(text) + (" " if text[-1].isspace() else "")


def _accent(match: re.Match[str]) -> str:
    """A letter that TeX spells with signs; formulas stay as they are."""
    if match["math"]:
        return match[0]
    for number in (1, 2, 3):
        if match[f"mark{number}"]:
            return unicodedata.normalize("NFC", match[f"on{number}"] + _MARKS[match[f"mark{number}"]])
    return _LETTERS[match["letter1"] or match["letter2"]]
