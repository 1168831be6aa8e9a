"""Somebody who closes a week in a browser: what hands do, and what the journal then has."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store import database
from store.weekly.closing import STEPS, WeekReview, read
from store.words import Words
from tests.e2e.conftest import Visit
from tests.e2e.test_browser import check
from tests.fakes.closing_week import LastWeek

if TYPE_CHECKING:
    from playwright.sync_api import Locator

Look = Callable[..., Visit]
Wait = Callable[..., None]
TITLES = dict(zip(STEPS, ("What waits for you", "What the runs showed", "Tasks: done, carry or drop",
                          "Papers: still worth it?", "Looking back", "Next week", "Close the week"),
                  strict=True))  # fmt: skip


@dataclass
class Hand:
    """Somebody who closes a week, with a mouse or with keys alone."""

    seen: Visit
    home: Path
    week: LastWeek
    say: Words
    keys: bool
    wait_for: Wait
    name: str

    @property
    def main(self) -> "Locator":
        """The page."""
        return self.seen.page.get_by_test_id("stMain")

    def press(self, text: str, key: str, **values: object) -> None:
        """Press a button, by its key where there is no mouse."""
        button = self.main.get_by_role("button", name=self.say.say(text, **values)).first
        button.wait_for()
        if self.keys:
            self.seen.page.keyboard.press(key)
        else:
            button.click()

    def reach(self, field: "Locator") -> None:
        """Get into a field: with a click, or with the tabulator from where one is."""
        field.wait_for()
        if not self.keys:
            field.click()
            return
        for _ in range(80):
            if field.evaluate("field => field === document.activeElement"):
                return
            self.seen.page.keyboard.press("Tab")
        raise AssertionError(f"no way with the tabulator to {field}")

    def write(self, field: "Locator", text: str) -> None:
        """Type at the end of what stands there, without leaving the field."""
        self.reach(field)
        self.seen.page.keyboard.press("Control+End")
        field.press_sequentially(text)

    def field(self, label: str, **values: object) -> "Locator":
        """A field by its label."""
        return self.main.get_by_label(self.say.say(label, **values), exact=True)

    def reload(self, step: str) -> None:
        """Load the page again; it is where it was."""
        self.seen.page.reload()
        self.at(step)

    def at(self, step: str) -> None:
        """Be at a step."""
        self.main.get_by_role("heading", name=self.say.say(TITLES[step]), level=3).wait_for()
        place = STEPS.index(step) + 1
        self.main.get_by_text(self.say.say("Step {n} of {all}", n=place, all=len(STEPS)), exact=True).wait_for()

    def go_on(self, step: str) -> None:
        """Go to the next step, looking at this one once more."""
        check(self.seen, f"close-{STEPS[STEPS.index(step) - 1]}-{self.name}")
        self.press("Next", "Control+Enter")
        self.at(step)

    @contextmanager
    def journal(self) -> Iterator[Any]:
        """The journal as it is now."""
        with closing(database.open_journal(self.home / "journal.db", read_only=True)) as connection:
            yield connection

    def review(self) -> WeekReview | None:
        """The review of the week as it is kept."""
        with self.journal() as connection:
            return read(connection, self.week.week)

    def until(self, ask: Callable[[Any], object], what: str) -> None:
        """Wait until the journal has it."""

        def holds() -> object:
            with self.journal() as connection:
                return ask(connection)

        self.wait_for(holds, what)
