"""The rows of the tables for people, from what a dump states: a statement a row, with the words that prove it.

What has several values has a row for each. What was retired is in no row. In a row addresses of
things and values stand as they are; a cell is empty where nothing is known.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from pan2kg.publish.described import Described
from pan2kg.publish.ntriples import value_of
from pan2kg.publish.vocabulary import TYPE
from pan2kg.turtle import DCTERMS, PAN, SKOS

_ACCEPTED = ("/accepted", "/derived")
"""How the statuses end of links that are published."""
_BODIES = (PAN + "PublicBody", PAN + "Organisation", PAN + "UnnamedGroup")
_TEXTS = tuple(
    PAN + name
    for name in (
        "LegalAct",
        "Treaty",
        "SoftLaw",
        "Bill",
        "Commitment",
        "OtherInstrument",
        "Instrument",
    )
)
_POINTING = frozenset(
    (
        TYPE.value,
        PAN + "involvedIn",
        PAN + "involves",
        PAN + "from",
        PAN + "underInstrument",
    )
)
"""Properties that are followed from what they point to."""


# The fields of a row are the columns of its table. « from » is no name in Python, hence « from_ ».


class ActionRow(NamedTuple):
    """An action with one body in it or one text it uses, in what capacity, and the words that prove it."""

    action: str
    number: str
    plan: str
    aspect: str = ""
    what: str = ""
    capacity: str = ""
    quote: str = ""
    source: str = ""
    certainty: str = ""


class LinkRow(NamedTuple):
    """A link between two works, with one text both share, and one passage that proves it."""

    link: str
    type: str
    from_: str
    to: str
    from_plan: str
    to_plan: str
    relation: str
    shared: str
    level: str
    quote: str
    source: str
    certainty: str


class BodyRow(NamedTuple):
    """A body with one body it is part of and one before it, and in how many actions and plans it is."""

    body: str
    type: str
    part_of: str
    preceded_by: str
    actions: str
    plans: str


class TextRow(NamedTuple):
    """A text with one duty under it, to whom, and the words that prove it."""

    text: str
    type: str
    duty: str = ""
    provision: str = ""
    kind: str = ""
    force: str = ""
    addressee: str = ""
    due_date: str = ""
    due_rule: str = ""
    quote: str = ""
    source: str = ""


class Ground(NamedTuple):
    """The words that prove a statement, empty where none are quoted, and the document that says it."""

    quote: str
    source: str


class ProductRows:
    """The rows of the tables for people, from what a dump states; what was retired is in none of them."""

    def __init__(self, described: Described) -> None:
        self.described = described
        self._values = lru_cache(4_096)(self._read)
        self._pointing = defaultdict[tuple[str, str], list[str]](list)
        for iri, stated in described.stated.items():
            for predicate, term, _ in stated:
                if predicate in _POINTING:
                    self._pointing[predicate, term].append(iri)

    def _read(self, iri: str) -> Mapping[str, list[str]]:
        values = defaultdict[str, dict[str, None]](dict)
        for predicate, term, _ in self.described.stated.get(iri, ()):
            values[predicate][value_of(term).text] = None
        return {name: list(texts) for name, texts in values.items()}

    def _objects(self, iri: str, name: str) -> list[str]:
        """What a thing has of a property, in the order of the dump."""
        return self._values(iri).get(name, [])

    def _objects_or_none(self, iri: str, name: str) -> list[str]:
        """The same, or one empty text: where nothing is known, a row says so."""
        return self._objects(iri, name) or [""]

    def _value(self, iri: str, name: str) -> str:
        """The first of what a thing has of a property, empty without any."""
        return self._objects_or_none(iri, name)[0]

    def _pointing_to(self, iri: str, name: str) -> list[str]:
        """What points to a thing by a property, by IRI."""
        return sorted({*self._pointing[name, f"<{iri}>"]} - self.described.retired)

    def _of_classes(self, *classes: str) -> list[str]:
        """The things of some classes, by IRI."""
        things = set()
        for name in classes:
            things.update(self._pointing_to(self.described.own(name), TYPE.value))
        return sorted(things)

    def _grounds(self, iri: str) -> list[Ground]:
        """The passages that prove a statement; without any its source, where no words are quoted."""
        grounds = []
        for passage in self._objects(iri, PAN + "evidence"):
            document = self._value(passage, PAN + "inDocument")
            for quote in self._objects(passage, PAN + "quote"):
                grounds.append(Ground(quote, document))
        return grounds or [Ground("", self._value(iri, DCTERMS + "source"))]

    def actions(self) -> Iterator[ActionRow]:
        """An action with each body in it and each text it uses, and the words that prove it."""
        for action in self._of_classes(PAN + "Action"):
            plan = self._value(action, PAN + "inPlan")
            if not plan:
                continue  # a recommendation of a review
            row = ActionRow(action, self._value(action, SKOS + "notation"), plan)
            rows = [*self._involvements(row), *self._uses(row)]
            yield from rows or [row]

    def _involvements(self, row: ActionRow) -> Iterator[ActionRow]:
        for involvement in self._pointing_to(row.action, PAN + "involvedIn"):
            certainty = self._value(involvement, PAN + "certainty")
            bodies = self._objects(involvement, PAN + "involves")
            roles = self._objects_or_none(involvement, PAN + "role")
            for body, role, ground in product(bodies, roles, self._grounds(involvement)):
                yield row._replace(
                    aspect=PAN + "Involvement",
                    what=body,
                    capacity=role,
                    quote=ground.quote,
                    source=ground.source,
                    certainty=certainty,
                )

    def _uses(self, row: ActionRow) -> Iterator[ActionRow]:
        for link in self._pointing_to(row.action, PAN + "from"):
            is_use = self._value(link, PAN + "linkType").endswith("/uses-instrument")
            if not is_use or not self._is_accepted(link):
                continue
            relation = self._value(link, PAN + "relation")
            certainty = self._value(link, PAN + "certainty")
            for text, ground in product(self._objects(link, PAN + "to"), self._grounds(link)):
                yield row._replace(
                    aspect=PAN + "Instrument",
                    what=text,
                    capacity=relation,
                    quote=ground.quote,
                    source=ground.source,
                    certainty=certainty,
                )

    def _is_accepted(self, link: str) -> bool:
        return self._value(link, PAN + "status").endswith(_ACCEPTED)

    def links(self) -> Iterator[LinkRow]:
        """A link with each passage that proves it, and each text both ends share."""
        for link in self._of_classes(PAN + "Link"):
            if not self._is_accepted(link):
                continue
            kind = self._value(link, PAN + "linkType")
            relation = self._value(link, PAN + "relation")
            level = self._value(link, PAN + "evidenceLevel")
            certainty = self._value(link, PAN + "certainty")
            shared = self._objects_or_none(link, PAN + "via")
            for (start, end), text, ground in product(
                self._ends(link), shared, self._grounds(link)
            ):
                yield LinkRow(
                    link,
                    kind,
                    start,
                    end,
                    self._value(start, PAN + "inPlan"),
                    self._value(end, PAN + "inPlan"),
                    relation,
                    text,
                    level,
                    ground.quote,
                    ground.source,
                    certainty,
                )

    def _ends(self, link: str) -> list[tuple[str, str]]:
        """Both ends of a link without direction, or each pair of what it leads from and to."""
        between = sorted(self._objects(link, PAN + "between"))
        if len(between) == 2:
            return [(between[0], between[1])]
        starts = self._objects(link, PAN + "from")
        return list(product(starts, self._objects(link, PAN + "to")))

    def bodies(self) -> Iterator[BodyRow]:
        """A body with each body it is part of and each before it, and in how many actions and plans it is."""
        for body in self._of_classes(*_BODIES):
            works = set()
            for involvement in self._pointing_to(body, PAN + "involves"):
                works.update(self._objects(involvement, PAN + "involvedIn"))
            plans = set()
            actions = 0
            for work in works:
                plan = self._value(work, PAN + "inPlan")
                plans.add(plan or work)
                if plan:
                    actions += 1
            kinds = self._objects_or_none(body, DCTERMS + "type")
            above = self._objects_or_none(body, "http://www.w3.org/ns/org#subOrganizationOf")
            before = self._objects_or_none(body, PAN + "precededBy")
            for names in product(kinds, above, before):
                yield BodyRow(body, *names, str(actions), str(len(plans)))

    def texts(self) -> Iterator[TextRow]:
        """A text with each duty under it, to whom, and the words that prove it."""
        for text in self._of_classes(*_TEXTS):
            for kind in self._objects_or_none(text, DCTERMS + "type"):
                row = TextRow(text, kind)
                yield from list(self._duties(row)) or [row]

    def _duties(self, row: TextRow) -> Iterator[TextRow]:
        for duty in self._pointing_to(row.text, PAN + "underInstrument"):
            if PAN + "Obligation" not in self._objects(duty, TYPE.value):
                continue
            row = row._replace(
                duty=duty,
                provision=self._value(duty, PAN + "underProvision"),
                kind=self._value(duty, PAN + "obligationKind"),
                force=self._value(duty, PAN + "force"),
                due_date=self._value(duty, PAN + "dueDate"),
                due_rule=self._value(duty, PAN + "dueRule"),
            )
            holders = self._objects_or_none(duty, PAN + "addressee")
            for holder, ground in product(holders, self._grounds(duty)):
                yield row._replace(addressee=holder, quote=ground.quote, source=ground.source)
