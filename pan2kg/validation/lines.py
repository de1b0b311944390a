"""What the lines of files say that no shape sees: how statements are written, what stands in them, stored questions.

All of it is read off single lines, so that each fault has one, and a file that another one refers
to need not be there. What the rules say stands in the catalogues of messages, in the contexts « text » and
« style ».
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Place, QueryError, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.store import Store, queries
from pan2kg.turtle import RDF, ROOT, TurtleLine, blocks, writer
from pan2kg.turtle.blocks import LayoutFault, TurtleFile
from pan2kg.turtle.vocabulary import GRAPH, precedence
from pan2kg.turtle.writer import Prefixes
from pan2kg.validation.report import Finding, Kind, worded_rules

_SHAPES: Final = "ontology/shapes/"
"""Where no words are looked at, and numbers are read as they are written."""
_WORDS_UNITS: Final = {
    "text-syntax": "file",
    "text-link-key": "block",
    "text-date": "statement",
    "text-empty": "statement",
    "text-characters": "statement",
    "text-repeated": "statement",
    "text-language": "statement",
    "text-language-tag": "statement",
    "text-term": "statement",
}
"""What each rule of words looks at."""
TEXT_RULES: Final = worded_rules(
    Messages("text"), Kind.TEXT, _WORDS_UNITS, ("text-language", "text-repeated")
)
YEARS: Final = range(1700, 2101)
"""The years a fact can be of: from the first treaties in force to the farthest aim of a plan."""
_LITERAL = re.compile(
    r'"([^"\\]*(?:\\.[^"\\]*)*)"(?:@([A-Za-z0-9-]+)|\^\^xsd:(date|gYearMonth|gYear|dateTime))?',
    re.DOTALL,
)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?")
_ODD = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd\x00-\x08\x0b-\x1f\x7f-\x9f]"
    r"|\\u(?:00[aA][dD]|200[b-fB-F]|206\d|[fF][eE][fF][fF]|[fF]{3}[dD])"
    r"|&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[0-9a-fA-F]{2,4});"
    "|[\u00c3\u00c2][\u0080-\u00bf]|\u00e2\u20ac"
)
"""What the eye does not see, entities of HTML, and UTF-8 that was read as another encoding."""
_WORD = re.compile(r"[^\W\d_]+")
_TITLES: Final = frozenset(
    ("rdfs:label", "skos:prefLabel", "skos:altLabel", "skosxl:literalForm", "dcterms:title")
)
_NAMES: Final = ("body:", "document:", "group:")
"""What has a name of its own, which stays as it is in every language."""
_SPOKEN: Final = (_TITLES - {"rdfs:label"}) | {
    "skos:definition",
    "skos:scopeNote",
    "rdfs:comment",
    "dcterms:description",
    "pan:text",
}
"""What is said in a language; the labels of files are left out, which repeat the title of a text as it is."""
_FOREIGN: Final = 2
"""How many small words of another language, with none of its own, make a text one of that language."""
_QUOTED = re.compile('«[^»]*»|“[^”]*”|„[^“]*“|\\\\"[^"]*\\\\"')
"""What is quoted in a text may be in another language."""
_TAG = re.compile(
    r"([a-z]{2,3})(-[a-z]{4})?(-[a-z]{2}|-\d{3})?(-[a-z\d]{5,8})*(-[a-wyz]-[a-z\d-]+)?(-x-[a-z\d-]+)?"
)
_Said = tuple[str, str, str]
"""A fault of what a statement says: the key of its rule, the words it is about, and better ones where known."""


def looked_at(files: Sequence[TurtleFile], kind: Kind) -> dict[str, int]:
    """How many files, blocks or statements each rule of words, or of style, looks at in these files."""
    is_text = kind is Kind.TEXT
    every = [
        block
        for file in files
        if not (is_text and file.name.startswith(_SHAPES))
        for block in file.blocks
    ]
    sizes = {
        "file": len(files),
        "block": len(every),
        "statement": sum(len(block.statements) for block in every),
    }
    return {key: sizes[unit] for key, unit in (_WORDS_UNITS if is_text else _STYLE_UNITS).items()}


def check_wording(files: Sequence[TurtleFile], prefixes: Prefixes) -> Iterator[Finding]:
    """The faults of words, dates, tags and terms in these files, and of the keys of links; shapes are left out."""
    files = [file for file in files if not file.name.startswith(_SHAPES)]
    for file in files:
        of_predicate: dict[str, tuple[_Said, ...]] = {
            "a": ()
        }  # few are written, and each many times
        for block in file.blocks:
            for statement in block.statements:
                predicate = statement.predicate
                value = statement.object
                if predicate not in of_predicate:
                    of_predicate[predicate] = _term(file.expand(predicate))
                faults: Iterable[_Said] = ()
                if value.startswith('"'):
                    faults = _of_literal(block.subject, predicate, value)
                elif predicate in ("a", "rdf:type"):
                    faults = _term(file.expand(value))
                for key, words, better in (*faults, *of_predicate[predicate]):
                    path = RDF + "type" if predicate == "a" else file.expand(predicate)
                    expected = Text.of(better) if better else Text()
                    place = Place(file.name, statement.line)
                    focus = file.expand(block.subject)
                    quoted = writer.string(words)
                    yield Finding(TEXT_RULES[key], focus, path, quoted, place, expected=expected)
    for file, block, link, right in blocks.misnamed(files):
        place = Place(file.name, block.line)
        expected = Text.of(writer.iri(right, prefixes))
        yield Finding(TEXT_RULES["text-link-key"], link, place=place, expected=expected)


def not_turtle(errors: Sequence[TurtleError]) -> Iterator[Finding]:
    """A finding for each file that is no Turtle, at the line and column where reading it ended."""
    for error in errors:
        place = error.place or Place("")
        name = GRAPH + place.file.removeprefix("graph/").removesuffix(".ttl")
        value = writer.string(str(error.message.values.get("value", error.message)))
        at = (place.line, place.column)
        yield Finding(TEXT_RULES["text-syntax"], name, value=value, place=Place(place.file, *at))


def _of_literal(subject: str, predicate: str, written: str) -> Iterator[_Said]:
    literal = _LITERAL.fullmatch(written)
    if not literal:
        return
    value, tag, datatype = literal.groups(default="")
    if datatype:
        if not is_date(value, datatype):
            yield "text-date", value, ""
        return
    if not value.strip():
        yield "text-empty", value, ""
    odd = _ODD.search(value)
    if odd:
        is_single = len(odd[0]) == 1
        yield "text-characters", f"U+{ord(odd[0]):04X}" if is_single else odd[0], ""
    if predicate in _TITLES and _is_doubled(value):
        yield "text-repeated", value, ""
    if not tag:
        return
    if not is_language(tag):
        near = next((name for name in LANGUAGES if tag.lower().startswith(name)), "")
        yield "text-language-tag", tag, near
    if predicate in _SPOKEN and not subject.startswith(_NAMES):
        language = language_of(value, tag)
        if language:
            yield "text-language", value, language


def _is_doubled(title: str) -> bool:
    """Whether a title is the same two words or more, twice."""
    words = _WORD.findall(title)
    half, rest = divmod(len(words), 2)
    return half > 1 and not rest and words[:half] == words[half:]


def is_date(value: str, datatype: str) -> bool:
    """Whether a date exists and is of a year a fact can be of; ``datatype`` is the local name of XML Schema’s.

    >>> is_date("2024-02-29", "date"), is_date("2023-02-29", "date"), is_date("201", "gYear")
    (True, False, False)
    """
    with suppress(ValueError):
        if datatype == "dateTime":
            return datetime.fromisoformat(value).year in YEARS
        day = _DAY.fullmatch(value + {"gYearMonth": "-01", "gYear": "-01-01"}.get(datatype, ""))
        return day is not None and date.fromisoformat(day[1]).year in YEARS
    return False


@cache
def is_language(tag: str) -> bool:
    """Whether a tag is well formed and begins with the code of a language, the shortest there is (BCP 47).

    >>> is_language("fr"), is_language("de-LU"), is_language("gsw"), is_language("eng"), is_language("xx")
    (True, True, True, False, False)
    """
    match = _TAG.fullmatch(tag.lower())
    codes = _tables()["codes"]
    if not match:
        return False
    return match[1] in codes["short"] if len(match[1]) == 2 else match[1] not in codes["long"]


def language_of(value: str, tag: str) -> str:
    """Another language a text is plainly in than its tag says; empty where it may well be in that one.

    >>> language_of("The plan of the government", "fr"), language_of("Le plan du gouvernement", "fr")
    ('en', '')
    """
    small = _tables()["small-words"]
    words = [word.lower() for word in _WORD.findall(_QUOTED.sub("", value))]
    if tag not in small or not small[tag].isdisjoint(words):
        return ""
    counts = (
        (sum(word in small[language] for word in words), language)
        for language in small
        if language != tag
    )
    number, name = max(counts)
    return name if number >= _FOREIGN else ""


@cache
def _tables() -> Mapping[str, Mapping[str, frozenset[str]]]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    vocabularies = tables.pop("vocabulary").values()
    tables["vocabulary"] = {vocabulary["space"]: vocabulary["terms"] for vocabulary in vocabularies}
    return {
        name: {key: frozenset(words.split()) for key, words in table.items()}
        for name, table in tables.items()
    }


@cache
def _term(name: str) -> tuple[_Said, ...]:
    cut = max(name.rfind("#"), name.rfind("/")) + 1
    terms = _tables()["vocabulary"].get(name[:cut])
    if terms is None or name[cut:] in terms or re.fullmatch(r"_\d+", name[cut:]):
        return ()
    return (
        (
            "text-term",
            name,
            "".join(f"{name[:cut]}{near}" for near in get_close_matches(name[cut:], terms, n=1)),
        ),
    )


# The house style

_STYLE_UNITS: Final = {
    "style-prefix-first": "file",
    "style-prefix-order": "file",
    "style-prefix-unused": "file",
    "style-prefix-spelling": "file",
    "style-margin": "block",
    "style-type-first": "block",
    "style-one-block": "block",
    "style-blank-line": "block",
    "style-indent": "statement",
    "style-one-statement": "statement",
    "style-comma": "statement",
    "style-spacing": "statement",
    "style-blank-node": "statement",
    "style-list": "statement",
    "style-long-string": "statement",
    "style-comment": "file",
    "style-order": "block",
    "style-language": "statement",
    "style-date": "statement",
    "style-canonical": "statement",
    "style-line-end": "file",
    "style-byte-order-mark": "file",
    "style-final-newline": "file",
    "style-trailing-space": "file",
    "style-tab": "file",
}
"""What each rule of style looks at."""
_LABELS: Final = frozenset(("rdfs:label", "skos:prefLabel", "skos:altLabel", "pan:shortName"))
_TEXTS: Final = _LABELS | {
    "dcterms:description", "dcterms:title", "pan:advice", "pan:quote", "pan:rationale", "pan:roleAsStated", "pan:text",
    "rdfs:comment", "skos:definition", "skos:editorialNote", "skos:note", "skos:scopeNote", "skosxl:literalForm",
}  # fmt: skip
_LAST: Final = frozenset(("dcterms:source", "pan:certainty", "pan:evidence", "skos:editorialNote"))
_KEYS: Final = ("skos:notation", "dcterms:identifier")
_ORDER: Final = (
    {"a": 0} | dict.fromkeys(_KEYS, 1) | dict.fromkeys(_LABELS, 2) | dict.fromkeys(_LAST, 4)
)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_NAME: Final = frozenset('"+-0123456789')
_PREFIX_USED = re.compile(r"^([\w-]*):|\^\^([\w-]*):|(?<=[\s(\[^])([\w-]*):")
_BARE_DATE = re.compile(r'"\d{4}-\d{2}-\d{2}"')
_TYPED = re.compile(r'"([^"]*)"\^\^xsd:(integer|decimal|boolean|dateTime)')
_CANONICAL: Final = {
    "integer": re.compile(r"(?!)"),
    "boolean": re.compile(r"(?!)"),
    "decimal": re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?"),
    "dateTime": re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?(Z|[+-](?!00:00)\d\d:\d\d)?"
    ),
}
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?|true|false")
STYLE_RULES: Final = worded_rules(Messages("style"), Kind.STYLE, _STYLE_UNITS, ("style-order",))


def check_style(
    files: Sequence[TurtleFile], prefixes: Prefixes, *, among: Sequence[TurtleFile] = ()
) -> Iterator[Finding]:
    """The departures of these files from the house style.

    ``among`` are the files in which a thing may be described twice, where they are more than these.
    """
    faults = [
        (file, fault)
        for file in files
        for fault in (*file.faults, *_prefix_faults(file, prefixes), *_statement_faults(file))
    ]
    names = {file.name for file in files}
    for occurrences in blocks.index_blocks(list(among or files)).values():
        main, block_of_main = occurrences[0]
        for index, (file, block) in enumerate(occurrences):
            (only_adds, is_outside), (_, main_outside) = map(precedence, (file.name, main.name))
            adds = only_adds or (is_outside and not main_outside)
            additional = (
                index > 0
                and adds
                and all(file is not earlier for earlier, _ in occurrences[:index])
            )
            if additional or file.name not in names:
                continue
            if index:
                where = f"{main.name}:{block_of_main.line}"
                faults.append(
                    (file, LayoutFault("style-one-block", block.line, where, block.subject))
                )
            predicate = block.statements[0].predicate if block.statements else "a"
            if predicate not in ("a", "rdf:type"):
                faults.append(
                    (file, LayoutFault("style-type-first", block.line, predicate, block.subject))
                )
    for file, fault in faults:
        focus = (
            file.expand(fault.subject)
            if fault.subject
            else GRAPH + file.name.removeprefix("graph/")[:-4]
        )
        value = writer.string(fault.value) if fault.value else ""
        yield Finding(
            STYLE_RULES[fault.rule], focus, value=value, place=Place(file.name, fault.line)
        )


def _prefix_faults(file: TurtleFile, house_prefixes: Prefixes) -> Iterator[LayoutFault]:
    for (before, _), (name, line) in pairwise(file.prefix_lines):
        if name <= before:
            yield LayoutFault("style-prefix-order", line, name)
    used = set[str]()
    unseen = [f"{name}:" for name in {name for name, _ in file.prefix_lines}]
    for block in file.blocks:
        words = [block.subject]
        for statement in block.statements:
            words += (statement.predicate, statement.object)
        for word in words:
            # asked of every word up to the last prefix: whether one that was not found may be there
            # costs little
            if [mark for mark in unseen if mark in word]:
                used.update(
                    a or b or c for a, b, c in _PREFIX_USED.findall(_STRING.sub('""', word))
                )
                unseen = [mark for mark in unseen if mark[:-1] not in used]
        if not unseen:
            break
    for name, line in file.prefix_lines:
        if name not in used:
            yield LayoutFault("style-prefix-unused", line, name)
        if house_prefixes.get(name) != file.prefixes[name]:
            yield LayoutFault("style-prefix-spelling", line, name)


def _statement_faults(file: TurtleFile) -> Iterator[LayoutFault]:
    is_rewritten = not file.name.startswith(_SHAPES)
    for block in file.blocks:
        highest = 0
        for statement in block.statements:
            rank = _ORDER.get(statement.predicate, 3)
            if rank < highest and statement.predicate in _ORDER:
                yield LayoutFault("style-order", statement.line, statement.predicate, block.subject)
            highest = max(highest, rank)
        for statement in block.statements:
            # most objects are names, which break no rule by the way they are written
            if statement.object[0] in _NO_NAME:
                for rule in _value_faults(statement, is_rewritten=is_rewritten):
                    yield LayoutFault(rule, statement.line, statement.object, block.subject)


def _value_faults(statement: TurtleLine, *, is_rewritten: bool) -> Iterator[str]:
    """The rules that a text, a date or a number breaks by the way it is written."""
    value = statement.object
    if not value.startswith('"'):
        is_canonical = bool(_PLAIN_NUMBER.fullmatch(value))
    else:
        if statement.predicate in _TEXTS and value.endswith('"'):
            yield "style-language"
        if _BARE_DATE.fullmatch(value):
            yield "style-date"
        typed = _TYPED.fullmatch(value)
        is_canonical = not typed or bool(_CANONICAL[typed[2]].fullmatch(typed[1]))
    if is_rewritten and not is_canonical:
        yield "style-canonical"


# Stored questions

_REQUIRED: Final = ("question", "summary")
_SAID: Final = ("question", "summary", "message", "remedy")
_OTHERS: Final = frozenset(("tags", "view", "links", "needs", "version"))
_QUALITY: Final = frozenset(("severity", "looks_at", "message", "remedy", "use", "value"))
"""What only the header of a quality query says."""
_UNLABELLED: Final = frozenset(("read_at", "link"))
"""Columns of addresses that are to be read as such."""
_FAULTY: Final = ("question-sparql", "question-field", "question-key")
_INCOMPLETE: Final = (
    "question-language",
    "question-explanation",
    "question-kind",
    "question-order",
    "question-label",
)
QUESTION_RULES: Final = worded_rules(
    Messages("style"), Kind.STYLE, _FAULTY + _INCOMPLETE, _INCOMPLETE
)
_LINE: Final = re.compile(r"#\+ ([a-z_0-9]+):(?: (.*))?")
_TAIL: Final = re.compile(r"\n[ \t]*ORDER BY[^{}]*$", re.IGNORECASE)
_ROWS: Final = 200
"""How many rows of a question are looked at: putting thousands in order takes most of the time of some."""


def is_shipped(path: Path, name: str) -> bool:
    """Whether a file is one of pan2kg’s own, or a copy of one that was not changed."""
    original = Project.packaged().root / name
    return original == path or (original.is_file() and read_text(original) == read_text(path))


def check_questions(
    project: Project, derived: Callable[[], Store]
) -> tuple[list[Finding], dict[str, int]]:
    """The faults of the stored questions of a project, and how many each rule looked at.

    Headers are read of all; a project's own are asked of the store that ``derived`` gives, and
    pan2kg's own only where it is the project.
    """
    stored = sorted(queries.read_queries(project).values(), key=lambda query: query.file)
    is_own = project.root == Project.packaged().root
    own_queries = {
        query.file
        for query in stored
        if query.group != "quality"
        and (is_own or not is_shipped(project.root / query.file, query.file))
    }
    store = derived() if own_queries else None
    matches = (re.fullmatch("question_([a-z]{2})", key) for query in stored for key in query.header)
    languages = sorted({match[1] for match in matches if match})
    findings = []
    for query in stored:
        faults = [*_header_faults(query, languages)]
        if store is not None and query.file in own_queries:
            faults += _text_faults(query, store)
        for rule, line, words in faults:
            value = writer.string(words) if words else ""
            place = Place(query.file, line)
            findings.append(
                Finding(QUESTION_RULES[rule], f"{ROOT}query/{query.name}", value=value, place=place)
            )
    return findings, dict.fromkeys(QUESTION_RULES, len(stored))


def _header_faults(
    query: queries.Query, languages: Sequence[str]
) -> Iterator[tuple[str, int, str]]:
    lines = _header_lines(query.text)
    is_quality = query.group == "quality"
    if not is_quality:
        for key in _REQUIRED:
            if not query.header.get(key):
                yield "question-field", lines.get(key, 1), key
    keys = {*_REQUIRED, *_OTHERS, *(_QUALITY if is_quality else ())}
    yield from _unknown_keys(query, lines, keys)
    spoken = {key: lines[key] for key in _SAID if query.header.get(key)}
    places = _parameter_lines(query)
    places.pop("parameter_language", None)
    for base, line in (spoken | places).items():
        for language in languages:
            if not query.header.get(f"{base}_{language}"):
                yield "question-language", line, f"{base}_{language}"
    yield from _parameter_faults(query)


def _header_lines(text: str) -> dict[str, int]:
    """The lines of a header by their keys; one that has none is its own."""
    numbers = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#+"):
            match = _LINE.fullmatch(line)
            numbers[match[1] if match else line] = number
    return numbers


def _parameter_lines(query: queries.Query) -> dict[str, int]:
    """The line each parameter of a question is bound at, by the key of its explanation."""
    return {
        f"parameter_{parameter.name}": _line_of(
            query.text, rf"AS \?{parameter.name}\)\s*# parameter: "
        )
        for parameter in query.parameters
    }


def _unknown_keys(
    query: queries.Query, lines: Mapping[str, int], keys: Collection[str]
) -> Iterator[tuple[str, int, str]]:
    parameters = [f"parameter_{parameter.name}" for parameter in query.parameters]
    known = {*keys, *(f"{base}_kind" for base in parameters)}
    spoken = [*(key for key in _SAID if key in keys), *parameters]
    in_language = re.compile(rf"(?:{'|'.join(spoken)})_[a-z]{{2}}")
    for key, line in lines.items():
        if key not in known and not in_language.fullmatch(key):
            yield "question-key", line, key


def _parameter_faults(query: queries.Query) -> Iterator[tuple[str, int, str]]:
    places = _parameter_lines(query)
    for parameter in query.parameters:
        line = places[f"parameter_{parameter.name}"]
        kinds = parameter.kinds
        if not parameter.meaning:
            yield "question-explanation", line, parameter.name
        are_things = set(kinds) <= queries.KINDS.keys()
        is_plain = len(kinds) == 1 and kinds[0] in queries.PLAIN
        if not kinds or not (are_things or is_plain):
            yield "question-kind", line, parameter.name


def _line_of(text: str, pattern: str) -> int:
    match = re.search(pattern, text)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _text_faults(query: queries.Query, store: Store) -> Iterator[tuple[str, int, str]]:
    try:
        result = store.query(_TAIL.sub(f"\nLIMIT {_ROWS}\n", query.text))
        unlabelled: list[str] = []
        bare = set[str]()
        if isinstance(result, ox.QuerySolutions):
            names = [variable.value for variable in result.variables]
            unlabelled = [
                name for name in names if f"{name}_label" not in names and name not in _UNLABELLED
            ]
            for row in result:
                bare.update(name for name in unlabelled if isinstance(row[name], ox.NamedNode))
    except QueryError as error:
        yield (
            "question-sparql",
            (error.place.line if error.place else None) or 1,
            error.message.say(SOURCE_LANGUAGE),
        )
        return
    select_line = _line_of(query.text, r"(?mi)^[ \t]*SELECT\b")
    words = [token.text.upper() for token in writer.tokens(query.text) if token.kind == "word"]
    if isinstance(result, ox.QuerySolutions) and ("ORDER", "BY") not in pairwise(words):
        yield "question-order", select_line, ""
    for name in unlabelled:
        if name in bare:
            yield "question-label", select_line, name
