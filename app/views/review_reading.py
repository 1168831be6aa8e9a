"""What was read, at a glance: a month's papers or a project's, with what was learned of each; to be taken along."""

from functools import partial

import streamlit as st

from app import reading_review, review_charts
from app.markup import plain, shorten
from app.review_charts import Bar
from app.views import entry_body, paper_words
from app.views.history import palette
from app.views.paper_words import PAGE
from app.words import Words, mark, why
from store.errors import ReviewError
from store.settings import Settings
from store.weekly import reading_report
from store.weekly.months import Month, parse_month
from store.weekly.reading import PaperReading, ReadingReview
from store.weekly.report import MEDIA

OF = {"month": mark("A month"), "project": mark("A project")}
PICTURES = 2
"""How many pictures of a paper's notes are shown; a file has them all."""
MOST = 60
"""How many papers of a kind are shown."""
_OF, _MONTH, _PROJECT = "reading-of", "reading-month", "reading-project"


def draw(settings: Settings, say: Words) -> None:
    """The choice of a month or a project, then its reading."""
    st.html(paper_words.STYLE)
    try:
        of = choose(settings, say)
        review = reading_review.read(settings, of, say.zone)
    except ReviewError as error:
        st.title(say.say("Reading"), anchor=False)
        st.warning(plain(why(error, say)), icon=":material/event_busy:")
        return
    draw_head(review, of, settings, say)
    nothing = reading_report.emptiness(review, say)
    if nothing:
        st.caption(plain(nothing))
        st.page_link(paper_words.LIST, label=say.say("Papers"), icon=":material/menu_book:")
        return
    draw_figures(review, say)
    for title, found in ((say.say("Read"), review.read), (say.say("In reading"), review.reading)):
        if found:
            st.subheader(f"{plain(title)} :small[:gray[{len(found):,}]]", anchor=False)
        for one in found[:MOST]:
            draw_paper(one, settings, say)
        if len(found) > MOST:
            more = len(found) - MOST
            st.caption(
                plain(say.count("{n} more paper; a file has them all", "{n} more papers; a file has them all", more))
            )
    if review.ahead:
        title = reading_report.ahead_title(review, say)
        with st.expander(f"{plain(title)} · {len(review.ahead):,}", key="reading-ahead"):
            for one in review.ahead[:MOST]:
                draw_line(one, say)


def choose(settings: Settings, say: Words) -> Month | int:
    """The month or project that is chosen, by the address at first; ReviewError where it names none."""
    query = st.query_params
    projects = {one.id: one.name for one in reading_review.read_projects(settings)}
    asked = query.get("project", "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reading-choice"):
        of = "month"
        if projects:
            of = st.segmented_control(
                say.say("Which reading"),
                list(OF),
                default="project" if asked else "month",
                required=True,
                format_func=lambda one: say.say(OF[one]),
                key=_OF,
                label_visibility="collapsed",
            )
        if of == "project":
            ids = list(projects)
            if asked and (not asked.isdecimal() or int(asked) not in projects):
                query.pop("project")
                raise ReviewError("there is no project {id} any more; load the page again", id=asked[:20])
            chosen = st.selectbox(
                say.say("Project"),
                ids,
                index=ids.index(int(asked)) if asked else 0,
                format_func=lambda one: bare_name(projects[one]),
                key=_PROJECT,
                label_visibility="collapsed",
                width=260,
            )
            query.pop("month", None)
            query["project"] = str(chosen)
            return int(chosen)
        query.pop("project", None)
        return choose_month(settings, say)


def choose_month(settings: Settings, say: Words) -> Month:
    """The month that the address names, this one where it names none; the ways to others."""
    months = reading_review.read_months(settings, say.zone)
    asked = st.query_params.get("month", "")
    month = parse_month(asked) if asked else months[0]
    shown = month if month in months else min(max(month, months[-1]), months[0])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        draw_turn(shown, months, say)
    return shown


def draw_turn(shown: Month, months: list[Month], say: Words) -> None:
    """The ways to other months."""
    for to, icon, key, label in (
        (shown.shift(-1), ":material/chevron_left:", "Left", say.say("Month before")),
        (shown.shift(1), ":material/chevron_right:", "Right", say.say("Next month")),
    ):
        st.button("", key=f"reading-turn-{key}", icon=icon, shortcut=key, help=label, disabled=to not in months,
                  on_click=_go, args=(to,))  # fmt: skip
    key = f"{_MONTH}-{shown}"
    st.selectbox(
        say.say("Month"),
        months,
        index=months.index(shown),
        format_func=str,
        key=key,
        label_visibility="collapsed",
        width=140,
        on_change=_chosen,
        args=(key,),
    )


def draw_head(review: ReadingReview, of: Month | int, settings: Settings, say: Words) -> None:
    """Whose reading it is and of when, and the way to take it along."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.title(plain(reading_report.title_of(review, say)), anchor=False)
            st.caption(plain(reading_report.period(review, say)))
        if not review.is_empty:
            draw_export(review, of, settings, say)


def draw_export(review: ReadingReview, of: Month | int, settings: Settings, say: Words) -> None:
    """The menu with the forms of the file."""
    menu = st.popover(say.say("Export"), icon=":material/download:", key="reading-export", on_change="rerun",
                      type="tertiary")  # fmt: skip
    if not menu.open:
        return
    with menu:
        st.caption(say.say("One file with lessons and pictures, to be shown to others. It needs no network."))
        notes = st.toggle(say.say("With the texts of my notes"), key="reading-export-notes")
        with st.container(horizontal=True, gap="small"):
            for form, name in reading_review.FORMS.items():
                st.download_button(
                    plain(name),
                    data=partial(reading_review.write_out, settings, of, form, say, notes=notes),
                    file_name=reading_review.name_file(review, form),
                    mime=MEDIA[form],
                    key=f"reading-export-{form}",
                    on_click="ignore",
                )


def draw_figures(review: ReadingReview, say: Words) -> None:
    """The figures in a row, the passes in a line, the time of reading as bars."""
    with st.container(horizontal=True, gap="small", key="reading-tiles"):
        for tile in reading_report.tell_tiles(review, say).tiles:
            st.metric(plain(tile.label), plain(tile.value), border=True, width="stretch")
    passes = reading_report.tell_passes(review, say)
    if passes is not None:
        told = [f"{name}: {times} × {each}" for name, times, _, each in passes.rows]
        st.caption(plain(" · ".join(told)))
    strip = reading_report.tell_strip(review, say)
    if strip is None:
        return
    bars = [Bar(reading_review.day_of(label), value / 60) for label, value in review.strip]
    option = review_charts.panel(bars, "", palette()[0], "%.0f min")
    for one in option["series"][0]["data"]:
        one["itemStyle"] = {"opacity": 0.85}
    with st.container(gap="xxsmall"):
        st.markdown(f"**{plain(strip.title)}** :small[:gray[{plain(say.say('minutes'))}]]")
        st.echarts_chart(option, key=f"reading-strip-{review.name}", height=review_charts.PIXELS, alt=strip.title)


def draw_paper(one: PaperReading, settings: Settings, say: Words) -> None:
    """A paper with what was learned of it and the first pictures of its notes."""
    paper = one.paper
    with st.container(border=True, gap="xsmall", key=f"reading-paper-{paper.id}"):
        with st.container(key=f"paper-title-{paper.id}", gap=None):
            st.page_link(PAGE, label=f"**{paper_words.title(paper)}**", query_params={"id": paper.ref}, width="content")
        st.caption(plain(" · ".join(reading_report.about(one, say))))
        lines = [plain(line) for line in paper.lesson.splitlines() if line.strip()]
        if lines:
            st.markdown("  \n".join(lines))
        elif paper.state == "read":
            st.caption(plain(say.say("What was learned is not written down yet.")))
        pictures = [file for file in (one.attached or {}).values() if file.is_picture]
        if pictures:
            for file, column in zip(pictures, st.columns(PICTURES), strict=False):
                with column:
                    entry_body.draw_picture(file, settings, say)
        told = []
        if one.notes:
            told.append(say.count("{n} note", "{n} notes", len(one.notes)))
        if len(pictures) > PICTURES:
            told.append(say.count("{n} more picture", "{n} more pictures", len(pictures) - PICTURES))
        if told:
            st.caption(plain(" · ".join(told)))


def draw_line(one: PaperReading, say: Words) -> None:
    """A paper in a line."""
    paper = one.paper
    with st.container(key=f"paper-title-{paper.id}", gap=None):
        st.page_link(PAGE, label=paper_words.title(paper), query_params={"id": paper.ref}, width="content")
        st.caption(plain(" · ".join(reading_report.about(one, say))))


def bare_name(name: str) -> str:
    """A project's name for a list, which knows no markup."""
    return shorten(" ".join(name.split()), 60)


def _go(month: Month) -> None:
    st.query_params["month"] = str(month)


def _chosen(key: str) -> None:
    if st.session_state.get(key) is not None:
        _go(st.session_state[key])
