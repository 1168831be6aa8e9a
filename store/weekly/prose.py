"""What a person wrote in Markdown, as HTML that can hold nothing else: no script, no style, nothing that is fetched.

Every character is escaped first; only the marks that are read here become elements. Pictures are those that are handed
in, web addresses are links that somebody has to follow. Formulas are drawn, or stay the TeX that they are. Pure.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape

from store.weekly.mathml import to_mathml
from store.weekly.parts import Picture

_DEEPER = 3
"""The headings of a note go below those of the report."""
_LOWEST = 6
_MOST_NESTED = 6
_MOST_COLUMNS = 40
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*$")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_TABLE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL = re.compile(r"(?<!\\)\|")
_ITEM = re.compile(r"( *)([-*+•・]|\d{1,9}[.)])[ \t]+(?:\[([ xX])\][ \t]+)?(.*)$")
_TARGET = r"[^\s()<>]{1,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,2000}){0,9}"
_TOKEN = re.compile(
    r"(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<tex>\$\$.+?\$\$|(?<![\w$])\$(?![\s$])[^$\n]*?(?<![\s\\])\$(?!\w))"
    r"|!\[(?P<alt>(?:\\.|[^\[\]\\])*)\]\(\s*<?(?P<source>" + _TARGET + r")>?(?:\s+\"[^\"]*\")?\s*\)"
    r"|\[(?P<label>(?:\\.|[^\[\]\\])+)\]\(\s*<?(?P<address>" + _TARGET + r")>?(?:\s+\"[^\"]*\")?\s*\)"
    r"|(?P<url>https?://[^\s<>\"'`「」、。，）]+[^\s<>\"'`「」、。，）.,;:!?)\]*_])",
    re.DOTALL,
)
_FORMULA = re.compile(r"((?<!\\)\$(?=[^\s$])[^$\n]*(?<=[^\s$\\])\$(?!\d))")
_ATTACHED = re.compile(r"attachment:(\d{1,15})")
_SAFE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_EMPHASIS = (
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL), "strong"),
    (re.compile(r"(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)", re.DOTALL), "strong"),
    (re.compile(r"(?<!\*)\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?!\*)", re.DOTALL), "em"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)", re.DOTALL), "em"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~", re.DOTALL), "s"),
)
_PLACE = re.compile("\ue000(\\d+)\ue001")


def to_html(text: str, pictures: Mapping[int, Picture] | None = None) -> str:
    """Markdown as HTML; line breaks stay line breaks. ``pictures`` are those that may be shown, by attachment."""
    lines = visible(text.replace("\r\n", "\n").replace("\r", "\n")).expandtabs(4).split("\n")
    return "".join(_blocks(lines, pictures or {}, 0))


def visible(text: str) -> str:
    """Text without the characters that cannot be seen, those that turn the direction of writing among them."""
    return _HIDDEN.sub("", text)


def line_html(text: str) -> str:
    """A line of plain text with the formulas that are in it, as titles of papers have them."""
    drawn = [_formula(part) if place % 2 else escape(part) for place, part in enumerate(_FORMULA.split(visible(text)))]
    return "".join(drawn)


def pictured(text: str) -> set[int]:
    """The attachments that a text points at."""
    return {int(number) for number in _ATTACHED.findall(text)}


def picture_html(picture: Picture, alt: str = "") -> str:
    """A picture with its name under it, or why it is not there."""
    name = escape(alt or picture.name)
    if not picture.uri:
        return f'<span class="quiet">{name}: {escape(picture.why)}</span>'
    return (
        f'<span class="figure"><img src="{escape(picture.uri)}" alt="{name}"><span class="caption">{name}</span></span>'
    )


def is_web(address: str) -> bool:
    """Whether an address may be a link: of the web or of mail, nothing that could run."""
    return _SAFE.match(address) is not None


def _blocks(lines: list[str], pictures: Mapping[int, Picture], depth: int) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif fence := _FENCE.match(line):
            end = _end_of_fence(lines, at + 1, fence[1])
            yield "<pre><code>" + escape("\n".join(lines[at + 1 : end])) + "</code></pre>"
            at = end + 1
        elif line.strip().startswith("$$") and (line.count("$$") != 2 or _closed(line)):
            end = at
            while end < len(lines) - 1 and not (lines[end].rstrip().endswith("$$") and (end > at or _closed(line))):
                end += 1
            yield f'<p class="tex">{_formula(chr(10).join(lines[at : end + 1]).strip())}</p>'
            at = end + 1
        elif heading := _HEADING.match(line):
            level = min(_LOWEST, len(heading[1]) + _DEEPER)
            yield f"<h{level}>{_inline(heading[2], pictures)}</h{level}>"
            at += 1
        elif _RULE.match(line):
            yield "<hr>"
            at += 1
        elif "|" in line and _is_rule("".join(lines[at + 1 : at + 2])):
            end = _end(lines, at + 2, lambda one: "|" in one)
            yield _table([lines[at], *lines[at + 2 : end]], lines[at + 1], pictures)
            at = end
        elif line.lstrip().startswith(">") and depth < _MOST_NESTED:
            end = _end(lines, at, lambda one: bool(one.strip()))
            inner = [re.sub(r"^ {0,3}> ?", "", one) for one in lines[at:end]]
            yield "<blockquote>" + "".join(_blocks(inner, pictures, depth + 1)) + "</blockquote>"
            at = end
        elif _ITEM.match(line) and depth < _MOST_NESTED:
            end = _end_of_list(lines, at)
            yield _list(lines[at:end], pictures, depth)
            at = end
        else:
            end = max(at + 1, _end(lines, at, _is_prose))
            yield "<p>" + _inline("\n".join(one.strip() for one in lines[at:end]), pictures) + "</p>"
            at = end


def _closed(line: str) -> bool:
    """Whether a formula on lines of its own ends on the line that it begins on."""
    return len(line.strip()) > 4 and line.rstrip().endswith("$$")


def _end(lines: list[str], at: int, goes_on: Callable[[str], bool]) -> int:
    while at < len(lines) and goes_on(lines[at]):
        at += 1
    return at


def _is_prose(line: str) -> bool:
    begins = _FENCE.match(line) or _HEADING.match(line) or _RULE.match(line) or _ITEM.match(line)
    return bool(line.strip()) and not begins and not line.strip().startswith(("$$", ">"))


def _end_of_fence(lines: list[str], at: int, fence: str) -> int:
    while at < len(lines) and not (lines[at].strip().startswith(fence) and not lines[at].strip(f" {fence[0]}")):
        at += 1
    return at


def _end_of_list(lines: list[str], at: int) -> int:
    """Where a list ends: at an item of another kind, or a line that is no item, not indented, and does not go straight
    on from one."""
    end = at + 1
    first = _ITEM.match(lines[at])
    while end < len(lines):
        line = lines[end]
        item = _ITEM.match(line)
        if item and first and len(item[1]) <= len(first[1]) and item[2][0].isdigit() != first[2][0].isdigit():
            break
        blank_before = not lines[end - 1].strip()
        if line.strip() and not item and not line.startswith("  ") and (blank_before or not _is_prose(line)):
            break
        end += 1
    return end


def _list(lines: list[str], pictures: Mapping[int, Picture], depth: int) -> str:
    first = _ITEM.match(lines[0])
    assert first is not None
    tag = "ol" if first[2][0].isdigit() else "ul"
    items: list[tuple[str, list[str]]] = []
    width = len(first[1])
    for line in lines:
        found = _ITEM.match(line)
        if found and (len(found[1]) <= width or not items):
            mark = "" if found[3] is None else "☐ " if found[3] == " " else "☑ "
            items.append((mark, [found[4]]))
            width = len(found[1]) + 1
        elif items:
            items[-1][1].append(re.sub(r"^ {1,4}", "", line))
    drawn = []
    for mark, body in items:
        inner = "".join(_blocks(body, pictures, depth + 1))
        if inner.startswith("<p>") and all(one.strip() for one in "\n".join(body).rstrip().split("\n")):
            inner = inner.replace("<p>", "", 1).replace("</p>", "", 1)
        drawn.append(f"<li>{mark}{inner}</li>")
    number = f' start="{int(first[2][:-1])}"' if tag == "ol" and first[2][:-1] != "1" else ""
    return f"<{tag}{number}>{''.join(drawn)}</{tag}>"


def _table(rows: list[str], rule: str, pictures: Mapping[int, Picture]) -> str:
    """A table: as many columns as its rule has, the first row its head."""
    sides = _cells(rule)
    drawn = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        cells = [*_cells(row), *[""] * len(sides)][: len(sides)]
        drawn.append(
            "".join(
                f"<{tag}{' class=right' if side.endswith(':') else ''}>{_inline(cell, pictures)}</{tag}>"
                for cell, side in zip(cells, sides, strict=True)
            )
        )
    return '<div class="table"><table>' + "".join(f"<tr>{row}</tr>" for row in drawn) + "</table></div>"


def _is_rule(line: str) -> bool:
    """Whether a line parts the head of a table from its rows."""
    return "|" in line and _TABLE.match(line) is not None and line.count("|") <= _MOST_COLUMNS


def _cells(row: str) -> list[str]:
    inner = row.strip().removeprefix("|")
    inner = inner.removesuffix("|") if not inner.endswith("\\|") else inner
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(inner)]


def _inline(text: str, pictures: Mapping[int, Picture]) -> str:
    """A line's code, formulas, links and emphasis. What is read first is set aside, so that nothing is read twice."""
    aside: list[str] = []

    def keep(html: str) -> str:
        aside.append(html)
        return f"\ue000{len(aside) - 1}\ue001"

    def replace(found: re.Match[str]) -> str:
        if found["escaped"]:
            return keep(escape(found["escaped"][1:]))
        if found["code"] is not None:
            return keep(f"<code>{escape(found['code'].strip(' '))}</code>")
        if found["tex"]:
            return keep(_formula(found["tex"]))
        if found["source"]:
            return keep(_picture(found["alt"], found["source"], pictures))
        if found["address"]:
            label = _unescape(found["label"])
            attached = _ATTACHED.fullmatch(found["address"])
            return keep(escape(label) if attached else _link(found["address"], label))
        return keep(_link(found["url"], found["url"]))

    html = escape(_TOKEN.sub(replace, text))
    for pattern, tag in _EMPHASIS:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    html = html.replace("\n", "<br>")
    return _PLACE.sub(lambda found: aside[int(found[1])], html)


def _formula(tex: str) -> str:
    """A formula with its dollars; as TeX where there is something in it that is not known."""
    display = tex.startswith("$$")
    drawn = to_mathml(tex.strip("$"), display=display)
    return drawn or f'<code class="tex">{escape(tex)}</code>'


def _picture(alt: str, source: str, pictures: Mapping[int, Picture]) -> str:
    alt = _unescape(alt)
    attached = _ATTACHED.fullmatch(source)
    if attached is None:
        return _link(source, alt or source)
    picture = pictures.get(int(attached[1]))
    return escape(alt) if picture is None else picture_html(picture, alt)


def _link(address: str, label: str) -> str:
    if not is_web(address):
        return escape(label)
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{escape(label)}</a>'


def _unescape(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
