"""Markdown of people as HTML: what they meant is there, and nothing that runs or is fetched."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.weekly.parts import Picture
from store.weekly.prose import is_web, picture_html, to_html

SEEN = Picture("figure.png", "data:image/png;base64,AAAA")
ALLOWED = re.compile(
    r"</?(?:p|br|hr|h[4-6]|ul|li|blockquote|pre|code|strong|em|s)>|<ol(?: start=\"\d+\")?>|</ol>|</?span>"
    r"|<code class=\"tex\">|<p class=\"tex\">|<span class=\"(?:figure|caption|quiet)\">|</a>"
    r"|<a href=\"(?:https?://|mailto:)[^\"<>]*\" rel=\"noopener noreferrer\">"
    r"|<math(?: display=\"block\")? title=\"[^\"<>]*\">|</?(?:math|m(?:i|n|o|text|row|sup|sub|subsup|under|over|frac|sqrt|root))>"
    r"|<div class=\"table\">|</div>|</?(?:table|tr)>|<t[dh](?: class=right)?>|</t[dh]>|<mo lspace=\"0.17em\" rspace=\"0.17em\">"
    r"|</mspace>|<mspace width=\"[\d.]+(?:em)?\">|<mover accent=\"true\">|<munderover>|</munderover>"
    r"|<img src=\"data:image/png;base64,AAAA\" alt=\"[^\"<>]*\">"
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo", "<p>one<br>two</p>"),
        ("# Head **x**", "<h4>Head <strong>x</strong></h4>"),
        ("##### deep", "<h6>deep</h6>"),
        ("a *b* __c__ ~~d~~ `e<f`", "<p>a <em>b</em> <strong>c</strong> <s>d</s> <code>e&lt;f</code></p>"),
        ("snake_case_name 2 * 3 * 4", "<p>snake_case_name 2 * 3 * 4</p>"),
        (r"$\odd_1 * b_2$ costs $5", r'<p><code class="tex">$\odd_1 * b_2$</code> costs $5</p>'),
        (
            "$$x$$ is 5\n\nand",
            '<p><math display="block" title="x"><mrow><mi>x</mi></mrow></math> is 5</p><p>and</p>',
        ),
        ("$x$ is 5", '<p><math title="x"><mrow><mi>x</mi></mrow></math> is 5</p>'),
        ("- a\n- b\n  - c\n\n1. d", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol><li>d</li></ol>"),
        ("3) three", '<ol start="3"><li>three</li></ol>'),
        ("- [x] done\n- [ ] open", "<ul><li>☑ done</li><li>☐ open</li></ul>"),
        ("> q\n> > r", "<blockquote><p>q</p><blockquote><p>r</p></blockquote></blockquote>"),
        ("```py\na < b\n```\nafter", "<pre><code>a &lt; b</code></pre><p>after</p>"),
        ("~~~\nopen", "<pre><code>open</code></pre>"),
        (
            "$$\nx\n$$\ny",
            '<p class="tex"><math display="block" title="x"><mrow><mi>x</mi></mrow></math></p><p>y</p>',
        ),
        (
            "| a | n |\n|---|--:|\n| *x* | 1 | 2 |\n| a\\|b |\nafter",
            '<div class="table"><table><tr><th>a</th><th class=right>n</th></tr>'
            "<tr><td><em>x</em></td><td class=right>1</td></tr><tr><td>a|b</td><td class=right></td></tr></table></div>"
            "<p>after</p>",
        ),
        ("a | b\nno table", "<p>a | b<br>no table</p>"),
        ("\\*no\\*", "<p>*no*</p>"),
        ("---", "<hr>"),
        (
            "[w](https://x.org/wiki/A_(b))",
            '<p><a href="https://x.org/wiki/A_(b)" rel="noopener noreferrer">w</a></p>',
        ),
        ("[a_b](https://x.org/a_b)", '<p><a href="https://x.org/a_b" rel="noopener noreferrer">a_b</a></p>'),
        ("(https://x.org/q).", '<p>(<a href="https://x.org/q" rel="noopener noreferrer">https://x.org/q</a>).</p>'),
    ],
)
def test_what_was_meant_is_there(text: str, html: str) -> None:
    """Headings go below the report's, breaks stay, lists nest, code and formulas are left alone."""
    assert to_html(text) == html


def test_pictures_are_those_that_are_handed_in() -> None:
    """An attachment that is there is shown, another is its words; one from elsewhere is a link that nobody follows by
    reading."""
    html = to_html("![mine](attachment:3) ![gone](attachment:4) ![far](https://x.org/p.png)", {3: SEEN})
    assert html.count("<img") == 1
    assert 'alt="mine"' in html
    assert "gone" in html
    assert '<a href="https://x.org/p.png"' in html
    assert picture_html(Picture("a<b.png", why="left out")) == '<span class="quiet">a&lt;b.png: left out</span>'


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1)) [y](data:text/html,<b>) [z](vbscript:x)",
        '[x](https://a.b/"onmouseover="alert(1))',
        '![x"onerror="alert(1)](attachment:3)',
        "<img src=x onerror=alert(1)>",
        "[<b>](https://x.org)",
        "`<b>` $<b>$ $$<b>$$",
        "\ue0000\ue001 \ue0009\ue001",
        "https://x.org/<b>",
        "\u202egnp.exe",
    ],
)
def test_nothing_can_be_smuggled_in(text: str) -> None:
    """Whatever is written, the page has only the elements that are meant."""
    rest = ALLOWED.sub("", to_html(text, {3: SEEN}))
    assert "<" not in rest
    assert ">" not in rest
    assert "\u202e" not in rest


@given(st.text(st.sampled_from("ab <>\"'`*_~$#-+>|[]()!\\\n1.:/&xhtps;@^{}\ue000\ue0010")))
def test_no_text_makes_other_elements(text: str) -> None:
    """By chance neither."""
    rest = ALLOWED.sub("", to_html(text, {3: SEEN}))
    assert "<" not in rest
    assert ">" not in rest


@pytest.mark.parametrize(
    "unit",
    [
        "*",
        "[",
        "[a",
        "![",
        "`a ",
        "``a` ",
        "> ",
        "- ",
        "$a",
        "[a](x",
        "[a](x(y)",
        "_a ",
        "**a",
        "~~a",
        "\\",
        "[a](",
        "- a\n",
        "$$a\n",
    ],
)
def test_no_text_takes_long(unit: str) -> None:
    """Forty thousand characters of any mark are read within a second."""
    before = time.process_time()
    to_html(unit * (40_000 // len(unit)))
    assert time.process_time() - before < 1.0


def test_no_table_is_too_wide() -> None:
    """Thousands of columns and rows are no table."""
    before = time.process_time()
    assert "<table>" not in to_html("|\n" + "|-" * 10_000 + "\n" + "|\n" * 10_000)
    assert time.process_time() - before < 1.0


def test_links_are_of_the_web_or_of_mail() -> None:
    """Nothing that could run is a link."""
    assert [is_web(one) for one in ("https://a", "HTTP://a", "mailto:a@b", "javascript:a", "data:a", "//a", "/a")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
