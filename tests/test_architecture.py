"""The shape of the source, checked on its syntax trees: who may import whom, where SQL stands, how long a module is."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import BROWSER, FIRST

ROOT = Path(__file__).resolve().parents[1]
OURS = ("app", "store", "workers", "tests")
LONGEST = 400
ALONE = "workers/notebook/machiai_watch.py"
"""One file on purpose: it is copied to where nothing else of ours is."""
_SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA\s+\w+)\b",
    re.DOTALL,
)


def sources(*folders: str) -> list[Path]:
    """The Python files below those folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    """A file's path from the root."""
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, *, at_runtime: bool = False) -> Iterator[str]:
    """The full names of modules a file imports, wherever in it; ``at_runtime`` leaves TYPE_CHECKING blocks out."""
    tree = tree_of(path)
    hidden = set()
    if at_runtime:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                hidden |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name(path)} imports relatively; write the full name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """A file's string constants with their lines, f-strings as one, docstrings left out."""
    tree = tree_of(path)
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docstrings.add(id(first.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values),
            )


def roots(path: Path) -> set[str]:
    """The top-level packages a file imports."""
    return {one.partition(".")[0] for one in imports(path)}


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("app", {"workers"}),
        ("workers", {"app", "streamlit"}),
        ("store", {"app", "workers", "streamlit", "pandas", "torch", "numpy"}),
    ],
)
def test_directions(folder: str, forbidden: set[str]) -> None:
    """app → store ← workers, and no Streamlit outside app/; nothing imports the tests."""
    wrong = {name(path): found for path in sources(folder) if (found := roots(path) & {*forbidden, "tests"})}
    assert not wrong


def test_sql_in_the_store_only() -> None:
    """No SQL outside store/."""
    wrong = [
        f"{name(path)}:{line}: {text[:60]}"
        for path in sources("app", "workers")
        for line, text in strings(path)
        if _SQL.search(text)
    ]
    assert not wrong


def test_the_search_for_sql_finds_it(tmp_path: Path) -> None:
    """The test above would notice SQL, in f-strings too, and does not take prose for it."""
    source = tmp_path / "x.py"
    source.write_text('a = f"SELECT {b} FROM runs"\nc = "PRAGMA integrity_check"\nd = "select one from the list"\n')
    assert [line for line, text in strings(source) if _SQL.search(text)] == [1, 2]


def test_the_supervisor_is_standard_library_only() -> None:
    """Everything the supervisor imports, directly or not, is the standard library or such a module of ours."""
    waiting, seen = [ROOT / "workers/runs/supervisor.py"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for one in imports(path, at_runtime=True):
            parts = one.split(".")
            if parts[0] not in OURS:
                assert parts[0] in sys.stdlib_module_names, f"{name(path)} imports {one}"
                continue
            for length in range(1, len(parts) + 1):
                base = ROOT.joinpath(*parts[:length])
                waiting += [found for found in (base.with_suffix(".py"), base / "__init__.py") if found.is_file()]
    assert {"workers/runs/rundir.py", "workers/machine/processes.py"} <= {name(path) for path in seen}
    assert not {name(path) for path in seen if name(path).startswith(("store/", "app/"))}


@pytest.mark.parametrize("path", sources("store", "workers", "app"), ids=name)
def test_modules(path: Path) -> None:
    """Every module says what it is for, and is no longer than a reader can hold."""
    assert ast.get_docstring(tree_of(path)), f"{name(path)} has no docstring"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST or name(path) == ALONE, f"{name(path)} has {lines} lines"


def test_names() -> None:
    """No module is called after nothing in particular, and none in app/ hides a package."""
    vague = {"utils", "util", "helpers", "helper", "manager", "core", "common", "misc"}
    assert not [name(path) for path in sources("app", "store", "workers") if path.stem in vague]
    assert not {path.stem for path in (ROOT / "app").glob("*.py")} & {"streamlit", "app", "locale", "calendar"}


def test_what_the_tests_begin_with_is_there() -> None:
    """A file of tests that was renamed would be begun late, and all the others waited for."""
    assert [file for file in FIRST if file != BROWSER and not (ROOT / file).is_file()] == []
