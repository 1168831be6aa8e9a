"""What a metric's value means: bands of interpretation, each with its source; users add their own.

An entry without a source is not in here. Bands are half-open, ``[low, high)``, so that no value falls between two or
into both; BLEU's last one begins above 60, as its source has it. A user's entries come from the ``[glossary]`` table of
``config.toml`` or from ``glossary.toml`` in the data folder, and replace ours of the same name:

    [glossary.bleu]
    names = ["bleu", "chrf++"]
    direction = "higher"
    source = "our lab's wiki"
    bands = [{ words = "no good" }, { from = 25, words = "publishable" }]
"""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from store import metrics

FILE = "glossary.toml"
TABLE = "glossary"


@dataclass(frozen=True)
class Band:
    """Values from ``low`` (itself included, unless ``above``) to the next band's ``low``."""

    low: float
    words: str
    above: bool = False


@dataclass(frozen=True)
class Entry:
    """One metric: the names it goes by, its scale (the value of a perfect one) and bands, from low to high."""

    name: str
    title: str
    names: tuple[str, ...]
    source: str
    bands: tuple[Band, ...] = ()
    scale: float | None = None
    direction: str = ""
    caution: str = ""
    exponential: bool = False


@dataclass(frozen=True)
class Meaning:
    """What one value means. ``scaled`` is the value on the entry's scale where it had to be brought there."""

    title: str
    words: str
    source: str
    caution: str = ""
    scaled: float | None = None
    loss: float | None = None


@dataclass(frozen=True)
class Glossary:
    """Entries, those of the user first, and what could not be used of theirs."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()

    def find(self, name: str) -> Entry | None:
        """The entry of a metric of that name, None where there is none."""
        wanted = _key(name)
        return next((entry for entry in self.entries if any(_fits(one, wanted) for one in entry.names)), None)

    def direction(self, name: str) -> str:
        """The better direction: the user's own, else ours, else guessed by name."""
        entry = self.find(name)
        return entry.direction if entry is not None and entry.direction else metrics.guess_direction(name)

    def explain(self, name: str, value: float | None, highest: float | None = None) -> Meaning | None:
        """What ``value`` of that metric means; ``highest`` is the highest it has had, which tells its scale.

        A series of which nothing is above 1 is on the 0–1 scale where its entry's is larger.
        """
        entry = self.find(name)
        if entry is None or value is None or not math.isfinite(value):
            return None
        top = max(value, highest if highest is not None and math.isfinite(highest) else value)
        scaled = round(value * entry.scale, 9) if entry.scale is not None and entry.scale > 1 and top <= 1 else None
        on_scale = value if scaled is None else scaled
        words = ""
        for band in entry.bands:
            if on_scale > band.low or (on_scale == band.low and not band.above):
                words = band.words
        if entry.scale is not None and on_scale > entry.scale:
            words = ""
        loss = math.log(value) if entry.exponential and value > 0 else None
        if not words and loss is None:
            return None
        return Meaning(entry.title, words, entry.source, entry.caution, scaled, loss)


BUILT_IN = (
    Entry(
        name="bleu",
        title="BLEU",
        names=(
            "bleu",
            "bleu 4",
            "sacrebleu",
            "corpus bleu",
            "bleu score",
            "sacrebleu score",
            "nltk bleu",
            "moses bleu",
        ),
        source="Google Cloud, AutoML Translation: Evaluating models",
        direction=metrics.HIGHER,
        scale=100.0,
        bands=(
            Band(0, "almost useless"),
            Band(10, "hard to get the gist"),
            Band(20, "the gist is clear, but with significant grammatical errors"),
            Band(30, "understandable to good translations"),
            Band(40, "high quality translations"),
            Band(50, "very high quality, adequate and fluent translations"),
            Band(60, "quality often better than human", above=True),
        ),
        caution="Of a whole corpus, on the 0–100 scale; not comparable between languages, corpora or tokenisations.",
    ),
    Entry(
        name="auc",
        title="ROC AUC",
        names=("auc", "auroc", "roc auc", "auc roc", "roc"),
        source="Hosmer, Lemeshow and Sturdivant: Applied Logistic Regression, 3rd edition, 2013, section 5.2.4",
        direction=metrics.HIGHER,
        scale=1.0,
        bands=(
            Band(0, "worse than chance"),
            Band(0.5, "poor discrimination, not much better than chance"),
            Band(0.7, "acceptable discrimination"),
            Band(0.8, "excellent discrimination"),
            Band(0.9, "outstanding discrimination"),
        ),
        caution="Of two classes; a rule of thumb.",
    ),
    Entry(
        name="kappa",
        title="Cohen's kappa",
        names=("kappa", "cohen kappa", "cohens kappa", "kappa score", "cohen kappa score"),
        source="Landis and Koch: The Measurement of Observer Agreement for Categorical Data, Biometrics 33, 1977",
        direction=metrics.HIGHER,
        scale=1.0,
        bands=(
            Band(-1, "poor agreement"),
            Band(0.0, "slight agreement"),
            Band(0.20, "fair agreement", above=True),
            Band(0.40, "moderate agreement", above=True),
            Band(0.60, "substantial agreement", above=True),
            Band(0.80, "almost perfect agreement", above=True),
        ),
        caution="The authors call their own divisions arbitrary.",
    ),
    Entry(
        name="perplexity",
        title="Perplexity",
        names=("perplexity", "ppl"),
        source="Jelinek, Mercer, Bahl and Baker: Perplexity, a measure of the difficulty of speech recognition tasks, "
        "1977",
        direction=metrics.LOWER,
        exponential=True,
        caution="Comparable only with the same text and the same tokens.",
    ),
)


def messages() -> list[str]:
    """Every text of the built-in entries that a page shows: what a translation must have."""
    texts = []
    for entry in BUILT_IN:
        texts += [band.words for band in entry.bands] + ([entry.caution] if entry.caution else [])
    return texts


def load(home: Path) -> Glossary:
    """The built-in entries and those of the user; what cannot be used is said in ``problems``."""
    problems: list[str] = []
    own: dict[str, Entry] = {}
    for path, table in ((home / "config.toml", TABLE), (home / FILE, "")):
        found = _read(path, problems)
        for name, value in (found.get(table, {}) if table else found).items():
            try:
                own[name] = _entry(str(name), value)
            except (TypeError, ValueError) as error:
                problems.append(f"{path}: glossary entry {name!r} is not used: {error}")
    kept = tuple(entry for entry in BUILT_IN if entry.name not in own)
    return Glossary((*own.values(), *kept), tuple(problems))


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        if path.name == FILE:  # the other is the settings' own to complain about
            problems.append(f"cannot read {path}: {error}; mend the file or move it away")
        return {}


def _entry(name: str, value: object) -> Entry:
    if not isinstance(value, Mapping):
        raise TypeError("it must be a table with names, source and bands")
    unknown = set(value) - {"title", "names", "source", "direction", "scale", "bands", "caution"}
    if unknown:
        raise ValueError(f"it has an unknown key {min(unknown)!r}")
    source = str(value.get("source") or "").strip()
    if not source:
        raise ValueError("it must say its source")
    built_in = next((entry for entry in BUILT_IN if entry.name == name), None)
    names = value.get("names") or (built_in.names if built_in else [name])
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise TypeError("names must be a list of texts")
    direction = str(value.get("direction", built_in.direction if built_in else ""))
    if direction not in (metrics.LOWER, metrics.HIGHER, metrics.NEITHER):
        raise ValueError("direction must be lower or higher")
    entry = Entry(
        name=name,
        title=str(value.get("title", built_in.title if built_in else name)),
        names=tuple(" ".join(_key(str(one))) for one in names),
        source=source,
        direction=direction,
        scale=_number(value["scale"]) if "scale" in value else built_in.scale if built_in else None,
        caution=str(value.get("caution", "")),
    )
    return replace(entry, bands=_bands(value.get("bands", [])))


def _bands(value: object) -> tuple[Band, ...]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise TypeError('bands must be a list such as [{ words = "poor" }, { from = 20, words = "good" }]')
    bands = [Band(_number(one["from"]) if "from" in one else -math.inf, str(one.get("words", ""))) for one in value]
    if any(not band.words for band in bands):
        raise ValueError("every band needs words")
    if any(one.low >= other.low for one, other in pairwise(bands)):
        raise ValueError("bands must rise, from low to high")
    return tuple(bands)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _key(name: str) -> tuple[str, ...]:
    """The words of a metric's name without split, averages and groups."""
    reading = metrics.read_name(name)
    words = [word for word in reading.family.replace("%", " ").split() if word not in ("best", "final", "max")]
    return tuple(words) or (name.lower(),)


def _fits(known: str, wanted: tuple[str, ...]) -> bool:
    return known == " ".join(wanted) or re.sub(r"\W", "", known) == "".join(wanted)
