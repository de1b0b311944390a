"""Adding blocks to the Turtle files of a project, one writer at a time, and the changes this makes to a store.

Nothing that stands in a file is altered, except that missing prefixes are added: people edit the
same files, and a difference must show only what a reviewer decided.
"""

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.i18n import Filling, Language, Message, Messages, Text
from pan2kg.project import PACKAGE, Project, read_text, reason, write_atomically
from pan2kg.store import Store, construct, open_store, plain, program_query, rules
from pan2kg.turtle import DCTERMS, PAN, XSD, graph_of, key, kind_and_key, writer
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import (
    Block,
    Prefixes,
    TurtleLine,
    iri,
    read_prefixes,
    string,
    text,
    write_turtle,
)
from pan2kg.validation.style import check_style

UNVERIFIED: Final = "unverified"
REPLACES: Final = DCTERMS + "replaces"
FileTexts = Mapping[Path, str]
"""The texts of files."""
Value = ox.NamedNode | ox.Literal
_DATA = Messages("data")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD = re.compile(r"\A(?:@prefix [^\n]*\n)*\n?")


@dataclass(frozen=True, slots=True)
class Addition:
    """A file that changes: its path, its name within the project, and its text before and after.

    A file that is new has an empty text before.
    """

    path: Path
    name: str
    old: str
    new: str

    @property
    def difference(self) -> str:
        """What changes, as a unified diff."""
        before = self.name if self.old else "/dev/null"
        former = self.old.splitlines(keepends=True)
        revised = self.new.splitlines(keepends=True)
        return "".join(unified_diff(former, revised, before, self.name))


def addition(
    project: Project,
    path: Path,
    blocks: Sequence[Block],
    *,
    label: str,
    about: str = "",
    source: str = "",
    old: str | None = None,
) -> Addition:
    """A file with blocks added to it; nothing is written.

    A new file begins by saying what it holds: ``label`` is a code of the catalogue ``data``,
    ``about`` the key of the plan, ``source`` the IRI of a document. ``old`` is a text in place of
    that of the file.
    """
    if old is None:
        old = read_text(path) if path.exists() else ""
    name = project.name_of(path)
    prefixes = read_prefixes(project)
    is_unverified = path.stem.endswith(UNVERIFIED)
    labels = _DATA.text(UNVERIFIED if is_unverified else label, name=about).words
    certainty = UNVERIFIED if is_unverified else "stated"
    header = Block.of(
        f"<{project.graph_iri(path)}>",
        ("a", "pan:SourceGraph"),
        *(("rdfs:label", text(words, tag)) for tag, words in labels),
        ("dcterms:source", iri(source, prefixes) if source else ""),
        ("pan:certainty", f"certainty:{certainty}"),
    )
    return Addition(path, name, old, append(old, [header], blocks, prefixes, name))


def append(
    old: str,
    header: Sequence[Block],
    blocks: Sequence[Block],
    prefixes: Prefixes,
    name: str,
) -> str:
    """The text of a file with blocks added: a new file begins with ``header``, an old one keeps every line it has.

    >>> names = {"e": "http://e/", "f": "http://f/"}
    >>> print(append("@prefix f: <http://f/> .\\n\\n# mine\\n\\nf:a a f:B .\\n", [],
    ...     [Block("e:x", (TurtleLine("a", "f:B"),))], names, "x.ttl"), end="")
    @prefix e: <http://e/> .
    @prefix f: <http://f/> .
    <BLANKLINE>
    # mine
    <BLANKLINE>
    f:a a f:B .
    <BLANKLINE>
    e:x a f:B .
    """
    if not old.strip():
        return write_turtle([*header, *blocks], prefixes)
    _insist_on_turtle(old, name)
    body = _HEAD.sub("", write_turtle(blocks, prefixes), count=1)
    whole = with_prefixes(old, sorted(writer.prefixes_used(body)), prefixes, name)
    if whole.endswith("\n\n"):
        gap = ""
    else:
        gap = "\n" if whole.endswith("\n") else "\n\n"
    return f"{whole}{gap}{body}"


def with_prefixes(old: str, used: Iterable[str], prefixes: Prefixes, name: str) -> str:
    """The text of a file, by ``name``, with the prefixes that are ``used`` and not declared yet.

    Each goes behind the last that comes before it in the alphabet. Refused is a file in which one
    of them stands for something else.

    >>> names = {"e": "http://e/", "f": "http://f/"}
    >>> print(with_prefixes("@prefix f: <http://f/> .\\n", ["e"], names, "x.ttl"), end="")
    @prefix e: <http://e/> .
    @prefix f: <http://f/> .
    """
    file = read_turtle_file(old, name)
    begin = min((line for _, line in file.prefix_lines), default=1)
    added: dict[int, list[str]] = {}
    for prefix in used:
        declared = file.prefixes.get(prefix)
        if declared is None:
            before = [line for sibling, line in file.prefix_lines if sibling < prefix]
            line = max(before, default=begin - 1)
            added.setdefault(line, []).append(f"@prefix {prefix}: <{prefixes[prefix]}> .\n")
        elif declared != prefixes[prefix]:
            raise RefusedError("other-prefix", file=name, prefix=prefix)
    pieces = added.pop(0, [])
    if pieces and not file.prefix_lines:
        pieces.append("\n")
    for number, line in enumerate(_LINE.findall(old), start=1):
        pieces.append(line)
        declarations = added.get(number, [])
        if declarations and not line.endswith("\n"):
            pieces.append("\n")
        pieces += declarations
    return "".join(pieces)


def _insist_on_turtle(content: str, name: str) -> None:
    try:
        for _ in ox.parse(content, format=ox.RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        raise RefusedError("not-turtle", file=name, line=error.lineno or 1) from None


def write(project: Project, texts: FileTexts, prefixes: Prefixes) -> None:
    """Write the texts of files, all of them or none.

    Refused is what is no Turtle, and what departs from house style where the file did not before.
    Where one cannot be written, those written before are as they were.
    """
    before = {path: read_text(path) if path.exists() else None for path in texts}
    for path, content in texts.items():
        name = project.name_of(path)
        _insist_on_turtle(content, name)
        departures = _departures(content, name, prefixes)
        fresh = departures - _departures(before[path] or "", name, prefixes)
        if fresh:
            raise ProjectError("departs-from-style", name=name, rules=", ".join(sorted(fresh)))
    done: list[Path] = []
    try:
        for path, content in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
            done.append(path)
    except (OSError, ProjectError) as error:
        for path in done:
            _put_back(path, before[path])
        # what the system said, else what we said
        cause = error if isinstance(error, OSError) else error.__context__
        detail = reason(cause) if isinstance(cause, OSError) else str(error)
        raise RefusedError("not-written", detail=detail) from None


def _departures(content: str, name: str, prefixes: Prefixes) -> set[str]:
    """The rules of house style a text departs from, by key."""
    files = [read_turtle_file(content, name)] if content.strip() else []
    return {fault.rule.key for fault in check_style(files, prefixes)}


def _put_back(path: Path, former: str | None) -> None:
    if former is None:
        path.unlink(missing_ok=True)
    else:
        write_atomically(path, former)


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Hold the graph's folder for oneself; whoever else wants to write waits, in other processes too.

    The folder itself is locked, so no file is left behind, whatever happens.
    """
    if project.others:
        raise ProjectError("several-open", remedy="open-one")
    # only POSIX systems have it, and pages that are merely read must be made on others too
    import fcntl

    try:
        handle = os.open(project.graph, os.O_RDONLY)
    except OSError as error:
        raise ProjectError(
            "cannot-open-folder", place=Place(str(project.graph)), reason=reason(error)
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def own(project: Project) -> None:
    """Insist on a project that is one's own: what came with the program is a ``ProjectError``."""
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")


@dataclass(frozen=True, slots=True)
class Filed:
    """What stands of a thing in a file, by IRI: its values by property, and the keys of its type and status.

    Of properties in our namespace only the name is used, of others the IRI.
    """

    iri: str
    file: str
    said: Mapping[str, tuple[Value, ...]]
    type: str
    status: str

    def values(self, name: str) -> list[str]:
        """The values of a property as plain texts."""
        return [plain(value) for value in self.said.get(name, ())]

    def one(self, name: str) -> str:
        """The first value of a property as a plain text; empty where it has none."""
        return next(iter(self.values(name)), "")

    def written(self, names: Iterable[str], prefixes: Prefixes) -> Iterator[TurtleLine]:
        """What is said by properties, as lines of a block, in the order of their names."""
        for name in names:
            predicate = iri(name if "/" in name else PAN + name, prefixes)
            for value in self.said.get(name, ()):
                yield TurtleLine(predicate, write_value(value, prefixes))


def write_value(value: Value, prefixes: Prefixes) -> str:
    """A value as Turtle writes it in house style.

    >>> write_value(ox.Literal("2026", datatype=ox.NamedNode(f"{XSD}gYear")), {})
    '"2026"^^xsd:gYear'
    """
    if isinstance(value, ox.NamedNode):
        return iri(value.value, prefixes)
    if value.language:
        return text(value.value, value.language)
    kind = value.datatype.value.removeprefix(XSD)
    if kind == "string":
        return string(value.value)
    if kind in ("integer", "decimal", "boolean"):
        return value.value
    return f"{string(value.value)}^^xsd:{kind}"


@dataclass(frozen=True)
class ProjectFiles:
    """The files of the graph of a project, read once: what stands in them, whatever a store knows."""

    project: Project

    @cached_property
    def texts(self) -> dict[str, str]:
        """The texts of the files by name; those that came with the program are not among them."""
        return {self.project.name_of(path): read_text(path) for path in self.project.graph_files()}

    @cached_property
    def places(self) -> dict[str, str]:
        """The name of the file in which each block stands, by IRI; that of the program comes first."""
        core = {self.project.name_of(path): read_text(path) for path in self.project.core_files()}
        places: dict[str, str] = {}
        for name, content in (core | self.texts).items():
            for subject, _ in writer.subjects(content):
                places.setdefault(subject, name)
        return places

    def mentions(self, name: str) -> bool:
        """Whether any file has the key of a thing, given by IRI."""
        return any(key(name) in content for content in self.texts.values())

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The IRIs of what was decided and taken back."""
        withdrawn = set[str]()
        for decision in self.of_kind("decision"):
            withdrawn.update(decision.values("withdraws"))
        return frozenset(withdrawn)

    def of_kind(self, kind: str, *things: str) -> Iterator[Filed]:
        """What of a kind stands in the files in which all of these things are spoken of.

        Files that are not Turtle are passed over; ``pan2kg check`` tells of them. A link that was
        withdrawn counts as superseded, whatever its block says.
        """
        names = list(map(key, things))
        class_name = f"pan:{kind.capitalize()}"
        for file, content in self.texts.items():
            if class_name not in content or not all(name in content for name in names):
                continue
            for filed in _filed(content, file, kind):
                if kind == "link" and filed.status and filed.iri in self.withdrawn:
                    yield replace(filed, status="superseded")
                else:
                    yield filed


@lru_cache(maxsize=16)
def _filed(content: str, file: str, kind: str) -> tuple[Filed, ...]:
    things: dict[str, dict[str, tuple[Value, ...]]] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
            is_named = isinstance(quad.subject, ox.NamedNode)
            if is_named and isinstance(quad.object, ox.NamedNode | ox.Literal):
                properties = things.setdefault(quad.subject.value, {})
                name = quad.predicate.value.removeprefix(PAN)
                properties[name] = (*properties.get(name, ()), quad.object)
    except SyntaxError:
        return ()
    filed = []
    for name, properties in things.items():
        if kind_and_key(name)[0] == kind:
            untyped = Filed(name, file, properties, "", "")
            type_ = key(untyped.one("linkType"))
            filed.append(replace(untyped, type=type_, status=key(untyped.one("status"))))
    return tuple(filed)


def changes(project: Project, store: Store, files: Iterable[str]) -> str:
    """An update that brings ``store`` to where it would be if it were filled anew; ``files`` as the project names them.

    Empty where nothing differs. No rule derives blank nodes, and no file of a graph has any.
    """
    fresh = open_store(project)
    graphs = [project.graph_iri(project.root / file) for file in files if file.endswith(".ttl")]
    for name in rules.derived_names(project, fresh):
        graphs.append(graph_of(f"derived/{name}", project.space))
    deleted: list[str] = []
    inserted: list[str] = []
    for graph in graphs:
        query = program_query("graphs/statements", graph=graph)
        before = set(construct(store, query))
        after = set(construct(fresh, query))
        deleted += _in_graph(graph, before - after)
        inserted += _in_graph(graph, after - before)
    clauses = []
    for clause, statements in (("DELETE DATA", deleted), ("INSERT DATA", inserted)):
        if statements:
            clauses.append(f"{clause} {{\n{''.join(statements)}}}")
    return ";\n".join(clauses)


def _in_graph(graph: str, triples: Collection[object]) -> list[str]:
    """Statements of a graph as an update has them; nothing of none."""
    if not triples:
        return []
    return [f"GRAPH <{graph}> {{\n", *sorted(f"{triple} .\n" for triple in triples), "}\n"]


DONE: Final = frozenset(
    (
        "accepted",
        "rejected",
        "accepted-many",
        "rejected-many",
        "scored",
        "undone",
        "second-noted",
        "control-noticed",
        "control-missed",
        "proposed",
    )
)
"""The outcomes with which something was written, or noted."""
_REVIEW = Messages("review")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: a code of the catalogue ``review``, what fills in its sentence, and the files written."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether something was written, or noted."""
        return self.code in DONE

    @property
    def said(self) -> Text:
        """The sentence a person is told."""
        return sentence(self.code, self.values)


class RefusedError(ProjectError):
    """Something that was sent in cannot be written; ``why`` is what another part of the program said of it.

    The field of the form it is about is named by its key.
    """

    def __init__(
        self, code: str, *, field: str = "", why: Pan2kgError | None = None, **values: str | int
    ) -> None:
        name = f"field.{field}"
        called = Message("review", name) if _REVIEW.has(name) else field
        if why:
            message = why.told
        else:
            message = Message("review", f"outcome.{code}", {"field": called, **values})
        super().__init__(message)
        self.code = code
        self.values = values
        self.field = field
        self.why = why

    def outcome(self, language: Language) -> Outcome:
        """The refusal as what came of a form, with its reason in a language."""
        values = dict[str, str | int]()
        if self.field:
            values["field"] = self.field
        values |= self.values
        if self.why:
            values["detail"] = self.why.say(language)
        return Outcome(self.code, values)


def sentence(code: str, values: Mapping[str, str | int]) -> Text:
    """The words kept under a code, filled in; the value ``field`` is the name of a field of the form.

    >>> sentence("accepted", {"files": "graph/plans/x/reviewed.ttl"}).say("de")
    'Die Verknüpfung ist angenommen; sie steht in graph/plans/x/reviewed.ttl.'
    """
    place = f"field.{values.get('field', '')}"
    filling: dict[str, Filling] = {name: str(value) for name, value in values.items()}
    if _REVIEW.has(place):
        filling["field"] = _REVIEW.text(place)
    return _REVIEW.text(f"outcome.{code}", **filling)


LIMITS: Final[Mapping[str, int]] = {
    "reviewer": 100, "reason": 2000, "quote": 3000, "page": 40, "rationale": 2000, "scale": 60,
    "title": 1000, "note": 2000,
    "relation": 60, "to": 300, "nearer": 300, "rejection": 40, "words": 3000,
    "hand_from": 300, "hand_relation": 60, "hand_to": 300, "hand_words": 3000,
}  # fmt: skip
"""The most characters a field takes."""
LINES: Final = frozenset(("words", "hand_words", "reason", "quote", "rationale", "note"))
"""The fields of several lines."""
TONGUES: Final = Messages("tongue").keys()
"""The languages in which somebody may write or quote."""
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes text show in another order than it is stored."""

Form = Mapping[str, str]


def read_field(form: Form, name: str, *, needed: bool = True) -> str:
    """The text of a field, refused where it is empty and needed, too long, or holds characters that cannot be seen.

    >>> read_field({"reviewer": " A.  Weber "}, "reviewer")
    'A. Weber'
    """
    typed = form.get(name, "")
    most = LIMITS[name]
    # what is far too long is not even looked at
    if len(typed) > 4 * most:
        raise RefusedError("too-long", field=name, most=most)
    text = _BREAKS.sub("\n", typed).strip() if name in LINES else " ".join(typed.split())
    if needed and not text:
        raise RefusedError("missing", field=name)
    if len(text) > most:
        raise RefusedError("too-long", field=name, most=most)
    if any(map(_is_hidden, text)):
        raise RefusedError("hidden-character", field=name)
    return text


def _is_hidden(character: str) -> bool:
    """Whether a character cannot be seen, is none, or turns text round; lines and tabs may stand."""
    if character in "\n\t":
        return False
    code = ord(character)
    is_none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    is_control = unicodedata.category(character) in ("Cc", "Cs")
    return is_none or is_control or character in _TURNING


def read_choice(form: Form, name: str, known: Collection[str], *, default: str = "") -> str:
    """The value of a field that is one of those ``known``, or the default where it is empty.

    Refused is any other, and an empty one without a default.

    >>> read_choice({"verdict": "accept "}, "verdict", ("accept", "reject"))
    'accept'
    """
    choice = form.get(name, "").strip()
    if not choice and not default:
        raise RefusedError("missing", field=name)
    if choice and choice not in known:
        raise RefusedError("unknown", field=name)
    return choice or default
