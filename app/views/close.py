"""Closing a week, one step a screen: what waits, what ran, what was to do and to read, what worked, what comes next.

Where one is is kept with the review, so that a reload, another tab or the next day goes on there.
"""

import streamlit as st

from app import blank, closing, words
from app.closing import STEPS, Closing
from app.markup import plain
from app.views import (
    close_end,
    close_inbox,
    close_looking,
    close_next,
    close_papers,
    close_runs,
    close_tasks,
    paper_words,
)
from app.views.deeds import attempt, draw_wrong
from app.words import Words, mark, why
from store import settings as store_settings
from store.errors import ReviewError
from store.settings import Settings

PAGE, REVIEW_PAGE = "views/close.py", "views/review.py"
WRONG = "close"
NAMES = {
    "inbox": mark("What waits for you"),
    "runs": mark("What the runs showed"),
    "tasks": mark("Tasks: done, carry or drop"),
    "papers": mark("Papers: still worth it?"),
    "looking_back": mark("Looking back"),
    "next": mark("Next week"),
    "close": mark("Close the week"),
}
DRAWN = {
    "inbox": close_inbox.draw,
    "runs": close_runs.draw,
    "tasks": close_tasks.draw,
    "papers": close_papers.draw,
    "looking_back": close_looking.draw,
    "next": close_next.draw,
    "close": close_end.draw,
}
WRITTEN = ("runs", "looking_back", "next")
"""The steps at which one writes first: with a keyboard, the first field is ready."""
_SHOWN = "close-step-shown:"
STYLE = """<style>
[data-testid=stLayoutWrapper]:has(> [class*=st-key-close-moves]) { position: sticky; bottom: 0; z-index: 5; }
[class*=st-key-close-moves] { padding-block: 0.6rem; background: light-dark(#FBFAF7, #171A18); }
[class*=st-key-close-focus] { display: none; }
</style>"""
"""The ways on stay in sight, on the colour of the page as the theme has it."""
FOCUS = """<script>
(() => { // %s
  const main = document.querySelector("[data-testid=stMain]");
  if (main) main.scrollTo(0, 0);
  if (!%s || !window.matchMedia("(pointer: fine)").matches) return;
  let turns = 0;
  const timer = setInterval(() => {
    const place = document.querySelector("[class*='st-key-close-step-%s']");
    const field = place && place.querySelector("textarea, input[type=text]");
    if (!field && ++turns < 60) return;
    clearInterval(timer);
    const now = document.activeElement;
    const isBusy = now && (/INPUT|TEXTAREA/.test(now.tagName) || place.contains(now)); // somebody was quicker
    if (field && !isBusy) field.focus({ preventScroll: true });
  }, 50);
})();
</script>"""


def show(settings: Settings, say: Words) -> None:
    """The step that was come to, and the ways on and back; of a week that was closed, that it is."""
    st.html(STYLE)
    st.html(paper_words.STYLE)
    try:
        one = closing.read_closing(settings, st.query_params.get("week", ""), say.zone)
    except ReviewError as error:
        st.title(say.say("Which week?"), anchor=False)
        st.text(why(error, say))
        st.page_link(PAGE, label=say.say("Close this week"), icon=":material/event_available:")
        return
    st.query_params["week"] = str(one.week)
    draw_heading(one, settings, say)
    if one.is_ahead:
        st.markdown(plain(say.say("This week has not begun.")))
        st.page_link(PAGE, label=say.say("Close this week"), icon=":material/event_available:")
        return
    if one.closed is not None:
        close_end.draw_closed(one, settings, say)
        return
    step = step_of(one, settings)
    draw_progress(step, say)
    with st.container(key=f"close-step-{step}", gap="small"), blank.shield(say):
        DRAWN[step](one, settings, say)
    draw_wrong(WRONG, say)
    draw_moves(one, step, settings, say)
    with st.container(key="close-focus"):
        begin = "true" if step in WRITTEN and not settings.read_only else "false"
        st.html(FOCUS % (f"{one.week} {step}", begin, step), unsafe_allow_javascript=True)


def draw_heading(one: Closing, settings: Settings, say: Words) -> None:
    """Which week is closed, and what must be known of it."""
    st.title(say.say("Close the week"), anchor=False)
    days = one.week.days(one.start)
    name = say.say("Week {number} of {year}", number=one.week.number, year=one.week.year)
    parts = [name, f"{days[0]:%Y-%m-%d} – {days[-1]:%m-%d}"]
    if one.begin <= one.now < one.end and one.closed is None:
        parts.append(say.say("it goes on until {time}", time=say.date(one.end)[:16]))
    st.caption(plain(" · ".join(parts)))
    if settings.read_only:
        st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
    if one.earlier is not None:
        text = say.say("Week {week} was begun and is not closed yet", week=one.earlier)
        st.page_link(PAGE, label=plain(text), icon=":material/undo:", query_params={"week": str(one.earlier)})


def draw_progress(step: str, say: Words) -> None:
    """``3 of 7``, and what this step is about."""
    place = STEPS.index(step) + 1
    st.progress(place / len(STEPS), text=plain(say.say("Step {n} of {all}", n=place, all=len(STEPS))))
    st.subheader(say.say(NAMES[step]), anchor=False)


def draw_moves(one: Closing, step: str, settings: Settings, say: Words) -> None:
    """The ways back and on, or to the end; their keys are written on them."""
    place = STEPS.index(step)
    before = STEPS[place - 1] if place else None
    after = STEPS[place + 1] if place + 1 < len(STEPS) else None
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center",
                      key="close-moves"):  # fmt: skip
        st.button(
            say.say("Back"),
            key="close-back",
            icon=":material/arrow_back:",
            shortcut="B",
            disabled=before is None,
            on_click=move,
            args=(settings, one, before or step),
        )
        if after is not None:
            st.button(
                say.say("Next"),
                key="close-next",
                icon=":material/arrow_forward:",
                icon_position="right",
                shortcut="Ctrl+Enter",
                type="primary",
                on_click=move,
                args=(settings, one, after),
            )
        else:
            close_end.draw_button(one, settings, say)


def move(settings: Settings, one: Closing, step: str) -> None:
    """For ``on_click``: go to a step. Where nothing can be kept, only here."""
    if settings.read_only:
        st.session_state[_SHOWN + str(one.week)] = step
    else:
        attempt(WRONG, lambda: closing.go_to(settings, one, step))


def step_of(one: Closing, settings: Settings) -> str:
    """The step to be shown."""
    if settings.read_only:
        return str(st.session_state.get(_SHOWN + str(one.week), one.step))
    return one.step


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
