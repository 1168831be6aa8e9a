"""What a Python file imports, from its text."""

from workers.code.imports import Import, read_imports, read_targets


def test_imports() -> None:
    """All kinds of imports, in functions and under conditions too; not those for the type checker only."""
    text = """
import os, a.b as c
from . import d
from ..e.f import g as h, i
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import hidden
else:
    import shown
def function():
    try:
        import late
    except ImportError:
        from fallback import *
    match 1:
        case 1:
            import matched
import importlib
importlib.import_module("made.up")
importlib.import_module(".near", __package__)
"""
    found = set(read_imports(text.encode()).imports)
    assert {
        *(Import(0, "os"), Import(0, "a.b"), Import(1, "", ("d",)), Import(2, "e.f", ("g", "i"))),
        *(Import(0, "shown"), Import(0, "late"), Import(0, "fallback", ("*",)), Import(0, "matched")),
        *(Import(0, "made.up"), Import(1, "near")),
    } <= found
    assert Import(0, "hidden") not in found


def test_paths_and_configurations() -> None:
    """Folders put on the path, bases of a configuration, and Hydra's folder of configurations."""
    text = """
import sys, hydra
sys.path.insert(0, "lib")
sys.path.append("../tools")
_base_ = ["base.py", "../b.py"]
@hydra.main(version_base=None, config_path="conf", config_name="a")
def main(cfg): ...
"""
    reading = read_imports(text.encode())
    assert sorted(reading.folders) == ["../tools", "lib"]
    assert (reading.bases, reading.configurations) == (["base.py", "../b.py"], ["conf"])


def test_what_cannot_be_parsed() -> None:
    """A file in an older Python, or with an error in it, is read line by line; binary rubbish gives nothing."""
    text = b"import a, b as c\nfrom .d import e, f  # why\nprint 'hello'\n    import late\n"
    assert read_imports(text).imports == [
        Import(0, "a"), Import(0, "b"), Import(1, "d", ("e", "f")), Import(0, "late"),
    ]  # fmt: skip
    assert read_imports(b"\0\xff\xfe").imports == []


def test_targets() -> None:
    """The modules that a configuration names as Hydra's targets."""
    text = b"model:\n  _target_: pkg.models.Net\n  loss: {_target_: 'pkg.loss.focal'}\nname: _target_x\n"
    assert read_targets(text).imports == [Import(0, "pkg.models", ("Net",)), Import(0, "pkg.loss", ("focal",))]
