"""Writes the outline of a plan as Turtle in the house style, for a person to complete.

Only what is printed in the plan is written. What a list does not say (bodies, dates, instruments) stays
absent; what the reader was unsure of is in the outline's remarks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from pan2kg.errors import OutlineError
from pan2kg.extract.layout import folded
from pan2kg.extract.numbering import level_of
from pan2kg.extract.outline import ACTION, CATEGORY, Item, Outline
from pan2kg.i18n.catalogue import Messages
from pan2kg.turtle.vocabulary import graph_of
from pan2kg.turtle.writer import Block, Statement, iri, string, text, write_turtle

_DATA: Final = Messages("data")

PLAN_KEY: Final = re.compile(r"[a-z]{2}-[a-z0-9-]+-[a-z0-9]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o"})
_SLUG_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a plan beside its list; each is empty where it is not known.

    ``type`` is a key of the scheme of plan types, ``country`` an IRI, ``completeness`` a key of its scheme; ``details``
    are statements on the actions, by the lines of their items, and ``blocks`` what those speak of.
    """

    type: str = ""
    country: str = ""
    completeness: str = ""
    publisher: str = ""
    day: str = ""
    address: str = ""
    details: Mapping[int, tuple[Statement, ...]] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    """What every block of a draft needs: the plan's key, the language tag, the keys of the items by line."""

    plan: str
    language: str
    keys: Mapping[int, str]
    prefixes: Mapping[str, str]
    details: Mapping[int, tuple[Statement, ...]]

    @property
    def space(self) -> str:
        """What the IRIs of the project begin with."""
        return self.prefixes["plan"].removesuffix("id/plan/")

    @property
    def scheme(self) -> str:
        """The scheme of the plan's categories, below the project's own address: the prefix is that of all schemes."""
        return iri(f"{self.space}id/scheme/{self.plan}-categories", self.prefixes)

    @property
    def provenance(self) -> tuple[Statement, ...]:
        return _certain(f"document:{self.plan}-text")


def draft_plan(
    outline: Outline,
    prefixes: Mapping[str, str],
    *,
    plan: str,
    source_name: str,
    graph: str = "",
    known: Known | None = None,
) -> str:
    """The plan as Turtle: its source, its title, its categories and actions with their printed numbers.

    ``plan`` is its key (``lu-bhr-2``), ``source_name`` the file the outline was read from, ``graph`` the path
    of the new file below ``graph/`` where it is not ``plans/KEY/plan``; ``prefixes`` are the project's, ``known``
    what its text does not say.
    Titles are tagged with the outline's language.

    >>> from pan2kg.extract.outline import read_outline
    >>> from pan2kg.project import Project
    >>> from pan2kg.turtle.writer import read_prefixes
    >>> outline = read_outline("1. Former les juges", language="fr")
    >>> turtle = draft_plan(outline, read_prefixes(Project.packaged()), plan="be-bhr-1", source_name="plan.txt")
    >>> print(turtle[turtle.index("action:be") :], end="")
    action:be-bhr-1-1 a pan:Action ;
        skos:notation "1" ;
        dcterms:identifier "be-bhr-1-1" ;
        skos:prefLabel "Former les juges"@fr ;
        pan:inPlan plan:be-bhr-1 ;
        dcterms:source document:be-bhr-1-text ;
        pan:certainty certainty:stated .

    Raises:
        OutlineError: the key is not made as keys are, or the language is not known.
    """
    if not PLAN_KEY.fullmatch(plan) or "--" in plan:
        raise OutlineError("no-plan-key", remedy="plan-key-form", plan=plan)
    tag = outline.language
    if not _LANGUAGE.fullmatch(tag):
        raise OutlineError("no-language-tag" if tag else "language-untold", remedy="name-language", tag=tag)
    known = known or Known()
    draft = _Draft(plan, tag, item_keys(outline), prefixes, known.details)
    name = PurePath(source_name.replace("\\", "/")).name
    blocks = [
        _source_graph(draft, name, graph_of(graph or f"plans/{plan}/plan", draft.space)),
        _document(draft, name, known),
        _plan(draft, outline, known),
        *_scheme(draft, outline),
        *(block for item, place in _places(outline.items) for block in _item_blocks(draft, item, None, place)),
        *known.blocks,
    ]
    return write_turtle(blocks, prefixes)


def item_keys(outline: Outline) -> dict[int, str]:
    """The key of every category and action by its line, made from the printed numbers: ``4-3`` for 4.3.

    Where numbers start again under each heading, the heading's number goes before; an item without number is
    named by its first words.

    >>> from pan2kg.extract.outline import read_outline
    >>> item_keys(read_outline("Axe 1 : Emploi\\nMesure 1 : Former\\nAxe 2 : Santé\\nMesure 1 : Informer"))
    {1: '1', 3: '2', 2: '1-1', 4: '2-1'}
    """
    chains = {item.line: chain for root in outline.items for item, chain in _chains(root, ())}
    return {
        line: key
        for kind in (CATEGORY, ACTION)
        for line, key in _unique([item for item in outline.walk() if item.kind == kind], chains).items()
    }


def _chains(item: Item, above: tuple[str, ...]) -> Iterator[tuple[Item, tuple[str, ...]]]:
    """Each item with its own name and those above it, without those its number repeats (4 above 4.3)."""
    own = _slug(item.number) or _slug(item.title) or f"line-{item.line}"
    kept = above[:-1] if above and own.startswith(above[-1] + "-") else above
    chain = (*kept, own)
    yield item, chain
    for child in item.children:
        yield from _chains(child, chain)


def _unique(items: Sequence[Item], chains: Mapping[int, tuple[str, ...]]) -> dict[int, str]:
    """Keys of the fewest parts that tell most items apart; the words of the title tell the others apart."""
    longest = max((len(chains[item.line]) for item in items), default=1)
    tried = [{item.line: "-".join(chains[item.line][-depth:]) for item in items} for depth in range(1, longest + 1)]
    keys = max(tried, key=lambda found: len(set(found.values())))
    _tell_apart(keys, {item.line: _slug(item.title) for item in items})
    _tell_apart(keys, {item.line: f"line-{item.line}" for item in items})
    return keys


def _tell_apart(keys: dict[int, str], additions: Mapping[int, str]) -> None:
    """Adds to every key that an item before has already."""
    taken: set[str] = set()
    for line, key in keys.items():
        if key in taken and additions[line]:
            keys[line] = f"{key}-{additions[line]}"
        taken.add(keys[line])


def _slug(printed: str) -> str:
    """A text as part of a key: lower case, no accents, hyphens, cut after a word."""
    plain = re.sub(r"[^a-z0-9]+", "-", folded(printed.casefold().translate(_LIGATURES))).strip("-")
    if len(plain) <= _SLUG_LENGTH:
        return plain
    return plain[: _SLUG_LENGTH + 1].rpartition("-")[0] or plain[:_SLUG_LENGTH]


def _source_graph(draft: _Draft, name: str, graph: str) -> Block:
    labels = _DATA.known("draft", plan=draft.plan, name=name)
    return Block(
        f"<{graph}>",
        (
            Statement("a", "pan:SourceGraph"),
            *(Statement("rdfs:label", text(words, tag)) for tag, words in labels.words),
            *draft.provenance,
        ),
    )


def _document(draft: _Draft, name: str, known: Known) -> Block:
    label = Statement("skos:prefLabel", text(name, draft.language))
    is_official = bool(known.publisher)
    return Block(
        f"document:{draft.plan}-text",
        (
            Statement("a", "pan:Document"),
            label,
            *_maybe("dcterms:date", f'"{known.day}"^^xsd:date' if known.day else ""),
            *_maybe("pan:publisherName", string(known.publisher) if is_official else ""),
            *_maybe("pan:speaksFor", f"plan:{draft.plan}" if is_official else ""),
            *_maybe("pan:sourceKind", "sourcekind:official-page" if is_official else ""),
            *_maybe("pan:readAt", f"{string(known.address)}^^xsd:anyURI" if known.address else ""),
        ),
    )


def _plan(draft: _Draft, outline: Outline, known: Known) -> Block:
    number = str(len(outline.actions)) if known.completeness == "complete" else ""
    return Block(
        f"plan:{draft.plan}",
        (
            Statement("a", "pan:Plan"),
            Statement("dcterms:identifier", string(draft.plan)),
            *_label(outline.title, draft.language),
            *_maybe("dcterms:type", f"plantype:{known.type}" if known.type else ""),
            *_maybe("dcterms:spatial", f"<{known.country}>" if known.country else ""),
            *_maybe("pan:measureCount", number),
            *_maybe("pan:listCompleteness", f"completeness:{known.completeness}" if known.completeness else ""),
            *draft.provenance,
        ),
    )


def _scheme(draft: _Draft, outline: Outline) -> Iterator[Block]:
    if outline.categories:
        called = _DATA.known("draft-categories", plan=draft.plan)
        yield Block(
            draft.scheme,
            (
                Statement("a", "skos:ConceptScheme"),
                *(Statement("skos:prefLabel", text(words, tag)) for tag, words in called.words),
                *draft.provenance,
            ),
        )


def _item_blocks(draft: _Draft, item: Item, above: Item | None, place: int) -> Iterator[Block]:
    category = f"category:{draft.plan}-{draft.keys[above.line]}" if above else ""
    if item.kind == ACTION:
        within = (Statement("pan:inPlan", f"plan:{draft.plan}"), *_maybe("pan:inCategory", category))
        key = f"{draft.plan}-{draft.keys[item.line]}"
        named = (Statement("a", "pan:Action"), *_notation(item), Statement("dcterms:identifier", string(key)))
        details = draft.details.get(item.line, ())
        yield Block(
            f"action:{key}", (*named, *_label(item.title, draft.language), *within, *details, *draft.provenance)
        )
    if item.kind == CATEGORY:
        scheme = draft.scheme
        kept = Statement("skos:broader", category) if category else Statement("skos:topConceptOf", scheme)
        standing = (
            Statement("pan:inPlan", f"plan:{draft.plan}"),
            *_maybe("pan:partOf", category),
            Statement("pan:partLevel", f"partlevel:{level_of(item.label)}"),
            Statement("pan:order", str(place)),
        )
        named = (Statement("a", "pan:Category"), *_notation(item), *_label(item.title, draft.language))
        statements = (*named, Statement("skos:inScheme", scheme), kept, *standing, *draft.provenance)
        yield Block(f"category:{draft.plan}-{draft.keys[item.line]}", statements, _heading(item))
        for child, number in _places(item.children):
            yield from _item_blocks(draft, child, item, number)


def _places(items: Iterable[Item]) -> Iterator[tuple[Item, int]]:
    """Each item with its place among those of its level, as printed, from 1."""
    seen: Counter[str] = Counter()
    for item in items:
        level = level_of(item.label) if item.kind == CATEGORY else item.kind
        seen[level] += 1
        yield item, seen[level]


def _notation(item: Item) -> tuple[Statement, ...]:
    return _maybe("skos:notation", string(item.number) if item.number else "")


def _heading(item: Item) -> str:
    printed = " ".join(part for part in (item.label, item.number) if part)
    return " – ".join(part for part in (printed, item.title) if part)


def _label(title: str, language: str) -> tuple[Statement, ...]:
    return _maybe("skos:prefLabel", text(title, language) if title else "")


def _maybe(predicate: str, value: str) -> tuple[Statement, ...]:
    return (Statement(predicate, value),) if value else ()


def _certain(source: str) -> tuple[Statement, ...]:
    return Statement("dcterms:source", source), Statement("pan:certainty", "certainty:stated")
