"""Titles and abstracts with TeX in them, as pages show them."""

import pytest

from app.paper_text import formulas, paragraphs, spoken


def shown(text: str) -> str:
    """What a text becomes, without the escapes of Markdown."""
    return formulas(text).replace("\\-", "-").replace("\\.", ".").replace("\\'", "'").replace("\u2060", "")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        (r"an $O(n\log n)$ bound", r"an $O(n\log n)$ bound"),
        (r"R$^2$ and \(x_i\)", r"R$^2$ and $x_i$"),
        ("costs $5 and $10 more", r"costs \$5 and \$10 more"),
        ("of $ 3 $ each", r"of \$ 3 \$ each"),
        (r"Erd\H{o}s, G\"odel, {\'e}, \c c, \o, {\L}ukasz", "Erdős, Gödel, é, ç, ø, Łukasz"),
        (r"\emph{twice} \textbf{and $x^2$}", "*twice* **and $x^2$**"),
        (r"``quoted'' -- pages 1--2", "“quoted” – pages 1–2"),
        (r"5\% of A\&B", r"5\% of A\&B"),
        ("*not* <b>markup</b>", r"\*not\* \<b\>markup\<\/b\>"),
        (r"$\text{caf\"e}$", r"$\text{caf\"e}$"),
    ],
)
def test_formulas_stay_and_words_are_plain(text: str, markdown: str) -> None:
    """Formulas are left to be drawn, a lone dollar is money, what TeX spells in words is written out."""
    assert shown(text) == markdown


def test_addresses_become_links_that_end_where_they_end() -> None:
    """The full stop behind an address is not part of it."""
    assert "](<https://example.org/x_y>)" in formulas("Code at https://example.org/x_y. More.")
    assert "](<http://a.example/b>)" in formulas(r"See \url{http://a.example/b}")
    assert "](<" not in formulas(r"\href{javascript:alert(1)}{here}")


def test_an_abstract_keeps_its_paragraphs_and_not_its_line_breaks() -> None:
    """Lines are the typesetter's; an indented one, or an empty one before it, begins a paragraph."""
    assert paragraphs("one\ntwo\n  three\n\nfour") == "one two\n\nthree\n\nfour"


def test_a_title_is_spoken_in_one_line() -> None:
    """Where no markup is known, accents are written out and formulas stay as typed."""
    assert spoken('On $\\ell_1$\n  Schr\\"odinger') == "On $\\ell_1$ Schrödinger"
