"""The page on how good the data are, each figure with what would mend it."""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import get_context
from threading import Lock
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.graph.labels import short
from pan2kg.site.catalogue_score import score
from pan2kg.site.ontology_words import say
from pan2kg.site.quality import total
from pan2kg.site.quality_quality import Checked, Failing, read_quality, summarise
from pan2kg.site.term import Said
from pan2kg.site.translation import LANGUAGES
from pan2kg.site.words import group
from pan2kg.store.remote import RemoteStore
from pan2kg.store.store import fingerprint
from pan2kg.turtle.vocabulary import SKOS
from pan2kg.validation.check import check

if TYPE_CHECKING:
    from pan2kg.i18n.text import Language, Text
    from pan2kg.project import Project
    from pan2kg.site.library_library import Library
    from pan2kg.site.quality_quality import Quality
    from pan2kg.site.speaker import Speaker
    from pan2kg.site.view import Values

_CHECKING: Final = Lock()
"""A check takes seconds: readers who ask at the same time wait for one."""

_STANDARD: Final = ("http://www.w3.org/2002/07/owl#", SKOS)
"""What the ontology itself is written in."""
_COUNTED: Final = ("in_graph", "with_instrument", "with_body", "with_topic", "with_group", "with_fields")


def values(speaker: Speaker) -> Values:
    """What the page shows; the check of the project is made once and kept."""
    library, language = speaker.library, speaker.request.language
    quality = read_quality(library.material(language), catalogue=library.catalogue)
    return {
        "title": say("quality", "title", language),
        "w": lambda group, key, **filled: say(group, key, language, **filled),
        "quality": quality,
        "checked": _checked_of(library),
        "class_label": lambda iri: _class_of(iri, language) or speaker.label(iri),
        "class_name": lambda iri: _class_of(iri, language) or speaker.name(iri),
        "words_of": lambda text: said(text, language),
        "message_of": message_of,
        "counted": _COUNTED,
        "tags": LANGUAGES,
        "sum": total(quality.links),
        "rows": [*quality.links, total(quality.links)],
        **_portal(quality, language),
    }


def _class_of(iri: str, language: Language) -> str:
    """What a class of the vocabularies ontologies are written in is called; empty for others, which have a label."""
    return group("class", language).get(short(iri), "") if iri.startswith(_STANDARD) else ""


def _portal(quality: Quality, language: Language) -> Values:
    met = sum(criterion.met is True for criterion in quality.criteria)
    unknown = sum(criterion.met is None for criterion in quality.criteria)
    percent = round(100 * score(quality.criteria))
    return {
        "portal_lead": say("portal", "lead", language, met=met, percent=percent),
        "portal_unknown": say("portal", "unknown-lead", language, n=unknown) if unknown else "",
    }


def said(text: Text, language: Language) -> Said:
    """Words of a report with the language they are in."""
    return Said(text.say(language), text.spoken(language))


def message_of(failing: Failing) -> tuple[Text, Text]:
    """What a rule asks, and what mends it where it says so apart."""
    return failing.rule.message, failing.rule.remedy


def _checked_of(library: Library) -> Checked | None:
    """The check of the project behind the pages; a store behind an endpoint has no files here."""
    if isinstance(library.store, RemoteStore):
        return None
    with _CHECKING:
        return _checked(library.project, fingerprint(library.project))


@lru_cache(maxsize=4)
def _checked(project: Project, _: str) -> Checked | None:
    """The check of a state of a project, None where its rules cannot be used.

    It is made in a process of its own, so that readers of other pages do not wait for it.

    Raises:
        ProjectError: that process was ended.
    """
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=signal.signal, initargs=ignoring) as apart:
        try:
            return apart.submit(_check, project).result()
        except BrokenProcessPool:
            raise ProjectError("The check of the graph was broken off.", remedy="Ask again.") from None


def _check(project: Project) -> Checked | None:
    try:
        return summarise(check(project))
    except Pan2kgError:
        return None
