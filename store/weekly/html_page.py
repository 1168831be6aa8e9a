"""A report as one page that stands alone: its style, charts and pictures are in it, and it asks nothing of a network.

The page says so itself, in a policy that browsers enforce: no script runs in it, and nothing is fetched.
"""

from html import escape
from itertools import groupby

from store.weekly import charts_svg, prose
from store.weekly.page_style import STYLE
from store.weekly.parts import (
    Chart,
    Charts,
    Items,
    Lines,
    PaperCard,
    Part,
    Prose,
    Quiet,
    Report,
    Said,
    Section,
    Table,
    Tiles,
)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def to_html(report: Report) -> str:
    """The whole page, as text to be kept as UTF-8."""
    sections = "".join(
        _group(beside, list(found)) for beside, found in groupby(report.sections, lambda one: one.beside)
    )
    about = "".join(f"<p>{_text(line)}</p>" for line in report.about)
    footer = f"<footer>{_text(report.footer)}</footer>" if report.footer else ""
    return (
        f'<!doctype html>\n<html lang="{_text(report.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f'<link rel="icon" href="data:,">\n<title>{_text(report.title)}</title>\n<style>\n{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n<header><h1>{_text(report.title)}</h1>{about}</header>\n{sections}{footer}\n</main>\n"
        "</body>\n</html>\n"
    )


def _group(beside: bool, sections: list[Section]) -> str:
    drawn = "".join(_section(section) for section in sections)
    return f'<div class="beside">\n{drawn}</div>\n' if beside else drawn


def _section(section: Section) -> str:
    heading = f"<h2>{_text(section.title)}</h2>" if section.title else ""
    return f"<section>{heading}{''.join(_part(part) for part in section.parts)}</section>\n"


def _part(part: Part) -> str:
    if isinstance(part, Lines):
        return "<ul>" + "".join(f"<li>{_text(text)}</li>" for text in part.texts) + "</ul>" if part.texts else ""
    if isinstance(part, Said):
        return "".join(f"<p>{_text(text)}</p>" for text in part.texts)
    if isinstance(part, Items):
        return '<ul class="items">' + "".join(_item(*item) for item in part.items) + "</ul>" if part.items else ""
    if isinstance(part, Quiet):
        return f'<p class="quiet">{_text(part.text)}</p>'
    if isinstance(part, Prose):
        return _prose(part)
    if isinstance(part, Tiles):
        return _tiles(part)
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Charts):
        return '<div class="charts">' + "".join(_chart(chart) for chart in part.charts) + "</div>"
    return _paper(part)


def _item(name: str, text: str) -> str:
    return f"<li><b>{_text(name)}</b> <span>{_text(text)}</span></li>" if text else f"<li>{_text(name)}</li>"


def _tiles(part: Tiles) -> str:
    drawn = (
        f"<div><dt>{_text(tile.label)}</dt><dd>{_text(tile.value)}"
        + (f"<small>{_text(tile.note)}</small>" if tile.note else "")
        + "</dd></div>"
        for tile in part.tiles
    )
    return f'<dl class="tiles">{"".join(drawn)}</dl>'


def _table(part: Table) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        drawn = (
            f"<{tag}{' class=right' if place in part.right else ''}>{_text(cell)}</{tag}>"
            for place, cell in enumerate(cells)
        )
        return f"<tr>{''.join(drawn)}</tr>"

    rows = "".join(row(cells, "td") for cells in part.rows)
    return f'<div class="table"><table><thead>{row(part.head, "th")}</thead><tbody>{rows}</tbody></table></div>'


def _chart(chart: Chart) -> str:
    return f"<figure><figcaption>{_text(chart.title)}</figcaption>{charts_svg.draw(chart)}</figure>"


def _paper(card: PaperCard) -> str:
    title = prose.line_html(card.title)
    if card.address and prose.is_web(card.address):
        title = f'<a href="{escape(card.address)}" rel="noopener noreferrer">{title}</a>'
    about = f'<p class="quiet">{_text(" · ".join(card.about))}</p>' if card.about else ""
    lines = [line for line in card.lesson.strip().splitlines() if line.strip()]
    if lines:
        lesson = f'<p class="lesson">{"<br>".join(prose.line_html(line) for line in lines)}</p>'
    else:
        lesson = f'<p class="quiet">{_text(card.missing)}</p>' if card.missing else ""
    notes = "".join(_prose(note) for note in card.notes)
    pictures = "".join(prose.picture_html(picture) for picture in card.pictures)
    return f"<article><h3>{title}</h3>{about}{lesson}{notes}{pictures}</article>"


def _prose(part: Prose) -> str:
    heading = f"<h4>{_text(part.heading)}</h4>" if part.heading else ""
    return f'<div class="prose">{heading}{prose.to_html(part.text, part.pictures)}</div>'


def _text(words: object) -> str:
    return escape(prose.visible(str(words)))
