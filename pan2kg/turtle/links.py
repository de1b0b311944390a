"""The keys of links as their blocks say them: a key is made from type, relation and ends, and tells if one was changed.

A link that somebody has decided on may have the reviewer's name in its key, and a number where the same person decided
more than once (``pan2kg.review``); each of these keys is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pan2kg.turtle.blocks import Block, TurtleFile
from pan2kg.turtle.vocabulary import PAN, kind_and_key, link_iri

_ENDS: Final = ("from", "to", "between")
_SIGNED: Final = 20
"""How many decisions of one person on one link are looked for."""


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A link whose key is none of those its block makes: where it stands, what it is called, and what it is to be."""

    file: TurtleFile
    block: Block
    iri: str
    right: str


def misnamed(files: Iterable[TurtleFile]) -> Iterator[Misnamed]:
    """The links in these files whose key is not that of what they say.

    A block that lacks a type or an end, or has one twice, is left to the shapes of links.

    >>> from pan2kg.turtle.blocks import read_turtle_file
    >>> head = f"@prefix e: <https://e/id/> .\\n@prefix p: <{PAN}> .\\n\\n"
    >>> lines = ("e:link/0 a p:Link", "p:linkType e:linktype/part-of", "p:from e:a/b", "p:to e:a/c .\\n")
    >>> [one.right for one in misnamed([read_turtle_file(head + " ;\\n    ".join(lines), "x.ttl")])]
    ['https://e/id/link/f9ece78eed4269fb']
    """
    for file in files:
        for block in file.blocks:
            iri = file.expand(block.subject)
            if kind_and_key(iri)[0] == "link":
                right = list(_keys(file, block, iri.partition("id/link/")[0]))
                if right and iri not in right:
                    yield Misnamed(file, block, iri, right[0])


def _keys(file: TurtleFile, block: Block, space: str) -> Iterator[str]:
    """The IRIs a link may have, the likeliest first."""
    said = _said(file, block)
    types, starts, ends, joined = (said.get(name, []) for name in ("linkType", *_ENDS))
    both = sorted(joined) if joined else [*starts, *ends]
    if len(types) != 1 or len(both) != 2 or (not joined and len(starts) != 1):
        return
    relation, scale = (_first(said, name) for name in ("relation", "onScale"))
    assessor = _first(said, "assessor")
    for signed in _signatures(said, assessor):
        yield link_iri(
            _local(types[0]), *both, relation=_local(relation), scale=_first(said, "scale") or _local(scale),
            assessor=assessor + signed, space=space,
        )  # fmt: skip


def _signatures(said: Mapping[str, list[str]], assessor: str) -> Iterator[str]:
    """What is added to the assessor: a decision that rejects always bears its reviewer, the others may."""
    rejected = _local(_first(said, "status")) == "rejected"
    reviewers = [f"|{name}" for name in said.get("reviewedBy", ())]
    numbered = [f"{name}|{number}" for name in reviewers for number in range(2, _SIGNED)]
    scored = [f"|{number}" for number in range(2, _SIGNED)] if assessor else []
    yield from (*reviewers, *numbered, "") if rejected and reviewers else ("", *reviewers, *numbered, *scored)


def _said(file: TurtleFile, block: Block) -> dict[str, list[str]]:
    """The values of each property of ours by its local name: IRIs in full, texts without their quotation marks."""
    said: dict[str, list[str]] = {}
    for statement in block.statements:
        name = file.expand(statement.predicate)
        if name.startswith(PAN):
            value = statement.object
            plain = value[1 : value.rindex('"')] if value.startswith('"') else file.expand(value)
            said.setdefault(name.removeprefix(PAN), []).append(plain)
    return said


def _first(said: Mapping[str, list[str]], name: str) -> str:
    return next(iter(said.get(name, ())), "")


def _local(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]
