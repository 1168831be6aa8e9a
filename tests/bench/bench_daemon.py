"""The daemon's price while four runs print on eight GPUs: CPU and memory, its GPU sampler's among them."""

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

from store import machines
from store.database import open_journal
from store.settings import load
from tests.bench import cpu_seconds, report, rss_megabytes, workplace
from tests.conftest import python
from tests.fakes.nvml import GIB, FakeGpus
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from tests.fakes.run_directory import leave_run
from workers.machine import processes

PRINTING = "import time\nn = 0\nwhile True:\n    n += 1\n    print('step', n, 'loss', 1 / n)\n    time.sleep(0.1)"
GPUS, RUNS = 8, 4


def sampler_of(daemon: int) -> int:
    """The sampler that a daemon has started."""
    for pid in processes.descendants(daemon):
        with contextlib.suppress(OSError):
            if b"gpu_sampler.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    raise LookupError(f"daemon {daemon} has no sampler")


def pss_megabytes(pid: int) -> float:
    """Resident memory of a process, what it shares with others counted by its share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(f"no Pss of {pid}")


def main() -> int:
    """Settle for 15 s, then measure for as many seconds as asked (60)."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with (
        tempfile.TemporaryDirectory(prefix="machiai-bench-") as folder,
        PushbulletServer() as server,
        workplace(MACHIAI_PUSHBULLET_TOKEN=TOKEN, MACHIAI_PUSHBULLET_URL=server.url) as command,
    ):
        gpus = FakeGpus(Path(folder), GPUS)
        command.environment |= gpus.environment
        settings = load(command.environment)
        for number in range(1000):
            leave_run(settings.runs_folder, ended=time.time() - 9 * 86400 - 60 * number)
        daemon = command.start_daemon()
        for number in range(RUNS):
            pid = command.beat(command.detach(*python(PRINTING)))["pid"]
            for gpu in range(number * GPUS // RUNS, (number + 1) * GPUS // RUNS):
                gpus.run_on(gpu, pid, 10 * GIB, 97)
        command.wait_ended(command.detach("true"))  # one alert sent: what a push loads is loaded
        time.sleep(15)
        both = (daemon.pid, sampler_of(daemon.pid))
        before = [cpu_seconds(pid) for pid in both]
        memory = [rss_megabytes(pid) for pid in both]
        with contextlib.closing(open_journal(settings.journal)) as journal:
            ages = []
            ends = time.monotonic() + seconds
            while (left := ends - time.monotonic()) > 0:
                time.sleep(min(10.0, left))
                ages.append(time.time() - machines.read_readings(journal, machines.GPUS)[0].as_of)
        shares = [(cpu_seconds(pid) - was) / seconds for pid, was in zip(both, before, strict=True)]
        after = [rss_megabytes(pid) for pid in both]
        pss = sum(pss_megabytes(pid) for pid in both)
        assert both[1] == sampler_of(daemon.pid), "the sampler was replaced meanwhile"
        size = sum(os.path.getsize(settings.home / name) for name in ("journal.db", "journal.db-wal")) / 1e6
    report(
        f"daemon and sampler, {RUNS} printing runs on {GPUS} GPUs, 1,000 old runs, {seconds:.0f} s",
        f"{sum(shares):.2%} of a core (daemon {shares[0]:.2%}, sampler {shares[1]:.2%}); "
        f"RSS {memory[0]:.0f} + {memory[1]:.0f} MB, then {after[0]:.0f} + {after[1]:.0f} MB, PSS together {pss:.0f} MB; "
        f"the GPUs' figures at most {max(ages):.1f} s old; journal {size:.0f} MB",
        ok=sum(shares) <= 0.02 and pss <= 80,
        budget="2 %, 80 MB",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
