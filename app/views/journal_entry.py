"""One entry of the journal, at ``/journal?entry=12``: to read, edit, look back on, remove; with its files and links."""

import difflib
from functools import partial

import streamlit as st

from app import attached, entry_text, journal, reads
from app.journal import Leaf, Related
from app.markup import bare, plain, shorten
from app.views import entry_body, entry_words, journal_edit
from app.views.deeds import do, draw_wrong
from app.words import Words
from store.entry_rows import Entry, Version
from store.settings import Settings

PAGES = {
    "run": ("views/run.py", "id"),
    "task": ("views/plan.py", "task"),
    "entry": ("views/journal.py", "entry"),
    "paper": ("views/paper.py", "id"),
}


def show(settings: Settings, say: Words, asked: str) -> None:
    """The entry that the address names, or why there is none."""
    leaf = journal.read_leaf(settings, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    if leaf is None:
        st.title(say.say("No such entry"), anchor=False)
        st.text(say.say("The journal knows no entry with the number {id}.", id=repr(asked[:40])))
        draw_back(say)
        return
    entry: Entry = reads.without_token(settings, leaf.entry)
    st.title(plain(shorten(entry.heading, 120)), anchor=False)
    names = {one.id: one.name for one in journal.read_projects(settings)}
    look = entry_words.look_of(entry.kind)
    parts = [say.say(look.word), names.get(entry.project_id or 0, entry.project or ""), say.date(entry.created)]
    if entry.revision > 1:
        parts.append(say.say("changed {time}", time=say.date(entry.changed)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{look.icon} " + plain(" · ".join(part for part in parts if part)), width="stretch")
        draw_back(say)
    draw_deeds(leaf, settings, say)
    files, shown = leaf.attached, entry_text.shown_in(entry.body)
    if journal_edit.is_open(entry.id) and not settings.read_only:
        journal_edit.draw(leaf, settings, say)
    else:
        known = {file.id: file for file in leaf.attached}
        others = journal.read_attached(settings, [entry.body])
        entry_body.draw(entry.body, others | known, settings, say)
        draw_facts(entry, say)
        files = [file for file in files if not file.is_picture or file.id not in shown]
    entry_body.draw_files(files, shown, settings, say)
    draw_dropped(leaf, settings, say)
    draw_about(leaf.about, say)
    draw_history(leaf, settings, say)


def draw_back(say: Words) -> None:
    """The way to the days."""
    st.page_link("views/journal.py", label=say.say("Journal"), icon=":material/arrow_back:", width="content")


def draw_deeds(leaf: Leaf, settings: Settings, say: Words) -> None:
    """Edit and remove, or restore."""
    entry = leaf.entry
    if entry.removed is not None:
        text = say.say(
            "This entry was removed {time}: neither the journal nor the search shows it.", time=say.date(entry.removed)
        )
        st.warning(plain(text), icon=":material/delete:")
    if settings.read_only:
        st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
        return
    name = f"entry-deeds-{entry.id}"
    with st.container(horizontal=True, gap="small"):
        if entry.removed is not None:
            st.button(
                say.say("Restore"),
                key="entry-restore",
                icon=":material/undo:",
                on_click=do,
                args=(name, partial(journal.restore, settings, entry.id)),
            )
        elif not journal_edit.is_open(entry.id):
            st.button(
                say.say("Edit"),
                key="entry-edit",
                icon=":material/edit:",
                shortcut="E",
                on_click=journal_edit.begin,
                args=(entry,),
            )
            st.button(
                say.say("Remove"),
                key="entry-remove",
                icon=":material/delete:",
                type="tertiary",
                on_click=do,
                args=(name, partial(journal.remove, settings, entry.id)),
            )
    draw_wrong(name, say)


def draw_facts(entry: Entry, say: Words) -> None:
    """What a refactor entry knows besides: its commits, what tests supported it."""
    commits = entry.facts.get("commits")
    if not isinstance(commits, list):
        return
    tests = str(entry.facts.get("tests") or "")
    if tests:
        st.markdown(f":material/verified: :gray[{plain(say.say('Tests that supported it'))}] {plain(tests)}")
    else:
        st.markdown(":orange[:material/report:] " + plain(say.say("No test supported it.")))
    running = entry.facts.get("runs") or []
    count = say.count("{n} run was running then", "{n} runs were running then", len(running))
    st.caption(plain(say.count("{n} commit", "{n} commits", len(commits)) + " · " + count))


def draw_about(about: list[Related], say: Words) -> None:
    """What it is linked to."""
    if not about:
        return
    st.subheader(say.say("Linked"), anchor=False)
    for one in about:
        icon = entry_words.FOUND.get(one.kind, ("", ":material/link:"))[1]
        label = shorten(one.title or f"{one.kind}:{one.id}", 90)
        if one.step is not None:
            label += " · " + say.say("step {n}", n=f"{one.step:,.0f}")
        label = plain(label)
        if one.kind == "commit":
            sha = one.id.rpartition("@")[2]
            st.page_link("views/journal.py", label=label, icon=icon, query_params={"commit": sha}, width="content")
        elif one.kind in PAGES:
            page, name = PAGES[one.kind]
            st.page_link(page, label=label, icon=icon, query_params={name: one.id}, width="content")
        else:
            st.markdown(f"{icon} {label}")


def draw_dropped(leaf: Leaf, settings: Settings, say: Words) -> None:
    """The files that were taken off, to be put back."""
    if not leaf.dropped or settings.read_only:
        return
    with st.container(horizontal=True, gap="small"):
        for file in leaf.dropped:
            st.button(
                say.say("Put back {name}", name=plain(shorten(file.name, 40))),
                key=f"back-{file.id}",
                type="tertiary",
                icon=":material/undo:",
                on_click=do,
                args=(f"file-{file.id}", partial(attached.restore_file, settings, file.id)),
            )


def draw_history(leaf: Leaf, settings: Settings, say: Words) -> None:
    """What it said before: what each change took and gave, and the way to edit on from there."""
    if not leaf.versions:
        return
    label = say.count("{n} earlier version", "{n} earlier versions", len(leaf.versions))
    with st.expander(plain(label), icon=":material/history:"):
        after: Entry | Version = leaf.entry
        for version in reversed(leaf.versions):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                until = say.say("until {time}", time=say.date(version.saved))
                st.caption(
                    plain(until + (f" · {version.title}" if version.title != after.title else "")), width="stretch"
                )
                if not settings.read_only and leaf.entry.removed is None:
                    st.button(
                        say.say("Edit from here"),
                        key=f"version-{version.revision}",
                        type="tertiary",
                        on_click=journal_edit.begin,
                        args=(leaf.entry, version),
                    )
            st.code(bare(settings.redact(difference(version.body, after.body))), language="diff", wrap_lines=True)
            after = version


def difference(before: str, after: str) -> str:
    """What a change took and gave, as a unified difference without its heading."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[2:]) or " "
