"""Papers of arXiv from the real feeds beside the checkout, and many more made of their words."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from store.papers import Find

ATOM = ("lukasschwab_arxiv.py/*.json", "ewan-m_ewan-m.github.io/*.xml", "james-akl_xiv/*.xml")


def read_feeds(folder: Path) -> list[Find]:
    """Each paper of those feeds once, with its abstract and categories."""
    from arxiv._feed import parse

    found: dict[str, Find] = {}
    for pattern in ATOM:
        for path in sorted(folder.glob(pattern)):
            body = path.read_bytes()
            if path.suffix == ".json":
                kept = json.loads(body)
                if kept["status_code"] != 200:
                    continue
                body = kept["body"].encode("latin-1")
            for one in parse(body).results:
                ref = re.sub(r"v\d+$", "", one.entry_id.partition("/abs/")[2])
                found.setdefault(
                    ref,
                    Find(
                        ref, " ".join(one.title.split()), abstract=" ".join(one.summary.split()),
                        authors=tuple(author.name for author in one.authors), version=1,
                        categories=tuple(dict.fromkeys([one.primary_category, *one.categories])),
                        published=one.published.timestamp(), updated=one.updated.timestamp(),
                    ),
                )  # fmt: skip
    return list(found.values())


def make_finds(known: list[Find], count: int, seed: int = 7) -> Iterator[Find]:
    """That many papers, each of the sentences of two real ones, with titles and authors of their own."""
    chance = random.Random(seed)
    sentences = [re.split(r"(?<=\.) ", one.abstract) for one in known]
    names = sorted({name for one in known for name in one.authors})
    for number in range(count):
        first, second = chance.randrange(len(known)), chance.randrange(len(known))
        picked = [*sentences[first], *sentences[second]]
        chance.shuffle(picked)
        title = f"{known[first].title}: {known[second].title.split(':')[0]}"
        yield Find(
            f"{2400 + number // 10_000:04}.{number % 10_000:05}", title, abstract=" ".join(picked[:9]),
            authors=tuple(chance.sample(names, 3)), categories=known[first].categories, version=1,
            published=1.6e9 + number * 600, updated=1.6e9 + number * 600,
        )  # fmt: skip
