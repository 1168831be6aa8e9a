"""Which files of a project a command uses, in the shapes that projects have."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from workers.code import closure
from workers.code.closure import find_closure
from workers.code.tree_files import DiskFiles


def used(
    root: Path, argv: Sequence[str], files: dict[str, str], folder: str | None = "", **environment: str
) -> set[str]:
    """Write the files and follow the command."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return set(find_closure(argv, folder, DiskFiles(root), environment, str(root)).files)


def test_flat(tmp_path: Path) -> None:
    """Scripts side by side; what is not imported is not used, and neither is what only looks like it."""
    files = {
        "train.py": "import os, model\nimport torch",
        "model.py": "import 層",
        "層.py": "",
        "other.py": "",
        "torch.txt": "",
    }
    assert used(tmp_path, ["python", "train.py"], files) == {"train.py", "model.py", "層.py"}


def test_package_with_relative_imports(tmp_path: Path) -> None:
    """``python -m pkg.train`` with relative imports, and the ``__init__`` files that are executed on the way."""
    files = {
        "pkg/__init__.py": "from . import version",
        "pkg/version.py": "",
        "pkg/train.py": "from .models.net import Net\nfrom .data import load",
        "pkg/models/__init__.py": "",
        "pkg/models/net.py": "from ..layers import x\nfrom ...outside import y",
        "pkg/layers/__init__.py": "from .norm import n",
        "pkg/layers/norm.py": "",
        "pkg/data.py": "",
        "pkg/unused.py": "",
    }
    expected = set(files) - {"pkg/unused.py"}
    assert used(tmp_path, ["python", "-m", "pkg.train"], files) == expected
    assert used(tmp_path, ["torchrun", "--nproc_per_node=2", "-m", "pkg.train"], {}) == expected


def test_a_package_that_is_run(tmp_path: Path) -> None:
    """``python -m pkg`` begins with its ``__main__``."""
    files = {"pkg/__init__.py": "", "pkg/__main__.py": "from pkg import a", "pkg/a.py": "", "pkg/b.py": ""}
    assert used(tmp_path, ["python", "-m", "pkg"], files) == {"pkg/__init__.py", "pkg/__main__.py", "pkg/a.py"}


def test_script_in_a_subfolder(tmp_path: Path) -> None:
    """A script below the root: its own folder comes first, then those above, ``src`` and PYTHONPATH."""
    files = {
        "scripts/deep/train.py": "import near\nimport top\nimport pkg.inner\nfrom extra import more",
        "scripts/deep/near.py": "",
        "near.py": "",
        "top.py": "",
        "src/pkg/__init__.py": "",
        "src/pkg/inner.py": "",
        "third party/extra.py": "",
    }
    found = used(tmp_path, ["python", "deep/train.py"], files, "scripts", PYTHONPATH=f"/x:{tmp_path}/third party")
    assert found == set(files) - {"near.py"}


def test_standard_library(tmp_path: Path) -> None:
    """A name of the standard library is found beside the script only: elsewhere Python would not look first."""
    files = {"jobs/train.py": "import random\nimport queue", "random.py": "", "jobs/queue.py": ""}
    assert used(tmp_path, ["python", "jobs/train.py"], files) == {"jobs/train.py", "jobs/queue.py"}


def test_namespace_packages(tmp_path: Path) -> None:
    """Folders without ``__init__`` are packages too, after those that have one."""
    files = {"train.py": "from data.loaders import fast\nimport nets.a", "data/loaders/fast.py": "", "nets/a.py": ""}
    assert used(tmp_path, ["python", "train.py"], files) == set(files)


def test_configurations(tmp_path: Path) -> None:
    """Files named on the command line, what these name, and Hydra's configurations."""
    files = {
        "train.py": "import hydra\n@hydra.main(config_path='conf', config_name='main')\ndef main(c): ...",
        "conf/main.yaml": "defaults: [model: a]",
        "conf/model/a.yaml": "_target_: nets.Net",
        "nets.py": "",
        "configs/実験 1.yaml": "",
        "configs/mm.py": "_base_ = './base.py'",
        "configs/base.py": "",
        "configs/unused.yaml": "",
    }
    argv = ["python", "train.py", "--config=configs/実験 1.yaml", "configs/mm.py", "--out", "../x.yaml"]
    assert used(tmp_path, argv, files) == set(files) - {"configs/unused.yaml"}


def test_shell_scripts_and_console_scripts(tmp_path: Path) -> None:
    """A shell script that starts the training, and a command that the project declares."""
    files = {
        "run.sh": "#!/bin/sh\npython train.py --x\n",
        "train.py": "import a",
        "a.py": "",
        "pyproject.toml": "[project.scripts]\nmy-train = 'tool.cli:main'\n",
        "src/tool/__init__.py": "",
        "src/tool/cli.py": "",
    }
    assert used(tmp_path, ["bash", "run.sh"], files) == {"run.sh", "train.py", "a.py"}
    assert used(tmp_path, ["my-train", "--x"], {}) == {"src/tool/__init__.py", "src/tool/cli.py"}
    assert used(tmp_path, ["my-train"], {"pyproject.toml": "nonsense ["}) == set()


def test_text_of_c(tmp_path: Path) -> None:
    """What the text of ``-c`` imports."""
    assert used(tmp_path, ["python", "-c", "import a"], {"a.py": "import b", "b.py": ""}) == {"a.py", "b.py"}


@pytest.mark.parametrize("argv", [["make", "train"], [], ["python"], ["python", "gone.py"], ["python", "/etc/x.py"]])
def test_nothing_known(tmp_path: Path, argv: list[str]) -> None:
    """A command that tells nothing has no entry and no files."""
    found = find_closure(argv, "", DiskFiles(tmp_path), {}, str(tmp_path))
    assert (found.entry, found.files) == ("", frozenset())


def test_started_outside(tmp_path: Path) -> None:
    """Started from a folder outside the project, a script is found by its whole path."""
    files = {"train.py": "import a", "a.py": ""}
    assert used(tmp_path, ["python", f"{tmp_path}/train.py"], files, None) == {"train.py", "a.py"}
    assert used(tmp_path, ["python", "train.py"], files, None) == set()


def test_circles_and_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports in a circle end; very many files are cut, and it is said so."""
    assert used(tmp_path, ["python", "a.py"], {"a.py": "import b", "b.py": "import a"}) == {"a.py", "b.py"}
    monkeypatch.setattr(closure, "MOST_FILES", 3)
    (tmp_path / "c.py").write_text("import a, b, d")
    (tmp_path / "d.py").write_text("")
    found = find_closure(["python", "c.py"], "", DiskFiles(tmp_path), {}, str(tmp_path))
    assert (len(found.files), found.capped) == (3, True)
