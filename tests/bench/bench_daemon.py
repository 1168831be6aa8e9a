"""The daemon's price while four runs print: CPU and memory over a minute, with the polling of every day."""

import sys
import time

from store.settings import load
from tests.bench import cpu_seconds, report, rss_megabytes, workplace
from tests.conftest import python
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from tests.fakes.run_directory import leave_run

PRINTING = "import time\nn = 0\nwhile True:\n    n += 1\n    print('step', n, 'loss', 1 / n)\n    time.sleep(0.1)"


def main() -> int:
    """Settle for 15 s, then measure for as many seconds as asked (60)."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with (
        PushbulletServer() as server,
        workplace(MACHIAI_PUSHBULLET_TOKEN=TOKEN, MACHIAI_PUSHBULLET_URL=server.url) as command,
    ):
        settings = load(command.environment)
        for number in range(1000):
            leave_run(settings.runs_folder, ended=time.time() - 9 * 86400 - 60 * number)
        daemon = command.start_daemon()
        for _ in range(4):
            command.detach(*python(PRINTING))
        command.wait_ended(command.detach("true"))  # one alert sent: what a push loads is loaded
        time.sleep(15)
        cpu, memory = cpu_seconds(daemon.pid), rss_megabytes(daemon.pid)
        time.sleep(seconds)
        share = (cpu_seconds(daemon.pid) - cpu) / seconds
        after = rss_megabytes(daemon.pid)
    report(
        f"daemon, 4 printing runs, 1,000 old ones, {seconds:.0f} s",
        f"{share:.2%} of a core, {memory:.0f} MB then {after:.0f} MB",
        ok=share <= 0.02 and after <= 80,
        budget="2 %, 80 MB",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
