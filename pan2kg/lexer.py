"""Reading Turtle and SPARQL as a row of tokens, so that strings, IRIs and comments are never mistaken for words.

Both languages share these tokens; parsing proper is left to the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
                |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
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
    """,
    re.VERBOSE | re.DOTALL,
)
"""A run is what begins as a name and has no colon: taken whole, since looking for the colon again at each of its
words would take time that grows with the square of its length."""
_PLAIN = re.compile(r"(?P<word>[^\W\d]\w*)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<mark>.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind (string, iri, comment, variable, tag, blank, name, word, number, mark), text and offset."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of Turtle or SPARQL text, without white space; never fails, whatever the text.

    >>> [t.text for t in tokens('SELECT ?s { ?s a <http://e/#x> } # SERVICE')]
    ['SELECT', '?s', '{', '?s', 'a', '<http://e/#x>', '}', '# SERVICE']
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        if kind == "run":
            for part in _PLAIN.finditer(text, *match.span()):
                yield Token(part.lastgroup or "mark", part.group(), part.start())
        elif kind != "space":
            yield Token(kind, match.group(), match.start())


def may_hide(token: Token, keyword: str) -> bool:
    """Whether an engine that wants no space between words may read a keyword in a token.

    Oxigraph takes ``SERVICESILENT<a>`` and ``SERVICEa:b`` for calls. A local name, a variable or a text hides nothing.

    >>> [may_hide(token, "SERVICE") for token in tokens("trueSERVICE service:b a:service ?service 'SERVICE'")]
    [True, True, False, False, False]
    """
    text = token.text.partition(":")[0] if token.kind == "name" else token.text if token.kind == "word" else ""
    return keyword in text.upper()


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
