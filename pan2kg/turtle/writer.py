"""Turtle as this house writes it, one block a subject, one statement a line; and the tokens of Turtle and SPARQL.

The two languages share their tokens, so that strings, IRIs and comments are never mistaken for
words; parsing proper is left to the engine.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from pan2kg.errors import Place, TurtleError
from pan2kg.project import Project, read_text
from pan2kg.turtle.vocabulary import precedence

Prefixes = Mapping[str, str]
"""The IRIs that prefixes stand for."""

# Tokens

_RANGES: Final = (
    "··", "\u0300\u037d", "\u037f\u1fff", "\u200c\u200d", "\u203f\u2040", "\u2070\u218f", "\u2c00\u2fef",
    "\u3001\ud7ff", "\uf900\ufdcf", "\ufdf0\ufffd", "\U00010000\U000effff",
)  # fmt: skip
"""What the grammars let stand in a name besides letters and digits, from one character to another: a name taken to end
too early would give what follows another sense than the engine gives it."""
_MARKS = "".join(f"{first}-{last}" for first, last in _RANGES)
_MARKED = re.compile(f"[{_MARKS}]")
_GRAMMAR = r"""
  (?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
            |"[^"\\\n\r]*+(?:\\.[^"\\\n\r]*+)*+"|'[^'\\\n\r]*+(?:\\.[^'\\\n\r]*+)*+')
| (?P<iri><[^<>"{}|^`\\\x00-\x20]*+(?:(?:\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})[^<>"{}|^`\\\x00-\x20]*+)*+>)
| (?P<comment>\#[^\n\r]*)
| (?P<variable>[?$][\w·]+)
| (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
| (?P<blank>_:[\w.·-]*[\w·-])
| (?P<name>(?:[^\W\d_](?:[\w.·-]*[\w·-])?)?:(?:(?:[\w:·]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
          (?:(?:[\w:.·-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*
             (?:[\w:·-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))?)?)
| (?P<run>[^\W\d_](?:[\w.·-]*[\w·-])?+)
| (?P<word>_\w*)
| (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
| (?P<space>\s+)
| (?P<mark>\^\^|.)
"""
"""A run is what begins as a name and has no colon: taken whole, since looking for the colon again at each of its
words would take time that grows with the square of its length."""
_PLAIN = re.compile(
    r"(?P<word>[^\W\d]\w*)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<mark>.)", re.DOTALL
)


@lru_cache
def _grammar(*, has_marks: bool) -> re.Pattern[str]:
    # with all marks in it the pattern takes 20 ms to compile, a tenth of what a short command
    # takes; few texts have any
    grammar = _GRAMMAR.replace("·", _MARKS) if has_marks else _GRAMMAR
    return re.compile(grammar, re.VERBOSE | re.DOTALL)


def _grammar_for(text: str) -> re.Pattern[str]:
    return _grammar(has_marks=not text.isascii() and bool(_MARKED.search(text)))


class Token(NamedTuple):
    """A token with its place in the text; its kind is the name of a group of the grammar, such as ``iri``."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of Turtle or SPARQL text, without white space; never fails, whatever the text.

    >>> [t.text for t in tokens('SELECT ?s { ?s a <http://e/#x> } # SERVICE')]
    ['SELECT', '?s', '{', '?s', 'a', '<http://e/#x>', '}', '# SERVICE']
    """
    for match in _grammar_for(text).finditer(text):
        yield from _tokens_in(match)


def _tokens_in(match: re.Match[str]) -> Iterator[Token]:
    """The one token of a match; of a run the words, numbers and marks it is made of; of white space none."""
    kind = match.lastgroup or "mark"
    if kind == "run":
        for piece in _PLAIN.finditer(match.string, *match.span()):
            yield Token(piece.lastgroup or "mark", piece.group(), piece.start())
    elif kind != "space":
        yield Token(kind, match.group(), match.start())


# Where an engine may contact another host

_AFTER = {
    keyword: re.compile(rf"(?:\s|\#[^\n\r]*)*+(?:{following})", re.IGNORECASE)
    for keyword, following in (("SERVICE", r"\{"), ("LOAD", r"INTO|;|\Z"))
}
"""What follows the address that is called."""
_ADDRESS = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*://.*|[^'#]*)")
"""An IRI that cannot be read as the sign for less and what follows it, or to no effect: no text and no comment begins
in it, so that it ends where it would end as an IRI."""


def calls(text: str, keyword: str) -> Iterator[Token]:
    """Where an engine may read SERVICE or LOAD, by which it contacts another host; none that it reads is left out.

    Oxigraph wants no space between words: ``SERVICESILENT<a>`` and ``SERVICEa:b`` are calls for it.
    A prefixed name is none where something follows that never follows a call.

    >>> [call.text for call in calls("trueSERVICE service:b { } service:a a:service ?service 'SERVICE'", "SERVICE")]
    ['trueSERVICE', 'service:b']
    """
    for token in _readings(text):
        name = token.text.partition(":")[0].upper()
        if token.kind not in ("word", "name") or keyword not in name:
            continue
        end = token.start + len(token.text)
        if token.kind == "word" or _AFTER[keyword].match(text, end):
            yield token


def _readings(text: str) -> Iterator[Token]:
    """The tokens of a text and, where an IRI may be the sign for less with something behind it, of that reading too.

    Comments are left out, and are not looked through: many readings may share one.

    >>> [token.text for token in _readings("?a<3)SERVICE#>")]
    ['?a', '<3)SERVICE#>', '3', ')', 'SERVICE']
    """
    pattern = _grammar_for(text)
    line_ends = [*(end.start() for end in re.finditer(r"[\n\r]", text)), len(text)]
    starts = [0]  # where a reading is still to begin
    passed = set()
    while starts:
        position = starts.pop()
        while position < len(text) and position not in passed:
            passed.add(position)
            if text[position] == "#":
                position = line_ends[bisect_left(line_ends, position)]
            elif match := pattern.match(text, position):
                yield from _tokens_in(match)
                if match.lastgroup == "iri" and not _ADDRESS.fullmatch(match.group()):
                    starts.append(position + 1)
                position = match.end()


# Prefixes, lines and terms


def prefixes_used(text: str) -> set[str]:
    """The prefixes of the prefixed names in Turtle or SPARQL text, declarations left out."""
    used = set()
    before = ""
    for token in tokens(text):
        if token.kind == "name" and before not in ("@prefix", "prefix"):
            used.add(token.text.partition(":")[0])
        before = token.text.lower()
    return used


class TextPosition(NamedTuple):
    """A place in a text by its line and column, each from 1."""

    line: int
    column: int


def line_of(text: str, offset: int) -> TextPosition:
    before = text[:offset]
    return TextPosition(before.count("\n") + 1, offset - before.rfind("\n"))


_PREFIX = re.compile(r"@prefix ([\w-]*): <([^<>]*)> \.$", re.MULTILINE)
"""Without saying that a line begins there, which is looked for at each character."""
_SUBJECT = re.compile(r"(<[^<>\s]*>|[\w-]+:[^\s;,]*)(?=\s|\Z)")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_LOCAL = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*$")


class TurtleLine(NamedTuple):
    """A statement about the subject of its block, as it is written, on a line from 1; 0 where it stands nowhere yet."""

    predicate: str
    object: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A subject with its statements, below a comment where it has a heading."""

    subject: str
    statements: tuple[TurtleLine, ...]
    heading: str = ""

    @classmethod
    def of(cls, subject: str, *pairs: tuple[str, str], heading: str = "") -> "Block":
        """A block that says these objects, as they are written, by their predicates; an empty one is left out.

        >>> Block.of("plan:x", ("a", "pan:Plan"), ("skos:notation", "")).statements
        (TurtleLine(predicate='a', object='pan:Plan', line=0),)
        """
        statements = tuple(TurtleLine(predicate, value) for predicate, value in pairs if value)
        return cls(subject, statements, heading)


def text(value: str, language: str) -> str:
    """A text with its language tag."""
    return f"{string(value)}@{language}"


def string(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"'


def worded(words: str) -> str:
    """A text as Turtle has it; nothing of an empty one."""
    return string(words) if words else ""


def expanded(name: str, prefixes: Prefixes) -> str:
    """The IRI of a name with a prefix."""
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local


def prefixed(prefix: str, local: str) -> str:
    """A name with its prefix; nothing of an empty one."""
    return f"{prefix}:{local}" if local else ""


def iri(value: str, prefixes: Prefixes) -> str:
    """An IRI, by the longest prefix that leaves a plain local name, else in angle brackets.

    >>> iri("https://w3id.org/pan2kg/id/plan/lu-bhr-2", {"plan": "https://w3id.org/pan2kg/id/plan/"})
    'plan:lu-bhr-2'
    >>> iri("http://data.europa.eu/eli/reg/2017/821/oj", {})
    '<http://data.europa.eu/eli/reg/2017/821/oj>'
    """
    fitting = [(0, "")]
    for prefix, space in prefixes.items():
        if value.startswith(space) and _LOCAL.match(value[len(space) :]):
            fitting.append((len(space), prefix))
    length, name = max(fitting)
    return f"{name}:{value[length:]}" if length else f"<{value}>"


# Blocks, and files of them


def write_turtle(blocks: Iterable[Block], prefixes: Prefixes) -> str:
    """A whole file: the prefixes that are used, sorted, then the blocks in the order given.

    >>> block = Block("plan:x", (TurtleLine("a", "pan:Plan"), TurtleLine("skos:notation", '"1"')))
    >>> names = {"plan": "http://p/", "pan": "http://o#", "skos": "http://s#", "org": "http://w/"}
    >>> print(write_turtle([block], names), end="")
    @prefix pan: <http://o#> .
    @prefix plan: <http://p/> .
    @prefix skos: <http://s#> .
    <BLANKLINE>
    plan:x a pan:Plan ;
        skos:notation "1" .
    """
    body = "\n".join(write_block(block) for block in blocks)
    used = prefixes_used(body)
    unknown = used - prefixes.keys()
    if unknown:
        raise TurtleError("prefix-unlisted", names=", ".join(sorted(unknown)))
    head = "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in sorted(used))
    return f"{head}\n{body}"


def write_block(block: Block) -> str:
    lines = [f"{statement.predicate} {statement.object}" for statement in block.statements]
    heading = f"# {block.heading}\n\n" if block.heading else ""
    return f"{heading}{block.subject} " + " ;\n    ".join(lines) + " .\n"


def read_prefixes(project: Project) -> dict[str, str]:
    return prefixes_in(read_text(project.ontology / "prefixes.ttl"))


def prefixes_in(turtle: str) -> dict[str, str]:
    matches = _PREFIX.finditer(turtle)
    return {
        match[1]: match[2]
        for match in matches
        if not match.start() or turtle[match.start() - 1] == "\n"
    }


class SubjectLine(NamedTuple):
    """The IRI of a subject and the line its block begins on."""

    iri: str
    line: int


def subjects(turtle: str) -> Iterator[SubjectLine]:
    """Every subject at the left margin."""
    prefixes = prefixes_in(turtle)
    for number, line in enumerate(turtle.split("\n"), start=1):
        # most lines begin with a space
        match = _SUBJECT.match(line) if line and line[0] not in " @#" else None
        if match is None:
            continue
        prefix, _, local = match[1].partition(":")
        if match[1].startswith("<"):
            yield SubjectLine(match[1][1:-1], number)
        elif prefix in prefixes:
            plain = re.sub(r"\\(.)", r"\1", local)
            yield SubjectLine(prefixes[prefix] + plain, number)


def find_subjects(project: Project) -> dict[str, Place]:
    """Where each subject of the graph has its block: the first file that says what it is."""
    places: dict[str, Place] = {}
    files = {project.name_of(path): path for path in project.graph_files()}
    for name in sorted(files, key=precedence):
        for subject, line in subjects(read_text(files[name])):
            places.setdefault(subject, Place(name, line))
    return places
