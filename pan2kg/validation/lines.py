"""What the lines of files say that no shape sees: days no calendar has, words of another language, terms spelt wrongly.

The house style is about how a statement is written, this is about what stands in it.
All of it is read off single lines, so that each fault has one, and a file that another one refers to need not be there.
What the rules say stands in the catalogues of messages, in the context « text ».
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
from pan2kg.store.queries import KINDS, PLAIN, Parameter, Query, read_queries
from pan2kg.store.store import Result, Store
from pan2kg.turtle.blocks import (
    LayoutFault as Fault,
)
from pan2kg.turtle.blocks import (
    SourceBlock as Block,
)
from pan2kg.turtle.blocks import (
    TurtleFile,
    index_blocks,
    misnamed,
)
from pan2kg.turtle.blocks import (
    WrittenStatement as Written,
)
from pan2kg.turtle.vocabulary import GRAPH, RDF, ROOT
from pan2kg.turtle.writer import iri, string, tokens
from pan2kg.validation.report import Finding, Kind, Rule, worded_rules

_TEXT: Final = Messages("text")
_LOOKS_AT: Final = {
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
"""The rules, and what each looks at."""
_DOUBTED: Final = frozenset(("text-language", "text-repeated"))
"""The rules that see how a text looks, and may be mistaken."""
YEARS: Final = range(1700, 2101)
"""The years a fact can be of: from the first treaties in force to the farthest aim of a plan."""
_LITERAL = re.compile(
    r'"([^"\\]*(?:\\.[^"\\]*)*)"(?:@([A-Za-z0-9-]+)|\^\^xsd:(date|gYearMonth|gYear|dateTime))?', re.DOTALL
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
_TITLES: Final = frozenset(("rdfs:label", "skos:prefLabel", "skos:altLabel", "skosxl:literalForm", "dcterms:title"))
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
_TAG = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-[a-z]{2}|-\d{3})?(-[a-z\d]{5,8})*(-[a-wyz]-[a-z\d-]+)?(-x-[a-z\d-]+)?")


def text_rules() -> dict[str, Rule]:
    """The rules by their keys.

    >>> text_rules()["text-date"].severity
    <Severity.VIOLATION: 'violation'>
    """
    return worded_rules(_TEXT, Kind.TEXT, _LOOKS_AT, _DOUBTED)


def looked_at(files: Sequence[TurtleFile]) -> dict[str, int]:
    blocks = [block for file in files if _is_read(file) for block in file.blocks]
    sizes = {
        "file": len(files),
        "block": len(blocks),
        "statement": sum(len(block.statements) for block in blocks),
    }
    return {key: sizes[unit] for key, unit in _LOOKS_AT.items()}


def check_wording(files: Sequence[TurtleFile], prefixes: Mapping[str, str]) -> Iterator[Finding]:
    """Every fault in what the lines of these files say; ``prefixes`` is the house's list, for names in the report.

    >>> from pan2kg.turtle.blocks import read_turtle_file
    >>> text = '@prefix e: <http://e/> .\\n\\ne:a a e:B ;\\n    e:p "201"^^xsd:gYear .\\n'
    >>> file = read_turtle_file(text, "graph/x.ttl")
    >>> [(f.rule.key, f.value, str(f.place)) for f in check_wording([file], {"e": "http://e/"})]
    [('text-date', '"201"', 'graph/x.ttl:4')]
    """
    rules = text_rules()
    for file in filter(_is_read, files):
        of_predicate: dict[str, tuple[_Said, ...]] = {"a": ()}  # few are written, and each many times
        for block in file.blocks:
            for statement in block.statements:
                predicate = statement.predicate
                if predicate not in of_predicate:
                    of_predicate[predicate] = _term(file.expand(predicate))
                for key, value, better in (*_of_object(file, block, statement), *of_predicate[predicate]):
                    yield _finding(rules[key], file, block, statement, value, better)
    for link in misnamed(file for file in files if _is_read(file)):
        place, right = Place(link.file.name, link.block.line), iri(link.right, prefixes)
        yield Finding(rules["text-link-key"], link.iri, place=place, expected=_same(right))


def not_turtle(errors: Sequence[TurtleError]) -> Iterator[Finding]:
    rule = text_rules()["text-syntax"]
    for error in errors:
        place = error.place or Place("")
        name = GRAPH + place.file.removeprefix("graph/").removesuffix(".ttl")
        value = str(error.message.values.get("value", error.message)) if error.message.values else str(error.message)
        yield Finding(rule, name, value=string(value), place=Place(place.file, place.line, place.column))


def _is_read(file: TurtleFile) -> bool:
    return not file.name.startswith("ontology/shapes/")


def _same(words: str) -> Text:
    return Text.of(dict.fromkeys(LANGUAGES, words))


def _finding(rule: Rule, file: TurtleFile, block: Block, statement: Written, value: str, better: str) -> Finding:
    place, expected = Place(file.name, statement.line), _same(better) if better else Text()
    path = file.expand(statement.predicate) if statement.predicate != "a" else RDF + "type"
    return Finding(rule, file.expand(block.subject), path, string(value), place, expected=expected)


_Said = tuple[str, str, str]


def _of_object(file: TurtleFile, block: Block, statement: Written) -> Iterable[_Said]:
    value = statement.object
    if value.startswith('"'):
        return _of_literal(block, statement)
    return _term(file.expand(value)) if statement.predicate in ("a", "rdf:type") else ()


def _of_literal(block: Block, statement: Written) -> Iterator[_Said]:
    predicate = statement.predicate
    if literal := _LITERAL.fullmatch(statement.object):
        yield from _literal(predicate, literal[1], literal[2] or "", literal[3] or "")
        spoken = predicate in _SPOKEN and not block.subject.startswith(_NAMES) and literal[2]
        if spoken and (language := language_of(literal[1], spoken)):
            yield "text-language", literal[1], language


def _literal(predicate: str, value: str, tag: str, datatype: str) -> Iterator[_Said]:
    if datatype:
        if not is_date(value, datatype):
            yield "text-date", value, ""
        return
    if not value.strip():
        yield "text-empty", value, ""
    if odd := _ODD.search(value):
        yield "text-characters", f"U+{ord(odd[0]):04X}" if len(odd[0]) == 1 else odd[0], ""
    if predicate in _TITLES and _is_repeated(value):
        yield "text-repeated", value, ""
    if tag and not is_language(tag):
        yield "text-language-tag", tag, _better_tag(tag)


def is_date(value: str, datatype: str) -> bool:
    """Whether a text is a day, month, year or time that exists, in the years facts can be of.

    >>> is_date("2020-02-29", "date"), is_date("2021-02-29", "date"), is_date("201", "gYear"), is_date("2119", "gYear")
    (True, False, False, False)
    """
    with suppress(ValueError):
        if datatype == "dateTime":
            return datetime.fromisoformat(value).year in YEARS
        if datatype == "date":
            day = _DAY.fullmatch(value)
            return day is not None and date.fromisoformat(day[1]).year in YEARS
        month = f"{value}-01" if datatype == "gYearMonth" else f"{value}-01-01"
        return bool(_DAY.fullmatch(month)) and date.fromisoformat(month).year in YEARS
    return False


@cache
def is_language(tag: str) -> bool:
    """Whether a tag is well formed and begins with the code of a language, the shortest there is (BCP 47).

    >>> is_language("fr"), is_language("de-LU"), is_language("gsw"), is_language("eng"), is_language("xx")
    (True, True, True, False, False)
    """
    match = _TAG.fullmatch(tag.lower())
    if not match:
        return False
    short, long = (_listed("codes", length) for length in ("short", "long"))
    return match[1] in short if len(match[1]) == 2 else match[1] not in long


def _better_tag(tag: str) -> str:
    return next((language for language in LANGUAGES if tag.lower().startswith(language)), "")


def language_of(value: str, tag: str) -> str:
    """Another language a text is plainly in than its tag says; empty where it may well be in that one.

    >>> language_of("Raising awareness of the rights and duties", "fr"), language_of("Plan for the Land", "fr")
    ('en', 'en')
    >>> language_of("Le Monde", "en"), language_of("The plan “Pour la nature et les forêts” of 2020", "en")
    ('', '')
    """
    small = _small_words()
    words = [word.lower() for word in _WORD.findall(_QUOTED.sub("", value))]
    if tag not in small or not small[tag].isdisjoint(words):
        return ""
    number, name = max(
        (sum(word in small[language] for word in words), language) for language in small if language != tag
    )
    return name if number >= _FOREIGN else ""


@cache
def _small_words() -> Mapping[str, frozenset[str]]:
    return {name: _listed("small-words", name) for name in LANGUAGES}


def _is_repeated(value: str) -> bool:
    words = _WORD.findall(value)
    half = len(words) // 2
    return half > 1 and len(words) == 2 * half and words[:half] == words[half:]


@cache
def _tables() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@cache
def _listed(table: str, name: str) -> frozenset[str]:
    return frozenset(str(_tables()[table].get(name, "")).split())


@cache
def _vocabularies() -> Mapping[str, frozenset[str]]:
    listed = _tables()["vocabulary"].values()
    return {
        vocabulary["space"]: frozenset(vocabulary["terms"].split())
        for vocabulary in listed
        if isinstance(vocabulary, dict)
    }


@cache
def _term(name: str) -> tuple[_Said, ...]:
    cut = max(name.rfind("#"), name.rfind("/")) + 1
    terms = _vocabularies().get(name[:cut])
    if terms is None or name[cut:] in terms or re.fullmatch(r"_\d+", name[cut:]):
        return ()
    return (("text-term", name, "".join(f"{name[:cut]}{near}" for near in get_close_matches(name[cut:], terms, n=1))),)


_STYLE: Final = Messages("style")
_STYLE_LOOKS_AT: Final = {
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
"""The rules, and what each looks at."""
_LABELS: Final = frozenset(("rdfs:label", "skos:prefLabel", "skos:altLabel", "pan:shortName"))
_TEXTS: Final = _LABELS | {
    "dcterms:description", "dcterms:title", "pan:advice", "pan:quote", "pan:rationale", "pan:roleAsStated", "pan:text",
    "rdfs:comment", "skos:definition", "skos:editorialNote", "skos:note", "skos:scopeNote", "skosxl:literalForm",
}  # fmt: skip
_LAST: Final = frozenset(("dcterms:source", "pan:certainty", "pan:evidence", "skos:editorialNote"))
_KEYS: Final = ("skos:notation", "dcterms:identifier")
_ORDER: Final = {"a": 0} | dict.fromkeys(_KEYS, 1) | dict.fromkeys(_LABELS, 2) | dict.fromkeys(_LAST, 4)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_NAME: Final = frozenset('"+-0123456789')
"""What literals begin with."""
_PREFIX_USED = re.compile(r"^([\w-]*):|\^\^([\w-]*):|(?<=[\s(\[^])([\w-]*):")
_BARE_DATE = re.compile(r'"\d{4}-\d{2}-\d{2}"')
_TYPED = re.compile(r'"([^"]*)"\^\^xsd:(integer|decimal|boolean|dateTime)')
_CANONICAL: Final = {
    "integer": re.compile(r"(?!)"),
    "boolean": re.compile(r"(?!)"),
    "decimal": re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?"),
    "dateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?(Z|[+-](?!00:00)\d\d:\d\d)?"),
}
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?|true|false")


def style_rules() -> dict[str, Rule]:
    """The rules of the house style by their keys.

    >>> style_rules()["style-comma"].message.say("en")
    'The property is repeated for each value, without commas.'
    """
    return worded_rules(_STYLE, Kind.STYLE, _STYLE_LOOKS_AT, ("style-order",))


def count_looked_at(files: Sequence[TurtleFile]) -> dict[str, int]:
    sizes = {
        "file": len(files),
        "block": sum(len(file.blocks) for file in files),
        "statement": sum(len(block.statements) for file in files for block in file.blocks),
    }
    return {key: sizes[unit] for key, unit in _STYLE_LOOKS_AT.items()}


def check_style(
    files: Sequence[TurtleFile], prefixes: Mapping[str, str], *, among: Sequence[TurtleFile] = ()
) -> Iterator[Finding]:
    """Every departure of the files from the house style; ``prefixes`` is the house's list.

    ``among`` names the files among which a subject has one block, where these are not all of them.

    >>> from pan2kg.turtle.blocks import read_turtle_file
    >>> file = read_turtle_file('@prefix e: <http://e/> .\\n\\ne:a a e:B ;\\n  e:p "x" .\\n', "graph/x.ttl")
    >>> [(f.rule.key, str(f.place)) for f in check_style([file], {"e": "http://e/"})]
    [('style-indent', 'graph/x.ttl:4')]
    """
    rules = style_rules()
    for file in files:
        for fault in [*file.faults, *_prefixes(file, prefixes), *_blocks(file)]:
            yield _style_finding(rules[fault.rule], file, fault)
    names = {file.name for file in files}
    for file, fault in _repeats(among or files):
        if file.name in names:
            yield _style_finding(rules[fault.rule], file, fault)


def _style_finding(rule: Rule, file: TurtleFile, fault: Fault) -> Finding:
    focus = file.expand(fault.subject) if fault.subject else GRAPH + file.name.removeprefix("graph/")[:-4]
    value = string(fault.value) if fault.value else ""
    return Finding(rule, focus, value=value, place=Place(file.name, fault.line))


def _prefixes(file: TurtleFile, house_prefixes: Mapping[str, str]) -> Iterator[Fault]:
    for (before, _), (name, line) in pairwise(file.prefix_lines):
        if name <= before:
            yield Fault("style-prefix-order", line, name)
    used = _prefixes_used(file.blocks, {name for name, _ in file.prefix_lines})
    for name, line in file.prefix_lines:
        if name not in used:
            yield Fault("style-prefix-unused", line, name)
        if house_prefixes.get(name) != file.prefixes[name]:
            yield Fault("style-prefix-spelling", line, name)


def _prefixes_used(blocks: Iterable[Block], declared: Collection[str]) -> set[str]:
    used: set[str] = set()
    unseen = [f"{name}:" for name in declared]
    for block in blocks:
        words = [block.subject]
        for statement in block.statements:
            words += (statement.predicate, statement.object)
        for word in words:
            # asked of every word up to the last prefix: whether one that was not found may be there costs little
            if [mark for mark in unseen if mark in word]:
                used.update(a or b or c for a, b, c in _PREFIX_USED.findall(_STRING.sub('""', word)))
                unseen = [mark for mark in unseen if mark[:-1] not in used]
        if not unseen:
            break
    return used


def _blocks(file: TurtleFile) -> Iterator[Fault]:
    for block in file.blocks:
        yield from _order(block)
        for statement in block.statements:
            # most objects are names, which break no rule by the way they are written
            for rule in _literal_faults(statement) if statement.object[0] in _NO_NAME else ():
                if rule == "style-canonical" and file.name.startswith("ontology/shapes/"):
                    continue  # shapes are read as they are written; only what a store rewrites must be canonical
                yield Fault(rule, statement.line, statement.object, block.subject)


def _order(block: Block) -> Iterator[Fault]:
    highest = 0
    for statement in block.statements:
        rank = _ORDER.get(statement.predicate, 3)
        if rank < highest and statement.predicate in _ORDER:
            yield Fault("style-order", statement.line, statement.predicate, block.subject)
        highest = max(highest, rank)


def _literal_faults(statement: Written) -> Iterator[str]:
    value = statement.object
    if not value.startswith('"'):
        if not _PLAIN_NUMBER.fullmatch(value):
            yield "style-canonical"
        return
    if statement.predicate in _TEXTS and value.endswith('"'):
        yield "style-language"
    if _BARE_DATE.fullmatch(value):
        yield "style-date"
    typed = _TYPED.fullmatch(value)
    if typed and not _CANONICAL[typed[2]].fullmatch(typed[1]):
        yield "style-canonical"


def _repeats(files: Sequence[TurtleFile]) -> Iterator[tuple[TurtleFile, Fault]]:
    for occurrences in index_blocks(list(files)).values():
        main = occurrences[0]
        for index, (file, block) in enumerate(occurrences):
            adds = file.is_addition or (main[0].is_core and not file.is_core)
            additional = index > 0 and adds and all(file is not earlier for earlier, _ in occurrences[:index])
            if index and not additional:
                yield file, Fault("style-one-block", block.line, f"{main[0].name}:{main[1].line}", block.subject)
            predicate = block.statements[0].predicate if block.statements else "a"
            if predicate not in ("a", "rdf:type") and not additional:
                yield file, Fault("style-type-first", block.line, predicate, block.subject)


_REQUIRED: Final = ("question", "summary")
_SAID: Final = ("question", "summary", "message", "remedy")
"""What is said in each language."""
_OTHERS: Final = frozenset(("tags", "view", "needs", "version"))
_QUALITY: Final = frozenset(("severity", "looks_at", "message", "remedy", "use", "value"))
"""What only the header of a quality query says."""
_UNLABELLED: Final = frozenset(("read_at", "link"))
"""Columns of addresses that are to be read as such."""
_RULES: Final = tuple(
    f"question-{name}" for name in ("sparql", "field", "key", "language", "explanation", "kind", "order", "label")
)
_WARNINGS: Final = _RULES[3:]
_LINE: Final = re.compile(r"#\+ ([a-z_0-9]+):(?: (.*))?")


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    line: int
    value: str = ""


_TAIL: Final = re.compile(r"\n[ \t]*ORDER BY[^{}]*$", re.IGNORECASE)
_ROWS: Final = 200
"""How many rows of a question are looked at: putting thousands in order takes most of the time of some."""


def question_rules() -> dict[str, Rule]:
    """The rules for stored questions by their keys.

    >>> question_rules()["question-sparql"].severity
    <Severity.VIOLATION: 'violation'>
    """
    return worded_rules(_STYLE, Kind.STYLE, _RULES, _WARNINGS)


def check_questions(project: Project, derived: Callable[[], Store]) -> tuple[list[Finding], dict[str, int]]:
    """Every fault of the stored questions of a project, and how many questions each rule looked at.

    ``derived`` gives the store they are asked of, where any is: those the program brings, unchanged, are known to hold.

    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> found, looked_at = check_questions(graph.project, lambda: graph.store)
    >>> found, looked_at["question-sparql"] > 20
    ([], True)
    """
    rules, queries = question_rules(), sorted(read_queries(project).values(), key=lambda query: query.file)
    own_queries = {query.file for query in queries if query.group != "quality" and not _is_shipped(project, query)}
    store = derived() if own_queries else None
    languages = {key.removeprefix("question_") for query in queries for key in query.header if _in(key, "question")}
    findings = [
        Finding(
            rules[fault.rule],
            f"{ROOT}query/{query.name}",
            value=string(fault.value) if fault.value else "",
            place=Place(query.file, fault.line),
        )
        for query in queries
        for fault in (
            *_header(query, sorted(languages)),
            *_parameters(query),
            *(_text(query, store) if store is not None and query.file in own_queries else ()),
        )
    ]
    return findings, dict.fromkeys(rules, len(queries))


def _is_shipped(project: Project, query: Query) -> bool:
    shipped = Project.packaged().root
    original = shipped / query.file
    return (
        project.root != shipped and original.is_file() and read_text(original) == read_text(project.root / query.file)
    )


def _in(key: str, base: str) -> bool:
    return re.fullmatch(f"{base}_[a-z]{{2}}", key) is not None


def _header(query: Query, languages: Sequence[str]) -> Iterator[_Fault]:
    lines = _lines(query.text)
    if query.group != "quality":
        for key in _REQUIRED:
            if not query.header.get(key):
                yield _Fault("question-field", lines.get(key, 1), key)
    for key, line in lines.items():
        if not _is_known(key, query):
            yield _Fault("question-key", line, key)
    texts = {key: lines[key] for key in _SAID if query.header.get(key)}
    parameters = {
        f"parameter_{parameter.name}": _place(query, parameter)
        for parameter in query.parameters
        if parameter.name != "language"
    }
    for base, line in (texts | parameters).items():
        for language in languages:
            if not query.header.get(f"{base}_{language}"):
                yield _Fault("question-language", line, f"{base}_{language}")


def _lines(text: str) -> Mapping[str, int]:
    lines = ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.startswith("#+"))
    return {match[1] if (match := _LINE.fullmatch(line)) else line: number for number, line in lines}


def _is_known(key: str, query: Query) -> bool:
    keys = {*_REQUIRED, *_OTHERS, *(_QUALITY if query.group == "quality" else ())}
    spoken = [text_key for text_key in _SAID if text_key in keys]
    parameter_keys = [f"parameter_{text_key.name}" for text_key in query.parameters]
    return (
        key in keys
        or key in {f"{text_key}_kind" for text_key in parameter_keys}
        or any(_in(key, base) for base in (*spoken, *parameter_keys))
    )


def _parameters(query: Query) -> Iterator[_Fault]:
    for parameter in query.parameters:
        line = _place(query, parameter)
        if not parameter.meaning:
            yield _Fault("question-explanation", line, parameter.name)
        if not _has_kind(parameter):
            yield _Fault("question-kind", line, parameter.name)


def _has_kind(parameter: Parameter) -> bool:
    kinds = parameter.kinds
    return bool(kinds) and (set(kinds) <= KINDS.keys() or (len(kinds) == 1 and kinds[0] in PLAIN))


def _place(query: Query, parameter: Parameter) -> int:
    return _line_of(query.text, rf"AS \?{parameter.name}\)\s*# parameter: ")


def _line_of(text: str, pattern: str) -> int:
    match = re.search(pattern, text)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _text(query: Query, store: Store) -> Iterator[_Fault]:
    try:
        result = store.query(_sampled(query.text))
        columns = list(_bare_columns(result))
    except QueryError as error:
        line = error.place.line if error.place else None
        yield _Fault("question-sparql", line or 1, error.message.say(SOURCE_LANGUAGE))
        return
    select_line = _line_of(query.text, r"(?mi)^[ \t]*SELECT\b")
    if isinstance(result, ox.QuerySolutions) and not _is_ordered(query.text):
        yield _Fault("question-order", select_line)
    for column in columns:
        yield _Fault("question-label", select_line, column)


def _sampled(text: str) -> str:
    return _TAIL.sub(f"\nLIMIT {_ROWS}\n", text)


def _bare_columns(result: Result) -> Iterator[str]:
    if not isinstance(result, ox.QuerySolutions):
        return
    names = [variable.value for variable in result.variables]
    open_ = [name for name in names if f"{name}_label" not in names and name not in _UNLABELLED]
    bare = {name for row in result for name in open_ if isinstance(row[name], ox.NamedNode)}
    yield from (name for name in open_ if name in bare)


def _is_ordered(text: str) -> bool:
    words = [token.text.upper() for token in tokens(text) if token.kind == "word"]
    return ("ORDER", "BY") in pairwise(words)
