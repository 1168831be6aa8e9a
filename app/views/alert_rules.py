"""The rules: what deserves an alert, how urgent it is and how soon it is believed."""

import streamlit as st

from app.alert_settings import Kept, alter_rule
from app.markup import plain
from app.views.alert_inputs import SENSITIVITY, SEVERITY, keep, seed
from app.views.deeds import draw_wrong
from app.words import Words
from store.alert_rules import RULES, Rule
from store.settings import Settings


def draw(kept: Kept, settings: Settings, say: Words) -> None:
    """Every rule in a box of its own."""
    for rule in RULES.values():
        with st.container(border=True, gap="xsmall"):
            draw_rule(rule, kept, settings, say)


def draw_rule(rule: Rule, kept: Kept, settings: Settings, say: Words) -> None:
    """One rule: on or off, why it is, and while it is on the rest."""
    chosen, kind, fixed = kept.preferences, rule.kind, settings.read_only
    one = seed(f"rule-on-{kind}", chosen.rule_on(kind))
    st.toggle(
        f"**{plain(say.say(rule.title))}**",
        key=one.key,
        value=one.kept,
        disabled=fixed,
        on_change=keep,
        args=(settings, one, lambda on: alter_rule(kind, on=on)),
    )
    st.caption(plain(say.say(rule.why)))
    draw_wrong(one.name, say)
    if not chosen.rule_on(kind):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = seed(f"rule-severity-{kind}", chosen.severity(kind))
        st.selectbox(
            say.say("Urgency"),
            list(SEVERITY),
            format_func=lambda severity: say.say(SEVERITY[severity]),
            key=one.key,
            index=list(SEVERITY).index(one.kept),
            disabled=fixed,
            width=180,
            on_change=keep,
            args=(settings, one, lambda severity: alter_rule(kind, severity=severity)),
        )
        if rule.graded:
            one = seed(f"rule-sensitivity-{kind}", chosen.sensitivity(kind))
            st.selectbox(
                say.say("Sensitivity"),
                list(SENSITIVITY),
                format_func=lambda sensitivity: say.say(SENSITIVITY[sensitivity]),
                key=one.key,
                index=list(SENSITIVITY).index(one.kept),
                disabled=fixed,
                width=140,
                on_change=keep,
                args=(settings, one, lambda sensitivity: alter_rule(kind, sensitivity=sensitivity)),
            )
        one = seed(f"rule-night-{kind}", chosen.at_night(kind))
        st.checkbox(
            say.say("Also in quiet hours"),
            key=one.key,
            value=one.kept,
            disabled=fixed,
            width="content",
            on_change=keep,
            args=(settings, one, lambda at_night: alter_rule(kind, at_night=at_night)),
        )
    for part in ("severity", "sensitivity", "night"):
        draw_wrong(f"rule-{part}-{kind}", say)
