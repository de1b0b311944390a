"""The actions of a document with their categories and fields, and a draft of them as Turtle for a person to complete.

Only what is printed in the plan is written. What a list does not say (bodies, dates, instruments)
stays absent: whom a field means is a mention, which a person decides on. What the reader was unsure
of is a remark.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from pan2kg.errors import OutlineError, Place
from pan2kg.extract import hypotheses, hypotheses as ranking, numbering, process
from pan2kg.extract.document import (
    AROUND,
    BETWEEN_CELLS,
    Document,
    DocumentBlock,
    block_language,
    folded,
    noted,
)
from pan2kg.i18n import Message, Messages
from pan2kg.turtle import TurtleLine, graph_of, string, text, writer

CATEGORY: Final = "category"
ACTION: Final = "action"
LIST: Final = "list"  # the level that says that a text is a list of actions, whatever else is in it
_SHOWN: Final = 3  # how many hypotheses are shown where none is taken
LONGEST_QUOTE: Final = 300  # characters a quotation may have; what is longer is for a person to cut
_LONGEST_CHAPTER: Final = 200
_KEY: Final = re.compile(r"[a-z]{2}-[a-z0-9-]+-[a-z0-9]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o"})
_SLUG_LENGTH = 40
_DATA: Final = Messages("data")
# by the kind of a field, which is the prefix of its key too: what says that an action has it, and
# its class
_FIELDS: Final = {
    "indicator": ("pan:hasIndicator", "pan:Indicator"), "result": ("pan:hasExpectedResult", "pan:ExpectedResult"),
    "verification": ("pan:hasVerificationSource", "pan:VerificationSource"),
}  # fmt: skip


class DraftField(NamedTuple):
    kind: str
    label: str
    value: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.value)


@dataclass(frozen=True, slots=True)
class Item:
    """A category or an action; ``number`` and ``label`` are as printed (“4.3”, “Mesure”), empty for none.

    ``line`` is a number that no other item has. Of an action ``start`` and ``end`` are where its
        title stands.
    """

    kind: str
    number: str
    label: str
    title: str
    line: int
    children: "tuple[Item, ...]" = ()
    start: int = 0
    end: int = 0
    section: tuple[int, int] = (0, 0)
    fields: tuple[DraftField, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftPlan:
    document: Document
    choice: hypotheses.Hypothesis
    title: str
    language: str
    items: tuple[Item, ...]
    categories: tuple[Item, ...]
    actions: tuple[Item, ...]
    remarks: tuple[Message, ...] = field(default=(), compare=False)

    @property
    def outline(self) -> str:
        actions = [
            {
                "number": action.number,
                "title": action.title,
                "start": action.start,
                "end": action.end,
                "section": action.section,
                "fields": [{**row._asdict(), "end": row.end} for row in action.fields],
            }
            for action in self.actions
        ]
        series = self.choice.series.name
        score = self.choice.score
        whole = {
            "sha256": self.document.sha256,
            "series": series,
            "score": score,
            "actions": actions,
        }
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def read_plan(
    path: Path,
    options: process.Options | None = None,
    *,
    language: str | None = None,
    level: str | None = None,
    columns: Mapping[str, int] | None = None,
) -> tuple[DraftPlan | None, tuple[Message, ...]]:
    """The plan in a document, None where no series is surely its actions; and the best series with their reasons."""
    document = process.read_document(path, options)
    ranked = ranking.hypotheses(document, columns)
    ranked = ranking.in_language(ranked, language) if language else ranked
    if not ranked:
        raise OutlineError("running-text", place=Place(str(path)), remedy="give-action-list")
    spoken = ranking.languages_of(ranked)
    by_name = {folded(row.series.name): row for row in reversed(ranked)}
    choice = ranking.chosen(ranked) if len(spoken) < 2 else None
    if level:
        choice = ranked[0] if level == LIST else by_name.get(folded(level))
        if choice is None:
            names = ", ".join(hypothesis.series.name for hypothesis in ranked)
            raise OutlineError(
                "no-such-level", place=Place(str(path)), remedy="there-are", name=level, names=names
            )
        choice = replace(choice, refusal=None)
    explanation = [
        message
        for hypothesis in ranked[:_SHOWN]
        for message in (hypothesis.told, *hypothesis.reasons_told)
    ]
    if choice is None:
        explanation.insert(0, noted("no-sure-series"))
        if len(spoken) > 1:
            explanation.append(
                noted("two-versions", languages=", ".join(spoken), example=spoken[0])
            )
        return None, (*explanation, noted("name-series", example=ranked[0].series.name))
    plan = plan_of(
        document, choice, language=language or (choice.series.language if len(spoken) > 1 else None)
    )
    remarks = [remark.told for remark in document.remarks]
    previous = tuple[int, ...]()
    for member in choice.series.members:
        # what does not follow in the numbers: an action may have been missed there
        values = member.values or next(
            (m.values for m in numbering.readings(f"{member.number}.") if m.values), ()
        )
        *head, tail = values or (1,)
        follows = (
            tail == 1
            or (len(values) == len(previous) and tail == previous[-1] + 1)
            or values == previous
        )
        if (
            member.number
            and values
            and not (follows and (tail == 1 or list(previous[:-1]) == head))
        ):
            remarks.append(noted("not-following", number=member.number))
        previous = values or previous
    if second := next((row for row in ranked if row.series.name != choice.series.name), None):
        remarks.append(noted("second-best", hypothesis=second.told))
    fields = [row for action in plan.actions for row in action.fields]
    if too_long := sum(row.kind in _FIELDS and len(row.value) > LONGEST_QUOTE for row in fields):
        remarks.append(noted("fields-too-long", number=str(too_long)))
    return replace(plan, remarks=tuple(remarks)), tuple(explanation)


def plan_of(
    document: Document, choice: hypotheses.Hypothesis, *, language: str | None = None
) -> DraftPlan:
    series = choice.series
    opening = document.blocks[0]
    is_text = document.format == "txt"
    # of a plain text the first line may be the only heading
    title = opening.text if is_text and opening.level == 1 else ranking.plan_title(document)
    chains = list(_chains(document, series, title))
    actions = list[Item]()
    sections = ranking.sections_of(series, document)
    for line, (member, section) in enumerate(
        zip(series.members, sections, strict=True), len(document.blocks) + 1
    ):
        block = document.blocks[member.block]
        start = block.start
        end = section[-1].end if section else block.end
        if series.columns and member.row is not None:
            fields = list(_row_fields(block, member.row, series.columns.kinds))
            start = block.cell_start(member.row, 0)
            end = start + len(BETWEEN_CELLS.join(block.rows[member.row]))
        else:
            fields = [detail for inner in section for detail in _fields(inner)]
        naming = (member.number, member.label, member.title)
        title_end = member.start + len(member.title)
        actions.append(
            Item(ACTION, *naming, line, (), member.start, title_end, (start, end), tuple(fields))
        )
    markers = hypotheses.markers_of(document) if is_text else {}

    def build(opening: int, end: int, depth: int) -> tuple[Item, ...]:
        items: list[Item] = []
        at = opening
        while at < end:
            if len(chains[at]) <= depth:
                items.append(actions[at])
                at += 1
                continue
            place, words = chains[at][depth]
            until = at
            while (
                until < end
                and len(chains[until]) > depth
                and chains[until][depth] == (place, words)
            ):
                until += 1
            marker = markers.get(place) or numbering.marked(words)
            heading = marker.rest if marker and marker.rest else words
            number, label = (marker.number, marker.label) if marker else ("", "")
            items.append(Item(CATEGORY, number, label, heading, place, build(at, until, depth + 1)))
            at = until
        return tuple(items)

    is_heading = opening.kind == "heading" and len(opening.text) < _LONGEST_CHAPTER and not is_text
    title = opening.text if not title and is_heading and series.members[0].block > 0 else title
    spoken = language or block_language(document.text) or numbering.language_of_list(document.text)
    items = build(0, len(actions), 0)
    categories = list[Item]()
    waiting = [*reversed(items)]
    while waiting:
        item = waiting.pop()
        categories += [item] * (item.kind == CATEGORY)
        waiting += reversed(item.children)
    return DraftPlan(document, choice, title, spoken, items, tuple(categories), tuple(actions))


def _chains(
    document: Document, series: hypotheses.Series, title: str
) -> Iterator[tuple[tuple[int, str], ...]]:
    starts = {member.block for member in series.members}
    levels = _chapters(document, hypotheses.markers_of(document), starts)
    above: dict[int, tuple[tuple[int, str], ...]] = {}
    opened: list[tuple[int, int, str]] = []
    for at, block in enumerate(document.blocks):
        level = levels.get(at)
        if level is not None or (at in starts and block.kind == "heading"):
            opened = [
                chapter
                for chapter in opened
                if chapter[0] < (block.level if level is None else level)
            ]
        above[at] = tuple((place, words) for _, place, words in opened if words != title)
        if level is not None:
            opened.append((level, at, block.text))
    group: tuple[int, str] | None = None
    previous = (-1, -1)
    for member in series.members:
        chain = above[member.block]
        if member.row is not None and series.columns:
            # a row of a single cell is a heading of those below it
            block = document.blocks[member.block]
            for row in range(previous[1] + 1 if previous[0] == member.block else 0, member.row):
                cells = {cell for cell in block.rows[row] if cell}
                if len(cells) == 1 and row > 0:
                    group = (-(member.block * 10_000 + row), cells.pop())
            previous = (member.block, member.row)
            chain = (*chain, group) if group else chain
        yield chain


def _chapters(
    document: Document, markers: Mapping[int, numbering.Marker], starts: set[int]
) -> dict[int, int]:
    """The blocks that are headings of actions, with their level; a labelled part that is set as none is below all."""
    levels: dict[int, int] = {}
    styles: dict[tuple[str, str, str], list[int]] = {}
    for at, block in enumerate(document.blocks):
        marker = markers.get(at)
        if at in starts:
            continue
        if block.kind == "heading":
            levels[at] = block.level
        elif marker and len(block.text) < _LONGEST_CHAPTER:
            if numbering.group_of(marker.label) == "category":
                levels[at] = 50
            if document.format == "txt" and marker.group != "caption":
                styles.setdefault(
                    (marker.style.word, marker.style.kinds, marker.style.form), []
                ).append(at)
    rank = 50
    for places in styles.values():
        ends = [*places[1:], len(document.blocks)]
        holding = sum(
            any(at < start < end for start in starts) for at, end in zip(places, ends, strict=True)
        )
        if places[0] < min(starts) and 2 * holding >= len(places):
            levels |= dict.fromkeys(places, rank)
            rank += 1
    return levels


def _row_fields(block: DocumentBlock, row: int, kinds: Sequence[str]) -> Iterator[DraftField]:
    for column, value in enumerate(block.rows[row]):
        kind = kinds[column] if column < len(kinds) else ""
        if value and kind not in ("title", "action", "number"):
            yield DraftField(kind, block.rows[0][column], value, block.cell_start(row, column))


def _fields(block: DocumentBlock) -> Iterator[DraftField]:
    if block.kind != "table":
        match = hypotheses.FIELD.match(block.text) if block.kind in ("paragraph", "item") else None
        if (
            match
            and block.text[match.end() :]
            and (numbering.field_kind(match[1]) or block.lead >= len(match[1]))
        ):
            value = block.text[match.end() :]
            yield DraftField(
                numbering.field_kind(match[1]), match[1], value, block.start + match.end()
            )
        return
    if not ranking.is_field_table(block):
        return
    width = len(block.rows[0])
    across = [numbering.field_kind(cell) for cell in block.rows[0]]
    labels = [cell for row in block.rows for cell in row[::2] if cell]
    # a row has several labels, each with its value behind it: “Responsible | X | Timeline | Y”
    is_paired = width >= 4 and width % 2 == 0 and not all(across) and len(labels) > len(block.rows)
    is_paired = is_paired and all(map(numbering.field_kind, labels))
    down = [kind for row in block.rows if (kind := numbering.field_kind(row[0]))]
    # the value of a first row may look like a label: “Responsible | Ministry of …” are two of one
    # kind
    kinds = len({*across} - {""})
    is_head = kinds > 1 and kinds >= len(set(down)) and (all(across) or width > 3 or len(down) < 2)
    if not is_paired and width > 1 and is_head:
        for row in range(1, len(block.rows)):
            yield from _row_fields(block, row, across)
        return
    for row, cells in enumerate(block.rows):
        for column, value in enumerate(cells):
            if column == 0 or (is_paired and column % 2 == 0):
                continue
            label = cells[column - 1] if is_paired else cells[0]
            if (
                label
                and value
                and (is_paired or numbering.field_kind(label) not in ("title", "number", "action"))
            ):
                yield DraftField(
                    numbering.field_kind(label), label, value, block.cell_start(row, column)
                )


# Keys


def item_keys(plan: DraftPlan) -> dict[int, str]:
    """The key of every category and action by its line, made from the printed numbers: ``4-3`` for 4.3.

    Where numbers start again under each heading, the heading's number goes before; an item without
    number is named by its first words.
    """
    chains = dict[int, tuple[str, ...]]()
    keys = dict[int, str]()

    def name(items: Iterable[Item], above: tuple[str, ...]) -> None:
        for item in items:
            line_keys = _slug(item.number) or _slug(item.title) or f"line-{item.line}"
            repeats = bool(above) and line_keys.startswith(above[-1] + "-")
            chains[item.line] = (*(above[:-1] if repeats else above), line_keys)
            name(item.children, chains[item.line])

    name(plan.items, ())
    for items in (plan.categories, plan.actions):
        # keys of the fewest parts that tell most items apart; the words of the title tell the
        # others apart
        longest = max((len(chains[item.line]) for item in items), default=1)
        depths = range(1, longest + 1)
        by_depth = [
            {item.line: "-".join(chains[item.line][-depth:]) for item in items} for depth in depths
        ]
        line_keys = max(by_depth, key=lambda lines: len(set(lines.values())))
        slugs = {item.line: _slug(item.title) for item in items}
        for additions in (slugs, {item.line: f"line-{item.line}" for item in items}):
            used: set[str] = set()
            for item in items:
                if line_keys[item.line] in used and additions[item.line]:
                    line_keys[item.line] += f"-{additions[item.line]}"
                used.add(line_keys[item.line])
        keys |= line_keys
    return keys


def _slug(printed: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", folded(printed.casefold().translate(_LIGATURES))).strip("-")
    short = plain[: _SLUG_LENGTH + 1].rpartition("-")[0] or plain[:_SLUG_LENGTH]
    return plain if len(plain) <= _SLUG_LENGTH else short


# Turtle


def draft_plan(
    plan: DraftPlan,
    prefixes: Mapping[str, str],
    *,
    key: str,
    graph: str = "",
    facts: Mapping[str, str] | None = None,
) -> str:
    """The plan as Turtle: its source, its title, its categories and actions with their printed numbers and fields.

    ``graph`` is the path of the new file below ``graph/`` where it is not ``plans/KEY/plan``.
        ``facts`` is what its
    text does not say, each absent or empty where it is not known: ``type`` and ``completeness``
    keys of their schemes,
    ``country`` an IRI, ``publisher`` a name, ``day`` as in ISO 8601, ``address`` where it was read.
    """
    if not _KEY.fullmatch(key) or "--" in key:
        raise OutlineError("no-plan-key", remedy="plan-key-form", plan=key)
    if not _LANGUAGE.fullmatch(plan.language):
        reason = "no-language-tag" if plan.language else "language-untold"
        raise OutlineError(reason, remedy="name-language", tag=plan.language)
    return writer.write_turtle(_blocks(plan, prefixes, key, graph, facts or {}), prefixes)


def _blocks(
    plan: DraftPlan, prefixes: Mapping[str, str], key: str, graph: str, facts: Mapping[str, str]
) -> Iterator[writer.Block]:
    document = plan.document
    language = plan.language
    keys = item_keys(plan)
    source = f"document:{key}-text"
    space = prefixes["plan"].removesuffix("id/plan/")
    # below the project's own address: the prefix is that of all schemes
    scheme = writer.iri(f"{space}id/scheme/{key}-categories", prefixes)
    basis = (("dcterms:source", source), ("pan:certainty", "certainty:stated"))

    def block(subject: str, kind: str, *pairs: tuple[str, str], heading: str = "") -> writer.Block:
        statements = tuple(TurtleLine(*pair) for pair in (("a", kind), *pairs) if pair[1])
        return writer.Block(subject, statements, heading)

    def named(name: str, predicate: str) -> list[tuple[str, str]]:
        words = _DATA.text(name, plan=key, name=document.source).words
        return [(predicate, text(label, tag)) for tag, label in words]

    def fields(action: Item) -> Iterator[tuple[str, DraftField]]:
        counted: Counter[str] = Counter()
        for detail in action.fields:
            if detail.kind in _FIELDS and len(detail.value) <= LONGEST_QUOTE:
                counted[detail.kind] += 1
                yield f"{key}-{keys[action.line]}-{detail.kind}-{counted[detail.kind]}", detail

    def of_items(items: Iterable[Item], above: str) -> Iterator[writer.Block]:
        places: Counter[str] = Counter()  # of categories among those of their level, from 1
        for item in items:
            is_action = item.kind == ACTION
            own_key = f"{key}-{keys[item.line]}"
            name = f"{item.kind}:{own_key}"
            within = ("pan:inPlan", f"plan:{key}")
            naming = (
                ("skos:notation", item.number and string(item.number)),
                ("dcterms:identifier", string(own_key) if is_action else ""),
                ("skos:prefLabel", item.title and text(item.title, language)),
            )
            if is_action:
                details = [
                    (_FIELDS[detail.kind][0], f"{detail.kind}:{label}")
                    for label, detail in fields(item)
                ]
                yield block(
                    name, "pan:Action", *naming, within, ("pan:inCategory", above), *details, *basis
                )
                continue
            level = numbering.level_of(item.label)
            places[level] += 1
            number = " ".join(filter(None, (item.label, item.number)))
            yield block(
                name,
                "pan:Category",
                *naming,
                ("skos:inScheme", scheme),
                ("skos:broader", above) if above else ("skos:topConceptOf", scheme),
                within,
                ("pan:partOf", above),
                ("pan:partLevel", f"partlevel:{level}"),
                ("pan:order", str(places[level])),
                *basis,
                heading=" – ".join(filter(None, (number, item.title))),
            )
            yield from of_items(item.children, name)

    graph_iri = graph_of(graph or f"plans/{key}/plan", space)
    yield block(f"<{graph_iri}>", "pan:SourceGraph", *named("draft", "rdfs:label"), *basis)
    kind, country, completeness, publisher, day, address = (
        facts.get(name, "")
        for name in ("type", "country", "completeness", "publisher", "day", "address")
    )
    yield block(
        source,
        "pan:Document",
        ("skos:prefLabel", text(document.source, language)),
        ("dcterms:date", day and f'"{day}"^^xsd:date'),
        ("pan:publisherName", publisher and string(publisher)),
        ("pan:speaksFor", publisher and f"plan:{key}"),
        ("pan:sourceKind", publisher and "sourcekind:official-page"),
        ("pan:readAt", address and f"{string(address)}^^xsd:anyURI"),
    )
    yield block(
        f"plan:{key}",
        "pan:Plan",
        ("dcterms:identifier", string(key)),
        ("skos:prefLabel", plan.title and text(plan.title, language)),
        ("dcterms:type", kind and f"plantype:{kind}"),
        ("dcterms:spatial", country and f"<{country}>"),
        ("pan:measureCount", str(len(plan.actions)) if completeness == "complete" else ""),
        ("pan:listCompleteness", completeness and f"completeness:{completeness}"),
        *basis,
    )
    if plan.categories:
        yield block(
            scheme, "skos:ConceptScheme", *named("draft-categories", "skos:prefLabel"), *basis
        )
    yield from of_items(plan.items, "")
    for name, detail in (pair for action in plan.actions for pair in fields(action)):
        words = text(detail.value, language)
        start = detail.start
        end = detail.end
        stated = (("pan:presence", "presence:present"), ("pan:evidence", f"passage:{name}"))
        yield block(
            f"{detail.kind}:{name}", _FIELDS[detail.kind][1], ("pan:text", words), *stated, *basis
        )
        inside = document.block_at(start)
        page = document.page_at(start)
        printed = inside.label if inside and inside.label and inside.page == page else page
        # without what stands around them nobody could say which of the same words are meant
        is_repeated = document.text.count(detail.value) > 1
        around = (
            (document.text[:start][-AROUND:], document.text[end : end + AROUND])
            if is_repeated
            else ("", "")
        )
        before, after = (words and string(words) for words in around)
        yield block(
            f"passage:{name}",
            "pan:Passage",
            ("pan:quote", words),
            ("pan:inDocument", source),
            ("pan:page", "" if printed is None else string(str(printed))),
            ("pan:prefix", before),
            ("pan:suffix", after),
        )
