"""Text that is being typed and not kept yet: it outlives a switch of pages, a reload, a pause of the connection, and a
dashboard that is started again.

The server holds what it was told for the session. What it was not told yet (the field or its form was not left) is held
by the browser's tab, and put back into the field when the field is drawn again. A picture pasted into such a field goes
to the place for files below it. What was sent and could not be kept is held by ``app.unkept``.
"""

import json
import time
from collections import deque
from typing import Any

import streamlit as st

_NUMBER, _SENT, _TURN, _MET = "draft-number:", "draft-sent", "draft-turn", "draft-met"
PREFIX = "draft-"
LATELY_SECONDS = 120.0
"""How long it is known what was kept, for a page that is loaded anew before its browser heard of it."""
_lately: deque[tuple[float, str, str]] = deque(maxlen=100)

SCRIPT = """<script>
(() => {
  const gone = %s; // turn %d
  const store = window.sessionStorage, mark = "machiai-draft:";
  const heldAt = (key) => JSON.parse(store.getItem(key) || "null");
  for (const [name, text] of gone) {
    const held = heldAt(mark + name);
    if (held && (text === null || held.text.trim() === text.trim())) store.removeItem(mark + name);
  }
  if (window.machiaiDrafts) return;
  window.machiaiDrafts = true;
  const load = Math.random();
  const fullOf = (field) => {
    const box = field.closest("[class*='st-key-draft-']");
    return box ? [...box.classList].find((one) => one.startsWith("st-key-draft-")) : null;
  };
  const keyOf = (field) => {
    const full = fullOf(field);
    return full ? mark + full.slice(13).replace(/--\\d+$/, "") : null;
  };
  const turnOf = (full) => Number(full.match(/--(\\d+)$/)?.[1]);
  const put = (field, text) => {
    const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const part = field.closest("details:not([open])");
    if (part) part.querySelector("summary").click();
  };
  // A page that is still being drawn may draw the field empty once more; and nobody leaves a field they are not in.
  const bring = (field) => {
    const key = keyOf(field), full = fullOf(field), end = Date.now() + 5000;
    let isLeft = false;
    put(field, heldAt(key).text);
    const timer = setInterval(() => {
      const held = heldAt(key);
      if (Date.now() > end || !held || !held.text || !field.isConnected || fullOf(field) !== full) {
        clearInterval(timer);
      } else if (!field.value) {
        isLeft = false;
        put(field, held.text);
      } else if (!isLeft && document.activeElement !== field) {
        isLeft = true;
        field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
      }
    }, 40);
  };
  const seen = new WeakSet();
  const restore = () => {
    for (const field of document.querySelectorAll(
      "[class*='st-key-draft-'] textarea, [class*='st-key-draft-'] input[type=text]")) {
      if (seen.has(field) || field.disabled) continue;
      seen.add(field);
      const held = heldAt(keyOf(field));
      if (!held || held.text === field.value) continue;
      if (held.load !== load || turnOf(fullOf(field)) <= turnOf(held.full)) bring(field);
    }
  };
  const hold = (field) => {
    const key = field && field.closest && keyOf(field);
    if (key) store.setItem(key, JSON.stringify({ load, full: fullOf(field), text: field.value }));
  };
  document.addEventListener("input", (event) => hold(event.target), true);
  if (document.activeElement && document.activeElement.value) hold(document.activeElement);  // typed before this came
  document.addEventListener("paste", (event) => {
    const files = [...((event.clipboardData && event.clipboardData.files) || [])];
    if (!files.length || !event.target.closest || !keyOf(event.target)) return;
    const form = event.target.closest("[class*='st-key-writing']");
    const place = form && form.querySelector("[data-testid=stFileUploader] input[type=file]");
    if (!place) return;
    event.preventDefault();
    const given = new DataTransfer();
    for (const file of files) given.items.add(file);
    place.files = given.files;
    place.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);
  new MutationObserver(restore).observe(document.body, { childList: true, subtree: true });
  restore();
})();
</script>"""


def key_of(name: str) -> str:
    """The key of the field of that name; a new one once its text is kept."""
    return f"{PREFIX}{name}--{number(name)}"


def number(name: str) -> int:
    """How often the text of that field was kept or given up in this session."""
    return int(st.session_state.get(_NUMBER + name, 0))


def area(label: str, name: str, kept: str = "", **options: Any) -> str:
    """A text area whose text is not lost; it begins with ``kept``."""
    return st.text_area(label, value=kept, key=key_of(name), persist_state="session", **options) or ""


def line(label: str, name: str, kept: str = "", **options: Any) -> str:
    """A line of text that is not lost; it begins with ``kept``."""
    return st.text_input(label, value=kept, key=key_of(name), persist_state="session", **options) or ""


def typed(name: str, kept: str = "") -> str:
    """What stands in the field now, for ``on_click``."""
    return str(st.session_state.get(key_of(name), kept) or "")


def forget(*names: str) -> None:
    """What was typed is kept, or given up: the fields begin anew."""
    for name in names:
        _lately.append((time.monotonic(), name, typed(name)))
        st.session_state.pop(key_of(name), None)
        st.session_state[_NUMBER + name] = number(name) + 1
        _tell(name, None)


def sent(name: str, text: str) -> None:
    """That text has left the field, which stays as it is; what is typed there since then is another one."""
    _lately.append((time.monotonic(), name, text))
    _tell(name, text)


def watch() -> None:
    """Let the browser hold what is typed in such fields, and drop what arrived; once on every page."""
    state = st.session_state
    gone = state.pop(_SENT, [])
    if _MET not in state:
        state[_MET] = True
        gone += [(name, text) for at, name, text in list(_lately) if text and time.monotonic() - at < LATELY_SECONDS]
    if gone:
        state[_TURN] = state.get(_TURN, 0) + 1  # a script that is the same as before would not run again
    written = json.dumps(gone).replace("</", "<\\/")
    with st.container(key="drafts"):
        st.html(SCRIPT % (written, state.get(_TURN, 0)), unsafe_allow_javascript=True)


def _tell(name: str, text: str | None) -> None:
    """Let the browser drop what it holds for a field: whatever it is, or that text."""
    st.session_state[_SENT] = [*st.session_state.get(_SENT, []), (name, text)]
