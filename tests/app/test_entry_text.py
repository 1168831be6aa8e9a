"""An entry's text on the page: references are links, pictures stand apart, code and formulas are left alone."""

import pytest

from app.entry_text import Piece, address_of, pieces, shown_in
from store.attachments import Attachment

PICTURE = Attachment(7, 3, "loss.png", "image/png", 10, "ab", {}, 0.0, None)
SLIDES = Attachment(8, 3, "slides.pdf", "application/pdf", 10, "cd", {}, 0.0, None)
KNOWN = {7: PICTURE, 8: SLIDES}
RUN = "261121-102011-k3fa"


def text_of(body: str) -> str:
    """A text without pictures as Markdown, without escapes."""
    (piece,) = pieces(body, KNOWN)
    return piece.markdown.replace("\\", "").replace("\u2060", "")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (f"see run:{RUN}@1200.", f"see [run:{RUN}@1200](/run?id={RUN})."),
        ("task：12を見る", "[task：12](/plan?task=12)を見る"),
        ("entry:3, commit:4f1c2ab", "[entry:3](/journal?entry=3), [commit:4f1c2ab](/journal?commit=4f1c2ab)"),
        ("paper:2401.01234v2", "[paper:2401.01234v2](/paper?id=2401.01234)"),
        ("`task:12` and $task:12$ stay", "`task:12` and $task:12$ stay"),
        ("```\ntask:12\n```", "```\ntask:12\n```"),
        ("~~~\ntask:12", "~~~\ntask:12"),
        ("[task:12](https://example.org)", "[task:12](https://example.org)"),
        ("https://example.org/task:12", "https://example.org/task:12"),
        ("# Title\ntext", "#### Title\ntext"),
        ("###### deep", "###### deep"),
        ("[slides](attachment:8)", "[slides](/journal?entry=3)"),
        ("![far](https://example.org/x.png)", "[far](https://example.org/x.png)"),
        ("subtask:12 run:nothing", "subtask:12 run:nothing"),
    ],
)
def test_what_a_text_speaks_of(body: str, shown: str) -> None:
    """Ids of things become links to their pages; nothing in code, formulas, links and addresses does."""
    assert text_of(body) == shown


def test_pictures_stand_in_their_places() -> None:
    """A text is cut at its pictures, those that are gone too; a picture in code is code."""
    body = "before\n\n![the *loss*](attachment:7) after ![gone](attachment:99)\n\n`![x](attachment:7)`"
    assert pieces(body, KNOWN) == [
        Piece("before"),
        Piece("the *loss*", 7),
        Piece(" after "),
        Piece("gone", 99),
        Piece("`![x](attachment:7)`"),
    ]
    assert shown_in(body) == {7, 99}


def test_an_empty_text_has_no_pieces() -> None:
    """Nothing is drawn for nothing."""
    assert pieces("\n \n", {}) == []


def test_addresses_are_safe() -> None:
    """Whatever an id holds, the address leads to a page of the dashboard."""
    assert address_of("run", "a/b?c") == "/run?id=a%2Fb%3Fc"
    assert address_of("commit", "/home/lab/x@4f1c2ab") == "/journal?commit=4f1c2ab"
    assert address_of("paper", "hep-th/9901001") == "/paper?id=hep-th%2F9901001"
    assert address_of("project", "3") is None
