"""Not looking closely at every line of endless free text.

Looking for the family of a line costs some hundred microseconds, once for each shape. A log of prose, tokens or hashes
has a new shape in every line. After thousands of shapes that told nothing, lines are passed over that begin like none
that ever did, but for a few, and but for those in which a word for a metric or a position stands beside a number.
"""

import re

_PATIENCE = 3_000
_ONCE_IN = 64
_BEGINNING = 6
_KINDS = 5_000
_WORDS = ("loss", "acc", "epoch", "step", "iter", "reward", "score", "lr", "bleu", "err", "auc", "map")
_TELLING = re.compile(rf"(?:{'|'.join(_WORDS)})[\w./@-]{{0,16}}[\s:=(\[]{{1,2}}[-+\d.]")
_EDGES = b" \t-:,.[](){}<>|=/'\"*#"


class Weariness:
    """Counts the shapes that were looked at in vain, and knows how lines begin that told something."""

    def __init__(self) -> None:
        self._vain = 0
        self._passed = 0
        self._fruitful: set[bytes] = set()

    def passes_over(self, shape: bytes, line: str) -> bool:
        """Whether a line of a shape not seen before need not be looked at."""
        if self._vain < _PATIENCE or shape.lstrip(_EDGES)[:_BEGINNING] in self._fruitful:
            return False
        self._passed += 1
        if not self._passed % _ONCE_IN:
            return False
        lowered = line.lower()
        return not (any(word in lowered for word in _WORDS) and _TELLING.search(lowered))

    def note_look(self) -> None:
        """A line of a new shape was looked at."""
        self._vain += 1

    def note_find(self, shape: bytes) -> None:
        """A metric was found in a line: those that begin like it are always looked at from now on."""
        if len(self._fruitful) < _KINDS:
            self._fruitful.add(shape.lstrip(_EDGES)[:_BEGINNING])
