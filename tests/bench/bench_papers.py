"""100,000 papers: the pages and the search; and how well the inbox is put in order, on the real feeds.

The order is measured with a category standing for what one likes: so many papers, drawn by chance, are kept or skipped
by whether they are of it, and the others are ordered with their categories hidden.
"""

import argparse
import contextlib
import functools
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from store import paper_ranks, papers, reading
from store.bibliography import keys_of, to_bibtex
from store.database import open_journal, write
from store.papers import Find
from store.search import count_hits, search
from tests.bench import ROOT, report, spread, workplace
from tests.bench.paper_feeds import make_finds, read_feeds
from workers.papers.rank import Decision, Document, rank
from workers.papers.rank_process import order_inbox

FEEDS = ROOT.parent / "shared" / "data" / "arxiv"
PAPERS = 100_000
QUERIES = ("testing", "the", "mutation testing", "quantum", "a", "random walk graph", "テスト", "nowhere")
LIKED = "cs.SE"
TRIALS = 60


def main() -> int:
    """Fill a journal, time what pages read of it, then measure the order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    parser.add_argument("--only-order", action="store_true")
    chosen = parser.parse_args()
    known = read_feeds(FEEDS)
    if not known:
        print(f"no real feeds in {FEEDS}: nothing is measured")
        return 1
    if not chosen.only_order:
        with workplace() as command, contextlib.closing(open_journal(command.home / "journal.db")) as journal:
            _fill(journal, known, chosen.papers)
            _time_pages(journal, chosen.papers)
            _time_order(journal)
    for decided, least in ((10, 0.85), (20, 0.9), (40, 0.95)):
        _measure_order(known, decided, least)
    return 0


def _fill(journal: sqlite3.Connection, known: list[Find], count: int) -> None:
    began = time.perf_counter()
    chance = random.Random(7)
    states = ["inbox"] * 80 + ["dropped"] * 14 + ["read"] * 3 + ["queue"] * 2 + ["later"]
    batch: list[Find] = []
    for number, find in enumerate(make_finds(known, count)):
        batch.append(find)
        if len(batch) == 500 or number == count - 1:
            with write(journal):
                for one in batch:
                    papers.take_up(journal, one, one.published or 0.0, state=chance.choice(states))
            batch.clear()
    each = (time.perf_counter() - began) / count * 1000
    report("taking up a paper, in bulk", f"{each:.2f} ms", ok=each <= 10, budget="10 ms")


def _time_pages(journal: sqlite3.Connection, count: int) -> None:
    now = time.time()

    def page(state: str, offset: int = 0) -> Callable[[], object]:
        def read() -> object:
            found = papers.list_papers(journal, [state], limit=20, offset=offset)
            return papers.count_states(journal), reading.minutes_of_all(journal, [one.ref for one in found], now)

        return read

    _time(count, "the inbox, its first page", page("inbox"))
    _time(count, "the inbox, page 1,000", page("inbox", 20_000))
    _time(count, "the queue", page("queue"))
    _time(count, "what was read", page("read"))
    _time(count, "the reading items of an advice", lambda: reading.items(journal, now))
    one = papers.list_papers(journal, ["queue"], limit=1)
    _time(count, "a paper's BibTeX", lambda: to_bibtex(one, keys_of(journal, one, keep=False)))
    for query in QUERIES:
        _time(count, f"search {query!r}", functools.partial(search, journal, query))
    _time(
        count,
        "search 'testing' among papers, page 50",
        lambda: search(journal, "testing", kinds=["paper"], offset=1000),
    )
    _time(count, "counts of 'testing' by kind", lambda: count_hits(journal, "testing"))


def _time_order(journal: sqlite3.Connection) -> None:
    for what in ("from nothing", "again"):
        began, cpu = time.perf_counter(), time.process_time()
        looked, changed = order_inbox(journal, time.time())
        taken = time.perf_counter() - began
        report(
            f"ordering {looked} papers {what}, {len(paper_ranks.decisions(journal))} decisions",
            f"{taken:.1f} s, {time.process_time() - cpu:.1f} s CPU, {changed} scores changed",
            ok=taken <= 60, budget="60 s",
        )  # fmt: skip


def _measure_order(known: Sequence[Find], decided: int, least: float) -> None:
    chance = random.Random(1)
    labelled = [
        (Document(one.title, one.abstract, one.authors), LIKED in one.categories) for one in known if one.categories
    ]
    share = sum(kept for _, kept in labelled) / len(labelled)
    areas, tops = list[float](), list[float]()
    while len(areas) < TRIALS:
        chance.shuffle(labelled)
        learned, others = labelled[:decided], labelled[decided:]
        if len({kept for _, kept in learned}) < 2:
            continue
        ranked = rank([Decision(*one) for one in learned], (), [document for document, _ in others])
        best = sorted(zip((one.score for one in ranked), (kept for _, kept in others), strict=True), reverse=True)
        areas.append(_area(best))
        tops.append(sum(kept for _, kept in best[:10]) / 10)
    report(
        f"order after {decided} decisions, {len(labelled)} real papers ({share:.0%} of {LIKED}), {TRIALS} trials",
        f"area under the curve {spread(areas, '')}; of the first ten {statistics.mean(tops):.1%} are of it",
        ok=statistics.mean(areas) >= least, budget=f"mean ≥ {least}; by chance 0.5",
    )  # fmt: skip


def _area(ranked: Sequence[tuple[float, bool]]) -> float:
    """The share of pairs of a kept and a skipped paper that are in the right order; even ones count half."""
    kept = [score for score, is_kept in ranked if is_kept]
    skipped = [score for score, is_kept in ranked if not is_kept]
    wins = sum((one > other) + 0.5 * (one == other) for one in kept for other in skipped)
    return wins / (len(kept) * len(skipped))


def _time(count: int, what: str, call: Callable[[], object]) -> None:
    taken, worked = [], []
    for _ in range(15):
        began, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    middle = statistics.median(taken)
    figure = f"median {middle:.1f} ms, worst {max(taken):.1f} ms; {statistics.median(worked):.1f} ms of a core"
    report(f"{count:,} papers, {what}", figure, ok=middle <= 100, budget="100 ms")


if __name__ == "__main__":
    sys.exit(main())
