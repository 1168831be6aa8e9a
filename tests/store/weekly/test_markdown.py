"""A report as Markdown: text stays text, tables are tables, what people wrote stays as it is."""

import pytest

from store.weekly.markdown import plain, to_markdown
from store.weekly.parts import (
    Chart,
    Charts,
    Items,
    Lines,
    PaperCard,
    Part,
    Picture,
    Prose,
    Quiet,
    Report,
    Said,
    Section,
    Table,
    Tile,
    Tiles,
)

SEEN = Picture("fig [2].png", "data:image/png;base64,AAAA")


def written(*parts: Part) -> str:
    """What those parts are in Markdown, between title and end."""
    text = to_markdown(Report("T", "en", (), (Section("S", parts),)))
    assert text.startswith("# T\n\n## S\n\n")
    return text.removeprefix("# T\n\n## S\n\n").removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("val_acc *5*", r"val\_acc \*5\*"),
        ("a|b <i> `c` &amp; ~~d~~ $x$", r"a\|b \<i\> \`c\` \&amp; \~\~d\~\~ \$x\$"),
        ("1. first", r"1\. first"),
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("---", r"\---"),
        ("5 - 3", "5 - 3"),
        ("two\nlines \x00\u202e", "two lines"),
        ("[a](b)", r"\[a\](b)"),
    ],
)
def test_text_is_that_text(text: str, line: str) -> None:
    """What means something in Markdown means itself, and a line stays one."""
    assert plain(text) == line


def test_each_part_has_its_form() -> None:
    """Sentences, things, figures, tables with numbers to the right."""
    assert written(Lines(("a", "b"))) == "- a\n- b"
    assert written(Said(("a.", "b."))) == "a.  \nb."
    assert written(Items((("run_1", "fell"), ("c", "")))) == "- **run\\_1**: fell\n- c"
    assert written(Quiet("nothing")) == "*nothing*"
    assert (
        written(Tiles((Tile("GPU-hours", "3.5", "of 4"), Tile("b", "0")))) == "- GPU-hours: **3.5** (of 4)\n- b: **0**"
    )
    assert written(Table(("a", "n"), (("x|y", "1"),), frozenset((1,)))) == "| a | n |\n| --- | ---: |\n| x\\|y | 1 |"


def test_charts_of_the_same_weeks_are_one_table() -> None:
    """A row a week; of many days only those with something."""
    one = Chart("A", ("W1", "W2"), (1.0, 0.0), ("1 h", "0 m"))
    other = Chart("B", ("W1", "W2"), (2.0, 3.0), ("2", "3"))
    assert written(Charts((one, other), "Week")).splitlines() == [
        "| Week | A | B |",
        "| --- | ---: | ---: |",
        "| W1 | 1 h | 2 |",
        "| W2 | 0 m | 3 |",
    ]
    days = tuple(f"d{n}" for n in range(30))
    long = Chart("A", days, tuple(float(n == 7) for n in range(30)), tuple(str(int(n == 7)) for n in range(30)))
    assert written(Charts((long,), "Day")).splitlines()[2:] == ["| d7 | 1 |"]


def test_a_paper_has_its_lesson_and_pictures() -> None:
    """A title that leads to it, the lesson as a quotation line by line, pictures at the end of the file."""
    card = PaperCard("On *x*", "https://x.org/a(b)", ("A. B.", "2026"), "one\n\ntwo", pictures=(SEEN,))
    text = to_markdown(Report("T", "en", (), (Section("S", (card, card)),)))
    assert "### [On \\*x\\*](https://x.org/a%28b%29)\n\nA. B. · 2026\n\n> one  \n> two\n\n" in text
    assert text.count("![fig \\[2\\].png][picture-1]") == 2
    assert text.endswith("[picture-1]: data:image/png;base64,AAAA\n")
    bare = written(
        PaperCard("t", "javascript:alert(1)", (), "", "not written down", pictures=(Picture("a", why="gone"),))
    )
    assert bare == "### t\n\n*not written down*\n\n*a: gone*"


def test_what_people_wrote_stays_as_it_is() -> None:
    """Headings go below the report's, but not in code; pictures are the report's; none is fetched from elsewhere."""
    text = "# Head\n\n**b** $x_1$\n\n```\n# code ![x](attachment:3)\n```\n![mine](attachment:3) [pdf](attachment:4)\n"
    shown = written(Prose(text + "![far](https://x.org/p.png)", "2026-11-03", {3: SEEN}))
    assert shown.startswith("**2026-11-03**\n\n#### Head\n\n**b** $x_1$\n\n```\n# code ![x](attachment:3)\n```\n")
    assert "![mine][picture-1] pdf\n[far](https://x.org/p.png)" in shown
    assert written(Prose("```\nopen")).endswith("```\nopen\n```")


def test_the_end_says_who_wrote_it() -> None:
    """After a rule; what is empty is left out."""
    text = to_markdown(Report("T", "en", ("days", "head"), (Section("", (Lines(()),)),), "by"))
    assert text == "# T\n\ndays  \nhead\n\n---\n\nby\n"
