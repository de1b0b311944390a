"""What somebody types of a fact, made what the graph knows it as: things, concepts, documents, words and keys.

Things may be typed as keys, labels or IRIs. What is unknown, or of another kind than is asked for,
is refused with what it may have been.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from pan2kg.errors import ProjectError, QueryError
from pan2kg.extract.document import Quotation
from pan2kg.i18n import error_message, one_of
from pan2kg.project import Project, read_text
from pan2kg.review import refusals
from pan2kg.review.fields import Form, read_field
from pan2kg.review.standing import ProjectFiles
from pan2kg.store import program_query
from pan2kg.store.filling import refuse_other_kind, replaced
from pan2kg.store.names import find_thing
from pan2kg.store.store import Store, select
from pan2kg.turtle import PAN, iri, key, text
from pan2kg.turtle.writer import Prefixes, expanded

_TAGGED = re.compile(r"(.*)@([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)", re.DOTALL)
"""Words with their language: ``Former les juges@fr``."""


class Words(NamedTuple):
    """A text and its language."""

    text: str
    language: str

    def written(self) -> str:
        """The text as Turtle writes it, with its language."""
        return text(*self)


class Support(NamedTuple):
    """The words a statement is taken from, none where none were typed, how certain it is, and a remark on it."""

    quotation: Quotation
    certainty: str = "stated"
    note: str = ""

    def statements(self, prefixes: Prefixes) -> Iterator[tuple[str, str]]:
        """What ends the block of a fact that rests on these words: a remark, the document, the certainty."""
        if self.note:
            yield "skos:editorialNote", text(self.note, self.quotation.language)
        yield "dcterms:source", iri(self.quotation.document, prefixes)
        yield "pan:certainty", f"certainty:{self.certainty}"


def read_basis(
    store: Store,
    project: Project,
    form: Form,
    *,
    needs_words: bool,
    needs_reason: bool,
) -> Support:
    """What a statement rests on, as it was typed: ``document``, ``quote``, ``page``, ``certainty``, ``note``.

    Refused is a document the graph does not have, and words its kept text does not hold; words are
    missing where they are needed, and words or a note where a reason is.
    """
    quote = read_field(form, "quote", needed=needs_words)
    note = read_field(form, "note", needed=False)
    if needs_reason and not (quote or note):
        raise QueryError("no-passage", remedy="quote-or-note")
    document = document_named(store, project, form["document"])
    language = form.get("quote_language") or project.language
    quotation = Quotation(quote, document, language, read_field(form, "page", needed=False))
    refusals.refuse_invented(project, quotation)
    return Support(quotation, form.get("certainty") or "stated", note)


def tagged(words: str, project: Project) -> Words:
    """A text and its language, typed as ``words@fr``; the first language of the project where none is named.

    >>> tagged("Train judges@en", Project.packaged())
    Words(text='Train judges', language='en')
    >>> tagged("Écrire à a@b.example", Project.packaged())
    Words(text='Écrire à a@b.example', language='fr')
    """
    plain = words
    tag = project.language
    match = _TAGGED.fullmatch(words)
    if match:
        plain, tag = match.groups()
    title = plain.strip().removeprefix('"').removesuffix('"')
    return Words(read_field({"title": title}, "title"), tag)


class StatedThing(NamedTuple):
    """What the store says of a thing, by IRI: its classes, its plan, and what took its place.

    Classes of ours are without their namespace. A plan is its own; what is in none has an empty one.
    """

    iri: str
    classes: frozenset[str]
    plan: str
    successors: Sequence[str]

    @classmethod
    def read(cls, store: Store, subject: str) -> "StatedThing":
        """What a store says of the thing with this IRI."""
        table = select(store, program_query("things/classes-and-plan", thing=subject))
        classes = frozenset(name.removeprefix(PAN) for name in table.values("class"))
        plans = [plan for plan in table.values("plan") if plan]
        plan = subject if "Plan" in classes else min(plans, default="")
        successors = [successor for successor in table.values("next") if successor]
        return cls(subject, classes, plan, successors)


def described(
    store: Store, project: Project, typed: str, classes: frozenset[str], wanted: str
) -> StatedThing:
    """A thing of one of these classes; ``wanted`` is a code for what it should be, in words.

    Raises:
        QueryError: it is in no graph, of no such class, or has another thing in its place.
    """
    stated = StatedThing.read(store, find_thing(typed, store, project))
    if stated.successors:
        raise replaced(stated.iri, stated.successors)
    if not stated.classes & classes:
        fault = "is-none-of-them" if stated.classes else "not-in-graph"
        remedy = error_message("name-by-key", wanted=error_message(wanted))
        raise QueryError(fault, remedy=remedy, name=typed, wanted=error_message(wanted))
    return stated


def concept(project: Project, scheme: str, name: str) -> str:
    """The name of a concept of a scheme, with its prefix.

    Raises:
        QueryError: the scheme has no such concept; it lists all there are.
    """
    keys = []
    for line in read_text(project.scheme_file(scheme)).splitlines():
        if line.startswith(f"{scheme}:"):
            _, _, local = line.split()[0].partition(":")
            keys.append(local)
    if name not in keys:
        names = ", ".join(keys)
        raise QueryError("no-concept", remedy="there-are", name=name, scheme=scheme, names=names)
    return f"{scheme}:{name}"


def slug(words: str) -> str:
    """Words as part of a key: small letters and digits without accents, with hyphens between.

    >>> slug("Étude n° 4/2")
    'etude-n-4-2'
    """
    bare = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return "-".join(re.findall(r"[a-z0-9]+", bare))


def handle(store: Store, named: str) -> str:
    """What stands for a thing, by IRI, in the keys of what is said of it: its own key in the graph, if it has one."""
    keys = select(store, program_query("things/keys-of", thing=named)).values("key")
    return keys[0] if keys else key(named)


def document_named(store: Store, project: Project, typed: str) -> str:
    """The IRI of a document that was typed as a key, a label or an IRI.

    A ``QueryError`` for what is none; where nothing is called so, it names the nearest keys.
    """
    listed = select(store, program_query("review/documents")).values("document")
    by_key = {key(document): document for document in listed}
    if typed in by_key:
        return by_key[typed]
    try:
        subject = find_thing(typed, store, project)
        refuse_other_kind(subject, ["document"], option="document", store=store)
    except QueryError as error:
        if error.message.key not in ("nothing-called", "graph-knows-nothing"):
            raise
        remedy = error_message("name-by-key", wanted=error_message("a-document"))
        if near := get_close_matches(key(typed), sorted(by_key), n=3, cutoff=0):
            remedy = error_message("documents-near", n=len(by_key), names=one_of(near))
        raise QueryError("nothing-called", remedy=remedy, value=typed, total=len(by_key)) from None
    return subject


def unused(name: str, files: ProjectFiles, prefixes: Prefixes) -> str:
    """A name with a prefix, under which no block stands.

    Raises:
        ProjectError: a block does.
    """
    file = files.places.get(expanded(name, prefixes))
    if file:
        raise ProjectError("block-stands", name=name, file=file)
    return name
