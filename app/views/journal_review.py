"""The user's own commits, hunk by hunk: looked at, commented, made into tasks. Marks stay with the commit."""

from functools import partial

import streamlit as st

from app import blank, own_commits
from app.markup import bare, plain, shorten
from app.own_commits import Open, Waiting
from app.views import drafts
from app.views.deeds import attempt, do, draw_wrong
from app.words import Words, why
from store.commits import Commit
from store.errors import Conflict, MachiaiError
from store.projects import Project
from store.reviews import Hunk, Mark
from store.settings import Settings

WAIT_SECONDS = 2
HUNKS_SHOWN = 25
_ASKED, _WRONG, _CHOSEN = "review-asked:", "review-wrong:", "review-commit"


def draw(projects: list[Project], settings: Settings, say: Words) -> None:
    """How much waits, and the oldest commit of it or the one that was chosen."""
    waiting = own_commits.read_waiting(settings)
    if not waiting.commits:
        text = say.say("No commit of yours waits for a review. Those of the last 30 days come here.")
        if waiting.emails:
            text += " " + say.say("Yours are those by {emails}, as git has it.", emails=", ".join(waiting.emails))
        st.caption(plain(text))
        return
    st.markdown(f"**{plain(sentence(waiting, say))}**")
    chosen = choose(waiting, say)
    draw_commit(settings, say, chosen)


def sentence(waiting: Waiting, say: Words) -> str:
    """``4 commits wait for your review · cifar-robust 3 (120 lines) · notes-lm 1 (4 lines)``"""
    total = sum(pile.count for pile in waiting.piles) or len(waiting.commits)
    parts = [say.count("{n} commit waits for your review", "{n} commits wait for your review", total)]
    if len(waiting.piles) > 1:
        parts += [f"{pile.project} {pile.count}" for pile in waiting.piles]
    lines = sum(pile.lines for pile in waiting.piles)
    return " · ".join([*parts, say.count("{n} line", "{n} lines", lines)])


def choose(waiting: Waiting, say: Words) -> Commit:
    """Which commit is looked at: the oldest first; one that was reviewed leaves its place to the next."""
    by_name = {f"{one.repository}@{one.sha}": one for one in waiting.commits}
    name = st.selectbox(
        say.say("Commit"),
        list(by_name),
        format_func=lambda one: label_of(by_name[one], say) if one in by_name else one,
        key=_CHOSEN,
    )
    return by_name.get(name or "", waiting.commits[0])


def label_of(commit: Commit, say: Words) -> str:
    """``2026-11-20 Split the loader · cifar-robust · +10 −3``"""
    day = say.date(commit.time)[:10]
    return f"{day} {shorten(commit.subject, 70)} · {commit.project} · +{commit.added} −{commit.deleted}"


def show_commit(settings: Settings, say: Words, asked: str) -> None:
    """One commit by itself, at ``/journal?commit=SHA``."""
    commit = own_commits.find(settings, asked)
    if commit is None:
        st.title(say.say("No such commit"), anchor=False)
        st.text(say.say("The journal knows no commit that begins with {id}.", id=repr(asked[:40])))
    else:
        st.title(plain(shorten(commit.subject, 120)), anchor=False)
    st.page_link("views/journal.py", label=say.say("Journal"), icon=":material/arrow_back:", width="content")
    if commit is not None:
        draw_commit(settings, say, commit)


def draw_commit(settings: Settings, say: Words, commit: Commit) -> None:
    """A commit with its hunks; while they are on their way, a part that looks for them."""
    found = own_commits.read_open(settings, commit.repository, commit.sha)
    if found is None:
        return
    commit = found.commit
    lines = f"+{commit.added} −{commit.deleted}"
    facts = [commit.sha[:10], commit.project, commit.author, say.date(commit.time), lines]
    st.caption(plain(" · ".join(facts)))
    if commit.body.strip():
        st.text(bare(shorten(commit.body.strip(), 1200)))
    if found.patch is None:
        draw_asking(found, settings, say)
        return
    draw_state(found, settings, say)
    left = found.left
    done = [one for one in found.patch.hunks if one not in left]
    for hunk in left[:HUNKS_SHOWN]:
        draw_hunk(found, hunk, settings, say)
    if len(left) > HUNKS_SHOWN:
        rest = len(left) - HUNKS_SHOWN
        st.caption(plain(say.count("{n} more comes up as you go on", "{n} more come up as you go on", rest)))
    if found.patch.cut:
        st.caption(":material/content_cut: " + plain(say.say("It is larger than can be shown; git has the rest.")))
    if done:
        label = say.count("{n} looked at", "{n} looked at", len(done))
        with st.expander(plain(label), icon=":material/check:"):
            for hunk in done[:HUNKS_SHOWN]:
                draw_hunk(found, hunk, settings, say)


def draw_state(found: Open, settings: Settings, say: Words) -> None:
    """How much of it is left, and the way to be done with all of it."""
    commit = found.commit
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if commit.reviewed is not None:
            st.markdown(
                ":green[:material/check_circle:] " + plain(say.say("reviewed {time}", time=say.date(commit.reviewed)))
            )
        else:
            left = say.count("{n} hunk to look at", "{n} hunks to look at", len(found.left))
            st.markdown(plain(left), width="content")
        if settings.read_only:
            return
        done = commit.reviewed is not None
        st.button(
            say.say("Not reviewed after all") if done else say.say("All looked at"),
            key="review-all",
            icon=":material/undo:" if done else ":material/done_all:",
            type="tertiary",
            on_click=do,
            args=(
                "review-all",
                partial(own_commits.untick_all if done else own_commits.tick_all, settings, commit),
            ),
        )
    draw_wrong("review-all", say)


def draw_hunk(found: Open, hunk: Hunk, settings: Settings, say: Words) -> None:
    """A hunk with its tick, its comment and the task made of it."""
    mark = found.marks.get(hunk.key)
    name = f"{found.commit.sha[:12]}-{hunk.key}"
    with st.container(border=True, gap="small", key=f"hunk-{name}"):
        st.markdown(f"**{plain(shorten(hunk.file, 100))}** :small[:gray[{plain(shorten(hunk.header, 120))}]]")
        if hunk.lines:
            st.code(bare("\n".join(hunk.lines)), language="diff", wrap_lines=True)
        if settings.read_only:
            if mark and mark.comment:
                st.caption(plain(mark.comment))
            return
        draw_comment(found.commit, hunk, mark, name, settings, say)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            ticked = bool(mark and mark.ticked)
            st.button(
                say.say("Look again") if ticked else say.say("Looked at"),
                key=f"tick-{name}",
                icon=":material/undo:" if ticked else ":material/check:",
                type="tertiary" if ticked else "secondary",
                on_click=do,
                args=(name, partial(own_commits.tick, settings, found.commit, hunk.key, not ticked)),
            )
            if mark and mark.task_id:
                label = say.say("Task {n}", n=mark.task_id)
                st.page_link(
                    "views/plan.py",
                    label=label,
                    icon=":material/task_alt:",
                    query_params={"task": str(mark.task_id)},
                    width="content",
                )
            else:
                st.button(
                    say.say("Make a task"),
                    key=f"task-{name}",
                    icon=":material/add_task:",
                    type="tertiary",
                    on_click=_make_task,
                    args=(settings, say, found.commit, hunk, name),
                )
        draw_wrong(name, say)


def draw_comment(commit: Commit, hunk: Hunk, mark: Mark | None, name: str, settings: Settings, say: Words) -> None:
    """The comment, kept when the field is left; where another tab wrote one, both are shown."""
    kept = mark.comment if mark else ""
    wrong = st.session_state.get(_WRONG + name)
    if wrong is None:
        seen = st.session_state.setdefault(f"comment-seen:{name}", kept)
        if seen != kept:
            drafts.forget(f"comment-{name}")
            st.session_state[f"comment-seen:{name}"] = kept
    else:
        st.warning(plain(wrong), icon=":material/call_split:")
        if kept:
            st.text(bare(kept))
    drafts.line(
        say.say("Comment on this hunk"),
        f"comment-{name}",
        kept,
        placeholder=say.say("A comment, kept with the commit"),
        label_visibility="collapsed",
        on_change=_comment,
        args=(settings, say, commit, hunk, name, kept),
    )


def draw_asking(found: Open, settings: Settings, say: Words) -> None:
    """The hunks are asked of the daemon once, when the commit is opened; what came of it."""
    commit, asked = found.commit, found.asked
    once = f"{_ASKED}{commit.repository}@{commit.sha}"
    if once not in st.session_state and (asked is None or asked.state in ("done", "refused")):
        if settings.read_only:
            st.caption(say.say("The daemon keeps the hunks of recent commits; those of this one were not asked for."))
            return
        st.session_state[once] = True
        if attempt("review-ask", partial(own_commits.ask, settings, commit.repository, commit.sha)):
            st.rerun()
        del st.session_state[once]
        draw_wrong("review-ask", say)
        return
    if asked is None or asked.state in ("asked", "accepted"):
        st.fragment(draw_waiting, run_every=WAIT_SECONDS, key="review-wait")(settings, say, commit)
        return
    st.markdown(
        ":orange[:material/warning:] " + plain(say.say("The hunks cannot be shown: {why}", why=asked.answer or ""))
    )
    if not settings.read_only:
        st.button(
            say.say("Ask again"),
            key="review-again",
            on_click=do,
            args=("review-ask", partial(own_commits.ask, settings, commit.repository, commit.sha)),
        )


def draw_waiting(settings: Settings, say: Words, commit: Commit) -> None:
    """Look whether the daemon has answered; the whole page is drawn when it has."""
    with blank.shield(say):
        found = own_commits.read_open(settings, commit.repository, commit.sha)
        if found is None or found.patch is not None or (found.asked and found.asked.state not in ("asked", "accepted")):
            st.rerun()
        if found.daemon:
            st.caption(":material/hourglass_top: " + plain(say.say("Asked; waiting for the daemon.")))
        else:
            st.caption(
                ":material/hourglass_top: "
                + plain(say.say("Asked; the daemon is silent and will answer once it is back."))
            )


def _comment(settings: Settings, say: Words, commit: Commit, hunk: Hunk, name: str, was: str) -> None:
    text = drafts.typed(f"comment-{name}")
    try:
        own_commits.comment(settings, commit, hunk.key, text, was)
    except Conflict:
        st.session_state[_WRONG + name] = say.say(
            "Another tab wrote the comment below meanwhile. Change yours to keep it in its place."
        )
    except MachiaiError as error:
        st.session_state[_WRONG + name] = say.say("Not kept: {why}", why=why(error, say))
    else:
        st.session_state.pop(_WRONG + name, None)
        st.session_state[f"comment-seen:{name}"] = text


def _make_task(settings: Settings, say: Words, commit: Commit, hunk: Hunk, name: str) -> None:
    text = drafts.typed(f"comment-{name}").strip()
    title = text or say.say("Look at {file} again", file=hunk.file)
    notes = f"commit:{commit.sha[:12]} · {hunk.file}\n{hunk.header}"
    attempt(name, partial(own_commits.make_task, settings, commit, hunk, shorten(title, 200), notes))
