"""Ten runs at once beside thousands of old ones: still right, still quick (with 10,000: tests/bench)."""

import contextlib
import time

import pytest

from store import alerts, logs, runs
from store.catalogue import list_runs
from store.database import open_journal
from store.settings import Settings
from tests.conftest import python
from tests.fakes.command import Machiai
from tests.fakes.run_directory import leave_run
from workers.ingest import Ingester

OLD = 1_500
AT_ONCE = 10
DAY = 86400.0
COUNTING = "import sys\nfor n in range(int(sys.argv[1])):\n    print('line', n)\nsys.exit(int(sys.argv[2]))"


def rehearse(machiai: Machiai, settings: Settings, old: int) -> str:
    """Let a daemon find ``old`` ended runs while ten more run; what it took, in words."""
    now = time.time()
    for number in range(old):
        leave_run(settings.runs_folder, ended=now - 8 * DAY - 60 * number, exit_code=number % 2)
    machiai.start_daemon()
    began = time.monotonic()
    launched = [machiai.detach(*python(COUNTING, str(100 + n), str(n % 2))) for n in range(AT_ONCE)]
    with contextlib.closing(open_journal(settings.journal)) as journal:

        def find(run_id: str) -> runs.Run | None:
            run = runs.get_run(journal, run_id)
            return run if run and not run.is_active else None

        while not all(find(run_id) for run_id in launched):
            assert time.monotonic() - began < 60, [runs.get_run(journal, run_id) for run_id in launched]
            time.sleep(0.05)
        new_known = time.monotonic() - began
        while runs.active_runs(journal) or list_runs(journal).total < old + AT_ONCE:
            assert time.monotonic() - began < 300, runs.active_runs(journal)
            time.sleep(0.1)
        all_known = time.monotonic() - began
        for n, run_id in enumerate(launched):
            run = find(run_id)
            assert run is not None
            assert (run.state, run.exit_code, run.log_lines) == (("finished", "failed")[n % 2], n % 2, 100 + n)
            assert len(alerts.alerts_of_run(journal, run_id)) == 1
        for state in ("finished", "failed"):
            assert list_runs(journal, states=[state]).total == (old + AT_ONCE) // 2
        assert len(alerts.open_alerts(journal, limit=old)) == AT_ONCE  # none for ends of more than a week ago
        oldest = list_runs(journal, sort="oldest", limit=1).runs[0]
        excerpt = logs.read_excerpt(journal, oldest.id, 1)
        assert excerpt is not None
        assert excerpt.lines == ["epoch 1", "epoch 2", "done"]
        quiet = Ingester(journal, settings)
        began = time.monotonic()
        quiet.tick()
        tick = time.monotonic() - began
    return (
        f"{AT_ONCE} new runs right after {new_known:.1f} s, {old} old ones after {all_known:.1f} s; "
        f"the first tick of a later daemon takes {tick * 1000:.0f} ms"
    )


def test_ten_runs_at_once_beside_many_old_ones(
    machiai: Machiai, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """A daemon that finds 1,500 ended runs takes them all up, and the ten runs of now do not wait for them."""
    words = rehearse(machiai, settings, OLD)
    with capsys.disabled():
        print(f"\n  {words}")
