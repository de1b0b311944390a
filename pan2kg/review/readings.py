"""A reading written down: what of a plan or an action somebody read, how far, in which documents, and on which day.

Only this makes « no » of « not read »: that something is not there is said where somebody read in full, and nowhere
else. What is written stands in ``readings.ttl`` beside the plan, one block a reading; no line that is there changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches, unified_diff
from pathlib import Path
from typing import Final

from pan2kg.coherence.evidence import Aspect, Extent, Reading
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.i18n.message import Message, did_you_mean, either, told
from pan2kg.project import PACKAGE, Project, read_text
from pan2kg.review.entry import read_text as read_words
from pan2kg.review.files import append
from pan2kg.store.queries import find_thing, program_query, refuse_other_kind
from pan2kg.store.store import Store, select
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import PAN, key
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, text

FILE: Final = "readings.ttl"
_DATA: Final = Messages("data")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A reading as it was typed, its names found in the graph: the IRIs of its plan and of every document it was in."""

    reading: Reading
    plan: str
    documents: tuple[str, ...]


def read_entry(
    store: Store, project: Project, work: str, documents: Sequence[str], *, aspect: Aspect, extent: Extent, day: date,
    today: date, reader: str,
) -> Entry:  # fmt: skip
    """What was typed, with keys, labels or IRIs for the work and the documents, held to what the graph knows.

    Raises:
        QueryError: the work is no plan and no action of one, a document is none, or the day is still to come.
        RefusedError: the reader has no name, or one that is too long or holds what cannot be seen.
    """
    if day > today:
        raise QueryError("reading-ahead", remedy="name-day-of-reading", day=day.isoformat())
    found = find_thing(work, store, project)
    plan = plan_of(store, found, work)
    sources = tuple(dict.fromkeys(document_named(store, project, one) for one in documents))
    name = read_words({"reviewer": reader}, "reviewer")
    return Entry(Reading(found, aspect, extent, sources[0], day, name), plan, sources)


def plan_of(store: Store, work: str, typed: str) -> str:
    """The plan of an action, or the plan itself."""
    table = select(store, program_query("things/classes-and-plan", thing=work))
    classes = {name.removeprefix(PAN) for name in table.values("class")}
    if "Plan" in classes:
        return work
    if "Action" not in classes:
        wanted = either([told("a-plan"), told("an-action")])
        raise QueryError("no-plan-nor-action", remedy=told("name-by-key", wanted=wanted), name=typed)
    plan = min((one for one in table.values("plan") if one), default="")
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed)
    return plan


def document_named(store: Store, project: Project, typed: str) -> str:
    """The document a key, a label or an IRI names; a document has its key in its IRI alone."""
    known = {key(one): one for one in select(store, program_query("review/documents")).values("document")}
    if typed in known:
        return known[typed]
    try:
        found = find_thing(typed, store, project)
    except QueryError:
        near = get_close_matches(typed, sorted(known), n=3, cutoff=0.4)
        remedy = did_you_mean(near) if near else told("name-by-key", wanted=told("a-document"))
        raise QueryError("nothing-called", remedy=remedy, value=typed) from None
    refuse_other_kind(found, ["document"], option="document", store=store)
    return found


@dataclass(frozen=True, slots=True)
class Addition:
    """A file as it is and as it is to be; ``old`` is empty where there is none yet."""

    path: Path
    name: str
    old: str
    new: str

    @property
    def difference(self) -> str:
        """What changes, line by line, as version control shows it.

        >>> print(Addition(Path("x"), "x.ttl", "a\\n", "a\\nb\\n").difference, end="")
        --- x.ttl
        +++ x.ttl
        @@ -1 +1,2 @@
         a
        +b
        """
        before = self.name if self.old else "/dev/null"
        lines = unified_diff(self.old.splitlines(keepends=True), self.new.splitlines(keepends=True), before, self.name)
        return "".join(lines)


def addition(project: Project, entry: Entry) -> Addition:
    """The file of readings beside the plan with one block more.

    Raises:
        ProjectError: there are no files to write to, or that reading stands there already.
        RefusedError: what stands in the file is not Turtle.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    if not _KEY.fullmatch(key(entry.plan)):
        raise ProjectError("plan-names-no-folder", name=key(entry.plan))
    path = project.graph / "plans" / key(entry.plan) / FILE
    name, prefixes = project.name_of(path), read_prefixes(project)
    old = read_text(path) if path.exists() else ""
    statements = tuple(_statements(entry, prefixes))
    known = {
        block.subject: {(one.predicate, one.object) for one in block.statements}
        for block in read_turtle_file(old, name).blocks
    }
    if {(one.predicate, one.object) for one in statements} in known.values():
        raise ProjectError("reading-stands", name=name)
    block = Block(_free(entry, set(known), prefixes), statements)
    return Addition(path, name, old, append(old, [_header(project, path, entry.plan)], [block], prefixes, name))


def _statements(entry: Entry, prefixes: Mapping[str, str]) -> Iterator[Statement]:
    one = entry.reading
    yield Statement("a", "pan:Reading")
    yield Statement("pan:readsWork", iri(one.work, prefixes))
    yield Statement("pan:aspect", f"aspect:{one.aspect.value}")
    yield Statement("pan:extent", f"readingextent:{one.extent.value}")
    for document in entry.documents:
        yield Statement("pan:inDocument", iri(document, prefixes))
    if one.day:
        yield Statement("pan:readOn", f'"{one.day.isoformat()}"^^xsd:date')
    yield Statement("pan:reader", string(one.reader))


def _free(entry: Entry, taken: set[str], prefixes: Mapping[str, str]) -> str:
    """A key nobody has: work, aspect and day, then a number where several people read on one day."""
    one = entry.reading
    base = f"{prefixes['reading']}{key(one.work)}-{one.aspect.value}-{one.day}"
    made = [iri(base, prefixes), *(iri(f"{base}-{number}", prefixes) for number in range(2, len(taken) + 3))]
    return next(name for name in made if name not in taken)


def _header(project: Project, path: Path, plan: str) -> Block:
    """What a new file says of itself first."""
    words = _DATA.text("readings", name=key(plan)).words
    return Block(
        f"<{project.graph_iri(path)}>",
        (
            Statement("a", "pan:SourceGraph"),
            *(Statement("rdfs:label", text(said, language)) for language, said in words),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )


def remark(store: Store, entry: Entry, language: Language = "en") -> str:
    """What a reading of a whole plan does not settle yet, in words; empty where nothing is to be said.

    A plan is read in full for texts only where the list of its measures is complete.
    """
    one = entry.reading
    if one.work != entry.plan or (one.aspect, one.extent) != (Aspect.TEXTS, Extent.FULL):
        return ""
    lists = {plan: key(how) for plan, how in zip(*_lists(store), strict=True)}
    return "" if lists.get(one.work) == "complete" else Message("progress", "reading-list-open").say(language)


def _lists(store: Store) -> tuple[list[str], list[str]]:
    table = select(store, program_query("coherence/plans"))
    return table.values("plan"), table.values("completeness")
