"""What is written down by hand: a link, a body's part, a passage, with its words; and keys after a correction.

It stands beside the plan, in ``instruments.ttl``, ``links.ttl`` or ``involvements.ttl``: the block, and the passage it
rests on. Keys follow from what a block says, so nobody has to make one.

A key is made from what a link says (:func:`pan2kg.turtle.vocabulary.link_iri`), so a corrected link is another one, and
whatever refers to it has to be told. Texts and comments are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.project import PACKAGE, Project, read_text
from pan2kg.review.basis import WORKS, Basis, added, concept, described, free, handle, of_plan, own, places
from pan2kg.review.files import ProjectFiles, append
from pan2kg.review.readings import Addition
from pan2kg.store.queries import KINDS
from pan2kg.store.store import Store
from pan2kg.turtle.blocks import Block as Read
from pan2kg.turtle.blocks import TurtleFile, misnamed, read_turtle_file
from pan2kg.turtle.vocabulary import key, kind_and_key, link_iri
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, text

USES: Final = "uses-instrument"
CITES: Final = "cross-reference"
NAMED: Final = "references"
"""The relation of an instrument that is named and of which nothing closer is said."""
CITING: Final = frozenset((CITES, "in-line-with", "implementing", "part-of"))
"""The types that say where their words stand."""
_TEXTS: Final = KINDS["instrument"]
_LAST: Final = ("dcterms:source", "pan:certainty")


@dataclass(frozen=True, slots=True)
class Stated:
    """A link as it was typed, its names found in the graph."""

    type: str
    relation: str
    start: str
    end: str
    plan: str
    end_key: str


def read_stated(store: Store, project: Project, ends: tuple[str, str], *, kind: str = "", relation: str = "") -> Stated:
    """What was typed, with keys, labels or IRIs for both ends, held to what the graph knows.

    Where no type is named, what leads to a text uses it, and what leads to a plan, a part or an action cites it.

    Raises:
        QueryError: an end or the relation is not known, or the first end stands in no plan.
    """
    start, plan = described(store, project, ends[0], WORKS, "a-work")
    end, _ = described(store, project, ends[1], WORKS | _TEXTS | {"Review", "Recommendation"}, "a-work-or-text")
    if start == end:
        raise QueryError("same-given-twice", remedy="give-two-actions", one=ends[0])
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=ends[0])
    if not kind:
        kind = USES if _is_text(store, project, end) else CITES
    closer = concept(project, "relation", relation or NAMED) if relation or kind == USES else ""
    return Stated(kind, closer.partition(":")[2], start, end, plan, handle(store, end))


def _is_text(store: Store, project: Project, thing: str) -> bool:
    try:
        described(store, project, thing, _TEXTS, "a-text")
    except QueryError:
        return False
    return True


def link_addition(project: Project, stated: Stated, basis: Basis) -> Addition:
    """The file beside the plan with the link and its passage.

    Raises:
        ProjectError: there are no files to write to, or that link stands there already.
        RefusedError: what stands in the file is not Turtle.
    """
    own(project)
    file = "instruments" if stated.type == USES else "links"
    taken, prefixes = places(project), read_prefixes(project)
    made = link_iri(stated.type, stated.start, stated.end, relation=stated.relation, space=project.space)
    if made in taken:
        raise ProjectError("link-stands", name=iri(made, prefixes), file=taken[made])
    passage = free(f"passage:{key(stated.start)}-{stated.end_key}", taken, prefixes)
    said = link_statements(stated.type, stated.relation, (stated.start, stated.end), "accepted", prefixes)
    link = Block(iri(made, prefixes), (*said, *basis.statements(prefixes, passage)))
    path = of_plan(project, stated.plan, file, basis.certainty)
    blocks = [link, basis.passage(passage, prefixes)]
    return added(project, path, blocks, basis.document, label=file, about=key(stated.plan))


def link_statements(
    type_: str, relation: str, ends: tuple[str, str], status: str, prefixes: Mapping[str, str]
) -> Iterator[Statement]:
    """What a link is: keys of its type, relation and status, and the IRIs it leads from and to; citing ones by text."""
    yield Statement("a", "pan:Link")
    yield Statement("pan:linkType", f"linktype:{type_}")
    if relation:
        yield Statement("pan:relation", f"relation:{relation}")
    yield Statement("pan:from", iri(ends[0], prefixes))
    yield Statement("pan:to", iri(ends[1], prefixes))
    if type_ in CITING:
        yield Statement("pan:channel", "channel:text")
    yield Statement("pan:status", f"linkstatus:{status}")


@dataclass(frozen=True, slots=True)
class Part:
    """The part a body has in a work: the IRIs of both and of the plan, the roles, and how a source words them."""

    body: str
    work: str
    plan: str
    roles: tuple[str, ...]
    as_stated: tuple[str, str] | None = None


def read_part(
    store: Store, project: Project, names: tuple[str, str], roles: Sequence[str], *,
    as_stated: tuple[str, str] | None = None,
) -> Part:  # fmt: skip
    """Who takes part in what, as it was typed: the work, then the body.

    Raises:
        QueryError: one of them or a role is not known, or the work stands in no plan.
    """
    work, plan = described(store, project, names[0], WORKS, "a-work")
    body, _ = described(store, project, names[1], KINDS["body"], "a-body")
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=names[0])
    return Part(body, work, plan, tuple(concept(project, "role", one) for one in dict.fromkeys(roles)), as_stated)


def part_addition(project: Project, part: Part, basis: Basis) -> Addition:
    """The file of involvements beside the plan with that of a body, and its passage where there is one.

    Raises:
        ProjectError: there are no files to write to, or that involvement stands there already.
        RefusedError: what stands in the file is not Turtle.
    """
    own(project)
    taken, prefixes = places(project), read_prefixes(project)
    base = f"{key(part.work)}-{key(part.body)}-{'-'.join(one.partition(':')[2] for one in part.roles)}"
    _refuse_second(project, part, prefixes)
    passage = free(f"passage:{base}", taken, prefixes) if basis.quote else ""
    stated = [Statement("pan:roleAsStated", text(*part.as_stated))] if part.as_stated else []
    block = Block(
        free(f"involvement:{base}", taken, prefixes),
        (
            Statement("a", "pan:Involvement"),
            Statement("pan:involves", iri(part.body, prefixes)),
            Statement("pan:involvedIn", iri(part.work, prefixes)),
            *(Statement("pan:role", role) for role in part.roles),
            *stated,
            *basis.statements(prefixes, passage),
        ),
    )
    path = of_plan(project, part.plan, "involvements", basis.certainty)
    blocks = [block, *([basis.passage(passage, prefixes)] if passage else [])]
    return added(project, path, blocks, basis.document, label="involvements", about=key(part.plan))


def _refuse_second(project: Project, part: Part, prefixes: Mapping[str, str]) -> None:
    """Refuse a part that is said already of this body, work and role, under whatever key.

    Raises:
        ProjectError: it is; with its file.
    """
    withdrawn = {iri(one, prefixes) for one in ProjectFiles(project).withdrawn}
    wanted = {("pan:involves", iri(part.body, prefixes)), ("pan:involvedIn", iri(part.work, prefixes))}
    for path in project.graph_files():
        content = read_text(path)
        if "pan:Involvement" not in content or key(part.work) not in content or key(part.body) not in content:
            continue
        for block in read_turtle_file(content, project.name_of(path)).blocks:
            said = {(one.predicate, one.object) for one in block.statements}
            if block.subject not in withdrawn and wanted <= said and said & {("pan:role", role) for role in part.roles}:
                raise ProjectError("block-stands", name=block.subject, file=project.name_of(path))


def passage_addition(project: Project, thing: str, basis: Basis) -> Addition:
    """The file of a link, an involvement or another fact with a passage it rests on: one line more, and one block.

    Raises:
        ProjectError: there are no files to write to, the thing has no block there, or rests on these words already.
        RefusedError: what stands in the file is not Turtle.
    """
    own(project)
    taken, prefixes = places(project), read_prefixes(project)
    where = next((path for path in project.graph_files() if taken.get(thing) == project.name_of(path)), None)
    if where is None:
        raise ProjectError("no-block-of-yours", name=iri(thing, prefixes))
    old, name = read_text(where), project.name_of(where)
    file = read_turtle_file(old, name)
    blocks = {file.expand(block.subject): block for block in file.blocks}
    block = blocks[thing]
    said = {("pan:quote", text(basis.quote, basis.language)), ("pan:inDocument", iri(basis.document, prefixes))}
    for statement in block.statements:
        quoted = blocks.get(file.expand(statement.object)) if statement.predicate == "pan:evidence" else None
        if quoted and said <= {(one.predicate, one.object) for one in quoted.statements}:
            raise ProjectError("block-stands", name=quoted.subject, file=name)
    passage = free(f"passage:{key(thing)}", taken, prefixes)
    changed = _with_evidence(old, block, passage)
    return Addition(where, name, old, append(changed, [], [basis.passage(passage, prefixes)], prefixes, name))


def _with_evidence(content: str, block: Read, passage: str) -> str:
    """A file in which a block names one passage more, where the house style has it."""
    lines = content.splitlines(keepends=True)
    line = f"    pan:evidence {passage} ;\n"
    first = next((one.line for one in block.statements if one.predicate in _LAST), 0)
    if first > block.line:
        lines.insert(first - 1, line)
    else:
        last = max(one.line for one in block.statements)
        lines[last - 1] = re.sub(r" \.(\n?)$", r" ;\1", lines[last - 1])
        lines.insert(last, line.replace(" ;", " ."))
    return "".join(lines)


_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|#[^\n]*|[\w-]*:[\w-]+', re.DOTALL)
"""Texts and comments, which stay, and the two ways to write an address."""


def rekeyed(project: Project, edited: Mapping[Path, str] | None = None) -> tuple[Addition, ...]:
    """The files of a project in which links get another key, each as it is and as it is to be.

    ``edited`` are new texts of files that are to be written with them; they are among the result.

    Raises:
        ProjectError: there are no files to write to, or two links would get the same key: they say the same.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    before = {path: read_text(path) for path in project.graph_files()}
    texts = before | dict(edited or {})
    files = {path: read_turtle_file(content, project.name_of(path)) for path, content in texts.items()}
    keys = _keys(list(files.values()))
    changed = ((path, _renamed(texts[path], file, keys)) for path, file in files.items())
    old = {path: before.get(path, "") for path in texts}
    return tuple(Addition(path, files[path].name, old[path], new) for path, new in changed if new != old[path])


def _keys(files: list[TurtleFile]) -> dict[str, str]:
    """The old and the new address of each link whose key is not that of what it says."""
    taken = {file.expand(block.subject) for file in files for block in file.blocks}
    keys: dict[str, str] = {}
    for one in misnamed(files):
        if one.right in taken:
            place = Place(one.file.name, one.block.line)
            raise ProjectError("two-links", place=place, name=kind_and_key(one.right)[1], remedy="merge-links")
        taken.add(one.right)
        keys[one.iri] = one.right
    return keys


def _renamed(text: str, file: TurtleFile, keys: Mapping[str, str]) -> str:
    """A text with the new keys in the place of the old ones, each written as the old one was.

    >>> file = TurtleFile("x.ttl", prefixes={"link": "http://e/id/link/"})
    >>> said = 'link:a e:note "link:a"@en ; e:of <http://e/id/link/a> . # link:a'
    >>> _renamed(said, file, {"http://e/id/link/a": "http://e/id/link/b"})
    'link:b e:note "link:a"@en ; e:of <http://e/id/link/b> . # link:a'
    """

    def named(found: re.Match[str]) -> str:
        token = found[0]
        if token[0] in '"#' or (new := keys.get(file.expand(token))) is None:
            return token
        return f"<{new}>" if token.startswith("<") else token.partition(":")[0] + ":" + kind_and_key(new)[1]

    return _TOKEN.sub(named, text) if keys else text
