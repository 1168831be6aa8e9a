"""Where in the training a line of free text says it is: ``Epoch 3/10``, ``step: 1,200``, ``第3轮``, ``[12/100]``."""

import re

UNITS = {
    "epoch": "epoch", "epochs": "epoch", "ep": "epoch", "エポック": "epoch", "轮": "epoch", "轮次": "epoch",
    "step": "step", "steps": "step", "global_step": "step", "global step": "step", "globalstep": "step",
    "ステップ": "step", "步数": "step",
    "iter": "iteration", "iters": "iteration", "iteration": "iteration", "iterations": "iteration", "it": "iteration",
    "itr": "iteration", "niter": "iteration", "i": "iteration", "迭代": "iteration", "イテレーション": "iteration",
    "update": "update", "updates": "update", "num_updates": "update", "n_updates": "update",
    "timestep": "timestep", "timesteps": "timestep", "total_timesteps": "timestep", "total timesteps": "timestep",
    "num_timesteps": "timestep", "num timesteps": "timestep", "env_steps": "timestep", "env steps": "timestep",
    "total_steps": "timestep", "total t": "timestep", "frames": "timestep", "frame": "timestep",
    "episode": "episode", "episodes": "episode", "eps_num": "episode", "episode num": "episode", "game": "episode",
    "games": "episode", "エピソード": "episode", "回合": "episode",
    "batch": "batch", "batches": "batch", "minibatch": "batch", "mini-batch": "batch", "batch_idx": "batch",
    "批次": "batch", "バッチ": "batch",
    "rollout": "step", "rollouts": "step", "round": "round", "rounds": "round",
    "generation": "generation", "gen": "generation",
    "kimg": "kimg", "tick": "tick",
    "步骤": "step", "步": "step", "世代": "generation",
    "época": "epoch", "epoca": "epoch", "epoche": "epoch", "époque": "epoch", "эпоха": "epoch", "에포크": "epoch",
    "에폭": "epoch", "шаг": "step", "스텝": "step", "paso": "step", "passo": "step", "итерация": "iteration",
    "iteración": "iteration", "iteração": "iteration", "эпизод": "episode", "에피소드": "episode",
    "episodio": "episode", "épisode": "episode",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+")
_ASCII_UNITS = frozenset(word for unit in UNITS if unit.isascii() for word in _WORD.findall(unit))
UNNAMED = "?"
"""The unit of a fraction that stands before everything else: ``[2500/10000] loss: 0.23``."""
_UNIT_END = re.compile(
    r"(?:^|[^A-Za-z_/]|(?<!ms)(?<!sec)(?<!\bs)/)("
    + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
    + r")(?:\s*(?:no\.?|num(?:ber)?|idx|index))?[\s:：=#\[(\]|-]*$",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(r"\s?(?P<unit>轮次?|回合|エポック|ステップ|epoch|个\s?epoch)")
_AFTER = {"轮": "epoch", "轮次": "epoch", "エポック": "epoch", "ステップ": "step", "回合": "episode"}
_OTHER_COUNT = re.compile(
    r"(?:^|[^A-Za-z])(?:max(?:imum)?|num(?:ber)?|number of|n|best|warm-?up|accum\w*|every|per|decay|window|"
    r"early[ _]stop\w*|rollout|inference|diffusion|denoising|sampling|(?:save|log|eval)(?=_))[_\- .]?$",
    re.IGNORECASE,
)
_WHOLE_SPAN = re.compile(r"(?:^|\s)(?:over|each|every|this|an?|all|whole)\s(?:the )?$", re.IGNORECASE)
_WHOLE_COUNT = re.compile(r"(?:^|[^A-Za-z])(?:total|optimi[sz]ation|training|train)[_\- .]?$", re.IGNORECASE)
_PLURALS = frozenset(("epochs", "steps", "iters", "iterations", "updates", "rounds", "batches", "total_steps"))
_TOTALS = frozenset(("total_timesteps", "total timesteps", "total_steps"))


def may_tell_position(text: str) -> bool:
    """Whether a word for a unit of training is in ``text``; quick."""
    return not text.isascii() or not _ASCII_UNITS.isdisjoint(_WORD.findall(text.lower()))


def unit_before(text: str) -> "re.Match[str] | None":
    """The unit that ``text`` ends in (group 1), if what follows counts the training: not ``best epoch``."""
    match = _UNIT_END.search(text)
    if (
        match is None
        or text[: match.start(1)].rstrip()[-1:].isdigit()
        or _OTHER_COUNT.search(text[: match.start(1)])
        or _WHOLE_SPAN.search(text[: match.start(1)])
    ):
        return None
    return match


def unit_after(before: str, after: str) -> tuple[str, int] | None:
    """The unit of a number between ``第`` and a word for it, and the length of that word."""
    if not before.rstrip().endswith("第"):
        return None
    match = _UNIT_AFTER.match(after)
    return (_AFTER.get(match["unit"], "epoch"), match.end()) if match else None


def may_be_total(text: str, unit: "re.Match[str]") -> bool:
    """Whether a number without a total may itself be one, as in ``epochs: 90`` or ``Total steps: 10000``."""
    word = unit[1].lower()
    return word in _PLURALS or word in _TOTALS or (word[-1] == "s" and bool(_WHOLE_COUNT.search(text[: unit.start(1)])))


def total_of(line: str, found: "list[re.Match[str]]", index: int) -> int | None:
    """The index of the total that a number is counted toward: ``3/10``, ``3 of 10``, ``3/ 10``."""
    if index + 1 >= len(found):
        return None
    between = line[found[index].end() : found[index + 1].start()]
    if re.fullmatch(r"\s{0,9}/\s{0,9}|\s{1,9}(?:of|out of)\s{1,9}", between) and found[index + 1][0][0] not in "-+.":
        return None if line[found[index + 1].end() :][:1] == "/" else index + 1
    return None


def share_of(line: str, found: "list[re.Match[str]]", total: int) -> int | None:
    """The index of the percentage that is told beside a fraction: ``9800/10000 (98%)``."""
    if total + 1 >= len(found):
        return None
    between = line[found[total].end() : found[total + 1].start()]
    after = line[found[total + 1].end() : found[total + 1].end() + 9]
    return total + 1 if re.fullmatch(r"\s*[(\[=]\s*", between) and re.match(r"\s?%", after) else None
