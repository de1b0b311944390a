"""What somebody can act on about one thing: gaps with what to write, to whom and until when, as findings of a brief.

Each function gives the findings of a kind of thing at a level, those that can be acted on first. None says that
something is missing where nobody has read: a finding then says that it is to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import counts
from pan2kg.coherence.occasions import Occasion, State
from pan2kg.coherence.reading_state import Aspect, Extent
from pan2kg.coherence.uses import key
from pan2kg.i18n.catalogue import Messages
from pan2kg.report.brief import Finding, addressee, called, citation, duty, late, quotations, until
from pan2kg.tables.figure_words import named
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.coherence.known import Known
    from pan2kg.graph.graph import Graph

_WORDS: Final = Messages("brief")


def of_pair(graph: Graph, known: Known, one: str, two: str) -> Iterator[Finding]:
    """The citations either plan could make of the other and that were not seen."""
    return _citations(graph, known, lambda found: {found.source, found.target} == {one, two})


def of_text(graph: Graph, known: Known, text: str) -> Iterator[Finding]:
    """The duties of a text that are past their date, and the citations between plans that both rest on it."""
    for found in late(graph, known.level):
        if found.obligation.instrument == text:
            yield duty(graph, found)

    def both_rest_on_it(found: Occasion) -> bool:
        return any(part.text == text for part in known.weight(found.source, found.target).contributions)

    yield from _citations(graph, known, both_rest_on_it)


def of_body(graph: Graph, known: Known, body: str) -> Iterator[Finding]:
    """The duties a body holds that are past their date, and the citations to look for in the plans it leads."""
    for found in late(graph, known.level):
        if found.obligation.holder == body:
            yield duty(graph, found)
    led = {
        graph.homes.get(one.work, one.work) for one in graph.involvements
        if one.body == body and one.roles & {"lead", "responsible"} and counts(one.level, known.level)
    }  # fmt: skip
    yield from _citations(graph, known, lambda found: found.source in led)


def of_topic(graph: Graph, known: Known, plans: Iterable[str]) -> Iterator[Finding]:
    """The citations to look for between plans that deal with the same topic."""
    dealing = frozenset(plans)
    return _citations(graph, known, lambda found: {found.source, found.target} <= dealing)


def _citations(graph: Graph, known: Known, wanted: Callable[[Occasion], bool]) -> Iterator[Finding]:
    for one in known.occasions:
        if one.is_expected and one.state is not State.SEEN and wanted(one):
            yield citation(graph, known, one)


def of_action(graph: Graph, known: Known, action: str) -> Iterator[Finding]:
    """What is not known of an action: who leads it, by when, on what it rests; missing only where it was read."""
    plan = known.tables.works.home.get(action)
    if plan is None:
        return
    parts = [one for one in graph.involvements if one.work == action and counts(one.level, known.level)]
    if not any("lead" in one.roles for one in parts):
        yield _lacking(graph, known, (action, plan), "lead", Aspect.BODIES, [one.iri for one in parts])
    if not graph.statements.values(action, f"{PAN}hasTimeline"):
        yield _lacking(graph, known, (action, plan), "date", Aspect.MEASURES, [])
    if not any(use.work == action for use in known.uses):
        yield _lacking(graph, known, (action, plan), "text", Aspect.TEXTS, [])


def _lacking(
    graph: Graph, known: Known, ends: tuple[str, str], what: str, aspect: Aspect, said: Iterable[str]
) -> Finding:
    """That something was not seen of an action, and whether the plan was read for it to its end."""
    language, (action, plan) = graph.language, ends
    extent = known.tables.readings.extent(action, aspect, plan)
    number = graph.labels.label(action, language).notation or graph.label(action)
    names = {"action": number, "plan": called(graph, plan)}
    first = "" if extent is Extent.FULL else _WORDS.say("action-read-first", language, **names)
    write = _WORDS.say(f"action-{what}-write", language, **names)
    return Finding(
        f"{what}:{key(action)}",
        _WORDS.say(f"action-{what}-title", language, **names),
        _WORDS.say(f"action-{what}", language, extent=named(extent).say(language), **names),
        quotations(graph, said),
        "",
        " ".join(part for part in (first, write) if part),
        addressee(graph, known.level, plan),
        until(graph, plan),
    )
