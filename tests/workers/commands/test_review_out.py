"""`machiai review` of papers, as typed in a terminal: what was read in a month, or for a project."""

import contextlib
import json
from pathlib import Path

import pytest

from store.database import open_journal
from store.errors import MachiaiError, ReviewError
from store.settings import Settings
from tests.fakes import reading_month as fake
from tests.fakes.command import Machiai
from tests.fakes.reading_month import ref
from workers.commands.output import put_out
from workers.commands.review_out import form_of, words_for

ZONE = ("--zone", "Asia/Tokyo")


@pytest.fixture(name="filled")
def _filled(machiai: Machiai) -> dict[str, int]:
    """November 2024 in the journal."""
    with contextlib.closing(open_journal(machiai.home / "journal.db")) as connection:
        return fake.fill(connection, Settings(home=machiai.home), 2024)


def test_a_month_in_the_terminal(machiai: Machiai, filled: dict[str, int]) -> None:
    """Its figures, then the papers with what was learned, by what became of them."""
    done = machiai.call("review", "--month", "2024-11", *ZONE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Reading in 2024-11  2024-11-01 – 2024-11-30",
        "Papers read 2 · In reading 1 · Kept 3 · Found 5 · Dropped 0 · Time of reading 1 h 30 m",
        "pass 1: 1 × 40 m",
        "",
        "Read",
        f"  {ref(fake.SECOND)}    Selective state spaces for long sequences  [10 m]",
        f"  {ref(fake.FIRST)}    What a residual stream remembers  [40 m]",
        "      Scale matters less than <data>.",
        "      Try their schedule on *ours*.",
        "",
        "In reading",
        f"  {ref(fake.IN_HAND)}    On $\\ell_1$-regularised bridges at $O(n\\log n)$ cost  [40 m]",
        "",
        "Kept for later",
        f"  {ref(fake.KEPT)}    拡散モデルの学習率について",
    ]


def test_a_project_for_scripts_and_into_a_file(machiai: Machiai, filled: dict[str, int]) -> None:
    """The figures by their names; a page with the picture in it; the texts of notes only where they are asked for."""
    done = machiai.call("review", "--project", "ssm-GATES", "--json", *ZONE)
    found = json.loads(done.stdout)
    assert (found["project"], found["month"], found["read"], found["seconds"]) == ("ssm-gates", None, 2, 4800.0)
    page, text = machiai.cwd / "gates.html", machiai.cwd / "gates.md"
    done = machiai.call("review", "--project", "ssm-gates", "--out", str(page), *ZONE)
    assert (done.stdout, done.stderr) == ("", f"machiai: Reading for ssm-gates is in {page}\n")
    assert "data:image/png;base64," in page.read_text(encoding="utf-8")
    assert "is enough" not in page.read_text(encoding="utf-8")
    machiai.call("review", "--project", "ssm-gates", "--out", str(text), "--notes", "--language", "ja", *ZONE)
    assert text.read_text(encoding="utf-8").startswith("# ssm-gates の読書\n")
    assert "is enough" in text.read_text(encoding="utf-8")


def test_a_month_without_anything(machiai: Machiai) -> None:
    """It says so, in the terminal and in a file; what names no month is refused."""
    done = machiai.call("review", "--month", "2024-11")
    assert "Nothing was read in this month, and no paper was kept." in done.stdout
    page = machiai.cwd / "empty.html"
    assert machiai.call("review", "--month", "2024-11", "--out", str(page)).returncode == 0
    assert "Nothing was read in this month" in page.read_text(encoding="utf-8")
    done = machiai.call("review", "--month", "2024-13")
    assert (done.returncode, "names no month; give one as 2026-11" in done.stderr) == (1, True)
    done = machiai.call("review", "--project", "nowhere")
    assert (done.returncode, "no project is called 'nowhere'" in done.stderr) == (1, True)


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """One that is there stays as it was where it cannot be written, and no draft is left."""
    there = tmp_path / "there.md"
    put_out("first 学", there)
    put_out("second", there)
    assert there.read_text(encoding="utf-8") == "second"
    for out in (tmp_path / "no" / "a.md", there / "a.md", tmp_path):
        with pytest.raises(MachiaiError, match="cannot write"):
            put_out("x", out)
    assert [one.name for one in tmp_path.iterdir()] == ["there.md"]


def test_the_name_says_the_form() -> None:
    """By its ending, in any case; another one is refused with what would do. The language is that of the settings."""
    assert [form_of(Path(name)) for name in ("a.md", "A.HTML", "a.htm", "a.markdown")] == ["md", "html", "html", "md"]
    for name in ("a.pdf", "a", ".md"):
        with pytest.raises(ReviewError, match="let its name end in .md or .html"):
            form_of(Path(name))
    settings = Settings(language="ja")
    assert (words_for(settings, None, None).language, words_for(settings, "en", None).language) == ("ja", "en")
    assert words_for(Settings(), None, None).language == "en"
