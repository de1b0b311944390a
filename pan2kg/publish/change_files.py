"""A change in words, as Markdown, as a table, and as an object of JSON.

In words it is a list of sentences: first how much changed, then which figures, then each plan, text
or other root with what happened to it and to what belongs to it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.i18n import Language, Messages
from pan2kg.publish.change_names import LONG, ChangeNames
from pan2kg.publish.changes import Altered, Change, Edit, Refigured, Status
from pan2kg.publish.states import text_of
from pan2kg.store import gathered
from pan2kg.tables import figure_words, formats
from pan2kg.turtle import DCTERMS, PAN, RDF
from pan2kg.turtle.vocabulary import path_of

_WORDS = Messages("change")
_ROOTS = tuple(
    PAN + name for name in ("Plan", "Review", "LegalAct", "Treaty", "SoftLaw", "Commitment", "Bill")
)
"""The classes of what is told first, in this order."""
_PARTS = frozenset(
    PAN + name
    for name in (
        "Passage",
        "Timeline",
        "Indicator",
        "ExpectedResult",
        "VerificationSource",
        "Position",
    )
)
"""The classes of what is only counted where it was added or removed with what it belongs to."""


def tell_edit(edit: Edit, names: ChangeNames, language: Language) -> str:
    """What stood and what stands, as one sentence; « – » stands for nothing."""
    name = names.property(edit.predicate, language)
    if edit.language:
        name += f" ({edit.language})"
    start = _first_difference(edit)
    before = "–" if edit.old is None else names.term(edit.old, language, start=start)
    after = "–" if edit.new is None else names.term(edit.new, language, start=start)
    return _WORDS.say("edit.changed", language, property=name, old=before, new=after)


def _first_difference(edit: Edit) -> int:
    """Where two texts begin to differ, if one of them is too long to be shown whole; else 0."""
    if not isinstance(edit.old, ox.Literal) or not isinstance(edit.new, ox.Literal):
        return 0
    before = " ".join(edit.old.value.split())
    after = " ".join(edit.new.value.split())
    if max(len(before), len(after)) <= LONG:
        return 0
    for place, (sign_before, sign_after) in enumerate(zip(before, after, strict=False)):
        if sign_before != sign_after:
            return place
    return min(len(before), len(after))


def kind_name(thing: Altered, names: ChangeNames, language: Language) -> str:
    """What the class of a thing is called; « thing » where it has none."""
    if not thing.kind:
        return _WORDS.say("kind.thing", language)
    return names.of(thing.kind, language)


class IndentedLine(NamedTuple):
    """A sentence of a change: at depth 0 it is a title, at 1 it stands below that, at 2 below a sentence."""

    depth: int
    text: str


def write_text(change: Change, language: Language) -> str:
    """What changed in sentences, one below the other."""
    lines = [_WORDS.say("title", language, old=change.old.name, new=change.new.name)]
    for line in _lines(change, language):
        lines.append(f"{'  ' * line.depth}{line.text}" if line.depth else f"\n{line.text}")
    return "\n".join([*lines, ""])


def write_markdown(change: Change, language: Language) -> str:
    """The same as Markdown: titles, and lists below them."""
    title = _WORDS.say("title", language, old=change.old.name, new=change.new.name)
    lines = [f"# {formats.md_escape(title)}"]
    for line in _lines(change, language):
        text = formats.md_escape(line.text)
        if line.depth:
            lines.append(f"{'  ' * (line.depth - 1)}- {text}")
        else:
            lines.append(f"\n## {text}\n")
    return "\n".join([*lines, ""])


def _lines(change: Change, language: Language) -> Iterator[IndentedLine]:
    if change.is_empty:
        yield IndentedLine(0, _WORDS.say("none", language))
        return
    yield from _summary_lines(change, language)
    if change.figures:
        yield from _figure_lines(change.figures, language)
    names = change.names
    by_root = gathered((thing.root, thing) for thing in change.things)
    for root in sorted(by_root, key=lambda root: (_rank_of(root, names), root)):
        yield IndentedLine(0, names.titled(root, language))
        # the root itself, then what belongs to it
        things = by_root[root]
        things.sort(key=lambda thing: (thing.iri != thing.root, thing.part_of, thing.iri))
        yield from _thing_lines(names, things, root, language)


def _rank_of(root: str, names: ChangeNames) -> tuple[int, str]:
    """What roots are ordered by: their class, those told first in the order of ``_ROOTS``."""
    kinds = names.values(root, RDF + "type")
    ranks = [_ROOTS.index(kind) for kind in kinds if kind in _ROOTS]
    return min(ranks, default=len(_ROOTS)), min(kinds, default="")


def _summary_lines(change: Change, language: Language) -> Iterator[IndentedLine]:
    """How many things and statements were altered, and what moved or was derived."""
    counts = Counter(thing.status for thing in change.things)
    counted = []
    for status in Status:
        if counts[status]:
            name = _WORDS.say(f"status.{status}", language)
            counted.append(_WORDS.say("count", language, status=name, n=counts[status]))
    yield IndentedLine(0, ", ".join(counted))
    added = len(change.added)
    removed = len(change.removed)
    yield IndentedLine(1, _WORDS.say("count.statements", language, added=added, removed=removed))
    for move in change.moves:
        ends = {"old": _file_of(move.source, language), "new": _file_of(move.target, language)}
        yield IndentedLine(1, _WORDS.say("moved", language, **ends))
    for shift in change.shifts:
        ends = {"old": _file_of(shift.source, language), "new": _file_of(shift.target, language)}
        yield IndentedLine(1, _WORDS.say("shifted", language, n=shift.number, **ends))
    for rule, more, less in change.derivations:
        yield IndentedLine(1, _WORDS.say("derived", language, rule=rule, added=more, removed=less))


def _file_of(graph: str, language: Language) -> str:
    return path_of(graph) or graph or _WORDS.say("nowhere", language)


def _figure_lines(refigured: Refigured, language: Language) -> Iterator[IndentedLine]:
    yield IndentedLine(0, _WORDS.say("figures", language))
    if not refigured.changes:
        yield IndentedLine(1, _WORDS.say("figures-same", language))
    for was, now in refigured.changes:
        name = now.figure.name().say(language)
        before = figure_words.value_words(was.value, was, language)
        after = figure_words.value_words(now.value, now, language)
        yield IndentedLine(
            1, _WORDS.say("edit.changed", language, property=name, old=before, new=after)
        )
    yield IndentedLine(1, figure_words.basis_words(refigured.basis, language))


def _thing_lines(
    names: ChangeNames, altered: Sequence[Altered], root: str, language: Language
) -> Iterator[IndentedLine]:
    """What happened to a thing and what belongs to it; parts of what was added or removed whole are only counted."""
    whole = {}
    for thing in altered:
        if thing.status in (Status.ADDED, Status.REMOVED):
            whole[thing.iri] = thing.status
    told_singly = []
    parts = Counter[str]()
    for thing in altered:
        if thing.kind in _PARTS and whole.get(thing.part_of) is thing.status:
            parts[thing.part_of] += 1
        else:
            told_singly.append(thing)
    for thing in told_singly:
        text = _tell_thing(thing, names, language, besides=root)
        if parts[thing.iri]:
            text += f", {_WORDS.say('parts', language, n=parts[thing.iri])}"
        yield IndentedLine(1, text)
        if thing.iri not in whole:
            for edit in thing.edits:
                yield IndentedLine(2, tell_edit(edit, names, language))


def _tell_thing(thing: Altered, names: ChangeNames, language: Language, *, besides: str) -> str:
    text = title_of(thing, names, language, besides=besides)
    heir = names.value(thing.iri, DCTERMS + "isReplacedBy")
    if heir and thing.status is Status.RETIRED:
        text += f", {_WORDS.say('replaced', language, thing=names.titled(heir, language))}"
    return text


def title_of(thing: Altered, names: ChangeNames, language: Language, *, besides: str = "") -> str:
    """What happened to which thing, in one line; a link is called by what it joins, without ``besides``."""
    return _WORDS.say(
        "feed.entry",
        language,
        kind=kind_name(thing, names, language),
        status=_WORDS.say(f"status.{thing.status}", language),
        thing=names.titled(thing.iri, language, besides=besides),
    )


def _row_of(thing: Altered, names: ChangeNames, language: Language) -> dict[str, str]:
    """Which thing it is and what happened to it, by column."""
    return {
        "status": thing.status,
        "kind": thing.kind,
        "kind_label": kind_name(thing, names, language),
        "thing": thing.iri,
        "thing_label": names.of(thing.iri, language),
        "part_of": thing.part_of,
        "root": thing.root,
    }


_COLUMNS = (
    "status",
    "kind",
    "kind_label",
    "thing",
    "thing_label",
    "part_of",
    "root",
    "property",
    "property_label",
    "language",
    "old",
    "new",
)


def write_csv(change: Change, language: Language) -> str:
    """What changed as a table, a row an edit."""
    rows = []
    names = change.names
    for thing in change.things:
        about = _row_of(thing, names, language)
        for edit in thing.edits:
            row = {
                **about,
                "property": edit.predicate,
                "property_label": names.property(edit.predicate, language),
                "language": edit.language,
                "old": "" if edit.old is None else text_of(edit.old),
                "new": "" if edit.new is None else text_of(edit.new),
            }
            rows.append([row[column] for column in _COLUMNS])
    return formats.write_csv(formats.Grid(_COLUMNS, rows))


def write_json(change: Change, language: Language) -> str:
    """What changed as one object, with the numbers of statements and the edits of each thing."""
    moves = [{"old": source, "new": target} for source, target in change.moves]
    shifts = [
        {"old": source, "new": target, "count": number} for source, target, number in change.shifts
    ]
    derivations = [
        {"rule": rule, "added": more, "removed": less} for rule, more, less in change.derivations
    ]
    return formats.write_json(
        {
            "old": change.old.name,
            "new": change.new.name,
            "statements_added": len(change.added),
            "statements_removed": len(change.removed),
            "moved": moves,
            "shifted": shifts,
            "derived": derivations,
            "figures": _figures_json(change.figures, language) if change.figures else None,
            "things": [_thing_json(thing, change.names, language) for thing in change.things],
        }
    )


def _figures_json(refigured: Refigured, language: Language) -> dict[str, object]:
    changed = []
    for was, now in refigured.changes:
        name = now.figure.name().say(language)
        changed.append({"figure": now.figure.id, "name": name, "old": was.value, "new": now.value})
    return {
        "basis": figure_words.basis_words(refigured.basis, language),
        "weights": refigured.basis.weights,
        "changed": changed,
    }


def _thing_json(thing: Altered, names: ChangeNames, language: Language) -> dict[str, object]:
    edits = []
    for edit in thing.edits:
        edits.append(
            {
                "property": edit.predicate,
                "property_label": names.property(edit.predicate, language),
                "old": None if edit.old is None else str(edit.old),
                "new": None if edit.new is None else str(edit.new),
            }
        )
    return {**_row_of(thing, names, language), "edits": edits}


WRITERS = {
    "text": write_text,
    "md": write_markdown,
    "csv": write_csv,
    "json": write_json,
}
"""The forms of a change that need no day."""
