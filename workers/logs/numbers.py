"""Numbers as training logs print them: ``3.4e-05``, ``2,400``, ``54.01K``, ``85.3 %``, ``nan``, ``-inf``."""

import math
import re

NUMBER = (
    r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
    r"|(?i:nan|inf(?:inity)?)(?![A-Za-z]))"
)
"""A number without its unit; may be followed by a suffix of :data:`SUFFIXES` or a percent sign."""
SUFFIXES = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12}
_QUANTITY = re.compile(rf"\s*(?P<number>{NUMBER})\.?\s?(?P<suffix>[kKMGBT](?![A-Za-z])|%)?\s*$")


def to_number(text: str) -> float | None:
    """The number that ``text`` is, its suffix counted in (``54.01K`` → 54010; ``85.3 %`` → 85.3); None if it is none.

    A percent sign changes nothing: what is shown as 85.3 % is kept as 85.3, as people quote it.
    """
    try:
        return float(text)  # the most frequent case; also takes "nan", "-inf"
    except ValueError:
        pass
    match = _QUANTITY.match(text)
    if match is None:
        return None
    return scaled(match["number"], match["suffix"] or "")


def scaled(number: str, suffix: str) -> float:
    """A number with thousand separators and a suffix of :data:`SUFFIXES` as a float."""
    value = float(number.replace(",", ""))
    return value * SUFFIXES.get(suffix, 1.0)


def is_whole(value: float) -> bool:
    """Whether a number is finite and without fraction."""
    return math.isfinite(value) and value == int(value)
