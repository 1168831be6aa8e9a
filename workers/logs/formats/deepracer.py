"""AWS DeepRacer: the simulator's trace of each step, and what its coach says of episodes and of policy training.

A trace has no header: ``SIM_TRACE_LOG:episode,steps,x,y,heading,steering,speed,action,reward,done,on_track,progress,
closest waypoint,track length,time stamp[,status,pause time[,obstacle crashes]]``. Newer action spaces print the action
as a list, so that the columns after it are counted from the end of it.
"""

import re

from workers.logs.columns import moment
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record

EXPRESS = False  # each step adds to the return of its episode
SIGNS = ("SIM_TRACE_LOG", "Training>", "training>", "esting>", "valuat", "Surrogate loss", "NUMBER_OF_TRIALS=")
_TRACE = re.compile(
    r"SIM_TRACE_LOG:\s?(?P<episode>\d+),(?P<step>\d+(?:\.\d+)?),(?P<x>[^,]+),(?P<y>[^,]+),(?P<heading>[^,]+),(?P<steering>[^,]+),"
    r"(?P<speed>[^,]+),(?P<action>\[[^\]]*\]|[^,]*),(?P<reward>[^,]+),(?:[\d.]+,\d+,)?(?P<done>[A-Za-z]+|[01]),(?P<on_track>\w+),(?P<progress>[^,]+),"
    r"(?P<waypoint>[^,]+),(?P<length>[^,]+),(?P<time>[\d.]+)(?:,(?P<status>\w*))?"
)
_COACH = re.compile(
    r"(?P<phase>Training|Policy training|Testing|Evaluation|Heatup|training|testing)> (?P<rest>\S.*=.*)$"
)
_PAIR = re.compile(rf"(?P<name>[A-Za-z][\w ]{{0,60}})=(?P<value>{NUMBER})\.?(?=\s*(?:,|$))")
_FINISHED = re.compile(
    rf"Finished evaluation phase\. Success rate = (?P<success>{NUMBER})(?:, Avg Total Reward = (?P<reward>{NUMBER}))?"
)
_TRIALS = re.compile(r"NUMBER_OF_TRIALS=(?P<trials>\d+)\s*$")
_ASIDE = frozenset(("worker", "episode", "training iteration", "training epoch", "steps"))


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a trace, or a line of the coach's with numbers."""
    if len(line) > 4000:
        return False
    if "SIM_TRACE_LOG" in line:
        return _TRACE.search(line) is not None
    if _TRIALS.match(line) or _FINISHED.search(line):
        return True
    coach = _COACH.search(line)
    return coach is not None and _PAIR.search(coach["rest"]) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """What the step, the episode or the training of the policy gave."""
    trace = _TRACE.search(line)
    if trace:
        return _trace(trace, memory)
    trials = _TRIALS.match(line)
    if trials:
        memory["trials"] = float(trials["trials"][:9])
        return None
    finished = _FINISHED.search(line)
    if finished:
        named = {"Success rate": finished["success"], "Avg Total Reward": finished["reward"]}
        values = {f"eval/{name}": float(value) for name, value in named.items() if value is not None}
        return Reading([Record(values, step=memory.get("coached"), unit="episode")])
    coach = _COACH.search(line)
    return _coach(coach, memory) if coach else None


def _trace(trace: "re.Match[str]", memory: Memory) -> Reading | None:
    episode = float(trace["episode"][:15])
    memory["steps"] = step = memory.get("steps", 0) + 1
    values: dict[str, float] = {}
    for name in ("reward", "progress", "speed", "steering"):
        try:
            values[name] = float(trace[name])
        except ValueError:
            continue
    time = moment(trace["time"])
    records = [Record(values, step=float(step), epoch=episode, time=time)] if values else []
    running = memory.get("episode")
    if running is None or running[0] != episode:
        running = [episode, 0.0, False]
    running[1] += values.get("reward", 0.0)
    if trace["done"] == "True" and not running[2]:
        running[2] = True
        ended = {"episode reward": running[1], "episode progress": values.get("progress", 0.0)}
        records.append(Record(ended, step=episode, unit="episode", time=time))
    memory["episode"] = running
    done = episode + 1 if running[2] else episode
    trials = memory.get("trials")
    return Reading(records, (Count("episode", done, trials if trials and done <= trials else None),))


def _coach(coach: "re.Match[str]", memory: Memory) -> Reading | None:
    numbers = {pair["name"].strip(): float(pair["value"].replace(",", "")) for pair in _PAIR.finditer(coach["rest"])}
    by_name = {name.lower(): value for name, value in numbers.items()}
    values = {name: value for name, value in numbers.items() if name.lower() not in _ASIDE}
    episode = by_name.get("episode")
    phase = coach["phase"].lower()
    if "training epoch" in by_name or phase == "policy training":
        memory["trained"] = trained = memory.get("trained", 0) + 1
        return Reading([Record(values, step=float(trained), unit="update")]) if values else None
    if phase == "heatup" or not values:
        return None
    if phase in ("testing", "evaluation"):
        values = {f"eval/{name}": value for name, value in values.items()}
    elif episode is not None:
        memory["coached"] = episode
    counts = (Count("episode", episode),) if episode is not None and phase == "training" else ()
    return Reading([Record(values, step=episode, unit="episode")], counts)
