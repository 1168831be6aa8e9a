"""`machiai paper export`, `cite`, `pass`, `again` and `pdf`, as typed in a terminal."""

import contextlib
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import papers
from store.bibtex import parse
from store.database import open_journal, write
from store.papers import Find
from tests.fakes.command import Machiai
from tests.fakes.pdf_server import Fault, PdfServer, make_pdf

NOW = 1.7e9
PDF = make_pdf("On waiting")


@pytest.fixture(name="library", autouse=True)
def _library(machiai: Machiai) -> None:
    """One paper in the queue, one read, one dropped, one in the inbox."""
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as journal, write(journal):
        for number, state in enumerate(("queue", "read", "dropped", "inbox")):
            find = Find(
                f"2401.0000{number}", f"Paper {number} on größe & 学習", authors=("Jane Roe", "山田 太郎"),
                categories=("cs.LG",), version=1, published=NOW,
            )  # fmt: skip
            papers.take_up(journal, find, NOW, state=state, tags=["rl"] if number == 1 else [])


def test_what_was_kept_as_bibtex(machiai: Machiai) -> None:
    """BibTeX of what is queued, being read or read, the same each time, with a key for each."""
    done = machiai.call("paper", "export")
    entries, problems = parse(done.stdout)
    assert (done.returncode, problems) == (0, [])
    assert [one.fields["eprint"] for one in entries] == ["2401.00000", "2401.00001"]
    assert len({one.key for one in entries}) == 2
    assert machiai.call("paper", "export").stdout == done.stdout
    only = parse(machiai.call("paper", "export", "arXiv:2401.00001v1", "--bibtex").stdout)[0]
    assert [one.key for one in only] == [entries[1].key]


def test_a_selection_as_a_table_and_a_list(machiai: Machiai, tmp_path: Path) -> None:
    """CSV and Markdown, by state or tag, to stdout or into a file."""
    out = tmp_path / "papers.csv"
    done = machiai.call("paper", "export", "--csv", "--state", "dropped", "--state", "inbox", "--out", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 papers are in" in done.stderr
    assert [row["id"] for row in csv.DictReader(io.StringIO(out.read_text("utf-8")))] == ["2401.00002", "2401.00003"]
    text = machiai.call("paper", "export", "--markdown", "--tag", "rl").stdout
    assert text.startswith("## Read\n\n- [Paper 1 on größe & 学習](<https://arxiv.org/abs/2401.00001>)")
    assert [one.name for one in tmp_path.glob("*papers.csv*")] == ["papers.csv"]


def test_what_cannot_be_exported(machiai: Machiai, tmp_path: Path) -> None:
    """A paper there is not, a folder there is not, and a choice of two kinds are refused in words."""
    assert "2401.99999" in machiai.call("paper", "export", "2401.99999").stderr
    done = machiai.call("paper", "export", "--out", str(tmp_path / "nowhere" / "x.bib"))
    assert done.returncode != 0
    assert "cannot write" in done.stderr
    assert machiai.call("paper", "export", "2401.00000", "--tag", "rl").returncode == 2


def test_a_citation(machiai: Machiai) -> None:
    """One line a paper."""
    done = machiai.call("paper", "cite", "2401.00000")
    assert done.stdout == "Jane Roe and 山田 太郎. Paper 0 on größe & 学習. arXiv:2401.00000 [cs.LG], 2023.\n"


def test_passes(machiai: Machiai) -> None:
    """A pass is done, a page is reached, a pass is taken back; each says what is next."""
    done = machiai.call("paper", "pass", "2401.00000")
    assert "pass 1 of" in done.stderr
    assert "pass 2 is about 60 minutes" in done.stderr
    assert machiai.call("paper", "pass", "2401.00000", "--page", "3").returncode == 0
    assert machiai.call("paper", "pass", "2401.00000", "--number", "1").returncode != 0
    assert "pass 1 is about 7 minutes" in machiai.call("paper", "pass", "2401.00000", "--back").stderr


def test_reading_again(machiai: Machiai) -> None:
    """A paper that is worth it is due in some days, and no longer when one does not want to."""
    assert "due on" in machiai.call("paper", "again", "2401.00001").stderr
    assert "due on" in machiai.call("paper", "again", "2401.00001", "--known", "easy").stderr
    assert machiai.call("paper", "again").stdout == ""
    assert "not read again" in machiai.call("paper", "again", "2401.00001", "--no").stderr
    assert machiai.call("paper", "again", "2401.00001", "--known", "good").returncode != 0


@pytest.fixture(name="server")
def _server() -> Iterator[PdfServer]:
    with PdfServer({"/pdf/2401.00000v1": PDF}) as server:
        yield server


def test_the_pdf(machiai: Machiai, server: PdfServer) -> None:
    """It is fetched once, and where it lies is printed; where it cannot be had that is said."""
    machiai.environment["MACHIAI_ARXIV_URL"] = server.url
    for _ in range(2):
        done = machiai.call("paper", "pdf", "2401.00000")
        assert Path(done.stdout.strip()).read_bytes() == PDF
    assert len(server.asked) == 1
    server.faults = [Fault(status=500)]
    done = machiai.call("paper", "pdf", "2401.00001")
    assert done.returncode != 0
    assert "HTTP 500" in done.stderr
