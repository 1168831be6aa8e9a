"""Drift on the page *Run*: how far the code is by now from what the run started with, and the way to its exact code."""

import time
from collections.abc import Sequence

import streamlit as st

from app import blank
from app.markup import plain, shorten
from app.waiting import read_drift
from app.words import Words
from store.drifts import Drift, DriftFile
from store.runs import Run
from store.settings import Settings

LIVE_SECONDS = 30
SHOWN = 12
SIGNS = {"modified": "M", "added": "A", "deleted": "D", "renamed": "R", "type": "T", "touched": "?"}


def draw(run: Run, settings: Settings, say: Words) -> None:
    """The drift as the daemon saw it last, renewed by itself while the run is active."""
    every = LIVE_SECONDS if run.is_active else None
    st.fragment(draw_live, run_every=every, key="run-drift")(run, settings, say)


def draw_live(run: Run, settings: Settings, say: Words) -> None:
    """What differs, what of it the run imports, what is not known; and the commands."""
    with blank.shield(say):
        seen = read_drift(settings, run.id)
        with st.container(border=True, gap="xsmall", key="drift"):
            if seen is None:
                st.markdown(f":material/fork_right: **{plain(say.say('Drift has not been looked at'))}**")
                why = say.say("The daemon looks every minute at runs that are active or ended in the last day.")
                st.markdown(plain(why))
            else:
                draw_drift(seen, settings, say)
            draw_commands(run, say)


def draw_drift(seen: Drift, settings: Settings, say: Words) -> None:
    """The sentence first, then commits and files."""
    as_of = say.say("as of {time}", time=say.moment(seen.as_of, time.time()))
    mark = ":orange[:material/fork_right:]" if seen.imported_count else ":material/fork_right:"
    st.markdown(f"{mark} **{plain(sentence(seen, say))}** :gray[:small[{plain(as_of)}]]")
    if not seen.known:
        why = say.say("Not known exactly: {why}", why=settings.redact(seen.why))
        st.markdown(f":small[:material/help: {plain(why)}]")
    for line in notes(seen, say):
        st.caption(plain(line))
    if seen.commits:
        with st.expander(say.count("{n} commit since", "{n} commits since", seen.commit_count), key="drift-commits"):
            for commit in seen.commits[:SHOWN]:
                when = say.moment(commit.time, seen.as_of)
                subject = plain(shorten(settings.redact(commit.subject), 100))
                st.markdown(f":small[`{commit.sha[:8]}` {plain(when)} {subject}]")
            left_out(seen.commit_count - len(seen.commits[:SHOWN]), say)
    if seen.files:
        # Those that the run imports first: a fix of the run belongs there.
        files = sorted(seen.files, key=lambda file: not file.imported)
        label = say.count("{n} file differs", "{n} files differ", seen.file_count)
        with st.expander(label, expanded=bool(seen.imported_count), key="drift-files"):
            draw_files(files[:SHOWN], settings, say)
            left_out(seen.file_count - len(files[:SHOWN]), say)


def sentence(seen: Drift, say: Words) -> str:
    """``The code differs: 2 commits since, 3 files (+40 −12), 1 of them imported by train.py``."""
    if not seen.differs:
        return say.say("The code is as the run started with it") if seen.known else say.say("What differs is not known")
    parts = []
    if seen.commit_count:
        parts.append(say.count("{n} commit since", "{n} commits since", seen.commit_count))
    if seen.file_count:
        lines = say.count("{n} file", "{n} files", seen.file_count)
        parts.append(f"{lines} (+{seen.added:,} −{seen.deleted:,})")
    if seen.imported_count:
        entry = shorten(seen.entry, 40)
        parts.append(say.say("imported by {entry}: {n}", entry=entry, n=f"{seen.imported_count:,}"))
    elif seen.entry and seen.file_count:
        parts.append(say.say("none that {entry} imports", entry=shorten(seen.entry, 40)))
    return say.say("The code differs: {what}", what=", ".join(parts)) if parts else say.say("The code differs")


def notes(seen: Drift, say: Words) -> list[str]:
    """What else is to be known of it."""
    lines = []
    if seen.gone:
        lines.append(
            say.count(
                "{n} commit of the run is no longer in the history: rebased, or another branch",
                "{n} commits of the run are no longer in the history: rebased, or another branch",
                seen.gone,
            )
        )
    if not seen.entry and seen.file_count:
        lines.append(say.say("What the run imports is not known: its entry script was not found."))
    if seen.submodules:
        names = ", ".join(seen.submodules[:5])
        lines.append(say.say("Of submodules only the commits are compared: {names}", names=names))
    if any(file.status == "touched" for file in seen.files):
        lines.append(say.say("Files marked ? are not under git: written since, what they were is not known."))
    if seen.capped:
        lines.append(say.say("There is more than was counted."))
    return lines


def draw_files(files: Sequence[DriftFile], settings: Settings, say: Words) -> None:
    """A line a file: how it differs, its lines, its name, whether the run imports it."""
    for file in files:
        lines = "" if file.added is None else f" +{file.added:,} −{file.deleted or 0:,}"
        name = f"{file.was} → {file.path}" if file.was else file.path
        text = f"`{SIGNS.get(file.status, '·')}` {plain(settings.redact(name))} :gray[{plain(lines)}]"
        if file.imported:
            text += f" :orange-badge[{plain(say.say('imported'))}]"
        st.markdown(f":small[{text}]")


def left_out(count: int, say: Words) -> None:
    """How many are not shown."""
    if count > 0:
        st.caption(plain(say.count("and {n} more", "and {n} more", count)))


def draw_commands(run: Run, say: Words) -> None:
    """The two commands, to copy."""
    st.caption(say.say("Its exact code, in a folder of its own; then what differs now:"))
    st.code(f"machiai code {run.id} ../{run.id}\nmachiai drift {run.id}", language=None)


def brief(seen: Drift | None, say: Words) -> str:
    """One line for the card of a running run; empty unless files that it imports changed."""
    if seen is None or not seen.imported_count:
        return ""
    parts = [say.count("{n} file it imports has changed", "{n} files it imports have changed", seen.imported_count)]
    if seen.commit_count:
        parts.insert(0, say.count("{n} commit since", "{n} commits since", seen.commit_count))
    return " · ".join(parts)
