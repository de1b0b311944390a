"""A change in words, as text, Markdown and notes of a version; and what became of the figures.

Texts become commoner as more plans are read, so that figures on each state's own weights would differ where no plan
changed. A release has published its weights; those of another state are computed from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby, takewhile
from typing import Final

import pyoxigraph as ox

from pan2kg.coherence.evidence import FIGURED, HEADLINE
from pan2kg.coherence.figures import Taken, figures
from pan2kg.coherence.known import BasisLine, Tables, basis_line, known
from pan2kg.coherence.reading import read_tables
from pan2kg.coherence.texts import Earlier
from pan2kg.graph.dataset import own_profile, read_profiles, read_release
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.publish.diff.states import Change, Shift, Side, graph_name
from pan2kg.publish.diff.things import LONG, Altered, Edit, Names, Status, Value, read_names, read_things
from pan2kg.store.store import LocalStore, is_derived
from pan2kg.tables.figure_words import basis_words, value_words
from pan2kg.tables.formats import md_escape
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDF, path_of


@dataclass(frozen=True, slots=True)
class Refigured:
    """The figures that changed, each as it was and as it is, at the level of the headline; ``line`` is their basis."""

    line: BasisLine
    changed: tuple[tuple[Taken, Taken], ...]


def refigured(change: Change, earlier: Earlier | None = None) -> Refigured | None:
    """The figures of both states, on the weights ``earlier`` where they were published, else on those of the old one.

    None where a state has no plan, or nothing of what rules derive: without levels of evidence it has no figures.
    """
    old, new = map(_tables, (change.old, change.new))
    if old is None or new is None:
        return None
    scale = earlier or weights_of(old, change.old.name)
    before, after = ({at: known(tables, at, weights=scale) for at in FIGURED} for tables in (old, new))
    pairs = zip(figures(before), figures(after), strict=True)
    changed = [(one, two) for one, two in pairs if _rounded(one) != _rounded(two)]
    return Refigured(basis_line(after[HEADLINE]), tuple(changed))


def weights_of(tables: Tables, name: str) -> Earlier:
    """The weights of a state, as a release of it would publish them; called as the release, else as the state."""
    own = known(tables).potential.weights
    cells = zip(own.texts, own.d.tolist(), own.ic.tolist(), own.gain.tolist(), strict=True)
    return Earlier(tables.release or name, own.n, {text: (d, ic, gain) for text, d, ic, gain in cells})


def _tables(side: Side) -> Tables | None:
    if not any(is_derived(graph_name(quad)) for quad in side.quads):
        return None
    store = LocalStore(ox.Store())
    store.inner.bulk_extend(side.quads)
    said = read_release(store)
    day = date.fromisoformat(said.day) if said.day else None
    home = own_profile(read_profiles(store), None).home_plan
    found = read_tables(store, release=said.number, as_of=day, focus=home)
    return found if found.works.plans else None


def _rounded(taken: Taken) -> list[float | None]:
    # published weights have six decimals: what differs beyond the fifth is no change
    return [None if one is None else round(one, 5) for one in taken.value]


_WORDS: Final = Messages("change")

_FIRST: Final = tuple(PAN + name for name in ("Plan", "Review", "LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill"))
_PART: Final = frozenset(
    PAN + name for name in ("Passage", "Timeline", "Indicator", "ExpectedResult", "VerificationSource", "Position")
)


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A change read thing by thing, with the names to tell it by."""

    change: Change
    names: Names
    things: tuple[Altered, ...]
    figures: Refigured | None = None

    def count(self, status: Status) -> int:
        """How many things something happened to."""
        return sum(thing.status is status for thing in self.things)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a story and how deep it stands: 0 a heading, 1 a thing, 2 what changed of it."""

    depth: int
    text: str


def read_change_report(change: Change, weights: Earlier | None = None) -> ChangeReport:
    """A change thing by thing, with the figures of both states on the ``weights`` the old one published."""
    names = read_names(change)
    found = None if change.is_empty else refigured(change, weights)
    return ChangeReport(change, names, read_things(change, names), found)


def write_text(report: ChangeReport, language: Language) -> str:
    """A change as lines for a terminal: counts first, then what belongs together.

    >>> from pan2kg.publish.diff.states import change_list
    >>> from pan2kg.publish.diff.states import side_of
    >>> print(write_text(read_change_report(change_list(side_of([], "a"), side_of([], "b"))), "en"), end="")
    Changes from a to b
    <BLANKLINE>
    Nothing has changed.
    """
    head, *body = _lines(report, language)
    lines = [f"{'  ' * line.depth}{line.text}" if line.depth else f"\n{line.text}" for line in body]
    return "\n".join([head.text, *lines]) + "\n"


def write_markdown(report: ChangeReport, language: Language) -> str:
    """The same as Markdown, for a page or a forge."""
    head, *body = _lines(report, language)
    lines = [
        f"{'  ' * (line.depth - 1)}- {md_escape(line.text)}" if line.depth else f"\n## {md_escape(line.text)}\n"
        for line in body
    ]
    return "\n".join([f"# {md_escape(head.text)}", *lines]) + "\n"


def kind_name(thing: Altered, names: Names, language: Language) -> str:
    """What things of its kind are called."""
    return names.of(thing.kind, language) if thing.kind else _WORDS.say("kind.thing", language)


def file_name(graph: str) -> str:
    """The file a graph was read from, else the address of the graph.

    >>> file_name("https://w3id.org/pan2kg/graph/plans/lu-bhr-2/actions")
    'plans/lu-bhr-2/actions'
    """
    return path_of(graph) or graph


def describe_edit(edit: Edit, names: Names, language: Language) -> str:
    """What became of a value, in words."""
    name = names.property(edit.property, language) + (f" ({edit.language})" if edit.language else "")
    start = _difference(edit.old, edit.new)
    old, new = ("" if term is None else names.term(term, language, start=start) for term in (edit.old, edit.new))
    key = "edit.changed" if old and new else "edit.added" if new else "edit.removed"
    return _WORDS.say(key, language, property=name, old=old, new=new)


def _difference(old: Value | None, new: Value | None) -> int:
    """Where two long texts begin to differ, so that the difference is what is shown of them."""
    if not isinstance(old, ox.Literal) or not isinstance(new, ox.Literal):
        return 0
    texts = [" ".join(term.value.split()) for term in (old, new)]
    same = takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))
    return sum(1 for _ in same) if max(map(len, texts)) > LONG else 0


def _lines(report: ChangeReport, language: Language) -> Iterator[Line]:
    change = report.change
    yield Line(0, _WORDS.say("title", language, old=change.old.name, new=change.new.name))
    if change.is_empty:
        yield Line(0, _WORDS.say("none", language))
        return
    yield Line(
        0, ", ".join(_WORDS.say(f"count.{one}", language, n=report.count(one)) for one in Status if report.count(one))
    )
    yield Line(1, _WORDS.say("count.statements", language, added=len(change.added), removed=len(change.removed)))
    for move in change.moves:
        yield Line(1, _WORDS.say("moved", language, old=file_name(move.old), new=file_name(move.new)))
    yield from (Line(1, _shift(shift, language)) for shift in change.shifts)
    yield from (Line(1, _derived(report, language, one.rule)) for one in change.derivations)
    if report.figures:
        yield from _refigured(report.figures, language)
    for root, things in groupby(sorted(report.things, key=lambda one: _order(one, report)), key=lambda one: one.root):
        yield Line(0, report.names.titled(root, language))
        yield from _told(list(things), report, language)


def _refigured(found: Refigured, language: Language) -> Iterator[Line]:
    """What the figures of the register were and are, with what they rest on."""
    yield Line(0, _WORDS.say("figures", language))
    if not found.changed:
        yield Line(1, _WORDS.say("figures-same", language))
    for old, new in found.changed:
        ends = {"old": value_words(old.value, old, language), "new": value_words(new.value, new, language)}
        yield Line(1, _WORDS.say("edit.changed", language, property=new.figure.name().say(language), **ends))
    yield Line(1, basis_words(found.line, language))


def _order(thing: Altered, report: ChangeReport) -> tuple[int, str, str, bool, str, str]:
    kinds = report.names.values(thing.root, RDF + "type")
    rank = min((_FIRST.index(kind) for kind in kinds if kind in _FIRST), default=len(_FIRST))
    return rank, min(kinds, default=""), thing.root, thing.iri != thing.root, thing.part_of, thing.iri


def _told(things: list[Altered], report: ChangeReport, language: Language) -> Iterator[Line]:
    """The things below one heading; parts of what was added or removed whole are only counted."""
    whole = {one.iri: one.status for one in things if one.status in (Status.ADDED, Status.REMOVED)}
    counted: Mapping[str, int] = Counter(one.part_of for one in things if _is_folded(one, whole))
    for one in things:
        if _is_folded(one, whole):
            continue
        yield Line(1, _headline(one, report, language) + _parts(one, counted, language))
        if one.iri not in whole:
            yield from (Line(2, describe_edit(edit, report.names, language)) for edit in one.edits)


def _is_folded(thing: Altered, whole: Mapping[str, Status]) -> bool:
    return thing.kind in _PART and whole.get(thing.part_of) is thing.status


def _parts(thing: Altered, counted: Mapping[str, int], language: Language) -> str:
    n = counted.get(thing.iri, 0)
    return f", {_WORDS.say('parts', language, n=n)}" if n else ""


def _headline(thing: Altered, report: ChangeReport, language: Language) -> str:
    name = report.names.titled(thing.iri, language, besides=thing.root)
    kind, status = kind_name(thing, report.names, language), _WORDS.say(f"status.{thing.status}", language)
    said = _WORDS.say("feed.entry", language, kind=kind, status=status, thing=name)
    by = report.names.value(thing.iri, DCTERMS + "isReplacedBy") if thing.status is Status.RETIRED else ""
    after = f", {_WORDS.say('replaced', language, thing=report.names.titled(by, language))}" if by else ""
    return said + after


def _shift(shift: Shift, language: Language) -> str:
    old, new = (file_name(graph) or _WORDS.say("nowhere", language) for graph in (shift.old, shift.new))
    return _WORDS.say("shifted", language, n=shift.count, old=old, new=new)


def _derived(report: ChangeReport, language: Language, rule: str) -> str:
    one = next(one for one in report.change.derivations if one.rule == rule)
    return _WORDS.say("derived", language, rule=rule, added=one.added, removed=one.removed)
