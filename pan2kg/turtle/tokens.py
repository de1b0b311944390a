"""Reading Turtle and SPARQL as a row of tokens, so that strings, IRIs and comments are never mistaken for words.

Both languages share these tokens; parsing proper is left to the engine.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

_RANGES: Final = (
    "··", "\u0300\u037d", "\u037f\u1fff", "\u200c\u200d", "\u203f\u2040", "\u2070\u218f", "\u2c00\u2fef",
    "\u3001\ud7ff", "\uf900\ufdcf", "\ufdf0\ufffd", "\U00010000\U000effff",
)  # fmt: skip
"""What the grammars let stand in a name besides letters and digits, from one character to another: a name taken to end
too early would give what follows another sense than the engine gives it."""
_MARKS: Final = "".join(f"{first}-{last}" for first, last in _RANGES)
_MARKED: Final = re.compile(f"[{_MARKS}]")
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
_PLAIN = re.compile(r"(?P<word>[^\W\d]\w*)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<mark>.)", re.DOTALL)


@lru_cache(maxsize=2)
def _compiled(marks: str) -> re.Pattern[str]:
    return re.compile(_GRAMMAR.replace("·", marks), re.VERBOSE | re.DOTALL)


def _pattern(text: str) -> re.Pattern[str]:
    """What tells the tokens of this text apart.

    With all marks in it the pattern takes 20 ms to compile, a tenth of what a short command takes; few texts have any.
    """
    return _compiled("·" if text.isascii() or not _MARKED.search(text) else _MARKS)


class Token(NamedTuple):
    """A token: its kind (string, iri, comment, variable, tag, blank, name, word, number, mark), text and offset."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of Turtle or SPARQL text, without white space; never fails, whatever the text.

    >>> [t.text for t in tokens('SELECT ?s { ?s a <http://e/#x> } # SERVICE')]
    ['SELECT', '?s', '{', '?s', 'a', '<http://e/#x>', '}', '# SERVICE']
    """
    for match in _pattern(text).finditer(text):
        kind = match.lastgroup or "mark"
        if kind == "run":
            yield from _tokens_of(match)
        elif kind != "space":  # said here too, since most are told apart so
            yield Token(kind, match.group(), match.start())


def _tokens_of(match: re.Match[str]) -> Iterator[Token]:
    kind = match.lastgroup or "mark"
    if kind == "run":
        for part in _PLAIN.finditer(match.string, *match.span()):
            yield Token(part.lastgroup or "mark", part.group(), part.start())
    elif kind != "space":
        yield Token(kind, match.group(), match.start())


_AFTER = {
    word: re.compile(rf"(?:\s|\#[^\n\r]*)*+(?:{what})", re.IGNORECASE)
    for word, what in (("SERVICE", r"\{"), ("LOAD", r"INTO|;|\Z"))
}
"""What follows the address that is called."""
_ADDRESS = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*://.*|[^'#]*)")
"""An IRI that cannot be read as the sign for less and what follows it, or to no effect: no text and no comment begins
in it, so that it ends where it would end as an IRI."""


def calls(text: str, keyword: str) -> Iterator[Token]:
    """Where an engine may read SERVICE or LOAD, by which it contacts another host; none that it reads is left out.

    Oxigraph wants no space between words: ``SERVICESILENT<a>`` and ``SERVICEa:b`` are calls for it. A prefixed name
    is none where something follows that never follows a call.

    >>> [call.text for call in calls("trueSERVICE service:b { } service:a a:service ?service 'SERVICE'", "SERVICE")]
    ['trueSERVICE', 'service:b']
    """
    for token in _readings(text):
        place = token.text.partition(":")[0] if token.kind == "name" else token.text if token.kind == "word" else ""
        ends = token.start + len(token.text)
        if keyword in place.upper() and (token.kind == "word" or _AFTER[keyword].match(text, ends)):
            yield token


def _readings(text: str) -> Iterator[Token]:
    """The tokens of a text and, where an IRI may be the sign for less with something behind it, of that reading too.

    Comments are left out, and are not looked through: many readings may share one.

    >>> [token.text for token in _readings("?a<3)SERVICE#>")]
    ['?a', '<3)SERVICE#>', '3', ')', 'SERVICE']
    """
    pattern = _pattern(text)
    ends = [*(end.start() for end in re.finditer(r"[\n\r]", text)), len(text)]
    begun, seen = [0], set[int]()
    while begun:
        at = begun.pop()
        while at < len(text) and at not in seen:
            seen.add(at)
            if text[at] == "#":
                at = ends[bisect_left(ends, at)]
            elif match := pattern.match(text, at):
                yield from _tokens_of(match)
                if match.lastgroup == "iri" and not _ADDRESS.fullmatch(match.group()):
                    begun.append(at + 1)
                at = match.end()


def prefixes_used(text: str) -> set[str]:
    """The prefixes of the prefixed names in Turtle or SPARQL text, declarations left out.

    >>> sorted(prefixes_used('@prefix a: <http://a/> .\\nb:x a c:Y ; d:z "e:f" .'))
    ['b', 'c', 'd']
    """
    used = set()
    before = ""
    for token in tokens(text):
        if token.kind == "name" and before not in ("@prefix", "prefix"):
            used.add(token.text.partition(":")[0])
        before = token.text.lower()
    return used


def line_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both counted from 1.

    >>> line_of("ab\\ncd", 4)
    (2, 2)
    """
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
