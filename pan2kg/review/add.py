"""What is written down by hand: a link, a body's part, a passage, an action, a document, a name, a reading; and keys.

A fact of a plan stands in the folder of the plan, what nobody has verified in ``unverified.ttl``
beside it, and every file begins by saying what it holds; CONTRIBUTING has the table. Keys follow
from what a block says, so nobody has to make one; where a link is corrected it is another one, and
whatever refers to it has to be told.
"""

import re
import secrets
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pan2kg.coherence.evidence import Aspect, Extent, Reading
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.extract.document import Quotation
from pan2kg.graph.graph import Graph
from pan2kg.i18n.message import Message, either, told
from pan2kg.project import Project, cannot_write, read_text, write_atomically
from pan2kg.review import decision, filing, refusals
from pan2kg.review.fields import Form, read_field
from pan2kg.review.files import UNVERIFIED, Addition, FileTexts, addition, append, own
from pan2kg.review.standing import ProjectFiles
from pan2kg.store.names import find_thing
from pan2kg.store.queries import KINDS, program_query, refuse_other_kind, replaced
from pan2kg.store.store import Store, select
from pan2kg.turtle import (
    PAN,
    SKOS,
    Block,
    TurtleLine,
    iri,
    key,
    kind_and_key,
    read_prefixes,
    string,
    text,
)
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.turtle.edits import StatementEdit, edited
from pan2kg.turtle.link_keys import misnamed
from pan2kg.turtle.vocabulary import CORE
from pan2kg.turtle.writer import Prefixes, expanded, prefixed, worded
from pan2kg.validation.quotations import (
    RUN,
    Comparison,
    KeptText,
    hashes_of,
    judge,
    read_hashes,
)
from pan2kg.validation.wording import is_date

WORKS = frozenset(("Plan", "Action", "PlanPart", "Category"))
"""The classes of what stands in the folder of a plan and takes bodies, texts and citations."""
CITABLE = WORKS | KINDS["instrument"] | {"Review", "Recommendation"}
"""The classes of what a work may cite or use."""
NAMED = KINDS["plan"] | KINDS["instrument"] | KINDS["body"] | {"Review"}
"""The classes of what may have other names than its label."""
SPEAKERS = frozenset(NAMED - {"Provision", "Instrument", "UnnamedGroup"})
"""The classes of those whose words a document may carry."""
Words = tuple[str, str]
"""A text and its language."""
_TAGGED = re.compile(r"(.*)@([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)", re.DOTALL)
_LAST = ("dcterms:source", "pan:certainty")
"""What ends the block of a statement, behind its evidence."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|#[^\n]*|[\w-]*:[\w-]+', re.DOTALL)
"""Texts and comments, which stay, and the two ways to write an address."""
_COUNTRY = re.compile(r"^    pan:country \S+ ;\n", re.MULTILINE)


class Support(NamedTuple):
    """The words a statement is taken from, none where none were typed, how certain it is, and a remark on it."""

    quotation: Quotation
    certainty: str = "stated"
    note: str = ""

    def statements(self, prefixes: Prefixes) -> Iterator[tuple[str, str]]:
        """What ends the block of a fact that rests on these words: a remark, the document, the certainty."""
        if self.note:
            yield "skos:editorialNote", text(self.note, self.quotation.language)
        yield "dcterms:source", iri(self.quotation.document, prefixes)
        yield "pan:certainty", f"certainty:{self.certainty}"


def read_basis(
    store: Store,
    project: Project,
    form: Form,
    *,
    needs_words: bool = True,
    needs_reason: bool = False,
) -> Support:
    """What a statement rests on, as it was typed: ``document``, ``quote``, ``page``, ``certainty``, ``note``.

    Refused is a document the graph does not have, and words its kept text does not hold; words are
    missing where they are needed, and words or a note where a reason is.
    """
    quote = read_field(form, "quote", needed=needs_words)
    note = read_field(form, "note", needed=False)
    if needs_reason and not (quote or note):
        raise QueryError("no-passage", remedy="quote-or-note")
    document = document_named(store, project, form["document"])
    language = form.get("quote_language") or project.language
    quotation = Quotation(quote, document, language, read_field(form, "page", needed=False))
    refusals.refuse_invented(project, quotation)
    return Support(quotation, form.get("certainty") or "stated", note)


def tagged(words: str, project: Project) -> Words:
    """A text and its language, typed as ``words@fr``; the first language of the project where none is named.

    >>> tagged("Former les juges@fr", Project.packaged()), tagged("Écrire à a@b.example", Project.packaged())
    (('Former les juges', 'fr'), ('Écrire à a@b.example', 'fr'))
    """
    plain = words
    tag = project.language
    match = _TAGGED.fullmatch(words)
    if match:
        plain, tag = match.groups()
    title = plain.strip().removeprefix('"').removesuffix('"')
    return read_field({"title": title}, "title"), tag


class _ThingStated(NamedTuple):
    """What the store says of a thing: its classes without our namespace, its plan, and what took its place.

    A plan is its own; without one it is empty.
    """

    classes: frozenset[str]
    plan: str
    successors: Sequence[str]

    @classmethod
    def read(cls, store: Store, subject: str) -> "_ThingStated":
        table = select(store, program_query("things/classes-and-plan", thing=subject))
        classes = frozenset(name.removeprefix(PAN) for name in table.values("class"))
        plans = [plan for plan in table.values("plan") if plan]
        plan = subject if "Plan" in classes else min(plans, default="")
        return cls(classes, plan, [successor for successor in table.values("next") if successor])


def described(
    store: Store, project: Project, typed: str, classes: frozenset[str], wanted: str
) -> tuple[str, str]:
    """The IRI of a thing of one of these classes, and that of its plan, empty where it has none.

    A ``QueryError`` is what is in no graph, of no such class, or has another thing in its place;
    ``wanted`` says in its words what it should have been.
    """
    subject = find_thing(typed, store, project)
    stated = _ThingStated.read(store, subject)
    if stated.successors:
        raise replaced(subject, stated.successors)
    if not stated.classes & classes:
        fault = "is-none-of-them" if stated.classes else "not-in-graph"
        remedy = told("name-by-key", wanted=told(wanted))
        raise QueryError(fault, remedy=remedy, name=typed, wanted=told(wanted))
    return subject, stated.plan


def concept(project: Project, scheme: str, name: str) -> str:
    """The name of a concept of a scheme, with its prefix; a ``QueryError`` that lists all there are, if it is none."""
    keys = []
    for line in read_text(project.scheme_file(scheme)).splitlines():
        if line.startswith(f"{scheme}:"):
            _, _, local = line.split()[0].partition(":")
            keys.append(local)
    if name not in keys:
        names = ", ".join(keys)
        raise QueryError("no-concept", remedy="there-are", name=name, scheme=scheme, names=names)
    return f"{scheme}:{name}"


def slug(words: str) -> str:
    """Words as part of a key: small letters and digits without accents, with hyphens between.

    >>> slug("Étude n° 4/2")
    'etude-n-4-2'
    """
    bare = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return "-".join(re.findall(r"[a-z0-9]+", bare))


def handle(store: Store, named: str) -> str:
    """What stands for a thing, by IRI, in the keys of what is said of it: its own key in the graph, if it has one."""
    keys = select(store, program_query("things/keys-of", thing=named)).values("key")
    return next(iter(keys), key(named))


def document_named(store: Store, project: Project, typed: str) -> str:
    """The IRI of a document that was typed as a key, a label or an IRI.

    A ``QueryError`` for what is none; where nothing is called so, it names the nearest keys.
    """
    listed = select(store, program_query("review/documents")).values("document")
    by_key = {key(document): document for document in listed}
    if typed in by_key:
        return by_key[typed]
    try:
        subject = find_thing(typed, store, project)
        refuse_other_kind(subject, ["document"], option="document", store=store)
    except QueryError as error:
        if error.message.key not in ("nothing-called", "graph-knows-nothing"):
            raise
        remedy = told("name-by-key", wanted=told("a-document"))
        if near := get_close_matches(key(typed), sorted(by_key), n=3, cutoff=0):
            remedy = told("documents-near", n=len(by_key), names=either(near))
        raise QueryError("nothing-called", remedy=remedy, value=typed, total=len(by_key)) from None
    return subject


def unused(name: str, files: ProjectFiles, prefixes: Prefixes) -> str:
    """A name with a prefix; a ``ProjectError`` where a block stands under it."""
    file = files.places.get(expanded(name, prefixes))
    if file:
        raise ProjectError("block-stands", name=name, file=file)
    return name


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
    start, plan = described(store, project, typed[0], WORKS, "a-work")
    end, _ = described(store, project, typed[1], CITABLE, "a-work-or-text")
    if start == end:
        raise QueryError("same-given-twice", remedy="name-two-actions", one=typed[0])
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed[0])
    if not kind:
        is_text = bool(_ThingStated.read(store, end).classes & KINDS["instrument"])
        kind = decision.USE if is_text else decision.CITATION
    closer = ""
    if relation or kind == decision.USE:
        # what is used and said no more of is only mentioned
        _, _, closer = concept(project, "relation", relation or decision.MENTION).partition(":")
    subject = f"{key(start)}-{handle(store, end)}"
    candidate = decision.Candidate(
        subject, plan, (start, end), kind, closer, origin=decision.Origin.HAND
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
    work, plan = described(store, project, typed[0], WORKS, "a-work")
    body, _ = described(store, project, typed[1], KINDS["body"], "a-body")
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed[0])
    concepts = [concept(project, "role", role) for role in dict.fromkeys(roles)]
    lead, *further = [name.removeprefix("role:") for name in concepts]
    said, said_in = as_stated or ("", "")
    candidate = decision.Candidate(
        "-".join((decision.part_key(work, body, lead), *further)),
        plan,
        (work, body),
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
    plan, _ = described(store, project, typed, KINDS["plan"], "a-plan")
    kinds = frozenset(("PlanPart", "Category"))
    within = []
    for typed_part in parts:
        within.append((typed_part, *described(store, project, typed_part, kinds, "a-part")))
    for typed_part, _, home in within:
        if home and home != plan:
            raise QueryError("part-elsewhere", name=typed_part, plan=typed)
    uses = Counter(tag for _, tag in titles)
    for tag, number_of_titles in uses.items():
        if number_of_titles > 1:
            raise QueryError("language-twice", remedy="one-title-each", tag=tag)
    concepts = frozenset((f"{SKOS}Concept",))
    about = [described(store, project, topic, concepts, "a-topic")[0] for topic in topics]
    own(project)
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    name = f"{key(plan)}-{slug(number)}"
    lines_of_parts = []
    for _, part, _ in within:
        # a category is named by a property of its own
        is_category = "Category" in _ThingStated.read(store, part).classes
        predicate = "pan:inCategory" if is_category else "pan:inPart"
        lines_of_parts.append((predicate, iri(part, prefixes)))
    block = Block.of(
        unused(f"action:{name}", files, prefixes),
        ("a", "pan:Action"),
        ("skos:notation", string(number)),
        ("dcterms:identifier", string(name)),
        *(("skos:prefLabel", text(words, tag)) for words, tag in titles),
        ("pan:inPlan", iri(plan, prefixes)),
        *lines_of_parts,
        *(("pan:hasTopic", iri(topic, prefixes)) for topic in about),
        *basis.statements(prefixes),
    )
    path = filing.of_plan(project, plan, "actions", basis.certainty)
    if basis.certainty != UNVERIFIED:
        actions = select(store, program_query("review/actions-of-plan", plan=plan))
        homes = {files.places.get(action, "") for action in actions.values("action")} - {""}
        if len(homes) == 1:
            path = project.root / homes.pop()
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
        described(store, project, speaker, SPEAKERS, "a-named-thing")[0] for speaker in speaks_for
    ]
    own(project)
    prefixes = read_prefixes(project)
    subject = unused(f"document:{name}", ProjectFiles(project), prefixes)
    address = typed["read_at"]
    form = {4: "gYear", 7: "gYearMonth"}.get(len(day), "date")
    block = Block.of(
        subject,
        ("a", "pan:Document"),
        *(("skos:prefLabel", text(words, tag)) for words, tag in titles),
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
    subject, _ = described(store, project, typed, NAMED, "a-named-thing")
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    wanted = (
        ("skosxl:literalForm", text(*words)),
        ("pan:nameOf", iri(subject, prefixes)),
        ("pan:nameKind", concept(project, "namekind", kind)),
    )
    for file, content in files.texts.items():
        if "skosxl:Label" not in content:
            continue
        for standing in read_turtle_file(content, file).blocks:
            if _said(standing.statements).issuperset(wanted):
                raise ProjectError("block-stands", name=standing.subject, file=file)
    base = f"name:{handle(store, subject)}-{kind}-{words[1].lower()}"
    name = filing.free_name(base, files.places, prefixes)
    block = Block.of(name, ("a", "skosxl:Label"), *wanted, *basis.statements(prefixes))
    folder = "core/names" if files.places.get(name, "").startswith(CORE) else "names"
    file_name = "titles-unverified.ttl" if basis.certainty == UNVERIFIED else "titles.ttl"
    path = project.graph / folder / file_name
    source = basis.quotation.document
    return addition(project, path, [block], label="titles", source=source)


def keep(
    project: Project, store: Store, file: Path, document: str, *, as_hashes: bool = False
) -> tuple[str, int, int]:
    """Keep a text of a document; gives its file, how many quotations from the document stand in it, and of how many.

    ``as_hashes`` keeps only what tells whether words stand in it. A ``ProjectError`` where the file
    cannot be read or written, or holds too few words.
    """
    own(project)
    subject = document_named(store, project, document)
    name = key(subject)
    words = read_text(file)
    if len(words.split()) < RUN:
        raise ProjectError("document-empty", place=Place(str(file)), remedy="name-text")
    quotes = select(store, program_query("review/quotes-of", document=subject)).values("quote")
    plain = project.texts / f"{name}.txt"
    hashed = project.texts / f"{name}.hashes"
    if as_hashes:
        content = hashes_of(words, secrets.token_hex(16))
        kept_text = read_hashes(name, project.name_of(hashed), content)
        _write_in_place(hashed, content, plain)
    else:
        kept_text = KeptText(name, project.name_of(plain), words)
        _write_in_place(plain, words, hashed)
    kept = {kept_text.document: kept_text}
    standing = [quote for quote in quotes if judge(quote, kept, kept) is Comparison.STANDS]
    return project.name_of(hashed if as_hashes else plain), len(standing), len(quotes)


def _write_in_place(path: Path, content: str, former: Path) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
        former.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None


def home_addition(store: Store, project: Project, typed: str) -> tuple[Addition, list[Path]]:
    """The profile with a plan to start from and its first action as the example, and the folders that go.

    These are the folders of the plans that came with the project as examples.
    """
    own(project)
    plan = find_thing(typed, store, project)
    refuse_other_kind(plan, ["plan"], option="home", store=store)
    prefixes = read_prefixes(project)
    former = read_text(project.profile)
    revised = _with_statement(former, "homePlan", iri(plan, prefixes))
    actions = select(store, program_query("review/actions-of-plan", plan=plan)).values("action")
    if actions:
        revised = _with_statement(revised, "exampleAction", iri(min(actions), prefixes))
    profile = Addition(project.profile, project.name_of(project.profile), former, revised)
    folders = []
    for example in select(store, program_query("dataset/examples")).values("plan"):
        folder = project.graph / "plans" / key(example)
        if example != plan and folder.is_dir():
            folders.append(folder)
    return profile, folders


def _with_statement(profile: str, predicate: str, value: str) -> str:
    """A profile that says this: in the place of what it said by the predicate, else behind the country."""
    line = re.compile(rf"^(    pan:{predicate}) \S+ ([;.])$", re.MULTILINE)
    if line.search(profile):
        return line.sub(rf"\1 {value} \2", profile)
    return _COUNTRY.sub(rf"\g<0>    pan:{predicate} {value} ;\n", profile, count=1)


def remove(folders: Sequence[Path]) -> None:
    """Remove folders with all they hold; a ``ProjectError`` where one cannot be."""
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise cannot_write(folder, error) from None


def reading_addition(
    store: Store, project: Project, typed: str, documents: Sequence[str], reading: Reading
) -> tuple[Addition, Message | None]:
    """The file of readings beside the plan with one block more, and what is still open.

    A plan or an action and its ``documents`` are keys, labels or IRIs; the work of the ``reading``
    is not looked at. A plan is read in full for texts only where the list of its measures is
    complete. A ``ProjectError`` where the same reading stands already.
    """
    work = find_thing(typed, store, project)
    stated = _ThingStated.read(store, work)
    if not stated.classes & {"Plan", "Action"}:
        wanted = either([told("a-plan"), told("an-action")])
        remedy = told("name-by-key", wanted=wanted)
        raise QueryError("no-plan-nor-action", remedy=remedy, name=typed)
    plan = stated.plan
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed)
    sources = dict.fromkeys(document_named(store, project, document) for document in documents)
    reader = read_field({"reviewer": reading.reader}, "reviewer")
    own(project)
    prefixes = read_prefixes(project)
    path = filing.of_plan(project, plan, "readings")
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
        return change, Message("progress", "reading-list-open")
    return change, None


def _is_list_complete(store: Store, plan: str) -> bool:
    """Whether the graph has all measures of a plan."""
    table = select(store, program_query("coherence/plans"))
    completeness = dict(zip(table.values("plan"), table.values("completeness"), strict=True))
    return key(completeness.get(plan, "")) == "complete"


def rekeyed(project: Project, edited: FileTexts | None = None) -> tuple[Addition, ...]:
    """The files in which links get another key; ``edited`` are new texts of files to be written with them.

    Texts and comments are left as they are. A ``ProjectError`` where two links would have one key.
    """
    own(project)
    before = {path: read_text(path) for path in project.graph_files()}
    texts = before | dict(edited or {})
    files = {
        path: read_turtle_file(content, project.name_of(path)) for path, content in texts.items()
    }
    keys = _new_keys(list(files.values()))
    changed = []
    for path, file in files.items():
        revised = renamed(texts[path], file, keys) if keys else texts[path]
        former = before.get(path, "")
        if revised != former:
            changed.append(Addition(path, file.name, former, revised))
    return tuple(changed)


def _new_keys(files: Sequence[TurtleFile]) -> dict[str, str]:
    """The IRIs that links are to have, by those they have, where these are others."""
    taken = set[str]()
    for file in files:
        taken.update(file.expand(block.subject) for block in file.blocks)
    keys = {}
    for file, block, link, right in misnamed(files):
        if right in taken:
            place = Place(file.name, block.line)
            _, name = kind_and_key(right)
            raise ProjectError("two-links", place=place, name=name, remedy="merge-links")
        taken.add(right)
        keys[link] = right
    return keys


def renamed(content: str, file: TurtleFile, keys: Mapping[str, str]) -> str:
    """A text with the new keys in the place of the old ones, each written as the old one was.

    >>> file = TurtleFile("x.ttl", prefixes={"link": "http://e/id/link/"})
    >>> said = 'link:a e:note "link:a"@en ; e:of <http://e/id/link/a> . # link:a'
    >>> renamed(said, file, {"http://e/id/link/a": "http://e/id/link/b"})
    'link:b e:note "link:a"@en ; e:of <http://e/id/link/b> . # link:a'
    """

    def written(match: re.Match[str]) -> str:
        token = match[0]
        if token[0] in '"#':
            return token
        revised = keys.get(file.expand(token))
        if revised is None:
            return token
        if token.startswith("<"):
            return f"<{revised}>"
        prefix, _, _ = token.partition(":")
        return f"{prefix}:{kind_and_key(revised)[1]}"

    return _TOKEN.sub(written, content)
