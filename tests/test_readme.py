"""The READMEs say what is true: settings, commands, pages, pictures."""

import re
from pathlib import Path

import click
import pytest

from store.settings import describe
from tests.conftest import ROOT
from workers.cli import COMMANDS, machiai

READMES = ("README.md", "README.ja.md")


@pytest.fixture(name="text", params=READMES)
def _text(request: pytest.FixtureRequest) -> str:
    return (ROOT / str(request.param)).read_text(encoding="utf-8")


def table_rows(text: str, first: str) -> list[list[str]]:
    """The cells of all table rows whose first cell begins with ``first``."""
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith(f"| {first}")]
    return [[cell.strip() for cell in row] for row in rows]


def test_the_settings_table_is_the_code(text: str) -> None:
    """Every setting is there with its default, in order, and no other; English also in the words of the code."""
    rows = table_rows(text, "`MACHIAI_")
    wanted = [[f"`{name}`", f"`{default}`" if default else "", words] for name, default, words in describe()]
    assert [row[:2] for row in rows] == [row[:2] for row in wanted]
    if "日本語" in text.splitlines()[5]:
        assert rows == wanted


def test_every_command_is_told_and_no_other(text: str) -> None:
    """The command table has all subcommands, and every `machiai …` in the text is one."""
    told = {row[0].strip("`").split()[1] for row in table_rows(text, "`machiai ")}
    assert told == set(COMMANDS)
    mentioned = set(re.findall(r"machiai ([a-z]+)\b", re.sub(r"machiai: .*", "", text)))
    assert mentioned <= set(COMMANDS)


def test_every_option_exists(text: str) -> None:
    """An option named beside a command is one of that command's."""
    context = click.Context(machiai)
    for command, options in re.findall(r"`machiai ([a-z]+)((?: [^`]*)?)`", text):
        found = machiai.get_command(context, command)
        assert found is not None
        verb = options.split()[0] if options.split() else ""
        if isinstance(found, click.Group) and (deeper := found.get_command(context, verb)) is not None:
            found = deeper
        known = {name for parameter in found.params for name in parameter.opts}
        for option in re.findall(r"(?<= )--?[a-z][a-z-]*", options.split(" -- ")[0]):
            assert option in known, f"machiai {command} has no {option}"


def test_the_two_ways_to_start_are_shown(text: str) -> None:
    """Both commands stand there as they are typed."""
    assert "\npython3 -m app " in text
    assert "\npython3 -m tests " in text


def test_links_and_pictures_lead_somewhere(text: str) -> None:
    """Every relative link is a file of this repository, every anchor a heading."""
    headings = {
        re.sub(r"[^\w\s-]", "", line.lstrip("# ").lower()).strip().replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings
        elif "://" not in target:
            assert (ROOT / target).is_file(), target


def test_both_languages_have_the_same_sections() -> None:
    """The Japanese README is beside the English one, section by section."""
    counts = [
        [
            len(re.findall(rf"^{'#' * level} ", Path(ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
            for level in (1, 2)
        ]
        for name in READMES
    ]
    assert counts[0] == counts[1]
