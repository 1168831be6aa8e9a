"""Reading a paper in pieces: the three passes, the time spent and left, a session, the lesson, reading it again."""

from functools import partial

import streamlit as st

from app import paper_leaf, papers
from app.markup import plain
from app.paper_leaf import PaperLeaf
from app.views import drafts, paper_row, paper_words
from app.views.deeds import attempt, do, draw_wrong
from app.views.paper_row import WRONG
from app.words import Words, mark
from store.errors import Conflict
from store.paper_rows import Paper
from store.settings import Settings

RATINGS = {
    "again": mark("not at all"),
    "hard": mark("with effort"),
    "good": mark("well"),
    "easy": mark("at once"),
}
LONGEST_LESSON = 600
_LESSON = "paper-lesson"


def draw(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """The card of reading: what is done, what comes next, and the button that begins it."""
    paper = leaf.paper
    with st.container(border=True, gap="small", key="paper-reading"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(say.say("How far it is read"), anchor=False, width="content")
            st.caption(plain(" · ".join(told(leaf, say))), width="stretch")
            if not settings.read_only and leaf.going_on is None:
                paper_row.draw_read(paper, leaf.left or leaf.usual[1], settings, say, primary=paper.state != "inbox")
        draw_passes(leaf, settings, say)


def draw_learned(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """What was learned, once there is something to learn from; whether it is worth reading again."""
    paper = leaf.paper
    if not (paper.state in ("reading", "read") or paper.lesson or leaf.passes):
        return
    if settings.read_only and not paper.lesson:
        return
    with st.container(border=True, gap="small", key="paper-learned"):
        draw_lesson(paper, settings, say)
        if paper.state == "read":
            draw_again(leaf, settings, say)


def told(leaf: PaperLeaf, say: Words) -> list[str]:
    """Minutes spent, the page reached, when it is due again."""
    paper, parts = leaf.paper, []
    if leaf.going_on is not None:
        parts.append(say.say("a session goes on"))
    if leaf.spent >= 1:
        length = paper_words.minutes(leaf.spent, say)
        count = say.count("{n} session", "{n} sessions", len(leaf.sessions))
        parts.append(say.say("{length} spent in {sessions}", length=length, sessions=count))
    if paper.page:
        parts += paper_words.progress(paper, 0, None, say)[1 if paper.passes else 0 :]
    if paper.due is not None:
        parts.append(say.say("to be read again {day}", day=paper_words.day(paper.due, say)))
    return parts or [say.say("not begun")]


def draw_passes(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """The three passes: what is done, how long the next takes, and the button that says it is done."""
    done = {one.number: one for one in leaf.passes}
    for number, word in paper_words.PASSES.items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"paper-pass-{number}"):
            name = plain(say.say(word))
            one = done.get(number)
            if one is not None:
                text = say.say("done {day}", day=paper_words.day(one.finished, say))
                if one.seconds is not None and one.seconds >= 60:
                    text += " · " + paper_words.minutes(one.seconds / 60, say)
                st.markdown(f":green[:material/check_circle:] {name} :gray[:small[{plain(text)}]]", width="stretch")
                if number == max(done) and not settings.read_only:
                    draw_back(leaf.paper, settings, say)
                continue
            is_next = number == leaf.paper.passes + 1
            minutes = leaf.left if is_next else leaf.usual[number]
            length = say.say("about {length}", length=paper_words.minutes(minutes, say))
            sign = ":blue[:material/pending:]" if is_next else ":gray[:material/radio_button_unchecked:]"
            st.markdown(f"{sign} {name} :gray[:small[{plain(length)}]]", width="stretch")
            if is_next and not settings.read_only:
                st.button(
                    say.say("Pass {n} is done", n=number),
                    key=f"paper-pass-done-{number}",
                    icon=":material/check:",
                    type="tertiary",
                    on_click=do,
                    args=(WRONG, partial(paper_leaf.finish_pass, settings, leaf.paper.ref, number)),
                )


def draw_back(paper: Paper, settings: Settings, say: Words) -> None:
    """The way back from a pass that was said to be done."""
    st.button(
        say.say("Not done after all"),
        key="paper-pass-back",
        icon=":material/undo:",
        type="tertiary",
        on_click=do,
        args=(WRONG, partial(paper_leaf.take_back_pass, settings, paper.ref)),
    )


def draw_lesson(paper: Paper, settings: Settings, say: Words) -> None:
    """Two lines to remember it by."""
    if settings.read_only:
        if paper.lesson:
            st.markdown(f":material/lightbulb: {plain(paper.lesson)}")
        return
    name, began = f"{_LESSON}-{paper.id}", f"{_LESSON}-began-{paper.id}"
    if st.session_state.get(drafts.key_of(name), paper.lesson) == paper.lesson or began not in st.session_state:
        st.session_state[began] = paper.revision
    drafts.area(
        say.say("What I learned, in two lines"),
        name,
        paper.lesson,
        height=80,
        max_chars=LONGEST_LESSON,
        placeholder=say.say("What is new in it? What would I use?"),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(say.say("Save the lesson"), key="paper-lesson-save", on_click=_keep_lesson,
                  args=(settings, paper, name, began, say))  # fmt: skip
        theirs = st.session_state.get(f"{_LESSON}-theirs-{paper.id}")
        if theirs is not None:
            text = say.say("It was changed elsewhere meanwhile. Save again to keep yours; as it is now: {text}",
                           text=theirs or "–")  # fmt: skip
            st.markdown(f":orange[:material/sync_problem:] {plain(text)}")
    draw_wrong(_LESSON, say)


def draw_again(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """Whether it is worth reading again, and how well it was known when it was."""
    paper = leaf.paper
    if settings.read_only:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="paper-again"):
        if paper.card is None:
            st.button(
                say.say("Worth reading again"),
                key="paper-worth",
                icon=":material/event_repeat:",
                help=say.say("It comes up in two days, then at growing intervals, as long as you know what is in it."),
                on_click=do,
                args=(WRONG, partial(paper_leaf.mark_worth, settings, paper.ref)),
            )
            return
        if paper.due is not None and paper.due <= leaf.as_of:
            st.markdown(plain(say.say("How well did you still know it?")), width="content")
            for rating, word in RATINGS.items():
                st.button(
                    say.say(word),
                    key=f"paper-rate-{rating}",
                    on_click=do,
                    args=(WRONG, partial(paper_leaf.rate, settings, paper.ref, rating)),
                )
        st.button(
            say.say("Not again"),
            key="paper-not-again",
            type="tertiary",
            on_click=do,
            args=(WRONG, partial(paper_leaf.forget_again, settings, paper.ref)),
        )


def _keep_lesson(settings: Settings, paper: Paper, name: str, began: str, say: Words) -> None:
    text, theirs = drafts.typed(name, paper.lesson), f"{_LESSON}-theirs-{paper.id}"
    st.session_state.pop(theirs, None)

    def keep() -> None:
        try:
            papers.change(settings, paper.ref, st.session_state.get(began, paper.revision), lesson=text)
        except Conflict as error:
            st.session_state[theirs] = getattr(error.current, "lesson", "")
            st.session_state[began] = getattr(error.current, "revision", None)
        else:
            drafts.forget(name)

    attempt(_LESSON, keep)
