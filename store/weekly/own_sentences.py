"""What a week's figures say of the person: waiting time and sessions, tasks, code, papers, entries, pushes."""

from typing import Any

from store.weekly.terms import ENTRIES, SESSIONS, Figures, Item, Part, hours, number, per_cent
from store.words import Words, mark


def tell(figures: Figures, say: Words) -> list[Part]:
    """The parts about the person, in the order they are read in."""
    return [
        tell_waiting(figures, say),
        tell_tasks(figures, say),
        tell_work(figures, say),
        tell_papers(figures, say),
        tell_entries(figures, say),
        tell_pushes(figures, say),
    ]


def tell_waiting(figures: Figures, say: Words) -> Part:
    """How much training ran while the person was there, and what of that had a session; sessions by kind."""
    title = say.say("Waiting time and sessions")
    training, waiting = number(figures, "waiting.training_seconds"), number(figures, "waiting.waiting_seconds")
    used = number(figures, "waiting.used_seconds")
    told = []
    if waiting:
        told.append(
            say.say("{waiting} of training ran while you were at the desk; {used} of it had a session ({share}).",
                    waiting=hours(waiting, say), used=hours(used, say), share=per_cent(used, waiting))
        )  # fmt: skip
    elif training:
        told.append(say.say("Training ran for {length}, never while you were seen at the desk.",
                            length=hours(training, say)))  # fmt: skip
    count = round(number(figures, "sessions.count"))
    sessions = figures.get("sessions") or {}
    if count or number(figures, "sessions.seconds"):
        told.append(say.count("{n} session, {length}.", "{n} sessions, {length}.", count,
                              length=hours(number(figures, "sessions.seconds"), say)))  # fmt: skip
    else:
        told.append(say.say("No session was begun."))
    kinds: dict[str, Any] = sessions.get("kinds") or {}
    ordered = sorted(kinds.items(), key=lambda one: -(one[1].get("seconds") or 0.0))
    items = [
        Item(
            say.say(SESSIONS[kind]) if kind in SESSIONS else kind,
            f"{hours(one.get('seconds') or 0.0, say)} · "
            + say.count("{n} session", "{n} sessions", round(one.get("count") or 0)),
        )
        for kind, one in ordered
    ]
    return Part("waiting", title, told, items, calm=not (waiting or training or count))


def tell_tasks(figures: Figures, say: Words) -> Part:
    """What was done, dropped, is carried along, and came in."""
    title = say.say("Tasks")
    counts = {name: number(figures, f"tasks.{name}") for name in ("done", "dropped", "carried", "new")}
    if not any(counts.values()):
        return Part("tasks", title, [say.say("No task was done, and none is open.")], calm=True)
    values = {name: f"{count:,.0f}" for name, count in counts.items()}
    told = say.say("{done} done, {dropped} dropped, {carried} carried over; {new} came in.", **values)
    carried = (figures.get("tasks") or {}).get("carried_list") or []
    items = [Item(str(one["title"]), "", "task", str(one["id"])) for one in carried]
    return Part("tasks", title, [told], items)


def tell_work(figures: Figures, say: Words) -> Part:
    """Own commits, and what was read again or made better."""
    title = say.say("Code")
    commits = round(number(figures, "work.commits"))
    told = []
    if commits:
        told.append(
            say.count("{n} commit of your own (+{added} −{deleted} lines).",
                      "{n} commits of your own (+{added} −{deleted} lines).", commits,
                      added=f"{number(figures, 'work.added'):,.0f}",
                      deleted=f"{number(figures, 'work.deleted'):,.0f}")
        )  # fmt: skip
    for name, one, many in (
        ("reviewed", mark("{n} commit was read again."), mark("{n} commits were read again.")),
        ("refactors", mark("{n} refactor was logged."), mark("{n} refactors were logged.")),
        ("reviews", mark("{n} review was written."), mark("{n} reviews were written.")),
    ):
        n = round(number(figures, f"work.{name}"))
        if n:
            told.append(say.say(one if n == 1 else many, n=f"{n:,}"))
    return Part("work", title, told or [say.say("No commit of your own, nothing read again.")], calm=not told)


def tell_papers(figures: Figures, say: Words) -> Part:
    """What was found, kept, read and dropped; minutes per pass; what was learned."""
    title = say.say("Papers")
    names = ("found", "kept", "read", "dropped")
    papers = figures.get("papers") or {}
    passes: dict[str, Any] = papers.get("passes") or {}
    told = []
    if any(number(figures, f"papers.{name}") for name in names):
        values = {name: f"{number(figures, f'papers.{name}'):,.0f}" for name in names}
        told.append(say.say("{found} found, {kept} kept, {read} read, {dropped} dropped.", **values))
    for name, one in sorted(passes.items()):
        count, seconds = round(one.get("count") or 0), one.get("seconds") or 0.0
        if count:
            told.append(
                say.count("Pass {number}: {n} time, {length}.", "Pass {number}: {n} times, {length} each.", count,
                          number=name, length=hours(seconds / count, say))
            )  # fmt: skip
    if number(figures, "papers.seconds"):
        told.append(say.say("Read for {length} in all.", length=hours(number(figures, "papers.seconds"), say)))
    lessons = [
        Item(str(one["title"]), " ".join(str(one.get("lesson") or "").split()), "paper", str(one["ref"]))
        for one in papers.get("lessons") or []
    ]
    return Part("papers", title, told or [say.say("No paper was found, kept or read.")], lessons, calm=not told)


def tell_entries(figures: Figures, say: Words) -> Part:
    """What was written in the journal."""
    title = say.say("Journal")
    count = round(number(figures, "entries.count"))
    if not count:
        return Part("entries", title, [say.say("Nothing was written.")], calm=True)
    kinds: dict[str, Any] = (figures.get("entries") or {}).get("kinds") or {}
    ordered = sorted(kinds.items(), key=lambda one: -one[1])
    told = say.say(", ").join(f"{say.say(ENTRIES[kind]) if kind in ENTRIES else kind} {n:,}" for kind, n in ordered)
    return Part("entries", title, [say.count("{n} entry: {kinds}.", "{n} entries: {kinds}.", count, kinds=told)])


def tell_pushes(figures: Figures, say: Words) -> Part:
    """What was sent, and how much of it mattered."""
    title = say.say("Pushes")
    sent, muted = round(number(figures, "pushes.sent")), round(number(figures, "pushes.muted"))
    told = []
    if sent:
        told.append(
            say.count("{n} push was sent; {seen} of {alerts} alerts in it acknowledged.",
                      "{n} pushes were sent; {seen} of {alerts} alerts in them acknowledged.", sent,
                      alerts=f"{number(figures, 'pushes.alerts'):,.0f}",
                      seen=f"{number(figures, 'pushes.acknowledged'):,.0f}")
        )  # fmt: skip
    if muted:
        told.append(say.count("{n} rule was muted for a run.", "{n} rules were muted for runs.", muted))
    return Part("pushes", title, told or [say.say("Nothing was pushed.")], calm=not told)
