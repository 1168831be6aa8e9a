"""Formulas of TeX as MathML, which browsers draw by themselves: letters, indices, fractions, roots, sums, common signs.

What is not known here is not guessed at: the formula stays the TeX that it is. Pure.
"""

import re
import unicodedata
from html import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\[^A-Za-z]|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_MOST, _DEEPEST = 2000, 20
_NAMES = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
_GREEK = {
    **{name: unicodedata.lookup(f"GREEK SMALL LETTER {name.upper().replace('LAMBDA', 'LAMDA')}") for name in _NAMES},
    **{
        name.capitalize(): unicodedata.lookup(f"GREEK CAPITAL LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
        for name in _NAMES
    },
    "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "epsilon": "ϵ", "phi": "ϕ", "varrho": "ϱ", "varsigma": "ς",
}  # fmt: skip
_LETTERS: dict[str, str] = {
    **_GREEK, "ell": "ℓ", "hbar": "ℏ", "infty": "∞", "emptyset": "∅", "varnothing": "∅", "Re": "ℜ", "Im": "ℑ",
    "aleph": "ℵ", "partial": "∂", "nabla": "∇", "top": "⊤", "bot": "⊥", "prime": "′", "dagger": "†",
}  # fmt: skip
_SIGNS = {
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "ne": "≠", "neq": "≠", "ll": "≪",
    "gg": "≫", "approx": "≈", "sim": "∼", "simeq": "≃", "cong": "≅", "equiv": "≡", "propto": "∝", "times": "×",
    "cdot": "⋅", "pm": "±", "mp": "∓", "div": "÷", "to": "→", "rightarrow": "→", "leftarrow": "←", "mapsto": "↦",
    "Rightarrow": "⇒", "Leftarrow": "⇐", "implies": "⟹", "iff": "⟺", "leftrightarrow": "↔", "in": "∈", "notin": "∉",
    "ni": "∋", "subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "cup": "∪", "cap": "∩",
    "setminus": "∖", "forall": "∀", "exists": "∃", "ldots": "…", "dots": "…", "cdots": "⋯", "vdots": "⋮", "mid": "∣",
    "parallel": "∥", "perp": "⊥", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "circ": "∘", "bullet": "∙", "otimes": "⊗", "oplus": "⊕", "odot": "⊙", "ast": "∗", "star": "⋆",
    "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨", "neg": "¬", "lnot": "¬", "lvert": "|", "rvert": "|", "vert": "|",
    "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "{": "{", "}": "}", "%": "%", "&": "&", "#": "#", "_": "_",
    "$": "$", "colon": ":", "succ": "≻", "prec": "≺", "triangleq": "≜",
}  # fmt: skip
_LARGE = {"sum": "∑", "prod": "∏", "int": "∫", "iint": "∬", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂", "coprod": "∐"}
_WORDS = frozenset((
    "log", "ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "arg", "argmax", "argmin",
    "sup", "inf", "lim", "det", "dim", "ker", "gcd", "Pr", "deg",
))  # fmt: skip
_BELOW = frozenset(("max", "min", "sup", "inf", "lim", "det", "gcd", "Pr", "argmax", "argmin"))
"""Words that have what is under them below them, where there is room."""
_SPACES = {",": "0.17em", ":": "0.22em", ">": "0.22em", ";": "0.28em", " ": "0.3em", "quad": "1em", "qquad": "2em",
           "!": "0"}  # fmt: skip
_ACCENTS = {"hat": "^", "widehat": "^", "bar": "¯", "overline": "¯", "tilde": "~", "widetilde": "~", "vec": "→",
            "dot": "˙", "ddot": "¨"}  # fmt: skip
_ALPHABETS = {"mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathbf": "BOLD", "bm": "BOLD",
              "boldsymbol": "BOLD", "mathfrak": "FRAKTUR"}  # fmt: skip
_UPRIGHT = frozenset((
    "mathrm", "text", "textrm", "textbf", "textit", "operatorname", "mathsf", "texttt", "mathtt", "mbox",
))  # fmt: skip
_WRITTEN = {"\\ ": " ", "\\_": "_", "\\%": "%", "\\&": "&", "\\-": ""}
_NOTHING = frozenset((
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "displaystyle",
    "textstyle", "limits", "nolimits",
))  # fmt: skip


class _Unknown(Exception):
    """Something that is not read here."""


def to_mathml(tex: str, *, display: bool = False) -> str | None:
    """A formula, without its dollars, as a ``<math>`` element whose title is the TeX; None where there is something in
    it that is not known."""
    if not tex.strip() or len(tex) > _MOST:
        return None
    try:
        body = _Formula(tex, display).read()
    except (_Unknown, IndexError, KeyError):
        return None
    block = ' display="block"' if display else ""
    return f'<math{block} title="{escape(tex.strip())}"><mrow>{body}</mrow></math>'


class _Formula:
    """Reads a formula from its beginning to its end."""

    def __init__(self, tex: str, display: bool) -> None:
        self._tokens: list[str] = _TOKEN.findall(tex)
        self._at, self._depth, self._display = 0, 0, display

    def read(self) -> str:
        """All of it; _Unknown for what is not known, and for braces that do not match."""
        found = self._row(None)
        if self._is_left():
            raise _Unknown
        return found

    def _row(self, end: str | None) -> str:
        """What comes up to ``end`` (which is taken), each with its indices."""
        parts = []
        while self._is_left() and self._tokens[self._at] != end:
            parts.append(self._scripted())
        if end is not None:
            self._take(end)
        return "".join(parts)

    def _scripted(self) -> str:
        """One thing with what is above and below it."""
        first = self._tokens[self._at]
        base = "<mi></mi>" if first in "^_" else self._atom()
        above = below = None
        while self._is_left() and self._tokens[self._at] in ("^", "_", "'"):
            mark = self._take()
            if mark == "'":
                above = (above or "") + "<mo>′</mo>"
            elif mark == "^" and (above is None or "′" in above):
                above = (above or "") + self._argument()
            elif mark == "_" and below is None:
                below = self._argument()
            else:
                raise _Unknown
        if above is None and below is None:
            return base
        name = first.removeprefix("\\")
        stacked = self._display and ((name in _LARGE and "int" not in name) or name in _BELOW)
        outer = ("munder", "mover", "munderover") if stacked else ("msub", "msup", "msubsup")
        rows = [f"<mrow>{one}</mrow>" for one in (below, above) if one is not None]
        tag = outer[2] if len(rows) == 2 else outer[0] if above is None else outer[1]
        return f"<{tag}>{base or '<mrow></mrow>'}{''.join(rows)}</{tag}>"

    def _argument(self) -> str:
        """What a command or a mark is about: a group in braces, or the next thing."""
        self._is_left()
        token = self._tokens[self._at]
        if token[0].isdigit() and len(token) > 1:  # of x^10 only the 1 is above, as TeX has it
            self._tokens[self._at : self._at + 1] = [token[0], token[1:]]
        return f"<mrow>{self._atom()}</mrow>"

    def _atom(self) -> str:
        """The next thing, with all that it holds."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unknown
        found = self._one(self._take())
        self._depth -= 1
        return found

    def _one(self, token: str) -> str:
        if token == "{":
            return f"<mrow>{self._row('}')}</mrow>"
        if token in ("}", "^", "_", "&", "\\\\", "$"):
            raise _Unknown
        if token.startswith("\\"):
            return self._command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{escape(token)}</mi>"
        return f"<mo>{escape('−' if token == '-' else token)}</mo>"

    def _command(self, name: str) -> str:
        if name in _LETTERS:
            return f"<mi>{_LETTERS[name]}</mi>"
        if name in _SIGNS or name in _LARGE:
            return f"<mo>{escape(_SIGNS.get(name) or _LARGE[name])}</mo>"
        if name in _WORDS:
            return f'<mo lspace="0.17em" rspace="0.17em">{name}</mo>'
        if name in _SPACES:
            return f'<mspace width="{_SPACES[name]}"></mspace>'
        if name in ("frac", "dfrac", "tfrac"):
            return f"<mfrac>{self._argument()}{self._argument()}</mfrac>"
        if name == "sqrt":
            return self._root()
        if name in _ACCENTS:
            return f'<mover accent="true">{self._argument()}<mo>{_ACCENTS[name]}</mo></mover>'
        if name in _ALPHABETS:
            return f"<mi>{''.join(_styled(char, _ALPHABETS[name]) for char in self._plain())}</mi>"
        if name in _UPRIGHT:
            return f"<mtext>{escape(self._plain())}</mtext>"
        if name in _NOTHING:
            if name in ("left", "right") and self._tokens[self._at] == ".":
                self._at += 1
            return ""
        raise _Unknown(name)

    def _root(self) -> str:
        if self._tokens[self._at] == "[":
            self._at += 1
            index = self._row("]")
            return f"<mroot>{self._argument()}<mrow>{index}</mrow></mroot>"
        return f"<msqrt>{self._argument()}</msqrt>"

    def _plain(self) -> str:
        """A group of letters only, or one letter."""
        self._is_left()
        token = self._take()
        if token != "{":
            return self._letter(token)
        text = ""
        while self._tokens[self._at] != "}":
            text += self._letter(self._take())
        self._at += 1
        return text

    def _letter(self, token: str) -> str:
        if token.startswith("\\"):
            return _WRITTEN[token] if token in _WRITTEN else _LETTERS[token[1:]]
        if token in "{}^_$&":
            raise _Unknown
        return token

    def _is_left(self) -> bool:
        """Whether anything comes, after the blanks, which say nothing in a formula."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        return self._at < len(self._tokens)

    def _take(self, wanted: str | None = None) -> str:
        token = self._tokens[self._at]
        if wanted is not None and token != wanted:
            raise _Unknown
        self._at += 1
        return token


def _styled(char: str, alphabet: str) -> str:
    """A letter or digit of another alphabet; itself where that has none."""
    kind = "DIGIT" if char.isdigit() else "CAPITAL" if char.isupper() else "SMALL"
    try:
        name = unicodedata.name(char)
        if kind == "DIGIT":
            return unicodedata.lookup(f"MATHEMATICAL {alphabet} {name}")
        if not char.isascii():
            return unicodedata.lookup(f"MATHEMATICAL {alphabet} {name.removeprefix('GREEK ').replace(' LETTER', '')}")
        return unicodedata.lookup(f"MATHEMATICAL {alphabet} {kind} {char.upper()}")
    except (KeyError, ValueError):
        pass
    for form in (f"{alphabet} {kind} {char.upper()}", f"BLACK-LETTER {kind} {char.upper()}"):
        try:
            return unicodedata.lookup(form)
        except KeyError:
            continue
    return escape(char)
