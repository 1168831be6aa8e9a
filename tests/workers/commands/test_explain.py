"""`machiai log RUN --explain` and the patterns of a user's own."""

from pathlib import Path

from tests.conftest import python
from tests.fakes.command import Machiai

PRINTS = "print('loading 3 files'); print('it 10 kappa 0.5 | ok'); print('epoch 2: loss 0.25')"


def test_each_line_is_shown_with_what_was_read_and_by_whom(machiai: Machiai) -> None:
    """The family and the values stand above the line they were read in; what nobody reads has none."""
    machiai.call("run", "--name", "first", "--", *python(PRINTS))
    said = machiai.call("log", "first", "--explain").stdout.splitlines()
    assert said[-2].split() == ["general", "epoch", "2:", "loss=0.25;", "[epoch", "2]"]
    assert said[-1].strip() == "epoch 2: loss 0.25"
    assert said[0].split() == ["–", "–"]


def test_a_pattern_of_the_users_own_is_asked_first(machiai: Machiai, home: Path) -> None:
    """A regex in config.toml reads what no family knows, and says so under its name."""
    home.mkdir()
    (home / "config.toml").write_text(
        "[[patterns]]\nname = 'mine'\nregex = 'it (?P<step>[0-9]+) kappa (?P<kappa>[0-9.]+)'\n"
    )
    machiai.call("run", "--name", "first", "--", *python(PRINTS))
    assert "your.mine      step 10: kappa=0.5" in machiai.call("log", "first", "--explain").stdout
    shown = machiai.show("first")["metrics"]
    assert (shown["kappa"]["last"], shown["kappa"]["last_step"]) == (0.5, 10.0)


def test_only_the_last_lines_are_explained_where_so_many_are_asked_for(machiai: Machiai) -> None:
    """-n takes the last lines, read in the light of all before them."""
    machiai.call("run", "--name", "first", "--", *python(PRINTS))
    said = machiai.call("log", "first", "--explain", "-n", "1").stdout.splitlines()
    assert len(said) == 2
    assert "loss=0.25" in said[0]


def test_a_regex_that_is_none_is_said_with_the_way_out(machiai: Machiai, home: Path) -> None:
    """A broken pattern names itself and shows how one looks."""
    home.mkdir()
    (home / "config.toml").write_text("[[patterns]]\nname = 'mine'\nregex = 'it (?P<step'\n")
    said = machiai.call("ls")
    assert said.returncode == 1
    assert "'mine'" in said.stderr
    assert "it looks like" in said.stderr


def test_what_an_earlier_launch_wrote_into_the_same_log_does_not_count(machiai: Machiai) -> None:
    """Metrics and cause are those of the last launch; the crash of the one before is not this one's."""
    code = """
for launch, steps in ((1, 20), (2, 8)):
    print("loading data from /data/x\\nmodel: resnet with 3 blocks\\nstart")
    for n in range(1, steps + 1):
        print(f"step {n}/20 loss {launch}.{n}")
    if launch == 1:
        print('Traceback (most recent call last):\\n  File "/home/lab/train.py", line 5, in <module>\\n    main()')
        print("RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB")
raise SystemExit(3)
"""
    machiai.call("run", "--name", "first", "--", *python(code))
    shown = machiai.show("first")
    assert shown["cause"] == "exit code 3"
    assert {name: shown["metrics"]["loss"][name] for name in ("count", "last", "last_step", "min", "max")} == {
        "count": 8, "last": 2.8, "last_step": 8.0, "min": 2.1, "max": 2.8,
    }  # fmt: skip
