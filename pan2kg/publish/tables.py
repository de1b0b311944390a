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
from itertools import islice, product
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
_LABEL: Final = SKOS + "prefLabel"
"""What names things."""
_TERM: Final = RDFS + "label"
"""What names classes and properties."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table as CSV has it.

    ``about`` is the column of whose thing it says something, empty of that of the row; ``refers``
    is the table it refers to.
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


class ReleaseTable:
    """A table of a release: its fields and rows, without columns that are empty beyond the first ``least``.

    ``key`` names the fields that tell a row from every other. Of ``things`` the first is the field
    whose thing a row is about, in a table of pairs the second what it points to.
    """

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
        self.fields: list[Field] = []
        columns = []
        for place, (column, values) in enumerate(cells):
            if place < least or not values or any(values):
                self.fields.append(column)
                columns.append(values)
        self.rows = list(zip(*columns, strict=True))

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
        content = self._csv()
        if path.endswith(".gz"):
            content = gzip.compress(content, 6, mtime=0)
        described = as_json({"@context": CONTEXT, **metadata})
        return metadata, ((path, content), (f"{folder}/{self.name}.csv-metadata.json", described))

    def _csv(self) -> bytes:
        # cells are texts; as one text in memory they would take four times as much
        target = io.BytesIO()
        lines = io.TextIOWrapper(target, "utf-8", newline="")
        writer = csv.writer(lines)
        writer.writerow(column.name for column in self.fields)
        writer.writerows(self.rows)
        lines.flush()
        return target.getvalue()


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
    text = Path(__file__).with_name("tables.toml").read_text(encoding="utf-8")
    definitions = []
    for name, row in tomllib.loads(text).items():
        columns = tuple(map(_column, row["columns"]))
        classes = tuple(row.get("classes", ()))
        definitions.append(
            TableDefinition(name, columns, classes, row.get("having", ""), row.get("pairs", ""))
        )
    return tuple(definitions)


def _column(text: str) -> TableColumn:
    match = _COLUMN.fullmatch(text)
    if not match:
        raise ValueError(f"« {text} » is no column")
    return TableColumn(match[1], match[2] or "", match[3], match[4] or "")


class Source:
    """What a dump states, by what it is about; values are terms as N-Triples has them."""

    def __init__(
        self,
        stated: Mapping[str, Sequence[Stated]],
        prefixes: Mapping[str, str],
        addresses: Addresses,
    ) -> None:
        self.stated = stated
        self.prefixes = prefixes
        self.addresses = addresses
        self.labels: dict[str, dict[str, str]] = {}
        self.terms: dict[str, dict[str, str]] = {}
        names = {_LABEL: self.labels, _TERM: self.terms}
        # what has a property, and what is of a class
        self._having = defaultdict[str, list[str]](list)
        for iri, listed in stated.items():
            for predicate, term, _ in listed:
                kind = predicate + term if predicate == TYPE.value else predicate
                self._having[kind].append(iri)
                if predicate in names:
                    text, language, _ = value_of(term)
                    if language in RELEASED:
                        names[predicate].setdefault(iri, {})[language] = text

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
        members = set[str]()
        for name in definition.classes:
            kind = self.addresses.own(self.expand(name))
            members.update(self._having[f"{TYPE.value}<{kind}>"])
        if definition.having:
            members.intersection_update(self._having[self.expand(definition.having)])
        elif definition.pairs:
            members.update(self._having[self.expand(definition.pairs)])
        return sorted(members)

    def things(self, column: Field, rows: Sequence[Sequence[str]]) -> Iterator[FieldCells]:
        """A column of IRIs, and behind it one of labels for each language."""
        labels = self.labels
        named_by = "skos:prefLabel"
        if column.property == _CLASS:
            labels = self.terms
            named_by = "rdfs:label"
        columns = [(column, rows)]
        for tag in RELEASED:
            label = Field(f"{column.name}_label_{tag}", named_by, language=tag, about=column.name)
            names = []
            for row in rows:
                names.append([labels.get(iri, {}).get(tag, "") for iri in row])
            columns.append((label, names))
        return _joined(*columns)


def _joined(*columns: tuple[Field, Sequence[Sequence[str]]]) -> Iterator[FieldCells]:
    """Columns as texts; several values of a cell stand behind each other, in all these columns alike."""
    mark = ""
    if any(len(row) > 1 for row in columns[0][1]):
        mark = _separator(columns)
    for column, rows in columns:
        yield replace(column, separator=mark), [mark.join(row) if any(row) else "" for row in rows]


def _separator(columns: Sequence[tuple[Field, Sequence[Sequence[str]]]]) -> str:
    """The first separator that stands in none of the values."""
    texts = set[str]()
    for _, rows in columns:
        texts.update(*rows)
    return next(mark for mark in SEPARATORS if not any(mark in text for text in texts))


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
    keys = {}
    for definition in table_definitions():
        if not definition.pairs and definition.name not in PACKED[TABLES]:
            keys[definition.name] = set(source.members(definition))
    described: list[dict[str, object]] = []
    for table in _release_tables(edition.graph, source):
        schema = _schema(source, table)
        metadata, files = table.written(edition, TABLES, schema)
        yield from files
        if table.name not in PACKED[TABLES]:
            references = _references(table, keys)
            if references:
                schema = {**schema, "foreignKeys": references}
            described.append({**metadata, "tableSchema": schema})
    yield GROUP, as_json({"@context": CONTEXT, "tables": described})


def _release_tables(graph: Graph, source: Source) -> Iterator[ReleaseTable]:
    for definition in table_definitions():
        yield read_table(source, definition)
    yield weights_table(graph, source)
    yield figures_table(graph)


def _schema(source: Source, table: ReleaseTable) -> dict[str, object]:
    schema: dict[str, object] = {}
    if table.things:
        schema["aboutUrl"] = f"{{+{table.key[0]}}}"
    schema["primaryKey"] = list(table.key) if len(table.key) > 1 else table.key[0]
    schema["columns"] = [_described(source, table, column) for column in table.fields]
    return schema


def _references(table: ReleaseTable, keys: Mapping[str, set[str]]) -> list[dict[str, object]]:
    """The columns that refer to a table of ``keys``: a foreign key in CSVW has no empty cell, so every row has to."""
    references: list[dict[str, object]] = []
    for place, column in enumerate(table.fields):
        if column.separator or column.refers not in keys:
            continue
        if all(row[place] in keys[column.refers] for row in table.rows):
            target = {"resource": f"{column.refers}.csv", "columnReference": "iri"}
            references.append({"columnReference": column.name, "reference": target})
    return references


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
    above = [weights.texts[place] if place >= 0 else "" for place in weights.above.tolist()]
    cells: list[FieldCells] = []
    for name, iris in (("iri", weights.texts), ("above", above)):
        things = [[source.addresses.own(iri)] for iri in iris]
        cells += source.things(Field(name, is_iri=True), things)
    general = [str(flag).lower() for flag in weights.general.tolist()]
    cells += [
        (Field("plans", datatype="integer"), list(map(str, weights.d.tolist()))),
        (Field("plans_with_texts", datatype="integer"), [str(weights.n)] * len(weights.texts)),
        (Field("information_content", datatype="decimal"), list(map(_number, weights.ic.tolist()))),
        (Field("gain", datatype="decimal"), list(map(_number, weights.gain.tolist()))),
        (Field("is_general", datatype="boolean"), general),
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
    rows = []
    for measured in graph.figures():
        figure = measured.figure
        names = [figure.name(graph.asked_by).say(tag) for tag in RELEASED]
        for level, values in zip(evidence.FIGURED, measured.nested, strict=True):
            among = figure.population(graph.known(level))
            population = "" if among is None else str(among)
            for part in _figure_parts(figure, values):
                rows.append(
                    (
                        figure.id,
                        level.key,
                        part.name,
                        *names,
                        figure.unit.value,
                        part.value,
                        part.upper,
                        population,
                    )
                )
    values_of = list(zip(*rows, strict=True)) or [()] * len(columns)
    cells = list(zip(columns, values_of, strict=True))
    key = ("figure", "evidence_level", "part")
    title = RELEASE.text(f"table.{FIGURES}")
    return ReleaseTable(FIGURES, title, cells, least=len(columns), key=key, things=())


class _FigurePart(NamedTuple):
    """A part of a figure with its number, or the whole with both ends of its interval."""

    name: str
    value: str
    upper: str = ""


def _figure_parts(figure: figures.Figure, values: Sequence[float | None]) -> Iterator[_FigurePart]:
    numbers = ["" if value is None else _number(value) for value in values]
    if figure.parts:
        for key, number in zip(figure.parts, numbers, strict=False):
            yield _FigurePart(key.rpartition(".")[2], number)
    elif figure.unit is figures.Unit.COUNT:
        yield _FigurePart(WHOLE, numbers[0])
    else:
        yield _FigurePart(WHOLE, numbers[0], numbers[1])


def _number(value: float) -> str:
    """A number to six decimals, without needless zeros.

    >>> _number(1.25), _number(2.0)
    ('1.25', '2')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")


def weigh_links(graph: Graph) -> None:
    """Add the weight of each link to the graph, as statements of their own graph."""
    triples = []
    for link, start, end, level in graph.read(program_query("publish/shared-links")):
        measured = graph.known(level.rpartition("/")[2])
        if None in map(measured.tables.works.plan, (start, end)):
            continue
        weight = measured.weight(start, end)
        triples += [
            ox.Triple(node(link), node(PAN + "weight"), _decimal(weight.low)),
            ox.Triple(node(link), node(PAN + "weightHigh"), _decimal(weight.high)),
            ox.Triple(node(link), node(PAN + "weightBroad"), _decimal(weight.broad)),
        ]
    if triples:
        graph.held.add(LINK_WEIGHTS, triples)


def _decimal(bits: float) -> ox.Literal:
    # as Turtle writes decimals, with a digit after the point
    text = _number(bits) if bits % 1 else f"{bits:.1f}"
    return ox.Literal(text, datatype=node(f"{XSD}decimal"))


def read_weights(path: Path) -> texts.Earlier:
    """The weights an earlier release published, from its folder or from the file of them.

    Raises:
        ProjectError: there is no such file, or a line of it is no weight.
    """
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
    """The weights a release published; None where it published none."""
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
            values[predicate][value_of(term)[0]] = None
        return {name: [*texts] for name, texts in values.items()}

    def objects(self, iri: str, name: str) -> list[str]:
        """What a thing has of a property, in the order of the dump."""
        return self._values(iri).get(name, [])

    def some(self, iri: str, name: str) -> list[str]:
        """The same, or one empty text: where nothing is known, a row says so."""
        return self.objects(iri, name) or [""]

    def value(self, iri: str, name: str) -> str:
        """The first of what a thing has of a property, empty without any."""
        return next(iter(self.objects(iri, name)), "")

    def pointing(self, name: str, *iris: str) -> list[str]:
        """What points to one of these by a property, by IRI."""
        things = set[str]()
        for iri in iris:
            things.update(self._pointing[name, f"<{iri}>"])
        return sorted(things - self.described.retired)

    def of_class(self, *kinds: str) -> list[str]:
        """The things of some classes."""
        return self.pointing(TYPE.value, *map(self.described.own, kinds))

    def grounds(self, iri: str) -> list[Row]:
        """The passages that prove a statement: the words quoted, and their document; else its source without words."""
        quoted = list[Row]()
        for passage in self.objects(iri, PAN + "evidence"):
            document = self.value(passage, PAN + "inDocument")
            quoted += [(quote, document) for quote in self.objects(passage, PAN + "quote")]
        return quoted or [("", self.value(iri, DCTERMS + "source"))]

    def actions(self) -> Iterator[Row]:
        """An action with each body in it and each text it uses, and the words that prove it."""
        for action in self.of_class(PAN + "Action"):
            plan = self.value(action, PAN + "inPlan")
            if not plan:
                continue  # a recommendation of a review
            number = self.value(action, SKOS + "notation")
            aspects = [*self._involvements(action), *self._uses(action)]
            for aspect in aspects or [("",) * 6]:
                yield action, number, plan, *aspect

    def _involvements(self, action: str) -> Iterator[Row]:
        for involvement in self.pointing(PAN + "involvedIn", action):
            certainty = self.value(involvement, PAN + "certainty")
            bodies = self.objects(involvement, PAN + "involves")
            roles = self.some(involvement, PAN + "role")
            for body, role, ground in product(bodies, roles, self.grounds(involvement)):
                yield PAN + "Involvement", body, role, *ground, certainty

    def _uses(self, action: str) -> Iterator[Row]:
        for link in self.pointing(PAN + "from", action):
            is_use = self.value(link, PAN + "linkType").endswith("/uses-instrument")
            if is_use and self._is_accepted(link):
                relation = self.value(link, PAN + "relation")
                certainty = self.value(link, PAN + "certainty")
                for text, ground in product(self.objects(link, PAN + "to"), self.grounds(link)):
                    yield PAN + "Instrument", text, relation, *ground, certainty

    def _is_accepted(self, link: str) -> bool:
        return self.value(link, PAN + "status").endswith(_ACCEPTED)

    def links(self) -> Iterator[Row]:
        """A link with each passage that proves it, and each text both ends share."""
        for link in self.of_class(PAN + "Link"):
            if not self._is_accepted(link):
                continue
            kind = self.value(link, PAN + "linkType")
            relation = self.value(link, PAN + "relation")
            level = self.value(link, PAN + "evidenceLevel")
            certainty = self.value(link, PAN + "certainty")
            shared = self.some(link, PAN + "via")
            for ends, via, ground in product(self._ends(link), shared, self.grounds(link)):
                plans = [self.value(end, PAN + "inPlan") for end in ends]
                yield link, kind, *ends, *plans, relation, via, level, *ground, certainty

    def _ends(self, link: str) -> list[Row]:
        """Both ends of a link without direction, or each pair of what it leads from and to."""
        between = sorted(self.objects(link, PAN + "between"))
        if len(between) == 2:
            return [tuple(between)]
        starts = self.objects(link, PAN + "from")
        return list(product(starts, self.objects(link, PAN + "to")))

    def bodies(self) -> Iterator[Row]:
        """A body with the body it is part of and the one before it, and in how many actions and plans it is."""
        for body in self.of_class(*_BODIES):
            works = set[str]()
            for involvement in self.pointing(PAN + "involves", body):
                works.update(self.objects(involvement, PAN + "involvedIn"))
            plans = set[str]()
            actions = 0
            for work in works:
                plan = self.value(work, PAN + "inPlan")
                plans.add(plan or work)
                actions += bool(plan)
            kinds = self.some(body, DCTERMS + "type")
            above = self.some(body, "http://www.w3.org/ns/org#subOrganizationOf")
            before = self.some(body, PAN + "precededBy")
            for names in product(kinds, above, before):
                yield body, *names, str(actions), str(len(plans))

    def texts(self) -> Iterator[Row]:
        """A text with each duty under it, to whom, and the words that prove it."""
        for text in self.of_class(*_TEXTS):
            duties = list(self._duties(text)) or [("",) * 9]
            for kind, duty in product(self.some(text, DCTERMS + "type"), duties):
                yield text, kind, *duty

    def _duties(self, text: str) -> Iterator[Row]:
        for duty in self.pointing(PAN + "underInstrument", text):
            if PAN + "Obligation" not in self.objects(duty, TYPE.value):
                continue
            provision = self.value(duty, PAN + "underProvision")
            kind = self.value(duty, PAN + "obligationKind")
            force = self.value(duty, PAN + "force")
            due = (self.value(duty, PAN + "dueDate"), self.value(duty, PAN + "dueRule"))
            holders = self.some(duty, PAN + "addressee")
            for holder, ground in product(holders, self.grounds(duty)):
                yield duty, provision, kind, force, holder, *due, *ground


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
