"""The tables of a release for programs (``tables/``): a thing a row, joined by their keys, with metadata (CSVW).

Read back as CSV on the Web they give the statements of the graph. Two of them are computed: how much
each text weighs, and the register of figures. Their numbers are no statements of the graph.
"""

from collections.abc import Iterator, Mapping, Sequence

from pan2kg.graph.graph import Graph
from pan2kg.i18n import Messages
from pan2kg.publish.csv_tables import CONTEXT, GROUP, PACKED, TABLES, Field, ReleaseTable
from pan2kg.publish.edition import Edition, File, as_json
from pan2kg.publish.figures_table import figures_table
from pan2kg.publish.ntriples import Stated
from pan2kg.publish.thing_tables import Source, read_table, table_definitions
from pan2kg.publish.vocabulary import RELEASE, RELEASED
from pan2kg.publish.weights import weights_table
from pan2kg.turtle import RDFS, read_prefixes

_PROPERTY = Messages("property")
_MOMENT = {
    "base": "string",
    "format": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
    "dc:description": "xsd:gYear, xsd:gYearMonth or xsd:date, as its form tells",
}
"""A day, a month or a year: CSVW knows no type for a column that holds either, so that the form has to tell."""


def table_files(edition: Edition, stated: Mapping[str, Sequence[Stated]]) -> Iterator[File]:
    """The tables for programs with their metadata (CSVW); no more than one is held at a time.

    Programs that read the tables together unpack none: the metadata of the group is of those alone
    that are not packed.
    """
    source = Source(stated, read_prefixes(edition.project), edition.issue.addresses)
    keys = {}
    for definition in table_definitions():
        if not definition.pairs and definition.name not in PACKED[TABLES]:
            keys[definition.name] = set(source.members(definition))
    group = []
    for table in _release_tables(edition.graph, source):
        schema = _schema(source, table)
        metadata = table.metadata(edition, TABLES, schema)
        yield from table.files(TABLES, metadata)
        if table.name in PACKED[TABLES]:
            continue
        if references := _references(table, keys):
            schema = {**schema, "foreignKeys": references}
        group.append({**metadata, "tableSchema": schema})
    yield GROUP, as_json({"@context": CONTEXT, "tables": group})


def _release_tables(graph: Graph, source: Source) -> Iterator[ReleaseTable]:
    for definition in table_definitions():
        yield read_table(source, definition)
    yield weights_table(graph, source)
    yield figures_table(graph)


def _schema(source: Source, table: ReleaseTable) -> dict[str, object]:
    schema: dict[str, object] = {}
    if table.subject:
        schema["aboutUrl"] = f"{{+{table.subject}}}"
    schema["primaryKey"] = list(table.key) if len(table.key) > 1 else table.key[0]
    schema["columns"] = [_column_metadata(source, table, column) for column in table.fields]
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


def _column_metadata(source: Source, table: ReleaseTable, column: Field) -> dict[str, object]:
    """A column as CSVW describes it (W3C, Metadata Vocabulary for Tabular Data, 5.6)."""
    titles = {tag: _column_title(source, column, tag) for tag in RELEASED}
    metadata: dict[str, object] = {"name": column.name, "titles": {**titles, "und": column.name}}
    if column.about and column.separator:
        # a list of labels names no one thing: the reader pairs it with the list beside it
        metadata["datatype"] = "string"
        metadata["lang"] = column.language
        metadata["separator"] = column.separator
        metadata["suppressOutput"] = True
        return metadata
    is_subject_of_pair = bool(table.target) and column.name == table.subject
    is_statement = bool(column.property) and not is_subject_of_pair
    if is_statement:
        metadata["propertyUrl"] = source.addresses.own(source.expand(column.property))
    if column.about:
        metadata["aboutUrl"] = f"{{+{column.about}}}"
    if column.is_iri and is_statement and not column.separator:
        metadata["valueUrl"] = f"{{+{column.name}}}"
    metadata |= _type_metadata(column)
    if column.name in table.key:
        metadata["required"] = True
    if not is_statement:
        metadata["suppressOutput"] = True
    return metadata


def _type_metadata(column: Field) -> dict[str, object]:
    """What the values of a column are, and what stands between several."""
    metadata: dict[str, object] = {"datatype": column.datatype}
    if column.is_iri:
        metadata["datatype"] = "anyURI"
    elif column.language:
        metadata["datatype"] = "string"
        metadata["lang"] = column.language
    elif column.datatype == "moment":
        metadata["datatype"] = _MOMENT
    if column.separator:
        metadata["separator"] = column.separator
        if column.is_iri:
            metadata["dc:type"] = {"@id": RDFS + "Resource"}
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
