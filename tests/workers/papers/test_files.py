"""Fetching PDFs: once, politely, in pieces, and never anything that is none."""

import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store import paper_files, papers
from store.database import write
from store.errors import PaperError
from store.paper_rows import Paper, known
from store.papers import Find
from store.search import search
from store.settings import Settings
from tests.fakes.pdf_server import Fault, PdfServer, make_pdf
from workers.papers.files import PaperFiles
from workers.papers.gate import Gate
from workers.papers.pdf_process import clean
from workers.papers.pdf_reader import look_into

NOW = 1.7e9
REF = "2401.00001"
PDF = make_pdf("Horizon of waiting", "Second page about plasticity")
LARGE = make_pdf("Large", padding=1_000_000)


class Clock:
    """Seconds that pass where somebody waits for them, and where a test says so."""

    def __init__(self) -> None:
        self.now = NOW
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="server")
def _server() -> Iterator[PdfServer]:
    with PdfServer(
        {f"/pdf/{REF}v1": PDF, f"/pdf/{REF}v2": LARGE, "/pdf/hep-th/9901001v1": PDF, "/b.pdf": PDF}
    ) as server:
        yield server


@pytest.fixture(name="fetch")
def _fetch(
    journal: sqlite3.Connection, settings: Settings, server: PdfServer, clock: Clock
) -> Callable[..., paper_files.PaperFile | None]:
    """Fetches pieces of that paper until nothing is due, or so many; how its file is then."""

    def fetch(ref: str = REF, pieces: int = 50, **options: Any) -> paper_files.PaperFile | None:
        chosen = replace(settings, arxiv_url=server.url, arxiv_timeout_seconds=options.pop("seconds", 5.0))
        gate = Gate(journal, chosen, clock, sleep=clock.sleep)
        files = PaperFiles(gate, chosen, clock, **options)
        for _ in range(pieces):
            if not files.tick():
                break
        return paper_files.read(journal, ref)

    return fetch


def add(journal: sqlite3.Connection, ref: str = REF, version: int | None = 1, **fields: Any) -> Paper:
    """Keep a paper and want its PDF."""
    with write(journal):
        paper = papers.take_up(journal, Find(ref, "On waiting", version=version, **fields), NOW, state="queue").paper
        paper_files.want(journal, paper.ref, NOW)
    return paper


def test_a_pdf_is_fetched_once_and_can_be_searched(
    journal: sqlite3.Connection, settings: Settings, server: PdfServer, fetch: Callable[..., Any]
) -> None:
    """It lies where nobody else can read it, its pages are counted and its text is found; asking again fetches nothing."""
    add(journal)
    file = fetch()
    assert (file.state, file.version, file.size, file.error) == ("ready", 1, len(PDF), "")
    path = paper_files.path_of(journal, settings.home, REF)
    assert path is not None
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert known(journal, REF).pages == 2
    assert known(journal, REF).file == "ready"
    assert [(hit.kind, hit.id) for hit in search(journal, "plasticity")] == [("paper", REF)]
    with write(journal):
        assert not paper_files.want(journal, REF, NOW)
    fetch()
    assert [one.path for one in server.asked] == [f"/pdf/{REF}v1"]
    assert server.asked[0].agent.startswith("Machiai/")
    assert {one.name for one in path.parent.iterdir()} == {path.name, ".lock"}


def test_the_text_stays_when_the_paper_changes(journal: sqlite3.Connection, fetch: Callable[..., Any]) -> None:
    """What is known of the paper can change without the text of its pages being lost to the search."""
    add(journal)
    fetch()
    with write(journal):
        papers.change(journal, REF, NOW, lesson="A lesson about zebras")
        papers.set_state(journal, REF, "read", NOW)
    assert [hit.id for hit in search(journal, "plasticity")] == [REF]
    assert [hit.id for hit in search(journal, "zebras")] == [REF]


def test_a_newer_version_takes_its_place(
    journal: sqlite3.Connection, settings: Settings, fetch: Callable[..., Any]
) -> None:
    """Another version is fetched when it is wanted, in place of the one before."""
    add(journal)
    fetch()
    add(journal, version=2)
    assert fetch().version == 2
    path = paper_files.path_of(journal, settings.home, REF)
    assert path is not None
    assert path.stat().st_size == len(LARGE)
    assert not search(journal, "plasticity")


def test_an_old_id_names_a_file(journal: sqlite3.Connection, settings: Settings, fetch: Callable[..., Any]) -> None:
    """The slash of an old id is no folder."""
    add(journal, "hep-th/9901001")
    assert fetch("hep-th/9901001").state == "ready"
    assert paper_files.path_of(journal, settings.home, "hep-th/9901001") == settings.home / "papers/hep-th_9901001.pdf"


def test_what_was_cut_off_goes_on_where_it_was(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], settings: Settings, clock: Clock
) -> None:
    """Pieces are put together, also after a restart, and each is asked for at its turn, three seconds apart."""
    add(journal, version=2)
    server.faults = [Fault(cut=400_000), Fault(cut=300_000)]
    fetch(pieces=1)
    assert paper_files.path_of(journal, settings.home, REF) is None
    assert fetch().state == "ready"
    begun = [int((one.range or "bytes=0-")[6:-1]) for one in server.asked]
    assert begun == pytest.approx([0, 400_000, 700_000], abs=20_000)
    assert paper_files.file_path(settings.home, REF).read_bytes() == LARGE
    assert clock.now - NOW >= 6


def test_a_file_that_changed_meanwhile_is_fetched_anew(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], settings: Settings
) -> None:
    """Pieces of two files are never put together."""
    add(journal, version=2)
    server.faults = [Fault(cut=400_000)]
    fetch(pieces=1)
    server.etag, other = '"two"', make_pdf("Other", padding=900_000)
    server.files[f"/pdf/{REF}v2"] = other
    assert fetch().state == "ready"
    assert paper_files.file_path(settings.home, REF).read_bytes() == other


@pytest.mark.parametrize("fault", [Fault(no_ranges=True), Fault(no_length=True), Fault(no_length=True, no_ranges=True)])
def test_servers_of_all_kinds(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], settings: Settings, fault: Fault
) -> None:
    """A server that sends the whole again, or tells no length, gives the same file."""
    add(journal, version=2)
    server.faults = [Fault(cut=400_000), fault]
    assert fetch().state == "ready"
    assert paper_files.file_path(settings.home, REF).read_bytes() == LARGE


def test_a_slow_server_is_left_after_its_time_and_taken_up_again(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], settings: Settings
) -> None:
    """Nothing lasts longer than one answer may; what came is kept where it is worth it."""
    add(journal, version=2)
    server.faults = [Fault(pace=60_000)]
    assert fetch(seconds=1.0).state == "ready"
    assert len(server.asked) == 2
    assert server.asked[0].ended - server.asked[0].began < 4
    assert paper_files.file_path(settings.home, REF).read_bytes() == LARGE


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(body=b"<html><head><title>Just a moment</title></head></html>"), "Just a moment"),
        (Fault(body=b"%PDF-1.4 and then nothing of the kind"), "cannot be opened"),
        (Fault(cut=100), "broke off"),
        (Fault(cut=300, no_length=True), "broke off"),
        (Fault(pace=10), "hardly anything"),
        (Fault(status=500), "HTTP 500"),
        (Fault(status=416), "changed"),
    ],
)
def test_what_is_no_pdf_is_not_kept(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], settings: Settings, clock: Clock,
    fault: Fault, reason: str,
) -> None:  # fmt: skip
    """It is said what came instead; it is tried again later, and then it is there."""
    add(journal)
    server.faults = [fault]
    file = fetch(seconds=0.5)
    assert (file.state, file.tries) == ("wanted", 1)
    assert reason in file.error
    assert file.due is not None
    assert file.due > clock.now + 30
    assert paper_files.path_of(journal, settings.home, REF) is None
    clock.now = file.due
    assert fetch().state == "ready"
    assert paper_files.file_path(settings.home, REF).read_bytes() == PDF


def test_after_some_tries_a_person_has_to_ask(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], clock: Clock
) -> None:
    """What fails again and again is left alone, until somebody asks for it."""
    add(journal)
    server.faults = [Fault(status=500)] * 20
    file = None
    for _ in range(10):
        file = fetch()
        clock.now += 86400
    assert file is not None
    assert (file.state, file.tries) == ("failed", 5)
    assert len(server.asked) == 5
    server.faults.clear()
    with write(journal):
        assert paper_files.want(journal, REF, clock.now)
    assert fetch().state == "ready"


def test_what_there_is_not_is_not_asked_for_again(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any]
) -> None:
    """A paper without PDF, as one that was withdrawn, is asked for once."""
    add(journal, version=9)
    file = fetch()
    assert (file.state, len(server.asked)) == ("failed", 1)
    assert "withdrawn" in file.error


def test_a_large_one_is_not_fetched(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], settings: Settings
) -> None:
    """Above the limit nothing is kept, whether the server tells its size or not."""
    for fault in (Fault(), Fault(no_length=True)):
        add(journal, version=2)
        server.faults = [fault]
        file = fetch(most_bytes=500_000)
        assert (file.state, "MB" in file.error) == ("failed", True)
        assert list((settings.home / "papers").glob("*.pdf")) == []
        assert sum(one.stat().st_size for one in (settings.home / "papers").iterdir()) < 1000


def test_a_refusal_keeps_all_of_us_away(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], clock: Clock
) -> None:
    """After "too many requests" nothing is asked before the time that was said, for no paper."""
    add(journal)
    add(journal, "hep-th/9901001")
    server.faults = [Fault(status=429, headers=[("Retry-After", "600")])]
    file = fetch()
    assert len(server.asked) == 1
    assert (file.state, file.tries) == ("wanted", 0)
    assert "429" in file.error
    clock.now += 601
    assert fetch().state == "ready"
    assert len(server.asked) == 3


def test_moves_are_followed_at_the_next_turn(
    journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any], clock: Clock
) -> None:
    """Each address that one is sent to is asked three seconds later; a circle ends."""
    add(journal)
    server.files["/elsewhere"] = PDF
    server.faults = [Fault(status=301, headers=[("Location", "/elsewhere")])]
    assert fetch().state == "ready"
    assert [one.path for one in server.asked] == [f"/pdf/{REF}v1", "/elsewhere"]
    assert clock.now - NOW >= 3
    add(journal, version=2)
    server.faults = [Fault(status=302, headers=[("Location", f"/pdf/{REF}v2")])] * 20
    file = fetch()
    assert file.state == "failed"
    assert len(server.asked) < 10


def test_other_papers(journal: sqlite3.Connection, server: PdfServer, fetch: Callable[..., Any]) -> None:
    """A PDF on the web is fetched by its address; a page that is none, or a file on this machine, is not."""
    paper = add(journal, "", None, source="web", url=f"{server.url}/b.pdf")
    assert fetch(paper.ref).state == "ready"
    for url in ("https://example.org/blog", "file:///etc/passwd.pdf"):
        with pytest.raises(PaperError, match="no PDF"):
            add(journal, "", None, source="web", url=url)


def test_a_file_that_was_taken_away(journal: sqlite3.Connection, settings: Settings, fetch: Callable[..., Any]) -> None:
    """A PDF that somebody deleted is not there, and can be fetched again."""
    add(journal)
    fetch()
    path = paper_files.path_of(journal, settings.home, REF)
    assert path is not None
    path.unlink()
    assert paper_files.path_of(journal, settings.home, REF) is None
    with write(journal):
        paper_files.want_again(journal, REF, NOW)
    assert fetch().state == "ready"
    assert Path(path).is_file()


def test_two_processes_fetch_one_at_a_time(
    journal: sqlite3.Connection, settings: Settings, server: PdfServer, clock: Clock
) -> None:
    """While one process fetches another keeps away, and goes on when it is done."""
    add(journal)
    chosen = replace(settings, arxiv_url=server.url)
    made = [PaperFiles(Gate(journal, chosen, clock, sleep=clock.sleep), chosen, clock) for _ in range(2)]
    with made[0]._lock() as is_first:
        assert is_first
        assert not made[1].tick()
    assert server.asked == []
    assert made[1].tick()
    assert paper_files.path_of(journal, settings.home, REF) is not None


def test_a_pdf_that_keeps_its_reader_busy(tmp_path: Path) -> None:
    """The reader is ended where it does not come to an end, and what it says of a broken file is told."""
    broken, empty = tmp_path / "broken.pdf", tmp_path / "empty.pdf"
    broken.write_bytes(b"%PDF-1.7" + bytes(1000))
    empty.write_bytes(make_pdf())
    assert look_into(empty, seconds=0.001) == (None, "", "it takes too long")
    assert look_into(broken)[2]
    assert look_into(tmp_path)[2]
    assert look_into(empty)[2]


def test_the_text_of_pages(tmp_path: Path) -> None:
    """Each page's text is told, in order, without line ends amid words."""
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf("First page", "Second page"))
    assert look_into(path) == (2, "First page\n\f\nSecond page", "")
    assert clean("train\ufffe\r\ning of\x00 nets\r\n") == "training of  nets\n"


def test_a_pdf_that_is_locked(tmp_path: Path) -> None:
    """One that asks for a password is kept without its text, and that is no fault of the file."""
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf("First page", is_locked=True))
    assert look_into(path) == (None, "", "")
