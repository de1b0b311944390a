"""The folder ``work/``: what was read of documents, and what waits there for a decision, as it was found or typed.

Full texts and candidates are no part of the graph: they stand beside each other in ``work/<plan>/`` of a project, git
and ``publish`` leave them out, and they are made anew from the document, byte for byte. Candidates somebody typed stand
in ``by-hand.jsonl`` there, so that finding others anew leaves them alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.extract.document import AROUND, Document, from_json, load_document, to_json
from pan2kg.i18n.message import Message, pack, unpack
from pan2kg.project import PACKAGE, Project, read_text, write_atomically
from pan2kg.review.anchoring import Anchor, Quotation, find, fold
from pan2kg.review.parts import INVOLVEMENT, part_key, place_key
from pan2kg.store.queries import KINDS, find_thing, program_query
from pan2kg.turtle.vocabulary import ID, PAN, kind_and_key, link_iri, thing

if TYPE_CHECKING:
    from pan2kg.extract.names import Mention
    from pan2kg.graph.graph import Graph
    from pan2kg.review.candidates import Candidate


WORK: Final = "work"
FILE: Final = "candidates.jsonl"
BY_HAND: Final = "by-hand.jsonl"
"""The file of candidates somebody has typed."""
CITATION: Final = "cross-reference"
USE: Final = "uses-instrument"
WORKS: Final = frozenset(("plan", "action", "part", "category"))
"""The kinds of what cites by a cross-reference, where it names another of them; a text is used."""
MENTION: Final = "references"
"""The relation of what is named and no more."""
DERIVED: Final = frozenset(("derived", "note-latest-edition", "note-refers-back"))
"""The remarks of a candidate whose target follows from a rule and not from the words alone."""


@dataclass(frozen=True, slots=True)
class Found:
    """Words that speak for a candidate: their place in the canonical text, what stands around them, the headings."""

    start: int
    end: int
    quote: str
    page: int | None = None
    prefix: str = ""
    suffix: str = ""
    path: tuple[str, ...] = ()

    def key(self, sha: str) -> str:
        """The key of the passage it becomes, of a file with this hash."""
        return place_key(sha, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate: what is proposed to be linked to what and how, the reason, and the passages that speak for it.

    ``number`` says how likely the rule is right, in [0,1]. A control is planted, and never written.
    """

    key: str
    plan: str
    start: str
    relation: str
    target: str
    reason: Message | str
    number: float
    passages: tuple[Found, ...]
    remarks: tuple[Message | str, ...] = ()
    is_control: bool = False
    linked_as: str = ""
    said: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it says that a body takes part: then the relation is its role, and ``said`` the words for it."""
        return self.linked_as == INVOLVEMENT

    @property
    def scheme(self) -> str:
        """The scheme its relation is a concept of."""
        return "role" if self.is_part else "relation"

    @property
    def type(self) -> str:
        """The type of link it becomes: plans and actions are cited, all other things are texts that are used.

        Links between plans may have a type of their own, ``linked_as``: one builds on another, follows it or is in
        line with it.
        """
        if self.is_part:
            return INVOLVEMENT
        if kind_and_key(self.target)[0] not in WORKS:
            return USE
        return self.linked_as if self.linked_as not in ("", USE) else CITATION

    @property
    def is_derived(self) -> bool:
        """Whether its target follows from a rule."""
        return any(_key_of(remark) in DERIVED for remark in self.remarks)

    @property
    def ends(self) -> tuple[str, str]:
        """What is linked."""
        return self.start, self.target

    @property
    def matter(self) -> tuple[str, str]:
        """What a decision settles: of links the ends, of a body's part the work and the key of the part."""
        return (self.start, part_key(self.start, self.target, self.relation)) if self.is_part else self.ends


def read_proposals(path: Path, project: Project, plan: str) -> Iterator[Proposal]:
    """The candidates in a file, one a line.

    Raises:
        ProjectError: a line is no candidate.
    """
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            try:
                yield _proposal(json.loads(line), plan)
            except (ValueError, KeyError, TypeError, AttributeError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-candidate", place=place, remedy="find-candidates-again") from None


def _proposal(told: Mapping[str, Any], plan: str) -> Proposal:
    reason = told["reason"]
    return Proposal(
        str(told["key"]),
        plan,
        str(told["action_or_plan"]),
        str(told["relation"]).rpartition("/")[2],
        str(told["target"]),
        unpack(reason) if isinstance(reason, list) else str(reason),
        float(told["rank"]),
        tuple(_found(one) for one in told["passages"]),
        tuple(unpack(one) if isinstance(one, list) else str(one) for one in told.get("remarks", ())),
        linked_as=str(told.get("type", "")),
        said=str(told.get("said", "")),
    )


def _key_of(remark: Message | str) -> str:
    return remark.key if isinstance(remark, Message) else remark


def _found(told: Mapping[str, Any]) -> Found:
    page = told.get("page")
    return Found(
        int(told["start"]), int(told["end"]), str(told["quote"]), int(page) if page else None,
        str(told.get("prefix", "")), str(told.get("suffix", "")), tuple(map(str, told.get("path", ()))),
    )  # fmt: skip


@dataclass(frozen=True)
class Material:
    """What a review works with: a project's graph, and the candidates of its plans with the texts they are from."""

    graph: Graph
    plans: Mapping[str, tuple[Proposal, ...]] = field(default_factory=dict)
    texts: Mapping[str, Document] = field(default_factory=dict)

    @cached_property
    def documents(self) -> dict[str, str]:
        """The document of the graph each plan's text is of, by the IRI of the plan: the one whose file has its hash."""
        known = {sha: document for document, sha in self.graph.read(program_query("review/files-read"))}
        found = {plan: known.get(text.sha256, "") for plan, text in self.texts.items()}
        return {plan: document for plan, document in found.items() if document}

    def sha(self, one: Proposal) -> str:
        """The hash of the file a candidate is from, empty where its text is not at hand."""
        text = self.texts.get(one.plan)
        return text.sha256 if text else ""

    def others(self, target: str, start: str) -> list[str]:
        """What else rests on or cites a thing."""
        rows = self.graph.read(program_query("review/cited-by", target=target))
        return [row[0] for row in rows if row[0] != start]


def read_material(graph: Graph, project: Project, plan: str = "") -> Material:
    """The candidates of a plan, by its IRI, or of all plans there are any of.

    Raises:
        ProjectError: there are none, or a file cannot be read.
    """
    plans: dict[str, tuple[Proposal, ...]] = {}
    texts: dict[str, Document] = {}
    for path in sorted((project.root / WORK).glob(f"*/{FILE}")):
        of = thing("plan", path.parent.name, project.space)
        if plan in ("", of):
            typed = path.with_name(BY_HAND)
            found = [one for file in (path, typed) if file.is_file() for one in read_proposals(file, project, of)]
            plans[of] = tuple({one.key: one for one in found}.values())
            written = path.with_name("document.json")
            if written.exists():
                texts[of] = from_json(read_text(written))
    if not plans:
        name = kind_and_key(plan)[1] or "*"
        raise ProjectError("no-candidates", remedy="find-candidates", name=name)
    return Material(graph, plans, texts)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided, by what it settles: the relations or roles accepted, the passages looked at, and by whom."""

    accepted: Mapping[tuple[str, str], frozenset[str]]
    seen: Mapping[tuple[str, str], frozenset[str]]
    by: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def holds(self, one: Proposal, sha: str) -> bool:
        """Whether somebody has decided: a rejected pair comes back only with words nobody has looked at.

        A mere mention says no more than any relation to the same thing that was accepted.
        """
        accepted = self.accepted.get(one.matter)
        if accepted is not None and (one.relation in accepted or one.relation == MENTION):
            return True
        return bool(self.seen.get(one.matter, frozenset()) & {found.key(sha) for found in one.passages})


def open_proposals(material: Material, settled: Settled, kind: str = "") -> list[Proposal]:
    """What waits, in the order of the documents."""
    waiting = [one for found in material.plans.values() for one in found if not settled.holds(one, material.sha(one))]
    if kind:
        waiting = [one for one in waiting if kind_of(one.target) == kind]
    return sorted(waiting, key=place_in_text)


def place_in_text(one: Proposal) -> tuple[str, int, str]:
    """What candidates are sorted by: the plan, the place of their first words."""
    return one.plan, one.passages[0].start if one.passages else 0, one.key


def kind_of(target: str) -> str:
    """The kind of what is proposed: that of its IRI, ``instrument`` for the address of an act.

    >>> kind_of("https://w3id.org/pan2kg/id/plan/x"), kind_of("http://data.europa.eu/eli/reg/2017/821/oj")
    ('plan', 'instrument')
    """
    return kind_and_key(target)[0] or "instrument"


def is_described(material: Material, target: str) -> bool:
    """Whether a target is a thing of the graph."""
    return target.startswith("http") and material.graph.labels.entry(target) is not None


RANK: Final = 1.0
"""How sure a candidate is that a person has typed: there is no rule that may be wrong."""


def propose_by_hand(material: Material, project: Project, typed: Mapping[str, str]) -> Proposal:
    """Keep a candidate that was typed as ``from``, ``relation``, ``to`` and ``words``; nothing is decided with it.

    Raises:
        QueryError: an end is not known, or what it starts from stands in no plan.
        ProjectError: there is no such relation or role, no text of the plan was read, or it does not have these words.
    """
    graph = material.graph
    start = find_thing(typed["from"], graph.store, project)
    target = find_thing(typed["to"], graph.store, project)
    plan = graph.plan_of(start)
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed["from"])
    text = material.texts.get(plan)
    if text is None:
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=key(plan))
    is_part = _is_body(material, target)
    relation = typed["relation"]
    if graph.labels.entry(f"{ID}{'role' if is_part else 'relation'}/{relation}") is None:
        raise ProjectError("no-such-relation", name=relation)
    linked_as = INVOLVEMENT if is_part else ""
    found = _quoted(text, typed["words"])
    reason = Message("desk", "by-hand")
    one = Proposal("", plan, start, relation, target, reason, RANK, (found,), linked_as=linked_as)
    named = part_key(start, target, relation) if is_part else key(link_iri(one.type, *one.ends, relation=relation))
    _keep(project, one, named)
    return Proposal(named, plan, start, relation, target, reason, RANK, (found,), linked_as=linked_as)


def _is_body(material: Material, target: str) -> bool:
    rows = material.graph.read(program_query("things/classes-and-plan", thing=target))
    return any(row[0].removeprefix(PAN) in KINDS["body"] for row in rows)


def _quoted(text: Document, words: str) -> Found:
    place = find(fold(text), Quotation("", Place(""), words))
    if not isinstance(place, Anchor):
        raise ProjectError("words-not-in-text", name=words)
    whole, block = text.text, text.block_at(place.start)
    return Found(
        place.start, place.end, whole[place.start : place.end], place.page,
        whole[max(0, place.start - AROUND) : place.start], whole[place.end : place.end + AROUND],
        block.path if block else (),
    )  # fmt: skip


def _keep(project: Project, one: Proposal, named: str) -> None:
    path = project.root / WORK / key(one.plan) / BY_HAND
    told = {
        "key": named,
        "action_or_plan": one.start,
        "relation": one.relation,
        "target": one.target,
        "reason": pack(Message("desk", "by-hand")),
        "rank": one.number,
        "passages": [asdict(found) for found in one.passages],
        "type": one.linked_as,
    }
    old = read_text(path) if path.is_file() else ""
    write_atomically(path, f"{old}{json.dumps(told, ensure_ascii=False)}\n")


DOCUMENT: Final = "document.json"
MENTIONS: Final = "mentions.jsonl"


def work_folder(project: Project, plan: str) -> Path:
    """The folder of what was read of a plan, given by key.

    Raises:
        ProjectError: there are no files to write to: the project is a release or comes with the program.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    return project.root / WORK / plan


def read_kept(project: Project, plan: str) -> Document:
    """The document of a plan as it was read.

    Raises:
        ProjectError: none was read yet.
        OutlineError: it was read by other readers.
    """
    path = project.root / WORK / plan / DOCUMENT
    if not path.is_file():
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=plan)
    return load_document(path)


def keep(
    project: Project, plan: str, document: Document, mentions: Sequence[Mention], candidates: Sequence[Candidate]
) -> Path:
    """Write what was read, found and proposed into the folder of a plan; that folder.

    Raises:
        ProjectError: there are no files to write to, or they cannot be written.
    """
    folder = work_folder(project, plan)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / DOCUMENT, to_json(document))
    write_atomically(folder / MENTIONS, "".join(f"{line_of(one)}\n" for one in mentions))
    write_atomically(folder / FILE, "".join(f"{_line(one)}\n" for one in candidates))
    return folder


def line_of(mention: Mention) -> str:
    """A mention as a line of JSON."""
    return json.dumps(asdict(mention), ensure_ascii=False)


def _line(candidate: Candidate) -> str:
    written = asdict(candidate) | {
        "reason": pack(candidate.reason),
        "remarks": [pack(one) for one in candidate.remarks],
    }
    return json.dumps(written, ensure_ascii=False)
