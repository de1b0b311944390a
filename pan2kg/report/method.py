"""How the figures are computed, what they rest on, and how the report is cited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pan2kg.coherence.uses import key
from pan2kg.graph.dataset import read_notice
from pan2kg.i18n.text import in_words
from pan2kg.report.blocks import Measure, Measures, Points, Prose, Section, Shown
from pan2kg.report.evidence import sources
from pan2kg.report.words import field, keys, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pan2kg.i18n.text import Language
    from pan2kg.tables.material import Material
    from pan2kg.tables.table import Exhibit


def method(language: Language) -> Section:
    """Every measure with its formula, and the caveats that hold for all."""
    measures = Measures(tuple(_measure(one, language) for one in keys("measure")))
    caveats = Points(tuple(say("caveat", one, language) for one in keys("caveat")))
    parts = (Section("caveats", say("prose", "method-caveats", language), (caveats,)),)
    return Section(
        "method", say("section", "method", language), (Prose(say("prose", "method", language)), measures), parts
    )


def _measure(one: str, language: Language) -> Measure:
    formula, words, source = (field("measure", one, part, language) for part in ("formula", "words", "source"))
    return Measure(say("measure", one, language), formula, words, source)


def used_sources(material: Material, exhibits: Iterable[Exhibit]) -> Section:
    """The documents everything was read in."""
    shown = Shown(sources(material, exhibits), "sources-table")
    return Section(
        "sources",
        say("section", "sources", material.language),
        (Prose(say("prose", "sources", material.language)), shown),
    )


def citing(material: Material, plan: str, title: str) -> Section:
    """How the report is cited, and how it is made again."""
    language, when = material.language, in_words(material.as_of, material.language)
    notice = read_notice(material.store)
    creators = "".join(f"{name}, " for name in notice.texts("creator", language))
    named = f", {notice.licence[1]}" if notice.licence else ""
    told = {"creators": creators, "release": material.release, "day": when, "licence": named}
    cited = say("prose", "cite", language, title=title, **told)
    command = f"pan2kg report --plan {key(plan)} --language {language} --as-of {material.as_of.isoformat()} -o DIR"
    again = say("prose", "cite-again", language, command=command)
    licence = (
        say("prose", "cite-licence", language, licence=notice.licence[1])
        if notice.licence
        else say("prose", "cite-licence-unknown", language)
    )
    return Section("cite", say("section", "cite", language), (Prose(cited), Prose(again), Prose(licence)))
