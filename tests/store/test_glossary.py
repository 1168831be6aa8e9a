"""What values mean: the bands at their edges, scales, and entries of the user's own."""

import math
from pathlib import Path

import pytest

from store import glossary, settings
from store.glossary import Glossary

BLEU = {
    0.0: "almost useless",
    9.99: "almost useless",
    10: "hard to get the gist",
    17.7: "hard to get the gist",
    19.99: "hard to get the gist",
    20: "the gist is clear, but with significant grammatical errors",
    26.6: "the gist is clear, but with significant grammatical errors",
    29.99: "the gist is clear, but with significant grammatical errors",
    30: "understandable to good translations",
    39.99: "understandable to good translations",
    40: "high quality translations",
    50: "very high quality, adequate and fluent translations",
    60: "very high quality, adequate and fluent translations",
    60.01: "quality often better than human",
    100: "quality often better than human",
}


@pytest.fixture(name="known")
def _known(tmp_path: Path) -> Glossary:
    """The built-in entries."""
    return glossary.load(tmp_path)


@pytest.mark.parametrize(("value", "words"), BLEU.items())
def test_bleu_bands_are_half_open(known: Glossary, value: float, words: str) -> None:
    """Every value is in exactly one band; the last begins above 60."""
    meaning = known.explain("val_bleu", value, 61)
    assert meaning is not None and meaning.words == words and meaning.scaled is None
    assert "Google" in meaning.source and "corpus" in meaning.caution


def test_a_bleu_of_fractions_is_brought_to_the_scale_and_says_so(known: Glossary) -> None:
    """Nothing above 1 in the whole series: the 0–1 scale. One value above it, and it is the other."""
    fraction = known.explain("eval_bleu", 0.3, 0.31)
    assert fraction is not None and fraction.scaled == 30 and fraction.words == BLEU[30]
    low = known.explain("eval_bleu", 0.3, 12.0)
    assert low is not None and low.scaled is None and low.words == BLEU[0.0]


@pytest.mark.parametrize("name", ["BLEU", "sacrebleu", "Validation BLEU-4", "test/bleu4", "bleu_score", "eval_BLEU"])
def test_corpus_bleu_goes_by_many_names(known: Glossary, name: str) -> None:
    """Split, case and order do not matter."""
    assert known.explain(name, 25.0) is not None


@pytest.mark.parametrize("name", ["BLEU-1", "bleu_2", "self_bleu", "sentence_bleu", "loss", "mAP", "accuracy", ""])
def test_other_metrics_have_no_bands(known: Glossary, name: str) -> None:
    """The bands are of corpus BLEU of order four alone."""
    assert known.explain(name, 25.0) is None


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -1.0, 100.5])
def test_values_off_the_scale_mean_nothing(known: Glossary, value: float | None) -> None:
    """No number, or one that BLEU cannot have."""
    assert known.explain("bleu", value, 50) is None


def test_perplexity_is_told_as_a_loss(known: Glossary) -> None:
    """It has no bands, only its relation to the loss."""
    meaning = known.explain("eval_ppl", 10.0)
    assert meaning is not None and meaning.words == "" and meaning.loss == pytest.approx(math.log(10))


def test_every_built_in_entry_names_its_source_and_rises() -> None:
    """An opinion without a source is not in the glossary."""
    for entry in glossary.BUILT_IN:
        assert entry.source and (entry.bands or entry.exponential)
        lows = [band.low for band in entry.bands]
        assert lows == sorted(set(lows))


def test_the_user_adds_entries_in_either_file(tmp_path: Path) -> None:
    """A table of config.toml, or a file of its own; the settings do not complain of it."""
    (tmp_path / "config.toml").write_text(
        '[glossary.chrf]\nnames = ["chrF++", "chrf"]\nsource = "our lab"\ndirection = "higher"\n'
        'bands = [{ words = "weak" }, { from = 40, words = "fine" }]\n'
    )
    (tmp_path / "glossary.toml").write_text('[myloss]\nsource = "me"\nbands = [{ words = "what it is" }]\n')
    known = glossary.load(tmp_path)
    assert known.problems == ()
    assert settings.load({"MACHIAI_HOME": str(tmp_path)}).problems == ()
    for name, value, words in (("val_chrf", 39.9, "weak"), ("chrF++", 40, "fine"), ("myloss", -3, "what it is")):
        meaning = known.explain(name, value)
        assert meaning is not None and meaning.words == words
    assert known.direction("chrF++") == "higher" and known.direction("loss") == "lower"


def test_the_user_replaces_ours(tmp_path: Path) -> None:
    """An entry of the same name is theirs alone; what it leaves out is as it was."""
    (tmp_path / "glossary.toml").write_text(
        '[bleu]\nsource = "WMT"\nbands = [{ words = "low" }, { from = 35, words = "ok" }]\n'
    )
    meaning = glossary.load(tmp_path).explain("val_bleu", 0.36, 0.4)
    assert meaning is not None and (meaning.words, meaning.source, meaning.scaled) == ("ok", "WMT", 36)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[x]\nbands = [{ words = 'a' }]\n", "must say its source"),
        ("x = 3\n", "must be a table"),
        ("[x]\nsource = 's'\nband = []\n", "unknown key 'band'"),
        ("[x]\nsource = 's'\nbands = 'high'\n", "must be a list"),
        ("[x]\nsource = 's'\nbands = [{ from = 3, words = 'a' }, { from = 2, words = 'b' }]\n", "must rise"),
        ("[x]\nsource = 's'\nbands = [{ from = 'three', words = 'a' }]\n", "is no number"),
        ("[x]\nsource = 's'\nbands = [{ from = 3 }]\n", "needs words"),
        ("[x]\nsource = 's'\ndirection = 'up'\n", "lower or higher"),
        ("[x]\nsource = 's'\nnames = 'x'\n", "list of texts"),
        ("[x\n", "mend the file"),
    ],
)
def test_what_cannot_be_used_is_said_and_the_rest_stays(tmp_path: Path, text: str, says: str) -> None:
    """A mistake in an entry costs that entry, with a reason."""
    (tmp_path / "glossary.toml").write_text(text)
    known = glossary.load(tmp_path)
    assert len(known.problems) == 1 and says in known.problems[0]
    assert known.explain("bleu", 25.0) is not None


def test_kappa_and_auc_edges(known: Glossary) -> None:
    """Landis and Koch's bands end where they say; a ROC AUC of 0.8 is excellent."""
    found = [known.explain("val_kappa", value) for value in (-0.1, 0.2, 0.21, 0.81)]
    assert [one.words.split()[0] for one in found if one] == ["poor", "slight", "fair", "almost"]
    auc = [known.explain("test/auroc", value) for value in (0.4, 0.69, 0.7, 0.8, 0.95)]
    assert [one.words.split()[0] for one in auc if one] == ["worse", "poor", "acceptable", "excellent", "outstanding"]
