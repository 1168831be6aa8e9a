"""The channels alerts go out through: what each one gets, a test of it, and how to add another."""

from functools import partial

import streamlit as st

from app import alert_settings, blank
from app.alert_settings import Asked, Kept
from app.markup import plain
from app.views.alert_inputs import LEAST, keep, seed
from app.views.deeds import attempt, do, draw_wrong
from app.words import Words
from store.channels import NAME_LOOKS, PUSHBULLET, URL_LOOKS, names
from store.intents import Intent
from store.settings import Settings

LIVE_SECONDS = 2
_NAME, _URL = "channel-new-name", "channel-new-url"


def draw(settings: Settings, say: Words) -> None:
    """Each channel, the form for another one, and the file for code that runs elsewhere."""
    live(settings, say)
    if not settings.read_only:
        draw_form(settings, say)
    draw_file(say)


@st.fragment(run_every=LIVE_SECONDS, key="settings-channels")
def live(settings: Settings, say: Words) -> None:
    """The channels with how the last test of each went."""
    with blank.shield(say):
        kept, asked = alert_settings.read_kept(settings), alert_settings.read_asked(settings)
        for name in names(settings):
            draw_channel(name, kept, asked, settings, say)


def draw_channel(name: str, kept: Kept, asked: Asked, settings: Settings, say: Words) -> None:
    """One channel in a box of its own."""
    chosen, fixed = kept.preferences.channel(name), settings.read_only
    with st.container(border=True, gap="small"):
        one = seed(f"channel-on-{name}", chosen.on)
        st.toggle(
            f"**{plain('Pushbullet' if name == PUSHBULLET else name)}**",
            key=one.key,
            value=one.kept,
            disabled=fixed,
            on_change=keep,
            args=(settings, one, lambda on: alert_settings.alter_channel(name, on=on)),
        )
        draw_wrong(one.name, say)
        ready = True
        if name == PUSHBULLET:
            ready = draw_token(settings, say)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            one = seed(f"channel-least-{name}", chosen.least)
            st.selectbox(
                say.say("What it gets"),
                list(LEAST),
                format_func=lambda least: say.say(LEAST[least]),
                key=one.key,
                index=list(LEAST).index(one.kept),
                disabled=fixed,
                width=200,
                on_change=keep,
                args=(settings, one, lambda least: alert_settings.alter_channel(name, least=least)),
            )
            if name == PUSHBULLET and ready:
                draw_device(chosen.device, asked, settings, say)
        draw_wrong(f"channel-least-{name}", say)
        one = seed(f"channel-fallback-{name}", chosen.fallback)
        st.checkbox(
            say.say("Only as a fallback: gets what no other channel could deliver"),
            key=one.key,
            value=one.kept,
            disabled=fixed,
            on_change=keep,
            args=(settings, one, lambda fallback: alert_settings.alter_channel(name, fallback=fallback)),
        )
        draw_wrong(one.name, say)
        if not fixed:
            draw_buttons(name, kept, settings, say, disabled=not ready)
        draw_outcome(asked.tests.get(name), say.say("Sent: look at your phone."), settings, say)
        draw_wrong(f"channel-{name}", say)


def draw_token(settings: Settings, say: Words) -> bool:
    """Whether there is a token, and how to set one."""
    if settings.pushbullet_token:
        st.caption(":material/check: " + say.say("An access token is set. To change it:"))
    else:
        st.caption(":material/info: " + say.say("No access token is set, so nothing reaches a phone. In a terminal:"))
    st.code(blank.SETUP_LINE, language=None)
    return bool(settings.pushbullet_token)


def draw_device(device: str, asked: Asked, settings: Settings, say: Words) -> None:
    """All devices of the account, or one of those it really has."""
    options = ["", *asked.devices]
    if device not in options:
        options.append(device)
    one = seed(f"channel-device-{PUSHBULLET}", device)
    st.selectbox(
        say.say("Device"),
        options,
        format_func=lambda iden: asked.devices.get(iden, iden) if iden else say.say("All devices"),
        key=one.key,
        index=options.index(one.kept),
        disabled=settings.read_only,
        width=200,
        on_change=keep,
        args=(settings, one, lambda iden: alert_settings.alter_channel(PUSHBULLET, device=iden)),
    )
    if not settings.read_only:
        st.button(
            say.say("List the devices"),
            key="list-devices",
            on_click=do,
            args=("channel-devices", partial(alert_settings.ask_devices, settings)),
        )
    if asked.as_of is not None:
        st.caption(say.say("as of {time}", time=say.date(asked.as_of)), width="content")
    found = say.count("{n} device", "{n} devices", len(asked.devices))
    draw_outcome(asked.listing, found, settings, say)
    draw_wrong(one.name, say)
    draw_wrong("channel-devices", say)


def draw_buttons(name: str, kept: Kept, settings: Settings, say: Words, *, disabled: bool) -> None:
    """Test it; take it away."""
    with st.container(horizontal=True):
        st.button(
            say.say("Send a test"),
            key=f"test-{name}",
            icon=":material/send:",
            disabled=disabled or not kept.pulse.alive,
            help=None if kept.pulse.alive else say.say("The daemon sends it, and it is not running."),
            on_click=do,
            args=(f"channel-{name}", partial(alert_settings.ask_test, settings, name)),
        )
        removes = name != PUSHBULLET and st.button(say.say("Remove"), key=f"remove-{name}", icon=":material/delete:")
        if removes and attempt(f"channel-{name}", lambda: alert_settings.remove_channel(settings, name)):
            st.rerun(scope="app")


def draw_outcome(intent: Intent | None, done: str, settings: Settings, say: Words) -> None:
    """How what was asked of the daemon has fared; ``done`` are the words for that it went well."""
    if intent is None:
        return
    when, answer = say.clock(intent.answered or intent.asked), settings.redact(intent.answer or "")
    if intent.state == "done":
        st.caption(f":green[:material/check_circle:] {when} · {plain(done)}")
    elif intent.state == "refused":
        st.caption(f":red[:material/error:] {when} · {plain(say.say('It failed: {why}', why=answer))}")
    else:
        st.caption(f":material/hourglass_empty: {when} · {plain(say.say('Asked; waiting for the daemon'))}")


def draw_form(settings: Settings, say: Words) -> None:
    """Add a channel: a name and the address that Apprise knows it by."""
    with st.form("channel-add", enter_to_submit=False):
        st.markdown("**" + say.say("Add a channel") + "**")
        st.caption(
            say.say("Any service Apprise can reach. Its address is kept in the secrets file and not shown again.")
        )
        st.text_input(say.say("Name"), key=_NAME, max_chars=32, help=plain(say.say(NAME_LOOKS)))
        st.text_input(say.say("Address"), key=_URL, type="password", help=plain(say.say(URL_LOOKS)), autocomplete="off")
        st.form_submit_button(say.say("Add"), on_click=add, args=(settings,))
        draw_wrong(_NAME, say)


def draw_file(say: Words) -> None:
    """The file for notebooks and scripts on other machines."""
    with st.container(border=True, gap="small"):
        st.markdown("**" + say.say("From a notebook, Colab or another machine") + "**")
        text = say.say("This one file, put beside your code, pushes how it ended through the same Pushbullet account.")
        st.caption(text + " " + say.say("It needs nothing but Python, and cannot hurt the code it watches."))
        st.code('from machiai_watch import watch\n\nwith watch("finetune"):\n    train()', language=None)
        st.download_button(
            say.say("Download machiai_watch.py"),
            data=alert_settings.NOTEBOOK_FILE.read_bytes,
            file_name=alert_settings.NOTEBOOK_FILE.name,
            mime="text/x-python",
            icon=":material/download:",
            on_click="ignore",
        )


def add(settings: Settings) -> None:
    """Keep the new channel; the address leaves the page's memory once it is kept."""
    name, url = st.session_state[_NAME], st.session_state[_URL]
    if attempt(_NAME, lambda: alert_settings.add_channel(settings, name, url)):
        st.session_state[_NAME] = st.session_state[_URL] = ""
