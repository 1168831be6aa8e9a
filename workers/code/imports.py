"""What a Python file imports, read from its text alone; nothing is executed."""

import ast
import re
import warnings
from dataclasses import dataclass, field

_LINE = re.compile(rb"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(.+)|import[ \t]+([\w., \t]+))", re.MULTILINE)
_TARGET = re.compile(r"_target_[\"']?\s*[:=]\s*[\"']?([A-Za-z_][\w.]*)")
_CALLED = (b"import_module", b"__import__", b"path.", b"config_path", b"_base_")
_STATEMENTS = ("body", "orelse", "finalbody", "handlers", "cases")
_LARGEST = 4_000_000


@dataclass(frozen=True)
class Import:
    """``from ..a.b import c``: level 2, module ``a.b``, names ``("c",)``."""

    level: int
    module: str
    names: tuple[str, ...] = ()


@dataclass
class Reading:
    """The imports of a file, the folders it adds to the path, the files it is based on, and its Hydra folders."""

    imports: list[Import] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    configurations: list[str] = field(default_factory=list)


def read_imports(source: bytes) -> Reading:
    """All imports of a Python file, those inside functions too; not those for the type checker only.

    A file that this Python cannot parse (an older or newer language) is read line by line.
    """
    reading = Reading()
    if len(source) > _LARGEST:
        return reading
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _read_lines(source, reading)
        return reading
    _read_statements(tree, reading)
    if any(word in source for word in _CALLED):
        for node in ast.walk(tree):
            _read_expression(node, reading)
    return reading


def read_targets(source: bytes) -> Reading:
    """The modules that a configuration file names as Hydra's ``_target_``."""
    text = source[:_LARGEST].decode("utf-8", "replace")
    found = [target.rpartition(".") for target in _TARGET.findall(text)]
    return Reading([Import(0, module, (name,)) for module, _, name in found if module])


def _read_statements(tree: ast.Module, reading: Reading) -> None:
    """The import statements, wherever statements can stand; expressions, most of a file, are not gone through."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            reading.imports += [Import(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            reading.imports.append(Import(node.level, node.module or "", tuple(alias.name for alias in node.names)))
        elif isinstance(node, ast.If) and _is_for_types(node.test):
            waiting += node.orelse
        else:
            for field_name in _STATEMENTS:
                waiting += getattr(node, field_name, ())


def _read_expression(node: ast.AST, reading: Reading) -> None:
    if isinstance(node, ast.Call):
        _read_call(node, reading)
    elif isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "_base_" for one in node.targets):
        reading.bases += _texts(node.value)


def _read_call(node: ast.Call, reading: Reading) -> None:
    called = ast.unparse(node.func) if isinstance(node.func, ast.Attribute | ast.Name) else ""
    first = node.args[0] if node.args else None
    if called in ("importlib.import_module", "import_module", "__import__"):
        for name in _texts(first)[:1]:
            level = len(name) - len(name.lstrip("."))
            reading.imports.append(Import(level, name[level:]))
    elif called in ("sys.path.append", "path.append"):
        reading.folders += _texts(first)
    elif called in ("sys.path.insert", "path.insert"):
        reading.folders += _texts(node.args[1]) if len(node.args) > 1 else []
    elif called in ("hydra.main", "main", "initialize", "hydra.initialize"):
        for keyword in node.keywords:
            if keyword.arg == "config_path":
                reading.configurations += _texts(keyword.value)


def _texts(node: ast.AST | None) -> list[str]:
    """The strings that stand there, alone or in a list."""
    nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return [one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"


def _read_lines(source: bytes, reading: Reading) -> None:
    for match in _LINE.finditer(source):
        module, names, plain = ((part or b"").decode("utf-8", "replace") for part in match.groups())
        if plain:
            words = [part.split() for part in plain.split(",")]
            reading.imports += [Import(0, word[0]) for word in words if word]
        else:
            level = len(module) - len(module.lstrip("."))
            given = tuple(re.findall(r"\w+", re.sub(r"\bas\s+\w+", "", names.partition("#")[0])))
            reading.imports.append(Import(level, module[level:], given))
