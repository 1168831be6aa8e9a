"""`machiai alert` and `machiai run --alert`, as typed in a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import python
from tests.fakes.command import Machiai
from workers.runs import rundir

TRAINING = """
for step in range(6):
    print(f"step {step * 10} loss {3 - step / 2} val_acc {(0.1, 0.5, 0.92, 0.8, 0.95, 0.96)[step]} top1% {step * 15}")
"""


@pytest.fixture(name="trained")
def _trained(machiai: Machiai) -> str:
    """A run of the project *cifar*; its id."""
    machiai.call("run", "--name", "学習", "--project", "cifar", "--", *python(TRAINING))
    return str(machiai.show()["id"])


def listed(machiai: Machiai) -> list[dict[str, Any]]:
    """What `machiai alert ls --json` says."""
    rows: list[dict[str, Any]] = json.loads(machiai.call("alert", "ls", "--json").stdout)
    return rows


class TestKeeping:
    """Adding, listing, removing."""

    def test_for_a_project_and_for_a_run(self, machiai: Machiai, trained: str) -> None:
        """A condition is kept for the project of the last run, or the run that is named; what it would have told is said."""
        done = machiai.call("alert", "add", "val_acc>90%")
        assert done.returncode == 0
        assert "alert 1: val_acc > 0.9, in all runs of cifar, now" in done.stderr
        assert "told in 1 of 1 run with that metric" in done.stderr
        done = machiai.call("alert", "add", "loss[2].mean > 3", "--run", "学習", "--severity", "digest")
        assert f"in 学習 ({trained}), digest" in done.stderr and "nothing more will come" in done.stderr
        first, second = listed(machiai)
        assert (first["id"], first["expression"], first["project"], first["run"]) == (1, "val_acc > 0.9", "cifar", None)
        assert (second["run"], second["run_name"], second["severity"]) == (trained, "学習", "digest")
        shown = machiai.call("alert", "ls").stdout
        assert "val_acc > 0.9" in shown and "project cifar" in shown and f"学習 ({trained})" in shown
        assert machiai.call("alert", "remove", "1").returncode == 0
        assert [row["id"] for row in listed(machiai)] == [2]

    def test_what_is_refused(self, machiai: Machiai, trained: str) -> None:
        """Each refusal names what is wrong and the way out, and keeps nothing."""
        for arguments, words in (
            (("add", "val acc > 0.9"), "put in quotes: 'val acc'"),
            (("add", "foo best"), "`foo best higher`"),
            (("add", "loss > 1", "--project", "cifra"), "did you mean cifar?"),
            (("add", "loss > 1", "--run", "gone"), "no run is called 'gone'"),
            (("add", "loss > 1", "--run", "last", "--project", "cifar"), "contradict"),
            (("remove", "7"), "there is no alert 7"),
        ):
            done = machiai.call("alert", *arguments)
            assert done.returncode != 0 and words in done.stderr, done.stderr
            assert "Traceback" not in done.stderr
        done = machiai.call("alert", "add", "loss > 1", env={"MACHIAI_READ_ONLY": "1"})
        assert done.returncode == 1 and "read-only" in done.stderr
        assert listed(machiai) == []

    def test_what_is_warned_of(self, machiai: Machiai, trained: str) -> None:
        """A metric nobody has is kept, with near names; so is a percentage of what is in percent already."""
        done = machiai.call("alert", "add", "val_ac > 0.9")
        assert done.returncode == 0 and "no metric" not in done.stdout
        assert "has a metric 'val_ac' so far; did you mean val_acc?" in done.stderr
        done = machiai.call("alert", "add", "loss > 90%")
        assert "read as 0.9, but loss goes up to 3" in done.stderr
        assert len(listed(machiai)) == 2

    def test_before_any_run(self, machiai: Machiai) -> None:
        """There is no project yet, and it says how there will be one."""
        done = machiai.call("alert", "add", "loss > 1")
        assert done.returncode == 1 and "there is no run yet" in done.stderr

    def test_the_project_of_the_folder(self, machiai: Machiai, trained: str, tmp_path: Path) -> None:
        """In a folder that runs were launched from, or below it, that project is meant."""
        folder = tmp_path / "speech"
        (folder / "src").mkdir(parents=True)
        machiai.call("run", "--", *python("print('step 1 wer 0.5')"), cwd=folder)
        machiai.call("run", "--project", "cifar", "--", *python(TRAINING))
        done = machiai.call("alert", "add", "wer < 5%", cwd=folder / "src")
        assert "in all runs of speech" in done.stderr


class TestReplay:
    """When it would have been told."""

    def test_for_people_and_scripts(self, machiai: Machiai, trained: str) -> None:
        """Steps and values where it became true, run by run; nothing is kept."""
        done = machiai.call("alert", "replay", "val_acc > 0.9")
        assert "step 20 (0.92), step 40 (0.95)" in done.stdout
        assert "would have been told in 1 of 1 run of cifar" in done.stderr
        (row,) = json.loads(machiai.call("alert", "replay", "val_acc best", "--json").stdout)
        assert (row["run"], row["count"], row["found"], row["points"]) == (trained, 4, True, 6)
        assert [fire["step"] for fire in row["fired"]] == [10, 20, 40, 50]
        assert "never, in 6 points (0.5 to 3)" in machiai.call("alert", "replay", "loss > 3").stdout
        done = machiai.call("alert", "replay", "los > 3")
        assert "has no such metric" in done.stdout and "did you mean loss?" in done.stderr
        assert listed(machiai) == []


class TestLaunch:
    """`machiai run --alert`."""

    def test_kept_with_the_run(self, machiai: Machiai) -> None:
        """Conditions are written into run.json and looked for in that run."""
        run = machiai.detach(*python(TRAINING), options=["--alert", "val_acc>0.9", "--alert", "loss is nan"])
        found = rundir.read_json(machiai.home / "runs" / run / rundir.MANIFEST)
        assert found is not None and found["alerts"] == ["val_acc > 0.9", "loss is nan"]
        machiai.wait_ended(run)
        assert [(row["run"], row["expression"]) for row in listed(machiai)] == [
            (run, "val_acc > 0.9"),
            (run, "loss is nan"),
        ]

    @pytest.mark.parametrize("text", ["val_acc >", "foo best"])
    def test_a_typing_error_costs_no_run(self, machiai: Machiai, text: str) -> None:
        """A condition that cannot be read is refused before anything is started."""
        done = machiai.call("run", "--alert", text, "--", *python("open('ran', 'w')"))
        assert done.returncode == 125
        assert "Nothing was started" in done.stderr and text in done.stderr
        assert not (machiai.cwd / "ran").exists()
        assert not (machiai.home / "runs").exists() or not list((machiai.home / "runs").iterdir())
