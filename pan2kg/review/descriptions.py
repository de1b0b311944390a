"""What is described by hand: an action, a document and its kept text, another name, the plan to start from.

What is described is one block, under a key that follows from what it says, in the file CONTRIBUTING names for it.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.project import PACKAGE, Project, read_text, reason, write_atomically
from pan2kg.review.basis import (
    UNVERIFIED,
    Basis,
    added,
    concept,
    described,
    free,
    handle,
    of_plan,
    own,
    places,
    slug,
    unused,
)
from pan2kg.review.readings import Addition, document_named
from pan2kg.store.queries import KINDS, find_thing, program_query, refuse_other_kind
from pan2kg.store.store import LocalStore, Store, select
from pan2kg.turtle.blocks import Block as Read
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.turtle.vocabulary import CORE, PAN, RDF, SKOS, key
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, text
from pan2kg.validation.quotations import RUN, KeptText, hashes_of, read_hashes
from pan2kg.validation.wording import is_date

NAMED: Final = KINDS["plan"] | KINDS["instrument"] | KINDS["body"] | {"Review"}
"""The classes of what may have other names than its label."""
SPEAKERS: Final = frozenset(NAMED - {"Provision", "Instrument", "UnnamedGroup"})
"""The classes of what a document may carry the words of."""
Words = tuple[str, str]
"""A text and its language."""


@dataclass(frozen=True, slots=True)
class Measure:
    """An action as it is printed: IRI of its plan, number, titles, the parts it stands under, its topics."""

    plan: str
    number: str
    titles: tuple[Words, ...]
    parts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


def read_measure(
    store: Store, project: Project, plan: str, number: str, titles: Sequence[Words], *,
    parts: Sequence[str] = (), topics: Sequence[str] = (),
) -> Measure:  # fmt: skip
    """An action as it was typed, held to what the graph knows.

    Raises:
        QueryError: plan, part or topic is not known, a part is of another plan, or two titles are in one language.
    """
    found, _ = described(store, project, plan, KINDS["plan"], "a-plan")
    within = [described(store, project, one, frozenset(("PlanPart", "Category")), "a-part") for one in parts]
    foreign = next((typed for typed, (_, home) in zip(parts, within, strict=True) if home and home != found), None)
    if foreign:
        raise QueryError("part-elsewhere", name=foreign, plan=plan)
    tags = [tag for _, tag in titles]
    if twice := next((tag for tag in tags if tags.count(tag) > 1), ""):
        raise QueryError("language-twice", remedy="one-title-each", tag=twice)
    about = (described(store, project, one, frozenset((f"{SKOS}Concept",)), "a-topic")[0] for one in topics)
    return Measure(found, number, tuple(titles), tuple(part for part, _ in within), tuple(about))


def measure_addition(store: Store, project: Project, measure: Measure, basis: Basis) -> Addition:
    """The file of actions of the plan with one more, behind those that stand there.

    A draft that holds plan and actions in one file takes it too; else it stands in ``actions.ttl``.

    Raises:
        ProjectError: there are no files to write to, or the plan has an action of that number.
        RefusedError: what stands in the file is not Turtle.
    """
    own(project)
    taken, prefixes = places(project), read_prefixes(project)
    name = f"{key(measure.plan)}-{slug(measure.number)}"
    subject = unused(f"action:{name}", taken, prefixes)
    block = Block(
        subject,
        (
            Statement("a", "pan:Action"),
            Statement("skos:notation", string(measure.number)),
            Statement("dcterms:identifier", string(name)),
            *(Statement("skos:prefLabel", text(words, tag)) for words, tag in measure.titles),
            Statement("pan:inPlan", iri(measure.plan, prefixes)),
            *(Statement(_within(store, part), iri(part, prefixes)) for part in measure.parts),
            *(Statement("pan:hasTopic", iri(topic, prefixes)) for topic in measure.topics),
            *basis.statements(prefixes),
        ),
    )
    path = of_plan(project, measure.plan, "actions", basis.certainty)
    homes = {taken[one] for one in _actions(store, measure.plan) if one in taken}
    if len(homes) == 1 and basis.certainty != UNVERIFIED:
        path = project.root / homes.pop()
    return added(project, path, [block], basis.document, label="actions", about=key(measure.plan))


def _within(store: Store, part: str) -> str:
    """The property that says under which part an action stands: a category has one of its own."""
    held = select(store, program_query("things/classes-and-plan", thing=part)).values("class")
    return "pan:inCategory" if f"{PAN}Category" in held else "pan:inPart"


def _actions(store: Store, plan: str) -> list[str]:
    return select(store, program_query("review/actions-of-plan", plan=plan)).values("action")


@dataclass(frozen=True, slots=True)
class Source:
    """A document facts are taken from; ``speaks_for`` holds the IRIs of those whose words it carries."""

    key: str
    titles: tuple[Words, ...]
    kind: str
    publisher: str = ""
    date: str = ""
    read_at: str = ""
    speaks_for: tuple[str, ...] = ()
    author: str = ""


def read_source(store: Store, project: Project, typed: Source) -> Source:
    """A document as it was typed, whose words it carries found in the graph.

    Raises:
        QueryError: the key or the date cannot be one, or nothing that can speak is called so.
    """
    if slug(typed.key) != typed.key:
        raise QueryError("no-key", remedy="write-key", name=typed.key)
    if typed.date and not any(is_date(typed.date, form) for form in ("date", "gYearMonth", "gYear")):
        raise QueryError("no-date", remedy="write-date", name=typed.date)
    spoken = (described(store, project, one, SPEAKERS, "a-speaker")[0] for one in typed.speaks_for)
    return replace(typed, speaks_for=tuple(spoken))


def document_addition(project: Project, source: Source) -> Addition:
    """The file of sources with one document more: among those read at the same host, else among all others.

    Raises:
        ProjectError: there are no files to write to, or a document has that key.
        RefusedError: what stands in the file is not Turtle.
    """
    own(project)
    taken, prefixes = places(project), read_prefixes(project)
    name = unused(f"document:{source.key}", taken, prefixes)
    dated = {4: "gYear", 7: "gYearMonth"}.get(len(source.date), "date")
    block = Block(
        name,
        (
            Statement("a", "pan:Document"),
            *(Statement("skos:prefLabel", text(words, tag)) for words, tag in source.titles),
            *([Statement("dcterms:date", f"{string(source.date)}^^xsd:{dated}")] if source.date else ()),
            *([Statement("pan:publisherName", string(source.publisher))] if source.publisher else ()),
            *(Statement("pan:speaksFor", iri(one, prefixes)) for one in source.speaks_for),
            *([Statement("pan:authorKind", f"authorkind:{source.author}")] if source.author else ()),
            Statement("pan:sourceKind", f"sourcekind:{source.kind}"),
            *([Statement("pan:readAt", f"{string(source.read_at)}^^xsd:anyURI")] if source.read_at else ()),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )
    path = _among(project, source.read_at)
    return added(project, path, [block], prefixes["document"] + source.key, label="documents")


def _among(project: Project, address: str) -> Path:
    """The file of ``graph/sources/`` that holds most documents of a host, else the one for all others."""
    folder, host = project.graph / "sources", urlsplit(address).netloc
    counted = Counter({path: read_text(path).count(f'"https://{host}/') for path in sorted(folder.glob("*.ttl"))})
    most = counted.most_common(1) if host else []
    if most and most[0][1]:
        return most[0][0]
    others = folder / "other-sites.ttl"
    return others if others.exists() else folder / "documents.ttl"


def name_addition(store: Store, project: Project, target: str, words: Words, kind: str, basis: Basis) -> Addition:
    """The file of names with one more of a thing: beside the core's where the core describes the thing, else its own.

    Raises:
        QueryError: nothing that can have names is called so, or there is no kind of that name.
        ProjectError: there are no files to write to, or the thing has that name of that kind.
        RefusedError: what stands in the file is not Turtle.
    """
    own(project)
    thing, _ = described(store, project, target, NAMED, "a-named-thing")
    taken, prefixes = places(project), read_prefixes(project)
    said = {
        ("pan:nameOf", iri(thing, prefixes)), ("skosxl:literalForm", text(*words)),
        ("pan:nameKind", concept(project, "namekind", kind)),
    }  # fmt: skip
    for file, known in _names(project):
        if said <= {(one.predicate, one.object) for one in known.statements}:
            raise ProjectError("block-stands", name=known.subject, file=file.name)
    open_ = "-unverified" if basis.certainty == UNVERIFIED else ""
    folder = "core/names" if taken.get(thing, "").startswith(CORE) else "names"
    block = Block(
        free(f"name:{handle(store, thing)}-{kind}-{words[1].lower()}", taken, prefixes),
        (
            Statement("a", "skosxl:Label"),
            Statement("skosxl:literalForm", text(*words)),
            Statement("pan:nameOf", iri(thing, prefixes)),
            Statement("pan:nameKind", f"namekind:{kind}"),
            *basis.statements(prefixes),
        ),
    )
    path = project.graph / folder / f"titles{open_}.ttl"
    return added(project, path, [block], basis.document, label="titles")


def _names(project: Project) -> Iterator[tuple[TurtleFile, Read]]:
    """The blocks of the files that hold names."""
    for path in project.graph_files():
        content = read_text(path)
        if "skosxl:Label" in content:
            file = read_turtle_file(content, project.name_of(path))
            yield from ((file, block) for block in file.blocks)


@dataclass(frozen=True, slots=True)
class Keeping:
    """The name of the file that was written, and how many of the quotations from the document stand in it."""

    name: str
    standing: int
    quoted: int


def keep(project: Project, store: Store, file: Path, document: str, *, as_hashes: bool = False) -> Keeping:
    """Keep a text of a document under its key; the other form of it, text or hashes, is taken away.

    Raises:
        QueryError: no document has that name.
        ProjectError: there are no files to write to, or the text has hardly a word, is not UTF-8 or cannot be kept.
    """
    own(project)
    found = document_named(store, project, document)
    text = read_text(file)
    if len(text.split()) < RUN:
        raise ProjectError("no-words", place=Place(str(file)), remedy="name-text")
    quotes = select(store, program_query("review/quotes-of", document=found)).values("quote")
    path = project.texts / f"{key(found)}{'.hashes' if as_hashes else '.txt'}"
    content = hashes_of(text, secrets.token_hex(16)) if as_hashes else text
    name = project.name_of(path)
    kept = read_hashes(key(found), name, content) if as_hashes else KeptText(key(found), name, text)
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
        path.with_suffix(".txt" if as_hashes else ".hashes").unlink(missing_ok=True)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(path)), reason=reason(error)) from None
    return Keeping(name, sum(kept.holds(one) is True for one in quotes), len(quotes))


_AFTER: Final = re.compile(r"^    pan:country \S+ ;\n", re.MULTILINE)


def home_addition(store: LocalStore, project: Project, name: str) -> tuple[Addition, tuple[Path, ...]]:
    """The profile with a plan to start from, and the folders of examples that go.

    The first action of the plan becomes the one questions are asked about where none is named.

    Raises:
        QueryError: no plan has that name.
        ProjectError: there is no profile to write to.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    plan = find_thing(name, store, project)
    refuse_other_kind(plan, ["plan"], option="home", store=store)
    prefixes = read_prefixes(project)
    of_plan = store.inner.quads_for_pattern(None, ox.NamedNode(PAN + "inPlan"), ox.NamedNode(plan))
    found = (quad.subject for quad in of_plan if isinstance(quad.subject, ox.NamedNode))
    is_action = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{PAN}Action")
    actions = sorted(one.value for one in found if any(store.inner.quads_for_pattern(one, *is_action)))
    examples = [one for one in select(store, program_query("dataset/examples")).values("plan") if one != plan]
    old = read_text(project.profile)
    new = _stating(old, "homePlan", iri(plan, prefixes))
    if actions:
        new = _stating(new, "exampleAction", iri(actions[0], prefixes))
    folders = (project.graph / "plans" / key(one) for one in examples)
    name_ = project.name_of(project.profile)
    return Addition(project.profile, name_, old, new), tuple(path for path in folders if path.is_dir())


def _stating(profile: str, property_: str, value: str) -> str:
    """A profile with one value of a property: in the place of the one that stands there, else behind the country."""
    line = re.compile(rf"^    pan:{property_} \S+ ([;.])$", re.MULTILINE)
    if line.search(profile):
        return line.sub(lambda found: f"    pan:{property_} {value} {found[1]}", profile)
    return _AFTER.sub(lambda found: f"{found[0]}    pan:{property_} {value} ;\n", profile, count=1)


def remove(folders: tuple[Path, ...]) -> None:
    """Delete the folders of examples.

    Raises:
        ProjectError: one cannot be deleted.
    """
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise ProjectError("cannot-write-there", place=Place(str(folder)), reason=reason(error)) from None
