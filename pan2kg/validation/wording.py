"""Words in Turtle files: texts and their languages, dates, terms of vocabularies, and the keys of links.

These are the faults no shape sees. They are read off single lines, so that each has one, and a file
that another one refers to need not be there. What the rules say stands in the context « text » of
the catalogues; the words of languages and the terms of vocabularies stand in ``wording.toml``.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, TurtleError
from pan2kg.i18n import LANGUAGES, Messages, Text
from pan2kg.turtle import RDF, TurtleLine, link_keys, writer
from pan2kg.turtle.blocks import TurtleFile
from pan2kg.turtle.vocabulary import GRAPH
from pan2kg.turtle.writer import Prefixes
from pan2kg.validation import style
from pan2kg.validation.report import Finding, Kind, worded_rules

_UNITS = {
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
"""What each rule looks at."""
TEXT_RULES = worded_rules(Messages("text"), Kind.TEXT, _UNITS, ("text-language", "text-repeated"))
YEARS = range(1700, 2101)
"""The years a fact can be of: from the first treaties in force to the farthest aim of a plan."""
_LITERAL = re.compile(
    r"""
    " ( [^"\\]* (?:\\.[^"\\]*)* ) "                     # "its words", with escapes
    (?: @ ([A-Za-z0-9-]+)                               # @fr
      | \^\^xsd: (date|gYearMonth|gYear|dateTime) )?    # ^^xsd:date
    """,
    re.DOTALL | re.VERBOSE,
)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?")
_COMPLETED = {"gYearMonth": "-01", "gYear": "-01-01"}
"""What makes a day of a month or a year."""
_ODD_CHARACTER = re.compile(
    r"""
    # what the eye does not see: hyphens, joiners, marks of direction, controls
    [\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd\x00-\x08\x0b-\x1f\x7f-\x9f]
    # the same written as an escape: \u200b
    | \\u (?: 00[aA][dD] | 200[b-fB-F] | 206\d | [fF][eE][fF][fF] | [fF]{3}[dD] )
    # an entity of HTML: &nbsp; &#160; &#xa0;
    | & (?: [a-zA-Z]{2,8} | \#\d{2,5} | \#x[0-9a-fA-F]{2,4} ) ;
    # UTF-8 that was read as another encoding: Ã© for é
    | [\u00c3\u00c2][\u0080-\u00bf] | \u00e2\u20ac
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]+")
_TITLES = frozenset(
    ("rdfs:label", "skos:prefLabel", "skos:altLabel", "skosxl:literalForm", "dcterms:title")
)
_PROPER_NAMES = ("body:", "document:", "group:")
"""What has a name of its own, which stays as it is in every language."""
_IN_ITS_LANGUAGE = (_TITLES - {"rdfs:label"}) | {
    "skos:definition",
    "skos:scopeNote",
    "rdfs:comment",
    "dcterms:description",
    "pan:text",
}
"""The texts that are in the language of their tag; labels of files repeat the title of a text in any."""
_FOREIGN_WORDS = 2
"""How many small words of another language, with none of its own, make a text one of that language."""
_QUOTED = re.compile('«[^»]*»|“[^”]*”|„[^“]*“|\\\\"[^"]*\\\\"')
"""What is quoted in a text may be in another language."""
_LANGUAGE_TAG = re.compile(
    r"""
    ([a-z]{2,3})                # language: fr, gsw
    (-[a-z]{4})?                # script: -latn
    (-[a-z]{2}|-\d{3})?         # region: -lu, -150
    (-[a-z\d]{5,8})*            # variants: -1996abc
    (-[a-wyz]-[a-z\d-]+)?       # extension: -u-co-phonebk
    (-x-[a-z\d-]+)?             # private use: -x-easy
    """,
    re.VERBOSE,
)


class WordingFault(NamedTuple):
    """What is wrong with the words of a statement: the rule, the words, and better ones where there are any."""

    rule: str
    words: str
    better: str = ""


def check_wording(files: Sequence[TurtleFile], prefixes: Prefixes) -> Iterator[Finding]:
    """The faults of words, dates, tags and terms in these files, and of the keys of links; shapes are left out."""
    judged = _without_shapes(files)
    for file in judged:
        for block in file.blocks:
            for statement in block.statements:
                for fault in _statement_faults(file, block.subject, statement):
                    yield _finding(file, block.subject, statement, fault)
    for file, block, link, right in link_keys.misnamed(judged):
        place = Place(file.name, block.line)
        expected = Text.of(writer.iri(right, prefixes))
        yield Finding(TEXT_RULES["text-link-key"], link, place=place, expected=expected)


def looked_at(files: Sequence[TurtleFile]) -> dict[str, int]:
    """How many files, blocks or statements each rule of words looks at in these files."""
    numbers = style.looked_at(_without_shapes(files), _UNITS)
    # that a file is Turtle is asked of shapes too
    return numbers | {"text-syntax": len(files)}


def _without_shapes(files: Sequence[TurtleFile]) -> list[TurtleFile]:
    return [file for file in files if not file.name.startswith(style.SHAPES_FOLDER)]


def not_turtle(errors: Sequence[TurtleError]) -> Iterator[Finding]:
    """A finding for each file that is no Turtle, at the line and column where reading it ended."""
    for error in errors:
        place = error.place or Place("")
        focus = GRAPH + place.file.removeprefix("graph/").removesuffix(".ttl")
        value = writer.string(str(error.message.values.get("value", error.message)))
        end = Place(place.file, place.line, place.column)
        yield Finding(TEXT_RULES["text-syntax"], focus, value=value, place=end)


def _finding(file: TurtleFile, subject: str, statement: TurtleLine, fault: WordingFault) -> Finding:
    predicate = statement.predicate
    return Finding(
        TEXT_RULES[fault.rule],
        file.expand(subject),
        RDF + "type" if predicate == "a" else file.expand(predicate),
        writer.string(fault.words),
        Place(file.name, statement.line),
        expected=Text.of(fault.better) if fault.better else Text(),
    )


def _statement_faults(
    file: TurtleFile, subject: str, statement: TurtleLine
) -> Iterator[WordingFault]:
    predicate = statement.predicate
    terms = [] if predicate == "a" else [predicate]
    if statement.object.startswith('"'):
        yield from _literal_faults(subject, predicate, statement.object)
    elif predicate in ("a", "rdf:type"):
        terms.insert(0, statement.object)
    for term in terms:
        fault = _term_fault(file.expand(term))
        if fault:
            yield fault


def _literal_faults(subject: str, predicate: str, token: str) -> Iterator[WordingFault]:
    """What is wrong with a date or a text as it is written in a file."""
    literal = _LITERAL.fullmatch(token)
    if not literal:
        return
    value, tag, datatype = literal.groups(default="")
    if datatype:
        if not is_date(value, datatype):
            yield WordingFault("text-date", value)
        return
    if not value.strip():
        yield WordingFault("text-empty", value)
    odd = _ODD_CHARACTER.search(value)
    if odd:
        is_single = len(odd[0]) == 1
        yield WordingFault("text-characters", f"U+{ord(odd[0]):04X}" if is_single else odd[0])
    if predicate in _TITLES and _is_doubled(value):
        yield WordingFault("text-repeated", value)
    if tag:
        yield from _language_faults(subject, predicate, value, tag)


def _language_faults(subject: str, predicate: str, value: str, tag: str) -> Iterator[WordingFault]:
    if not is_language(tag):
        near = [language for language in LANGUAGES if tag.lower().startswith(language)]
        yield WordingFault("text-language-tag", tag, near[0] if near else "")
    if predicate in _IN_ITS_LANGUAGE and not subject.startswith(_PROPER_NAMES):
        language = language_of(value, tag)
        if language:
            yield WordingFault("text-language", value, language)


def _is_doubled(title: str) -> bool:
    """Whether a title is the same two words or more, twice.

    >>> _is_doubled("National Plan – National Plan"), _is_doubled("Plan Plan")
    (True, False)
    """
    words = _WORD.findall(title)
    half = len(words) // 2
    return half > 1 and words == 2 * words[:half]


def is_date(value: str, datatype: str) -> bool:
    """Whether a date exists and is of a year a fact can be of; ``datatype`` is the local name of XML Schema’s.

    >>> is_date("2024-02-29", "date"), is_date("2023-02-29", "date"), is_date("201", "gYear")
    (True, False, False)
    """
    with suppress(ValueError):
        if datatype == "dateTime":
            return datetime.fromisoformat(value).year in YEARS
        day = _DAY.fullmatch(value + _COMPLETED.get(datatype, ""))
        return day is not None and date.fromisoformat(day[1]).year in YEARS
    return False


@cache
def is_language(tag: str) -> bool:
    """Whether a tag is well formed and begins with the code of a language, the shortest there is (BCP 47).

    >>> is_language("fr"), is_language("de-LU"), is_language("gsw"), is_language("eng"), is_language("xx")
    (True, True, True, False, False)
    """
    match = _LANGUAGE_TAG.fullmatch(tag.lower())
    if not match:
        return False
    code = match[1]
    tables = _word_tables()
    return code in tables.short_codes if len(code) == 2 else code not in tables.replaced_codes


def language_of(value: str, tag: str) -> str:
    """Another language a text is plainly in than its tag says; empty where it may well be in that one.

    >>> language_of("The plan of the government", "fr"), language_of("Le plan du gouvernement", "fr")
    ('en', '')
    """
    small_words = _word_tables().small_words
    words = [word.lower() for word in _WORD.findall(_QUOTED.sub("", value))]
    if tag not in small_words or not small_words[tag].isdisjoint(words):
        return ""
    counts = {}
    for language, small in small_words.items():
        if language != tag:
            counts[language] = sum(word in small for word in words)
    # of two with as many the last in the alphabet
    most = max(counts, key=lambda language: (counts[language], language))
    return most if counts[most] >= _FOREIGN_WORDS else ""


@cache
def _term_fault(name: str) -> WordingFault | None:
    """What is wrong with the IRI of a term: its vocabulary is listed and does not have it."""
    cut = max(name.rfind("#"), name.rfind("/")) + 1
    namespace = name[:cut]
    local = name[cut:]
    terms = _word_tables().vocabularies.get(namespace)
    is_member_of_list = re.fullmatch(r"_\d+", local)
    if terms is None or local in terms or is_member_of_list:
        return None
    near = get_close_matches(local, terms, n=1)
    return WordingFault("text-term", name, namespace + near[0] if near else "")


class _WordTables(NamedTuple):
    """What words are compared with.

    These are the small words of each language, the codes of two letters, the codes of three letters
    for which there is one of two, and the terms of each vocabulary by its namespace.
    """

    small_words: Mapping[str, frozenset[str]]
    short_codes: frozenset[str]
    replaced_codes: frozenset[str]
    vocabularies: Mapping[str, frozenset[str]]


@cache
def _word_tables() -> _WordTables:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    small = tables["small-words"]
    codes = tables["codes"]
    vocabularies = tables["vocabulary"].values()
    return _WordTables(
        {language: frozenset(words.split()) for language, words in small.items()},
        frozenset(codes["short"].split()),
        frozenset(codes["long"].split()),
        {listed["space"]: frozenset(listed["terms"].split()) for listed in vocabularies},
    )
