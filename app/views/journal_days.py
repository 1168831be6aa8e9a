"""The journal by day: what was written, in full, between what happened, with the days on which nothing did left out."""

import contextlib
import time
from datetime import date, datetime
from functools import partial

import streamlit as st

from app import journal
from app.journal import Day
from app.markup import plain, shorten
from app.views import entry_body, entry_words, session_words, weekdays
from app.views.deeds import do, draw_wrong
from app.words import Words
from store.entry_rows import Entry
from store.projects import Project
from store.settings import Settings
from store.timeline import Item

ENTRY_PAGE = "views/journal.py"
LONGEST = 6000
WRITTEN = 1000


def draw(projects: list[Project], settings: Settings, say: Words) -> None:
    """The filters and the day they leave."""
    names = {one.id: one.name for one in projects}
    project, kinds = draw_filters(names, say)
    today = journal.day_of(time.time(), say.zone)
    day = chosen_day(today)
    found = journal.read_day(settings, day, say.zone, project_id=project, kinds=kinds)
    draw_way(found, today, say)
    if not found.items:
        draw_nothing(found, today, bool(project or kinds), say)
    for item in found.items:
        entry = found.entries.get(item.ref) if item.kind == "entry" else None
        if entry is not None:
            draw_entry(entry, found, names, settings, say)
        elif item.kind != "entry":
            draw_item(item, names, say)
    if found.left_out:
        st.caption(plain(say.count("{n} more is not shown", "{n} more are not shown", found.left_out)))
    draw_removed(settings, say)


def draw_filters(names: dict[int, str], say: Words) -> tuple[int | None, list[str] | None]:
    """What is looked at: one project, some kinds; None for all."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        asked = st.query_params.get("project", "")
        wanted = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in names else None
        options: list[int | None] = [None, *names]
        project = st.selectbox(
            say.say("Project"),
            options,
            index=options.index(wanted),
            format_func=lambda one: say.say("all") if one is None else names[one],
            key="journal-of",
            persist_state="session",
            width=220,
        )
        kinds = st.pills(
            say.say("Shown"),
            list(journal.HAPPENINGS),
            selection_mode="multi",
            format_func=lambda kind: say.say(entry_words.HAPPENINGS[kind][0]),
            key="journal-kinds",
            wrap=True,
            persist_state="session",
        )
    return project, list(kinds) or None


def chosen_day(today: date) -> date:
    """The day that the address names, else today."""
    with contextlib.suppress(ValueError):
        return date.fromisoformat(st.query_params.get("day", ""))
    return today


def draw_way(found: Day, today: date, say: Words) -> None:
    """The day's name between the way back and the way on."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        turns = ((found.before, "chevron_left", "journal-before"), (found.after, "chevron_right", "journal-after"))
        for place, (day, icon, key) in enumerate(turns):
            if place:
                st.subheader(plain(name_of(found.day, today, say)), anchor=False, width="content")
            st.button(
                day.isoformat() if day else "–",
                key=key,
                icon=f":material/{icon}:",
                icon_position="right" if place else "left",
                type="tertiary",
                disabled=day is None,
                on_click=_go,
                args=(day,),
            )
        if found.day != today:
            st.button(say.say("Today"), key="journal-today", type="tertiary", on_click=_go, args=(None,))


def name_of(day: date, today: date, say: Words) -> str:
    """``Today, Saturday 2026-11-21``"""
    text = f"{say.say(weekdays.name_of(day.weekday()))} {day.isoformat()}"
    return say.say("Today, {day}", day=text) if day == today else text


def draw_nothing(found: Day, today: date, filtered: bool, say: Words) -> None:
    """Why the day is empty."""
    if filtered:
        st.caption(say.say("Nothing of that kind on this day."))
    elif found.day == today:
        st.caption(say.say("Nothing yet today. What you write above stands here, between runs, sessions and commits."))
    else:
        st.caption(say.say("Nothing on this day."))


def draw_item(item: Item, names: dict[int, str], say: Words) -> None:
    """A line: when, what, and a few words."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        gap="small",
        key=f"item-{item.kind}-{item.ref}-{item.detail.get('event', '')}",
    ):
        st.caption(hour_of(item.time, say), width="content")
        draw_name(item, say)
        told = entry_words.tell(item, say)
        project = names.get(item.project_id or 0, "")
        longest = WRITTEN if item.kind == "session" else 160
        st.caption(plain(shorten(" · ".join(part for part in (told, project) if part), longest)), width="stretch")


def draw_name(item: Item, say: Words) -> None:
    """The thing's name, leading to where it is shown."""
    icon, label = entry_words.icon_of(item), plain(shorten(item.title or item.ref, 90))
    if item.kind == "run":
        st.page_link("views/run.py", label=label, icon=icon, query_params={"id": item.ref}, width="content")
    elif item.kind == "commit":
        st.page_link(ENTRY_PAGE, label=label, icon=icon, query_params={"commit": item.ref}, width="content")
    elif item.kind == "task":
        st.page_link("views/plan.py", label=label, icon=icon, query_params={"task": item.ref}, width="content")
    else:
        word, icon = session_words.KINDS.get(item.detail["kind"], (item.detail["kind"], icon))
        st.markdown(f"{icon} {plain(say.say(word))}" + (f" · {label}" if item.title else ""), width="content")


def draw_entry(entry: Entry, found: Day, names: dict[int, str], settings: Settings, say: Words) -> None:
    """A written entry in full, unless it is very long."""
    with st.container(border=True, gap="small", key=f"entry-{entry.id}"):
        draw_heading(entry, names, say)
        body = entry.body
        if len(body) > LONGEST:
            body = body[:LONGEST].rsplit("\n", 1)[0]
        entry_body.draw(body, found.attached, settings, say)
        if len(body) < len(entry.body.rstrip()):
            st.caption(say.say("It goes on; open it to read all."))
        files = [file for file in found.attached.values() if file.entry_id == entry.id and not file.is_picture]
        if files:
            st.caption(":material/picture_as_pdf: " + plain(", ".join(shorten(file.name, 40) for file in files)))


def draw_heading(entry: Entry, names: dict[int, str], say: Words) -> None:
    """Kind, title and time of an entry, leading to it."""
    look = entry_words.look_of(entry.kind)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = f"**{plain(shorten(entry.heading, 90))}**"
        st.page_link(ENTRY_PAGE, label=label, icon=look.icon, query_params={"entry": str(entry.id)}, width="content")
        parts = [hour_of(entry.created, say), say.say(look.word), names.get(entry.project_id or 0, "")]
        if entry.changed - entry.created >= 60:
            parts.append(say.say("changed {time}", time=say.moment(entry.changed, entry.created)))
        st.caption(plain(" · ".join(part for part in parts if part)), width="content")


def draw_removed(settings: Settings, say: Words) -> None:
    """The entries that were removed, to be had back."""
    removed = journal.read_removed(settings)
    if not removed:
        return
    with st.expander(
        plain(say.count("{n} removed entry", "{n} removed entries", len(removed))), icon=":material/delete:"
    ):
        for entry in removed:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                draw_heading(entry, {}, say)
                if not settings.read_only:
                    st.button(
                        say.say("Restore"),
                        key=f"restore-{entry.id}",
                        type="tertiary",
                        icon=":material/undo:",
                        on_click=do,
                        args=(f"restore-{entry.id}", partial(journal.restore, settings, entry.id)),
                    )
                draw_wrong(f"restore-{entry.id}", say)


def hour_of(moment: float, say: Words) -> str:
    """``14:20``"""
    return datetime.fromtimestamp(moment, say.zone).strftime("%H:%M")


def _go(day: date | None) -> None:
    if day is None:
        st.query_params.pop("day", None)
    else:
        st.query_params["day"] = day.isoformat()
