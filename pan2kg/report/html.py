"""A dossier as one web page that needs nothing else: no script, no other file, every text escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.report.blocks import (
    INLINE,
    Block,
    Dossier,
    Drawn,
    Fold,
    Headline,
    Headlines,
    Measures,
    Points,
    Prose,
    Section,
    Shown,
    anchors,
)
from pan2kg.tables.cells import clean
from pan2kg.tables.markup import html_foot, html_table, html_text

_WORDS: Final = Messages("report")

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def write_page(dossier: Dossier) -> str:
    """The dossier as HTML."""
    page = _Page(dossier)
    css = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    title, language = words(dossier.title), dossier.language
    body = "".join(page.section(section, 2) for section in dossier.sections)
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{title}</title>
<style>
{css}</style>
</head>
<body>
<a class="skip" href="#content">{words(_WORDS.say("page.skip", language))}</a>
<header>
<p class="kicker">{words(dossier.kicker)}</p>
<h1>{title}</h1>
<p class="lead">{words(dossier.lead)}</p>
</header>
{page.contents()}<main id="content">
{body}</main>
</body>
</html>
"""


def words(text: str) -> str:
    """Words for a page: escaped, with the spaces that do not break.

    >>> words("« a » < b")
    '«\\xa0a\\xa0» &lt; b'
    """
    return escape(clean(text))


class _Page:
    """The pieces of a page, and what its links can lead to."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.known = dossier.names()

    @property
    def language(self) -> Language:
        return self.dossier.language

    def say(self, key: str, **values: str | int) -> str:
        """Words of the page, escaped."""
        return words(_WORDS.say(f"page.{key}", self.language, **values))

    def contents(self) -> str:
        """The table of contents, two levels deep."""
        entries = "".join(self._entry(section) for section in self.dossier.sections)
        heading = f'<h2 id="contents-title">{self.say("contents")}</h2>'
        return f'<nav id="contents" aria-labelledby="contents-title">\n{heading}\n<ol>\n{entries}</ol>\n</nav>\n'

    def _entry(self, section: Section) -> str:
        parts = "".join(
            f'<li><a href="#{escape(part.name)}">{words(part.title)}</a></li>\n'
            for part in section.parts
            if part.listed
        )
        below = f"\n<ul>\n{parts}</ul>\n" if parts else ""
        return f'<li><a href="#{escape(section.name)}">{words(section.title)}</a>{below}</li>\n'

    def section(self, section: Section, level: int) -> str:
        """A section with its parts below it, and the way back to the contents."""
        name = escape(section.name)
        blocks = "".join(part for block in section.blocks for part in self.block(block))
        parts = "".join(self.section(part, level + 1) for part in section.parts)
        up = f'<p class="up"><a href="#contents">{self.say("up")}</a></p>\n' if level == 2 else ""
        heading = f'<h{level} id="{name}">{words(section.title)}</h{level}>\n'
        return f"<section>\n{heading}{blocks}{parts}{up}</section>\n"

    def block(self, block: Block) -> Iterator[str]:
        """One block of a section."""
        if isinstance(block, Prose):
            yield f"<p>{self.inline(block.text)}</p>\n"
        elif isinstance(block, Points):
            items = "".join(f"<li>{self.inline(item)}</li>\n" for item in block.items)
            yield f"<ul>\n{items}</ul>\n"
        elif isinstance(block, Headlines):
            yield f'<ul class="headlines">\n{"".join(map(self._headline, block.figures))}</ul>\n'
        elif isinstance(block, Measures):
            yield from self._measures(block)
        elif isinstance(block, Shown):
            yield from self._shown(block)
        elif isinstance(block, Fold):
            yield self._fold(block)
        else:
            yield self._drawn(block)

    def inline(self, text: str) -> str:
        """A sentence with its links and its pieces of code."""
        parts, at, text = [], 0, clean(text)
        for found in INLINE.finditer(text):
            parts.append(escape(text[at : found.start()]))
            said, name, code = found.groups()
            parts.append(f"<code>{escape(code)}</code>" if code else self._link(name, escape(said)))
            at = found.end()
        return "".join((*parts, escape(text[at:])))

    def _link(self, name: str, said: str) -> str:
        return f'<a href="#{escape(name)}">{said}</a>' if name in self.known else said

    def _headline(self, figure: Headline) -> str:
        value = f'<span class="value">{escape(figure.value)}</span>'
        of = f' <span class="of">{escape(figure.of)}</span>' if figure.of else ""
        number = self._link(figure.leads, f"{value}{of}")
        return f"<li><p>{number}</p>\n<p>{words(figure.words)}</p></li>\n"

    def _measures(self, block: Measures) -> Iterator[str]:
        yield "<dl>\n"
        for one in block.entries:
            source = self.say("formula-source", source=one.source)
            formula = f'<p class="formula">{escape(one.formula)}</p>\n<p>{words(one.words)}</p>\n'
            yield f'<dt>{words(one.name)}</dt>\n<dd>{formula}<p class="basis">{source}</p></dd>\n'
        yield "</dl>\n"

    def _shown(self, block: Shown) -> Iterator[str]:
        exhibit = block.exhibit
        if exhibit.summary:
            yield f"<p>{html_text(exhibit.summary, self.language)}</p>\n"
        table = self._table(block)
        if block.folded and exhibit.rows:
            opens = self.say("open", n=len(exhibit.rows))
            table = f"<details><summary>{opens}</summary>\n{table}</details>\n"
        yield table
        yield html_foot(exhibit, self.language)

    def _table(self, block: Shown) -> str:
        caption = html_text(block.exhibit.title, self.language)
        return html_table(
            block.exhibit, self.language, anchors(block.name, self.known, self.dossier.tongues), caption=caption
        )

    def _fold(self, block: Fold) -> str:
        notes = "".join(f"<li>{words(note)}</li>\n" for note in block.notes)
        listed = f"<ul>\n{notes}</ul>\n" if notes else ""
        ends = " ↔ ".join(self._thing(*thing) for thing in block.things)
        summary = f"<summary>{escape(block.figure)} · {ends}</summary>"
        return f'<details id="{escape(block.name)}">{summary}\n{listed}{self._table(block.shown)}</details>\n'

    def _thing(self, address: str, label: str) -> str:
        tongue = self.dossier.tongues.get(address, "")
        return f'<span lang="{escape(tongue)}">{words(label)}</span>' if tongue else words(label)

    def _drawn(self, block: Drawn) -> str:
        opens, table = self.say("data", n=len(block.data.rows)), self._table(Shown(block.data, f"{block.name}-data"))
        data = f"<details><summary>{opens}</summary>\n{table}</details>\n" if block.data.rows else ""
        label = words(block.title)
        return (
            f'<figure id="{escape(block.name)}">\n'
            f'<div class="scroll picture" role="region" tabindex="0" aria-label="{label}">\n{block.svg}</div>\n'
            f"{data}</figure>\n"
        )
