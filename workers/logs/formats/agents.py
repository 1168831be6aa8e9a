"""Reinforcement learning told in single lines: Unity ML-Agents, Acme, Dopamine, d3rlpy, the actor-critic tutorials."""

import re

from workers.logs.formats import Memory
from workers.logs.names import tidy
from workers.logs.numbers import NUMBER, to_number
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (
    "Mean Reward: ",
    "was completed since last summary",
    "] ",
    "Average undiscounted return",
    "Average training steps",
    "Average normalized return",
    "Updates ",
    "training episodes: ",
    " episodes: ",
    "Parameter '",
    "Starting iteration ",
    "Steps executed: ",
    " metrics={",
)
_UNITY = re.compile(
    r"(?:^|[\s\]:])(?P<brain>[\w?=&-]{1,100})[.:] Step: (?P<step>\d+)\. (?:Time Elapsed: [\d.]+ s\.? )?"
    rf"(?:Mean Reward: (?P<mean>{NUMBER})\.(?: Std of Reward: (?P<std>{NUMBER})\.)?"
    rf"(?: Mean Group Reward: (?P<group>{NUMBER})\.)?(?: (?:Not )?Training\.)?"
    rf"(?: ELO: (?P<elo>{NUMBER})\.)?|No episode was completed)"
)
_LESSON = re.compile(r"(?:\[\w+\] |\w+:[\w.]+:\s?)?Parameter '[^']{1,80}' (?:is in lesson|has been updated)")
_SPREAD = re.compile(
    rf"(?P<first>mean|min)/(?P<second>median|max) (?P<name>reward|length|success) (?P<one>{NUMBER})/(?P<two>{NUMBER})"
)
_UPDATES = re.compile(
    rf"Updates (?P<update>\d+), num timesteps (?P<step>\d+), FPS (?P<fps>{NUMBER})(?P<rest>.*)$", re.DOTALL
)
_LAST = re.compile(r"\s*Last \d+ training episodes: (?P<rest>.*)$")
_OVER = re.compile(
    r"\s*(?:-{1,80} ?)?(?:Evaluation|Test(?:ing)?) (?:over|using|for) \d+ episodes: "
    rf"(?:(?P<what>mean reward|avg reward) )?(?P<value>{NUMBER})\s*-{{0,80}}\s*$"
)
_FIELD = rf"[\w ()/.-]{{1,80}} = {NUMBER}"
_ACME = re.compile(rf"(?:^|[\s\]])\[(?P<label>[A-Z][\w ]{{1,60}})\] (?P<pairs>{_FIELD}(?: \| {_FIELD})+)\s*$")
_RETURN = re.compile(
    r"(?P<name>Average (?:undiscounted|normalized) return per (?:training|evaluation) episode"
    rf"|Average training steps per second): (?P<value>{NUMBER})"
)
_ITERATION = re.compile(r"Starting iteration (?P<done>\d+)\s*$")
_EXECUTED = re.compile(r"\s*Steps executed: \d+ Episode length: \d+ Return: ")
_D3 = re.compile(r": epoch=(?P<epoch>\d+) step=(?P<step>\d+)\b.*? metrics=\{(?P<metrics>[^}]{1,3000})\}")
_ENTRY = re.compile(rf"'(?P<name>[^']{{1,80}})': (?:np\.float\d+\()?(?P<value>{NUMBER})")


def recognise(line: str, memory: Memory) -> bool:
    """Whether one of those frameworks wrote the line."""
    if len(line) > 4000:
        return False
    if "Step: " in line and _UNITY.search(line):
        return True
    if "episodes: " in line and (_LAST.match(line) or _OVER.match(line)):
        return True
    if (line.startswith("Updates ") and _UPDATES.match(line)) or ("Parameter '" in line and _LESSON.match(line)):
        return True
    return bool(_acme(line) or _RETURN.search(line) or _D3.search(line) or _EXECUTED.match(line)) or bool(
        _ITERATION.match(strip_stamp(line)[1])
    )


def parse(line: str, memory: Memory) -> Reading | None:
    """The rewards and losses of the line."""
    unity = _UNITY.search(line) if "Step: " in line else None
    if unity:
        return _unity(unity, memory)
    updates = _UPDATES.match(line) if line.startswith("Updates ") else None
    if updates:
        memory["timestep"] = step = float(updates["step"][:15])
        values = {"FPS": float(updates["fps"].replace(",", "")), **_spread(updates["rest"])}
        return Reading([Record(values, step=step, unit="timestep")], (Count("timestep", step),))
    if "episodes: " in line:
        reading = _of_episodes(line, memory)
        if reading:
            return reading
    acme = _acme(line)
    if acme:
        return _labelled(acme)
    d3 = _D3.search(line)
    if d3:
        step, epoch = float(d3["step"][:15]), float(d3["epoch"][:15])
        values = {found["name"]: float(found["value"].replace(",", "")) for found in _ENTRY.finditer(d3["metrics"])}
        return Reading([Record(values, step=step, epoch=epoch)] if values else [], (Count("epoch", epoch),))
    told = _RETURN.search(line)
    if told:
        value = float(told["value"].replace(",", ""))
        return Reading([Record({told["name"]: value}, step=memory.get("iteration"), unit="iteration")])
    begun = _ITERATION.match(strip_stamp(line)[1])
    if begun:
        memory["iteration"] = float(begun["done"][:15])
        return Reading(counts=(Count("iteration", memory["iteration"]),))
    return None  # one of Dopamine's running episodes, which its averages sum up


def _unity(unity: "re.Match[str]", memory: Memory) -> Reading:
    step = float(unity["step"][:15])
    first = memory.setdefault("brain", unity["brain"])
    prefix = "" if unity["brain"] == first else unity["brain"] + "/"
    named = {"Mean Reward": "mean", "Std of Reward": "std", "Mean Group Reward": "group", "ELO": "elo"}
    values = {prefix + name: float(unity[group].replace(",", "")) for name, group in named.items() if unity[group]}
    counts = () if prefix else (Count("step", step),)
    return Reading([Record(values, step=step)] if values else [], counts)


def _spread(text: str) -> dict[str, float]:
    """``mean/median reward 21.3/20.5`` as two values."""
    values: dict[str, float] = {}
    for found in _SPREAD.finditer(text):
        values[f"{found['first']} {found['name']}"] = float(found["one"].replace(",", ""))
        values[f"{found['second']} {found['name']}"] = float(found["two"].replace(",", ""))
    return values


def _of_episodes(line: str, memory: Memory) -> Reading | None:
    """What the latest episodes of training, or those of an evaluation, have brought."""
    last = _LAST.match(line)
    if last:
        values = _spread(last["rest"])
        step = memory.get("timestep")
        return Reading([Record(values, step=step, unit="timestep")]) if values else None
    over = _OVER.match(line)
    if over is None:
        return None
    shared = memory.get("shared") or {}
    step = memory.get("timestep", shared.get("step", None if shared.get("recorded") else 0.0))
    name = f"eval/{over['what'] or 'average reward'}"
    value = float(over["value"].replace(",", ""))
    return Reading([Record({name: value}, step=step, unit="timestep")])


def _acme(line: str) -> "re.Match[str] | None":
    return _ACME.search(line) if " = " in line and " | " in line else None


def _labelled(acme: "re.Match[str]") -> Reading | None:
    """Acme's loggers print their label, the values in title case, and counters of steps, episodes and wall time."""
    pairs = {}
    for part in acme["pairs"].split(" | "):
        name, _, text = part.partition(" = ")
        value = to_number(text)
        if value is not None:
            pairs[tidy(name)] = value
    label = acme["label"].lower()
    counters = [name for name in pairs if name.lower().split()[-1] in ("steps", "episodes", "walltime")]
    own = [name for name in counters if name.lower().endswith("steps") and name.lower().split()[0] in label]
    steps = (
        own
        or [name for name in counters if name.lower() == "steps"]
        or [name for name in counters if name.lower().endswith("steps")]
    )
    values = {name: value for name, value in pairs.items() if name not in counters}
    if "eval" in label:
        values = {f"eval/{name}": value for name, value in values.items()}
    if not values or not counters:
        return Reading([Record(values)]) if values else None
    step = pairs[steps[0]] if steps else None
    counts = () if "eval" in label or step is None else (Count("step", step),)
    return Reading([Record(values, step=step)], counts)
