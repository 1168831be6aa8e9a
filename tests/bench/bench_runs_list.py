"""The list of 10,000 runs: first page, every order, every filter, a late page."""

import contextlib
import functools
import statistics
import sys
import time
from collections.abc import Callable

from store.catalogue import SORTS, Page, find_run, list_runs
from store.database import open_journal
from tests.bench import report, workplace
from tests.fakes.journal import fill_many

RUNS = 10_000


def main() -> int:
    """Each read of the Runs page, 15 times."""
    with (
        workplace() as command,
        contextlib.closing(open_journal(command.home / "journal.db")) as journal,
    ):
        fill_many(journal, command.home, time.time(), RUNS)
        reads: dict[str, Callable[[], Page | object]] = {
            "first page": lambda: list_runs(journal),
            "page 150": lambda: list_runs(journal, offset=7450),
            "state": lambda: list_runs(journal, states=("failed", "lost")),
            "project": lambda: list_runs(journal, project_id=3),
            "words": lambda: list_runs(journal, text="sweep seed=77"),
            "words that nothing has": lambda: list_runs(journal, text="nowhere"),
            "a run by its name": lambda: find_run(journal, "sweep-4711"),
            **{f"by {sort}": functools.partial(list_runs, journal, sort=sort) for sort in SORTS},
        }
        for what, read in reads.items():
            taken = []
            for _ in range(15):
                began = time.perf_counter()
                read()
                taken.append((time.perf_counter() - began) * 1000)
            report(
                f"{RUNS} runs, {what}",
                f"median {statistics.median(taken):.1f} ms, worst {max(taken):.1f} ms",
                ok=statistics.median(taken) <= 50,
                budget="50 ms",
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
