"""Escaping: what anyone writes is shown as written."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.markup import JOINER, bare, plain, shorten

HOSTILE = [
    "**x** <script>alert(1)</script>",
    ":red[hi] :material/delete: :tada: :streamlit:",
    "$x$ $$y$$ \\(z\\)",
    "[a](javascript:alert(1)) ![b](http://example.org/x.png)",
    "https://example.org www.example.org me@example.org",
    "# h\n- item\n> quote\n1. one\n```\ncode\n```",
    "a -> b <- c <-> d -- e >= f",
    "`code` ~~gone~~ _it_ *em* | table |",
    "&amp; &#58;red[x] <b>b</b>",
    "\u202eevil\u202c \u200b \x00\x1b[31m",
]
SPECIAL = "\\`*_{}[]()#+-.!|~<>$&:=\"'^@/%"


@given(st.one_of(st.sampled_from(HOSTILE), st.text(alphabet=SPECIAL + " ab:1\n\t\u202e\x1b字")))
def test_every_special_character_is_escaped(text: str) -> None:
    """No character that Markdown or its additions give a meaning to stands without a backslash."""
    escaped = plain(text)
    assert not set(SPECIAL) & set(re.sub(r"\\.", "", escaped))
    assert "\n" not in escaped and "\r" not in escaped


@given(st.text(alphabet=SPECIAL + " ab:1\n字", max_size=60))
def test_nothing_is_lost(text: str) -> None:
    """Taking the backslashes and joiners out again gives the text, its white space drawn together."""
    unescaped = re.sub(r"\\(.)", r"\1", plain(text)).replace(JOINER, "")
    assert unescaped == " ".join(text.split())


@given(st.text(alphabet=":/abmaterilhps+-_19 []", max_size=40))
def test_nothing_that_is_searched_for_in_the_finished_text_is_left(text: str) -> None:
    """Emoji names, icon names and addresses, which no backslash protects, are broken up."""
    finished = re.sub(r"\\(.)", r"\1", plain(text))
    assert not re.search(r":(?!\d\d:)[\w+-]+:", finished)
    assert ":material/" not in finished and "://" not in finished


def test_a_time_and_a_place_in_a_file_are_left_alone() -> None:
    """What cannot be taken for an emoji gets no invisible characters: it is copied from pages."""
    for text in ("12:03:05", "train.py:88", "python train.py --lr 3e-4"):
        assert JOINER not in plain(text)


def test_characters_that_turn_the_text_around_are_dropped() -> None:
    """Neither a name nor a log line can change the direction of what stands after it."""
    assert plain("a\u202eb") == "a b"
    assert bare("a\u202eb\x1b[31m\tc\n") == "ab[31m\tc\n"


def test_a_long_text_is_cut_with_a_sign() -> None:
    """A text is shortened to the given length, ellipsis included, and only if it is longer."""
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
