"""Text as TeX writes it and as people read it: accents, letters and the characters that TeX keeps for itself.

Formulas between dollars are left alone either way; they are shown as they are typed.
"""

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
_COMBINING = {mark: accent for accent, mark in _ACCENTS.items()}
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
}  # fmt: skip
_SIGNS = {
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“",
    "textquotedblright": "”", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "ldots": "…",
    "dots": "…", "textbraceleft": "{", "textbraceright": "}", "textless": "<", "textgreater": ">", "textbar": "|",
    "textregistered": "®", "texttrademark": "™", "copyright": "©", "pounds": "£", "S": "§", "textdegree": "°",
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX",
}  # fmt: skip
_STYLES = (
    "emph|textbf|textit|textsc|texttt|textrm|textsf|text|mbox|uppercase|lowercase|underline|textup|textsl|url|href|"
    "em|bf|it|sc|tt|rm|sl|protect|relax|/"
)
_FORMULA = re.compile(r"(?<!\\)\$(?=[^\s$])[^$\n]*(?<=[^\s$\\])\$(?!\d)")
_COMMAND = re.compile(
    rf"\\(?:(?P<accent>[`'^~\"=.])\s*(?:\{{\s*(?P<a1>\\?[A-Za-z])?\s*\}}|(?P<a2>\\[ij](?![A-Za-z])|[A-Za-z]))"
    rf"|(?P<word>[uvHckrdb])(?:\s*\{{\s*(?P<w1>\\?[A-Za-z])\s*\}}|\s+(?P<w2>\\[ij](?![A-Za-z])|[A-Za-z]))"
    rf"|(?P<letter>{'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])(?:\{{\}}|[ ]+)?"
    rf"|(?P<sign>{'|'.join(sorted(_SIGNS, key=len, reverse=True))})(?![A-Za-z])(?:\{{\}}|[ ]+)?"
    rf"|(?P<style>{_STYLES})(?![A-Za-z])[ ]*"
    rf"|(?P<own>[&%#_$ ,;!\-]))"
)
_OWN = str.maketrans({"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_"})
_BRACES = {"{": "\ue000", "}": "\ue001"}
"""Braces that are to stay, while those that only group are taken away."""


def to_plain(text: str) -> str:
    """TeX as people read it: accents and letters put together, braces that only group taken away. Formulas, and
    commands that are not known, stay."""
    return " ".join("".join(_plain(part) if out else part for part, out in _parts(text)).split())


def to_tex(text: str, *, formulas: bool = True, protect: bool = False) -> str:
    """A text as TeX can set it, with balanced braces. With ``formulas`` what stands between dollars, and commands that
    are TeX already, stay as they are; ``protect`` keeps capitals as they are in any style."""
    parts = list(_parts(_mark_loose_braces(text))) if formulas else [(text, True)]
    sentence = protect and _is_sentence(text)
    done, first = [], True
    for part, outside in parts:
        if outside:
            done.append(_protect(part, formulas, sentence, first) if protect else _tex(part, formulas))
        else:
            part = part.replace(_BRACES["{"], r"\lbrace ").replace(_BRACES["}"], r"\rbrace ")
            done.append(f"{{{part}}}" if protect and _is_balanced(part) else part)
        first = first and not part.strip()
    return "".join(done)


def to_ascii(text: str) -> str:
    """A text in plain letters of English: accents left out, what has none left out whole."""
    for name, letter in _LETTERS.items():
        text = text.replace(letter, name)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _parts(text: str) -> list[tuple[str, bool]]:
    """The text cut into what stands outside of formulas (True) and formulas."""
    found, at = [], 0
    for formula in _FORMULA.finditer(text):
        found += [(text[at : formula.start()], True), (formula[0], False)]
        at = formula.end()
    return [*found, (text[at:], True)]


def _plain(text: str) -> str:
    text = text.replace(r"\{", _BRACES["{"]).replace(r"\}", _BRACES["}"])
    text = re.sub(r"(?<!\\)~", " ", text).replace("``", "“").replace("''", "”")
    text = _COMMAND.sub(_read, text).replace("{", "").replace("}", "")
    for brace, stand in _BRACES.items():
        text = text.replace(stand, brace)
    return unicodedata.normalize("NFC", text)


def _read(found: "re.Match[str]") -> str:
    accent = found["accent"] or found["word"]
    if accent:
        letter = found["a1"] or found["a2"] or found["w1"] or found["w2"] or found[0][-1]
        letter = letter.lstrip("\\") if letter not in "{}`'^~\"=." else ""
        return unicodedata.normalize("NFC", letter + _ACCENTS[accent]) if letter else ""
    if found["letter"]:
        return _LETTERS[found["letter"]]
    if found["sign"]:
        sign = _SIGNS[found["sign"]]
        return _BRACES.get(sign, sign)
    if found["style"]:
        return ""
    return {" ": " ", ",": " ", ";": " ", "!": "", "-": ""}.get(found["own"], found["own"])


def _tex(text: str, formulas: bool) -> str:
    done, at = [], 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and formulas and re.match(r"\\[A-Za-z`'^~\"=.&%#_$ ,;{}\\-]", text[at : at + 2]):
            done.append(text[at : at + 2])
            at += 2
            continue
        done.append(_letter(sign, formulas))
        at += 1
    return "".join(done)


def _letter(sign: str, formulas: bool) -> str:
    own = {
        "\\": r"{\textbackslash}", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}", "$": r"\$",
        "{": "{" if formulas else r"{\textbraceleft}", "}": "}" if formulas else r"{\textbraceright}",
        _BRACES["{"]: r"{\textbraceleft}", _BRACES["}"]: r"{\textbraceright}",
    }  # fmt: skip
    if sign in own:
        return own[sign]
    if sign.isascii():
        return sign.translate(_OWN)
    for name, letter in _LETTERS.items():
        if sign == letter:
            return rf"{{\{name}}}"
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _COMBINING:
        accent, letter = _COMBINING[parts[1]], rf"\{parts[0]}" if parts[0] in "ij" else parts[0]
        return rf"{{\{accent}{{{letter}}}}}"
    return sign


def _protect(text: str, formulas: bool, sentence: bool, first: bool) -> str:
    """TeX of a part of a title: words with capitals that a style must not make small in braces."""
    words = re.split(r"(\s+)", text)
    done = []
    for at, word in enumerate(words):
        letters = word.lstrip("([“‘\"'")
        inner = any(letter.isupper() for letter in letters[1:])
        named = sentence and letters[:1].isupper() and not (first and at == (0 if words[0] else 2))
        tex = _tex(word, formulas)
        done.append(f"{{{tex}}}" if (inner or named) and _is_balanced(tex) else tex)
    return "".join(done)


def _is_sentence(title: str) -> bool:
    """Whether capitals in a title mean names: most of its longer words have none."""
    words = [word for word in re.findall(r"[^\W\d_]{4,}", title)[1:] if not word[1:].isupper()]
    return bool(sum(word[0].isupper() for word in words) * 2 < len(words))


def _mark_loose_braces(text: str) -> str:
    """The text with another sign for each brace that has no partner, of which BibTeX would lose its way."""
    signs, opened = list(text), list[int]()
    for at, sign in enumerate(text):
        if sign == "{":
            opened.append(at)
        elif sign == "}" and opened:
            opened.pop()
        elif sign == "}":
            signs[at] = _BRACES["}"]
    for at in opened:
        signs[at] = _BRACES["{"]
    return re.sub(f"\\\\(?=[{''.join(_BRACES.values())}])", "", "".join(signs))


def _is_balanced(text: str) -> bool:
    """Whether the braces close as they open; BibTeX counts those behind a backslash as well."""
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0
