"""Full-text search over 10,000 entries in Japanese and English, and over as many with everything else beside them."""

import contextlib
import functools
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable

from store import documents, entries, timeline
from store.database import open_journal, write
from store.search import count_hits, search
from tests.bench import report, workplace

ENTRIES = 10_000
QUERIES = (
    "学習",
    "率",
    "の",
    "GPU使用率",
    "ﾊﾞｯﾁ",
    "損失 num",
    "loss",
    "a",
    "attention spike",
    "学習率のスケジュール",
    "nowhere",
    "学習率のスケジュールを変えたら損失が下がった。",
    "過学習している。正則化を強める、あるいはデータを増やす。",
    "the attention logits spike at step, clip the gradients",
)
_SENTENCES = (
    "学習率のスケジュールを変えたら損失が下がった。",
    "GPU使用率が低いのでデータローダの num_workers を増やす。",
    "バッチサイズを半分にして勾配を蓄積する。",
    "The attention logits spike at step {n}; clip the gradients?",
    "Ablation {n}: RandAugment against a longer schedule, loss 0.{n}.",
    "過学習している。正則化を強める、あるいはデータを増やす。",
    "査読者の指摘 {n} に答える図を作る。",
)


def fill(connection: sqlite3.Connection, how_many: int) -> float:
    """Write that many entries of some 600 characters each; seconds an entry."""
    chance = random.Random(6)
    began = time.perf_counter()
    for start in range(0, how_many, 500):
        with write(connection):
            for number in range(start, start + 500):
                body = "\n".join(chance.choice(_SENTENCES).format(n=number + at) for at in range(18))
                entries.add(connection, "note", body, 1.7e9 + number * 3600.0, title=f"実験ノート {number}")
    return (time.perf_counter() - began) / how_many


def main() -> int:
    """Each query 15 times, its first page and its counts; a day of the timeline."""
    with workplace() as command, contextlib.closing(open_journal(command.home / "journal.db")) as journal:
        each = fill(journal, ENTRIES)
        report("writing an entry, in bulk", f"{each * 1000:.2f} ms", ok=each <= 0.01, budget="10 ms")
        for query in QUERIES:
            _time(f"search {query!r}", functools.partial(search, journal, query))
        _time("search '学習', page 50", lambda: search(journal, "学習", offset=1000))
        _time("counts of '学習' by kind", lambda: count_hits(journal, "学習"))
        middle = 1.7e9 + ENTRIES / 2 * 3600.0
        _time("a day of the timeline", lambda: timeline.day_items(journal, middle, middle + 86400.0))
        _time("the first page of entries", lambda: entries.list_entries(journal))
        began = time.perf_counter()
        with write(journal):
            documents.rebuild(journal)
        taken = time.perf_counter() - began
        report("making the index anew", f"{taken:.1f} s", ok=taken <= 60, budget="60 s")
    return 0


def _time(what: str, call: Callable[[], object]) -> None:
    """Time a read 15 times, and tell its median."""
    taken = []
    for _ in range(15):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    middle = statistics.median(taken)
    report(
        f"{ENTRIES} entries, {what}",
        f"median {middle:.1f} ms, worst {max(taken):.1f} ms",
        ok=middle <= 50,
        budget="50 ms",
    )


if __name__ == "__main__":
    sys.exit(main())
