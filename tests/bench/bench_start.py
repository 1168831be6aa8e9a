"""Start-up: `machiai run -- true` against `true`, and a daemon that finds 10,000 old runs."""

import subprocess
import sys
import time

from store.settings import load
from tests.bench import COMMAND, report, spread, workplace
from tests.fakes.command import Machiai
from tests.workers.test_many_runs import rehearse


def measure_start(command: Machiai, times: int = 20) -> None:
    """Wall and CPU time of the shortest run there is."""
    import resource

    walls, cpus = [], []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        subprocess.run(
            [str(COMMAND), "run", "--", "true"],
            env=command.environment,
            cwd=command.cwd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        walls.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    report("machiai run -- true", spread(walls), ok=sorted(walls)[times // 2] <= 0.4, budget="0.4 s")
    print(f"  CPU {spread(cpus)}")


def main() -> int:
    """Measure both."""
    with workplace() as command:
        measure_start(command)
    with workplace() as command:
        words = rehearse(command, load(command.environment), 10_000)
        print(f"  beside 10,000 old runs: {words}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
