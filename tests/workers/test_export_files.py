"""How the files of an export are written."""

from datetime import timedelta, timezone

from workers.export_files import front_matter, slug, table, when


def test_words() -> None:
    """Front matter is YAML whatever the text, and names of files are of letters only."""
    assert (
        front_matter({"a": 'x: "y"\n- z', "b": None, "c": "", "d": [1]}) == '---\na: "x: \\"y\\"\\n- z"\nd: [1]\n---\n'
    )
    assert slug("学習率/../ Loss: 0.5 ") == "学習率-Loss-0-5" and slug("？！") == "" and len(slug("長" * 99)) == 40


def test_tables_and_times() -> None:
    """A cell is one line whatever was typed into it, and a time names its zone."""
    assert table(("a", "b"), [("x\ny", "1 | 2")]) == "| a | b |\n| --- | --- |\n| x y | 1 \\| 2 |"
    assert (
        when(1_795_230_000.4, timezone(timedelta(hours=9))) == "2026-11-21T12:00:00+09:00" and when(None, None) is None
    )
