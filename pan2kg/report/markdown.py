"""A report as Markdown, with its pictures as files beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pan2kg.i18n.catalogue import Messages
from pan2kg.report.blocks import (
    INLINE,
    Block,
    Drawn,
    Fold,
    Headlines,
    Measures,
    PlanReport,
    Points,
    Prose,
    Section,
    Shown,
    anchors,
)
from pan2kg.tables.markup import md_foot, md_table, md_text

_WORDS: Final = Messages("report")


def picture_file(report: PlanReport, drawn: Drawn) -> str:
    """The name of the file a picture is in, beside the text."""
    return f"{drawn.name}.{report.language}.svg"


def write_text(report: PlanReport) -> str:
    """The report as Markdown."""
    text = _Text(report)
    parts = (
        f"# {md_text(report.title)}\n",
        f"{md_text(report.kicker)}\n",
        f"{md_text(report.lead)}\n",
        text.contents(),
        *(part for section in report.sections for part in text.section(section, 2)),
    )
    return "\n".join(part for part in parts if part)


class _Text:
    """The pieces of a text, and what its links can lead to."""

    def __init__(self, report: PlanReport) -> None:
        self.report = report
        self.language = report.language
        self.known = report.names()

    def contents(self) -> str:
        """The table of contents, two levels deep."""
        lines = [f'<a id="contents"></a>\n\n**{_WORDS.say("page.contents", self.language)}**\n\n']
        for at, section in enumerate(self.report.sections, start=1):
            lines.append(f"{at}. [{md_text(section.title)}](#{section.name})\n")
            lines += [f"    - [{md_text(part.title)}](#{part.name})\n" for part in section.parts if part.listed]
        return "".join(lines)

    def section(self, section: Section, level: int) -> Iterator[str]:
        """A section with its parts below it."""
        yield f'<a id="{section.name}"></a>\n\n{"#" * level} {md_text(section.title)}\n'
        for block in section.blocks:
            yield from self.block(block)
        for part in section.parts:
            yield from self.section(part, level + 1)

    def block(self, block: Block) -> Iterator[str]:
        """One block of a section."""
        if isinstance(block, Prose):
            yield f"{self.inline(block.text)}\n"
        elif isinstance(block, Points):
            yield "".join(f"- {self.inline(item)}\n" for item in block.items)
        elif isinstance(block, Headlines):
            yield "".join(
                f"- **{self._link(one.leads, md_text(f'{one.value} {one.of}'))}** {md_text(one.words)}\n"
                for one in block.figures
            )
        elif isinstance(block, Measures):
            yield from self._measures(block)
        elif isinstance(block, Shown):
            yield f"{md_text(block.figures.summary.say(self.language))}\n" if block.figures.summary else ""
            yield self._table(block)
            yield md_foot(block.figures, self.language)
        elif isinstance(block, Fold):
            summary = f"{block.figure} · {' ↔ '.join(label for _, label in block.things)}"
            yield f'<a id="{block.name}"></a>\n\n**{md_text(summary)}**\n'
            yield "".join(f"- {md_text(note)}\n" for note in block.notes)
            yield self._table(block.shown)
        else:
            yield from self._drawn(block)

    def inline(self, text: str) -> str:
        """A sentence with its links and its pieces of code."""
        parts, at = [], 0
        for found in INLINE.finditer(text):
            parts.append(_escaped(text[at : found.start()]))
            words, name, code = found.groups()
            parts.append(f"`{code}`" if code else self._link(name, md_text(words)))
            at = found.end()
        return "".join((*parts, _escaped(text[at:])))

    def _link(self, name: str, words: str) -> str:
        return f"[{words}](#{name})" if name in self.known else words

    def _table(self, shown: Shown) -> str:
        return md_table(shown.figures, self.language, anchors(shown.name, self.known, {}))

    def _measures(self, block: Measures) -> Iterator[str]:
        for one in block.entries:
            source = md_text(_WORDS.say("page.formula-source", self.language, source=one.source))
            yield f"**{md_text(one.name)}**\n\n    {one.formula}\n\n{md_text(one.words)} {source}.\n"

    def _drawn(self, block: Drawn) -> Iterator[str]:
        file = picture_file(self.report, block)
        yield f'<a id="{block.name}"></a>\n\n![{md_text(block.title)}]({file})\n'
        yield f"{md_text(block.description)}\n"


def _escaped(part: str) -> str:
    """A part of a sentence, with the spaces at its ends."""
    words = part.strip(" ")
    before, after = part[: len(part) - len(part.lstrip(" "))], part[len(part.rstrip(" ")) :]
    return f"{before}{md_text(words)}{after}" if words else part
