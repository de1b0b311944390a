"""The folder ``work/``: what was read of documents, and what waits there for a decision, as it was found or typed.

Full texts and candidates are no part of the graph: they stand beside each other in ``work/<plan>/``
of a project, git and ``publish`` leave them out, and they are made anew from the document, byte for
byte. Candidates somebody typed stand in ``by-hand.jsonl`` there, so that finding others anew leaves
them alone.
"""

import json
import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from pan2kg.coherence import agreement
from pan2kg.coherence.evidence import Level
from pan2kg.errors import Place, ProjectError
from pan2kg.extract import (
    Document,
    Mention,
    Quotation,
    from_json,
    load_document,
    roles,
    sections,
    to_json,
)
from pan2kg.extract.mentions import find_mentions
from pan2kg.extract.names import RULES, Thing, either
from pan2kg.graph.graph import Graph
from pan2kg.i18n.message import Message, pack, unpack
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review.decision import (
    CITATION,
    INVOLVEMENT,
    MENTION,
    SETTLED,
    USE,
    Candidate,
    Held,
    Origin,
    part_key,
)
from pan2kg.review.files import own
from pan2kg.store import program_query, text_rows as rows
from pan2kg.tables import pairs as pair_tables, table as figures
from pan2kg.turtle.vocabulary import key, kind_and_key, link_iri, thing
from pan2kg.validation.quotations import LONGEST as QUOTED

WORK: Final = "work"
CANDIDATES: Final = "candidates.jsonl"
BY_HAND: Final = "by-hand.jsonl"  # the file of candidates somebody has typed
DOCUMENT: Final = "document.json"
MENTIONS: Final = "mentions.jsonl"
_TYPED: Final = (
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
    start, target = candidate.ends
    columns = {
        name: name
        for name in ("start", "end", "quote", "page", "label", "prefix", "suffix", "path")
    }
    columns["quote"] = "words"  # as :meth:`Quotation.from_line` reads them
    fields = {
        "key": candidate.key,
        "action_or_plan": start,
        "type": candidate.linked_as,
        "relation": candidate.relation,
        "target": target,
        "reason": pack(candidate.reason),
        "rule": candidate.rule,
        "rank": candidate.rank,
        "passages": [
            {code: getattr(row, name) for code, name in columns.items()}
            for row in candidate.quotations
        ],
        "remarks": list(map(pack, candidate.remarks)),
        "choices": candidate.choices,
        "said": candidate.said,
    }
    return json.dumps({name: fields[name] for name in names or fields}, ensure_ascii=False)


def read_candidates(path: Path, project: Project, plan: str) -> Iterator[Candidate]:
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            try:
                fields = json.loads(line)
                packed = (fields["reason"], *fields.get("remarks", ()))
                words = [unpack(word) if isinstance(word, list) else str(word) for word in packed]
                yield Candidate(
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
            except (ValueError, KeyError, TypeError, AttributeError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-candidate", place=place, remedy="find-candidates") from None


@dataclass(frozen=True)
class Material:
    graph: Graph
    plans: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    texts: Mapping[str, Document] = field(default_factory=dict)

    @cached_property
    def documents(self) -> dict[str, str]:
        by_hash = {
            sha: document for document, sha in self.graph.read(program_query("review/files-read"))
        }
        return {
            plan: by_hash[text.sha256]
            for plan, text in self.texts.items()
            if by_hash.get(text.sha256)
        }

    @property
    def candidates(self) -> list[Candidate]:
        every = [candidate for listed in self.plans.values() for candidate in listed]
        begins = {
            candidate.key: candidate.quotations[0].start if candidate.quotations else 0
            for candidate in every
        }
        return sorted(
            every, key=lambda candidate: (candidate.plan, begins[candidate.key], candidate.key)
        )

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
            listed = [
                candidate
                for file in files
                for candidate in read_candidates(file, project, plan_iri)
            ]
            plans[plan_iri] = tuple({candidate.key: candidate for candidate in listed}.values())
            if (document_path := path.with_name(DOCUMENT)).exists():
                texts[plan_iri] = from_json(read_text(document_path))
    if not plans:
        raise ProjectError(
            "no-candidates", remedy="find-candidates", name=kind_and_key(plan)[1] or "*"
        )
    return Material(graph, plans, texts)


def read_kept(project: Project, plan: str) -> Document:
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
    own(project)
    folder = project.root / WORK / plan
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / DOCUMENT, to_json(document))
    write_atomically(
        folder / MENTIONS, "".join(f"{mention_line(mention)}\n" for mention in mentions)
    )
    write_atomically(
        folder / CANDIDATES, "".join(f"{line_of(candidate)}\n" for candidate in candidates)
    )
    return folder


def mention_line(mention: Mention) -> str:
    return json.dumps(asdict(mention), ensure_ascii=False)


JOURNAL: Final = "journal.jsonl"
LONGEST: Final = (
    600.0  # seconds after which somebody was away and not deciding; such times are not kept
)
DECISION = "decision"
CONTROL = "control"
SECOND = "second"
UNDONE = "second-undone"
"""What a line is about: a decision that was written, a planted candidate, a second reading, one that was taken back."""
ONE_IN: Final = 20  # one in so many that are shown is a control, where controls are wanted
SHARE: Final = 0.1  # the share of what was decided that a second reader decides again


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
        path = project.root / journal_name(plan)
        line = json.dumps(asdict(noted), ensure_ascii=False)
    else:
        path = project.root / WORK / key(plan) / BY_HAND
        line = line_of(noted, _TYPED)
    former = read_text(path) if path.is_file() else ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(
            "cannot-write-there", place=Place(str(path)), reason=reason(error)
        ) from None
    write_atomically(path, f"{former}{line}\n")


def read_journal(project: Project, plans: Iterable[str]) -> list[Noted]:
    journal = []
    for path in (project.root / journal_name(plan) for plan in plans):
        for number, line in enumerate(
            read_text(path).splitlines() if path.is_file() else (), start=1
        ):
            try:
                fields = json.loads(line)
                journal.append(
                    Noted(**{**fields, "at": float(fields["at"]), "made": tuple(fields["made"])})
                )
            except (ValueError, TypeError, KeyError):
                place = Place(project.name_of(path), number)
                raise ProjectError("no-journal", place=place, remedy="take-it-away") from None
    return journal


def controls_of(journal: Iterable[Noted], reviewer: str) -> Mapping[str, str]:
    return {
        noted.key: noted.status
        for noted in journal
        if noted.kind == CONTROL and noted.reviewer == reviewer
    }


def second_readings(journal: Iterable[Noted]) -> Mapping[tuple[str, str], str]:
    readings: dict[tuple[str, str], str] = {}
    for noted in journal:
        if noted.kind == SECOND:
            readings[noted.key, noted.reviewer] = noted.status
        elif noted.kind == UNDONE:
            readings.pop((noted.key, noted.reviewer), None)
    return readings


def last_of(decisions: Sequence[Held], reviewer: str, journal: Iterable[Noted]) -> list[Held]:
    # the journal says when something was written, where this machine knows; else the day and the
    # place decide
    times = {name: noted.at for noted in journal if noted.kind == DECISION for name in noted.made}
    mine = [verdict for verdict in decisions if verdict.reviewer == reviewer and verdict.place]
    if not mine:
        return []
    latest = max(
        mine,
        key=lambda verdict: (
            verdict.filed.one("reviewedOn"),
            times.get(verdict.filed.iri, 0.0),
            verdict.place,
        ),
    )
    return [verdict for verdict in mine if verdict.group == latest.group]


def with_controls(
    waiting: Sequence[Candidate], listed: Sequence[Candidate], met: Collection[str]
) -> list[Candidate]:
    """What waits with one planted among each twenty: words of one candidate with the target of another.

    It follows from ``listed``, all candidates in their order, so that it is the same whenever the
    desk is opened; what somebody has ``met``, by key, is not planted again. Its key tells nobody
    that it is a control.
    """
    # of few the one in the middle
    hosts = listed[min(ONE_IN // 2, len(listed) // 2) :: ONE_IN - 1]
    proposed = {candidate.ends for candidate in listed}
    planted: dict[str, Candidate] = {}
    for host in hosts:
        start = host.ends[0]
        targets = sorted(
            {
                target
                for is_part, target in ((rival.is_part, rival.ends[1]) for rival in listed)
                if is_part == host.is_part
                and (start, target) not in proposed
                and target.startswith("http")
            }
        )
        if targets:
            target = Random(host.key).choice(targets)  # noqa: S311 - the same whenever it is asked for
            control = replace(host, ends=(start, target), remarks=(), is_control=True)
            identifier = part_key(start, target, host.relation) if host.is_part else ""
            identifier = identifier or key(
                link_iri(control.type, start, target, relation=host.relation)
            )
            planted[host.key] = replace(control, key=identifier)
    queue: list[Candidate] = []
    for candidate in waiting:
        if (before := planted.get(candidate.key)) and before.key not in met:
            queue.append(before)
        queue.append(candidate)
    return queue


def for_second_reader(decided: Sequence[Candidate]) -> list[Candidate]:
    # a tenth by lot, drawn from the keys so that it is the same for all, and all that is derived
    lots = {candidate.key: sha256(candidate.key.encode()).digest() for candidate in decided}
    by_lot = sorted(decided, key=lambda candidate: lots[candidate.key])
    drawn = {candidate.key for candidate in by_lot[: round(SHARE * len(decided))]}
    return [candidate for candidate in decided if candidate.is_derived or candidate.key in drawn]


class Agreement(NamedTuple):
    """How far second readers agree: how much both read, Krippendorff's alpha, None where it has no value.

    ``apart`` is what they decided otherwise: the candidate, name and decision of the first, which
    holds, and of the second.
    """

    both: int
    alpha: float | None
    apart: list[tuple[Candidate, tuple[str, str], tuple[str, str]]]

    @classmethod
    def between(
        cls,
        listed: Iterable[Candidate],
        decisions: Iterable[Held],
        second: Mapping[tuple[str, str], str],
    ) -> "Agreement":
        earliest = {verdict.matter: (verdict.reviewer, verdict.status) for verdict in decisions}
        known = {candidate.key: candidate for candidate in listed}
        pairs = [
            (candidate, earlier, (reader, status))
            for (name, reader), status in second.items()
            if (candidate := known.get(name))
            and (earlier := earliest.get(candidate.matter))
            and earlier[0] != reader
        ]
        statuses = [earlier[1] for _, earlier, _ in pairs], [later[1] for _, _, later in pairs]
        ratings = [[float(status == "accepted") for status in row] for row in statuses]
        apart = [
            (candidate, earlier, later)
            for candidate, earlier, later in pairs
            if earlier[1] != later[1]
        ]
        return cls(
            len(pairs),
            agreement.alpha(ratings, agreement.ScaleLevel.NOMINAL) if pairs else None,
            apart,
        )


_LONGEST, _WORDS = QUOTED
_BEFORE: Final = 160
_SENTENCE: Final = re.compile(r"(?<=[^\s.]{3}[.!?…])\s+(?=[«“„\"(]?[A-ZÀ-Ü0-9])|[\n\t]+")
_LEAD: Final = "lead"


class DocumentSearch(NamedTuple):
    candidates: tuple[Candidate, ...]
    skipped: Mapping[str, int]
    mentions: tuple[Mention, ...]

    def since(self, graph: Graph, day: date) -> "DocumentSearch":
        early = {
            iri for iri, entity in graph.names.things.items() if entity.start and entity.start < day
        }
        recent = tuple(candidate for candidate in self.candidates if candidate.ends[1] not in early)
        older = len(self.candidates) - len(recent)
        return self._replace(
            candidates=recent, skipped={**self.skipped, **({"older": older} if older else {})}
        )


def search(graph: Graph, document: Document, plan: str) -> DocumentSearch:
    names = graph.names
    home = names.things.get(plan)
    day, country = (home.start, home.country) if home else (None, "")
    mentions = find_mentions(document, names, date=day, country=country, plan=plan)
    bodies = [mention for mention in mentions if mention.kind == "body"]
    titles: dict[str, list[str]] = {}
    numbers: dict[str, str] = {}
    for action, number_, title in graph.read(program_query("review/titles-of-actions", plan=plan)):
        titles.setdefault(action, []).append(title)
        numbers.setdefault(action, number_)
    named = (
        sections.Named(action, numbers[action], tuple(words)) for action, words in titles.items()
    )
    places = sections.sections(document, plan, named)
    starts = [section.start for section in places]
    skipped: Counter[str] = Counter()
    links: dict[tuple[str, str, str, str], list[Mention]] = {}
    parts: dict[tuple[str, str, str], list[tuple[Mention, roles.Role]]] = {}
    for mention in mentions:
        work = places[bisect_right(starts, mention.start) - 1].iri
        if mention.kind == "body":
            target = mention.target or next(iter(mention.choices), "")
            entity = names.things.get(target)
            if entity is None or not entity.is_valid(day):
                skipped["body-of-another-day"] += 1
            elif role := roles.role_of(document, mention, bodies):
                parts.setdefault((work, target, role.key), []).append((mention, role))
            else:
                skipped["body"] += 1
            continue
        for target in mention.targets or mention.choices[:1]:
            entity = names.things.get(target)
            if target in (plan, work):
                skipped["itself"] += 1
            elif not entity and target.startswith("http") and mention.kind not in ("eu-act", "sdg"):
                skipped["no-end"] += 1
            else:
                type_, relation, _ = relation_of(
                    document.text, mention, entity, home if work == plan else None
                )
                links.setdefault((work, type_, relation, target), []).append(mention)
    results = [
        *_parts(graph, document, plan, parts, skipped),
        *_links(graph, document, plan, links, skipped),
    ]
    order = {USE: 1, INVOLVEMENT: 2}
    results.sort(
        key=lambda one: (order.get(one.type, 0), -(one.rank or 0.0), one.quotations[0].start)
    )
    return DocumentSearch(tuple(results), skipped, mentions)


def _rank(mention: Mention, rank: float) -> float:
    """How likely a rule is right; of several things that may be meant each is half as likely as its share."""
    return rank if mention.target else round(rank / (2 * max(1, len(mention.choices))), 3)


def _parts(
    graph: Graph,
    document: Document,
    plan: str,
    groups: Mapping[tuple[str, str, str], Sequence[tuple[Mention, roles.Role]]],
    skipped: Counter[str],
) -> Iterator[Candidate]:
    roles_of: dict[tuple[str, str], set[str]] = {}
    for work, body, role_iri in graph.read(program_query("review/parts-of-plan", plan=plan)):
        roles_of.setdefault((work, body), set()).add(key(role_iri))
    rejected: dict[str, set[str]] = {}
    for work, body, role_iri, passage in graph.read(
        program_query("review/rejected-parts", plan=plan)
    ):
        rejected.setdefault(part_key(work, body, key(role_iri)), set()).add(key(passage))
    for (work, body, role_key), group in groups.items():
        identifier = part_key(work, body, role_key)
        mentions = [mention for mention, _ in group]
        quotations = _quotations(document, mentions)
        before = rejected.get(identifier)
        if role_key in roles_of.get((work, body), ()):
            skipped["accepted"] += len(group)
            continue
        if before is not None and before.issuperset(
            quotation.key(document.sha256) for quotation in quotations
        ):
            skipped["rejected"] += len(group)
            continue
        mention, role = max(group, key=lambda pair: pair[1].rank)
        how = Message("candidate", f"by-{mention.rule}", {"words": mention.surface})
        remarks = _remarks(graph, work, body, mentions, rejected=before is not None)
        leads = (ends for ends, roles_ in roles_of.items() if _LEAD in roles_)
        if role_key == _LEAD and any(led == work and rival != body for led, rival in leads):
            remarks.append(Message("candidate", "other-lead"))
        candidate = _candidate_candidates(
            identifier, plan, (work, body), INVOLVEMENT, role_key, mention, mentions, quotations
        )
        yield replace(
            candidate,
            reason=Message("candidate", f"role-{role.how}", {"how": how, "said": role.said}),
            rank=_rank(mention, role.rank),
            remarks=tuple(remarks),
            said="" if role.how == "default" else role.said,
        )


def _links(
    graph: Graph,
    document: Document,
    plan: str,
    groups: Mapping[tuple[str, str, str, str], Sequence[Mention]],
    skipped: Counter[str],
) -> Iterator[Candidate]:
    accepted: dict[tuple[str, str], set[str]] = {}
    rejected: dict[tuple[str, str], set[str]] = {}
    for start, _, relation, end, status, quote in graph.read(
        program_query("review/links-of-plan", plan=plan)
    ):
        if key(status) == "accepted":
            accepted.setdefault((start, end), set()).add(key(relation) if relation else "")
        if key(status) == "rejected":
            rejected.setdefault((start, end), set()).add(quote)
    *_, ranks = _relations()
    for (work, type_, relation, target), mentions in groups.items():
        ends = work, target
        # a mere mention says no more than any accepted relation to the same text
        if relation in accepted.get(ends, ()) or (relation == MENTION and ends in accepted):
            skipped["accepted"] += len(mentions)
            continue
        quotations = _quotations(document, mentions)
        before = rejected.get(ends)
        if before is not None and all(quotation.words in before for quotation in quotations):
            skipped["rejected"] += len(mentions)
            continue
        things = graph.names.things
        ranked = [(_rank(mention, ranks.get(mention.rule, 0.5)), mention) for mention in mentions]
        rank, mention = max(ranked, key=lambda pair: pair[0])
        words = relation_of(document.text, mention, things.get(target), things.get(work))[2]
        how = Message("candidate", f"by-{mention.rule}", {"words": mention.surface})
        identifier = key(
            link_iri(type_, work, target, relation=relation, space=graph.project.space)
        )
        yield replace(
            _candidate_candidates(
                identifier, plan, ends, type_, relation, mention, mentions, quotations
            ),
            reason=Message(
                "candidate", "because-said" if words else "because", {"how": how, "said": words}
            ),
            rank=rank,
            remarks=tuple(_remarks(graph, work, target, mentions, rejected=before is not None)),
        )


def _candidate_candidates(
    identifier: str,
    plan: str,
    ends: tuple[str, str],
    type_: str,
    relation: str,
    mention: Mention,
    mentions: Sequence[Mention],
    quotations: tuple[Quotation, ...],
) -> Candidate:
    choices = dict.fromkeys(
        iri for mention in mentions for iri in mention.choices if iri != ends[1]
    )
    return Candidate(
        identifier,
        plan,
        ends,
        type_,
        relation,
        quotations,
        rule=f"{mention.rule}/{RULES}",
        choices=(*choices,),
    )


def _remarks(
    graph: Graph, work: str, target: str, mentions: Iterable[Mention], *, rejected: bool
) -> list[Message]:
    names = graph.names
    remarks = list[Message]()
    entity = names.things.get(target)
    plan = names.things.get(work) or names.things.get(graph.plan_of(work) or "")
    if entity is None:
        remarks.append(Message("candidate", "not-in-graph", {"target": target}))
    if entity and plan and entity.start and plan.start and entity.start > plan.start:
        remarks.append(Message("candidate", "younger", {"day": entity.start.isoformat()}))
    notes = dict.fromkeys(
        mention.note for mention in mentions if mention.note not in ("", "not-in-graph")
    )
    remarks += [Message("candidate", f"note-{note}") for note in notes]
    return [*remarks, Message("candidate", "rejected-before")] if rejected else remarks


def _quotations(document: Document, mentions: Iterable[Mention]) -> tuple[Quotation, ...]:
    places: dict[tuple[int, int], int] = {}
    for mention in mentions:
        places.setdefault(sentence_at(document.text, mention.start, mention.end), mention.start)
    return tuple(Quotation.at(document, start, end, of=at) for (start, end), at in places.items())


@cache
def _relations() -> tuple[
    list[tuple[re.Pattern[str], dict[str, Any]]], dict[str, Any], dict[str, float]
]:
    """The rules by which words propose a relation, what is proposed without any, and how likely each rule is right."""
    table = tomllib.loads(Path(__file__).with_name("relations.toml").read_text(encoding="utf-8"))
    patterns = (rf"(?<!\w){either(rule['words'])}(?!\w)" for rule in table["relation"])
    rules = zip(
        (re.compile(pattern, re.IGNORECASE) for pattern in patterns), table["relation"], strict=True
    )
    return list(rules), table["default"], table["rank"]


def relation_of(
    text: str, mention: Mention, end: Thing | None, own: Thing | None
) -> tuple[str, str, str]:
    """The type of link, the relation and the words that propose it: those nearest before the mention, in its sentence.

    ``own`` is the plan whose text it is, None where it is that of an action.

    >>> text, act = "afin de transposer la directive 2014/24/UE", "http://data.europa.eu/eli/dir/2014/24/oj"
    >>> relation_of(text, Mention(22, 42, text[22:42], act, "eu-act", "eu-number"), None, None)
    ('uses-instrument', 'supports-transposition-of', 'transposer')
    """
    start, _ = sentence_at(text, mention.start, mention.end)
    before = text[max(start, mention.start - _BEFORE) : mention.start]
    side = "plan" if end is not None and end.kind == "plan" else "text"
    rules, default, _ = _relations()
    nearest = [
        (places[-1].end(), -number_, places[-1][0], rule)
        for number_, (pattern, rule) in enumerate(rules)
        if side in rule and (places := list(pattern.finditer(before)))
    ]
    _, _, words, rule = max(nearest, key=lambda ranked: ranked[:2], default=(0, 0, "", default))
    if side == "text":
        relation = str(rule["text"])
        address = end.iri if end else mention.target
        # only directives are transposed, and only conventions ratified
        is_directive = (end.type if end else "") == "eu-directive" or "/eli/dir" in address
        if relation == "supports-transposition-of" and not is_directive:
            relation = "implements"
        if relation in ("plans-ratifying", "considers-ratifying") and mention.kind not in (
            "ilo",
            "instrument",
        ):
            relation = MENTION
        return USE, relation, words
    type_, relation = rule["plan"]
    if type_ == "succession" and not (own and end and own.family == end.family):
        return CITATION, "continues", words
    # what an action says of a plan is a citation of it; links of plans among themselves have types
    # of their own
    return str(type_) if own else CITATION, str(relation), words


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence round a place begins and ends; of a long one what is nearest, 300 characters or 60 words.

    >>> text = "Rien ici. La directive 2014/24/UE s’applique. Autre chose."
    >>> text[slice(*sentence_at(text, 13, 33))]
    'La directive 2014/24/UE s’applique.'
    """
    low = max(0, start - 2 * _LONGEST)
    high = min(len(text), end + 2 * _LONGEST)
    begin = low
    finish = high
    for boundary in _SENTENCE.finditer(text, low, high):
        if boundary.end() <= start:
            begin = boundary.end()
        elif boundary.start() >= end:
            finish = boundary.start()
            break
    while finish - begin > _LONGEST or len(text[begin:finish].split()) > _WORDS:
        before = start - begin
        behind = finish - end
        if before <= 0 and behind <= 0:
            break
        if before >= behind:
            space = text.find(" ", begin + 1, start)
            begin = space + 1 if space >= 0 else start
        else:
            space = text.rfind(" ", end, finish - 1)
            finish = space if space >= 0 else end
    return begin, finish


def graph_candidates(graph: Graph) -> list[Candidate]:
    waiting = [
        Candidate(
            key(link),
            "",
            (start, end),
            key(type_),
            origin=Origin.GRAPH,
            link=link,
            plans=(graph.plan_of(start) or "", graph.plan_of(end) or ""),
            rank=float(confidence) if confidence else None,
        )
        for link, type_, start, end, confidence in rows(
            graph.store, program_query("review/candidates")
        )
    ]
    if not graph.uses.actions:
        return waiting
    decided = rows(graph.store, program_query("review/decided"))
    settled = {frozenset(ends) for type_, *ends in decided if key(type_) in SETTLED}
    # A suggestion enters no figure: whoever reviews it sees what the editors concluded too, most
    # bits first.
    choice = figures.TableChoice(evidence=Level.EDITORS)
    linked = pair_tables.linked_pairs(graph, choice)
    for ends, plans, weight, texts, _, expected in pair_tables.silent_pairs(graph, choice, linked):
        if frozenset(ends) not in settled:
            level = weight.level.key if weight.level else ""
            waiting.append(
                Candidate(
                    "--".join(map(key, ends)),
                    "",
                    ends,
                    origin=Origin.GRAPH,
                    rank=figures.number(weight.low),
                    plans=plans,
                    via=texts,
                    level=level,
                    expected=expected,
                )
            )
    return waiting
