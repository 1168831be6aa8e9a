"""Reading logs: megabytes a second and memory, for a long log of ordinary lines and for one endless line."""

import contextlib
import sys
import time
from pathlib import Path

from store import runs
from store.database import open_journal
from store.settings import load
from tests.bench import cpu_seconds, report, rss_megabytes, workplace
from tests.fakes.command import Machiai
from tests.fakes.run_directory import leave_run
from workers.ingest import Ingester

LINE = b"epoch 12 step 004711  loss 0.3471  acc 0.912  lr 3.0e-04  12.4 it/s\n"


def measure(command: Machiai, what: str, megabytes: int, block: bytes) -> None:
    """Ingest a run whose log is ``megabytes`` of ``block``."""
    import os

    settings = load(command.environment)
    run_id = leave_run(settings.runs_folder, ended=time.time())
    path = settings.runs_folder / run_id / "attempt-1" / "log"
    repeats = megabytes * 1_000_000 // len(block)
    with path.open("wb") as log:
        for _ in range(repeats):
            log.write(block)
    with contextlib.closing(open_journal(settings.journal)) as journal:
        ingester = Ingester(journal, settings)
        before, cpu, began, peak = rss_megabytes(os.getpid()), cpu_seconds(os.getpid()), time.perf_counter(), _peak()
        ingester.tick()
        wall, cpu = time.perf_counter() - began, cpu_seconds(os.getpid()) - cpu
        run = runs.get_run(journal, run_id)
        assert run is not None
        assert (run.log_lines, run.log_bytes) == (block.count(b"\n") * repeats, len(block) * repeats)
        grown = max(_peak() - max(peak, before), 0.0)
        report(
            f"log of {megabytes} MB, {what}",
            f"{megabytes / wall:.0f} MB/s ({megabytes / max(cpu, 0.01):.0f} MB per CPU second), "
            f"peak memory +{grown:.0f} MB, after it {rss_megabytes(os.getpid()) - before:+.0f} MB",
            ok=megabytes / wall >= 20 and grown < 64,
            budget="20 MB/s, flat",
        )
    path.unlink()


def _peak() -> float:
    """The highest resident memory of this process so far, in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def main() -> int:
    """Both logs."""
    with workplace() as command:
        measure(command, "ordinary lines", 100, LINE * 15_000)
        measure(command, "ordinary lines", 1000, LINE * 15_000)
        measure(command, "one line", 100, b"x" * 1_000_000)
        measure(command, "a progress bar on one line", 100, b" 47%|####      | 470/1000 [00:12<00:13]\r" * 20_000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
