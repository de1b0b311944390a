"""Links in files whose keys are not those of what they say, and the keys they are to have.

The key of a link is made from what it says, by :func:`pan2kg.turtle.link_iri`. A link that somebody
has decided on may have the reviewer's name in its key, and a number where the same person decided
more than once (``pan2kg.review``); each of these keys is right.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pan2kg.turtle.blocks import SourceBlock, TurtleFile
from pan2kg.turtle.vocabulary import PAN, kind_and_key, link_iri

# the second to the last decision of one person on one link that is looked for
_DECISIONS = range(2, 20)

Properties = defaultdict[str, list[str]]
"""What a link says by each property of ours: IRIs in full, texts without their quotation marks."""


class MisnamedLink(NamedTuple):
    """A link with the IRI it has, and the one it is to have."""

    file: TurtleFile
    block: SourceBlock
    iri: str
    right: str


def misnamed(files: Iterable[TurtleFile]) -> Iterator[MisnamedLink]:
    """The links whose key is not that of what they say.

    A block that lacks a type or an end, or has one twice, is left to the shapes of links.
    """
    for file in files:
        for block in file.blocks:
            iri = file.expand(block.subject)
            if kind_and_key(iri).kind == "link":
                right = list(_right_iris(_properties(file, block), iri.partition("id/link/")[0]))
                if right and iri not in right:
                    yield MisnamedLink(file, block, iri, right[0])


def _properties(file: TurtleFile, block: SourceBlock) -> Properties:
    properties: Properties = defaultdict(list)
    for statement in block.statements:
        name = file.expand(statement.predicate)
        value = statement.object
        if name.startswith(PAN):
            plain = value[1 : value.rindex('"')] if value.startswith('"') else file.expand(value)
            properties[name.removeprefix(PAN)].append(plain)
    return properties


def _right_iris(properties: Properties, space: str) -> Iterator[str]:
    """The IRIs that are right for a link, the one it would be given first; none where an end or the type lacks."""
    ends = _ends(properties)
    types = properties["linkType"]
    if not ends or len(types) != 1:
        return
    for signature in _signatures(properties):
        yield link_iri(
            _last_part(types[0]),
            *ends,
            relation=_last_part(_value(properties, "relation")),
            scale=_value(properties, "scale") or _last_part(_value(properties, "onScale")),
            assessor=_value(properties, "assessor") + signature,
            space=space,
        )


def _ends(properties: Properties) -> list[str]:
    """The two things a link ties, those of an undirected one sorted; none where they are not two."""
    if properties["between"]:
        ends = sorted(properties["between"])
    elif len(properties["from"]) == 1:
        ends = properties["from"] + properties["to"]
    else:
        ends = []
    return ends if len(ends) == 2 else []


def _signatures(properties: Properties) -> list[str]:
    """What may stand behind the assessor in the key of a link: nothing, a reviewer, a number of a decision.

    A decision that rejects always bears its reviewer, the others may; what is usual stands first.
    """
    reviewers = [f"|{name}" for name in properties["reviewedBy"]]
    signed = reviewers + [f"{name}|{number}" for name in reviewers for number in _DECISIONS]
    if reviewers and _last_part(_value(properties, "status")) == "rejected":
        return [*signed, ""]
    signatures = ["", *signed]
    if _value(properties, "assessor"):
        signatures += [f"|{number}" for number in _DECISIONS]
    return signatures


def _value(properties: Properties, name: str) -> str:
    """The first value of a property, empty where it has none."""
    return next(iter(properties[name]), "")


def _last_part(iri: str) -> str:
    return iri.rpartition("/")[2]
