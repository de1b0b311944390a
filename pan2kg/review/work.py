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
from typing import Any, Final

from pan2kg.errors import Place, ProjectError
from pan2kg.extract.document import Document, Quotation, from_json, load_document, to_json
from pan2kg.extract.names import Mention
from pan2kg.graph.graph import Graph
from pan2kg.i18n.message import pack, unpack
from pan2kg.project import Project, read_text, write_atomically
from pan2kg.review.decision import Candidate
from pan2kg.review.files import own
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import key, kind_and_key, thing

WORK: Final = "work"
CANDIDATES: Final = "candidates.jsonl"
BY_HAND: Final = "by-hand.jsonl"
"""The file of candidates somebody has typed."""
DOCUMENT: Final = "document.json"
MENTIONS: Final = "mentions.jsonl"
_TYPED: Final = ("key", "action_or_plan", "relation", "target", "reason", "rank", "passages", "type")
"""What a line of a candidate says that was typed."""


def line_of(candidate: Candidate, names: Sequence[str] = ()) -> str:
    start, target = candidate.ends
    fields = {
        "key": candidate.key,
        "action_or_plan": start,
        "type": candidate.linked_as,
        "relation": candidate.relation,
        "target": target,
        "reason": pack(candidate.reason),
        "rule": candidate.rule,
        "rank": candidate.rank,
        "passages": [quotation.to_line() for quotation in candidate.quotations],
        "remarks": list(map(pack, candidate.remarks)),
        "choices": candidate.choices,
        "said": candidate.said,
    }
    return json.dumps({name: fields[name] for name in names or fields}, ensure_ascii=False)


def read_candidates(path: Path, project: Project, plan: str) -> Iterator[Candidate]:
    """The candidates in a file, one a line; older files say less of each."""
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            try:
                yield _candidate(json.loads(line), plan)
            except (ValueError, KeyError, TypeError, AttributeError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-candidate", place=place, remedy="find-candidates-again") from None


def _candidate(fields: Mapping[str, Any], plan: str) -> Candidate:
    words = [
        unpack(word) if isinstance(word, list) else str(word) for word in (fields["reason"], *fields.get("remarks", ()))
    ]
    return Candidate(
        str(fields["key"]),
        plan,
        (str(fields["action_or_plan"]), str(fields["target"])),
        linked_as=str(fields.get("type", "")),
        relation=str(fields["relation"]).rpartition("/")[2],
        quotations=tuple(map(Quotation.from_line, fields["passages"])),
        reason=words[0],
        rank=float(fields["rank"]),
        rule=str(fields.get("rule", "")),
        remarks=tuple(words[1:]),
        choices=tuple(map(str, fields.get("choices", ()))),
        said=str(fields.get("said", "")),
    )


@dataclass(frozen=True)
class Material:
    """What a review works with: a project's graph, and the candidates of its plans with the texts they are from."""

    graph: Graph
    plans: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    texts: Mapping[str, Document] = field(default_factory=dict)

    @cached_property
    def documents(self) -> dict[str, str]:
        """The document of the graph each plan's text is of, by the IRI of the plan: the one whose file has its hash."""
        by_hash = {sha: document for document, sha in self.graph.read(program_query("review/files-read"))}
        return {plan: by_hash[text.sha256] for plan, text in self.texts.items() if by_hash.get(text.sha256)}

    @property
    def candidates(self) -> list[Candidate]:
        return sorted((candidate for listed in self.plans.values() for candidate in listed), key=_place)

    def sha(self, candidate: Candidate) -> str:
        text = self.texts.get(candidate.plan)
        return text.sha256 if text else ""


def _place(candidate: Candidate) -> tuple[str, int, str]:
    return candidate.plan, candidate.quotations[0].start if candidate.quotations else 0, candidate.key


def has_candidates(project: Project) -> bool:
    return any((project.root / WORK).glob(f"*/{CANDIDATES}"))


def read_material(graph: Graph, project: Project, plan: str = "") -> Material:
    plans: dict[str, tuple[Candidate, ...]] = {}
    texts: dict[str, Document] = {}
    for path in sorted((project.root / WORK).glob(f"*/{CANDIDATES}")):
        plan_iri = thing("plan", path.parent.name, project.space)
        if plan in ("", plan_iri):
            files = [file for file in (path, path.with_name(BY_HAND)) if file.is_file()]
            listed = [candidate for file in files for candidate in read_candidates(file, project, plan_iri)]
            plans[plan_iri] = tuple({candidate.key: candidate for candidate in listed}.values())
            if (document_path := path.with_name(DOCUMENT)).exists():
                texts[plan_iri] = from_json(read_text(document_path))
    if not plans:
        raise ProjectError("no-candidates", remedy="find-candidates", name=kind_and_key(plan)[1] or "*")
    return Material(graph, plans, texts)


def keep_typed(project: Project, candidate: Candidate) -> None:
    path = project.root / WORK / key(candidate.plan) / BY_HAND
    former = read_text(path) if path.is_file() else ""
    write_atomically(path, f"{former}{line_of(candidate, _TYPED)}\n")


def work_folder(project: Project, plan: str) -> Path:
    own(project)
    return project.root / WORK / plan


def read_kept(project: Project, plan: str) -> Document:
    path = project.root / WORK / plan / DOCUMENT
    if not path.is_file():
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=plan)
    return load_document(path)


def keep(
    project: Project, plan: str, document: Document, mentions: Sequence[Mention], candidates: Sequence[Candidate]
) -> Path:
    """Write what was read, found and proposed into the folder of a plan; that folder."""
    folder = work_folder(project, plan)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / DOCUMENT, to_json(document))
    write_atomically(folder / MENTIONS, "".join(f"{mention_line(mention)}\n" for mention in mentions))
    write_atomically(folder / CANDIDATES, "".join(f"{line_of(candidate)}\n" for candidate in candidates))
    return folder


def mention_line(mention: Mention) -> str:
    return json.dumps(asdict(mention), ensure_ascii=False)
