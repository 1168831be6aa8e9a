"""The page Machine in a real browser: it reads on every screen, follows the readings, and asks the daemon."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from store import database, intents
from tests.e2e.conftest import Dashboard, Visit, beating, serve
from tests.e2e.test_browser import RUN, check
from tests.fakes import journal
from tests.fakes.machine import leave_machine

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]
QUEUE = (
    {"run": "q-1", "name": "first-in-line", "count": 2, "place": 1, "why": "1 of 2 GPUs is free"},
    {"run": "q-2", "name": "second", "count": 1, "place": 2, "why": "behind first-in-line"},
)


@pytest.fixture(name="workstation", scope="module")
def _workstation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard over a machine of four GPUs, one of them lost, whose readings come every second."""
    home = tmp_path_factory.mktemp("workstation")
    with closing(database.open_journal(home / "journal.db")) as connection:
        journal.fill(connection, home, time.time())
        leave_machine(connection, time.time(), state="lost", runs=(RUN,), queue=QUEUE, history=1800.0)
    end = threading.Event()

    def sample() -> None:
        with closing(database.open_journal(home / "journal.db")) as connection:
            while not end.wait(1.0):
                leave_machine(connection, time.time(), state="lost", runs=(RUN,), queue=QUEUE)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        with serve(home) as dashboard, beating(home):
            yield dashboard
    finally:
        end.set()
        thread.join()


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (390, "dark", "ja-JP")],
)
def test_it_loads_cleanly(workstation: Dashboard, visit: Look, width: int, scheme: str, locale: str) -> None:
    """On desk and phone, by day and night: strips, charts, no error, no sideways scroll, text that reads."""
    seen = visit(width, scheme, locale)
    seen.go(f"{workstation.url}/machine")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_text("GPU 3").first.wait_for()
    main.locator("[data-testid=stEChartsChart] canvas").first.wait_for()
    check(seen, f"machine-{width}-{scheme}-{locale[:2]}")
    assert seen.errors == []
    assert seen.strangers == []


def test_its_buttons_ask_the_daemon(workstation: Dashboard, visit: Look, wait_for: Callable[..., None]) -> None:
    """*Watch* names the top process of a job, *First* the run to go before; the answer shows by itself."""
    seen = visit()
    seen.go(f"{workstation.url}/machine")
    main = seen.page.get_by_test_id("stMain")
    main.get_by_role("button", name=re.compile("Watch")).click()
    main.get_by_role("button", name="vertical_align_top").nth(1).click()
    with closing(database.open_journal(workstation.home / "journal.db")) as connection:
        wait_for(lambda: len(intents.open_intents(connection)) == 2, "both to be asked")
        asked = {one.kind: one for one in intents.open_intents(connection)}
        assert asked[intents.WATCH_PID].detail["pid"] == 5100
        move = asked[intents.MOVE_QUEUED]
        assert (move.run_id, move.detail) == ("q-2", {"before": "q-1"})
        intents.answer(connection, asked[intents.WATCH_PID].id, "refused", "there is no process 5100", time.time())
    main.get_by_text("there is no process 5100").wait_for()
