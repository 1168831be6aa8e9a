"""What happens in one week of a life."""

import random

from tests.life.deeds import BAD
from tests.life.desk import Desk

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
STATES = ["finished"] * 11 + ["failed"] * 4 + ["stopped"] * 3 + ["killed", "killed", "lost"]
CAUSES = ("CUDA out of memory: train.py:88", "SIGKILL", "machine rebooted", "KeyError: 'x'")
KINDS = ("read", "refactor", "review", "plan", "task", "other", "mail", "break")


def exact(seconds: float) -> float:
    """To an eighth of a second."""
    return round(seconds * 8) / 8


def live_week(life: Desk, chance: random.Random, begin: float, runs: int, gpus: int, papers: int, tasks: int) -> None:
    """Seven days from ``begin``; nothing of it is later than some weeks after."""
    for _ in range(runs):
        _train(life, chance, begin, gpus)
    for day in range(7):
        if day < 5 or chance.random() < 0.3:
            _work_a_day(life, chance, begin + day * DAY + exact(chance.uniform(0, 3 * HOUR)))
    life.tried(begin + exact(chance.uniform(0, 7 * DAY)))
    for _ in range(papers):
        _find(life, chance, begin + exact(chance.uniform(0, 7 * DAY)))
    for _ in range(tasks):
        _plan(life, chance, begin + exact(chance.uniform(0, 7 * DAY)))


def _train(life: Desk, chance: random.Random, begin: float, gpus: int) -> None:
    number = life.next_id("run")
    run_id = f"life-{number:06}"
    project = chance.randrange(1, 5)
    created = begin + exact(chance.uniform(0, 7 * DAY))
    attempts: list[tuple[float, float | None, str]] = []
    at = created
    for _ in range(chance.choice([1] * 12 + [2, 2, 3])):
        at += exact(chance.choice([0.5, 5.0, 900.0, 7 * HOUR]))
        length = exact(
            chance.choice([40.0, 900.0, 3 * HOUR, 9 * HOUR, 30 * HOUR, 50 * HOUR]) * chance.uniform(0.6, 1.4)
        )
        if chance.random() < 0.004:
            length *= 12  # weeks
        attempts.append((at, at + length, chance.choice(STATES)))
        at += length
    if chance.random() < 0.01:
        attempts = []  # it never came out of the queue
    if chance.random() < 0.01 and len(attempts) > 1:
        last = attempts[0][1] or created
        attempts[1] = (max(created, last - 30), last + HOUR, "finished")  # two at a time, by a clock put back
        attempts = attempts[:2]
    if chance.random() < 0.003:
        attempts = [(created + 1, None, "running")]
    params = {"lr": chance.choice(["1e-3", "3e-4"]), "batch": chance.choice(["64", "256"]), "seed": str(number)}
    if chance.random() < 0.3:
        params["aug"] = "rand"
    earlier = [one for one in life.latest_runs() if life.created[one] < created]
    parent = chance.choice(earlier) if earlier and chance.random() < 0.3 else None
    life.run(
        run_id, f"{life.projects[project]}-{number % 17}", project, created, attempts, params=params, parent=parent,
        engine=chance.choice(["local", "local", "attached"]), bare=len(attempts) == 1 and chance.random() < 0.05,
        cause=chance.choice(CAUSES),
    )  # fmt: skip
    if attempts:
        _measure(life, chance, run_id, project, number, attempts[0][0])
        _hold(life, chance, run_id, attempts, gpus, begin)
        _tell(life, chance, run_id, attempts)


def _measure(life: Desk, chance: random.Random, run_id: str, project: int, number: int, begin: float) -> None:
    if chance.random() < 0.1:
        return
    names = [name for name, _ in life.metrics[project]] or ["weird"]
    main = names[-1]
    metrics = [(name, low, low + 3.0) for name in names if (low := chance.uniform(0.1, 5) + number * 1e-7)]
    if len(metrics) > 1 and chance.random() < 0.6:
        metrics = metrics[1:]
    life.measured(run_id, begin, metrics, main if main != "loss" or chance.random() < 0.7 else None)
    if chance.random() < 0.4:
        life.drifted(run_id, begin + 60, chance.choice([0, 0, 1, 4]), chance.randrange(4), chance.random() < 0.9)


def _hold(
    life: Desk, chance: random.Random, run_id: str, attempts: list[tuple[float, float | None, str]], gpus: int,
    begin: float,
) -> None:  # fmt: skip
    """It has one to all GPUs, after a while and until its end, and idles in between; some runs have none."""
    chosen = chance.sample(range(gpus), chance.choice([0, 1, 1, 1, 2, gpus]))
    free = begin
    for start, last, _ in attempts:
        first = max(start, free)  # one run has a GPU once, whatever its attempts overlap
        free = end = begin + 16 * DAY if last is None else last
        taken = first + exact(chance.uniform(0, 0.05) * (end - first))
        for gpu in chosen:
            idle = taken + exact(chance.uniform(0.2, 0.9) * (end - taken))
            rest = min(end, idle + exact(chance.choice([0, 0, 400, 7200])))
            life.held(run_id, f"GPU-{gpu}", taken, idle)
            life.held(run_id, f"GPU-{gpu}", idle, rest, idle=True)
            life.held(run_id, f"GPU-{gpu}", rest, end)


def _tell(life: Desk, chance: random.Random, run_id: str, attempts: list[tuple[float, float | None, str]]) -> None:
    for number, (first, last, state) in enumerate(attempts, 1):
        if last is None:
            continue
        if chance.random() < 0.6:
            for percent in sorted(chance.sample(range(5, 100, 5), chance.randrange(1, 5))):
                when = first + exact((last - first) * percent / 100)
                left = exact((last - when) * chance.uniform(0.5, 1.6)) + 0.125
                life.predicted(run_id, number, percent, when, left)
        if state in BAD:
            _alarm(life, chance, (run_id, number), BAD[state], last)
        elif state == "finished" and chance.random() < 0.8:
            life.alert("finished", last, run=(run_id, number), sent=[(last + 1, "pushbullet")],
                       seen=last + 500 if chance.random() < 0.4 else None)  # fmt: skip
        if chance.random() < 0.1:  # this tells of no end, whoever saw it
            life.alert("stalled", first + 10, run=(run_id, number), sent=[(first + 11, "ntfy")], seen=last)
        if chance.random() < 0.05:
            life.muted(run_id, f"stalled-{number}", first + 1)


def _alarm(life: Desk, chance: random.Random, run: tuple[str, int], kind: str, end: float) -> None:
    """The end of a run is told: by pushes, by another alert, in the dashboard only, or by nobody."""
    way = chance.choice(["push", "push", "push", "two", "seen", "both", "merged", "digest", "none", "no alert", "late"])
    if way == "no alert":
        return
    pushed = end + exact(chance.choice([0.5, 2.0, 31.0, 9 * HOUR]))
    seen = end + exact(chance.uniform(60, 14 * HOUR))
    if way == "merged":
        head = life.alert("gpu_lost", end - 20, sent=[(end - 10, "pushbullet"), (end + 400, "ntfy")], seen=end + 900)
        life.alert(kind, end, run=run, other=[(end + 1, "suppressed")], into=(head, end + 1))
        life.noticed(run, "push", end - 10)
        return
    if way == "digest":
        head = life.alert("digest", end + 3 * HOUR, sent=[(end + 3 * HOUR + 5, "pushbullet")])
        life.alert(kind, end, run=run, other=[(end + 3 * HOUR, "digested")], digest=(head, end + 3 * HOUR))
        life.noticed(run, "push", end + 3 * HOUR + 5)
        return
    sent = {"push": [(pushed, "pushbullet")], "two": [(pushed + 5, "ntfy"), (pushed, "pushbullet")],
            "both": [(pushed, "pushbullet")], "late": [(end + 30 * HOUR, "pushbullet")]}.get(way, [])  # fmt: skip
    is_seen = way in ("seen", "both", "late")
    life.alert(kind, end, run=run, sent=sent, other=[(end, "held")], seen=seen if is_seen else None)
    for when, _ in sent:
        life.noticed(run, "push", when)
    if is_seen:
        life.noticed(run, "dashboard", seen)


def _work_a_day(life: Desk, chance: random.Random, morning: float) -> None:
    """Sessions with pauses between them, and traces that stand alone."""
    at = morning
    runs = [one for one in life.latest_runs() if life.created[one] <= morning]
    papers = list(life.papers)
    for _ in range(chance.randrange(1, 8)):
        if at > morning + 16 * HOUR:
            break
        kind = chance.choice(KINDS)
        length = exact(chance.choice([10, 25, 45, 90]) * MINUTE * chance.uniform(0.5, 1.1))
        paper = life.papers[chance.choice(papers)][0] if kind == "read" and papers else None
        slept = exact(length * 0.3) if chance.random() < 0.1 else 0.0
        life.session(kind, at, at + length, project=chance.randrange(1, 5), paper=paper, slept=slept)
        at += length
        if chance.random() < 0.6:
            gone = at + 2 * DAY if chance.random() < 0.15 else None
            life.commit(
                chance.randrange(1, 5), at - 60, (chance.randrange(200), chance.randrange(90)),
                mine=chance.random() < 0.8, reviewed=at + exact(chance.uniform(0, 3 * DAY)) if chance.random() < 0.5 else None,
                gone=gone, merge=chance.random() < 0.1, cloned=chance.random() < 0.05,
            )  # fmt: skip
        if chance.random() < 0.4:
            versions = [at + exact(chance.uniform(0, DAY)) for _ in range(chance.randrange(3))]
            removed = at + 3 * DAY if chance.random() < 0.15 else None
            life.entry(chance.choice(["note", "study", "refactor", "review", "plan", "idea"]), at, versions, removed)
        if chance.random() < 0.5 and runs:
            what = chance.choice(["advice", "intent", "plan", "resume"])
            life.small(what, at + exact(chance.uniform(0, HOUR)), chance.choice(runs), chance.randrange(1, 5))
        at += exact(chance.choice([0, 120, 1500, 1799.875, 1800, 1800.125, 2100, 2101, 3 * HOUR]))


def _find(life: Desk, chance: random.Random, found: float) -> None:
    """A paper is found, and most are let lie; some are kept, dropped, read."""
    states: list[tuple[float, str, float | None]] = []
    at, fate = found, chance.choice(["left"] * 4 + ["dropped", "kept", "kept later", "read", "undone", "again"])
    ways: dict[str, list[str]] = {
        "left": [], "dropped": ["dropped"], "kept": ["queue"], "kept later": ["later", "queue"],
        "read": ["queue", "reading", "read"], "undone": ["dropped!", "queue"],
        "again": ["queue", "dropped", "queue", "later", "queue"],
    }  # fmt: skip
    for state in ways[fate]:
        at += exact(chance.uniform(30, 4 * DAY))
        states.append((at, state.rstrip("!"), at + 20 if state.endswith("!") else None))
    number = life.paper(f"Paper of {found:.0f}", found, "it works" if chance.random() < 0.7 else "", states)
    if fate == "read":
        for passing in range(1, chance.randrange(2, 5)):
            seconds = exact(chance.uniform(200, 9000)) if chance.random() < 0.8 else None
            life.reading(number, passing, states[1][0] + passing * HOUR, seconds)


def _plan(life: Desk, chance: random.Random, made: float) -> None:
    """A task is made, and some are begun, blocked, done, taken up again, dropped."""
    if chance.random() < 0.1:
        life.task(None, f"done at once, {made:.0f}", made, "done")
        return
    number = life.task(chance.choice([None, 1, 2, 3, 4]), f"task of {made:.0f}", made)
    at = made
    courses: tuple[list[str], ...] = (["done"], ["doing", "done"], ["doing", "blocked", "todo~", "done"], ["dropped"], [], ["doing"],
            ["doing", "done", "todo", "done"], ["done", "doing"], ["dropped", "todo", "done"],
            ["done", "dropped"])  # fmt: skip
    for state in chance.choice(courses):
        at += exact(chance.choice([60.0, HOUR, DAY, 6 * DAY]) * chance.uniform(0.5, 1.5))
        kind = "woken" if state.endswith("~") else "blocked" if state == "blocked" else "state"
        life.task_state(number, state.rstrip("~"), at, kind)
        if kind == "woken":
            life.task_changed(number, at + 700, "noticed")
    if chance.random() < 0.3:
        life.task_changed(number, at + HOUR)
