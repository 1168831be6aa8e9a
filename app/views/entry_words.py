"""How the journal's things are called and which sign they carry: kinds of entries, of what happened, of sessions."""

from app.status import STATES, Look
from app.words import Words, mark
from store.timeline import Item

ENTRIES = {
    "note": Look(mark("note"), ":material/sticky_note_2:", "gray", "·"),
    "study": Look(mark("study"), ":material/school:", "blue", "·"),
    "refactor": Look(mark("refactor"), ":material/build:", "violet", "·"),
    "review": Look(mark("review"), ":material/rate_review:", "violet", "·"),
    "plan": Look(mark("plan"), ":material/map:", "green", "·"),
    "idea": Look(mark("idea"), ":material/lightbulb:", "orange", "·"),
}
_BOTH = {
    "run": (mark("runs"), ":material/play_circle:"),
    "commit": (mark("commits"), ":material/commit:"),
    "session": (mark("sessions"), ":material/timer:"),
    "entry": (mark("entries"), ":material/sticky_note_2:"),
}
HAPPENINGS = {
    **_BOTH,
    "task": (mark("tasks done"), ":material/task_alt:"),
}
FOUND = {
    **_BOTH,
    "task": (mark("tasks"), ":material/task_alt:"),
    "log": (mark("logs"), ":material/article:"),
    "paper": (mark("papers"), ":material/menu_book:"),
    "week": (mark("weeks"), ":material/event_note:"),
}


def look_of(kind: str) -> Look:
    """The look of a kind of entry."""
    return ENTRIES.get(kind, ENTRIES["note"])


def icon_of(item: Item) -> str:
    """The sign of what happened."""
    if item.kind == "run" and item.detail["event"] == "ended" and item.detail["state"] in STATES:
        return STATES[item.detail["state"]].icon
    if item.kind == "entry":
        return look_of(item.detail["kind"]).icon
    return HAPPENINGS[item.kind][1]


def tell(item: Item, say: Words) -> str:
    """What happened in a few words, beside the name of the thing."""
    detail = item.detail
    if item.kind == "run":
        if detail["event"] == "launched":
            return say.say("launched")
        state = say.say(STATES[detail["state"]].word) if detail["state"] in STATES else detail["state"]
        return " · ".join(part for part in (state, say.length(detail["seconds"]), detail["cause"] or "") if part)
    if item.kind == "session":
        length = say.say("still going on") if detail["ended"] is None else say.length(detail["seconds"])
        return " · ".join(part for part in (length, detail["outcome"], *detail["notes"]) if part)
    if item.kind == "commit":
        files = say.count("{n} file", "{n} files", detail["files"])
        parts = [f"+{detail['added']} −{detail['deleted']}", files]
        if not detail["mine"]:
            parts.append(detail["author"])
        return " · ".join(parts)
    return say.say("done") if item.kind == "task" else ""
