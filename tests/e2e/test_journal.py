"""The page Journal in a real browser: it reads on every screen, and nothing typed is lost."""

import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from store import attachments, commits, database, entries, reviews
from store import settings as store_settings
from store.commits import Commit
from store.database import write
from store.projects import find_project
from store.reviews import Hunk, Patch
from tests.e2e.conftest import Dashboard, Visit, beating, serve
from tests.e2e.test_browser import RUN, check
from tests.fakes import journal, measurements

pytestmark = pytest.mark.browser
Look = Callable[..., Visit]
ROOT, SHA = "/home/lab/cifar-robust", "4f1c2ab9d0e35c67f8a1b2c3d4e5f60718293a4b"
TEXT = f"""The **学習率** of 3e-4 holds: $\\mathcal{{L}}=\\sum_i \\ell(x_i)$, see run:{RUN}@1200.

```python
for x in loader:
    step(x)
```
"""
PASTE = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 60; canvas.height = 40; canvas.getContext("2d").fillRect(0, 0, 30, 40);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const given = new DataTransfer();
  given.items.add(new File([blob], "image.png", { type: "image/png" }));
  const field = document.querySelector("[class*='st-key-draft-journal'] textarea");
  field.focus();
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true }));
}"""


def picture() -> bytes:
    """A small picture as PNG."""
    rows = zlib.compress((b"\0" + b"\x40\x80\x60" * 80) * 40)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 80, 40, 8, 2, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def slides() -> bytes:
    """A PDF of two pages."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    return data + b"xref\n0 5\n0000000000 65535 f \n%strailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        start,
    )


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard over a busy day, with an entry that has a picture and a PDF, and a commit to review."""
    home = tmp_path_factory.mktemp("journal")
    now = time.time()
    settings = store_settings.Settings(home=home)
    with closing(database.open_journal(home / "journal.db")) as connection:
        measurements.fill(connection, journal.fill(connection, home, now), now)
        project = find_project(connection, "cifar-robust").id
        with write(connection):
            made = entries.add(connection, "study", TEXT, now - 60, title="Seminar", project_id=project)
        shown = attachments.keep(settings, connection, made, "loss.png", picture(), now)
        file = attachments.keep(settings, connection, made, "slides.pdf", slides(), now)
        attachments.mark(connection, file, 2, "the second $\\sigma$")
        hunk = Hunk("train.py", "@@ -1,2 +1,2 @@ def main():", ("-lr = 1e-3", "+lr = 3e-4", " step()"), "k1")
        with write(connection):
            entries.change(connection, made, now - 30, 1, body=f"{TEXT}\n![loss](attachment:{shown})\n")
            files = (("train.py", 1, 1),)
            commits.record(
                connection,
                [Commit(ROOT, SHA, project, "Hana", "h@lab", now - 90, "Halve it", "", 1, 1, 1, files, True)],
            )
            reviews.keep_patch(connection, ROOT, SHA, Patch((hunk,)), now)
    with serve(home) as dashboard, beating(home):
        yield dashboard


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [(1280, "light", "en-US"), (390, "dark", "ja-JP")],
)
def test_every_part_loads_cleanly(desk: Dashboard, visit: Look, width: int, scheme: str, locale: str) -> None:
    """On desk and phone, by day and night: no error, no foreign request, no sideways scroll, text that reads."""
    seen = visit(width, scheme, locale)
    places = {
        "days": ("journal", ".katex"),
        "entry": ("journal?entry=1", "iframe[src^='data:application/pdf']"),
        "review": ("journal?section=review", "[data-testid=stCode]"),
        "refactors": ("journal?section=refactors", "textarea"),
        "search": ("search?q=学習率", "a[href*='entry=1']"),
    }
    for name, (address, awaited) in places.items():
        seen.go(f"{desk.url}/{address}")
        seen.page.get_by_test_id("stMain").locator(awaited).first.wait_for()
        seen.page.wait_for_timeout(300)
        check(seen, f"journal-{name}-{width}-{scheme}-{locale[:2]}")
    assert seen.errors == []
    # The PDF viewer is a part of the browser.
    assert [one for one in seen.strangers if not one.startswith(("chrome-extension://", "chrome://"))] == []


ONE_FIELD = """() => {
  const fields = document.querySelectorAll("[class*='st-key-draft-journal'] textarea");
  return fields.length === 1 && fields[0].value;
}"""
EMPTY_FIELD = ONE_FIELD.replace("fields[0].value", "!fields[0].value")


def test_what_is_typed_outlives_a_reload_and_a_switch_of_pages(desk: Dashboard, visit: Look) -> None:
    """Not sent, not even left: it is in the field after a reload and after another page; sent, it is in the journal
    and gone from the field, after another reload too."""
    seen = visit()
    seen.go(f"{desk.url}/journal")
    field = seen.page.locator("[class*='st-key-draft-journal'] textarea")
    seen.until("() => window.machiaiDrafts")  # the last part of a page to come
    field.press_sequentially("half a thought, 半分の考え")
    seen.go(f"{desk.url}/journal")
    seen.until(ONE_FIELD)
    assert field.input_value() == "half a thought, 半分の考え"
    seen.page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(state="attached")
    seen.page.get_by_role("link", name="Runs", exact=True).click()
    seen.page.get_by_role("heading", name="Runs").wait_for()
    seen.page.get_by_role("link", name="Journal", exact=True).click()
    seen.page.get_by_role("heading", name="Journal").wait_for()
    seen.until(ONE_FIELD)  # that of the page before may be there for another moment
    assert field.input_value() == "half a thought, 半分の考え"
    field.press("End")
    field.press_sequentially(" and the rest")
    field.press("Control+Enter")
    seen.page.get_by_text("半分の考え and the rest").wait_for()
    seen.page.get_by_text("Kept.").wait_for()
    seen.until(EMPTY_FIELD)
    seen.go(f"{desk.url}/journal")
    seen.page.get_by_text("半分の考え and the rest").wait_for()
    seen.until(EMPTY_FIELD)


def test_a_picture_is_pasted_into_the_text(desk: Dashboard, visit: Look) -> None:
    """It is uploaded beside the text, kept with it, and shown in its place."""
    seen = visit()
    seen.go(f"{desk.url}/journal")
    field = seen.page.locator("[class*='st-key-draft-journal'] textarea")
    field.fill("the plateau at 1,200")
    seen.page.evaluate(PASTE)
    seen.page.get_by_text("image.png").first.wait_for()
    seen.page.get_by_role("button", name="Add to today").click()
    seen.page.get_by_text("Kept.").wait_for()
    with closing(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        entry = next(one for one in entries.list_entries(connection) if "the plateau at 1,200" in one.body)
        (file,) = attachments.attachments_of(connection, entry.id)
    assert f"![image.png](attachment:{file.id})" in entry.body
    card = seen.page.locator(f".st-key-entry-{entry.id}")
    card.locator("img").first.wait_for()
    assert card.locator("img").first.evaluate("image => image.naturalWidth") == 60


def test_two_tabs_edit_one_entry(desk: Dashboard, visit: Look) -> None:
    """The second to save sees both texts and loses none."""
    with closing(database.open_journal(desk.home / "journal.db")) as connection, write(connection):
        number = entries.add(connection, "idea", "first words", time.time(), title="An idea")
    tabs = [visit(), visit()]
    for seen in tabs:
        seen.go(f"{desk.url}/journal?entry={number}")
        seen.page.get_by_role("button", name="Edit").click()
        seen.page.get_by_role("textbox", name="Text").wait_for()
    for seen, text in zip(tabs, ("of the first tab", "of the second tab"), strict=True):
        seen.page.get_by_role("textbox", name="Text").fill(text)
        seen.page.get_by_role("textbox", name="Text").press("Control+Enter")
        if seen is tabs[0]:
            seen.page.get_by_role("button", name="Edit").wait_for()  # it is kept
    second = tabs[1].page
    second.get_by_text("It was changed elsewhere meanwhile").wait_for()
    assert second.get_by_role("textbox", name="Text").input_value() == "of the second tab"
    second.get_by_test_id("stCode").filter(has_text="of the first tab").first.wait_for()
    second.get_by_role("button", name="Keep mine in its place").click()
    second.get_by_text("It was changed elsewhere meanwhile").wait_for(state="detached")
    second.get_by_role("button", name="Save").last.click()
    second.get_by_role("button", name="Edit").wait_for()
    with closing(database.open_journal(desk.home / "journal.db")) as connection:
        kept = entries.read_entry(connection, number)
        assert kept is not None and kept.body == "of the second tab"
        assert [one.body for one in entries.versions(connection, number)] == ["first words", "of the first tab"]


def test_a_commit_is_looked_at(desk: Dashboard, visit: Look) -> None:
    """A comment is kept when its field is left; the tick is the review of a commit with one hunk."""
    seen = visit(390)
    seen.go(f"{desk.url}/journal?section=review")
    seen.page.get_by_text("1 commit waits for your review").wait_for()
    seen.page.get_by_label("Comment on this hunk").fill("why three?")
    seen.page.get_by_role("button", name="Looked at", exact=True).click()
    seen.page.get_by_text("No commit of yours waits").wait_for()
    with closing(database.open_journal(desk.home / "journal.db", read_only=True)) as connection:
        mark = reviews.marks_of(connection, ROOT, SHA)["k1"]
    assert (mark.comment, mark.ticked) == ("why three?", True)


def test_the_search_box_is_on_every_page(desk: Dashboard, visit: Look) -> None:
    """Enter leads to what is found; a hit leads to the thing. Leaving the box without Enter leads nowhere."""
    seen = visit()
    seen.go(f"{desk.url}/machine")
    box = seen.page.get_by_label("Search everything")
    box.fill("学習率")
    seen.page.get_by_role("link", name="Runs", exact=True).click()
    seen.page.get_by_role("heading", name="Runs").wait_for()
    box.fill("学習率")
    box.press("Enter")
    seen.page.get_by_role("heading", name="“学習率”").wait_for()
    seen.page.get_by_test_id("stMain").get_by_role("link", name="Seminar").click()
    seen.page.get_by_role("heading", name="Seminar").wait_for()
    assert seen.page.url == f"{desk.url}/journal?entry=1"
