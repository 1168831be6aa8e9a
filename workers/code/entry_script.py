"""Which script or module a command line begins: through launchers (torchrun, srun …), wrappers and shells."""

import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

_PYTHON = re.compile(r"(python|pypy)[\d.]*$|ipython\d*$|coverage$|debugpy$")
_SHELLS = ("sh", "bash", "zsh", "dash", "ksh", "fish", "source")
_LAUNCHERS = (
    *("torchrun", "accelerate", "accelerate-launch", "deepspeed", "horovodrun", "composer", "colossalai", "mpirun"),
    *("mpiexec", "srun", "fairscale", "torchx", "lightning", "fabric", "ray", "streamlit", "jupyter", "papermill"),
)
_LAUNCHER_MODULES = (
    *("torch.distributed.run", "torch.distributed.launch", "torch.distributed.elastic", "accelerate.commands.launch"),
    *("accelerate", "deepspeed", "deepspeed.launcher.runner", "coverage", "cProfile", "profile", "pdb", "debugpy"),
    *("scalene", "kernprof", "line_profiler", "viztracer", "memray", "torch_xla.distributed.xla_dist", "torchrun"),
)
_PYTHON_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_PYTHON_FLAGS = re.compile(r"-[bBdEiIOPqRsSuvx]*([mc])(.*)", re.DOTALL)
_SEPARATORS = re.compile(r"^(;|&&|\|\||\||&)$")
_DEEPEST = 4


@dataclass
class Entry:
    """What is begun: scripts as they were typed, dotted modules, the text of ``-c``, and shell scripts to be read."""

    scripts: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    shells: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Commands that may be console scripts of the project."""

    @property
    def name(self) -> str:
        """How to call it: the script, else the module, else the shell script; empty where nothing was recognised."""
        named = [*self.scripts, *(f"-m {module}" for module in self.modules), *self.shells]
        return named[0] if named else "-c" if self.texts else ""


def find_entry(argv: Sequence[str]) -> Entry:
    """What a command line begins."""
    entry = Entry()
    _read_words(list(argv), entry, 0)
    return entry


def read_shell(text: str, entry: Entry) -> None:
    """Add to ``entry`` what the lines of a shell script begin; what stands in variables is not known."""
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        _read_line(line, entry, 1)


def _read_line(line: str, entry: Entry, depth: int) -> None:
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:  # a quote that goes on in the next line
        return
    command: list[str] = []
    for word in [*words, ";"]:
        if _SEPARATORS.match(word):
            if any(_is_start(one) for one in command):
                _read_words(command, entry, depth)
            command = []
        else:
            command.append(word)


def _is_start(word: str) -> bool:
    name = os.path.basename(word)
    return bool(_PYTHON.match(name)) or name in _LAUNCHERS or name in _SHELLS or name.endswith((".py", ".sh"))


def _read_words(words: list[str], entry: Entry, depth: int) -> None:
    """Go through the words until one is begun; what is before it are wrappers, their options and variables."""
    launched = False
    for position, word in enumerate(words):
        name = os.path.basename(word)
        rest = words[position + 1 :]
        if _PYTHON.match(name):
            _read_python(rest, entry, depth)
            return
        if name in _SHELLS and depth < _DEEPEST:
            _read_shell_words(rest, entry, depth)
            return
        if launched and word in ("-m", "--module") and rest and not rest[0].startswith("-"):
            if not rest[0].isdecimal():  # `torchrun -m pkg.train`; but `horovodrun -m 2`
                _take_module(rest, entry, depth)
                return
        elif name.endswith(".py") and not word.startswith("-"):
            entry.scripts.append(word)
            return
        elif name.endswith((".sh", ".bash", ".slurm", ".sbatch")) and not word.startswith("-"):
            entry.shells.append(word)
            return
        elif name in _LAUNCHERS:
            launched = True
    if words and not launched:
        entry.commands.append(os.path.basename(words[0]))


def _read_python(words: list[str], entry: Entry, depth: int) -> None:
    while words:
        word, *words = words
        flags = _PYTHON_FLAGS.match(word)
        if flags:
            rest = [flags[2], *words] if flags[2] else words
            if flags[1] == "c":
                entry.texts += rest[:1]
            elif rest:
                _take_module(rest, entry, depth)
            return
        if word in _PYTHON_WITH_VALUE:
            words = words[1:]
        elif not word.startswith("-"):
            entry.scripts.append(word)
            return


def _take_module(words: list[str], entry: Entry, depth: int) -> None:
    module, *rest = words
    if module in _LAUNCHER_MODULES and depth < _DEEPEST:
        _read_words(["torchrun", *rest], entry, depth + 1)
    else:
        entry.modules.append(module)


def _read_shell_words(words: list[str], entry: Entry, depth: int) -> None:
    for position, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            for line in " ".join(words[position + 1 : position + 2]).splitlines():
                _read_line(line, entry, depth + 1)
            return
        if not word.startswith("-"):
            entry.shells.append(word)
            return
