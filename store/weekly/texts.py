"""What people write into a review, as it is kept: without what no database takes, and no longer than it may be."""

from store.documents import storable
from store.errors import ReviewError

LINE_CHARACTERS = 300
TEXT_CHARACTERS = 20_000


def tidy_line(text: str, most: int = LINE_CHARACTERS) -> str:
    """One line of at most ``most`` characters; ReviewError for a longer one."""
    return _check(" ".join(storable(text).replace("\0", "").split()), most)


def tidy_text(text: str, most: int = TEXT_CHARACTERS) -> str:
    """Lines of at most ``most`` characters in all; ReviewError for more."""
    plain = storable(text).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return _check("\n".join(line.rstrip() for line in plain.split("\n")).strip(), most)


def _check(text: str, most: int) -> str:
    if len(text) > most:
        raise ReviewError("this is {n} characters long; keep it to {most}", n=len(text), most=most)
    return text
