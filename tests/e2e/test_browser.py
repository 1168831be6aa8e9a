"""The dashboard in a real browser: it loads, lives, obeys, and keeps to this machine."""

import os
import re
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store import alerts, database, intents, logs, runs
from tests.e2e.conftest import ARTIFACTS, Dashboard, Visit, serve
from tests.fakes import journal

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]
RUN = "261121-102011-k3fa"
CRASHED = "261121-130800-m2xz"


# The least contrast of any text on the page against what it stands on (WCAG 2.1, 1.4.3), with the text itself.
# Streamlit pales the elements that are not renewed yet while it draws a page anew: that passes, and is left out.
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const read = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((part, at) => at == 3 ? part / 255 : part);
  };
  const over = (top, under) => [0, 1, 2].map(at => top[at] * top[3] + under[at] * (1 - top[3]));
  const light = colour => colour.map(part => part / 255).map(
    part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  ).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  let least = [21, ''];
  const walk = document.createTreeWalker(document.querySelector('[data-testid=stMain]'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), holder = walk.currentNode.parentElement;
    if (!text || !holder.getClientRects().length || holder.closest('[aria-hidden=true], [disabled]')) continue;
    if (holder.closest('[data-testid=stSliderThumbValue]')) continue;  // hangs over its thumb, not on it
    const grounds = []; let opacity = 1;
    for (let node = holder; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      grounds.unshift(read(style.backgroundColor));
      if (node.dataset.testid != 'stElementContainer') opacity *= Number(style.opacity);
    }
    if (!opacity) continue;  // shown on hover only
    const ground = grounds.reduce((under, top) => over(top, under), [255, 255, 255]);
    const ink = read(getComputedStyle(holder).color); ink[3] *= opacity;
    const [low, high] = [light(over(ink, ground)), light(ground)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < least[0]) least = [contrast, text];
  }
  return least;
}"""


def shoot(visit: Visit, name: str) -> None:
    """Keep a picture of the whole page for eyes, where MACHIAI_TEST_PICTURES asks for them: each takes a second."""
    if not os.environ.get("MACHIAI_TEST_PICTURES"):
        return
    ARTIFACTS.mkdir(exist_ok=True)
    size = visit.page.viewport_size
    assert size is not None
    height = visit.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    visit.page.set_viewport_size({"width": size["width"], "height": min(2400, max(size["height"], height))})
    visit.page.wait_for_timeout(150)
    visit.page.screenshot(path=str(ARTIFACTS / f"{name}.png"))


def check(visit: Visit, name: str, *, contrast: bool = True) -> None:
    """The page is not wider than its window and its text reads; a table is a canvas, with no text to measure."""
    main = visit.page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), name
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if contrast:
        least, text = visit.page.evaluate(CONTRAST)
        assert least >= 4.5, f"{name}: {text}"
    size = visit.page.viewport_size
    shoot(visit, name)
    if size is not None:
        visit.page.set_viewport_size(size)


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (1280, "dark", "ja-JP"), (390, "light", "ja-JP"), (390, "dark", "en-US")],
)
def test_every_page_loads_cleanly(dashboard: Dashboard, visit: Look, width: int, scheme: str, locale: str) -> None:
    """On desk and phone, by day and night: no error, no foreign request, no sideways scroll, text that reads."""
    seen = visit(width, scheme, locale)
    seen.go(dashboard.url)
    main = seen.page.get_by_test_id("stMain")
    check(seen, f"now-{width}-{scheme}-{locale[:2]}")
    main.get_by_role("link", name="vit-small-lr3e-4").first.click()
    seen.page.get_by_role("heading", name="vit-small-lr3e-4").wait_for()
    assert seen.page.url == f"{dashboard.url}/run?id={CRASHED}"
    main.get_by_text("torch.OutOfMemoryError: CUDA").first.wait_for()
    main.locator("[data-testid=stEChartsChart] canvas").first.wait_for()
    check(seen, f"run-{width}-{scheme}-{locale[:2]}")
    seen.page.go_back()
    main.get_by_role("link", name=re.compile("All runs|すべての実行")).click()
    main.locator("[data-testid=stDataFrame] canvas").first.wait_for()
    check(seen, f"runs-{width}-{scheme}-{locale[:2]}", contrast=False)
    seen.go(f"{dashboard.url}/compare?ids={CRASHED},{RUN}")
    main.locator("[data-testid=stEChartsChart] canvas").first.wait_for()
    check(seen, f"compare-{width}-{scheme}-{locale[:2]}")
    assert seen.errors == []
    assert seen.strangers == []


def test_live_parts_change_and_the_rest_stays(dashboard: Dashboard, visit: Look) -> None:
    """A new last line appears by itself, in the same place, without the page being drawn anew."""
    seen = visit()
    seen.go(dashboard.url)
    title = seen.page.locator("h1").first
    title.evaluate("title => { title.dataset.kept = 'yes' }")
    with closing(database.open_journal(dashboard.home / "journal.db")) as connection:
        run = runs.get_run(connection, RUN)
        assert run is not None and run.log_path is not None
        before = logs.read_cursor(connection, RUN, 1, run.log_path)
        after = logs.Cursor(run.log_path, before.file_id, before.offset + 1, 904, b"", "epoch 91 begins", time.time())
        with database.write(connection):
            assert logs.advance_cursor(connection, RUN, 1, before, after)
    seen.page.get_by_text("epoch 91 begins").wait_for()
    seen.page.get_by_text(re.compile("904 lines")).wait_for()
    assert title.get_attribute("data-kept") == "yes"


def test_the_log_grows_on_the_page_of_a_run(dashboard: Dashboard, visit: Look) -> None:
    """What the training writes is seen within seconds, at the bottom, as text."""
    seen = visit()
    seen.go(f"{dashboard.url}/run?id={RUN}")
    log = dashboard.home / "runs" / RUN / "attempt-1" / "log"
    with log.open("ab") as file:
        file.write(b"epoch 92 <b>bold</b> **x** :red[y]\n")
    line = seen.page.get_by_text("epoch 92 <b>bold</b> **x** :red[y]")
    line.wait_for()
    scrolled = "box => { while (box && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement;"
    scrolled += " return box.scrollHeight - box.scrollTop - box.clientHeight }"
    seen.until(f"(box) => ({scrolled})(box) < 80", arg=line.element_handle())


def test_what_is_typed_survives_a_refresh(dashboard: Dashboard, visit: Look) -> None:
    """Text that was not yet sent stays while the table beside it is refreshed; then it filters."""
    seen = visit()
    start = time.perf_counter()
    seen.go(f"{dashboard.url}/runs")
    seen.page.get_by_text(re.compile(r"1–50 of 10,0\d\d")).wait_for()
    assert time.perf_counter() - start < 10
    box = seen.page.get_by_role("textbox", name="Search", exact=True)
    box.press_sequentially("sweep-99")
    as_of = seen.page.get_by_text(re.compile("as of ..:..:..")).first
    before = as_of.inner_text()
    seen.until("([node, text]) => node.innerText !== text", arg=[as_of.element_handle(), before])
    assert box.input_value() == "sweep-99"
    start = time.perf_counter()
    box.press("Enter")
    seen.page.get_by_text(re.compile(r"1–50 of 111")).wait_for()
    assert time.perf_counter() - start < 5


def test_acknowledging_stores_it(dashboard: Dashboard, visit: Look) -> None:
    """One click on the card, and the journal knows that a person has seen it."""
    seen = visit(390)
    seen.go(dashboard.url)
    with closing(database.open_journal(dashboard.home / "journal.db")) as connection:
        finished = alerts.open_alerts(connection, kinds=["finished"])[0]
        card = seen.page.locator(f".st-key-need-{finished.id}")
        card.get_by_role("button", name="Acknowledge").click()
        card.wait_for(state="detached")
        assert alerts.get_alert(connection, finished.id).acknowledged is not None
    seen.page.get_by_role("heading", name="2 running · 1 needs you").wait_for()
    assert seen.errors == []


def test_stop_asks_by_name_and_writes_an_intent(dashboard: Dashboard, visit: Look) -> None:
    """The dialog repeats name and id and survives a refresh; only its button asks the daemon; the page says when."""
    seen = visit()
    seen.go(f"{dashboard.url}/run?id={RUN}")
    seen.page.get_by_role("button", name="Stop", exact=False).first.click()
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_text(RUN).wait_for()
    assert "resnet-aug" in dialog.inner_text()
    seen.page.wait_for_timeout(2500)
    with closing(database.open_journal(dashboard.home / "journal.db")) as connection:
        assert intents.intents_of_run(connection, RUN) == []
        dialog.get_by_role("button", name="Stop resnet-aug").click()
        seen.page.get_by_text(re.compile(r"Stop asked \d\d:\d\d:\d\d")).wait_for()
        asked = intents.intents_of_run(connection, RUN)
        assert [(one.kind, one.state) for one in asked] == [(intents.STOP_RUN, "asked")]
        intents.answer(connection, asked[0].id, "done", "it ended on the interrupt", time.time())
    seen.page.get_by_text(re.compile("it ended on the interrupt")).wait_for()


HOSTILE = [
    "**x** _y_ ~~z~~ `c` <script>alert(1)</script> <b>b</b> &amp; &#58;",
    ":red[hi] :red-badge[b] :small[s] :material/delete: :tada: :+1: :100: :streamlit: :shimmer[q]",
    "$x^2$ $$y$$ 5$ and 6$ \\(z\\) \\[w\\]",
    "[a](http://example.org) ![i](http://example.org/i.png) <http://example.org> https://example.org www.example.org",
    "me@example.org [^1] [ref] http://example.org/a_b_c",
    "# no heading",
    "- no list",
    "1. no list",
    "1) no list",
    "> no quote",
    "a -> b <- c <-> d -- e >= f <= g ~= h => i",
    "| a | b |",
    "--- *** ___ === +++",
    "C:\\temp\\new train.py:88 at 12:03:05 --lr=3e-4 ${HOME} $(x) 100% @me",
    "日本語の名前 **太字** 学習:完了:",
]


def test_hostile_text_is_shown_letter_by_letter(tmp_path: Path, visit: Look) -> None:
    """Whatever a run is called or dies of, the page shows those letters and nothing they might have meant."""
    home = tmp_path / "hostile"
    now = time.time()
    with closing(database.open_journal(home / "journal.db")) as connection:
        journal.beat(connection, now + 20)
        journal.add_run(
            connection, home, "h-1", created=now - 60, state="failed", seconds=5, cause=HOSTILE[1],
            evidence=tuple(HOSTILE), name=HOSTILE[0], hypothesis=HOSTILE[2], tags=[HOSTILE[3]],
            params={f"p{number}": text for number, text in enumerate(HOSTILE)},
        )  # fmt: skip
        journal.add_alert(connection, "h-1", "crashed", now)
    seen = visit()
    with serve(home) as dashboard:
        for address in ("/", "/run?id=h-1"):
            seen.go(dashboard.url + address)
            seen.page.get_by_text("train.py").last.wait_for()
            main = seen.page.locator("[data-testid=stMain]")
            text = " ".join(main.inner_text().replace("\u2060", "").split())
            for wanted in HOSTILE if "run" in address else [HOSTILE[0][:55], HOSTILE[1]]:
                assert wanted in text, wanted
            foreign = "em, del, img, script:not(.st-key-drafts *), .katex, a[href*='example'], a[href^='mailto'], blockquote, hr, sup"
            assert main.locator(foreign).count() == 0
    assert seen.strangers == []
