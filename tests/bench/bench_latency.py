"""From the end of a process to its state in the journal and to its push: p50 and p95 over 40 runs."""

import contextlib
import statistics
import sys
import time

from store import runs
from store.database import open_journal
from tests.bench import percentile, report, workplace
from tests.conftest import python
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer

SLEEPING = "import random, time; time.sleep(random.uniform(0.2, 1.2)); print('done')"


def main() -> int:
    """Launch, wait for both, compare with the time in the exit record."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    known, pushed = [], []
    with (
        PushbulletServer() as server,
        workplace(MACHIAI_PUSHBULLET_TOKEN=TOKEN, MACHIAI_PUSHBULLET_URL=server.url) as command,
    ):
        command.start_daemon()
        with contextlib.closing(open_journal(command.home / "journal.db")) as journal:
            for count in range(1, times + 1):
                run_id = command.detach(*python(SLEEPING))
                while True:
                    run = runs.get_run(journal, run_id)
                    if run and not run.is_active:
                        break
                    time.sleep(0.005)
                known.append(time.time() - (run.ended or 0))
                while len(server.pushes) < count:
                    time.sleep(0.005)
                pushed.append(server.pushes[-1]["created"] - (run.ended or 0))
    for what, values in (("in the journal", known), ("push at the server", pushed)):
        p95 = percentile(values, 0.95)
        report(
            f"end of a process → {what}, {times} runs",
            f"p50 {statistics.median(values):.2f} s, p95 {p95:.2f} s, max {max(values):.2f} s",
            ok=p95 <= 2.0,
            budget="p95 2 s",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
