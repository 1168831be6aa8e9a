"""What a week's figures say of runs: how they ended, what they took of GPUs, crashes, results, predictions, drift."""

from typing import Any

from store.figures import figure
from store.weekly.terms import Figures, Item, Part, gpu_hours, hours, number, per_cent
from store.words import Words, mark

OUTCOMES = {
    "finished": (mark("{n} finished"), "finished"),
    "failed": (mark("{n} failed"), "failed"),
    "killed": (mark("{n} killed"), "killed"),
    "lost": (mark("{n} lost"), "lost"),
    "stopped": (mark("{n} stopped"), "stopped"),
    "running": (mark("{n} not over yet"), "running"),
}
STATES = {"failed": mark("failed"), "killed": mark("killed"), "lost": mark("lost")}
_CHANGES, _VALUE = 6, 40


def tell(figures: Figures, say: Words) -> list[Part]:
    """The parts about runs, in the order they are read in."""
    return [
        tell_runs(figures, say),
        tell_crashes(figures, say),
        tell_best(figures, say),
        tell_eta(figures, say),
        tell_drift(figures, say),
    ]


def tell_runs(figures: Figures, say: Words) -> Part:
    """How many were at work and how they ended; GPU-hours."""
    title = say.say("Runs and GPUs")
    at_work = round(number(figures, "runs.at_work"))
    if not at_work:
        return Part("runs", title, [say.say("No run was at work.")], calm=True)
    length = hours(number(figures, "runs.seconds"), say)
    told = [
        say.count("{n} run was at work, {length} in all.", "{n} runs were at work, {length} in all.", at_work,
                  length=length)
    ]  # fmt: skip
    ends = [
        say.say(message, n=f"{number(figures, f'runs.{name}'):,.0f}")
        for message, name in OUTCOMES.values()
        if number(figures, f"runs.{name}")
    ]
    if ends:
        told.append(say.say("How they ended: {ends}.", ends=say.say(", ").join(ends)))
    spanning = round(number(figures, "runs.spanning"))
    if spanning:
        told.append(
            say.count("{n} was also at work before or after; only its time in this week counts.",
                      "{n} were also at work before or after; only their time in this week counts.", spanning)
        )  # fmt: skip
    return Part("runs", title, told + tell_gpus(figures, say))


def tell_gpus(figures: Figures, say: Words) -> list[str]:
    """What runs held of GPUs, and what of that the GPUs did nothing."""
    held, idle = number(figures, "gpu.seconds"), number(figures, "gpu.idle_seconds")
    told = []
    if held:
        told.append(
            say.count("They held {n} GPU for {amount}.", "They held {n} GPUs for {amount}.",
                      round(number(figures, "gpu.gpus")), amount=gpu_hours(held, say))
        )  # fmt: skip
        if idle:
            told.append(say.say("For {amount} of that ({share}) the GPU did nothing.", amount=gpu_hours(idle, say),
                                share=per_cent(idle, held)))  # fmt: skip
        else:
            told.append(say.say("The GPUs were never seen doing nothing meanwhile."))
    bare = round(number(figures, "gpu.without_runs"))
    if bare:
        told.append(
            say.count("{n} run was seen on no GPU ({length}).", "{n} runs were seen on no GPU ({length}).", bare,
                      length=hours(number(figures, "gpu.without_seconds"), say))
        )  # fmt: skip
    return told


def tell_crashes(figures: Figures, say: Words) -> Part:
    """What was lost to crashes, and how late they were noticed."""
    title = say.say("Crashes")
    count = round(number(figures, "crashes.count"))
    if not count:
        return Part("crashes", title, [say.say("No run crashed.")], calm=True)
    crashes = figures["crashes"]
    length = hours(number(figures, "crashes.seconds"), say)
    told = [
        say.count("{n} crash, {length} of training lost with it.", "{n} crashes, {length} of training lost with them.",
                  count, length=length)
    ]  # fmt: skip
    ended = sum(number(figures, f"runs.{name}") for name in STATES)
    if count > ended:
        told.append(
            say.count("{n} of them was an attempt that another one followed.",
                      "{n} of them were attempts that another one followed.", round(count - ended))
        )  # fmt: skip
    unnoticed = round(number(figures, "crashes.unnoticed"))
    if crashes.get("late_median") is not None:
        values = {name: say.length(crashes[f"late_{name}"]) for name in ("median", "worst")}
        if count - unnoticed == 1:
            told.append(say.say("Noticed {worst} later.", worst=values["worst"]))
        else:
            told.append(say.say("Noticed a median of {median} later; the last, {worst} later.", **values))
    if unnoticed:
        told.append(say.count("{n} was not noticed at all.", "{n} were not noticed at all.", unnoticed))
    return Part("crashes", title, told, [tell_crash(one, say) for one in crashes.get("found") or []])


def tell_crash(one: dict[str, Any], say: Words) -> Item:
    """When and after how long it ended and why, and what told of it how late."""
    state = say.say(STATES[one["state"]]) if one.get("state") in STATES else str(one.get("state") or "")
    parts = [
        say.date(one.get("ended"))[5:16],
        say.say("{state} after {length}", state=state, length=hours(one.get("seconds") or 0.0, say)),
    ]
    if one.get("cause"):
        parts.append(str(one["cause"]))
    late = say.length(one["late"]) if one.get("late") is not None else ""
    if one.get("by") == "push":
        parts.append(say.say("a push told of it {length} later", length=late))
    elif one.get("by") == "dashboard":
        parts.append(say.say("seen on the dashboard {length} later", length=late))
    else:
        parts.append(say.say("nobody noticed"))
    attempt = one.get("attempt") or 1
    name = str(one.get("name") or one.get("run"))
    if attempt > 1:
        name = say.say("{name}, attempt {n}", name=name, n=attempt)
    return Item(name, " · ".join(parts), "run", str(one.get("run") or ""))


def tell_best(figures: Figures, say: Words) -> Part:
    """The best result of each project, and what was changed to get it."""
    title = say.say("Best results")
    found = figures.get("best") or []
    if not found:
        return Part("best", title, [say.say("No run with a result to compare ended.")], calm=True)
    better = sum(bool(one.get("improved")) for one in found)
    told = (
        say.count("{n} project has a better result than before.", "{n} projects have a better result than before.",
                  better) if better else say.say("No project has a better result than before.")
    )  # fmt: skip
    return Part("best", title, [told], [tell_result(one, say) for one in found])


def tell_result(one: dict[str, Any], say: Words) -> Item:
    """``val_acc 0.91 in run-7; 0.89 before (run-3) · lr 0.1 → 0.05 · 4 commits between``"""
    before = one.get("before")
    values = {"metric": one["metric"], "value": figure(one["value"]), "run": one["name"]}
    if before is None:
        parts = [say.say("{metric} {value} by {run}, the first result", **values)]
    elif one.get("improved"):
        parts = [
            say.say("{metric} {value} by {run}; before, {old} by {other}", **values, old=figure(before["value"]),
                    other=before["name"])
        ]  # fmt: skip
    else:
        parts = [
            say.say("{metric} {value} by {run}; the best is still {old} by {other}", **values,
                    old=figure(before["value"]), other=before["name"])
        ]  # fmt: skip
    changed = one.get("changed") or []
    if changed:
        shown = [f"{each['key']} {_brief(each.get('was'))} → {_brief(each.get('now'))}" for each in changed[:_CHANGES]]
        more = len(changed) - len(shown)
        shown += [say.count("{n} more", "{n} more", more)] if more > 0 else []
        parts.append(say.say("changed: {changes}", changes=say.say(", ").join(shown)))
    if one.get("commits"):
        parts.append(say.count("{n} commit between", "{n} commits between", one["commits"]))
    return Item(str(one["project"]), " · ".join(parts), "run", str(one["run"]))


def tell_eta(figures: Figures, say: Words) -> Part:
    """How right the predictions of the end were."""
    title = say.say("Predicted ends")
    count = round(number(figures, "eta.predictions"))
    if not count:
        return Part("eta", title, [say.say("No run finished whose end was predicted.")], calm=True)
    runs = say.count("{n} run", "{n} runs", round(number(figures, "eta.runs")))
    eta = figures["eta"]
    return Part("eta", title, [
        say.count("{n} prediction for {runs}: off by a median of {median} of the run's length, by {worst} at worst.",
                  "{n} predictions for {runs}: off by a median of {median} of the run's length, by {worst} at worst.",
                  count, runs=runs, median=per_cent(eta.get("median_error") or 0.0, 1.0),
                  worst=per_cent(eta.get("worst_error") or 0.0, 1.0))
    ])  # fmt: skip


def tell_drift(figures: Figures, say: Words) -> Part:
    """Runs whose code was changed while they ran."""
    title = say.say("Code that drifted")
    runs = round(number(figures, "drift.runs"))
    if not runs:
        return Part("drift", title, [say.say("No run at work imported a file that was changed since it began.")],
                    calm=True)  # fmt: skip
    told = say.count("{n} run imported files that were changed since it began.",
                     "{n} runs imported files that were changed since they began.", runs)  # fmt: skip
    items = []
    for one in figures["drift"].get("list") or []:
        parts = [say.count("{n} file", "{n} files", one.get("files") or 0)]
        if one.get("commits"):
            parts.append(say.count("{n} commit", "{n} commits", one["commits"]))
        items.append(Item(str(one["name"]), " · ".join(parts), "run", str(one["run"])))
    return Part("drift", title, [told], items)


def _brief(value: object) -> str:
    """A value of a parameter; ``–`` where there was none."""
    if value is None:
        return "–"
    text = " ".join(str(value).split())
    return text if len(text) <= _VALUE else text[: _VALUE - 1].rstrip() + "…"
