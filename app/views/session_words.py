"""How sessions and suggestions are named: a word and an icon for each kind, what one is about, how long it lasts."""

from app.markup import plain, shorten
from app.words import Words, mark
from store.resumes import Resume
from store.sessions import Session
from store.settings import Settings

KINDS = {
    "read": (mark("Reading"), ":material/menu_book:"),
    "refactor": (mark("Refactoring"), ":material/construction:"),
    "review": (mark("Review"), ":material/rate_review:"),
    "plan": (mark("Planning"), ":material/edit_note:"),
    "task": (mark("Task"), ":material/task_alt:"),
    "other": (mark("Another project"), ":material/swap_horiz:"),
    "mail": (mark("Mail and messages"), ":material/mail:"),
    "break": (mark("Break"), ":material/local_cafe:"),
    "stretch": (mark("Stretch"), ":material/self_improvement:"),
}
FIELDS = {"place": mark("Where I am"), "next_step": mark("Next step"), "question": mark("Open question")}


def kind_word(kind: str, say: Words) -> str:
    """``Reading``"""
    return say.say(KINDS[kind][0]) if kind in KINDS else kind


def icon(kind: str) -> str:
    """The icon of a kind."""
    return KINDS[kind][1] if kind in KINDS else ":material/timer:"


def subject(session: Session) -> str:
    """What it is about: its task, run, paper or project, as text."""
    return shorten(session.task or session.run or session.paper_title or session.paper or session.project or "", 70)


def minutes(seconds: float, say: Words) -> str:
    """``12 min``, whole minutes."""
    return say.say("{n} min", n=f"{max(0.0, seconds) // 60:,.0f}")


def note_lines(note: Resume, settings: Settings, say: Words) -> list[str]:
    """What a resume note says, as lines of Markdown: what was typed, then what was filled in by itself."""
    parts = {"place": note.place, "next_step": note.next_step, "question": note.question}
    lines = [f":gray[{plain(say.say(FIELDS[name]))}] {plain(text)}" for name, text in parts.items() if text]
    return lines + fact_lines(note.facts, settings, say)


def fact_lines(facts: object, settings: Settings, say: Words) -> list[str]:
    """The commits and files of a session, as lines of small Markdown."""
    known = facts if isinstance(facts, dict) else {}
    lines = []
    commits = known.get("commits") or []
    if commits:
        told = [f"`{str(one.get('sha', ''))[:8]}` {plain(shorten(str(one.get('subject', '')), 60))}" for one in commits]
        more = len(told) - 3
        text = " · ".join(told[:3]) + (" · " + plain(say.count("{n} more", "{n} more", more)) if more > 0 else "")
        lines.append(f":small[:material/commit: {text}]")
    files = [str(one) for one in known.get("files") or known.get("differs") or []]
    if files:
        more = len(files) - 5
        text = ", ".join(files[:5]) + (", " + say.count("{n} more", "{n} more", more) if more > 0 else "")
        lines.append(f":small[:material/description: {plain(settings.redact(text))}]")
    return lines
