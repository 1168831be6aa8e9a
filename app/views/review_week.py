"""A week: what it came to in a line and in figures, its parts as sentences, what was written of it."""

from collections.abc import Sequence

import streamlit as st

from app import blank, review, review_charts
from app.markup import plain, shorten
from app.review import Look, Span
from app.views import review_export, review_goals, review_written
from app.words import Words, mark
from store.settings import Settings
from store.weekly import words as sentences
from store.weekly.calendar import Week
from store.weekly.words import Item, Part

PAGE, CLOSE_PAGE = "views/review.py", "views/close.py"
_PAGES = {"run": ("views/run.py", "id"), "task": ("views/plan.py", "task"), "paper": ("views/paper.py", "id")}
TILES = (
    # figure of the week, that of the trends, its heading
    ("gpu.seconds", "gpu_seconds", mark("GPU-hours")),
    ("crashes.seconds", "crash_seconds", mark("Lost to crashes")),
    ("sessions.seconds", "session_seconds", mark("Sessions")),
    ("tasks.done", "tasks_done", mark("Tasks done")),
    ("papers.read", "papers_read", mark("Papers read")),
)
SHOWN = 6
"""The things of a part that are shown at once."""
STYLE = """<style>
:is([class*=st-key-review-item], [class*=st-key-history-week]) a[data-testid=stPageLink-NavLink] {
  padding-inline: 0; height: auto; min-height: 0; }
[class*=st-key-review-item] a[data-testid=stPageLink-NavLink] :is(span, div, p) {
  white-space: normal; overflow: visible; }
[class*=st-key-review-tiles] { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
[class*=st-key-review-tile] img { border-radius: 0; }
[class*=st-key-review-item] [data-testid=stCaptionContainer] { overflow-wrap: anywhere; }
</style>"""


def draw(week: Week, span: Span, settings: Settings, say: Words) -> None:
    """The ways to other weeks, then all that is known of this one."""
    st.html(STYLE)
    look = review.read_look(settings, span, week, say.zone)
    draw_head(look, span, settings, say)
    remarks = sentences.remarks(look.figures, say, span.since)
    if remarks:
        st.caption("  \n".join(plain(text) for text in remarks))
    review_written.draw_changed(look, say)
    review_goals.draw(look, span, settings, say)
    if week > span.current:
        return
    if sentences.is_empty(look.figures):
        if span.since is None:
            draw_nothing(say)
    else:
        draw_tiles(look, say)
        draw_parts(sentences.tell_week(look.figures, say), say)
    review_written.draw(look, settings, say)


def draw_head(look: Look, span: Span, settings: Settings, say: Words) -> None:
    """Which week it is, what it came to, and the ways: to the one before, the next, any other, and to closing it."""
    week = look.week
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review-turn"):
        for to, icon, key, label in (
            (week.shift(-1), ":material/chevron_left:", "Left", say.say("Week before")),
            (week.shift(1), ":material/chevron_right:", "Right", say.say("Next week")),
        ):
            st.button(
                "",
                key=f"review-turn-{key}",
                icon=icon,
                shortcut=key,
                help=label,
                disabled=not span.first <= to <= span.last,
                on_click=go,
                args=(to,),
            )
        st.title(plain(sentences.heading(look.figures, say)), anchor=False, width="content")
        st.caption(plain(sentences.days(look.figures)), width="stretch")
        draw_choice(week, span, say)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_empty = sentences.is_empty(look.figures)
        if not is_empty:
            st.markdown(f"**{plain(sentences.headline(look.figures, say))}**", width="stretch")
        if week > span.current or (is_empty and (span.since is None or week < span.first)):
            return
        if not settings.read_only and not look.is_closed:
            draw_close(look, span, say)
        review_export.draw(week, settings, say)


def draw_nothing(say: Words) -> None:
    """An empty journal: what comes here, and how to begin."""
    with st.container(border=True, gap="small", key="review-nothing"):
        st.markdown(
            plain(say.say("A week is looked back on by itself: what ran and what it took, what was done while waiting, "
                          "what was read. You close it with three goals for the next."))
        )  # fmt: skip
        st.markdown(plain(say.say("Put this in front of any training command, in any folder:")))
        st.code(blank.RUN_LINE, language=None)


def draw_close(look: Look, span: Span, say: Words) -> None:
    """The button that leads to closing the week; for this week and the last one it is what this page is for."""
    begun = look.review is not None
    if st.button(
        say.say("Go on closing it") if begun else say.say("Close this week"),
        key="review-close",
        icon=":material/task_alt:",
        type="primary" if look.week >= span.current.shift(-1) else "secondary",
    ):
        st.switch_page(CLOSE_PAGE, query_params={"week": str(look.week)})


def draw_choice(week: Week, span: Span, say: Words) -> None:
    """All weeks there are, to choose one from."""
    weeks = span.weeks
    if week not in weeks:
        weeks = sorted([*weeks, week], reverse=True)
    names = {span.current: say.say("this week"), span.last: say.say("next week")}
    key = f"review-week-{week}"
    st.selectbox(
        say.say("Week"),
        weeks,
        index=weeks.index(week),
        format_func=lambda one: f"{one} · {names[one]}" if one in names else f"{one} · {first_day(one, span)}",
        key=key,
        label_visibility="collapsed",
        width=210,
        on_change=choose,
        args=(key,),
    )


def first_day(week: Week, span: Span) -> str:
    """``11-16``, the day that a week begins on."""
    return f"{week.days(span.start)[0]:%m-%d}"


def go(week: Week) -> None:
    """For a button: look at another week."""
    st.query_params["week"] = str(week)


def choose(key: str) -> None:
    """For the list: look at the week that is chosen in it."""
    if st.session_state.get(key) is not None:
        go(st.session_state[key])


def draw_tiles(look: Look, say: Words) -> None:
    """The figures that a week is compared by, with those of the weeks before it."""
    with st.container(gap="small", key="review-tiles"):
        for path, name, title in TILES:
            with st.container(border=True, gap="xxsmall", height="stretch", key=f"review-tile-{name}"):
                label, value = say.say(title), sentences.value_of(look.figures, path, say)
                st.markdown(f":small[:gray[{plain(label)}]]  \n**{plain(value)}**")
                svg = review_charts.strip([one.get(name) for one in look.trends])
                if svg:
                    alt = say.say("{name} over {n} weeks", name=label, n=len(look.trends))
                    st.image(svg, width="stretch", alt=alt)


def draw_parts(parts: Sequence[Part], say: Words) -> None:
    """A card for each part that something is known of, in two columns; the others in a line each below."""
    told = [part for part in parts if not part.calm]
    columns = st.columns(2, gap="medium")
    heights = [0, 0]
    for part in told:
        place = heights.index(min(heights))
        heights[place] += 2 + len(part.sentences) + 2 * min(SHOWN, len(part.items))
        with columns[place]:
            draw_part(part, say)
    calm = [f":gray[{plain(part.title)}] {plain(' '.join(part.sentences))}" for part in parts if part.calm]
    if calm:
        st.markdown(":small[" + "]  \n:small[".join(calm) + "]")


def draw_part(part: Part, say: Words) -> None:
    """Its sentences, then the things they are about."""
    with st.container(border=True, gap="xsmall", key=f"review-part-{part.name}"):
        st.subheader(plain(part.title), anchor=False)
        st.markdown("  \n".join(plain(text) for text in part.sentences))
        for place, item in enumerate(part.items[:SHOWN]):
            draw_item(item, f"{part.name}-{place}")
        rest = part.items[SHOWN:]
        if rest:
            with st.expander(say.count("{n} more", "{n} more", len(rest)), key=f"review-more-{part.name}"):
                for place, item in enumerate(rest, SHOWN):
                    draw_item(item, f"{part.name}-{place}")


def draw_item(item: Item, key: str) -> None:
    """A name that leads to what it names, and what is said of it."""
    name, text = plain(shorten(item.name, 110)), plain(shorten(item.text, 600))
    with st.container(gap=None, key=f"review-item-{key}"):
        if item.kind not in _PAGES:
            st.markdown(f"{name} :small[:gray[{text}]]")
            return
        page, parameter = _PAGES[item.kind]
        st.page_link(page, label=f"**{name}**", query_params={parameter: item.ref}, width="content")
        if text:
            st.caption(text)
