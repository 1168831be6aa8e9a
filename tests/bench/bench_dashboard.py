"""The dashboard's price: from its start to a drawn page, warm, and an open tab while four runs print."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from store.settings import load
from tests.bench import cpu_seconds, report, workplace
from tests.conftest import python
from tests.e2e.pictures import CHROMIUM, FLAGS
from tests.fakes.command import Machiai
from workers import address, dashboard

PRINTING = "import time\nn = 0\nwhile True:\n    n += 1\n    print('step', n, 'loss', 1 / n)\n    time.sleep(0.1)"
SECONDS = 30.0


def main() -> int:
    """Start and stop it four times, the first to warm up; then leave one tab open for half a minute."""
    with workplace() as command, sync_playwright() as playwright:
        command.start_daemon()
        for number in range(4):
            command.detach(*python(PRINTING), options=("--name", f"run-{number}"))
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page()
        times = [_start_and_draw(command, page) for _ in range(4)][1:]
        drawn = f"{min(times):.2f} to {max(times):.2f} s"
        report("`machiai up` → page drawn, warm", drawn, ok=max(times) <= 2, budget="2 s")
        up = _start(command)
        _draw(command, page)
        server = _server_of(up.pid)
        time.sleep(5)
        cpu = cpu_seconds(server)
        time.sleep(SECONDS)
        share = (cpu_seconds(server) - cpu) / SECONDS
        report(
            f"one open tab, 4 printing runs, {SECONDS:.0f} s", f"{share:.2%} of a core", ok=share <= 0.05, budget="5 %"
        )
        page.context.browser.close()  # type: ignore[union-attr]
    return 0


def _start_and_draw(command: Machiai, page: Page) -> float:
    """Seconds from `machiai up` to a page with its runs on it; then it is stopped again."""
    began = time.monotonic()
    up = _start(command)
    _draw(command, page)
    took = time.monotonic() - began
    up.send_signal(signal.SIGINT)
    up.wait(20)
    return took


def _start(command: Machiai) -> "subprocess.Popen[bytes]":
    (command.home / "dashboard.json").unlink(missing_ok=True)
    return command.start("up", "--port", str(dashboard.free_port(8700)))


def _draw(command: Machiai, page: Page) -> None:
    while not (command.home / "dashboard.json").exists():
        time.sleep(0.01)
    page.goto(address.find(load(command.environment)))
    page.get_by_text("run-3", exact=True).first.wait_for()


def _server_of(pid: int) -> int:
    """The Streamlit server that `machiai up` started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(child) for child in children if b"streamlit" in Path(f"/proc/{child}/cmdline").read_bytes())


if __name__ == "__main__":
    sys.exit(main())
