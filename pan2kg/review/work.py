"""The folder ``work/``: what was read of documents, and what waits there for a decision, as it was found or typed.

Full texts and candidates are no part of the graph: they stand beside each other in ``work/<plan>/``
of a project, git and ``publish`` leave them out, and they are made anew from the document, byte for
byte. Candidates somebody typed stand in ``by-hand.jsonl`` there, so that finding others anew leaves
them alone. How candidates are found is told by :mod:`pan2kg.review.proposals`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from pan2kg.errors import Place, ProjectError
from pan2kg.extract import Document, Mention, Quotation, from_json, load_document, to_json
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Message
from pan2kg.i18n.message import pack_message, unpack_message
from pan2kg.project import Project, cannot_write, read_text, write_atomically
from pan2kg.review.decision import Candidate, PlanTexts
from pan2kg.review.files import own
from pan2kg.store import program_query
from pan2kg.turtle.vocabulary import key, kind_and_key, thing

WORK = "work"
CANDIDATES = "candidates.jsonl"
BY_HAND = "by-hand.jsonl"
"""The file of candidates somebody has typed."""
DOCUMENT = "document.json"
MENTIONS = "mentions.jsonl"
_TYPED = (
    "key",
    "action_or_plan",
    "relation",
    "target",
    "reason",
    "rank",
    "passages",
    "type",
)
"""What a line of a candidate says that was typed."""


def line_of(candidate: Candidate, names: Sequence[str] = ()) -> str:
    """A candidate as a line of JSON; of its fields those with these ``names``, in their order, else all."""
    start, target = candidate.ends
    fields = {
        "key": candidate.key,
        "action_or_plan": start,
        "type": candidate.linked_as,
        "relation": candidate.relation,
        "target": target,
        "reason": pack_message(candidate.reason),
        "rule": candidate.rule,
        "rank": candidate.rank,
        "passages": [_passage_fields(quotation) for quotation in candidate.quotations],
        "remarks": [pack_message(remark) for remark in candidate.remarks],
        "choices": candidate.choices,
        "said": candidate.said,
    }
    return json.dumps({name: fields[name] for name in names or fields}, ensure_ascii=False)


def _passage_fields(quotation: Quotation) -> dict[str, object]:
    """A passage under the names :meth:`Quotation.from_line` reads."""
    return {
        "start": quotation.start,
        "end": quotation.end,
        "quote": quotation.words,
        "page": quotation.page,
        "label": quotation.label,
        "prefix": quotation.prefix,
        "suffix": quotation.suffix,
        "path": quotation.path,
    }


def read_candidates(path: Path, project: Project, plan: str) -> Iterator[Candidate]:
    """The candidates of a file, a line each, as candidates of a ``plan``, given by IRI.

    A line that is none is a ``ProjectError`` that names its place.
    """
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            candidate = _candidate_of(json.loads(line), plan)
        except (ValueError, KeyError, TypeError, AttributeError):
            place = Place(project.name_of(path), number)
            raise ProjectError("no-candidate", place=place, remedy="find-candidates") from None
        yield candidate


def _candidate_of(fields: Mapping[str, Any], plan: str) -> Candidate:
    return Candidate(
        str(fields["key"]),
        plan,
        (str(fields["action_or_plan"]), str(fields["target"])),
        linked_as=str(fields.get("type", "")),
        relation=str(fields["relation"]).rpartition("/")[2],
        quotations=tuple(map(Quotation.from_line, fields["passages"])),
        reason=_unpacked(fields["reason"]),
        rank=float(fields["rank"]),
        rule=str(fields.get("rule", "")),
        remarks=tuple(map(_unpacked, fields.get("remarks", ()))),
        choices=tuple(map(str, fields.get("choices", ()))),
        said=str(fields.get("said", "")),
    )


def _unpacked(packed: object) -> Message | str:
    """A message of the catalogues, which is packed as a list, or words as they were typed."""
    return unpack_message(packed) if isinstance(packed, list) else str(packed)


@dataclass(frozen=True)
class Material:
    """What there is to decide on: the graph, the candidates of each plan, and the texts read, by IRI of the plan."""

    graph: Graph
    plans: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    texts: PlanTexts = field(default_factory=dict)

    @cached_property
    def documents(self) -> dict[str, str]:
        """The IRIs of the documents of the graph whose files were read, by IRI of the plan.

        A plan is missing where the graph knows no document with the SHA-256 of its text.
        """
        listed = self.graph.read(program_query("review/files-read"))
        by_hash = {sha: document for document, sha in listed}
        documents = {}
        for plan, text in self.texts.items():
            document = by_hash.get(text.sha256)
            if document:
                documents[plan] = document
        return documents

    @property
    def candidates(self) -> list[Candidate]:
        """All candidates: plan by plan, and in the order of its text."""
        return sorted(chain.from_iterable(self.plans.values()), key=_place_in_texts)

    def sha(self, candidate: Candidate) -> str:
        """The SHA-256 of the document a candidate was found in; empty where none was read."""
        text = self.texts.get(candidate.plan)
        return text.sha256 if text else ""


def _place_in_texts(candidate: Candidate) -> tuple[str, int, str]:
    begin = candidate.quotations[0].start if candidate.quotations else 0
    return candidate.plan, begin, candidate.key


def has_candidates(project: Project) -> bool:
    """Whether candidates of any plan wait in the folder."""
    return any((project.root / WORK).glob(f"*/{CANDIDATES}"))


def read_material(graph: Graph, project: Project, plan: str = "") -> Material:
    """What the folder holds of all plans, or of the one with this IRI.

    What somebody typed takes the place of what was found with the same key. Without any candidates
    it is a ``ProjectError``.
    """
    plans = {}
    texts = {}
    for path in sorted((project.root / WORK).glob(f"*/{CANDIDATES}")):
        plan_iri = thing("plan", path.parent.name, project.space)
        if plan not in ("", plan_iri):
            continue
        by_key = dict[str, Candidate]()
        for file in (path, path.with_name(BY_HAND)):
            if file.is_file():
                listed = read_candidates(file, project, plan_iri)
                by_key |= {candidate.key: candidate for candidate in listed}
        plans[plan_iri] = tuple(by_key.values())
        document_path = path.with_name(DOCUMENT)
        if document_path.exists():
            texts[plan_iri] = from_json(read_text(document_path))
    if not plans:
        _, name = kind_and_key(plan)
        raise ProjectError("no-candidates", remedy="find-candidates", name=name or "*")
    return Material(graph, plans, texts)


def read_kept(project: Project, plan: str) -> Document:
    """The text that was read of a plan, by key; a ``ProjectError`` where none was."""
    path = project.root / WORK / plan / DOCUMENT
    if not path.is_file():
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=plan)
    return load_document(path)


def keep(
    project: Project,
    plan: str,
    document: Document,
    mentions: Sequence[Mention],
    candidates: Sequence[Candidate],
) -> Path:
    """Write what was read of the document of a plan, by key, and what was found in it; gives the folder.

    What was typed stays. A project that is not one's own is a ``ProjectError``.
    """
    own(project)
    folder = project.root / WORK / plan
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / DOCUMENT, to_json(document))
    write_atomically(folder / MENTIONS, _lines(map(mention_line, mentions)))
    write_atomically(folder / CANDIDATES, _lines(map(line_of, candidates)))
    return folder


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def mention_line(mention: Mention) -> str:
    """A mention as a line of JSON."""
    return json.dumps(asdict(mention), ensure_ascii=False)


def note_typed(project: Project, candidate: Candidate) -> None:
    """Add a candidate somebody typed to those of its plan."""
    path = project.root / WORK / key(candidate.plan) / BY_HAND
    add_line(path, line_of(candidate, _TYPED))


def add_line(path: Path, line: str) -> None:
    """Add a line to a file of the folder, which is made where it is missing; else it is a ``ProjectError``."""
    former = read_text(path) if path.is_file() else ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None
    write_atomically(path, f"{former}{line}\n")
