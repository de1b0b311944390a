"""What a statement that is written down rests on – document, passage, certainty –, and the file it belongs into.

A fact of a plan stands in the folder of the plan, what nobody has verified in ``unverified.ttl`` beside it, and every
file begins by saying what it holds. CONTRIBUTING has the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.i18n.message import told
from pan2kg.project import PACKAGE, Project, read_text
from pan2kg.review.decisions import refuse_invented
from pan2kg.review.entry import read_text as read_words
from pan2kg.review.files import append
from pan2kg.review.readings import Addition, document_named
from pan2kg.store.queries import find_thing, program_query, replaced
from pan2kg.store.store import Store, select
from pan2kg.turtle.vocabulary import PAN, key
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, subjects, text

UNVERIFIED: Final = "unverified"
WORKS: Final = frozenset(("Plan", "Action", "PlanPart", "Category"))
"""The classes of what stands in the folder of a plan and takes bodies, texts and citations."""
_DATA: Final = Messages("data")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_TAGGED: Final = re.compile(r"(.*)@([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Basis:
    """The document a statement is taken from, how certain it is, and the words that say so; empty where there are none.

    ``note`` is a remark on the statement, in the project's language; ``document`` an IRI.
    """

    document: str
    certainty: str = "stated"
    quote: str = ""
    language: str = ""
    page: str = ""
    note: str = ""

    def passage(self, name: str, prefixes: Mapping[str, str]) -> Block:
        """The block of the words."""
        page = (Statement("pan:page", string(self.page)),) if self.page else ()
        return Block(
            name,
            (
                Statement("a", "pan:Passage"),
                Statement("pan:quote", text(self.quote, self.language)),
                *page,
                Statement("pan:inDocument", iri(self.document, prefixes)),
            ),
        )

    def statements(self, prefixes: Mapping[str, str], passage: str = "") -> Iterator[Statement]:
        """What every fact says last: remark, passage, document, certainty."""
        if self.note:
            yield Statement("skos:editorialNote", text(self.note, self.language))
        if passage:
            yield Statement("pan:evidence", passage)
        yield Statement("dcterms:source", iri(self.document, prefixes))
        yield Statement("pan:certainty", f"certainty:{self.certainty}")


def read_basis(
    store: Store, project: Project, form: Mapping[str, str], *, needs_words: bool = True, needs_reason: bool = False
) -> Basis:
    """What was typed as document, certainty, quote, quote-language, page and note, held to what the graph knows.

    Raises:
        QueryError: no document has that name; or a reason is needed, and there are neither words nor a note.
        RefusedError: a text is needed and empty, too long, or holds what cannot be seen.
    """
    quote, note = (read_words(form, name, needed=needs_words and name == "quote") for name in ("quote", "note"))
    if needs_reason and not (quote or note):
        raise QueryError("no-passage", remedy="quote-or-note")
    document = document_named(store, project, form["document"])
    refuse_invented(project, document, quote)
    return Basis(
        document, form.get("certainty") or "stated", quote,
        form.get("quote-language") or project.language, read_words(form, "page", needed=False), note,
    )  # fmt: skip


def tagged(words: str, project: Project) -> tuple[str, str]:
    """A text and its language, typed as ``words@fr``; the first language of the project where none is named.

    >>> tagged("Former les juges@fr", Project.packaged()), tagged("Écrire à a@b.example", Project.packaged())
    (('Former les juges', 'fr'), ('Écrire à a@b.example', 'fr'))
    """
    found = _TAGGED.fullmatch(words)
    given, tag = (found[1], found[2]) if found else (words, project.language)
    return read_words({"title": given.strip().removeprefix('"').removesuffix('"')}, "title"), tag


def described(store: Store, project: Project, typed: str, classes: frozenset[str], wanted: str) -> tuple[str, str]:
    """The IRI of a thing of one of these classes, and that of its plan, empty where it has none.

    ``wanted`` is the key of the words for what is to be named.

    Raises:
        QueryError: nothing is called so, several things are, or it is of another class, or was retired.
    """
    found = find_thing(typed, store, project)
    table = select(store, program_query("things/classes-and-plan", thing=found))
    held = {name.removeprefix(PAN) for name in table.values("class")}
    if following := [one for one in table.values("next") if one]:
        raise replaced(found, following)
    if not held & classes:
        reason = "is-none-of-them" if held else "not-in-graph"
        raise QueryError(reason, remedy=told("name-by-key", wanted=told(wanted)), name=typed, wanted=told(wanted))
    return found, found if "Plan" in held else min((one for one in table.values("plan") if one), default="")


def concept(project: Project, scheme: str, given: str) -> str:
    """A concept of a scheme of the ontology, by its key.

    Raises:
        QueryError: the scheme has none of that name.

    >>> concept(Project.packaged(), "role", "lead")
    'role:lead'
    """
    listed = read_text(project.ontology / "schemes" / f"{scheme}.ttl").splitlines()
    known = [line.split()[0].partition(":")[2] for line in listed if line.startswith(f"{scheme}:")]
    if given not in known:
        raise QueryError("no-concept", remedy="there-are", name=given, scheme=scheme, names=", ".join(known))
    return f"{scheme}:{given}"


def of_plan(project: Project, plan: str, file: str, certainty: str = "stated") -> Path:
    """The file of that name in the folder of a plan; of what nobody has verified, the one that holds all of that.

    Raises:
        ProjectError: the key of the plan is no name of a folder.
    """
    if not _KEY.fullmatch(key(plan)):
        raise ProjectError("plan-names-no-folder", name=key(plan))
    return project.graph / "plans" / key(plan) / f"{UNVERIFIED if certainty == UNVERIFIED else file}.ttl"


def slug(words: str) -> str:
    """What of some words can stand in a key.

    >>> slug("Mesure 4.3 b"), slug("Élus")
    ('mesure-4-3-b', 'elus')
    """
    import unicodedata

    bare = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return "-".join(re.findall(r"[a-z0-9]+", bare))


def handle(store: Store, thing: str) -> str:
    """What a thing is called in the keys of others: its identifier; addresses of others do not end in it."""
    return next(iter(select(store, program_query("things/keys-of", thing=thing)).values("key")), key(thing))


def own(project: Project) -> None:
    """Refuse to write where there are no files of the user's.

    Raises:
        ProjectError: it is a release, or the copy that came with the package.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")


def places(project: Project) -> dict[str, str]:
    """The file in which each subject of the project stands, and of the core it imports."""
    found: dict[str, str] = {}
    for path in (*project.core_files(), *project.graph_files()):
        for subject, _ in subjects(read_text(path)):
            found.setdefault(subject, project.name_of(path))
    return found


def free(base: str, taken: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    """A name nobody has yet: ``base``, else with a number."""
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if _full(name, prefixes) not in taken)


def unused(name: str, taken: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    """A name that is made from what a block says, and therefore must not be there yet.

    Raises:
        ProjectError: it is; with its file.
    """
    if where := taken.get(_full(name, prefixes)):
        raise ProjectError("block-stands", name=name, file=where)
    return name


def _full(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local


def added(
    project: Project, path: Path, blocks: Sequence[Block], document: str, *, label: str, about: str = ""
) -> Addition:
    """A file with blocks more; a new one says first what it holds, in the words kept under ``label``.

    Raises:
        RefusedError: what stands in the file is not Turtle.
    """
    name, prefixes = project.name_of(path), read_prefixes(project)
    old = read_text(path) if path.exists() else ""
    is_unverified = path.stem.endswith(UNVERIFIED)
    said = _DATA.text(UNVERIFIED if is_unverified else label, name=about)
    header = Block(
        f"<{project.graph_iri(path)}>",
        (
            Statement("a", "pan:SourceGraph"),
            *(Statement("rdfs:label", text(words, tag)) for tag, words in said.words),
            Statement("dcterms:source", iri(document, prefixes)),
            Statement("pan:certainty", f"certainty:{UNVERIFIED if is_unverified else 'stated'}"),
        ),
    )
    return Addition(path, name, old, append(old, [header], blocks, prefixes, name))
