"""What a person pastes to have papers kept."""

import pytest

from store import paper_lists
from store.errors import PaperError
from store.paper_lists import read_list


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("2312.00752", ["2312.00752"]),
        ("2401.00001, 2401.00002v3 2401.00001", ["2401.00001", "2401.00002"]),
        ("https://arxiv.org/abs/1706.03762v5\n- [ ] https://arxiv.org/pdf/hep-th/9901001.pdf", None),
        ("10.48550/arXiv.2401.01234", ["2401.01234"]),
        ("1. [Mamba](https://arxiv.org/abs/2312.00752) — read", ["2312.00752"]),
        ("状態空間モデル、2312.00752、2405.21060", ["2312.00752", "2405.21060"]),
    ],
)
def test_papers_of_arxiv_are_known_by_their_ids(text: str, refs: list[str] | None) -> None:
    """Ids, addresses and DOIs in whatever stands around them, each once, in order; kept by the id until it is told."""
    found = read_list(text)
    assert [find.ref for find in found.finds] == (refs or ["1706.03762", "hep-th/9901001"])
    assert all(find.title == f"arXiv:{find.ref}" and find.source == "arxiv" for find in found.finds)
    assert found.problems == []


def test_other_papers_have_an_address_a_doi_or_a_title() -> None:
    """The words beside an address are its title; without any, the address is."""
    text = (
        "* [A post (part 2)](https://example.org/p_(2)) of May\n"
        "https://www.example.org/blog/\n"
        "Deep things 10.1145/3292500.3330701\n"
        "https://example.org/a.pdf\n"
        "学習率の話 https://ja.example.org/a。\n"
        "Attention is all you need\n"
        "--- 12\n"
    )
    found = read_list(text)
    assert [(find.title, find.url, find.doi) for find in found.finds] == [
        ("A post (part 2)", "https://example.org/p_(2)", None),
        ("example.org/blog", "https://www.example.org/blog/", None),
        ("Deep things", "https://doi.org/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("example.org/a.pdf", "https://example.org/a.pdf", None),
        ("学習率の話", "https://ja.example.org/a", None),
        ("Attention is all you need", None, None),
    ]
    assert found.finds[3].pdf_url == "https://example.org/a.pdf"
    assert found.problems == ["--- 12 names no paper"]


def test_bibtex_is_read_as_such() -> None:
    """Entries of arXiv by their ids; one that names nothing is told."""
    found = read_list(
        "@article{a, title={On {SGD}}, author={B, A}}\n@misc{c, eprint={2401.01234}}\n@misc{d, year=2020}"
    )
    assert [find.ref for find in found.finds] == ["", "2401.01234"]
    assert found.finds[0].title == "On SGD" and len(found.problems) == 1


def test_too_many_at_once_are_refused() -> None:
    """More than a library's worth is most likely something else."""
    text = "\n".join(f"2401.{number:05}" for number in range(paper_lists.MOST_PAPERS + 1))
    with pytest.raises(PaperError, match="at most 2000"):
        read_list(text)
