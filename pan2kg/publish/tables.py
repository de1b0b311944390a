"""The tables of a release at two widths: for programs a thing a row, for people a statement a row.

Those for programs (``tables/``) are joined by their keys; what has several values is a list, as CSV
on the Web has it (``separator``), and read back gives the statements of the graph. Those for people
(``data/``) have one value a cell, and beside every address the name of what it is; what was retired
is in none of them. Two tables are computed: how much each text weighs, and the register of figures.
Their numbers are no statements of the graph.
"""

import csv
import gzip
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import chain, islice, product
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from pan2kg.coherence import evidence, figures, texts
from pan2kg.errors import Place, ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, Text, format_of
from pan2kg.project import read_text
from pan2kg.publish.documents import Described
from pan2kg.publish.edition import Addresses, Edition, File, as_json
from pan2kg.publish.folder import GROUP, PACKED, read_mark
from pan2kg.publish.vocabulary import RELEASE, RELEASED, TYPE, Stated, node, value_of
from pan2kg.store import program_query
from pan2kg.tables import formats, spreadsheet
from pan2kg.turtle import DCTERMS, DERIVED, PAN, RDFS, ROOT, SKOS, XSD, read_prefixes

TABLES: Final = "tables"
DATA: Final = "data"
CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"@language": RELEASED[0]}]
SEPARATORS: Final = ("|", "¦", "‖")
"""What stands between several values of a cell: the first that occurs in none of them."""
_WORDS: Final = Messages("publication")
_COLUMN: Final = re.compile(r"(\S+) (?:(\S+:\S+) )?(value|text|thing|iri)(?: > (\S+))?")
_CLASS: Final = "rdf:type"
_MOMENTS: Final = {XSD + name for name in ("date", "gYear", "gYearMonth")}
_MOMENT: Final = {
    "base": "string",
    "format": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
    "dc:description": "xsd:gYear, xsd:gYearMonth or xsd:date, as its form tells",
}
"""A day, a month or a year: CSVW knows no type for a column that holds either, so that the form has to tell."""
_LABELS: Final = (SKOS + "prefLabel", RDFS + "label")


@dataclass(frozen=True, slots=True)
class Field:
    # ``about`` is the column of whose thing it says something, "" of that of the row; ``refers``
    # the table it refers to
    name: str
    property: str = ""
    datatype: str = "string"
    language: str = ""
    is_iri: bool = False
    about: str = ""
    separator: str = ""
    refers: str = ""


FieldCells = tuple[Field, Sequence[str]]


class ReleaseTable:
    # without columns that are empty beyond the ``least``; ``key`` names those that tell a row from
    # every other; of ``things`` the first is the column whose thing a row is about, in a table of
    # pairs the second what it points to
    def __init__(
        self,
        name: str,
        title: Text,
        cells: Sequence[FieldCells],
        *,
        least: int = 2,
        key: tuple[str, ...] = ("iri",),
        things: tuple[str, ...] = ("iri",),
    ) -> None:
        self.name = name
        self.title = title
        self.key = key
        self.things = things
        columns = [
            column
            for at, column in enumerate(cells)
            if any(column[1]) or not column[1] or at < least
        ]
        self.fields = [column[0] for column in columns]
        self.rows = [*zip(*(column[1] for column in columns), strict=True)]

    def written(
        self, edition: Edition, folder: str, schema: Mapping[str, object]
    ) -> tuple[dict[str, object], Sequence[File]]:
        issue = edition.issue
        path = csv_path(folder, self.name)
        metadata: dict[str, object] = {
            "@id": issue.addresses.file(path),
            "url": path.removeprefix(f"{folder}/"),
            "dc:title": [{"@value": words, "@language": tag} for tag, words in self.title.words],
            "dc:license": {"@id": edition.facts.about("license")[0].value},
            "dc:isPartOf": {"@id": issue.dataset},
            "tableSchema": schema,
        }
        # cells are texts; as one text in memory they would take four times as much
        target = io.BytesIO()
        lines = io.TextIOWrapper(target, "utf-8", newline="")
        csv.writer(lines).writerows(chain([[column.name for column in self.fields]], self.rows))
        lines.flush()
        content = (
            gzip.compress(target.getvalue(), 6, mtime=0)
            if path.endswith(".gz")
            else target.getvalue()
        )
        described = as_json({"@context": CONTEXT, **metadata})
        return metadata, ((path, content), (f"{folder}/{self.name}.csv-metadata.json", described))


def csv_path(folder: str, name: str) -> str:
    return f"{folder}/{name}.csv{'.gz' if name in PACKED[folder] else ''}"


class TableDefinition(NamedTuple):
    """A row a thing of some classes, or a statement of one property (``pairs``), with the columns it has."""

    name: str
    columns: tuple[tuple[str, str, str, str], ...]
    classes: tuple[str, ...]
    having: str
    pairs: str


@cache
def table_definitions() -> tuple[TableDefinition, ...]:
    def columns(texts: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
        for text in texts:
            match = _COLUMN.fullmatch(text)
            if not match:
                raise ValueError(f"« {text} » is no column")
            yield match[1], match[2] or "", match[3], match[4] or ""

    definitions = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))
    return tuple(
        TableDefinition(
            name,
            tuple(columns(row["columns"])),
            tuple(row.get("classes", ())),
            row.get("having", ""),
            row.get("pairs", ""),
        )
        for name, row in definitions.items()
    )


class Source:
    # what a dump states, by what it is about; values are terms as N-Triples has them
    def __init__(
        self,
        stated: Mapping[str, Sequence[Stated]],
        prefixes: Mapping[str, str],
        addresses: Addresses,
    ) -> None:
        self.stated = stated
        self.prefixes = prefixes
        self.addresses = addresses
        # what has a property, and what is of a class
        self._having = defaultdict[str, list[str]](list)
        names = defaultdict[str, dict[str, dict[str, str]]](dict)
        for iri, listed in stated.items():
            for predicate, term, _ in listed:
                self._having[predicate + term if predicate == TYPE.value else predicate].append(iri)
                if predicate in _LABELS:
                    text, language, _ = value_of(term)
                    if language in RELEASED:
                        names[predicate].setdefault(iri, {})[language] = text
        self.labels, self.terms = (names[name] for name in _LABELS)

    def expand(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local

    def values(self, iris: Iterable[str], *names: str) -> Iterator[list[Sequence[str]]]:
        # of each thing those of each property
        expanded = [self.expand(name) for name in names]
        for iri in iris:
            values: dict[str, dict[str, None]] = {name: {} for name in expanded}
            for predicate, term, _ in self.stated[iri]:
                if predicate in values:
                    values[predicate][term] = None
            yield [[*values[name]] for name in expanded]

    def members(self, definition: TableDefinition) -> list[str]:
        # things of these classes, those that have the property; or all that have one, where a row
        # is a statement of it
        needed = definition.having or definition.pairs
        having = {*self._having[self.expand(needed)]} if needed else set[str]()
        classes = (self.addresses.own(self.expand(name)) for name in definition.classes)
        members = {*chain(*(self._having[f"{TYPE.value}<{kind}>"] for kind in classes))}
        return sorted(members & having if definition.having else members | having)

    def things(self, column: Field, rows: Sequence[Sequence[str]]) -> Iterator[FieldCells]:
        is_class = column.property == _CLASS
        labels, named_by = (
            (self.terms, "rdfs:label") if is_class else (self.labels, "skos:prefLabel")
        )
        columns = [(column, rows)]
        for tag in RELEASED:
            label = Field(f"{column.name}_label_{tag}", named_by, language=tag, about=column.name)
            columns.append(
                (label, [[labels.get(iri, {}).get(tag, "") for iri in row] for row in rows])
            )
        return _joined(*columns)


def _joined(*columns: tuple[Field, Sequence[Sequence[str]]]) -> Iterator[FieldCells]:
    # several values of a cell stand behind each other, in all these columns alike
    mark = ""
    if any(len(row) > 1 for row in columns[0][1]):
        texts = [text for _, rows in columns for row in rows for text in row]
        mark = next(mark for mark in SEPARATORS if not any(mark in text for text in texts))
    for column, rows in columns:
        yield replace(column, separator=mark), [mark.join(row) if any(row) else "" for row in rows]


def read_table(source: Source, definition: TableDefinition) -> ReleaseTable:
    title = RELEASE.text(f"table.{definition.name}")
    members = source.members(definition)
    if definition.pairs:
        values = zip(members, source.values(members, definition.pairs), strict=True)
        pairs = [(iri, value_of(term)[0]) for iri, (terms,) in values for term in terms]
        (subject, *subject_names), (target, *target_names) = (
            source.things(
                Field(name, definition.pairs, is_iri=True, refers=refers),
                [[pair[at]] for pair in pairs],
            )
            for at, (name, _, _, refers) in enumerate(definition.columns)
        )
        key = subject[0].name, target[0].name
        columns = [subject, target, *subject_names, *target_names]
        return ReleaseTable(definition.name, title, columns, key=key, things=key)
    cells: list[FieldCells] = [(Field("iri", is_iri=True), members)]
    listed = [
        *zip(*source.values(members, *(of for _, of, _, _ in definition.columns)), strict=True)
    ]
    for (name, of, kind, refers), rows in zip(
        definition.columns, listed or [()] * len(definition.columns), strict=True
    ):
        literals = [[value_of(term) for term in row if term[0] != "<"] for row in rows]
        if kind == "text":
            tags = {language for row in literals for _, language, _ in row} | set(RELEASED)
            for tag in sorted(
                tags,
                key=lambda tag: (RELEASED.index(tag) if tag in RELEASED else len(RELEASED), tag),
            ):
                column = Field(
                    f"{name}_{tag.lower().replace('-', '_')}" if tag else name, of, language=tag
                )
                texts = [[text for text, language, _ in row if language == tag] for row in literals]
                cells += _joined((column, texts))
        elif kind == "value":
            kinds = {datatype for row in literals for _, _, datatype in row}
            only = next(iter(kinds)) if len(kinds) == 1 else ""
            datatype = only.removeprefix(XSD) if only.startswith(XSD) else "string"
            datatype = "moment" if len(kinds) > 1 and kinds <= _MOMENTS else datatype
            cells += _joined(
                (
                    Field(name, of, datatype=datatype),
                    [[value_of(term)[0] for term in row] for row in rows],
                )
            )
        else:
            things = source.things(
                Field(name, of, is_iri=True, refers=refers),
                [[value_of(term)[0] for term in row] for row in rows],
            )
            cells += things if kind == "thing" else islice(things, 1)
    return ReleaseTable(definition.name, title, cells)


def table_files(edition: Edition, stated: Mapping[str, Sequence[Stated]]) -> Iterator[File]:
    source = Source(stated, read_prefixes(edition.project), edition.issue.addresses)
    # programs that read the tables together unpack none
    keys = {
        definition.name: {*source.members(definition)}
        for definition in table_definitions()
        if not definition.pairs and definition.name not in PACKED[TABLES]
    }
    described: list[dict[str, object]] = []
    # no more than one of them is held at a time
    for definition in (*table_definitions(), WEIGHTS, FIGURES):
        if isinstance(definition, TableDefinition):
            table = read_table(source, definition)
        else:
            table = (
                figures_table(edition.graph)
                if definition == FIGURES
                else weights_table(edition.graph, source)
            )
        schema: dict[str, object] = {
            **({"aboutUrl": f"{{+{table.key[0]}}}"} if table.things else {}),
            "primaryKey": list(table.key) if len(table.key) > 1 else table.key[0],
            "columns": [_described(source, table, column) for column in table.fields],
        }
        metadata, files = table.written(edition, TABLES, schema)
        yield from files
        if table.name in PACKED[TABLES]:
            continue
        # a foreign key in CSVW has no empty cell: every row refers to one of the other table
        references = [
            {
                "columnReference": column.name,
                "reference": {"resource": f"{column.refers}.csv", "columnReference": "iri"},
            }
            for at, column in enumerate(table.fields)
            if column.refers in keys
            and not column.separator
            and all(row[at] in keys[column.refers] for row in table.rows)
        ]
        described.append(
            {
                **metadata,
                "tableSchema": {**schema, "foreignKeys": references} if references else schema,
            }
        )
    yield GROUP, as_json({"@context": CONTEXT, "tables": described})


def _described(source: Source, table: ReleaseTable, column: Field) -> dict[str, object]:
    is_pair = len(table.things) == 2
    is_key = column.name == table.key[0]
    titles = {}
    stem = column.name.removesuffix(f"_{column.language}") if column.language else column.name
    key = (
        f"column.{column.property}" if column.property or column.name == "iri" else f"column.{stem}"
    )
    for tag in RELEASED:
        # by a message of ours, else by the label of the property, else by a message on that, else
        # by its name
        name = RELEASE.say(key, tag) if RELEASE.has(key) else ""
        if not name:
            labels = source.terms.get(source.addresses.own(source.expand(column.property)), {})
            name = labels.get(tag, column.property.partition(":")[2])
            if not labels and _PROPERTY.has(column.property):
                name = _PROPERTY.say(column.property, tag)
        in_language = f"language.{column.language}"
        if column.about:
            name = f"{column.about}, {name} ({column.language})"
        elif column.language:
            name = f"{name} ({RELEASE.say(in_language, tag) if RELEASE.has(in_language) else column.language})"
        titles[tag] = name
    metadata: dict[str, object] = {"name": column.name, "titles": {**titles, "und": column.name}}
    if column.about and column.separator:
        # a list of labels names no one thing: the reader pairs it with the list beside it
        return {
            **metadata,
            "datatype": "string",
            "lang": column.language,
            "separator": column.separator,
            "suppressOutput": True,
        }
    says = bool(column.property) and not (is_pair and is_key)
    if says:
        metadata["propertyUrl"] = source.addresses.own(source.expand(column.property))
    if column.about:
        metadata["aboutUrl"] = f"{{+{column.about}}}"
    if (
        column.is_iri
        and column.property
        and not column.separator
        and not (is_pair and column.name != table.things[1])
    ):
        metadata["valueUrl"] = f"{{+{column.name}}}"
    if column.is_iri or not column.language:
        kind = _MOMENT if column.datatype == "moment" else column.datatype
        metadata["datatype"] = "anyURI" if column.is_iri else kind
    else:
        metadata |= {"datatype": "string", "lang": column.language}
    if column.separator:
        metadata["separator"] = column.separator
        if column.is_iri:
            metadata["dc:type"] = {"@id": RDFS + "Resource"}
    if column.name in table.key:
        metadata["required"] = True
    if not says:
        metadata["suppressOutput"] = True
    return metadata


_PROPERTY: Final = Messages("property")
WEIGHTS: Final = "weights"
FIGURES: Final = "figures"
LINK_WEIGHTS: Final = DERIVED + "link-weight"
"""The graph of the weights of links."""
WHOLE: Final = "all"
"""The part of a figure that is told as one number or one interval."""


def weights_table(graph: Graph, source: Source) -> ReleaseTable:
    # ``d`` of ``n`` plans, IC and gain in bits, at no level: figures of another release are
    # computed on the same scale
    weights = graph.known().potential.weights
    above = [weights.texts[at] if at >= 0 else "" for at in weights.above.tolist()]
    cells: list[FieldCells] = []
    for name, iris in (("iri", weights.texts), ("above", above)):
        cells += source.things(
            Field(name, is_iri=True), [[source.addresses.own(iri)] for iri in iris]
        )
    cells += [
        (Field("plans", datatype="integer"), list(map(str, weights.d.tolist()))),
        (Field("plans_with_texts", datatype="integer"), [str(weights.n)] * len(weights.texts)),
        (Field("information_content", datatype="decimal"), list(map(_number, weights.ic.tolist()))),
        (Field("gain", datatype="decimal"), list(map(_number, weights.gain.tolist()))),
        (
            Field("is_general", datatype="boolean"),
            [str(flag).lower() for flag in weights.general.tolist()],
        ),
    ]
    return ReleaseTable(WEIGHTS, RELEASE.text(f"table.{WEIGHTS}"), cells)


def figures_table(graph: Graph) -> ReleaseTable:
    columns = (
        Field("figure"),
        Field("evidence_level"),
        Field("part"),
        *(Field(f"name_{tag}", language=tag) for tag in RELEASED),
        Field("unit"),
        Field("value", datatype="decimal"),
        Field("upper", datatype="decimal"),
        Field("population", datatype="integer"),
    )
    levels = {level: graph.known(level) for level in evidence.FIGURED}
    rows = list[list[str]]()
    for measured in graph.figures():
        figure = measured.figure
        names = [figure.name(graph.asked_by).say(tag) for tag in RELEASED]
        for level, values in zip(evidence.FIGURED, measured.nested, strict=True):
            numbers = ["" if value is None else _number(value) for value in values]
            among = figure.population(levels[level])
            # the parts of a figure with their number, or the ends of its interval
            shares = [
                (key.rpartition(".")[2], number, "")
                for key, number in zip(figure.parts, numbers, strict=False)
            ]
            if not figure.parts:
                shares = [
                    (WHOLE, numbers[0], numbers[1] if figure.unit is not figures.Unit.COUNT else "")
                ]
            population = "" if among is None else str(among)
            rows += [
                [figure.id, level.key, share, *names, figure.unit.value, number, upper, population]
                for share, number, upper in shares
            ]
    cells = list(
        zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True)
    )
    key = ("figure", "evidence_level", "part")
    title = RELEASE.text(f"table.{FIGURES}")
    return ReleaseTable(FIGURES, title, cells, least=len(columns), key=key, things=())


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def weigh_links(graph: Graph) -> None:
    # at the level of evidence of the link: a rule cannot, since SPARQL knows no logarithm; a link
    # one of whose ends is no plan and no action of a plan weighs nothing
    triples = []
    for link, start, end, level in graph.read(program_query("publish/shared-links")):
        measured = graph.known(level.rpartition("/")[2])
        if None in map(measured.tables.works.plan, (start, end)):
            continue
        weight = measured.weight(start, end)
        for name, bits in (
            ("weight", weight.low),
            ("weightHigh", weight.high),
            ("weightBroad", weight.broad),
        ):
            # as Turtle writes decimals, with a digit after the point
            decimal = ox.Literal(
                _number(bits) if bits % 1 else f"{bits:.1f}", datatype=node(f"{XSD}decimal")
            )
            triples.append(ox.Triple(node(link), node(PAN + name), decimal))
    if triples:
        graph.held.add(LINK_WEIGHTS, triples)


def read_weights(path: Path) -> texts.Earlier:
    file = path / TABLES / f"{WEIGHTS}.csv" if path.is_dir() else path
    if not file.is_file():
        raise ProjectError("no-weights", place=Place(str(path)), remedy="name-weights")
    mark = read_mark(file.parent.parent) or {}
    root = mark.get("root", ROOT)
    weights = dict[str, tuple[int, float, float]]()
    n = 0
    for line, row in enumerate(csv.DictReader(io.StringIO(read_text(file), newline="")), 2):
        try:
            iri = row["iri"]
            n = int(row["plans_with_texts"])
            iri = ROOT + iri.removeprefix(root) if iri.startswith(root) else iri
            weights[iri] = int(row["plans"]), float(row["information_content"]), float(row["gain"])
        except (KeyError, TypeError, ValueError):
            raise ProjectError(
                "weights-line", place=Place(str(file), line), remedy="name-weights"
            ) from None
    return texts.Earlier(mark.get("version") or file.name, n, weights)


def published_weights(path: Path) -> texts.Earlier | None:
    return read_weights(path) if (path / TABLES / f"{WEIGHTS}.csv").is_file() else None


Row = tuple[str, ...]
"""A row for people: addresses of things, and values as they are; empty where nothing is known."""
_ACCEPTED: Final = ("/accepted", "/derived")
_BODIES: Final = [PAN + name for name in ("PublicBody", "Organisation", "UnnamedGroup")]
_TEXTS: Final = [
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
]


_POINTING: Final = frozenset(
    {TYPE.value, *(PAN + name for name in ("involvedIn", "involves", "from", "underInstrument"))}
)


class _Rows:
    def __init__(self, described: Described) -> None:
        self.described, self._values = described, lru_cache(4_096)(self._read)
        self._pointing = defaultdict[tuple[str, str], list[str]](list)
        for iri, stated in described.stated.items():
            for predicate, term, _ in stated:
                if predicate in _POINTING:
                    self._pointing[predicate, term].append(iri)

    def _read(self, iri: str) -> Mapping[str, list[str]]:
        values = defaultdict[str, dict[str, None]](dict)
        for predicate, term, _ in self.described.stated.get(iri, ()):
            values[predicate][value_of(term)[0]] = None
        return {name: [*texts] for name, texts in values.items()}

    def objects(self, iri: str, name: str) -> list[str]:
        return self._values(iri).get(name, [])

    def value(self, iri: str, name: str) -> str:
        return next(iter(self.objects(iri, name)), "")

    def pointing(self, name: str, *iris: str) -> list[str]:
        return sorted(
            {*chain(*(self._pointing[name, f"<{iri}>"] for iri in iris))} - self.described.retired
        )

    def grounds(self, iri: str) -> list[Row]:
        quoted: list[Row] = [
            (quote, self.value(passage, PAN + "inDocument"))
            for passage in self.objects(iri, PAN + "evidence")
            for quote in self.objects(passage, PAN + "quote")
        ]
        return quoted or [("", self.value(iri, DCTERMS + "source"))]

    def actions(self) -> Iterator[Row]:
        for action in self.pointing(TYPE.value, self.described.own(PAN + "Action")):
            number = self.value(action, SKOS + "notation")
            plan = self.value(action, PAN + "inPlan")
            aspects: list[Row] = []
            for involvement in self.pointing(PAN + "involvedIn", action):
                certainty = self.value(involvement, PAN + "certainty")
                bodies, roles = (
                    self.objects(involvement, PAN + name) for name in ("involves", "role")
                )
                for body, role, ground in product(bodies, roles or [""], self.grounds(involvement)):
                    aspects.append((PAN + "Involvement", body, role, *ground, certainty))
            for link in self.pointing(PAN + "from", action):
                uses = self.value(link, PAN + "linkType").endswith("/uses-instrument")
                if uses and self.value(link, PAN + "status").endswith(_ACCEPTED):
                    relation = self.value(link, PAN + "relation")
                    certainty = self.value(link, PAN + "certainty")
                    for text, ground in product(self.objects(link, PAN + "to"), self.grounds(link)):
                        aspects.append((PAN + "Instrument", text, relation, *ground, certainty))
            for aspect in (
                (aspects or [("",) * 6]) if plan else ()
            ):  # else a recommendation of a review
                yield action, number, plan, *aspect

    def links(self) -> Iterator[Row]:
        for link in self.pointing(TYPE.value, self.described.own(PAN + "Link")):
            if not self.value(link, PAN + "status").endswith(_ACCEPTED):
                continue
            kind, relation, level, certainty = (
                self.value(link, PAN + name)
                for name in ("linkType", "relation", "evidenceLevel", "certainty")
            )
            between = sorted(self.objects(link, PAN + "between"))
            is_pair = len(between) == 2
            ends = (
                [tuple(between)]
                if is_pair
                else product(*(self.objects(link, PAN + end) for end in ("from", "to")))
            )
            for pair, via, ground in product(
                ends, self.objects(link, PAN + "via") or [""], self.grounds(link)
            ):
                plans = (self.value(end, PAN + "inPlan") for end in pair)
                yield link, kind, *pair, *plans, relation, via, level, *ground, certainty

    def bodies(self) -> Iterator[Row]:
        for body in self.pointing(TYPE.value, *map(self.described.own, _BODIES)):
            involvements = self.pointing(PAN + "involves", body)
            works = {
                work
                for involvement in involvements
                for work in self.objects(involvement, PAN + "involvedIn")
            }
            plan_of = {work: self.value(work, PAN + "inPlan") for work in works}
            actions = sum(map(bool, plan_of.values()))
            plans = {plan or work for work, plan in plan_of.items()}
            about = (
                DCTERMS + "type",
                "http://www.w3.org/ns/org#subOrganizationOf",
                PAN + "precededBy",
            )
            for names in product(*(self.objects(body, name) or [""] for name in about)):
                yield body, *names, str(actions), str(len(plans))

    def texts(self) -> Iterator[Row]:
        for text in self.pointing(TYPE.value, *map(self.described.own, _TEXTS)):
            duties: list[Row] = []
            for duty in self.pointing(PAN + "underInstrument", text):
                if PAN + "Obligation" in self.objects(duty, TYPE.value):
                    about = [
                        self.value(duty, PAN + name)
                        for name in ("underProvision", "obligationKind", "force")
                    ]
                    when = [self.value(duty, PAN + name) for name in ("dueDate", "dueRule")]
                    for holder, ground in product(
                        self.objects(duty, PAN + "addressee") or [""], self.grounds(duty)
                    ):
                        duties.append((duty, *about, holder, *when, *ground))
            for kind, row in product(
                self.objects(text, DCTERMS + "type") or [""], duties or [("",) * 9]
            ):
                yield text, kind, *row


PRODUCTS: Final[Mapping[str, tuple[str, str, Callable[[_Rows], Iterator[Row]]]]] = {
    "actions": ("action|number|plan|aspect|what|capacity|quote|source|certainty", "number|quote", _Rows.actions),
    "links": (
        "link|type|from|to|from_plan|to_plan|relation|shared|level|quote|source|certainty", "link|quote", _Rows.links,
    ),
    "bodies": ("body|type|part_of|preceded_by|actions|plans", "actions|plans", _Rows.bodies),
    "texts": (
        "text|type|duty|provision|kind|force|addressee|due_date|due_rule|quote|source", "due_date|due_rule|quote",
        _Rows.texts,
    ),
}  # fmt: skip
"""The tables for people, in the order in which they are offered: their columns, those that hold values, their rows."""
PRODUCT_FORMS: Final = ("xlsx", "csv", *(["parquet"] if find_spec("pyarrow") else []))


def product_files(described: Described) -> Iterator[File]:
    # as CSV and Parquet a column a language; as a workbook a sheet a language, names first, then
    # the addresses

    def heading(column: Field, language: Language) -> str:
        key = f"product.column.{column.about}"
        return (
            _WORDS.say(key, language)
            if _WORDS.has(key)
            else Messages("heading").say(column.about, language)
        )

    rows_of = _Rows(described)
    for product_name, (columns_named, values_named, read) in PRODUCTS.items():
        texts = dict[str, str]()  # an address that stands in thousands of cells is held once
        named = columns_named.split("|")
        # in the order of what they are about, which is told first: like stands by like
        first = [
            named.index(name)
            for name in ("type", "shared", "from", "to")
            if product_name == "links"
        ]
        rows = sorted(
            {tuple(texts.setdefault(cell, cell) for cell in row) for row in read(rows_of)},
            key=lambda row: (*(row[at] for at in first), row),
        )
        cells: list[FieldCells] = []
        sheets: dict[Language, tuple[list[str], list[Sequence[str]]]] = {
            tag: ([], []) for tag in LANGUAGES
        }
        links: list[tuple[str, Sequence[str]]] = []
        for name, values in zip(named, zip(*rows, strict=True) if rows else (), strict=False):
            if not any(values):
                continue
            is_value = name in values_named.split("|")
            if not is_value:
                for tag in LANGUAGES:
                    called = {value: described.own_name(value, tag) for value in {*values} - {""}}
                    column = Field(f"{name}_{tag}", language=tag, about=name)
                    cells.append((column, [called.get(value, "") for value in values]))
                links.append((name, values))
            whole = Field(
                name if is_value else f"{name}_iri",
                is_iri=name == "link" or not is_value,
                about=name,
            )
            cells.append((whole, values))
            for tag, (heads, columns) in sheets.items():
                heads.append(heading(whole, tag))
                called = {
                    value: described.name(value, tag) for value in {*values} - {""} if not is_value
                }
                columns.append([called.get(value, value) for value in values])
        for tag, (heads, columns) in sheets.items():
            heads += [
                _WORDS.say("product.address", tag, of=heading(Field(name, about=name), tag))
                for name, _ in links
            ]
            columns += [values for _, values in links]
        table = ReleaseTable(
            product_name, _WORDS.text(f"product.{product_name}"), cells, least=0, things=()
        )
        book = (
            (format_of("name", tag), formats.Grid(heads, list(zip(*columns, strict=True))))
            for tag, (heads, columns) in sheets.items()
        )
        yield f"{DATA}/{product_name}.xlsx", spreadsheet.write_spreadsheet(book)
        schema = {
            "columns": [
                {
                    "name": column.name,
                    "titles": {
                        **{tag: heading(column, tag) for tag in LANGUAGES},
                        "und": column.name,
                    },
                    "datatype": "anyURI" if column.is_iri else "string",
                    **({"lang": column.language} if column.language else {}),
                }
                for column in table.fields
            ]
        }
        yield from table.written(described.edition, DATA, schema)[1]


def parquet_files(root: Path) -> Iterator[File]:
    for name in PRODUCTS if "parquet" in PRODUCT_FORMS else ():
        yield f"{DATA}/{name}.parquet", spreadsheet.write_parquet(root / csv_path(DATA, name))
