"""arXiv ids in whatever a person pastes, and names for papers that have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import PaperError
from store.paper_ids import ArxivId, find_ids, name_other, read_doi, read_entry_id, read_id

NEW = st.builds(
    lambda year, month, number: f"{year:02d}{month:02d}.{number:05d}",
    st.integers(15, 40), st.integers(1, 12), st.integers(1, 99999),
)  # fmt: skip
OLD = st.builds(
    lambda archive, number: f"{archive}/{number:07d}",
    st.sampled_from(["hep-th", "quant-ph", "math", "cs", "astro-ph", "cond-mat"]), st.integers(9_107_001, 9_912_999),
)  # fmt: skip
FORMS = (
    "{}", " {} ", "arXiv:{}", "arxiv: {}", "https://arxiv.org/abs/{}", "http://www.arxiv.org/pdf/{}.pdf",
    "https://export.arxiv.org/pdf/{}", "arxiv.org/abs/{}", "https://arxiv.org/html/{}#S3", "10.48550/arXiv.{}",
    "https://doi.org/10.48550/arxiv.{}", "https://arxiv.org/abs/{}?context=cs", "({}).",
)  # fmt: skip


@given(NEW | OLD, st.none() | st.integers(1, 40), st.sampled_from(FORMS))
def test_every_form_of_an_id(base: str, version: int | None, form: str) -> None:
    """Old and new, with a version and without, bare or in an address or DOI: it is the same paper."""
    wanted = ArxivId(base, version)
    assert read_id(form.format(wanted)) == wanted
    assert str(wanted) == base + (f"v{version}" if version else "")


@given(st.text(max_size=60))
def test_any_text_is_an_id_or_none(text: str) -> None:
    """Nothing that is typed is an error, and what is read is read again as itself."""
    found = read_id(text)
    assert found is None or read_id(str(found)) == found


@pytest.mark.parametrize(
    "text",
    ["", "12.3", "2401.012345", "2401.01234v0", "https://example.com/abs/2401.01234", "hep-th/99010", "attention"],
)
def test_what_is_none(text: str) -> None:
    """What only looks like one is a title or an address of elsewhere."""
    assert read_id(text) is None
    with pytest.raises(PaperError, match="no address of a paper on arXiv"):
        read_entry_id(text)


def test_a_class_of_an_old_archive_is_left_out() -> None:
    """arXiv's feeds name math.GT/0309136 math/0309136: else one paper would have two names."""
    assert read_id("math.GT/0309136v2") == read_id("math/0309136v2") == ArxivId("math/0309136", 2)


def test_ids_in_a_text() -> None:
    """Each once, in order, out of Markdown and Japanese sentences too."""
    text = "まず 2401.01234、次に [これ](https://arxiv.org/abs/2402.00001v2)。2401.01234v3 and hep-th/9901001."
    assert [one.base for one in find_ids(text)] == ["2401.01234", "2402.00001", "hep-th/9901001"]


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1109/ICSTW55395.2022.00035", "10.1109/icstw55395.2022.00035"),
        ("https://doi.org/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("doi: 10.1000/182.", "10.1000/182"),
        ("2401.01234", None),
        ("https://example.com/10.1000/182", None),
    ],
)
def test_dois(text: str, doi: str | None) -> None:
    """A DOI is read bare and in its address."""
    assert read_doi(text) == doi


def test_names_of_others() -> None:
    """One text has one name, however it is spaced; another text has another."""
    assert name_other("A  Blog\nPost ") == name_other("a blog post") != name_other("another")
    assert name_other("x").startswith("web-") and read_id(name_other("x")) is None
