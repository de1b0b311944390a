"""What the lines of files say that no shape sees: days no calendar has, words of another language, terms spelt wrongly.

The house style (:mod:`pan2kg.validation.style`) is about how a statement is written, this is about what stands in it.
All of it is read off single lines, so that each fault has one, and a file that another one refers to need not be there.
What the rules say stands in the catalogues of messages, in the context « text ».
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, TurtleError
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text
from pan2kg.turtle.blocks import Block, TurtleFile, Written, misnamed
from pan2kg.turtle.vocabulary import GRAPH, RDF
from pan2kg.turtle.writer import iri, string
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
    """How many files, blocks or statements each rule looks at."""
    blocks = [block for file in files if _is_read(file) for block in file.blocks]
    sizes = {
        "file": len(files),
        "block": len(blocks),
        "statement": sum(len(block.statements) for block in blocks),
    }
    return {key: sizes[what] for key, what in _LOOKS_AT.items()}


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
    for one in misnamed(file for file in files if _is_read(file)):
        place, right = Place(one.file.name, one.block.line), iri(one.right, prefixes)
        yield Finding(rules["text-link-key"], one.iri, place=place, expected=_same(right))


def not_turtle(errors: Sequence[TurtleError]) -> Iterator[Finding]:
    """The files that cannot be read, one finding each: the rest of the graph is checked all the same."""
    rule = text_rules()["text-syntax"]
    for error in errors:
        place = error.place or Place("")
        name = GRAPH + place.file.removeprefix("graph/").removesuffix(".ttl")
        value = str(error.message.values.get("value", error.message)) if error.message.values else str(error.message)
        yield Finding(rule, name, value=string(value), place=Place(place.file, place.line, place.column))


def _is_read(file: TurtleFile) -> bool:
    """Whether a file is one of the graph, or says what words mean; shapes are read by their compiler."""
    return not file.name.startswith("ontology/shapes/")


def _same(words: str) -> Text:
    return Text.of(dict.fromkeys(LANGUAGES, words))


def _finding(rule: Rule, file: TurtleFile, block: Block, statement: Written, value: str, better: str) -> Finding:
    place, expected = Place(file.name, statement.line), _same(better) if better else Text()
    path = file.expand(statement.predicate) if statement.predicate != "a" else RDF + "type"
    return Finding(rule, file.expand(block.subject), path, string(value), place, expected=expected)


_Said = tuple[str, str, str]


def _of_object(file: TurtleFile, block: Block, statement: Written) -> Iterable[_Said]:
    """The rules the object of a statement breaks, with what stands there, and what is meant where that is known."""
    value = statement.object
    if value.startswith('"'):
        return _of_literal(block, statement)
    return _term(file.expand(value)) if statement.predicate in ("a", "rdf:type") else ()


def _of_literal(block: Block, statement: Written) -> Iterator[_Said]:
    predicate = statement.predicate
    if literal := _LITERAL.fullmatch(statement.object):
        yield from _literal(predicate, literal[1], literal[2] or "", literal[3] or "")
        spoken = predicate in _SPOKEN and not block.subject.startswith(_NAMES) and literal[2]
        if spoken and (other := language_of(literal[1], spoken)):
            yield "text-language", literal[1], other


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
    found = _TAG.fullmatch(tag.lower())
    if not found:
        return False
    short, long = (_listed("codes", which) for which in ("short", "long"))
    return found[1] in short if len(found[1]) == 2 else found[1] not in long


def _better_tag(tag: str) -> str:
    """The languages of the program that a tag begins like, such as ``en`` for ``eng``."""
    return next((one for one in LANGUAGES if tag.lower().startswith(one)), "")


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
    number, name = max((sum(word in small[other] for word in words), other) for other in small if other != tag)
    return name if number >= _FOREIGN else ""


@cache
def _small_words() -> Mapping[str, frozenset[str]]:
    return {name: _listed("small-words", name) for name in LANGUAGES}


def _is_repeated(value: str) -> bool:
    """Whether a title stands twice, one after the other; a name of one or two words may."""
    words = _WORD.findall(value)
    half = len(words) // 2
    return half > 1 and len(words) == 2 * half and words[:half] == words[half:]


@cache
def _tables() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@cache
def _listed(table: str, name: str) -> frozenset[str]:
    """The words of a list of ``wording.toml``; of a language it has none of, none."""
    return frozenset(str(_tables()[table].get(name, "")).split())


@cache
def _vocabularies() -> Mapping[str, frozenset[str]]:
    """The terms of vocabularies of others, by their namespaces."""
    listed = _tables()["vocabulary"].values()
    return {one["space"]: frozenset(one["terms"].split()) for one in listed if isinstance(one, dict)}


@cache
def _term(name: str) -> tuple[_Said, ...]:
    """What is wrong with a term of a vocabulary of others, and the term that is most like it."""
    cut = max(name.rfind("#"), name.rfind("/")) + 1
    known = _vocabularies().get(name[:cut])
    if known is None or name[cut:] in known or re.fullmatch(r"_\d+", name[cut:]):
        return ()
    return (("text-term", name, "".join(f"{name[:cut]}{one}" for one in get_close_matches(name[cut:], known, n=1))),)
