"""The actions of a document with their categories and fields, and a draft of them as Turtle for a person to complete.

Only what is printed in the plan is written. What a list does not say (bodies, dates, instruments)
stays absent: whom a field means is a mention, which a person decides on. What the reader was unsure
of is a remark.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import OutlineError, Place
from pan2kg.extract import hypotheses as ranking, numbering, process
from pan2kg.extract.document import AROUND, folded, noted
from pan2kg.extract.hypotheses import Hypothesis
from pan2kg.extract.outline import ACTION, DraftPlan, Item, plan_of
from pan2kg.extract.sections import DraftField
from pan2kg.extract.series import ColumnNumbers, SeriesMember
from pan2kg.extract.signs import level_of
from pan2kg.i18n import Message, Messages
from pan2kg.turtle import graph_of, iri, string, text
from pan2kg.turtle.writer import Block, Prefixes, prefixed, worded

LIST = "list"  # the level that says that a text is a list of actions, whatever else is in it
LONGEST_QUOTE = 300  # characters a quotation may have; what is longer is for a person to cut
_SHOWN = 3  # how many hypotheses are shown where none is taken
_KEY = re.compile(r"[a-z]{2}-[a-z0-9-]+-[a-z0-9]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o"})
_SLUG_LENGTH = 40
_DATA = Messages("data")


class _FieldTerms(NamedTuple):
    """How a field is stated: what says that an action has it, and its class."""

    predicate: str
    type: str


# by the kind of a field, which is the prefix of its key too
_STATED = {
    "indicator": _FieldTerms("pan:hasIndicator", "pan:Indicator"),
    "result": _FieldTerms("pan:hasExpectedResult", "pan:ExpectedResult"),
    "verification": _FieldTerms("pan:hasVerificationSource", "pan:VerificationSource"),
}


# Reading


class DraftReading(NamedTuple):
    """The plan in a document, None where no series is surely its actions; the best series with their reasons."""

    plan: DraftPlan | None
    explanation: tuple[Message, ...]


def read_plan(
    path: Path,
    options: process.Options | None = None,
    *,
    language: str | None = None,
    level: str | None = None,
    columns: ColumnNumbers | None = None,
) -> DraftReading:
    """The plan in a document.

    ``level`` is the name of the series to take, or :data:`LIST`; ``columns`` are numbers of
    columns, from 1, by kinds of fields.

    Raises:
        OutlineError: the document cannot be read, has no series at all, or none of this name.
    """
    document = process.read_document(path, options)
    ranked = ranking.hypotheses(document, columns)
    if language:
        ranked = ranking.in_language(ranked, language)
    if not ranked:
        raise OutlineError("running-text", place=Place(str(path)), remedy="give-action-list")
    spoken = ranking.languages_of(ranked)
    choice = None
    if level:
        choice = _of_level(ranked, level, path)
    elif len(spoken) < 2:
        choice = ranking.chosen(ranked)
    explanation = _explanation(ranked)
    if choice is None:
        advice = (noted("no-sure-series"), *explanation, *_advice(ranked, spoken))
        return DraftReading(None, advice)
    if not language and len(spoken) > 1:
        language = choice.series.language
    plan = plan_of(document, choice, language=language)
    plan = replace(plan, remarks=tuple(_remarks(plan, ranked)))
    return DraftReading(plan, tuple(explanation))


def _of_level(ranked: Sequence[Hypothesis], level: str, path: Path) -> Hypothesis:
    """The best series of a name, taken though it was refused."""
    if level == LIST:
        return replace(ranked[0], refusal=None)
    for hypothesis in ranked:
        if folded(hypothesis.series.name) == folded(level):
            return replace(hypothesis, refusal=None)
    names = ", ".join(hypothesis.series.name for hypothesis in ranked)
    raise OutlineError(
        "no-such-level", place=Place(str(path)), remedy="there-are", name=level, names=names
    )


def _explanation(ranked: Sequence[Hypothesis]) -> list[Message]:
    explanation = []
    for hypothesis in ranked[:_SHOWN]:
        explanation += [hypothesis.told, *hypothesis.reasons_told]
    return explanation


def _advice(ranked: Sequence[Hypothesis], spoken: Sequence[str]) -> Iterator[Message]:
    if len(spoken) > 1:
        yield noted("two-versions", languages=", ".join(spoken), example=spoken[0])
    yield noted("name-series", example=ranked[0].series.name)


def _remarks(plan: DraftPlan, ranked: Sequence[Hypothesis]) -> Iterator[Message]:
    for remark in plan.document.remarks:
        yield remark.told
    series = plan.choice.series
    yield from _leaps(series.members)
    for hypothesis in ranked:
        if hypothesis.series.name != series.name:
            yield noted("second-best", hypothesis=hypothesis.told)
            break
    fields = [detail for action in plan.actions for detail in action.fields]
    too_long = sum(
        detail.kind in _STATED and len(detail.value) > LONGEST_QUOTE for detail in fields
    )
    if too_long:
        yield noted("fields-too-long", number=str(too_long))


def _leaps(members: Iterable[SeriesMember]) -> Iterator[Message]:
    """What does not follow in the numbers: an action may have been missed there."""
    previous: numbering.Values = ()
    for member in members:
        values = member.values or _values_of(member.number)
        if member.number and values and not _follows(values, previous):
            yield noted("not-following", number=member.number)
        previous = values or previous


def _values_of(number: str) -> numbering.Values:
    for marker in numbering.readings(f"{number}."):
        if marker.values:
            return marker.values
    return ()


def _follows(values: numbering.Values, previous: numbering.Values) -> bool:
    if values[-1] == 1 or values == previous:
        return True
    return bool(previous) and values == (*previous[:-1], previous[-1] + 1)


# Keys

KeysByLine = dict[int, str]
"""The keys of items by their lines."""


def item_keys(plan: DraftPlan) -> KeysByLine:
    """The key of every category and action by its line, made from the printed numbers: ``4-3`` for 4.3.

    Where numbers start again under each heading, the heading's number goes before; an item without
    number is named by its first words.
    """
    chains: dict[int, tuple[str, ...]] = {}
    _add_chains(chains, plan.items, ())
    keys: KeysByLine = {}
    for items in (plan.categories, plan.actions):
        item_chains = {item.line: chains[item.line] for item in items}
        line_keys = _shortest_distinct(item_chains)
        # the words of the title tell apart what numbers do not
        _lengthen(line_keys, {item.line: _slug(item.title) for item in items})
        _lengthen(line_keys, {item.line: f"line-{item.line}" for item in items})
        keys |= line_keys
    return keys


def _add_chains(
    chains: dict[int, tuple[str, ...]], items: Iterable[Item], above: tuple[str, ...]
) -> None:
    """Adds for each item by its line the names of those above it and its own, the outermost first."""
    for item in items:
        name = _slug(item.number) or _slug(item.title) or f"line-{item.line}"
        repeats = bool(above) and name.startswith(f"{above[-1]}-")
        chains[item.line] = (*(above[:-1] if repeats else above), name)
        _add_chains(chains, item.children, chains[item.line])


def _shortest_distinct(chains: Mapping[int, tuple[str, ...]]) -> KeysByLine:
    """Keys of the fewest names that tell most items apart."""
    best: KeysByLine = {}
    for depth in range(1, max(map(len, chains.values()), default=1) + 1):
        keys = {line: "-".join(chain[-depth:]) for line, chain in chains.items()}
        if len(set(keys.values())) > len(set(best.values())):
            best = keys
    return best


def _lengthen(keys: KeysByLine, additions: Mapping[int, str]) -> None:
    """Adds to each key that an earlier line has already."""
    used = set()
    for line, addition in additions.items():
        if keys[line] in used and addition:
            keys[line] += f"-{addition}"
        used.add(keys[line])


def _slug(printed: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", folded(printed.casefold().translate(_LIGATURES))).strip("-")
    if len(plain) <= _SLUG_LENGTH:
        return plain
    return plain[: _SLUG_LENGTH + 1].rpartition("-")[0] or plain[:_SLUG_LENGTH]


# Turtle


@dataclass(frozen=True, slots=True)
class UnprintedFacts:
    """What the text of a plan does not say, each empty where it is not known.

    ``type`` and ``completeness`` are keys of their schemes, ``country`` an IRI, ``publisher`` a
    name, ``day`` the one of its document as in ISO 8601, ``address`` where that was read.
    """

    type: str = ""
    country: str = ""
    completeness: str = ""
    publisher: str = ""
    day: str = ""
    address: str = ""


def draft_blocks(
    plan: DraftPlan,
    prefixes: Prefixes,
    *,
    key: str,
    graph: str = "",
    facts: UnprintedFacts = UnprintedFacts(),
) -> list[Block]:
    """A plan's source, its title, its categories and actions with their printed numbers, and their fields.

    ``graph`` is the path of the new file below ``graph/`` where it is not ``plans/KEY``.

    Raises:
        OutlineError: the key is none of a plan, or the language of the plan is none or not known.
    """
    if not _KEY.fullmatch(key) or "--" in key:
        raise OutlineError("no-plan-key", remedy="plan-key-form", plan=key)
    if not _LANGUAGE.fullmatch(plan.language):
        reason = "no-language-tag" if plan.language else "language-untold"
        raise OutlineError(reason, remedy="name-language", tag=plan.language)
    # below the project's own address: the prefix is that of all schemes
    space = prefixes["plan"].removesuffix("id/plan/")
    scheme = iri(f"{space}id/scheme/{key}-categories", prefixes)
    drafter = _Drafter(plan, key, scheme)
    graph_iri = graph_of(graph or f"plans/{key}", space)
    return [
        drafter.graph_block(graph_iri),
        drafter.document_block(facts),
        drafter.plan_block(facts),
        *drafter.scheme_blocks(),
        *drafter.item_blocks(plan.items, ""),
        *drafter.field_blocks(),
    ]


class _NamedField(NamedTuple):
    """A field that is stated, and the key it and its passage have."""

    key: str
    detail: DraftField

    @property
    def name(self) -> str:
        return f"{self.detail.kind}:{self.key}"


class _Drafter:
    """Makes the blocks of a plan; of a statement without an object nothing is written."""

    def __init__(self, plan: DraftPlan, key: str, scheme: str) -> None:
        self.plan = plan
        self.key = key
        self.keys = item_keys(plan)
        self.source = f"document:{key}-text"
        self.scheme = scheme
        self.basis = (("dcterms:source", self.source), ("pan:certainty", "certainty:stated"))

    def graph_block(self, graph_iri: str) -> Block:
        labels = self._said("draft", "rdfs:label")
        return Block.of(f"<{graph_iri}>", ("a", "pan:SourceGraph"), *labels, *self.basis)

    def document_block(self, facts: UnprintedFacts) -> Block:
        publisher = facts.publisher
        return Block.of(
            self.source,
            ("a", "pan:Document"),
            ("skos:prefLabel", text(self.plan.document.source, self.plan.language)),
            ("dcterms:date", f'"{facts.day}"^^xsd:date' if facts.day else ""),
            ("pan:publisherName", worded(publisher)),
            ("pan:speaksFor", f"plan:{self.key}" if publisher else ""),
            ("pan:sourceKind", "sourcekind:official-page" if publisher else ""),
            ("pan:readAt", f"{string(facts.address)}^^xsd:anyURI" if facts.address else ""),
        )

    def plan_block(self, facts: UnprintedFacts) -> Block:
        title = self.plan.title
        count = str(len(self.plan.actions)) if facts.completeness == "complete" else ""
        return Block.of(
            f"plan:{self.key}",
            ("a", "pan:Plan"),
            ("dcterms:identifier", string(self.key)),
            ("skos:prefLabel", text(title, self.plan.language) if title else ""),
            ("dcterms:type", prefixed("plantype", facts.type)),
            ("dcterms:spatial", f"<{facts.country}>" if facts.country else ""),
            ("pan:measureCount", count),
            ("pan:listCompleteness", prefixed("completeness", facts.completeness)),
            *self.basis,
        )

    def scheme_blocks(self) -> Iterator[Block]:
        if self.plan.categories:
            labels = self._said("draft-categories", "skos:prefLabel")
            yield Block.of(self.scheme, ("a", "skos:ConceptScheme"), *labels, *self.basis)

    def item_blocks(self, items: Iterable[Item], above: str) -> Iterator[Block]:
        """The blocks of categories and actions, those of a category followed by what is in it."""
        places: Counter[str] = Counter()  # of categories among those of their level, from 1
        for item in items:
            if item.kind == ACTION:
                yield self._action_block(item, above)
                continue
            level = level_of(item.label)
            places[level] += 1
            category = self._category_block(item, above, level, places[level])
            yield category
            yield from self.item_blocks(item.children, category.subject)

    def _action_block(self, action: Item, above: str) -> Block:
        own_key = f"{self.key}-{self.keys[action.line]}"
        details = [
            (_STATED[field.detail.kind].predicate, field.name) for field in self._fields(action)
        ]
        return Block.of(
            f"action:{own_key}",
            ("a", "pan:Action"),
            ("skos:notation", worded(action.number)),
            ("dcterms:identifier", string(own_key)),
            ("skos:prefLabel", self._title(action)),
            ("pan:inPlan", f"plan:{self.key}"),
            ("pan:inCategory", above),
            *details,
            *self.basis,
        )

    def _category_block(self, item: Item, above: str, level: str, place: int) -> Block:
        number = " ".join(filter(None, (item.label, item.number)))
        return Block.of(
            f"category:{self.key}-{self.keys[item.line]}",
            ("a", "pan:Category"),
            ("skos:notation", worded(item.number)),
            ("skos:prefLabel", self._title(item)),
            ("skos:inScheme", self.scheme),
            ("skos:broader", above) if above else ("skos:topConceptOf", self.scheme),
            ("pan:inPlan", f"plan:{self.key}"),
            ("pan:partOf", above),
            ("pan:partLevel", f"partlevel:{level}"),
            ("pan:order", str(place)),
            *self.basis,
            heading=" – ".join(filter(None, (number, item.title))),
        )

    def field_blocks(self) -> Iterator[Block]:
        """Each field that is stated, followed by the passage it is quoted from."""
        for action in self.plan.actions:
            for field in self._fields(action):
                yield Block.of(
                    field.name,
                    ("a", _STATED[field.detail.kind].type),
                    ("pan:text", text(field.detail.value, self.plan.language)),
                    ("pan:presence", "presence:present"),
                    ("pan:evidence", f"passage:{field.key}"),
                    *self.basis,
                )
                yield self._passage_block(field)

    def _passage_block(self, field: _NamedField) -> Block:
        document = self.plan.document
        whole = document.text
        start = field.detail.start
        before = ""
        behind = ""
        if whole.count(field.detail.value) > 1:
            # without what stands around them nobody could say which of the same words are meant
            before = whole[:start][-AROUND:]
            behind = whole[field.detail.end : field.detail.end + AROUND]
        page = self._page_at(start)
        return Block.of(
            f"passage:{field.key}",
            ("a", "pan:Passage"),
            ("pan:quote", text(field.detail.value, self.plan.language)),
            ("pan:inDocument", self.source),
            ("pan:page", worded(page)),
            ("pan:prefix", worded(before)),
            ("pan:suffix", worded(behind)),
        )

    def _page_at(self, position: int) -> str:
        """The page as printed where the block begins on it, else that of the file; empty where there are none."""
        document = self.plan.document
        page = document.page_at(position)
        block = document.block_at(position)
        if block and block.label and block.page == page:
            return block.label
        return "" if page is None else str(page)

    def _fields(self, action: Item) -> Iterator[_NamedField]:
        """The fields of an action that are stated, those of a kind counted from 1."""
        counted: Counter[str] = Counter()
        for detail in action.fields:
            if detail.kind in _STATED and len(detail.value) <= LONGEST_QUOTE:
                counted[detail.kind] += 1
                number = counted[detail.kind]
                key = f"{self.key}-{self.keys[action.line]}-{detail.kind}-{number}"
                yield _NamedField(key, detail)

    def _title(self, item: Item) -> str:
        return text(item.title, self.plan.language) if item.title else ""

    def _said(self, name: str, predicate: str) -> list[tuple[str, str]]:
        words = _DATA.text(name, plan=self.key, name=self.plan.document.source).words
        return [(predicate, text(label, tag)) for tag, label in words]
