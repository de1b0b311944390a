"""Decisions written down: their blocks, in the file of which plan; and beside them when and how fast, in a journal.

The journal stands in ``work/<plan>/``, a line a happening, is only ever added to, and is neither tracked nor published.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review.decisions import SETTLED, Decision, Evidence, find_item, read_decision
from pan2kg.review.entry import Form, Outcome, RefusedError
from pan2kg.review.files import REPLACES, Filed, ProjectFiles, alone, append, write
from pan2kg.review.proposals import WORK
from pan2kg.turtle.vocabulary import DCTERMS, key, link_iri
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, text

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph


JOURNAL: Final = "journal.jsonl"
LONGEST: Final = 600.0
"""Seconds after which somebody was away and not deciding; such times are not kept."""
DECISION, CONTROL, SECOND, UNDONE = "decision", "control", "second", "second-undone"
"""What a line is about: a decision that was written, a planted candidate, a second reading, one that was taken back."""


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


def now() -> float:
    """The time in seconds since 1970."""
    return datetime.now(UTC).timestamp()


def journal_name(plan: str) -> str:
    """The name of the journal of a plan, given by IRI, as the project names its files."""
    return f"{WORK}/{key(plan)}/{JOURNAL}"


def note(project: Project, plan: str, noted: Noted) -> None:
    """Add a line to the journal of a plan, given by IRI.

    Raises:
        ProjectError: it cannot be written.
    """
    path = project.root / journal_name(plan)
    old = read_text(path) if path.is_file() else ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("cannot-write-there", place=Place(str(path)), reason=reason(error)) from None
    write_atomically(path, f"{old}{json.dumps(asdict(noted), ensure_ascii=False)}\n")


def read_journal(project: Project, plans: Iterable[str]) -> list[Noted]:
    """All lines of the journals of these plans.

    Raises:
        ProjectError: a line is none.
    """
    found = []
    for path in (project.root / journal_name(plan) for plan in plans):
        for number, line in enumerate(read_text(path).splitlines() if path.is_file() else (), start=1):
            try:
                told = json.loads(line)
                found.append(Noted(**{**told, "at": float(told["at"]), "made": tuple(told["made"])}))
            except (ValueError, TypeError, KeyError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-journal", place=place, remedy="take-line-away") from None
    return found


def times(journal: Iterable[Noted]) -> Mapping[str, float]:
    """When each thing was written, by IRI."""
    return {made: one.at for one in journal if one.kind == DECISION for made in one.made}


def pace(journal: Iterable[Noted], reviewer: str) -> float | None:
    """The median of the seconds somebody takes for a decision; None where none was measured.

    >>> pace([Noted(DECISION, "k", "A", "accepted", 0, 12.0), Noted(DECISION, "l", "A", "rejected", 0, 18.0)], "A")
    15.0
    """
    taken = [one.seconds for one in journal if one.reviewer == reviewer and one.seconds is not None]
    return median(taken) if taken else None


def controls_of(journal: Iterable[Noted], reviewer: str) -> Mapping[str, str]:
    """How somebody decided on planted candidates, by their keys."""
    return {one.key: one.status for one in journal if one.kind == CONTROL and one.reviewer == reviewer}


def second_readings(journal: Iterable[Noted]) -> Mapping[tuple[str, str], str]:
    """How second readers decided, by the key of the candidate and their name; what was taken back is not there."""
    found: dict[tuple[str, str], str] = {}
    for one in journal:
        if one.kind == SECOND:
            found[one.key, one.reviewer] = one.status
        elif one.kind == UNDONE:
            found.pop((one.key, one.reviewer), None)
    return found


_DATA: Final = Messages("data")

REVIEWED: Final = "reviewed.ttl"

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_KEPT: Final = ("relation", "from", "to", "between", "via", "score", "scale", "onScale", "assessor", "rationale")
"""What a decision takes over from the candidate it is about, besides type, channel and evidence."""
_SOURCE: Final = DCTERMS + "source"


def decide(graph: Graph, form: Form, today: date) -> Outcome:
    """Write down the decision a form holds, in the file of the plan the link starts from.

    Raises:
        RefusedError: the form lacks something, the item does not wait any more, or the file cannot be written.
        ProjectError: a file of the project cannot be read.
    """
    item = find_item(graph, form.get("item", ""))
    if item is None or graph.project is None:
        raise RefusedError("unknown-item")
    decision = read_decision(graph, item, form, today)
    with alone(graph.project):
        project_files = ProjectFiles(graph.project)
        proposed = _proposed(project_files, decision)
        plan = plan_of(graph, decision.claim.ends)
        path = plan_file(graph, plan, REVIEWED)
        file, prefixes = graph.project.name_of(path), read_prefixes(graph.project)
        link = _free_iri(project_files, decision, proposed)
        blocks = _blocks(decision, proposed, link, prefixes)
        header = _header(graph, plan, path)
        write(
            graph.project, {path: append(project_files.texts.get(file, ""), [header], blocks, prefixes, file)}, prefixes
        )
        # when it was: of decisions in several files the last is undone first; without it the decision stands
        with suppress(ProjectError):
            by = decision.signature.reviewer
            note(graph.project, plan, Noted(DECISION, item.key, by, decision.status, now(), made=(link,)))
    return Outcome(decision.status, {"files": file}, (file,))


def plan_of(graph: Graph, ends: tuple[str, ...]) -> str:
    """The plan in whose folder a link is filed: that of the thing it starts from, else of the other.

    Raises:
        RefusedError: neither has a plan, or the plan's key is no name of a folder.
    """
    plan = next((found for end in ends if (found := graph.plan_of(end))), None)
    if plan is None or not _KEY.fullmatch(key(plan)):
        raise RefusedError("homeless")
    return plan


def plan_file(graph: Graph, plan: str, name: str) -> Path:
    """The file of that name in the folder of a plan.

    Raises:
        RefusedError: there is no project to write to.
    """
    if graph.project is None:
        raise RefusedError("read-only")
    return graph.project.graph / "plans" / key(plan) / name


def _proposed(project_files: ProjectFiles, decision: Decision) -> Filed | None:
    """The candidate as it stands in its file, None for a suggestion.

    Raises:
        RefusedError: somebody has decided meanwhile, or a loop would be closed.
    """
    item = decision.item
    links = list(project_files.links(*item.ends))
    taken = next((link for link in links if _settles(link, decision)), None)
    if taken:
        raise RefusedError("decided-meanwhile", file=taken.file)
    found = next((link for link in links if link.iri == item.link), None)
    if item.is_candidate and (found is None or found.status != "candidate"):
        raise RefusedError("unknown-item")
    if decision.is_accepted:
        refuse_loop(project_files, decision.claim.type, decision.claim.ends)
    return found


def _settles(link: Filed, decision: Decision) -> bool:
    """Whether a link that stands in a file is a decision on the same item."""
    item = decision.item
    if item.is_candidate:
        return item.link in link.values(REPLACES)
    return link.type in SETTLED and link.status in ("accepted", "rejected") and link.ends == frozenset(item.ends)


def refuse_loop(project_files: ProjectFiles, type_: str, ends: tuple[str, str]) -> None:
    """Refuse that the first thing builds on the second where that builds on it already, be it by way of others."""
    if type_ != "builds-on":
        return
    steps: dict[str, set[str]] = {}
    for link in project_files.links("builds-on"):
        if link.type == "builds-on" and link.status == "accepted":
            steps.setdefault(link.one("from"), set()).add(link.one("to"))
    reached, left = {ends[1]}, [ends[1]]
    while left:
        fresh = steps.get(left.pop(), set()) - reached
        reached |= fresh
        left += fresh
    if ends[0] in reached:
        raise RefusedError("loop")


def _free_iri(project_files: ProjectFiles, decision: Decision, proposed: Filed | None) -> str:
    """The IRI of the link that is written.

    What is accepted says what is so, and gets the IRI everyone computes for it. Where a candidate has that IRI,
    and for what is rejected, the reviewer is part of what it is made from.
    """
    claim, reviewer = decision.claim, decision.signature.reviewer
    relation = key(proposed.one("relation")) if proposed else ""
    scale = (proposed.one("scale") or key(proposed.one("onScale"))) if proposed else ""
    assessor = proposed.one("assessor") if proposed else ""
    for number in count(0 if decision.is_accepted else 1):
        signed = ("", f"|{reviewer}", f"|{reviewer}|{number}")[min(number, 2)]
        made = link_iri(
            claim.type, *claim.ends, relation=relation, scale=scale, assessor=assessor + signed,
            space=project_files.project.space,
        )  # fmt: skip
        if not project_files.mentions(made):
            break
    return made


def _header(graph: Graph, plan: str, path: Path) -> Block:
    """What a new file says of itself first."""
    name, project = key(plan), graph.project
    return Block(
        f"<{project.graph_iri(path)}>" if project else "",
        (
            Statement("a", "pan:SourceGraph"),
            *(Statement("rdfs:label", text(words, tag)) for tag, words in _DATA.text("decisions", name=name).words),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )


def _blocks(decision: Decision, proposed: Filed | None, link: str, prefixes: Mapping[str, str]) -> list[Block]:
    """The link that is written, and the passage that was typed."""
    signed, evidence = decision.signature, decision.evidence
    passage = f"passage:reviewed-{key(link)}"
    statements = (
        Statement("a", "pan:Link"),
        *_what(decision, proposed, prefixes),
        Statement("pan:status", f"linkstatus:{decision.status}"),
        Statement("pan:reviewedBy", string(signed.reviewer)),
        Statement("pan:reviewedOn", f'"{signed.day.isoformat()}"^^xsd:date'),
        *([Statement("pan:reviewReason", text(signed.reason, signed.language))] if signed.reason else ()),
        *([Statement("dcterms:replaces", iri(proposed.iri, prefixes))] if proposed else ()),
        *_support(evidence, proposed, passage, prefixes),
        Statement("pan:certainty", "certainty:stated" if decision.is_accepted else "certainty:derived"),
    )
    quoted = [_passage(passage, evidence, prefixes)] if evidence and evidence.quote else []
    return [Block(iri(link, prefixes), statements), *quoted]


def _what(decision: Decision, proposed: Filed | None, prefixes: Mapping[str, str]) -> Iterator[Statement]:
    """What is linked to what, and how."""
    claim = decision.claim
    yield Statement("pan:linkType", f"linktype:{claim.type}")
    if proposed is None:
        yield Statement("pan:from", iri(claim.ends[0], prefixes))
        yield Statement("pan:to", iri(claim.ends[1], prefixes))
    else:
        yield from proposed.written(_KEPT, prefixes)
    if claim.channel:
        yield Statement("pan:channel", f"channel:{claim.channel}")
    elif proposed is not None:
        yield from proposed.written(["channel"], prefixes)


def _support(
    evidence: Evidence | None, proposed: Filed | None, passage: str, prefixes: Mapping[str, str]
) -> Iterator[Statement]:
    """The passage and the document a link rests on: those that were typed, else the candidate's."""
    if evidence and evidence.quote:
        yield Statement("pan:evidence", passage)
        yield Statement("dcterms:source", iri(evidence.document, prefixes))
    elif proposed is not None:
        yield from proposed.written(["evidence", _SOURCE], prefixes)
        if evidence and not proposed.values(_SOURCE):
            yield Statement("dcterms:source", iri(evidence.document, prefixes))


def _passage(name: str, evidence: Evidence, prefixes: Mapping[str, str]) -> Block:
    return Block(
        name,
        (
            Statement("a", "pan:Passage"),
            Statement("pan:quote", text(evidence.quote, evidence.language)),
            *([Statement("pan:page", string(evidence.page))] if evidence.page else ()),
            Statement("pan:inDocument", iri(evidence.document, prefixes)),
        ),
    )
