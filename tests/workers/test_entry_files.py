"""The journal as files."""

import contextlib
import json
import sqlite3
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from store import attachments, entries, papers, resumes, sessions, tasks
from store.database import open_journal, write
from store.errors import EntryError
from store.papers import Find
from store.search import search
from store.settings import Settings
from store.weekly.conclusions import conclude
from tests.fakes.journal import PLAN, add_run
from workers.entry_files import MANIFEST, export_journal

JST = timezone(timedelta(hours=9))
NOON = 1_795_230_000.0
PNG = b"\x89PNG\r\n\x1a\npicture"
RUN = "261121-102011-k3fa"


@pytest.fixture(name="written")
def _written(journal: sqlite3.Connection, settings: Settings) -> int:
    """A run, a task, a session and an entry with a picture, whose id it is."""
    add_run(journal, settings.home, RUN, created=NOON, name="学習率スイープ", state="finished", seconds=60.0, **PLAN)
    with write(journal):
        tasks.add(journal, "図: 損失 | 精度", NOON, project_id=1, kind="write", estimate=1800.0, notes="縦軸は対数")
        session = sessions.begin(journal, "plan", NOON, project_id=1)
        sessions.end(journal, session, NOON + 600, outcome="a | b")
        resumes.write_resume(journal, NOON + 600, project_id=1, place="比率を決める", next_step="alpha 0.1")
        entry = entries.add(
            journal, "study", f'"quoted" 学習率: run:{RUN}@1200', NOON, title="曲線/の 図: 1", project_id=1, facts={"tests": "none"}
        )  # fmt: skip
    made = attachments.keep(settings, journal, entry, "loss curve.png", PNG, NOON)
    with write(journal):
        current = entries.read_entry(journal, entry)
        assert current is not None
        entries.change(journal, entry, NOON, 1, body=f"{current.body}\n\n![loss](attachment:{made}) attachment:99")
    return entry


def read(path: Path) -> tuple[dict[str, Any], str]:
    """A file's front matter and the rest of it."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return {name: json.loads(value) for name, value in (line.split(": ", 1) for line in head.splitlines())}, body


def test_everything(journal: sqlite3.Connection, settings: Settings, written: int, tmp_path: Path) -> None:
    """Entries, tasks, runs and sessions are Markdown files, pictures lie beside them, and the journal is one file."""
    out = tmp_path / "out"
    done = export_journal(journal, settings, out, JST)
    assert (done.entries, done.attachments, done.tasks, done.runs, done.sessions) == (1, 1, 1, 1, 1)
    assert done.problems == []
    (path,) = (out / "entries").iterdir()
    assert path.name == f"2026-11-21-{written}-曲線-の-図-1.md"
    head, body = read(path)
    assert head == {
        "id": written,
        "kind": "study",
        "title": "曲線/の 図: 1",
        "project": "cifar-robust",
        "created": "2026-11-21T12:00:00+09:00",
        "changed": "2026-11-21T12:00:00+09:00",
        "links": [f"run:{RUN}@1200"],
        "attachments": [{"file": "attachments/1-loss curve.png"}],
        "facts": {"tests": "none"},
    }
    assert "![loss](../attachments/1-loss%20curve.png) attachment:99" in body and '"quoted" 学習率' in body
    assert (out / "attachments" / "1-loss curve.png").read_bytes() == PNG
    head, body = read(out / "tasks" / "1-図-損失-精度.md")
    assert head["estimate_minutes"] == 30 and head["state"] == "todo" and body.strip() == "縦軸は対数"
    head, body = read(out / "runs" / f"{RUN}.md")
    assert head["state"] == "finished" and f"## If it succeeds\n\n{PLAN['if_success']}" in body
    _, body = read(out / "sessions" / "2026-11-21.md")
    assert "| 12:00 | 12:10 | plan |  | cifar-robust | a \\| b |" in body
    assert body.endswith("## 12:10 cifar-robust\n\n- Where I am: 比率を決める\n- Next step: alpha 0.1\n")
    with contextlib.closing(open_journal(out / "journal.db")) as copied:
        assert [hit.kind for hit in search(copied, "学習率")] == ["entry"]


def test_what_a_run_showed(journal: sqlite3.Connection, settings: Settings, written: int, tmp_path: Path) -> None:
    """The conclusion of a run stands before its plan."""
    with write(journal):
        conclude(journal, RUN, "学習率は下げない", NOON)
    export_journal(journal, settings, tmp_path / "out", JST)
    _, body = read(tmp_path / "out" / "runs" / f"{RUN}.md")
    assert body.startswith("\n## What it showed\n\n学習率は下げない\n\n## Hypothesis\n")


def test_again(journal: sqlite3.Connection, settings: Settings, written: int, tmp_path: Path) -> None:
    """Exporting again follows what was renamed and removed, and leaves the user's own files alone."""
    out = tmp_path / "out"
    export_journal(journal, settings, out, JST)
    (out / "entries" / "mine.md").write_text("mine")
    with write(journal):
        entries.change(journal, written, NOON, 2, title="new")
        entries.add(journal, "note", "second", NOON)
    export_journal(journal, settings, out, JST)
    assert {path.name for path in (out / "entries").iterdir()} == {
        f"2026-11-21-{written}-new.md",
        "2026-11-21-2-second.md",
        "mine.md",
    }
    with write(journal):
        entries.remove(journal, written, NOON)
    export_journal(journal, settings, out, JST)
    assert list((out / "attachments").iterdir()) == [] and (out / "entries" / "mine.md").read_text() == "mine"


def test_a_folder_of_something_else(journal: sqlite3.Connection, settings: Settings, tmp_path: Path) -> None:
    """A folder that holds anything else is refused and left as it is, also where it says that we may delete elsewhere."""
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(EntryError, match="something else"):
        export_journal(journal, settings, tmp_path)
    out = tmp_path / "out"
    export_journal(journal, settings, out)
    (out / MANIFEST).write_text(json.dumps({"files": ["../thesis.tex", str(tmp_path / "thesis.tex")]}))
    export_journal(journal, settings, out)
    assert (tmp_path / "thesis.tex").read_text() == "years"
    (out / MANIFEST).write_text("{")
    with pytest.raises(EntryError, match="cannot be read"):
        export_journal(journal, settings, out)
    with pytest.raises(EntryError, match="cannot write"):
        export_journal(journal, settings, tmp_path / "thesis.tex")


def test_a_picture_that_is_gone(journal: sqlite3.Connection, settings: Settings, written: int, tmp_path: Path) -> None:
    """A picture whose file is gone does not keep the rest from being exported; it is said."""
    for path in (settings.home / "attachments").rglob("*"):
        if path.is_file():
            path.unlink()
    done = export_journal(journal, settings, tmp_path / "out")
    assert done.entries == 1 and done.attachments == 0
    assert len(done.problems) == 1 and "loss curve.png" in done.problems[0]


def test_papers(journal: sqlite3.Connection, settings: Settings, tmp_path: Path) -> None:
    """Papers are one table of all of them, and BibTeX and a reading list of those that were kept; with none, no file."""
    export_journal(journal, settings, tmp_path / "without", JST)
    assert not list((tmp_path / "without").glob("papers.*"))
    with write(journal):
        papers.take_up(journal, Find("2401.00001", "Kept 論文", authors=("Jane Roe",)), NOON, state="queue")
        papers.take_up(journal, Find("2401.00002", "Skipped"), NOON, state="dropped")
    assert export_journal(journal, settings, tmp_path / "out", JST).papers == 2
    table, list_, bibtex = ((tmp_path / "out" / f"papers.{end}").read_text("utf-8") for end in ("csv", "md", "bib"))
    assert "Skipped" in table and "Kept 論文" in table
    assert "Kept 論文" in list_ and "Kept 論文" in bibtex
    assert "Skipped" not in list_ + bibtex
