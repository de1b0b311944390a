"""The tables of a release at two widths: for programs a thing a row, for people a statement a row.

Those for programs (``tables/``) are joined by their keys; what has several values is a list, as CSV on the Web has it
(``separator``), and read back gives the statements of the graph. Those for people (``data/``) have one value a cell,
and beside every address the name of what it is; what was retired is in none of them. Two tables are computed: how much
each text weighs, and the register of figures. Their numbers are no statements of the graph.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from itertools import chain, product
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from pan2kg.coherence import figures
from pan2kg.coherence.evidence import FIGURED
from pan2kg.coherence.texts import Earlier
from pan2kg.errors import Place, ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, Text, format_of
from pan2kg.project import read_text
from pan2kg.publish.descriptions import as_json
from pan2kg.publish.documents import Described
from pan2kg.publish.edition import Addresses, Edition, File
from pan2kg.publish.folder import read_mark
from pan2kg.publish.vocabulary import RELEASE, RELEASED, TYPE, node
from pan2kg.store.queries import program_query
from pan2kg.store.store import LocalStore
from pan2kg.tables.formats import Grid, write_csv
from pan2kg.tables.spreadsheet import write_parquet, write_spreadsheet
from pan2kg.turtle.vocabulary import DCTERMS, DERIVED, PAN, RDFS, ROOT, SKOS, XSD
from pan2kg.turtle.writer import read_prefixes

TABLES: Final = "tables"
DATA: Final = "data"
GROUP: Final = f"{TABLES}/csv-metadata.json"
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
Value = ox.NamedNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Field:
    """A column as it is written: what it holds, whose property, and how a reader takes it apart.

    ``about`` is the column whose thing it says something of, ``""`` for that of the row; ``refers`` the table whose
    rows it names.
    """

    name: str
    property: str = ""
    datatype: str = "string"
    language: str = ""
    is_iri: bool = False
    about: str = ""
    separator: str = ""
    refers: str = ""


FieldCells = tuple[Field, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ReleaseTable:
    """A table as it is written; ``key`` names the columns that tell a row from every other.

    The first of ``things`` is the column whose thing a row is about; in a table of pairs the second is what it points
    to, and where a row is about no thing there is none.
    """

    name: str
    title: Text
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[str]]
    key: tuple[str, ...] = ("iri",)
    things: tuple[str, ...] = ("iri",)

    def written(self) -> bytes:
        return write_csv(Grid([column.name for column in self.fields], self.rows)).encode()

    def metadata(self, edition: Edition, folder: str, schema: Mapping[str, object]) -> dict[str, object]:
        issue = edition.issue
        return {
            "@id": issue.addresses.file(f"{folder}/{self.name}.csv"), "url": f"{self.name}.csv",
            "dc:title": [{"@value": words, "@language": tag} for tag, words in self.title.words],
            "dc:license": {"@id": edition.facts.about("license")[0].value}, "dc:isPartOf": {"@id": issue.dataset},
            "tableSchema": schema,
        }  # fmt: skip


def _without_empty(cells: Sequence[FieldCells], least: int) -> tuple[tuple[Field, ...], list[list[str]]]:
    columns_kept = [column for at, column in enumerate(cells) if any(column[1]) or not column[1] or at < least]
    return tuple(column[0] for column in columns_kept), [
        list(row) for row in zip(*(column[1] for column in columns_kept), strict=True)
    ]


class TableDefinition(NamedTuple):
    """A table for programs: a row a thing of some classes, or a row a statement of one property (``pairs``).

    A column is its name, its property, its kind (value, text, thing, iri), and the table whose rows it refers to.
    """

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
        TableDefinition(name, tuple(columns(row["columns"])), tuple(row.get("classes", ())), row.get("having", ""),
                        row.get("pairs", ""))
        for name, row in definitions.items()
    )  # fmt: skip


class Source:
    """The graph by property, each read once: a property is asked for by several tables."""

    def __init__(self, store: LocalStore, prefixes: Mapping[str, str], addresses: Addresses = Addresses()) -> None:  # noqa: B008
        self.store, self.prefixes, self.addresses = store, prefixes, addresses
        self._by_property: dict[str, Mapping[str, Sequence[Value]]] = {}
        names: dict[str, dict[str, dict[str, str]]] = {}
        for name in (SKOS + "prefLabel", RDFS + "label"):
            of = names[name] = defaultdict(dict)
            for quad in store.inner.quads_for_pattern(None, node(name), None):
                label = quad.object
                if isinstance(label, ox.Literal) and label.language in RELEASED:
                    of[str(quad.subject)[1:-1]][label.language] = label.value
        self.labels, self.terms = names[SKOS + "prefLabel"], names[RDFS + "label"]

    def expand(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local

    def values(self, name: str) -> Mapping[str, Sequence[Value]]:
        if name not in self._by_property:
            values: dict[str, list[Value]] = defaultdict(list)
            for quad in self.store.inner.quads_for_pattern(None, node(self.expand(name)), None):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                    values[quad.subject.value].append(quad.object)
            for several in values.values():
                if len(several) > 1:
                    several[:] = sorted(set(several), key=str)
            self._by_property[name] = values
        return self._by_property[name]

    def members(self, definition: TableDefinition) -> list[str]:
        members: set[str] = set()
        for name in definition.classes:
            quads = self.store.inner.quads_for_pattern(None, TYPE, node(self.expand(name)))
            members.update(quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))
        return sorted(members & self.values(definition.having).keys() if definition.having else members)

    def labelled(self, column: Field, iris: Sequence[str]) -> list[FieldCells]:
        cells: list[FieldCells] = [(column, [self.addresses.own(iri) for iri in iris])]
        for tag in RELEASED:
            label = Field(f"{column.name}_label_{tag}", "skos:prefLabel", language=tag, about=column.name)
            cells.append((label, [self.labels.get(iri, {}).get(tag, "") for iri in iris]))
        return cells


def read_table(source: Source, definition: TableDefinition) -> ReleaseTable:
    title = RELEASE.text(f"table.{definition.name}")
    if definition.pairs:
        pairs = [(iri, term.value) for iri, terms in sorted(source.values(definition.pairs).items()) for term in terms]
        of_subject, of_object = (
            source.labelled(Field(name, definition.pairs, is_iri=True, refers=refers), [pair[at] for pair in pairs])
            for at, (name, _, _, refers) in enumerate(definition.columns)
        )
        key = definition.columns[0][0], definition.columns[1][0]
        cells = [of_subject[0], of_object[0], *of_subject[1:], *of_object[1:]]
        return ReleaseTable(definition.name, title, *_without_empty(cells, 2), key, key)
    members = source.members(definition)
    cells = [(Field("iri", is_iri=True), [source.addresses.own(member) for member in members])]
    for name, of, kind, refers in definition.columns:
        values = source.values(of)
        member_values = [values.get(member, ()) for member in members]
        if kind == "text":
            cells += _texts(name, of, member_values)
        elif kind == "value":
            cells.append(
                _listed(
                    Field(name, of, datatype=_datatype(member_values)),
                    [[v.value for v in row] for row in member_values],
                )
            )
        else:
            cells += _things(source, Field(name, of, is_iri=True, refers=refers), member_values)
    return ReleaseTable(definition.name, title, *_without_empty(cells, 2))


def _listed(column: Field, texts: Sequence[Sequence[str]], separator: str = "") -> FieldCells:
    separator = separator or _separator(texts)
    return replace(column, separator=separator), [separator.join(row) if any(row) else "" for row in texts]


def _separator(texts: Sequence[Sequence[str]], *further: Sequence[Sequence[str]]) -> str:
    if not any(len(row) > 1 for row in texts):
        return ""
    return next(mark for mark in SEPARATORS if not any(mark in text for row in chain(texts, *further) for text in row))


def _texts(name: str, of: str, member_values: Sequence[Sequence[Value]]) -> Iterator[FieldCells]:
    texts = [[value for value in row if isinstance(value, ox.Literal)] for row in member_values]
    tags = {value.language or "" for row in texts for value in row} | set(RELEASED)
    for tag in sorted(tags, key=lambda tag: (RELEASED.index(tag) if tag in RELEASED else len(RELEASED), tag)):
        column_name = f"{name}_{tag.lower().replace('-', '_')}" if tag else name
        yield _listed(
            Field(column_name, of, language=tag),
            [[value.value for value in row if (value.language or "") == tag] for row in texts],
        )


def _things(source: Source, column: Field, member_values: Sequence[Sequence[Value]]) -> Iterator[FieldCells]:
    is_class = column.property == _CLASS
    labels = source.terms if is_class else source.labels
    addresses = [[source.addresses.own(value.value) for value in row] for row in member_values]
    by_tag = {
        tag: [[labels.get(value.value, {}).get(tag, "") for value in row] for row in member_values] for tag in RELEASED
    }
    separator = _separator(addresses, *by_tag.values())
    yield _listed(column, addresses, separator)
    for tag, names in by_tag.items():
        label = Field(f"{column.name}_label_{tag}", "rdfs:label" if is_class else "skos:prefLabel", language=tag,
                      about=column.name)  # fmt: skip
        yield _listed(label, names, separator)


def _datatype(member_values: Sequence[Sequence[Value]]) -> str:
    kinds = {value.datatype.value for row in member_values for value in row if isinstance(value, ox.Literal)}
    if len(kinds) > 1 and kinds <= _MOMENTS:
        return "moment"
    only = kinds.pop() if len(kinds) == 1 else ""
    return only.removeprefix(XSD) if only.startswith(XSD) else "string"


def table_files(edition: Edition) -> Iterator[File]:
    source = Source(edition.store, read_prefixes(edition.project), edition.issue.addresses)
    tables = [read_table(source, definition) for definition in table_definitions()]
    graph = edition.graph
    columns = (
        Field("figure"), Field("evidence_level"), Field("part"),
        *(Field(f"name_{tag}", language=tag) for tag in RELEASED),
        Field("unit"), Field("value", datatype="decimal"), Field("upper", datatype="decimal"),
        Field("population", datatype="integer"),
    )  # fmt: skip
    levels = {level: graph.known(level) for level in FIGURED}
    rows: list[list[str]] = []
    for measured in graph.figures():
        figure = measured.figure
        names = [figure.name(graph.asked_by).say(tag) for tag in RELEASED]
        for level, values in zip(FIGURED, measured.nested, strict=True):
            numbers = ["" if value is None else _number(value) for value in values]
            among = figure.population(levels[level])
            # the parts of a figure with their number, or the ends of its interval
            shares = [(key.rpartition(".")[2], number, "") for key, number in zip(figure.parts, numbers, strict=False)]
            if not figure.parts:
                shares = [(WHOLE, numbers[0], numbers[1] if figure.unit is not figures.Unit.COUNT else "")]
            population = "" if among is None else str(among)
            rows += [
                [figure.id, level.key, share, *names, figure.unit.value, number, upper, population]
                for share, number, upper in shares
            ]
    key = ("figure", "evidence_level", "part")
    tables += [
        weights_table(edition.graph, source),
        ReleaseTable(FIGURES, RELEASE.text(f"table.{FIGURES}"), columns, rows, key, ()),
    ]
    keys = {table.name: {row[0] for row in table.rows} for table in tables if len(table.things) != 2}
    described: list[dict[str, object]] = []
    for table in tables:
        schema: dict[str, object] = {
            **({"aboutUrl": f"{{+{table.key[0]}}}"} if table.things else {}),
            "primaryKey": list(table.key) if len(table.key) > 1 else table.key[0],
            "columns": [_described(source, table, column) for column in table.fields],
        }
        metadata = table.metadata(edition, TABLES, schema)
        yield f"{TABLES}/{table.name}.csv", table.written()
        yield f"{TABLES}/{table.name}.csv-metadata.json", as_json({"@context": CONTEXT, **metadata})
        # a foreign key in CSVW has no empty cell: every row refers to one of the other table
        references = [
            {"columnReference": column.name,
             "reference": {"resource": f"{column.refers}.csv", "columnReference": "iri"}}
            for at, column in enumerate(table.fields)
            if column.refers in keys and not column.separator
            and all(row[at] in keys[column.refers] for row in table.rows)
        ]  # fmt: skip
        described.append({**metadata, "tableSchema": {**schema, "foreignKeys": references} if references else schema})
    yield GROUP, as_json({"@context": CONTEXT, "tables": described})


def _described(source: Source, table: ReleaseTable, column: Field) -> dict[str, object]:
    is_pair, is_key = len(table.things) == 2, column.name == table.key[0]
    titles = {tag: _title(source, column, tag) for tag in RELEASED}
    metadata: dict[str, object] = {"name": column.name, "titles": {**titles, "und": column.name}}
    if column.about and column.separator:
        # a list of labels names no one thing: the reader pairs it with the list beside it
        return {**metadata, "datatype": "string", "lang": column.language, "separator": column.separator,
                "suppressOutput": True}  # fmt: skip
    says = bool(column.property) and not (is_pair and is_key)
    if says:
        metadata["propertyUrl"] = source.addresses.own(source.expand(column.property))
    if column.about:
        metadata["aboutUrl"] = f"{{+{column.about}}}"
    if column.is_iri and column.property and not column.separator and not (is_pair and column.name != table.things[1]):
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


def _title(source: Source, column: Field, language: Language) -> str:
    stem = column.name.removesuffix(f"_{column.language}") if column.language else column.name
    key = f"column.{column.property}" if column.property or column.name == "iri" else f"column.{stem}"
    if RELEASE.has(key):
        name = RELEASE.say(key, language)
    else:
        labels = source.terms.get(source.expand(column.property), {})
        has_words = not labels and _PROPERTY.has(column.property)
        name = labels.get(language, column.property.partition(":")[2])
        name = _PROPERTY.say(column.property, language) if has_words else name
    if column.about:
        return f"{column.about}, {name} ({column.language})"
    if not column.language:
        return name
    message_key = f"language.{column.language}"
    return f"{name} ({RELEASE.say(message_key, language) if RELEASE.has(message_key) else column.language})"


_PROPERTY: Final = Messages("property")
WEIGHTS: Final = "weights"
FIGURES: Final = "figures"
LINK_WEIGHTS: Final = DERIVED + "link-weight"
"""The graph of the weights of links."""
WHOLE: Final = "all"
"""The part of a figure that is told as one number or one interval."""


def weights_table(graph: Graph, source: Source) -> ReleaseTable:
    """A row a text that is used, or stands above one that is: ``d`` of ``n`` plans, IC and gain in bits.

    Weights do not depend on the level of evidence. With those of a release the figures of another can be computed on
    the same scale.
    """
    weights = graph.known().potential.weights
    above = [weights.texts[at] if at >= 0 else "" for at in weights.above.tolist()]
    cells = source.labelled(Field("iri", is_iri=True), list(weights.texts))
    cells += source.labelled(Field("above", is_iri=True), above)
    cells += [
        (Field("plans", datatype="integer"), list(map(str, weights.d.tolist()))),
        (Field("plans_with_texts", datatype="integer"), [str(weights.n)] * len(weights.texts)),
        (Field("information_content", datatype="decimal"), list(map(_number, weights.ic.tolist()))),
        (Field("gain", datatype="decimal"), list(map(_number, weights.gain.tolist()))),
        (Field("is_general", datatype="boolean"), [str(flag).lower() for flag in weights.general.tolist()]),
    ]
    return ReleaseTable(WEIGHTS, RELEASE.text(f"table.{WEIGHTS}"), *_without_empty(cells, 2))


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def weigh_links(graph: Graph) -> None:
    """Add to a local graph what each derived link by a shared text weighs, at the level of evidence of the link.

    A rule cannot do so, since SPARQL knows no logarithm. The statements stand in a derived graph of their own. A link
    one of whose ends is no plan and no action of a plan weighs nothing.
    """
    triples = []
    for link, start, end, level in graph.read(program_query("publish/shared-links")):
        measured = graph.known(level.rpartition("/")[2])
        if None in map(measured.tables.works.plan, (start, end)):
            continue
        weight = measured.weight(start, end)
        for name, bits in (("weight", weight.low), ("weightHigh", weight.high), ("weightBroad", weight.broad)):
            # as Turtle writes decimals, with a digit after the point
            decimal = ox.Literal(_number(bits) if bits % 1 else f"{bits:.1f}", datatype=node(f"{XSD}decimal"))
            triples.append(ox.Triple(node(link), node(PAN + name), decimal))
    if triples:
        graph.held.add(LINK_WEIGHTS, triples)


def read_weights(path: Path) -> Earlier:
    file = path / TABLES / f"{WEIGHTS}.csv" if path.is_dir() else path
    if not file.is_file():
        raise ProjectError("no-weights", place=Place(str(path)), remedy="name-weights")
    mark = read_mark(file.parent.parent) or {}
    root, weights, n = mark.get("root", ROOT), dict[str, tuple[int, float, float]](), 0
    for line, row in enumerate(csv.DictReader(io.StringIO(read_text(file), newline="")), 2):
        try:
            iri, n = row["iri"], int(row["plans_with_texts"])
            iri = ROOT + iri.removeprefix(root) if iri.startswith(root) else iri
            weights[iri] = int(row["plans"]), float(row["information_content"]), float(row["gain"])
        except (KeyError, TypeError, ValueError):
            raise ProjectError("weights-line", place=Place(str(file), line), remedy="name-weights") from None
    return Earlier(mark.get("version") or file.name, n, weights)


def published_weights(path: Path) -> Earlier | None:
    return read_weights(path) if (path / TABLES / f"{WEIGHTS}.csv").is_file() else None


Row = tuple[str, ...]
"""A row for people: addresses of things, and values as they are; empty where nothing is known."""
_TEXTS: Final = ("LegalAct", "Treaty", "SoftLaw", "Bill", "Commitment", "OtherInstrument", "Instrument")


class _Rows:
    def __init__(self, described: Described) -> None:
        self.described = described

    def objects(self, iri: str, *properties: str) -> list[str]:
        statements = self.described.of.get(iri, ())
        return list(dict.fromkeys(statement.object for statement in statements if statement.predicate in properties))

    def value(self, iri: str, *properties: str) -> str:
        return next(iter(self.objects(iri, *properties)), "")

    def several(self, iri: str, *properties: str) -> list[str]:
        return self.objects(iri, *properties) or [""]

    def pointing(self, iri: str, name: str) -> list[str]:
        subjects = (
            statement.subject for statement in self.described.pointing.get(iri, ()) if statement.predicate == PAN + name
        )
        return [subject for subject in subjects if not self.described.is_retired(subject)]

    def members(self, *classes: str) -> list[str]:
        members = {statement.subject for name in classes for statement in self.described.pointing.get(PAN + name, ())
                   if statement.predicate == TYPE.value}  # fmt: skip
        return sorted(iri for iri in members if not self.described.is_retired(iri))

    def grounds(self, iri: str) -> list[Row]:
        quoted: list[Row] = [
            (quote, self.value(passage, PAN + "inDocument"))
            for passage in self.objects(iri, PAN + "evidence")
            for quote in self.objects(passage, PAN + "quote")
        ]
        return quoted or [("", self.value(iri, DCTERMS + "source"))]

    def is_accepted(self, link: str) -> bool:
        return self.value(link, PAN + "status").endswith(("/accepted", "/derived"))

    def actions(self) -> Iterator[Row]:
        for action in self.members("Action"):
            number, plan = self.value(action, SKOS + "notation"), self.value(action, PAN + "inPlan")
            if plan:  # else a recommendation of a review
                for aspect in [*self._bodies_of(action), *self._texts_of(action)] or [("",) * 6]:
                    yield action, number, plan, *aspect

    def _bodies_of(self, action: str) -> Iterator[Row]:
        for involvement in self.pointing(action, "involvedIn"):
            certainty = self.value(involvement, PAN + "certainty")
            bodies, roles = self.objects(involvement, PAN + "involves"), self.several(involvement, PAN + "role")
            for body, role, ground in product(bodies, roles, self.grounds(involvement)):
                yield PAN + "Involvement", body, role, *ground, certainty

    def _texts_of(self, action: str) -> Iterator[Row]:
        for link in self.pointing(action, "from"):
            if self.value(link, PAN + "linkType").endswith("/uses-instrument") and self.is_accepted(link):
                relation, certainty = self.value(link, PAN + "relation"), self.value(link, PAN + "certainty")
                for text, ground in product(self.objects(link, PAN + "to"), self.grounds(link)):
                    yield PAN + "Instrument", text, relation, *ground, certainty

    def links(self) -> Iterator[Row]:
        for link in filter(self.is_accepted, self.members("Link")):
            kind, relation, level, certainty = (
                self.value(link, PAN + name) for name in ("linkType", "relation", "evidenceLevel", "certainty")
            )
            between = sorted(self.objects(link, PAN + "between"))
            is_pair = len(between) == 2
            ends = [tuple(between)] if is_pair else product(*(self.objects(link, PAN + end) for end in ("from", "to")))
            for pair, via, ground in product(ends, self.several(link, PAN + "via"), self.grounds(link)):
                plans = (self.value(end, PAN + "inPlan") for end in pair)
                yield link, kind, *pair, *plans, relation, via, level, *ground, certainty

    def bodies(self) -> Iterator[Row]:
        for body in self.members("PublicBody", "Organisation", "UnnamedGroup"):
            involvements = self.pointing(body, "involves")
            works = {work for involvement in involvements for work in self.objects(involvement, PAN + "involvedIn")}
            plan_of = {work: self.value(work, PAN + "inPlan") for work in works}
            actions, plans = sum(map(bool, plan_of.values())), {plan or work for work, plan in plan_of.items()}
            above = self.several(body, "http://www.w3.org/ns/org#subOrganizationOf")
            for names in product(self.several(body, DCTERMS + "type"), above, self.several(body, PAN + "precededBy")):
                yield body, *names, str(actions), str(len(plans))

    def texts(self) -> Iterator[Row]:
        for text in self.members(*_TEXTS):
            under = self.pointing(text, "underInstrument")
            duties = [duty for duty in under if PAN + "Obligation" in self.objects(duty, TYPE.value)]
            for kind, duty in product(self.several(text, DCTERMS + "type"), [*self._duties(duties)]):
                yield text, kind, *duty

    def _duties(self, duties: Sequence[str]) -> Iterator[Row]:
        if not duties:
            yield ("",) * 9
        for duty in duties:
            about = [self.value(duty, PAN + name) for name in ("underProvision", "obligationKind", "force")]
            when = [self.value(duty, PAN + name) for name in ("dueDate", "dueRule")]
            for holder, ground in product(self.several(duty, PAN + "addressee"), self.grounds(duty)):
                yield duty, *about, holder, *when, *ground


@dataclass(frozen=True, slots=True)
class Product:
    name: str
    columns: tuple[str, ...]
    values: frozenset[str]
    rows: Callable[[_Rows], Iterator[Row]]


PRODUCTS: Final = (
    Product(
        "actions",
        ("action", "number", "plan", "aspect", "what", "capacity", "quote", "source", "certainty"),
        frozenset(("number", "quote")), _Rows.actions,
    ),
    Product(
        "links",
        ("link", "type", "from", "to", "from_plan", "to_plan", "relation", "shared", "level", "quote", "source",
         "certainty"),
        frozenset(("link", "quote")), _Rows.links,
    ),
    Product(
        "bodies", ("body", "type", "part_of", "preceded_by", "actions", "plans"), frozenset(("actions", "plans")),
        _Rows.bodies,
    ),
    Product(
        "texts",
        ("text", "type", "duty", "provision", "kind", "force", "addressee", "due_date", "due_rule", "quote", "source"),
        frozenset(("due_date", "due_rule", "quote")), _Rows.texts,
    ),
)  # fmt: skip
"""The tables for people, in the order in which they are offered."""


def product_forms() -> tuple[str, ...]:
    needs = {"parquet": "pyarrow"}
    return tuple(form for form in ("xlsx", "csv", "parquet") if form not in needs or find_spec(needs[form]))


def product_files(described: Described) -> Iterator[File]:
    """Every table for people in every form whose library is installed, and the metadata of the CSV file (CSVW).

    As CSV and Parquet it has a column a language; as a workbook a sheet a language, names first, then the addresses.
    """

    def heading(column: Field, language: Language) -> str:
        key = f"product.column.{column.about}"
        return _WORDS.say(key, language) if _WORDS.has(key) else Messages("heading").say(column.about, language)

    for workbook in PRODUCTS:
        rows = sorted(set(workbook.rows(_Rows(described))))
        cells: list[FieldCells] = []
        sheets: dict[Language, tuple[list[str], list[Sequence[str]]]] = {tag: ([], []) for tag in LANGUAGES}
        links: list[tuple[str, Sequence[str]]] = []
        for name, values in zip(workbook.columns, zip(*rows, strict=True) if rows else (), strict=False):
            if not any(values):
                continue
            is_value = name in workbook.values
            if not is_value:
                cells += [
                    (Field(f"{name}_{tag}", language=tag, about=name),
                     [described.own_name(value, tag) if value else "" for value in values])
                    for tag in LANGUAGES
                ]  # fmt: skip
                links.append((name, values))
            whole = Field(name if is_value else f"{name}_iri", is_iri=name == "link" or not is_value, about=name)
            cells.append((whole, values))
            for tag, (heads, columns) in sheets.items():
                heads.append(heading(whole, tag))
                columns.append(
                    values if is_value else [described.name(value, tag) if value else "" for value in values]
                )
        for tag, (heads, columns) in sheets.items():
            heads += [_WORDS.say("product.address", tag, of=heading(Field(name, about=name), tag)) for name, _ in links]
            columns += [values for _, values in links]
        title = _WORDS.text(f"product.{workbook.name}")
        table = ReleaseTable(workbook.name, title, *_without_empty(cells, 0), things=())
        path = f"{DATA}/{workbook.name}"
        if "xlsx" in product_forms():
            book = [(format_of("name", tag), Grid(heads, list(zip(*columns, strict=True))))
                    for tag, (heads, columns) in sheets.items()]  # fmt: skip
            yield f"{path}.xlsx", write_spreadsheet(book)
        yield f"{path}.csv", table.written()
        schema = {"columns": [
            {"name": column.name, "titles": {**{tag: heading(column, tag) for tag in LANGUAGES}, "und": column.name},
             "datatype": "anyURI" if column.is_iri else "string",
             **({"lang": column.language} if column.language else {})}
            for column in table.fields
        ]}  # fmt: skip
        metadata = table.metadata(described.edition, DATA, schema)
        yield f"{path}.csv-metadata.json", as_json({"@context": CONTEXT, **metadata})
        if "parquet" in product_forms():
            turned = list(zip(*table.rows, strict=True)) or [()] * len(table.fields)
            columns_by_name = {
                column.name: [cell or None for cell in values]
                for column, values in zip(table.fields, turned, strict=True)
            }
            yield f"{path}.parquet", write_parquet(columns_by_name)
