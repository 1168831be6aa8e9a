"""What a command line tells about a run: its name, its parameters, and what in it must be kept secret."""

import os
import re
import shlex
from collections.abc import Mapping, Sequence

HIDDEN = "•••"
_SECRET = re.compile(
    r"token$|secret|passw|passphrase|credential|(^|_)jwt|(^|[-_])auth([-_]|$)"
    r"|(api|access|private|ssh|sign\w*|encrypt\w*|account|master|wandb|openai|hf)[-_]?key",
    re.IGNORECASE,
)
_WORD_TOKEN = re.compile(  # tokens of text, as in --pad_token
    r"(pad|eos|bos|cls|sep|mask|unk|image|video|audio|special|max|min|num|n|per|end|start|stop|target|prefix|trigger"
    r"|placeholder|initializer|modifier|class|lang|register|next|context|begin|eot|think)[-_]?token$",
    re.IGNORECASE,
)
_URL_USER = re.compile(r"(?<=://)[^/\s:@]*:[^/\s]*@")
_KNOWN_TOKEN = re.compile(r"\b(hf_|gh[pousr]_|github_pat_|glpat-|sk-|xox[abp]-|AKIA)[A-Za-z0-9_-]{16,}")
_INNER = re.compile(r"""(?P<name>-{0,2}[\w.-]+)(?P<between>=|\s+)(?P<value>"[^"]*"|'[^']*'|[^\s;&|]+)""")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_ASSIGNMENT = re.compile(r"(\+{0,2}|~)([A-Za-z_][\w./@-]*)=(.*)", re.DOTALL)
_SHELLS = ("sh", "bash", "zsh", "dash", "ksh", "fish")
_PYTHON_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")
_ENVIRONMENT = tuple(
    """
    CUDA_ NVIDIA_ NCCL_ OMP_ MKL_ OPENBLAS_ NUMEXPR_ SLURM_ TORCH PYTORCH_ XLA_ JAX_ TF_ TRANSFORMERS_ HF_DATASETS_
    HF_HOME HF_HUB_OFFLINE WANDB_MODE WANDB_PROJECT WANDB_RUN_GROUP CONDA_DEFAULT_ENV CONDA_PREFIX VIRTUAL_ENV
    PYTHONPATH PYTHONHASHSEED LD_LIBRARY_PATH LD_PRELOAD RANK LOCAL_RANK WORLD_SIZE LOCAL_WORLD_SIZE MASTER_ADDR
    MASTER_PORT TOKENIZERS_PARALLELISM
    """.split()  # noqa: SIM905
)


def is_secret(name: str) -> bool:
    """Whether something of that name is likely a secret."""
    return bool(_SECRET.search(name)) and not _WORD_TOKEN.search(name)


def mask(argv: Sequence[str]) -> list[str]:
    """The command line with the values of secret options hidden."""
    masked: list[str] = []
    hide_next = False
    for word in argv:
        name, equals, _ = word.partition("=")
        if hide_next and not word.startswith("-"):
            masked.append(HIDDEN)
        elif equals and is_secret(name) and " " not in name:
            masked.append(f"{name}={HIDDEN}")
        else:
            masked.append(_mask_inside(word))
        hide_next = word.startswith("-") and not equals and is_secret(name)
    return masked


def _mask_inside(text: str) -> str:
    """A word or value without the secrets that show in it: passwords in addresses, well-known forms of tokens, and
    in a shell's script the values of secret options and variables."""
    text = _KNOWN_TOKEN.sub(HIDDEN, _URL_USER.sub(f"{HIDDEN}@", text))
    if not re.search(r"\s", text):
        return text
    position, parts = 0, []
    while found := _INNER.search(text, position):
        hide = is_secret(found["name"]) and (found["between"] == "=" or found["name"].startswith("-"))
        hide = hide and not found["value"].startswith("-")
        stop = found.end() if hide else found.end("name")
        parts.append(text[position : found.start("value")] + HIDDEN if hide else text[position:stop])
        position = stop
    return "".join([*parts, text[position:]])


def select_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The part of the environment that explains a run: an allow-list, and never anything that looks secret."""
    return {
        name: _mask_inside(value)
        for name, value in sorted(environ.items())
        if any(name == known or (known.endswith(("_", "TORCH")) and name.startswith(known)) for known in _ENVIRONMENT)
        and not is_secret(name)
    }


def read_params(argv: Sequence[str]) -> dict[str, str]:
    """Parameters on a command line: ``--lr 3e-4``, ``--lr=3e-4``, flags, and hydra's ``key=value``.

    An option's values are the word after it, and further numbers after a number; secrets are hidden.
    """
    words = _arguments(argv)
    params: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        assignment = _ASSIGNMENT.fullmatch(word)
        if word.startswith("-") and not _NUMBER.match(word) and word.strip("-"):
            name, equals, value = word.lstrip("-").partition("=")
            if not equals:
                values: list[str] = []
                while position < len(words) and _is_value(words[position]):
                    if values and not (_NUMBER.match(words[position]) and _NUMBER.match(values[0])):
                        break
                    values.append(words[position])
                    position += 1
                value = " ".join(values) if values else "true"
        elif assignment and not word.startswith(("/", ".")):
            name, value = assignment[2], assignment[3]
        else:
            continue
        params[name] = HIDDEN if is_secret(name) else _mask_inside(value)
    return params


def name_run(argv: Sequence[str]) -> str:
    """A name for a run nobody named: its script or module, else its command; empty for an empty command."""
    if not argv:
        return ""
    inner = _shell_words(argv)
    if inner:
        return name_run(inner)
    for position, word in enumerate(argv):
        if word == "-m" and position + 1 < len(argv) and position and _is_python(argv[0]):
            return argv[position + 1]
        if word.endswith((".py", ".sh", ".ipynb", ".jl", ".R", ".lua")) and not word.startswith("-"):
            return os.path.basename(word).rsplit(".", 1)[0] or word
    return os.path.basename(argv[0]) or argv[0]


def _arguments(argv: Sequence[str]) -> list[str]:
    """The words after the interpreter, its own options and the script."""
    inner = _shell_words(argv)
    if inner:
        return _arguments(inner)
    words = list(argv[1:])
    if argv and not _is_python(argv[0]):
        return words
    while words:
        word = words.pop(0)
        if word in ("-m", "-c"):
            return words[1:]
        if word in _PYTHON_WITH_VALUE:
            words[:1] = []
        elif not word.startswith("-"):
            return words
    return words


def _shell_words(argv: Sequence[str]) -> list[str]:
    """The words of the last command in ``bash -c "…"``; empty for anything else."""
    if not argv or os.path.basename(argv[0]) not in _SHELLS:
        return []
    for position, word in enumerate(argv[1:-1], start=1):
        if word.startswith("-") and word.endswith("c"):
            try:
                words = shlex.split(argv[position + 1])
            except ValueError:
                return []
            while words and (words[0] == "exec" or _ASSIGNMENT.fullmatch(words[0])):
                words.pop(0)
            return words
    return []


def _is_python(command: str) -> bool:
    return re.fullmatch(r"(python|pypy)[\d.]*", os.path.basename(command)) is not None


def _is_value(word: str) -> bool:
    return not word.startswith("-") or bool(_NUMBER.match(word))
