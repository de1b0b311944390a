"""The folder ``work/``: what was read of documents, and what waits there for a decision, as it was found or typed.

Full texts and candidates are no part of the graph: they stand beside each other in ``work/<plan>/`` of a project, git
and ``publish`` leave them out, and they are made anew from the document, byte for byte. Candidates somebody typed stand
in ``by-hand.jsonl`` there, so that finding others anew leaves them alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.extract.document import Document, Quotation, from_json, load_document, to_json
from pan2kg.extract.names import Mention
from pan2kg.graph.graph import Graph
from pan2kg.i18n.message import pack, unpack
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review.decision import Candidate, Held, part_key
from pan2kg.review.files import own
from pan2kg.scores.measures import ScaleLevel as Level
from pan2kg.scores.measures import alpha
from pan2kg.store.queries import program_query
from pan2kg.turtle.vocabulary import key, kind_and_key, link_iri, thing

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
        "key": candidate.key, "action_or_plan": start, "type": candidate.linked_as, "relation": candidate.relation,
        "target": target, "reason": pack(candidate.reason), "rule": candidate.rule, "rank": candidate.rank,
        "passages": [quotation.to_line() for quotation in candidate.quotations],
        "remarks": list(map(pack, candidate.remarks)), "choices": candidate.choices, "said": candidate.said,
    }  # fmt: skip
    return json.dumps({name: fields[name] for name in names or fields}, ensure_ascii=False)


def read_candidates(path: Path, project: Project, plan: str) -> Iterator[Candidate]:
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            try:
                yield _candidate(json.loads(line), plan)
            except (ValueError, KeyError, TypeError, AttributeError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-candidate", place=place, remedy="find-candidates") from None


def _candidate(fields: Mapping[str, Any], plan: str) -> Candidate:
    words = [
        unpack(word) if isinstance(word, list) else str(word) for word in (fields["reason"], *fields.get("remarks", ()))
    ]
    return Candidate(
        str(fields["key"]), plan, (str(fields["action_or_plan"]), str(fields["target"])),
        linked_as=str(fields.get("type", "")), relation=str(fields["relation"]).rpartition("/")[2],
        quotations=tuple(map(Quotation.from_line, fields["passages"])), reason=words[0], rank=float(fields["rank"]),
        rule=str(fields.get("rule", "")), remarks=tuple(words[1:]),
        choices=tuple(map(str, fields.get("choices", ()))), said=str(fields.get("said", "")),
    )  # fmt: skip


@dataclass(frozen=True)
class Material:
    graph: Graph
    plans: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    texts: Mapping[str, Document] = field(default_factory=dict)

    @cached_property
    def documents(self) -> dict[str, str]:
        by_hash = {sha: document for document, sha in self.graph.read(program_query("review/files-read"))}
        return {plan: by_hash[text.sha256] for plan, text in self.texts.items() if by_hash.get(text.sha256)}

    @property
    def candidates(self) -> list[Candidate]:
        every = [candidate for listed in self.plans.values() for candidate in listed]
        begins = {candidate.key: candidate.quotations[0].start if candidate.quotations else 0 for candidate in every}
        return sorted(every, key=lambda candidate: (candidate.plan, begins[candidate.key], candidate.key))

    def sha(self, candidate: Candidate) -> str:
        text = self.texts.get(candidate.plan)
        return text.sha256 if text else ""


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


def read_kept(project: Project, plan: str) -> Document:
    path = project.root / WORK / plan / DOCUMENT
    if not path.is_file():
        raise ProjectError("no-document-of-plan", remedy="propose-from-file", plan=plan)
    return load_document(path)


def keep(
    project: Project, plan: str, document: Document, mentions: Sequence[Mention], candidates: Sequence[Candidate]
) -> Path:
    own(project)
    folder = project.root / WORK / plan
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / DOCUMENT, to_json(document))
    write_atomically(folder / MENTIONS, "".join(f"{mention_line(mention)}\n" for mention in mentions))
    write_atomically(folder / CANDIDATES, "".join(f"{line_of(candidate)}\n" for candidate in candidates))
    return folder


def mention_line(mention: Mention) -> str:
    return json.dumps(asdict(mention), ensure_ascii=False)


JOURNAL: Final = "journal.jsonl"
LONGEST: Final = 600.0
"""Seconds after which somebody was away and not deciding; such times are not kept."""
DECISION, CONTROL, SECOND, UNDONE = "decision", "control", "second", "second-undone"
"""What a line is about: a decision that was written, a planted candidate, a second reading, one that was taken back."""
ONE_IN: Final = 20
"""One in so many that are shown is a control, where controls are wanted."""
SHARE: Final = 0.1
"""The share of what was decided that a second reader decides again."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One line: what was decided by whom and how, when, and after how many seconds, None where nobody knows.

    ``at`` is the time in seconds since 1970, ``made`` are the IRIs that were written.
    """

    kind: str
    key: str
    reviewer: str
    status: str
    at: float
    seconds: float | None = None
    made: tuple[str, ...] = ()


def journal_name(plan: str) -> str:
    return f"{WORK}/{key(plan)}/{JOURNAL}"


def note(project: Project, plan: str, noted: Noted | Candidate) -> None:
    if isinstance(noted, Noted):
        path, line = project.root / journal_name(plan), json.dumps(asdict(noted), ensure_ascii=False)
    else:
        path, line = project.root / WORK / key(plan) / BY_HAND, line_of(noted, _TYPED)
    former = read_text(path) if path.is_file() else ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(path)), reason=reason(error)) from None
    write_atomically(path, f"{former}{line}\n")


def read_journal(project: Project, plans: Iterable[str]) -> list[Noted]:
    journal = []
    for path in (project.root / journal_name(plan) for plan in plans):
        for number, line in enumerate(read_text(path).splitlines() if path.is_file() else (), start=1):
            try:
                fields = json.loads(line)
                journal.append(Noted(**{**fields, "at": float(fields["at"]), "made": tuple(fields["made"])}))
            except (ValueError, TypeError, KeyError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-journal", place=place, remedy="take-it-away") from None
    return journal


def controls_of(journal: Iterable[Noted], reviewer: str) -> Mapping[str, str]:
    return {noted.key: noted.status for noted in journal if noted.kind == CONTROL and noted.reviewer == reviewer}


def second_readings(journal: Iterable[Noted]) -> Mapping[tuple[str, str], str]:
    readings: dict[tuple[str, str], str] = {}
    for noted in journal:
        if noted.kind == SECOND:
            readings[noted.key, noted.reviewer] = noted.status
        elif noted.kind == UNDONE:
            readings.pop((noted.key, noted.reviewer), None)
    return readings


def last_of(decisions: Sequence[Held], reviewer: str, journal: Iterable[Noted]) -> list[Held]:
    """What somebody decided last in files of decisions and still holds; several where they were decided at once.

    The journal says when something was written, where this machine knows; else the day and the place decide.
    """
    times = {name: noted.at for noted in journal if noted.kind == DECISION for name in noted.made}
    mine = [verdict for verdict in decisions if verdict.reviewer == reviewer and verdict.place]
    if not mine:
        return []
    latest = max(
        mine, key=lambda verdict: (verdict.filed.one("reviewedOn"), times.get(verdict.filed.iri, 0.0), verdict.place)
    )
    return [verdict for verdict in mine if verdict.group == latest.group]


def with_controls(waiting: Sequence[Candidate], listed: Sequence[Candidate], met: Collection[str]) -> list[Candidate]:
    """What waits with one planted among each twenty: words of one candidate with the target of another.

    Where it is planted and what it names follows from ``listed``, all candidates in their order, so that it is the
    same whenever the desk is opened; what somebody has ``met``, by key, is not planted again. Its key is what a link of
    these ends would have, which tells nobody that it is a control. Nothing is planted where there are no two targets,
    or where the other target is proposed for the same work too.
    """
    # of few the one in the middle
    hosts = listed[min(ONE_IN // 2, len(listed) // 2) :: ONE_IN - 1]
    proposed = {candidate.ends for candidate in listed}
    planted: dict[str, Candidate] = {}
    for host in hosts:
        start = host.ends[0]
        targets = sorted({
            target for is_part, target in ((rival.is_part, rival.ends[1]) for rival in listed)
            if is_part == host.is_part and (start, target) not in proposed and target.startswith("http")
        })  # fmt: skip
        if targets:
            target = Random(host.key).choice(targets)  # noqa: S311 - the same whenever it is asked for
            control = replace(host, ends=(start, target), remarks=(), is_control=True)
            identifier = part_key(start, target, host.relation) if host.is_part else ""
            identifier = identifier or key(link_iri(control.type, start, target, relation=host.relation))
            planted[host.key] = replace(control, key=identifier)
    queue: list[Candidate] = []
    for candidate in waiting:
        if (before := planted.get(candidate.key)) and before.key not in met:
            queue.append(before)
        queue.append(candidate)
    return queue


def for_second_reader(decided: Sequence[Candidate]) -> list[Candidate]:
    """What a second reader decides without seeing the first decision: a tenth by lot, and all that is derived.

    The lot is drawn from the keys, so that it is the same for all who read a second time.
    """
    lots = {candidate.key: sha256(candidate.key.encode()).digest() for candidate in decided}
    by_lot = sorted(decided, key=lambda candidate: lots[candidate.key])
    drawn = {candidate.key for candidate in by_lot[: round(SHARE * len(decided))]}
    return [candidate for candidate in decided if candidate.is_derived or candidate.key in drawn]


class Agreement(NamedTuple):
    """How far second readers agree: how much both read, Krippendorff's alpha, None where it has no value.

    ``apart`` is what they decided otherwise: the candidate, name and decision of the first, which holds, and of the
    second.
    """

    both: int
    alpha: float | None
    apart: list[tuple[Candidate, tuple[str, str], tuple[str, str]]]

    @classmethod
    def between(
        cls, listed: Iterable[Candidate], decisions: Iterable[Held], second: Mapping[tuple[str, str], str]
    ) -> Agreement:
        earliest = {verdict.matter: (verdict.reviewer, verdict.status) for verdict in decisions}
        known = {candidate.key: candidate for candidate in listed}
        pairs = [
            (candidate, earlier, (reader, status))
            for (name, reader), status in second.items()
            if (candidate := known.get(name)) and (earlier := earliest.get(candidate.matter)) and earlier[0] != reader
        ]
        statuses = [earlier[1] for _, earlier, _ in pairs], [later[1] for _, _, later in pairs]
        ratings = [[float(status == "accepted") for status in row] for row in statuses]
        apart = [(candidate, earlier, later) for candidate, earlier, later in pairs if earlier[1] != later[1]]
        return cls(len(pairs), alpha(ratings, Level.NOMINAL) if pairs else None, apart)
