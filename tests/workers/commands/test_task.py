"""`machiai task`, as typed in a terminal."""

import json
import sys
from typing import Any

import pytest

from tests.fakes.command import Machiai

WAITS = "import sys, time\nwhile not __import__('os').path.exists(sys.argv[1]): time.sleep(0.05)"


def listed(machiai: Machiai, *options: str) -> list[dict[str, Any]]:
    """What `machiai task ls --json` says."""
    done = machiai.call("task", "ls", "--json", *options)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def call(machiai: Machiai, *arguments: str, **options: Any) -> str:
    """Call `machiai task`, which must succeed; what it printed, for scripts and for people."""
    done = machiai.call("task", *arguments, **options)
    assert done.returncode == 0, done.stderr
    return f"{done.stdout}{done.stderr}"


class TestKeeping:
    """Adding, listing, changing."""

    def test_a_day(self, machiai: Machiai) -> None:
        """Tasks are added with marks or options, taken up, ticked off, and listed, what is in doing first."""
        machiai.call("project", "add", "修論")
        assert machiai.call("task", "add", "2nd pass of Horizon #read ~30m !").stdout == "1\n"
        call(machiai, "add", "表を書く", "--project", "修論", "--kind", "write", "--estimate", "1.5h", "--notes", "§4")
        call(machiai, "add", "buy", "coffee", "--priority", "low", "--kind", "chore")
        first, second, third = listed(machiai)
        assert (first["title"], first["kind"], first["estimate"], first["priority"]) == (
            "2nd pass of Horizon",
            "read",
            1800,
            1,
        )
        assert (second["project"], second["estimate"], second["notes"], second["state"]) == ("修論", 5400, "§4", "todo")
        assert (third["title"], third["priority"], third["project"]) == ("buy coffee", -1, None)
        assert "doing" in call(machiai, "start", "2", "3")
        call(machiai, "done", "3")
        call(machiai, "drop", "1")
        assert [(row["id"], row["state"]) for row in listed(machiai)] == [(2, "doing")]
        assert [row["id"] for row in listed(machiai, "--state", "done", "--state", "dropped")] == [1, 3]
        call(machiai, "todo", "1")
        lines = call(machiai, "ls", "--all").splitlines()
        assert [line.split()[0] for line in lines] == ["2", "1", "3"]
        assert "▶ doing" in lines[0] and "[write, ~1h30m, 修論]" in lines[0] and "[read, ~30m, high]" in lines[1]
        assert [row["id"] for row in listed(machiai, "--project", "修論")] == [2]
        call(machiai, "move", "3", "before", "1")
        assert [row["id"] for row in listed(machiai, "--all")] == [3, 1, 2]

    def test_edited(self, machiai: Machiai) -> None:
        """What was written is changed by options, is kept, and is shown with all that happened."""
        machiai.call("project", "add", "p")
        call(machiai, "add", "old ~30m", "--project", "p")
        call(machiai, "edit", "1", "--title", "1. new #x", "--estimate", "none", "--project", "none", "--notes", "a\nb")
        shown = json.loads(machiai.call("task", "show", "1", "--json").stdout)
        assert (shown["title"], shown["estimate"], shown["project"], shown["revision"]) == ("1. new #x", None, None, 2)
        assert shown["history"][1]["event"] == "changed" and shown["history"][1]["detail"]["title"] == [
            "old",
            "1. new #x",
        ]
        assert shown["links"] == []
        told = call(machiai, "show", "1")
        assert "1. new #x" in told and "'old' → '1. new #x'" in told and "\n          b\n" in told

    def test_pasted(self, machiai: Machiai) -> None:
        """A list from stdin is shown, and then kept, one task a line."""
        text = "- [ ] 論文を読む ～30分 ＃read\n\n* [x] was\n３．next !!\n"
        with (machiai.cwd / "list").open("w+", encoding="utf-8") as file:
            file.write(text)
            file.seek(0)
            shown = call(machiai, "paste", "--preview", stdin=file)
            assert shown.splitlines() == ["○ 論文を読む  [read, ~30m]", "✔ was  [code]", "○ next  [code, urgent]"]
            assert listed(machiai) == []
            file.seek(0)
            call(machiai, "paste", "--kind", "plan", stdin=file)
        rows = [(row["title"], row["kind"], row["estimate"], row["state"]) for row in listed(machiai, "--all")]
        assert rows == [
            ("論文を読む", "read", 1800, "todo"),
            ("was", "plan", None, "done"),
            ("next", "plan", None, "todo"),
        ]
        done = machiai.call("task", "paste")
        assert done.returncode == 1 and "no task in what was given" in done.stderr

    def test_many_in_doing(self, machiai: Machiai) -> None:
        """More side by side than is well are said, and begun all the same."""
        for number in range(4):
            call(machiai, "add", f"t{number}")
        assert "side by side" not in call(machiai, "start", "1", "2", "3")
        assert "4 tasks are in doing in no project; more than 3 side by side is a lot" in call(machiai, "start", "4")
        assert len(listed(machiai, "--state", "doing")) == 4

    def test_what_is_refused(self, machiai: Machiai) -> None:
        """Each refusal is a line that names what is wrong and the way out; nothing is written."""
        call(machiai, "add", "kept")
        for arguments, words in (
            (("add", " "), "needs a title"),
            (("add", "x", "--estimate", "soon"), "'soon' is no length of time"),
            (("add", "x", "--project", "gone"), "no project is called 'gone'"),
            (("add", "x", "--blocked-by", "gone"), "no run is called 'gone'"),
            (("add", "x", "--until", "someday"), "'someday' is no date"),
            (("add", "x", "--until", "2020-01-01"), "the date is past"),
            (("add", "x", "--until", "tomorrow", "--waiting-for", "mail"), "one thing"),
            (("done", "1", "9"), "there is no task 9"),
            (("show", "9"), "there is no task 9"),
            (("block", "1"), "wait for what"),
            (("edit", "1"), "change what"),
            (("move", "1", "before"), "need another task"),
        ):
            done = machiai.call("task", *arguments)
            assert done.returncode != 0 and words in done.stderr, done.stderr
            assert "Traceback" not in done.stderr
        read_only = {"MACHIAI_READ_ONLY": "1"}
        for arguments in (("add", "x"), ("done", "1"), ("block", "1", "--text", "x"), ("edit", "1", "--title", "x")):
            done = machiai.call("task", *arguments, env=read_only)
            assert done.returncode == 1 and "read-only" in done.stderr
        assert machiai.call("task", "ls", env=read_only).returncode == 0
        (row,) = listed(machiai, "--all")
        assert (row["title"], row["state"], row["revision"]) == ("kept", "todo", 1)


class TestWaiting:
    """Tasks that wait."""

    def test_for_words_and_dates(self, machiai: Machiai) -> None:
        """What a task waits for is shown; it is put back by hand, or by its date."""
        call(machiai, "add", "answer", "--waiting-for", "査読")
        call(machiai, "add", "next", "--until", "+3d")
        call(machiai, "block", "2", "--until", "2099-01-01")
        words, date = call(machiai, "ls").splitlines()
        assert "⏸ blocked" in words and "waits for 査読" in words and "waits until 2099-01-01 00:00" in date
        call(machiai, "todo", "1")
        assert [(row["state"], row["blocked_text"]) for row in listed(machiai)] == [("todo", None), ("blocked", None)]

    @pytest.mark.parametrize("code", [0, 3])
    def test_for_a_run(self, machiai: Machiai, code: int) -> None:
        """A task that waits for a run wakes when it ends, however it ends; one that has ended cannot be waited for."""
        go = machiai.cwd / "go"
        run = machiai.detach(sys.executable, "-c", f"{WAITS}\nsys.exit({code})", str(go), options=("--name", "学習"))
        machiai.beat(run)
        call(machiai, "add", "write the table", "--blocked-by", "学習")
        call(machiai, "add", "look at the curves")
        call(machiai, "start", "2")
        assert f"waits for 学習 ({run})" in call(machiai, "block", "2", "--run", "last")
        assert [(row["blocked_run"], row["blocked_run_name"]) for row in listed(machiai)] == [(run, "学習")] * 2
        go.touch()
        machiai.wait_ended(run)
        rows = listed(machiai)
        assert [(row["state"], row["woken_by"], row["blocked_run"]) for row in rows] == [
            ("todo", f"run:{run}", None),
            ("doing", f"run:{run}", None),
        ]
        assert f"by run:{run}" in call(machiai, "ls")
        done = machiai.call("task", "add", "too late", "--blocked-by", run)
        assert done.returncode == 1 and "has ended already" in done.stderr
        assert len(listed(machiai)) == 2
