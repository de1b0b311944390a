"""Plan × plan: below the diagonal what two plans share, above it what their texts cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.charts.drawing import Box, Group, Line, Mark, centred
from pan2kg.charts.frame import PAPER, RAMP, SHADE, SWATCH, Body, Caption, Picture, Sign, frame, step
from pan2kg.charts.grid import (
    EDGE,
    Choice,
    annotated,
    choose,
    filled,
    filters,
    hatch_sign,
    hatched,
    heads_of,
    known_words,
    notes,
    ramp_signs,
    resting,
    row_head,
    tilted,
)
from pan2kg.charts.subject import Cell, Subject, table
from pan2kg.charts.text_width import Font
from pan2kg.coherence.citations import Arc
from pan2kg.coherence.links import project
from pan2kg.coherence.pairs import Known, Layers, PlanPair, plan_matrix
from pan2kg.coherence.strength import hoist, plan_links
from pan2kg.graph.labels import Name
from pan2kg.i18n.catalogue import decimal
from pan2kg.store.store import Table

CELL: Final = (62.0, 50.0)
HEAD: Final = 300.0
CITED: Final = "#fff3d1"
BOUNDS: Final = (0.02, 0.05, 0.1, 0.2)
"""Where the classes of the mean strength end."""

COLUMNS: Final = (
    "plan_one", "plan_one_label", "plan_two", "plan_two_label", "pairs_assessed", "linked_pairs", "mean_strength",
    "greatest_strength", "conclusive", "shared_instruments", "citations_one_to_two", "citations_two_to_one",
    "measures_one", "published_one", "measures_two", "published_two",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of plans as it is drawn; what is not known is hatched.

    ``pairs_known`` where of both at least one action names a text, ``texts_known`` where both rest on a text at all.
    """

    one: int
    two: int
    cell: PlanPair
    pairs_known: bool
    texts_known: bool

    @property
    def citations(self) -> tuple[int | None, int | None]:
        """How often the first cites the second, and the second the first; None where nobody looked or found."""
        there, back = self.cell.cited
        return (there.number if there else None, back.number if back else None)


def draw_plan_matrix(subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10) -> Picture:
    """The coherence matrix of the plans named, or of ``plan`` and those most linked to it.

    Linked pairs are counted only where of both plans an action names a text, shared texts only where both rest on
    some; a citation is drawn only where one is recorded. All else is hatched.

    Raises:
        QueryError: as for :func:`pan2kg.charts.grid.choose`.
    """
    choice = choose(subject, plan=plan, plans=plans, top=top)
    pairs = _pairs(subject, choice)
    names = subject.names(choice.iris(subject.graph.uses))
    rows = [names[iri] for iri in choice.iris(subject.graph.uses)]
    caption = Caption(
        subject.say("plan-matrix-title"),
        subject.say("plan-matrix-lead"),
        _signs(subject),
        (*_summary(subject, pairs), *notes(subject, choice)),
        (*filters(subject, choice, rows), subject.say("hoisted")),
    )
    drawing = frame(subject, caption, _body(subject, rows, pairs))
    return Picture("plan-matrix", subject.language, drawing, _table(rows, pairs))


def _pairs(subject: Subject, choice: Choice) -> tuple[Pair, ...]:
    uses = subject.graph.linking
    layers = Layers(subject.graph.citations, founded=plan_links(subject.graph.uses, hoist(subject.graph.uses)[1]))
    iris = choice.iris(uses)
    place = {iri: at for at, iri in enumerate(iris)}
    acting, sizes = annotated(subject.graph.uses), resting(subject.graph.uses).sizes
    known = {iri: (bool(acting[at]), bool(sizes[at])) for iri, at in zip(iris, choice.plans, strict=True)}
    found = plan_matrix(uses, project(uses), layers, plans=iris)
    pairs = (
        Pair(place[cell.one], place[cell.two], cell, *map(all, zip(known[cell.one], known[cell.two], strict=True)))
        for cell in found
    )
    return tuple(sorted((_turned(pair) for pair in pairs), key=lambda pair: (pair.one, pair.two)))


def _turned(pair: Pair) -> Pair:
    """The pair with the plan first that is drawn first."""
    if pair.one < pair.two:
        return pair
    cell = pair.cell
    back = replace(
        cell, one=cell.two, two=cell.one, cited=cell.cited[::-1], owed=cell.owed[::-1], known=cell.known[::-1]
    )
    return replace(pair, one=pair.two, two=pair.one, cell=back)


def _body(subject: Subject, rows: Sequence[Name], pairs: Sequence[Pair]) -> Body:
    wide, high = CELL
    heads, up, out = tilted(heads_of(rows), HEAD, wide)
    marks: list[Mark] = []
    known = _known(pairs)
    for at, name in enumerate(rows):
        detail = f"{name.key} · {known_words(subject, known[at])}"
        marks.append(row_head(Box(0, at * high, HEAD, high), str(at + 1), name, detail))
        own = Box(HEAD + at * wide, at * high, wide, high)
        marks.append(Group(tuple(filled(own, SHADE, (str(at + 1),))), title=name.full, address=subject.leads(name.iri)))
    for pair in pairs:
        marks += _cells(subject, rows, pair)
    every = (Group(tuple(heads)), *marks)
    return Body(HEAD + wide * len(rows) + out, up + high * len(rows), (Group(every, shift=(0, up)),))


def _known(pairs: Sequence[Pair]) -> Mapping[int, Known]:
    return {at: known for pair in pairs for at, known in zip((pair.one, pair.two), pair.cell.known, strict=True)}


def _cells(subject: Subject, rows: Sequence[Name], pair: Pair) -> Iterator[Mark]:
    one, two = rows[pair.one], rows[pair.two]
    title = f"{one.full} – {two.full}\n{_potential_words(subject, pair)}"
    yield Group(tuple(_potential(subject, pair)), title, subject.leads(one.iri, two.iri))
    yield from _citations(subject, one, two, pair)


def _potential(subject: Subject, pair: Pair) -> list[Mark]:
    """Linked pairs and shared texts; hatched above or as a whole where they are not known."""
    wide, high = CELL
    box = Box(HEAD + pair.one * wide, pair.two * high, wide, high)
    found = pair.cell.potential
    texts = subject.say("texts", n=len(found.instruments))
    if pair.pairs_known:
        doubt = " ?" if pair.cell.is_inconclusive else ""
        return filled(box, RAMP[step(found.mean or 0.0, BOUNDS)], (f"{found.linked}{doubt}", texts), size=13)
    if not pair.texts_known:
        return hatched(box)
    upper, lower = replace(box, height=high / 2), replace(box, y=box.y + high / 2, height=high / 2)
    return [*hatched(upper), replace(lower, fill=PAPER, pen=EDGE), *centred(lower, (texts,), Font(9.5))]


def _citations(subject: Subject, one: Name, two: Name, pair: Pair) -> Iterator[Mark]:
    wide, high = CELL
    leads = subject.leads(one.iri, two.iri)
    upper = Box(HEAD + pair.two * wide, pair.one * high, wide, high / 2)
    lower = Box(upper.x, upper.y + high / 2, wide, high / 2)
    for box, sign, number, (citing, cited), arc in zip(
        (upper, lower), "→←", pair.citations, ((one, two), (two, one)), pair.cell.cited, strict=True
    ):
        way = subject.say("cites", citing=citing.full, cited=cited.full)
        if number is None:
            yield Group(tuple(hatched(box)), f"{way}{subject.say('citation-unknown')}", leads)
        else:
            yield Group(tuple(filled(box, CITED, (f"{sign} {number}",))), f"{way}{_channels(subject, arc)}", leads)


def _potential_words(subject: Subject, pair: Pair) -> str:
    found = pair.cell.potential
    if not pair.texts_known:
        return subject.say("texts-unknown")
    shared = subject.say("shared-texts", n=len(found.instruments))
    if not pair.pairs_known:
        return f"{shared}\n{subject.say('pairs-unknown')}"
    mean, greatest = decimal(found.mean or 0.0, subject.language, 3), decimal(found.maximum, subject.language)
    linked = subject.say("potential", n=found.linked, mean=mean, greatest=greatest)
    measures = " / ".join(known_words(subject, one) for one in pair.cell.known)
    doubt = f"\n{subject.say('inconclusive')}" if pair.cell.is_inconclusive else ""
    return f"{linked}\n{shared}\n{measures}{doubt}"


def _channels(subject: Subject, arc: Arc | None) -> str:
    return ", ".join(f"{subject.say(f'channel-{name}')} {number}" for name, number in (arc.channels if arc else ()))


def _signs(subject: Subject) -> tuple[Sign, ...]:
    bounds = [decimal(bound, subject.language) for bound in BOUNDS]
    classes = [subject.say("mean-none")]
    classes += [subject.say("mean-to", low=low, high=high) for low, high in zip(["0", *bounds], bounds, strict=False)]
    classes.append(subject.say("mean-above", low=bounds[-1]))
    cite = Sign(tuple(filled(Box(0, 0, *SWATCH), CITED, ("→ 2",), size=11)), subject.say("sign-citation"))
    doubt = Sign(tuple(filled(Box(0, 0, *SWATCH), RAMP[1], ("3 ?",), size=11)), subject.say("sign-doubt"))
    split = Sign((Box(0, 0, *SWATCH, fill=SHADE, pen=EDGE), Line(((0, 0), SWATCH), EDGE)), subject.say("sign-diagonal"))
    return (*ramp_signs(classes), doubt, cite, hatch_sign(subject.say("sign-hatch")), split)


def _summary(subject: Subject, pairs: Sequence[Pair]) -> tuple[str, ...]:
    assessed = [pair for pair in pairs if pair.pairs_known]
    linked = sum(pair.cell.potential.linked > 0 for pair in assessed)
    cited = sum(number is not None for pair in pairs for number in pair.citations)
    return (
        subject.say(
            "plan-matrix-summary",
            pairs=len(pairs), assessed=len(assessed), linked=linked, cited=cited, ways=2 * len(pairs),
        ),
    )  # fmt: skip


def _table(rows: Sequence[Name], pairs: Sequence[Pair]) -> Table:
    return table(COLUMNS, (_row(rows, pair) for pair in pairs))


def _row(rows: Sequence[Name], pair: Pair) -> tuple[Cell, ...]:
    one, two, found = rows[pair.one], rows[pair.two], pair.cell.potential
    measures = [value for known in pair.cell.known for value in (known.in_graph, known.published)]
    ends = (one.iri, one.text, two.iri, two.text)
    conclusive = "false" if pair.cell.is_inconclusive else "true"
    linked: tuple[Cell, ...] = (found.linked, found.mean, found.maximum, conclusive)
    potential = ("true", *linked) if pair.pairs_known else ("false", *[None] * len(linked))
    shared = len(found.instruments) if pair.texts_known else None
    return (*ends, *potential, shared, *pair.citations, *measures)
