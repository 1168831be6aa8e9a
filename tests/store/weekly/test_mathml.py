"""Formulas of TeX as MathML: what is known is drawn, what is not stays what it is."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.weekly.mathml import to_mathml

CHILDREN = {"msup": 2, "msub": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3, "mfrac": 2, "mroot": 2}


def drawn(tex: str, *, display: bool = False) -> str:
    """What is drawn, without the rows that only group."""
    text = to_mathml(tex, display=display)
    assert text is not None
    inner = text.partition(">")[2].removesuffix("</math>")
    return inner.replace("<mrow>", "").replace("</mrow>", "").replace(' lspace="0.17em" rspace="0.17em"', "")


@pytest.mark.parametrize(
    ("tex", "mathml"),
    [
        ("x^2", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("x_{ij}^{2}", "<msubsup><mi>x</mi><mi>i</mi><mi>j</mi><mn>2</mn></msubsup>"),
        ("x ^ 2 _ i", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        ("x^10", "<msup><mi>x</mi><mn>1</mn></msup><mn>0</mn>"),
        ("10^{-3}", "<msup><mn>10</mn><mo>−</mo><mn>3</mn></msup>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"O(n \log n)", "<mi>O</mi><mo>(</mo><mi>n</mi><mo>log</mo><mi>n</mi><mo>)</mo>"),
        (r"\|x\|_2", "<mo>‖</mo><mi>x</mi><msub><mo>‖</mo><mn>2</mn></msub>"),
        (r"f'(x)", "<msup><mi>f</mi><mo>′</mo></msup><mo>(</mo><mi>x</mi><mo>)</mo>"),
        (r"\mathbb{R}^d", "<msup><mi>ℝ</mi><mi>d</mi></msup>"),
        (r"\mathcal{LN}", "<mi>ℒ𝒩</mi>"),
        (r"\boldsymbol\theta", "<mi>𝛉</mi>"),
        (r"\text{if } x<0", "<mtext>if </mtext><mi>x</mi><mo>&lt;</mo><mn>0</mn>"),
        (r"\hat{y}", '<mover accent="true"><mi>y</mi><mo>^</mo></mover>'),
        (r"\left( a \right.", "<mo>(</mo><mi>a</mi>"),
        (r"\sum_i x_i", "<msub><mo>∑</mo><mi>i</mi></msub><msub><mi>x</mi><mi>i</mi></msub>"),
    ],
)
def test_what_is_drawn(tex: str, mathml: str) -> None:
    """Indices, fractions, roots, letters of other alphabets, signs; digits as TeX has them."""
    assert drawn(tex) == mathml


def test_in_a_line_of_its_own() -> None:
    """What belongs below a sum stands below it, the bounds of an integral beside it."""
    assert drawn(r"\sum_{i}^n", display=True) == "<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>"
    assert drawn(r"\argmax_x", display=True) == "<munder><mo>argmax</mo><mi>x</mi></munder>"
    assert drawn(r"\int_0^1", display=True) == "<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup>"
    assert str(to_mathml("x", display=True)).startswith('<math display="block" title="x">')


@pytest.mark.parametrize(
    "tex", ["", " ", r"\unknown x", "a & b", "{", "}", "a}", "x^2^3", "x_", "^", r"\frac{a}", r"\sqrt[3", r"\text{", "{" * 99,
            "x" * 3000, r"\mathbb", r"a \\ b", r"\begin{matrix}a\end{matrix}", "a $ b", r"\hat" * 400 + "x", r"\frac" * 300],
)  # fmt: skip
def test_what_is_not_known_is_not_drawn(tex: str) -> None:
    """Nor what is not whole, or too deep or too long."""
    assert to_mathml(tex) is None


@given(
    st.lists(
        st.sampled_from(
            [
                *"abx12^_{}'[]()<>&\"' -",
                r"\frac",
                r"\sqrt",
                r"\sum",
                r"\alpha",
                r"\text",
                r"\left",
                r"\hat",
                r"\,",
                r"\mathbb",
            ]
        ),
        max_size=30,
    )
)
@example([r"\left", "'"])
def test_whatever_is_drawn_is_whole(parts: list[str]) -> None:
    """Each element is closed and has as many parts as it must have."""
    for display in (False, True):
        found = to_mathml("".join(parts), display=display)
        if found is not None:
            for one in ET.fromstring(found).iter():
                assert len(one) == CHILDREN.get(one.tag, len(one)), found
