"""`machiai project`, as typed in a terminal."""

import json
from typing import Any

from tests.conftest import python
from tests.fakes.command import Machiai


def listed(machiai: Machiai, *options: str) -> list[dict[str, Any]]:
    """What `machiai project ls --json` says."""
    rows: list[dict[str, Any]] = json.loads(machiai.call("project", "ls", "--json", *options).stdout)
    return rows


def test_kept(machiai: Machiai) -> None:
    """Projects are added, renamed and archived by hand; a run finds its project by the new name too."""
    assert machiai.call("project", "add", "thesis").returncode == 0
    machiai.call("project", "limit", "thesis", "2")
    machiai.call("task", "add", "t", "--project", "thesis")
    machiai.call("task", "start", "1")
    machiai.call("project", "rename", "thesis", "博論")
    assert "博論  1 to do, 1 of 2 in doing" in machiai.call("project", "ls").stdout
    machiai.call("project", "archive", "博論")
    assert listed(machiai) == [] and listed(machiai, "--all")[0]["archived"] is not None
    machiai.call("project", "unarchive", "博論")
    machiai.call("run", "--project", "博論", "--", *python("print(1)"))
    machiai.show()
    (row,) = listed(machiai)
    assert (row["name"], row["root"], row["open"], row["doing"], row["doing_limit"]) == ("博論", "name:thesis", 1, 1, 2)


def test_known_from_its_first_run(machiai: Machiai) -> None:
    """With no daemon, the project of a first run is there for the first command that is about it, whichever that is."""
    for number, arguments in enumerate(
        (
            ("task", "add", "try it", "--project"),
            ("note", "it rose", "--project"),
            ("project", "limit"),
            ("session", "start", "plan", "--project"),
        )
    ):
        machiai.call("run", "--project", f"p{number}", "--", *python("print(1)"))
        done = machiai.call(*arguments, f"p{number}")
        assert done.returncode == 0, done.stderr
    machiai.call("run", "--", *python("print(1)"))
    machiai.call("task", "add", "of this folder")
    tasks = json.loads(machiai.call("task", "ls", "--json").stdout)
    assert [one["project"] for one in tasks if one["title"] == "of this folder"] == [machiai.show()["project"]]
    machiai.call("run", "--project", "p9", "--", *python("print(1)"))
    assert "p9" in {row["name"] for row in listed(machiai)}


def test_what_is_refused(machiai: Machiai) -> None:
    """Each refusal is a line that names what is wrong, and changes nothing."""
    machiai.call("project", "add", "a")
    for arguments, words in (
        (("add", "A"), "already"),
        (("add", " "), "needs a name"),
        (("rename", "b", "c"), "no project is called 'b'"),
        (("archive", "b"), "machiai project ls"),
        (("limit", "a", "0"), "0"),
    ):
        done = machiai.call("project", *arguments)
        assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr, done.stderr
    done = machiai.call("project", "add", "b", env={"MACHIAI_READ_ONLY": "1"})
    assert done.returncode == 1 and "read-only" in done.stderr
    assert [row["name"] for row in listed(machiai)] == ["a"]
