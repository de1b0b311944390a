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
from pan2kg.turtle.writer import Block, TurtleLine, iri, read_prefixes, string, text, write_turtle
from pan2kg.validation.lines import check_style

UNVERIFIED: Final = "unverified"
REPLACES: Final = DCTERMS + "replaces"
Value = ox.NamedNode | ox.Literal
_DATA: Final = Messages("data")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD: Final = re.compile(r"\A(?:@prefix [^\n]*\n)*\n?")


@dataclass(frozen=True, slots=True)
class Addition:
    path: Path
    name: str
    old: str
    new: str

    @property
    def difference(self) -> str:
        before = self.name if self.old else "/dev/null"
        former, revised = (text.splitlines(keepends=True) for text in (self.old, self.new))
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
    name = project.name_of(path)
    prefixes = read_prefixes(project)
    former = old if old is not None else read_text(path) if path.exists() else ""
    is_unverified = path.stem.endswith(UNVERIFIED)
    words = _DATA.text(UNVERIFIED if is_unverified else label, name=about).words
    header = Block(
        f"<{project.graph_iri(path)}>",
        (
            TurtleLine("a", "pan:SourceGraph"),
            *(TurtleLine("rdfs:label", text(said, tag)) for tag, said in words),
            *([TurtleLine("dcterms:source", iri(source, prefixes))] if source else ()),
            TurtleLine("pan:certainty", f"certainty:{UNVERIFIED if is_unverified else 'stated'}"),
        ),
    )
    return Addition(path, name, former, append(former, [header], blocks, prefixes, name))


def append(
    old: str,
    header: Sequence[Block],
    blocks: Sequence[Block],
    prefixes: Mapping[str, str],
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
    gap = "" if whole.endswith("\n\n") else "\n" if whole.endswith("\n") else "\n\n"
    return f"{whole}{gap}{body}"


def with_prefixes(old: str, used: Iterable[str], prefixes: Mapping[str, str], name: str) -> str:
    turtle_file = read_turtle_file(old, name)
    begin = min((line for _, line in turtle_file.prefix_lines), default=1)
    added: dict[int, list[str]] = {}
    for prefix in used:
        if turtle_file.prefixes.get(prefix, prefixes[prefix]) != prefixes[prefix]:
            raise RefusedError("other-prefix", file=name, prefix=prefix)
        if prefix not in turtle_file.prefixes:
            lines = (line for declared, line in turtle_file.prefix_lines if declared < prefix)
            added.setdefault(max(lines, default=begin - 1), []).append(
                f"@prefix {prefix}: <{prefixes[prefix]}> .\n"
            )
    pieces = added.pop(0, [])
    pieces += [] if turtle_file.prefix_lines or not pieces else ["\n"]
    for number, line in enumerate(_LINE.findall(old), start=1):
        more = added.get(number, ())
        pieces += [line, *(["\n"] if more and not line.endswith("\n") else ()), *more]
    return "".join(pieces)


def _insist_on_turtle(content: str, name: str) -> None:
    try:
        for _ in ox.parse(content, format=ox.RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        raise RefusedError("not-turtle", file=name, line=error.lineno or 1) from None


def write(project: Project, texts: Mapping[Path, str], prefixes: Mapping[str, str]) -> None:
    before = {path: read_text(path) if path.exists() else None for path in texts}
    for path, content in texts.items():
        name = project.name_of(path)
        old = before[path] or ""
        _insist_on_turtle(content, name)
        versions = (
            [read_turtle_file(version, name)] if version.strip() else []
            for version in (content, old)
        )
        faults, old_faults = (
            {fault.rule.key for fault in check_style(files, prefixes)} for files in versions
        )
        if fresh := faults - old_faults:
            raise ProjectError("departs-from-style", name=name, rules=", ".join(sorted(fresh)))
    done: list[Path] = []
    try:
        for path, content in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
            done.append(path)
    except (OSError, ProjectError) as error:
        for path in done:
            former = before[path]
            path.unlink(missing_ok=True) if former is None else write_atomically(path, former)
        cause = error if isinstance(error, OSError) else error.__context__
        # what the system said, else what we said
        raise RefusedError(
            "not-written", detail=reason(cause) if isinstance(cause, OSError) else str(error)
        ) from None


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
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")


@dataclass(frozen=True, slots=True)
class Filed:
    iri: str
    file: str
    said: Mapping[str, tuple[Value, ...]]
    type: str
    status: str

    def values(self, name: str) -> list[str]:
        return [plain(value) for value in self.said.get(name, ())]

    def one(self, name: str) -> str:
        return next(iter(self.values(name)), "")

    def written(self, names: Iterable[str], prefixes: Mapping[str, str]) -> Iterator[TurtleLine]:
        for name in names:
            predicate = iri(name if "/" in name else PAN + name, prefixes)
            for value in self.said.get(name, ()):
                yield TurtleLine(predicate, write_value(value, prefixes))


def write_value(value: Value, prefixes: Mapping[str, str]) -> str:
    if isinstance(value, ox.NamedNode):
        return iri(value.value, prefixes)
    if value.language:
        return text(value.value, value.language)
    kind = value.datatype.value.removeprefix(XSD)
    if kind == "string":
        return string(value.value)
    return (
        value.value
        if kind in ("integer", "decimal", "boolean")
        else f"{string(value.value)}^^xsd:{kind}"
    )


@dataclass(frozen=True)
class ProjectFiles:
    project: Project

    @cached_property
    def texts(self) -> dict[str, str]:
        return {self.project.name_of(path): read_text(path) for path in self.project.graph_files()}

    @cached_property
    def places(self) -> dict[str, str]:
        core = {self.project.name_of(path): read_text(path) for path in self.project.core_files()}
        places: dict[str, str] = {}
        for name, content in (core | self.texts).items():
            for subject, _ in writer.subjects(content):
                places.setdefault(subject, name)
        return places

    def mentions(self, name: str) -> bool:
        return any(key(name) in content for content in self.texts.values())

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        return frozenset(
            name for decision in self.of_kind("decision") for name in decision.values("withdraws")
        )

    def of_kind(self, kind: str, *things: str) -> Iterator[Filed]:
        """What of a kind stands in the files in which all of these things are spoken of.

        Files that are not Turtle are passed over; ``pan2kg check`` tells of them. A link that was
        withdrawn counts as superseded, whatever its block says.
        """
        names = list(map(key, things))
        for file, content in self.texts.items():
            if all(name in content for name in names) and f"pan:{kind.capitalize()}" in content:
                for filed in _filed(content, file, kind):
                    is_withdrawn = kind == "link" and filed.status and filed.iri in self.withdrawn
                    yield replace(filed, status="superseded") if is_withdrawn else filed


@lru_cache(maxsize=16)
def _filed(content: str, file: str, kind: str) -> tuple[Filed, ...]:
    words: dict[str, dict[str, tuple[Value, ...]]] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(
                quad.object, ox.NamedNode | ox.Literal
            ):
                said = words.setdefault(quad.subject.value, {})
                name = quad.predicate.value.removeprefix(PAN)
                said[name] = (*said.get(name, ()), quad.object)
    except SyntaxError:
        return ()
    filed = [
        Filed(name, file, said, "", "")
        for name, said in words.items()
        if kind_and_key(name)[0] == kind
    ]
    return tuple(
        replace(each, type=key(each.one("linkType")), status=key(each.one("status")))
        for each in filed
    )


def changes(project: Project, store: Store, files: Iterable[str]) -> str:
    """An update that brings ``store`` to where it would be if it were filled anew; ``files`` as the project names them.

    Empty where nothing differs. No rule derives blank nodes, and no file of a graph has any.
    """
    fresh = open_store(project)
    graphs = [project.graph_iri(project.root / file) for file in files if file.endswith(".ttl")]
    graphs += [
        graph_of(f"derived/{name}", project.space) for name in rules.derived_names(project, fresh)
    ]
    updates: dict[str, list[str]] = {"DELETE DATA": [], "INSERT DATA": []}
    for graph in graphs:
        query = program_query("graphs/statements", graph=graph)
        before, after = (set(construct(filled, query)) for filled in (store, fresh))
        for update, triples in zip(updates.values(), (before - after, after - before), strict=True):
            if triples:
                update += [
                    f"GRAPH <{graph}> {{\n",
                    *sorted(f"{triple} .\n" for triple in triples),
                    "}\n",
                ]
    return ";\n".join(f"{clause} {{\n{''.join(data)}}}" for clause, data in updates.items() if data)


DONE = frozenset(
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
_REVIEW: Final = Messages("review")


@dataclass(frozen=True, slots=True)
class Outcome:
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        return self.code in DONE

    @property
    def said(self) -> Text:
        return sentence(self.code, self.values)


class RefusedError(ProjectError):
    """Something that was sent in cannot be written; ``why`` is what another part of the program said of it.

    The field of the form it is about is named by its key.
    """

    def __init__(
        self, code: str, *, field: str = "", why: Pan2kgError | None = None, **values: str | int
    ) -> None:
        called = Message("review", f"field.{field}") if _REVIEW.has(f"field.{field}") else field
        super().__init__(
            why.told if why else Message("review", f"outcome.{code}", {"field": called, **values})
        )
        self.code = code
        self.values = values
        self.field = field
        self.why = why

    def outcome(self, language: Language) -> Outcome:
        about = {"field": self.field} if self.field else {}
        detail = {"detail": self.why.say(language)} if self.why else {}
        return Outcome(self.code, {**about, **self.values, **detail})


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
LINES: Final = frozenset(
    ("words", "hand_words", "reason", "quote", "rationale", "note")
)  # fields of several lines
TONGUES: Final = Messages("tongue").keys()  # the languages in which somebody may write or quote

_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes text show in another order than it is stored."""

Form = Mapping[str, str]


def read_field(form: Form, name: str, *, needed: bool = True) -> str:
    """The text of a field, refused where it is empty and needed, too long, or holds characters that cannot be seen.

    >>> read_field({"reviewer": " A.  Weber "}, "reviewer")
    'A. Weber'
    """
    typed = form.get(name, "")
    if len(typed) > 4 * LIMITS[name]:
        raise RefusedError("too-long", field=name, most=LIMITS[name])
    text = _BREAKS.sub("\n", typed).strip() if name in LINES else " ".join(typed.split())
    if needed and not text:
        raise RefusedError("missing", field=name)
    if len(text) > LIMITS[name]:
        raise RefusedError("too-long", field=name, most=LIMITS[name])
    for character in text.replace("\n", "").replace("\t", ""):
        is_none = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
        if is_none or character in _TURNING or unicodedata.category(character) in ("Cc", "Cs"):
            raise RefusedError("hidden-character", field=name)
    return text


def read_choice(form: Form, name: str, known: Collection[str], *, default: str = "") -> str:
    choice = form.get(name, "").strip()
    if not choice and not default:
        raise RefusedError("missing", field=name)
    if choice and choice not in known:
        raise RefusedError("unknown", field=name)
    return choice or default
