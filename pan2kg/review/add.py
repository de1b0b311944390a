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
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.coherence.evidence import Aspect, Extent, Reading
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.extract.document import Document, Folded, Quotation, find, nearest
from pan2kg.graph.graph import Graph
from pan2kg.i18n.message import Message, either, told
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review import decision
from pan2kg.review.files import (
    UNVERIFIED,
    Addition,
    ProjectFiles,
    addition,
    append,
    own,
    read_field,
    with_prefixes,
)
from pan2kg.store.names import find_thing
from pan2kg.store.queries import KINDS, program_query, refuse_other_kind, replaced
from pan2kg.store.store import LocalStore, Store, select
from pan2kg.turtle import (
    PAN,
    RDF,
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
from pan2kg.turtle.blocks import (
    SourceBlock,
    StatementEdit,
    TurtleFile,
    edited,
    misnamed,
    read_turtle_file,
    unescaped,
)
from pan2kg.turtle.vocabulary import CORE
from pan2kg.validation.lines import is_date
from pan2kg.validation.quotations import (
    RUN,
    Comparison,
    KeptText,
    hashes_of,
    is_long,
    judge,
    read_hashes,
)

WORKS: Final = frozenset(("Plan", "Action", "PlanPart", "Category"))
"""The classes of what stands in the folder of a plan and takes bodies, texts and citations."""
NAMED: Final = KINDS["plan"] | KINDS["instrument"] | KINDS["body"] | {"Review"}
"""The classes of what may have other names than its label."""
SPEAKERS: Final = frozenset(
    NAMED - {"Provision", "Instrument", "UnnamedGroup"}
)  # whose words a document may carry
Words = tuple[str, str]  # a text and its language
_TAGGED: Final = re.compile(r"(.*)@([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)", re.DOTALL)
_LAST: Final = ("dcterms:source", "pan:certainty")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|#[^\n]*|[\w-]*:[\w-]+', re.DOTALL)
"""Texts and comments, which stay, and the two ways to write an address."""
_AFTER: Final = re.compile(r"^    pan:country \S+ ;\n", re.MULTILINE)


class Support(NamedTuple):
    """The words a statement is taken from, none where none were typed, how certain it is, and a remark on it."""

    quotation: Quotation
    certainty: str = "stated"
    note: str = ""

    def statements(self, prefixes: Mapping[str, str]) -> Iterator[TurtleLine]:
        if self.note:
            yield TurtleLine("skos:editorialNote", text(self.note, self.quotation.language))
        yield TurtleLine("dcterms:source", iri(self.quotation.document, prefixes))
        yield TurtleLine("pan:certainty", f"certainty:{self.certainty}")


def read_basis(
    store: Store,
    project: Project,
    form: Mapping[str, str],
    *,
    needs_words: bool = True,
    needs_reason: bool = False,
) -> Support:
    quote, note = (
        read_field(form, name, needed=needs_words and name == "quote") for name in ("quote", "note")
    )
    if needs_reason and not (quote or note):
        raise QueryError("no-passage", remedy="quote-or-note")
    document = document_named(store, project, form["document"])
    language = form.get("quote_language") or project.language
    quotation = Quotation(quote, document, language, read_field(form, "page", needed=False))
    decision.refuse_invented(project, quotation)
    return Support(quotation, form.get("certainty") or "stated", note)


def tagged(words: str, project: Project) -> Words:
    """A text and its language, typed as ``words@fr``; the first language of the project where none is named.

    >>> tagged("Former les juges@fr", Project.packaged()), tagged("Écrire à a@b.example", Project.packaged())
    (('Former les juges', 'fr'), ('Écrire à a@b.example', 'fr'))
    """
    match = _TAGGED.fullmatch(words)
    plain, tag = (match[1], match[2]) if match else (words, project.language)
    return read_field({"title": plain.strip().removeprefix('"').removesuffix('"')}, "title"), tag


def described(
    store: Store, project: Project, typed: str, classes: frozenset[str], wanted: str
) -> tuple[str, str]:
    """The IRI of a thing of one of these classes, and that of its plan, empty where it has none."""
    subject = find_thing(typed, store, project)
    table = select(store, program_query("things/classes-and-plan", thing=subject))
    own_classes = {name.removeprefix(PAN) for name in table.values("class")}
    if following := [successor for successor in table.values("next") if successor]:
        raise replaced(subject, following)
    if not own_classes & classes:
        fault = "is-none-of-them" if own_classes else "not-in-graph"
        raise QueryError(
            fault, remedy=told("name-by-key", wanted=told(wanted)), name=typed, wanted=told(wanted)
        )
    plans = (plan for plan in table.values("plan") if plan)
    return subject, subject if "Plan" in own_classes else min(plans, default="")


def concept(project: Project, scheme: str, name: str) -> str:
    listed = read_text(project.scheme_file(scheme)).splitlines()
    by_key = [line.split()[0].partition(":")[2] for line in listed if line.startswith(f"{scheme}:")]
    if name not in by_key:
        raise QueryError(
            "no-concept", remedy="there-are", name=name, scheme=scheme, names=", ".join(by_key)
        )
    return f"{scheme}:{name}"


def slug(words: str) -> str:
    bare = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return "-".join(re.findall(r"[a-z0-9]+", bare))


def handle(store: Store, named: str) -> str:
    return next(
        iter(select(store, program_query("things/keys-of", thing=named)).values("key")), key(named)
    )


def document_named(store: Store, project: Project, typed: str) -> str:
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


def unused(name: str, files: ProjectFiles, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    if where := files.places.get(prefixes[prefix] + local):
        raise ProjectError("block-stands", name=name, file=where)
    return name


def link_addition(
    store: Store,
    project: Project,
    typed: tuple[str, str],
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
    citable = WORKS | KINDS["instrument"] | {"Review", "Recommendation"}
    end, _ = described(store, project, typed[1], citable, "a-work-or-text")
    if start == end:
        raise QueryError("same-given-twice", remedy="name-two-actions", one=typed[0])
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed[0])
    if not kind:
        classes = select(store, program_query("things/classes-and-plan", thing=end)).values("class")
        is_text = any(name.removeprefix(PAN) in KINDS["instrument"] for name in classes)
        kind = decision.USE if is_text else decision.CITATION
    is_closer = relation or kind == decision.USE
    closer = (
        key(concept(project, "relation", relation or decision.MENTION).replace(":", "/"))
        if is_closer
        else ""
    )
    subject = f"{key(start)}-{handle(store, end)}"
    candidate = decision.Candidate(
        subject, plan, (start, end), kind, closer, origin=decision.Origin.HAND
    )
    return _stated(store, project, candidate, basis)


def part_addition(
    store: Store,
    project: Project,
    typed: tuple[str, str],
    roles: Sequence[str],
    basis: Support,
    as_stated: Words | None,
) -> Addition:
    work, plan = described(store, project, typed[0], WORKS, "a-work")
    body, _ = described(store, project, typed[1], KINDS["body"], "a-body")
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed[0])
    lead, *further = [
        concept(project, "role", role).partition(":")[2] for role in dict.fromkeys(roles)
    ]
    wanted, language = as_stated or ("", "")
    subject = "-".join((decision.part_key(work, body, lead), *further))
    candidate = decision.Candidate(
        subject,
        plan,
        (work, body),
        decision.INVOLVEMENT,
        lead,
        origin=decision.Origin.HAND,
        said=wanted,
        said_in=language,
        further_roles=tuple(further),
    )
    return _stated(store, project, candidate, basis)


def _stated(
    store: Store, project: Project, candidate: decision.Candidate, basis: Support
) -> Addition:
    own(project)
    result = decision.Decision(
        candidate,
        basis.quotation,
        language=basis.quotation.language,
        certainty=basis.certainty,
        note=basis.note,
    )
    return decision.compose(
        Graph(project, store, language=project.language), ProjectFiles(project), [result]
    )[-1]


def passage_addition(project: Project, fact: str, basis: Support) -> Addition:
    own(project)
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    quotation = basis.quotation
    path = next(
        (path for path in project.graph_files() if files.places.get(fact) == project.name_of(path)),
        None,
    )
    if path is None:
        raise ProjectError("no-block-of-yours", name=iri(fact, prefixes))
    former = read_text(path)
    name = project.name_of(path)
    file = read_turtle_file(former, name)
    blocks = {file.expand(block.subject): block for block in file.blocks}
    block = blocks[fact]
    document = iri(quotation.document, prefixes)
    wanted = {
        ("pan:quote", text(quotation.words, quotation.language)),
        ("pan:inDocument", document),
    }
    evidence = tuple(line.object for line in block.said("pan:evidence"))
    for passage in filter(None, (blocks.get(file.expand(token)) for token in evidence)):
        if wanted <= {(line.predicate, line.object) for line in passage.statements}:
            raise ProjectError("block-stands", name=passage.subject, file=name)
    subject = decision.free_name(f"passage:{key(fact)}", files.places, prefixes)
    before = [line.predicate for line in block.statements if line.predicate not in _LAST]
    edit = StatementEdit(
        block.subject, "pan:evidence", evidence, (*evidence, subject), tuple(before)
    )
    changed = edited(former, name, [edit])
    return Addition(
        path,
        name,
        former,
        append(changed, [], [quotation.block(subject, prefixes)], prefixes, name),
    )


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
    """The file of actions of a plan with one more; a draft that holds plan and actions in one file takes it too."""
    plan, _ = described(store, project, typed, KINDS["plan"], "a-plan")
    kinds = frozenset(("PlanPart", "Category"))
    within = [described(store, project, typed_part, kinds, "a-part") for typed_part in parts]
    for typed_part, (_, home) in zip(parts, within, strict=True):
        if home and home != plan:
            raise QueryError("part-elsewhere", name=typed_part, plan=typed)
    tags = [tag for _, tag in titles]
    if twice := next((tag for tag in tags if tags.count(tag) > 1), ""):
        raise QueryError("language-twice", remedy="one-title-each", tag=twice)
    about = [
        described(store, project, topic, frozenset((f"{SKOS}Concept",)), "a-topic")[0]
        for topic in topics
    ]
    own(project)
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    name = f"{key(plan)}-{slug(number)}"
    under = []
    for part, _ in within:
        # a category is named by a property of its own
        classes = select(store, program_query("things/classes-and-plan", thing=part)).values(
            "class"
        )
        predicate = "pan:inCategory" if f"{PAN}Category" in classes else "pan:inPart"
        under.append(TurtleLine(predicate, iri(part, prefixes)))
    block = Block(
        unused(f"action:{name}", files, prefixes),
        (
            TurtleLine("a", "pan:Action"),
            TurtleLine("skos:notation", string(number)),
            TurtleLine("dcterms:identifier", string(name)),
            *(TurtleLine("skos:prefLabel", text(words, tag)) for words, tag in titles),
            TurtleLine("pan:inPlan", iri(plan, prefixes)),
            *under,
            *(TurtleLine("pan:hasTopic", iri(topic, prefixes)) for topic in about),
            *basis.statements(prefixes),
        ),
    )
    path = decision.of_plan(project, plan, "actions", basis.certainty)
    actions = select(store, program_query("review/actions-of-plan", plan=plan)).values("action")
    homes = {files.places[action] for action in actions if action in files.places}
    if len(homes) == 1 and basis.certainty != UNVERIFIED:
        path = project.root / homes.pop()
    return addition(
        project, path, [block], label="actions", about=key(plan), source=basis.quotation.document
    )


def document_addition(
    store: Store,
    project: Project,
    name: str,
    titles: Sequence[Words],
    speaks_for: Sequence[str],
    typed: Mapping[str, str],
) -> Addition:
    """The file of sources with one document more: among those read at the same host, else among all others."""
    if slug(name) != name:
        raise QueryError("no-key", remedy="write-key", name=name)
    day = typed["date"]
    address = typed["read_at"]
    if day and not any(is_date(day, form) for form in ("date", "gYearMonth", "gYear")):
        raise QueryError("no-date", remedy="write-date", name=day)
    speakers = [
        described(store, project, speaker, SPEAKERS, "a-named-thing")[0] for speaker in speaks_for
    ]
    own(project)
    prefixes = read_prefixes(project)
    publisher = typed["publisher"]
    author = typed["author_kind"]
    dated = {4: "gYear", 7: "gYearMonth"}.get(len(day), "date")
    block = Block(
        unused(f"document:{name}", ProjectFiles(project), prefixes),
        (
            TurtleLine("a", "pan:Document"),
            *(TurtleLine("skos:prefLabel", text(words, tag)) for words, tag in titles),
            *([TurtleLine("dcterms:date", f"{string(day)}^^xsd:{dated}")] if day else ()),
            *([TurtleLine("pan:publisherName", string(publisher))] if publisher else ()),
            *(TurtleLine("pan:speaksFor", iri(speaker, prefixes)) for speaker in speakers),
            *([TurtleLine("pan:authorKind", f"authorkind:{author}")] if author else ()),
            TurtleLine("pan:sourceKind", f"sourcekind:{typed['source_kind']}"),
            *([TurtleLine("pan:readAt", f"{string(address)}^^xsd:anyURI")] if address else ()),
            TurtleLine("pan:certainty", "certainty:stated"),
        ),
    )
    folder = project.graph / "sources"
    host = urlsplit(address).netloc
    counted = Counter(
        {path: read_text(path).count(f'"https://{host}/') for path in sorted(folder.glob("*.ttl"))}
    )
    common = folder / "other-sites.ttl"
    path = common if common.exists() else folder / "documents.ttl"
    if host and counted.total():
        path = counted.most_common(1)[0][0]
    return addition(project, path, [block], label="documents", source=prefixes["document"] + name)


def name_addition(
    store: Store, project: Project, typed: str, words: Words, kind: str, basis: Support
) -> Addition:
    own(project)
    subject, _ = described(store, project, typed, NAMED, "a-named-thing")
    files = ProjectFiles(project)
    prefixes = read_prefixes(project)
    wanted = (
        TurtleLine("skosxl:literalForm", text(*words)),
        TurtleLine("pan:nameOf", iri(subject, prefixes)),
        TurtleLine("pan:nameKind", concept(project, "namekind", kind)),
    )
    for name, content in files.texts.items():
        for block in read_turtle_file(content, name).blocks if "skosxl:Label" in content else ():
            lines = {(line.predicate, line.object) for line in block.statements}
            if all((statement.predicate, statement.object) in lines for statement in wanted):
                raise ProjectError("block-stands", name=block.subject, file=name)
    base = f"name:{handle(store, subject)}-{kind}-{words[1].lower()}"
    subject = decision.free_name(base, files.places, prefixes)
    label = Block(subject, (TurtleLine("a", "skosxl:Label"), *wanted, *basis.statements(prefixes)))
    folder = "core/names" if files.places.get(subject, "").startswith(CORE) else "names"
    path = (
        project.graph
        / folder
        / f"titles{'-unverified' if basis.certainty == UNVERIFIED else ''}.ttl"
    )
    return addition(project, path, [label], label="titles", source=basis.quotation.document)


def keep(
    project: Project, store: Store, file: Path, document: str, *, as_hashes: bool = False
) -> tuple[str, int, int]:
    """Keep a text of a document; gives its file, how many quotations from the document stand in it, and of how many."""
    own(project)
    subject = document_named(store, project, document)
    words = read_text(file)
    if len(words.split()) < RUN:
        raise ProjectError("document-empty", place=Place(str(file)), remedy="name-text")
    quotes = select(store, program_query("review/quotes-of", document=subject)).values("quote")
    path = project.texts / f"{key(subject)}{'.hashes' if as_hashes else '.txt'}"
    content = hashes_of(words, secrets.token_hex(16)) if as_hashes else words
    name = project.name_of(path)
    kept_text = (
        read_hashes(key(subject), name, content)
        if as_hashes
        else KeptText(key(subject), name, words)
    )
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content)
        path.with_suffix(".txt" if as_hashes else ".hashes").unlink(missing_ok=True)
    except OSError as error:
        raise ProjectError(
            "cannot-write-there", place=Place(str(path)), reason=reason(error)
        ) from None
    kept = {kept_text.document: kept_text}
    standing = [quote for quote in quotes if judge(quote, kept, kept) is Comparison.STANDS]
    return name, len(standing), len(quotes)


def home_addition(store: LocalStore, project: Project, typed: str) -> tuple[Addition, list[Path]]:
    """The profile with a plan to start from and its first action as the example, and the folders that go."""
    own(project)
    plan = find_thing(typed, store, project)
    refuse_other_kind(plan, ["plan"], option="home", store=store)
    prefixes = read_prefixes(project)
    former = read_text(project.profile)
    quads = store.inner.quads_for_pattern(None, ox.NamedNode(PAN + "inPlan"), ox.NamedNode(plan))
    subjects = (quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode))
    is_action = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{PAN}Action")
    actions = sorted(
        node.value for node in subjects if any(store.inner.quads_for_pattern(node, *is_action))
    )
    revised = former
    for predicate, value in {"homePlan": plan, "exampleAction": next(iter(actions), "")}.items():
        # in the place of the one that stands there, else behind the country
        line = re.compile(rf"^(    pan:{predicate}) \S+ ([;.])$", re.MULTILINE)
        if value and line.search(revised):
            revised = line.sub(rf"\1 {iri(value, prefixes)} \2", revised)
        elif value:
            revised = _AFTER.sub(
                rf"\g<0>    pan:{predicate} {iri(value, prefixes)} ;\n", revised, count=1
            )
    examples = select(store, program_query("dataset/examples")).values("plan")
    folders = (project.graph / "plans" / key(example) for example in examples if example != plan)
    profile = Addition(project.profile, project.name_of(project.profile), former, revised)
    return profile, [folder for folder in folders if folder.is_dir()]


def remove(folders: Sequence[Path]) -> None:
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise ProjectError(
                "cannot-write-there", place=Place(str(folder)), reason=reason(error)
            ) from None


def reading_addition(
    store: Store, project: Project, typed: str, documents: Sequence[str], reading: Reading
) -> tuple[Addition, Message | None]:
    """The file of readings beside the plan with one block more, and what is still open.

    A plan is read in full for texts only where the list of its measures is complete.
    """
    work = find_thing(typed, store, project)
    table = select(store, program_query("things/classes-and-plan", thing=work))
    classes = {name.removeprefix(PAN) for name in table.values("class")}
    if not classes & {"Plan", "Action"}:
        wanted = either([told("a-plan"), told("an-action")])
        raise QueryError(
            "no-plan-nor-action", remedy=told("name-by-key", wanted=wanted), name=typed
        )
    plan = (
        work
        if "Plan" in classes
        else min((plan for plan in table.values("plan") if plan), default="")
    )
    if not plan:
        raise QueryError("action-without-plan", remedy="name-a-plan", name=typed)
    sources = dict.fromkeys(document_named(store, project, document) for document in documents)
    reading = reading._replace(
        work=work, reader=read_field({"reviewer": reading.reader}, "reviewer")
    )
    own(project)
    path = decision.of_plan(project, plan, "readings")
    prefixes = read_prefixes(project)
    statements = (
        TurtleLine("a", "pan:Reading"),
        TurtleLine("pan:readsWork", iri(reading.work, prefixes)),
        TurtleLine("pan:aspect", f"aspect:{reading.aspect.value}"),
        TurtleLine("pan:extent", f"readingextent:{reading.extent.value}"),
        *(TurtleLine("pan:inDocument", iri(document, prefixes)) for document in sources),
        *(
            [TurtleLine("pan:readOn", f'"{reading.day.isoformat()}"^^xsd:date')]
            if reading.day
            else ()
        ),
        TurtleLine("pan:reader", string(reading.reader)),
    )
    name = project.name_of(path)
    former = read_text(path) if path.exists() else ""
    file = read_turtle_file(former, name)
    if {(line.predicate, line.object) for line in statements} in [
        {(line.predicate, line.object) for line in block.statements} for block in file.blocks
    ]:
        raise ProjectError("reading-stands", name=name)
    base = f"reading:{key(reading.work)}-{reading.aspect.value}-{reading.day}"
    subject = decision.free_name(
        base, {file.expand(block.subject): name for block in file.blocks}, prefixes
    )
    result = addition(
        project, path, [Block(subject, statements)], label="readings", about=key(plan)
    )
    is_whole = reading.work == plan and (reading.aspect, reading.extent) == (
        Aspect.TEXTS,
        Extent.FULL,
    )
    table = select(store, program_query("coherence/plans"))
    lists = (
        dict(zip(table.values("plan"), map(key, table.values("completeness")), strict=True))
        if is_whole
        else {}
    )
    is_open = is_whole and lists.get(plan) != "complete"
    return result, Message("progress", "reading-list-open") if is_open else None


def rekeyed(project: Project, edited: Mapping[Path, str] | None = None) -> tuple[Addition, ...]:
    """The files in which links get another key; ``edited`` are new texts of files to be written with them.

    Texts and comments are left as they are.
    """
    own(project)
    before = {path: read_text(path) for path in project.graph_files()}
    texts = before | dict(edited or {})
    files = {
        path: read_turtle_file(content, project.name_of(path)) for path, content in texts.items()
    }
    taken = {file.expand(block.subject) for file in files.values() for block in file.blocks}
    keys: dict[str, str] = {}
    for file, block, link, right in misnamed(list(files.values())):
        if right in taken:
            place = Place(file.name, block.line)
            raise ProjectError(
                "two-links", place=place, name=kind_and_key(right)[1], remedy="merge-links"
            )
        taken.add(right)
        keys[link] = right
    changed = []
    for path, file in files.items():
        revised = renamed(texts[path], file, keys) if keys else texts[path]
        if revised != (former := before.get(path, "")):
            changed.append(Addition(path, file.name, former, revised))
    return tuple(changed)


def renamed(content: str, file: TurtleFile, keys: Mapping[str, str]) -> str:
    """A text with the new keys in the place of the old ones, each written as the old one was.

    >>> file = TurtleFile("x.ttl", prefixes={"link": "http://e/id/link/"})
    >>> said = 'link:a e:note "link:a"@en ; e:of <http://e/id/link/a> . # link:a'
    >>> renamed(said, file, {"http://e/id/link/a": "http://e/id/link/b"})
    'link:b e:note "link:a"@en ; e:of <http://e/id/link/b> . # link:a'
    """

    def other(match: re.Match[str]) -> str:
        token = match[0]
        if token[0] in '"#' or (revised := keys.get(file.expand(token))) is None:
            return token
        return (
            f"<{revised}>"
            if token.startswith("<")
            else token.partition(":")[0] + ":" + kind_and_key(revised)[1]
        )

    return _TOKEN.sub(other, content)


_BEFORE: Final = (
    "skos:notation",
    "dcterms:identifier",
    "rdfs:label",
    "skos:prefLabel",
    "skos:altLabel",
    "pan:shortName",
    "dcterms:date",
    "pan:publisherName",
    "pan:speaksFor",
    "pan:sourceKind",
    "pan:quote",
    "pan:page",
    "pan:readAt",
)
_MEDIA: Final = {
    "pdf": "application/pdf",
    "html": "text/html",
    "txt": "text/plain",
    "md": "text/markdown",
}


Orphan = tuple[str, Place, Quotation, int, str]
"""A passage that was not found, or so many times, and the text of the document that shares most words with it."""


class Anchoring(NamedTuple):
    """Files that change, places by subject, orphans, what is quoted at length, and the share quoted, in [0, 1]."""

    files: tuple[Addition, ...]
    anchors: Mapping[str, Quotation]
    orphans: tuple[Orphan, ...]
    long: tuple[tuple[Place, Quotation], ...]
    share: float


def anchor(project: Project, document: Document, name: str, day: date) -> Anchoring:
    own(project)
    prefixes = read_prefixes(project)
    within = Folded(document)
    text = document.text
    media = _MEDIA.get(document.format)
    of_file = {
        "pan:sha256": string(document.sha256),
        "dcterms:format": string(media) if media else "",
        "pan:pages": str(document.pages) if document.pages else "",
        "pan:characters": str(len(text)),
        "pan:readOn": f'"{day.isoformat()}"^^xsd:date',
    }
    anchors = dict[str, Quotation]()
    orphans = list[Orphan]()
    quoted = list[tuple[Place, Quotation]]()
    contents = {path: read_text(path) for path in project.graph_files()}
    edits: dict[Path, list[StatementEdit]] = {}
    for path, content in contents.items():
        if name.rpartition("/")[2] not in content:
            continue
        file = read_turtle_file(content, project.name_of(path))
        for block in file.blocks:
            if quotation := _quotation(file, block, name):
                subject = file.expand(block.subject)
                place = Place(file.name, block.line)
                quoted.append((place, quotation))
                located = find(within, quotation)
                if isinstance(located, Quotation):
                    anchors[subject] = located
                    edits.setdefault(path, []).extend(_edits(block, located.placed()))
                else:
                    orphans.append(
                        (subject, place, quotation, located, nearest(document, quotation.words))
                    )
            elif file.expand(block.subject) == name and block.statements[0].predicate == "a":
                edits.setdefault(path, []).extend(_edits(block, of_file))
    # words that stand nowhere in a file say that it is another one; where none are quoted the
    # user's word is enough
    if quoted and not anchors and not any(times for *_, times, _ in orphans):
        edits = {}
    changed = []
    for path, changes in edits.items():
        if changes:
            former = contents[path]
            file_name = project.name_of(path)
            is_typed = "xsd:" in str(changes)
            used = {edit.predicate.partition(":")[0] for edit in changes} | (
                {"xsd"} if is_typed else set()
            )
            revised = with_prefixes(
                edited(former, file_name, changes), sorted(used), prefixes, file_name
            )
            changed.append(Addition(path, file_name, former, revised))
    size = sum(len(words) for words in {quotation.words for _, quotation in quoted})
    long = tuple((place, quotation) for place, quotation in quoted if is_long(quotation.words))
    share = min(size / len(text), 1.0) if text else 0.0
    return Anchoring(tuple(changed), anchors, tuple(orphans), long, share)


def _quotation(file: TurtleFile, block: SourceBlock, document: str) -> Quotation | None:
    lines = {statement.predicate: statement.object for statement in block.statements}
    is_of_it = (
        lines.get("a") == "pan:Passage" and file.expand(lines.get("pan:inDocument", "")) == document
    )
    if not is_of_it or "pan:quote" not in lines:
        return None
    words, page, prefix, suffix = (
        unescaped(value[1 : value.rindex('"')]) if value.startswith('"') else ""
        for value in (
            lines.get(f"pan:{name}", '""') for name in ("quote", "page", "prefix", "suffix")
        )
    )
    return Quotation(words, document, label=page, prefix=prefix, suffix=suffix)


def _edits(block: SourceBlock, lines: Mapping[str, str]) -> Iterator[StatementEdit]:
    former = {
        name: tuple(line.object for line in block.statements if line.predicate == name)
        for name in lines
    }
    if "pan:sha256" in lines and lines["pan:sha256"] in former["pan:sha256"]:
        return
    before = list(_BEFORE)
    for name, value in lines.items():
        # An earlier file of a document keeps its hash: passages may have been located in it.
        revised = (*former[name], value) if name == "pan:sha256" else (value,) if value else ()
        if former[name] != revised:
            yield StatementEdit(block.subject, name, former[name], revised, tuple(before))
        before.append(name)
