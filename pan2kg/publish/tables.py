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
from pan2kg.turtle import DCTERMS, PAN, RDFS, ROOT, SKOS, XSD, read_prefixes
from pan2kg.turtle.vocabulary import DERIVED

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
        """The metadata of a table (CSVW), and its files: the CSV and that metadata."""
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
    """The path of a table, packed where it is one of the largest.

    >>> csv_path("data", "links"), csv_path("data", "bodies")
    ('data/links.csv.gz', 'data/bodies.csv')
    """
    return f"{folder}/{name}.csv{'.gz' if name in PACKED[folder] else ''}"


class TableColumn(NamedTuple):
    """A column as ``tables.toml`` writes it: its name, the property it has, and the table it refers to.

    Its ``kind`` says what that gives: a ``text``, a ``value``, a ``thing`` with its names, or an
    ``iri`` alone.
    """

    name: str
    property: str
    kind: str
    refers: str


class TableDefinition(NamedTuple):
    """A row a thing of some classes, or a statement of one property (``pairs``), with the columns it has."""

    name: str
    columns: tuple[TableColumn, ...]
    classes: tuple[str, ...]
    having: str
    pairs: str


@cache
def table_definitions() -> tuple[TableDefinition, ...]:
    """The tables of a release as ``tables.toml`` has them, in their order.

    >>> [definition.name for definition in table_definitions()][:3]
    ['plans', 'actions', 'categories']
    """
    definitions = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))
    return tuple(
        TableDefinition(
            name,
            tuple(map(_column, row["columns"])),
            tuple(row.get("classes", ())),
            row.get("having", ""),
            row.get("pairs", ""),
        )
        for name, row in definitions.items()
    )


def _column(text: str) -> TableColumn:
    match = _COLUMN.fullmatch(text)
    if not match:
        raise ValueError(f"« {text} » is no column")
    return TableColumn(match[1], match[2] or "", match[3], match[4] or "")


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
        """A name with a prefix as an IRI."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local

    def values(self, iris: Iterable[str], *names: str) -> Iterator[list[Sequence[str]]]:
        """Of each thing what it has of each property."""
        expanded = [self.expand(name) for name in names]
        for iri in iris:
            values: dict[str, dict[str, None]] = {name: {} for name in expanded}
            for predicate, term, _ in self.stated[iri]:
                if predicate in values:
                    values[predicate][term] = None
            yield [[*values[name]] for name in expanded]

    def members(self, definition: TableDefinition) -> list[str]:
        """The things a table tells: those of its classes that have the property, or all that have one."""
        needed = definition.having or definition.pairs
        having = {*self._having[self.expand(needed)]} if needed else set[str]()
        classes = (self.addresses.own(self.expand(name)) for name in definition.classes)
        members = {*chain(*(self._having[f"{TYPE.value}<{kind}>"] for kind in classes))}
        return sorted(members & having if definition.having else members | having)

    def things(self, column: Field, rows: Sequence[Sequence[str]]) -> Iterator[FieldCells]:
        """A column of IRIs, and behind it one of labels for each language."""
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
    """The rows of a definition: its things in the order of their IRIs, or the pairs one property joins."""
    title = RELEASE.text(f"table.{definition.name}")
    members = source.members(definition)
    if definition.pairs:
        return _pairs_table(source, definition, title, members)
    cells: list[FieldCells] = [(Field("iri", is_iri=True), members)]
    properties = [column.property for column in definition.columns]
    listed = list(zip(*source.values(members, *properties), strict=True))
    if not listed:
        listed = [()] * len(definition.columns)
    for column, rows in zip(definition.columns, listed, strict=True):
        cells += _cells_of(source, column, rows)
    return ReleaseTable(definition.name, title, cells)


def _pairs_table(
    source: Source, definition: TableDefinition, title: Text, members: Sequence[str]
) -> ReleaseTable:
    """Both ends of each statement of a property, and behind them the names of both."""
    subjects = list[str]()
    targets = list[str]()
    for iri, (terms,) in zip(members, source.values(members, definition.pairs), strict=True):
        for term in terms:
            subjects.append(iri)
            targets.append(value_of(term)[0])
    ends = list[FieldCells]()
    names = list[FieldCells]()
    for column, things in zip(definition.columns, (subjects, targets), strict=True):
        field = Field(column.name, definition.pairs, is_iri=True, refers=column.refers)
        end, *labels = source.things(field, [[thing] for thing in things])
        ends.append(end)
        names += labels
    key = tuple(field.name for field, _ in ends)
    return ReleaseTable(definition.name, title, [*ends, *names], key=key, things=key)


def _cells_of(
    source: Source, column: TableColumn, rows: Sequence[Sequence[str]]
) -> Iterator[FieldCells]:
    """The columns in which a property stands: a text has one a language, a thing its IRI and its names."""
    if column.kind == "text":
        yield from _text_cells(column, rows)
    elif column.kind == "value":
        field = Field(column.name, column.property, datatype=_datatype(rows))
        yield from _joined((field, _plain(rows)))
    else:
        field = Field(column.name, column.property, is_iri=True, refers=column.refers)
        things = source.things(field, _plain(rows))
        yield from things if column.kind == "thing" else islice(things, 1)


def _plain(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[value_of(term)[0] for term in row] for row in rows]


def _literals(row: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    return (value_of(term) for term in row if term[0] != "<")


def _text_cells(column: TableColumn, rows: Sequence[Sequence[str]]) -> Iterator[FieldCells]:
    """A column for each language of a release, and each other one in which there is a text."""
    tags = set[str]()
    for row in rows:
        tags.update(language for _, language, _ in _literals(row))
    others = sorted(tags.difference(RELEASED))
    for tag in (*RELEASED, *others):
        name = f"{column.name}_{tag.lower().replace('-', '_')}" if tag else column.name
        texts = [[text for text, language, _ in _literals(row) if language == tag] for row in rows]
        yield from _joined((Field(name, column.property, language=tag), texts))


def _datatype(rows: Sequence[Sequence[str]]) -> str:
    """What all values are in the names of XSD, a moment where they are days, months or years, else a string."""
    datatypes = set[str]()
    for row in rows:
        datatypes.update(datatype for _, _, datatype in _literals(row))
    if len(datatypes) > 1:
        return "moment" if datatypes <= _MOMENTS else "string"
    only = next(iter(datatypes), "")
    return only.removeprefix(XSD) if only.startswith(XSD) else "string"


def table_files(edition: Edition, stated: Mapping[str, Sequence[Stated]]) -> Iterator[File]:
    """The tables for programs with their metadata (CSVW); no more than one is held at a time."""
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
    """A column as CSVW describes it (W3C, Metadata Vocabulary for Tabular Data, 5.6)."""
    titles = {tag: _column_title(source, column, tag) for tag in RELEASED}
    metadata: dict[str, object] = {"name": column.name, "titles": {**titles, "und": column.name}}
    is_list = bool(column.separator)
    if column.about and is_list:
        # a list of labels names no one thing: the reader pairs it with the list beside it
        return {
            **metadata,
            "datatype": "string",
            "lang": column.language,
            "separator": column.separator,
            "suppressOutput": True,
        }
    is_pair = len(table.things) == 2
    is_subject = is_pair and column.name == table.key[0]
    is_statement = bool(column.property) and not is_subject
    if is_statement:
        metadata["propertyUrl"] = source.addresses.own(source.expand(column.property))
    if column.about:
        metadata["aboutUrl"] = f"{{+{column.about}}}"
    is_object = not is_pair or column.name == table.things[1]
    if column.is_iri and column.property and is_object and not is_list:
        metadata["valueUrl"] = f"{{+{column.name}}}"
    if column.is_iri:
        metadata["datatype"] = "anyURI"
    elif column.language:
        metadata |= {"datatype": "string", "lang": column.language}
    else:
        metadata["datatype"] = _MOMENT if column.datatype == "moment" else column.datatype
    if is_list:
        metadata["separator"] = column.separator
        if column.is_iri:
            metadata["dc:type"] = {"@id": RDFS + "Resource"}
    if column.name in table.key:
        metadata["required"] = True
    if not is_statement:
        metadata["suppressOutput"] = True
    return metadata


def _column_title(source: Source, column: Field, tag: str) -> str:
    """What a column is called in a language: with the thing it names, or with the language of its texts."""
    name = _property_name(source, column, tag)
    if column.about:
        return f"{column.about}, {name} ({column.language})"
    if column.language:
        key = f"language.{column.language}"
        language = RELEASE.say(key, tag) if RELEASE.has(key) else column.language
        return f"{name} ({language})"
    return name


def _property_name(source: Source, column: Field, tag: str) -> str:
    """By a message of ours, else by the label of the property, else by a message on that, else by its name."""
    if column.property or column.name == "iri":
        key = f"column.{column.property}"
    else:
        key = f"column.{column.name.removesuffix(f'_{column.language}')}"
    if RELEASE.has(key) and (name := RELEASE.say(key, tag)):
        return name
    labels = source.terms.get(source.addresses.own(source.expand(column.property)), {})
    if not labels and _PROPERTY.has(column.property):
        return _PROPERTY.say(column.property, tag)
    return labels.get(tag, column.property.partition(":")[2])


_PROPERTY: Final = Messages("property")
WEIGHTS: Final = "weights"
FIGURES: Final = "figures"
LINK_WEIGHTS: Final = DERIVED + "link-weight"
"""The graph of the weights of links."""
WHOLE: Final = "all"
"""The part of a figure that is told as one number or one interval."""


def weights_table(graph: Graph, source: Source) -> ReleaseTable:
    """The weights of texts, on which figures of another release are computed on the same scale.

    Columns are d of n plans, information content and gain in bits, at no level of evidence.
    """
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
    """All figures at each level of evidence, their parts in rows."""
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
    """Add the weight of each link to the graph, as statements of their own graph."""
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


class Product(NamedTuple):
    """A table for people: its columns, those among them that hold values, not things, and what gives its rows."""

    columns: tuple[str, ...]
    values: tuple[str, ...]
    rows: Callable[[_Rows], Iterator[Row]]
    order: tuple[str, ...] = ()


PRODUCTS: Final[Mapping[str, Product]] = {
    "actions": Product(
        ("action", "number", "plan", "aspect", "what", "capacity", "quote", "source", "certainty"),
        ("number", "quote"),
        _Rows.actions,
    ),
    "links": Product(
        (
            "link", "type", "from", "to", "from_plan", "to_plan", "relation", "shared", "level", "quote", "source",
            "certainty",
        ),
        ("link", "quote"),
        _Rows.links,
        # like stands by like
        order=("type", "shared", "from", "to"),
    ),
    "bodies": Product(
        ("body", "type", "part_of", "preceded_by", "actions", "plans"),
        ("actions", "plans"),
        _Rows.bodies,
    ),
    "texts": Product(
        (
            "text", "type", "duty", "provision", "kind", "force", "addressee", "due_date", "due_rule", "quote",
            "source",
        ),
        ("due_date", "due_rule", "quote"),
        _Rows.texts,
    ),
}  # fmt: skip
"""The tables for people, in the order in which they are offered; rows are in that of their columns, ``order`` first."""
PRODUCT_FORMS: Final = ("xlsx", "csv", *(["parquet"] if find_spec("pyarrow") else []))


class _PublishedSheet(NamedTuple):
    """A sheet of a workbook, in one language: the titles of its columns, and their cells."""

    heads: list[str]
    columns: list[Sequence[str]]


def product_files(described: Described) -> Iterator[File]:
    """The tables for people: as CSV and Parquet a column a language, as a workbook a sheet a language.

    In a sheet names stand first, then the addresses.
    """
    source = _Rows(described)
    for name, offered in PRODUCTS.items():
        rows = _ordered_rows(source, offered)
        # columns in which there is nothing are left out
        listed = dict[str, Sequence[str]]()
        for column, values in zip(offered.columns, zip(*rows, strict=True), strict=False):
            if any(values):
                listed[column] = values
        title = _WORDS.text(f"product.{name}")
        cells = list(_product_cells(described, offered, listed))
        table = ReleaseTable(name, title, cells, least=0, things=())
        book = _book(described, offered, listed)
        yield f"{DATA}/{name}.xlsx", spreadsheet.write_spreadsheet(book)
        schema = {"columns": [_product_column(field) for field in table.fields]}
        _, files = table.written(described.edition, DATA, schema)
        yield from files


def _book(
    described: Described, offered: Product, listed: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, formats.Grid]]:
    for tag in LANGUAGES:
        sheet = _sheet(described, offered, listed, tag)
        rows = list(zip(*sheet.columns, strict=True))
        yield format_of("name", tag), formats.Grid(sheet.heads, rows)


def _ordered_rows(source: _Rows, offered: Product) -> list[Row]:
    texts = dict[str, str]()  # an address that stands in thousands of cells is held once
    rows = {tuple(texts.setdefault(cell, cell) for cell in row) for row in offered.rows(source)}
    places = [offered.columns.index(name) for name in offered.order]
    return sorted(rows, key=lambda row: (*(row[place] for place in places), row))


def _product_cells(
    described: Described, offered: Product, listed: Mapping[str, Sequence[str]]
) -> Iterator[FieldCells]:
    for name, column in listed.items():
        if name in offered.values:
            yield Field(name, is_iri=name == "link", about=name), column
            continue
        for tag in LANGUAGES:
            names = {iri: described.own_name(iri, tag) for iri in {*column} - {""}}
            field = Field(f"{name}_{tag}", language=tag, about=name)
            yield field, [names.get(iri, "") for iri in column]
        yield Field(f"{name}_iri", is_iri=True, about=name), column


def _sheet(
    described: Described, offered: Product, listed: Mapping[str, Sequence[str]], tag: Language
) -> _PublishedSheet:
    sheet = _PublishedSheet([], [])
    for name, column in listed.items():
        sheet.heads.append(_heading(name, tag))
        if name in offered.values:
            sheet.columns.append(column)
        else:
            names = {iri: described.name(iri, tag) for iri in {*column} - {""}}
            sheet.columns.append([names.get(iri, iri) for iri in column])
    for name, column in listed.items():
        if name not in offered.values:
            sheet.heads.append(_WORDS.say("product.address", tag, of=_heading(name, tag)))
            sheet.columns.append(column)
    return sheet


def _heading(name: str, language: Language) -> str:
    key = f"product.column.{name}"
    if _WORDS.has(key):
        return _WORDS.say(key, language)
    return Messages("heading").say(name, language)


def _product_column(column: Field) -> dict[str, object]:
    titles = {tag: _heading(column.about, tag) for tag in LANGUAGES}
    description: dict[str, object] = {
        "name": column.name,
        "titles": {**titles, "und": column.name},
        "datatype": "anyURI" if column.is_iri else "string",
    }
    if column.language:
        description["lang"] = column.language
    return description


def parquet_files(root: Path) -> Iterator[File]:
    """The tables for people as Parquet, made of their CSV."""
    for name in PRODUCTS if "parquet" in PRODUCT_FORMS else ():
        yield f"{DATA}/{name}.parquet", spreadsheet.write_parquet(root / csv_path(DATA, name))
