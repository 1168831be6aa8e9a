"""Forms and queries: each from the other, and what arXiv would not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import PaperError
from store.paper_queries import (
    Form,
    check_category,
    check_query,
    is_category,
    make_form,
    name_query,
    read_query,
    split_items,
    write_query,
)

WORDS = st.text(st.sampled_from("abcx -.AND日本+é"), min_size=1, max_size=12).filter(lambda text: text.strip(" "))
ITEMS = st.lists(WORDS, max_size=3)


class TestForm:
    """What the form of the page asks for."""

    def test_each_kind_is_any_of_its_words_and_all_kinds_must_fit(self) -> None:
        """Categories, words and authors are joined by AND, the items of one kind by OR, exclusions by ANDNOT."""
        form = make_form(
            {
                "categories": ["cs.LG", "stat.ML"],
                "title": ["state space", "mamba"],
                "author": ["Albert Gu"],
                "exclude": ["survey", "cs.CV"],
            }
        )
        assert write_query(form) == (
            '(cat:cs.LG OR cat:stat.ML) AND (ti:"state space" OR ti:mamba) AND au:"Albert Gu" '
            "ANDNOT (ti:survey OR abs:survey) ANDNOT cat:cs.CV"
        )

    @given(ITEMS, ITEMS, ITEMS, ITEMS)
    def test_a_form_comes_back_from_its_query(
        self, title: list[str], abstract: list[str], words: list[str], exclude: list[str]
    ) -> None:
        """Whatever was typed into a form, its query is read and gives the form again."""
        form = make_form(
            {"categories": ["cs.LG"], "title": title, "abstract": abstract, "words": words, "exclude": exclude}
        )
        query = write_query(form)
        assert check_query(query) == query
        assert read_query(query) == form

    def test_items_are_tidied(self) -> None:
        """Repeats, blanks and signs that mean something in a query are gone; categories are written as arXiv does."""
        form = make_form(
            {"categories": ["cs.lg", "CS.LG", "ＱＵＡＮＴ－ＰＨ", "math"], "title": [" a  (b) ", "", "A b"]}
        )
        assert form == Form(categories=("cs.LG", "quant-ph", "math.*"), title=("a b",))
        assert split_items("vision transformer, 拡散モデル、GAN\n\n ,") == ("vision transformer", "拡散モデル", "GAN")

    def test_a_form_that_asks_for_nothing_is_refused(self) -> None:
        """Exclusions alone find nothing, and are no search."""
        for form in (Form(), Form(exclude=("survey",))):
            assert form.is_empty
            with pytest.raises(PaperError, match="needs a category or a word"):
                write_query(form)

    @pytest.mark.parametrize("text", ["csLG", "cs.", "ml", "05B35", "F.2.2", ""])
    def test_what_is_no_category_is_refused(self, text: str) -> None:
        """A category that arXiv does not have is named, with one that it has."""
        with pytest.raises(PaperError, match=r"cs\.LG"):
            check_category(text)
        assert not is_category(text)


class TestTyped:
    """Queries that were typed or copied."""

    @pytest.mark.parametrize(
        ("typed", "query"),
        [
            ("testing", "testing"),
            ('cat:cs.LG AND (ti:"state space" OR abs:mamba) ANDNOT ti:survey',) * 2,
            ("  cat:cs.RO   AND (neural)", "cat:cs.RO AND (neural)"),
            ("au:“Yann LeCun”　AND（cat:cs.LG）", 'au:"Yann LeCun" AND(cat:cs.LG)'),
            ("cat:cs.LG+AND+ti:diffusion", "cat:cs.LG AND ti:diffusion"),
            ("https://export.arxiv.org/api/query?search_query=all:electron+AND+cat:cs.*&start=0", "all:electron AND cat:cs.*"),
            ("submittedDate:[202401010000 TO 202412312359] AND cat:cs.LG",) * 2,
            ('ti:(mamba OR "state space")',) * 2,
            ("state space models", "all:state AND all:space AND all:models"),
        ],
    )  # fmt: skip
    def test_what_arxiv_reads_is_kept(self, typed: str, query: str) -> None:
        """A query stays as it is; signs of other keyboards, addresses and bare words are made into one."""
        assert check_query(typed) == query
        assert check_query(query) == query

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("", "needs a query"),
            ("ti:", "nothing stands behind ti:"),
            ("cat:cs.LG AND", "ends where"),
            ("AND cat:cs.LG", "nothing stands before AND"),
            ("a AND OR b", "before OR"),
            ("(ti:a", "without its )"),
            ("ti:a)", "without its ("),
            ("()", "nothing between them"),
            ('ti:"a', "quotation mark is open"),
            ('ti:""', "nothing between two quotation"),
            ("ti:a and ti:b", "'and' is written AND"),
            ("ti:a NOT ti:b", "ANDNOT"),
            ("title:a", "does not know title:"),
            ("cat:cs.lg", "written cs.LG"),
            ("submittedDate:2024", r"submittedDate:\["),
            ("submittedDate:[2024 TO 2025]", r"submittedDate:\["),
            ("ti:[a]", r"submittedDate:\["),
            ("https://arxiv.org/list/cs.LG", "no search_query"),
            ("ti:" + "a" * 2000, "longer than"),
        ],
    )
    def test_what_arxiv_would_not_read_is_said(self, typed: str, words: str) -> None:
        """A query that would fail, or find something else than is meant, is refused with the reason."""
        with pytest.raises(
            PaperError, match=words.replace("(", r"\(").replace(")", r"\)") if "\\" not in words else words
        ):
            check_query(typed)

    @given(st.text(st.sampled_from('ab ():"ANDORT[]'), max_size=30))
    def test_any_text_is_a_query_or_refused(self, text: str) -> None:
        """Nothing that is typed raises anything else, and what is accepted is accepted again."""
        try:
            query = check_query(text)
        except PaperError:
            return
        assert check_query(query) == query
        assert name_query(query)
        read_query(query)

    def test_a_query_no_form_can_ask_for_has_none(self) -> None:
        """Groups of several kinds stay queries; single kinds become a form."""
        assert read_query("cat:cs.LG AND (ti:a OR abs:a)") is None
        assert read_query("(ti:a OR ti:b) AND cat:cs.LG") == Form(categories=("cs.LG",), title=("a", "b"))
        for query in ("(ti:a AND ti:b) AND cat:cs.LG", "cat:cs.LG ANDNOT ti:a", "ti:a AND ti:b", "co:accepted"):
            assert read_query(query) is None
        assert read_query("mamba") == Form(words=("mamba",))

    def test_a_search_is_named_by_what_it_is_for(self) -> None:
        """The name has the words and categories, without what is excluded, and is short."""
        assert name_query('cat:cs.LG AND ti:"state space" ANDNOT ti:survey') == "cs.LG, state space"
        assert len(name_query(" OR ".join(f"ti:word{number}" for number in range(40)))) <= 60
