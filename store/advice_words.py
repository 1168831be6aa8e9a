"""What advice says: the title and the reasons of each thing to do, as messages to translate."""

from store.situations import Situation, Wait
from store.symptoms import Length, Phrase
from store.words import mark

TEXTS = {
    "plan": mark("Plan what follows “{run}”"),
    "no_plan": mark("nobody wrote yet what to do if it succeeds, or if it fails; later it is coloured by the result"),
    "more_bare": mark("runs without a plan besides: {n}"),
    "task": mark("{task}"),
    "look": mark("Find out why “{run}” failed"),
    "not_looked": mark("nobody has written of it or run it again; the next run may fail alike"),
    "woken": mark("it waited for “{what}”, and that is there"),
    "woken_by_itself": mark("what it waited for is there"),
    "about": mark("about {length}"),
    "about_left": mark("about {length} of it left"),
    "no_estimate": mark("how long it takes is not estimated"),
    "estimate_spent": mark("it takes longer than estimated"),
    "doing": mark("you have begun it"),
    "important": mark("important"),
    "gpus_wait": mark("the GPUs wait for it"),
    "refactor": mark("Refactor what no run needs"),
    "keep_off": mark("keep off the files that “{run}” imports ({n}), or it drifts"),
    "keep_for_look": mark("leave the files of “{run}” as they are ({n}): nobody has looked yet why it failed"),
    "drift": mark("drift so far: commits {commits}, files that it imports {changed}"),
    "no_drift": mark("no run needs the code as it is: no drift"),
    "goal": mark("serves this week's goal: {goal}"),
    "read": mark("Read “{paper}”"),
    "pass": mark("pass {n} of it is about {length}"),
    "again": mark("you marked it as worth reading again, and now it is due: about {length}"),
    "part": mark("{length} of it now: one cannot read for hours on end"),
    "read_today": mark("you have read {length} today"),
    "not_read_today": mark("you have not read today"),
    "review": mark("Review your own commits in {project}"),
    "pile": mark("{n} commits that you have not read again, {lines} lines"),
    "pile_of_one": mark("a commit that you have not read again, {lines} lines"),
    "other": mark("Go on with {project}"),
    "long_wait": mark("long enough to switch"),
    "left_at": mark("you left it at: {place}"),
    "next_step": mark("next: {step}"),
    "mail": mark("Mail and messages"),
    "mail_since": mark("last looked at {length} ago"),
    "no_mail_yet": mark("not looked at yet today"),
    "mail_cap": mark("{length} at most"),
    "list_tasks": mark("Write down what there is to do"),
    "no_tasks": mark("no task is open"),
    "stretch": mark("Stretch"),
    "too_short": mark("too short to begin anything"),
}
_WAITS = {
    "left": mark("{left} left"),
    "left_of": mark("{left} left until “{run}” ends"),
    "left_about": mark("about {left} left"),
    "left_about_of": mark("about {left} left until “{run}” ends"),
    "left_between": mark("about {left} left ({low} to {high})"),
    "left_between_of": mark("about {left} left until “{run}” ends ({low} to {high})"),
    "left_at_most": mark("about {left} left ({high} at most)"),
    "left_at_most_of": mark("about {left} left until “{run}” ends ({high} at most)"),
    "due": mark("“{run}” is due any moment, in {high} at the latest"),
    "unknown": mark("when “{run}” ends is not known"),
    "silent": mark("the daemon is silent: how the runs are is not known"),
    "queued": mark("“{run}” waits to start"),
    "nothing": mark("nothing is running"),
}
_SURE_WITHIN = 0.1
_SHORTEST_SECONDS = 60.0


def wait_words(situation: Situation, wait: Wait) -> Phrase:
    """How much time is left, as exactly as it is known; with the name of the run where several are active."""
    if situation.silent:
        return Phrase(_WAITS["silent"])
    if wait.job is None:
        queued = [job for job in situation.jobs if job.state == "queued"]
        return Phrase(_WAITS["queued"], run=queued[0].name) if queued else Phrase(_WAITS["nothing"])
    if wait.latest is not None:
        return Phrase(_WAITS["due"], run=wait.job.name, high=Length(wait.latest))
    if wait.at is None:
        return Phrase(_WAITS["unknown"], run=wait.job.name)
    values: dict[str, object] = {"left": Length(wait.at), "run": wait.job.name}
    name = "left_about"
    if wait.low is not None and wait.high is not None:
        name = "left_between" if wait.low >= _SHORTEST_SECONDS else "left_at_most"
        name = "left" if wait.high - wait.low <= _SURE_WITHIN * wait.at else name
        values |= {"low": Length(wait.low), "high": Length(wait.high)}
    return Phrase(_WAITS[name + ("_of" if len(situation.jobs) > 1 else "")], **values)


def say(name: str, **values: object) -> Phrase:
    """One of the texts, its places filled."""
    return Phrase(TEXTS[name], **values)


def messages() -> list[str]:
    """Every text that advice may show: what a translation must have."""
    return [*TEXTS.values(), *_WAITS.values()]
