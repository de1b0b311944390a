"""Facts that are written down by hand: a link, a body's part, a passage, an action, a document, a name, a reading.

Each ``…_addition`` takes what was typed and gives the file as it would be; nothing is written. A
fact of a plan stands in the file of the plan, what nobody has verified in a file beside it, and
every file begins by saying what it holds; CONTRIBUTING has the table. Keys follow from what a block
says, so nobody has to make one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pan2kg.coherence.evidence import Aspect, Extent, Reading
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Message, error_message, one_of
from pan2kg.project import Project, read_text
from pan2kg.review import decision, filing
from pan2kg.review.fields import Form, read_field
from pan2kg.review.files import UNVERIFIED, Addition, addition, append, own
from pan2kg.review.standing import ProjectFiles
from pan2kg.review.typed import (
    StatedThing,
    Support,
    Words,
    concept,
    described,
    document_named,
    handle,
    slug,
    unused,
)
from pan2kg.store import program_query
from pan2kg.store.names import find_thing
from pan2kg.store.queries import KINDS
from pan2kg.store.store import Store, select
from pan2kg.turtle import SKOS, Block, TurtleLine, iri, key, read_prefixes, string, text
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.edits import StatementEdit, edited
from pan2kg.turtle.vocabulary import CORE
from pan2kg.turtle.writer import prefixed, worded
from pan2kg.validation.wording import is_date

WORKS = frozenset(("Plan", "Action", "PlanPart", "Category"))
"""The classes of what stands in the folder of a plan and takes bodies, texts and citations."""
CITABLE = WORKS | KINDS["instrument"] | {"Review", "Recommendation"}
"""The classes of what a work may cite or use."""
NAMED = KINDS["plan"] | KINDS["instrument"] | KINDS["body"] | {"Review"}
"""The classes of what may have other names than its label."""
SPEAKERS = frozenset(NAMED - {"Provision", "Instrument", "UnnamedGroup"})
"""The classes of those whose words a document may carry."""
_PARTS = frozenset(("PlanPart", "Category"))
_TOPICS = frozenset((f"{SKOS}Concept",))
_DATES = {4: "gYear", 7: "gYearMonth"}
"""The types of what is no whole day, by its length: 2024 and 2024-05."""
_LAST = ("dcterms:source", "pan:certainty")
"""What ends the block of a statement, behind its evidence."""


def link_addition(
    store: Store,
    project: Project,
    typed: decision.Ends,
    basis: Support,
    *,
    kind: str = "",
    relation: str = "",
) -> Addition:
    """The file beside the plan with a link and its passage, keys, labels or IRIs being typed for both ends.

    Where no type is named, what leads to a text uses it, and what leads to a plan, a part or an
    action cites it.
    """
    typed_start, typed_end = typed
    start = described(store, project, typed_start, WORKS, "a-work")
    end = described(store, project, typed_end, CITABLE, "a-work-or-text")
    if start.iri == end.iri:
        raise QueryError("same-given-twice", remedy="name-two-actions", one=typed_start)
    if not start.plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed_start)
    if not kind:
        is_text = not end.classes.isdisjoint(KINDS["instrument"])
        kind = decision.USE if is_text else decision.CITATION
    closer = ""
    if relation or kind == decision.USE:
        # what is used and said no more of is only mentioned
        _, _, closer = concept(project, "relation", relation or decision.MENTION).partition(":")
    candidate = decision.Candidate(
        f"{key(start.iri)}-{handle(store, end.iri)}",
        start.plan,
        (start.iri, end.iri),
        kind,
        closer,
        origin=decision.Origin.HAND,
    )
    return _stated(store, project, candidate, basis)


def part_addition(
    store: Store,
    project: Project,
    typed: decision.Ends,
    roles: Sequence[str],
    basis: Support,
    as_stated: Words | None,
) -> Addition:
    """The file beside the plan with a body's part in a work, keys, labels or IRIs being typed for both.

    ``roles`` are keys, at least one; ``as_stated`` are the words of the source for them.
    """
    typed_work, typed_body = typed
    work = described(store, project, typed_work, WORKS, "a-work")
    body = described(store, project, typed_body, KINDS["body"], "a-body")
    if not work.plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed_work)
    concepts = [concept(project, "role", role) for role in dict.fromkeys(roles)]
    lead, *further = [name.removeprefix("role:") for name in concepts]
    said, said_in = as_stated or ("", "")
    candidate = decision.Candidate(
        "-".join((decision.part_key(work.iri, body.iri, lead), *further)),
        work.plan,
        (work.iri, body.iri),
        decision.INVOLVEMENT,
        lead,
        origin=decision.Origin.HAND,
        said=said,
        said_in=said_in,
        further_roles=tuple(further),
    )
    return _stated(store, project, candidate, basis)


def _stated(
    store: Store, project: Project, candidate: decision.Candidate, basis: Support
) -> Addition:
    """The file of what is stated by hand, refused as any decision is."""
    own(project)
    quotation = basis.quotation
    stated = decision.Decision(
        candidate,
        quotation,
        language=quotation.language,
        certainty=basis.certainty,
        note=basis.note,
    )
    graph = Graph(project, store, language=project.language)
    return filing.compose(graph, ProjectFiles(project), [stated]).change


def passage_addition(project: Project, fact: str, basis: Support) -> Addition:
    """The file of a fact, by IRI, with one more passage as its evidence.

    A ``ProjectError`` where no file states the fact, or the same words are its evidence already.
    """
    own(project)
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    name = files.places.get(fact, "")
    if name not in files.texts:
        raise ProjectError("no-block-of-yours", name=iri(fact, prefixes))
    former = files.texts[name]
    file = read_turtle_file(former, name)
    blocks = {file.expand(block.subject): block for block in file.blocks}
    block = blocks[fact]
    quotation = basis.quotation
    wanted = {
        ("pan:quote", text(quotation.words, quotation.language)),
        ("pan:inDocument", iri(quotation.document, prefixes)),
    }
    evidence = block.objects("pan:evidence")
    for token in evidence:
        passage = blocks.get(file.expand(token))
        if passage and wanted <= _said(passage.statements):
            raise ProjectError("block-stands", name=passage.subject, file=name)
    subject = filing.free_name(f"passage:{key(fact)}", files.places, prefixes)
    before = [line.predicate for line in block.statements if line.predicate not in _LAST]
    edit = StatementEdit(
        block.subject, "pan:evidence", evidence, (*evidence, subject), tuple(before)
    )
    changed = edited(former, name, [edit])
    revised = append(changed, [], [quotation.block(subject, prefixes)], prefixes, name)
    return Addition(project.root / name, name, former, revised)


def _said(statements: Iterable[TurtleLine]) -> set[tuple[str, str]]:
    """What a block says: predicates with objects, as they are written."""
    return {(line.predicate, line.object) for line in statements}


def action_addition(
    store: Store,
    project: Project,
    typed: str,
    number: str,
    titles: Sequence[Words],
    parts: Sequence[str],
    topics: Sequence[str],
    basis: Support,
) -> Addition:
    """The file of actions of a plan with one more; a draft that holds plan and actions in one file takes it too.

    Plan, ``parts`` and ``topics`` are keys, labels or IRIs. A ``QueryError`` where a part is one of
    another plan, or two titles are in one language.
    """
    plan = described(store, project, typed, KINDS["plan"], "a-plan").iri
    within = [described(store, project, part, _PARTS, "a-part") for part in parts]
    for typed_part, part in zip(parts, within, strict=True):
        if part.plan not in ("", plan):
            raise QueryError("part-elsewhere", name=typed_part, plan=typed)
    for tag, number_of_titles in Counter(title.language for title in titles).items():
        if number_of_titles > 1:
            raise QueryError("language-twice", remedy="one-title-each", tag=tag)
    about = [described(store, project, topic, _TOPICS, "a-topic").iri for topic in topics]
    own(project)
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    name = f"{key(plan)}-{slug(number)}"
    lines_of_parts = []
    for part in within:
        # a category is named by a property of its own
        predicate = "pan:inCategory" if "Category" in part.classes else "pan:inPart"
        lines_of_parts.append((predicate, iri(part.iri, prefixes)))
    block = Block.of(
        unused(f"action:{name}", files, prefixes),
        ("a", "pan:Action"),
        ("skos:notation", string(number)),
        ("dcterms:identifier", string(name)),
        *(("skos:prefLabel", title.written()) for title in titles),
        ("pan:inPlan", iri(plan, prefixes)),
        *lines_of_parts,
        *(("pan:hasTopic", iri(topic, prefixes)) for topic in about),
        *basis.statements(prefixes),
    )
    path = filing.of_plan(project, plan, basis.certainty)
    source = basis.quotation.document
    return addition(project, path, [block], label="actions", about=key(plan), source=source)


def document_addition(
    store: Store,
    project: Project,
    name: str,
    titles: Sequence[Words],
    speaks_for: Sequence[str],
    typed: Form,
) -> Addition:
    """The file of sources with one document more: among those read at the same host, else among all others.

    ``name`` is its key, ``speaks_for`` keys, labels or IRIs. ``typed`` has ``date``, a day, month or
    year, ``read_at``, its address, ``publisher``, ``author_kind`` and ``source_kind``; all but the
    last may be empty. A ``QueryError`` for what is no key or date, a ``ProjectError`` for a key that
    is in use.
    """
    if slug(name) != name:
        raise QueryError("no-key", remedy="write-key", name=name)
    day = typed["date"]
    if day and not any(is_date(day, form) for form in ("date", "gYearMonth", "gYear")):
        raise QueryError("no-date", remedy="write-date", name=day)
    speakers = [
        described(store, project, speaker, SPEAKERS, "a-named-thing").iri for speaker in speaks_for
    ]
    own(project)
    prefixes = read_prefixes(project)
    subject = unused(f"document:{name}", ProjectFiles(project), prefixes)
    address = typed["read_at"]
    form = _DATES.get(len(day), "date")
    block = Block.of(
        subject,
        ("a", "pan:Document"),
        *(("skos:prefLabel", title.written()) for title in titles),
        ("dcterms:date", f"{string(day)}^^xsd:{form}" if day else ""),
        ("pan:publisherName", worded(typed["publisher"])),
        *(("pan:speaksFor", iri(speaker, prefixes)) for speaker in speakers),
        ("pan:authorKind", prefixed("authorkind", typed["author_kind"])),
        ("pan:sourceKind", f"sourcekind:{typed['source_kind']}"),
        ("pan:readAt", f"{string(address)}^^xsd:anyURI" if address else ""),
        ("pan:certainty", "certainty:stated"),
    )
    path = _file_of_host(project, urlsplit(address).netloc)
    source = prefixes["document"] + name
    return addition(project, path, [block], label="documents", source=source)


def _file_of_host(project: Project, host: str) -> Path:
    """The file with most addresses of a host; where there is none, that of all other documents."""
    folder = project.graph / "sources"
    if host:
        uses = Counter[Path]()
        for path in sorted(folder.glob("*.ttl")):
            uses[path] = read_text(path).count(f'"https://{host}/')
        if uses.total():
            return uses.most_common(1)[0][0]
    common = folder / "other-sites.ttl"
    return common if common.exists() else folder / "documents.ttl"


def name_addition(
    store: Store, project: Project, typed: str, words: Words, kind: str, basis: Support
) -> Addition:
    """The file of names with another name of a plan, a text or a body, typed as a key, a label or an IRI.

    ``kind`` is the key of a kind of names. A ``ProjectError`` where the same name stands already.
    """
    own(project)
    subject = described(store, project, typed, NAMED, "a-named-thing").iri
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    wanted = (
        ("skosxl:literalForm", words.written()),
        ("pan:nameOf", iri(subject, prefixes)),
        ("pan:nameKind", concept(project, "namekind", kind)),
    )
    for file, content in files.texts.items():
        if "skosxl:Label" not in content:
            continue
        for standing in read_turtle_file(content, file).blocks:
            if _said(standing.statements).issuperset(wanted):
                raise ProjectError("block-stands", name=standing.subject, file=file)
    base = f"name:{handle(store, subject)}-{kind}-{words.language.lower()}"
    name = filing.free_name(base, files.places, prefixes)
    block = Block.of(name, ("a", "skosxl:Label"), *wanted, *basis.statements(prefixes))
    folder = "core/names" if files.places.get(name, "").startswith(CORE) else "names"
    file_name = "titles-unverified.ttl" if basis.certainty == UNVERIFIED else "titles.ttl"
    path = project.graph / folder / file_name
    source = basis.quotation.document
    return addition(project, path, [block], label="titles", source=source)


class ReadingAddition(NamedTuple):
    """The file of a reading, and what is still open of the plan, where anything is."""

    change: Addition
    remark: Message | None = None


def reading_addition(
    store: Store, project: Project, typed: str, documents: Sequence[str], reading: Reading
) -> ReadingAddition:
    """The file of readings beside the plan with one block more, and what is still open.

    A plan or an action and its ``documents`` are keys, labels or IRIs; the work of the ``reading``
    is not looked at. A plan is read in full for texts only where the list of its measures is
    complete. A ``ProjectError`` where the same reading stands already.
    """
    stated = StatedThing.read(store, find_thing(typed, store, project))
    if not stated.classes & {"Plan", "Action"}:
        wanted = one_of([error_message("a-plan"), error_message("an-action")])
        remedy = error_message("name-by-key", wanted=wanted)
        raise QueryError("no-plan-nor-action", remedy=remedy, name=typed)
    work = stated.iri
    plan = stated.plan
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed)
    sources = dict.fromkeys(document_named(store, project, document) for document in documents)
    reader = read_field({"reviewer": reading.reader}, "reviewer")
    own(project)
    prefixes = read_prefixes(project)
    path = project.plan_file(key(plan), "readings")
    name = project.name_of(path)
    file = read_turtle_file(read_text(path) if path.exists() else "", name)
    base = f"reading:{key(work)}-{reading.aspect.value}-{reading.day}"
    taken = {file.expand(block.subject): name for block in file.blocks}
    block = Block.of(
        filing.free_name(base, taken, prefixes),
        ("a", "pan:Reading"),
        ("pan:readsWork", iri(work, prefixes)),
        ("pan:aspect", f"aspect:{reading.aspect.value}"),
        ("pan:extent", f"readingextent:{reading.extent.value}"),
        *(("pan:inDocument", iri(source, prefixes)) for source in sources),
        ("pan:readOn", f'"{reading.day.isoformat()}"^^xsd:date' if reading.day else ""),
        ("pan:reader", string(reader)),
    )
    said = _said(block.statements)
    if any(_said(standing.statements) == said for standing in file.blocks):
        raise ProjectError("reading-stands", name=name)
    change = addition(project, path, [block], label="readings", about=key(plan))
    is_whole_plan = work == plan and reading.extent is Extent.FULL
    if is_whole_plan and reading.aspect is Aspect.TEXTS and not _is_list_complete(store, plan):
        return ReadingAddition(change, Message("progress", "reading-list-open"))
    return ReadingAddition(change)


def _is_list_complete(store: Store, plan: str) -> bool:
    """Whether the graph has all measures of a plan."""
    table = select(store, program_query("coherence/plans"))
    completeness = dict(zip(table.values("plan"), table.values("completeness"), strict=True))
    return key(completeness.get(plan, "")) == "complete"
