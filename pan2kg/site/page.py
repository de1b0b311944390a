"""What a page is made of: its kind, what all pages of a site share, how one names and links things, its frame.

Links are relative to the page, so that a site works in any folder of any host. The front end's
bundle is scripts and a style sheet, made from ``web/`` by the build; pages work without it, only
plainer.
"""

import gzip
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup as Markup

from pan2kg.charts import Subject, frame as framed, registry
from pan2kg.coherence import action_measures, evidence
from pan2kg.coherence.known import Known, basis_line
from pan2kg.errors import Place, ProjectError
from pan2kg.graph import labels
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Language, Messages, Text, format_of, message, numeral
from pan2kg.project import BUNDLE_RECORD, BUNDLES
from pan2kg.store import queries, store
from pan2kg.tables import figure_words, gaps, table
from pan2kg.templates import macro, markup
from pan2kg.turtle.vocabulary import PAN, SKOS, is_ours

HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
SVG = "image/svg+xml"
TURTLE = "text/turtle; charset=utf-8"
GZIP = "application/gzip"
JAVASCRIPT = "text/javascript; charset=utf-8"

HOW_TO_BUILD: Final = message.told("build-front-end")
ASKED: Final = ("evidence", "topic", "body", "year")
EVIDENCE: Final = "evidence"
BEFORE: Final[Mapping[str, evidence.Level]] = {
    "declared": evidence.Level.OTHER,
    "inferred": evidence.Level.EDITORS,
    "all": evidence.Level.EDITORS,
}
NOTHING: Mapping[str, str] = MappingProxyType({})
_PAGE: Final = Messages("page")
_NUMBERED: Final = frozenset({"action", "category", "part"})
MOST_ROWS: Final = 100
"""How many rows of a long table a page of an export has; its download has them all."""
_UNFOLDED = 12
_SHORT = 24
"""How long another name of a thing may be to stand for it where there is little room."""
_MOST = 50_000
"""How much of what is written of things is kept for other pages: all of a large graph, in three languages."""

Values = Mapping[str, object]
"""What a template is filled in with."""
Mode = Literal["served", "static"]
Made = TypeVar("Made")
packed: Final = partial(gzip.compress, mtime=0)
piece: Final = partial(macro, "_pieces.html")
"""The macro of a name, for what pages have by the thousand; what it is given is escaped unless it is markup."""


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """The front end as it was built: its folder, and the name of the file there by that in the sources."""

    folder: Path
    names: Mapping[str, str]

    def name(self, logical: str) -> str:
        """The file's name of a part; raises :exc:`~pan2kg.errors.ProjectError` where it was not built."""
        try:
            return self.names[logical]
        except KeyError:
            raise ProjectError(
                "no-front-end-part",
                place=Place(str(self.folder)),
                remedy=HOW_TO_BUILD,
                logical=logical,
            ) from None

    def files(self) -> Mapping[str, Path]:
        """Where each file is, by its name."""
        return {name: self.folder / name for name in sorted(self.names.values())}


def find_bundle() -> Bundle | None:
    """The bundle that was installed, else the one a clone has built; None where there is none."""
    bundles = map(read_bundle, BUNDLES)
    return next((bundle for bundle in bundles if bundle), None)


def read_bundle(folder: Path) -> Bundle | None:
    """The bundle in a folder; None where it is not whole.

    >>> read_bundle(Path("nowhere")) is None
    True
    """
    try:
        record = json.loads((folder / BUNDLE_RECORD).read_text(encoding="utf-8"))
        names: dict[str, str] = record["files"]
    except (OSError, ValueError, KeyError):
        return None
    bundle = Bundle(folder, names)
    return bundle if all(path.is_file() for path in bundle.files().values()) else None


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A page or file as it is served or written; one that ``is_passing`` changes by itself and is not to be kept."""

    path: str
    media: str
    body: bytes
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A kind of page: without ``keys`` one a language, with them many, of which an export has those listed.

    ``values`` fill in the template, or are None where there is no such page. They have a title
    where not all pages of the kind bear that of the message ``title``.
    ``section`` is the entry of the menu that is marked, ``menu`` and ``below`` are places there.
    Where something can be written, only what is ``chosen`` in its address is handed on in links.
    """

    name: str
    values: "Callable[[PageContext], Values | None]"
    keys: "Callable[[SiteContext], Iterable[str]] | None" = None
    template: str = ""
    title: str = ""
    section: str = ""
    menu: int = 0
    below: int = 0
    chosen: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A kind of file beside the pages; one that ``is_shared`` is the same in each language, and exported in one."""

    name: str
    ending: str
    media: str
    make: "Callable[[PageContext], str | bytes | None]"
    keys: "Callable[[SiteContext], Iterable[str]] | None" = None
    exported: bool = True
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class CommonFile:
    """A file that belongs to no language; ``make`` is given the arguments of its address."""

    path: str
    media: str
    make: "Callable[[SiteContext, Mapping[str, str]], bytes]"
    exported: bool = True


class PlanFacts(NamedTuple):
    """What a plan can be chosen by: topics and bodies, those of its actions included, first year and last."""

    topics: frozenset[str]
    bodies: frozenset[str]
    since: int | None
    until: int | None


class NotedGap(NamedTuple):
    """Something not known of a thing: its kind, the other thing it concerns, empty for none, and in which respect."""

    kind: str
    counterpart: str
    detail: Text | None


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a reader chose: a level of evidence, and plans by topic, body and year; what is empty chooses nothing."""

    level: evidence.Level = evidence.HEADLINE
    topic: str = ""
    body: str = ""
    year: int | None = None

    def admits(self, facts: PlanFacts) -> bool:
        """Whether a plan is among those chosen; one that has no year is in no year.

        >>> facts = PlanFacts(frozenset({"water"}), frozenset(), 2020, None)
        >>> PlanFilter(topic="water", year=2030).admits(facts), PlanFilter(body="x").admits(facts)
        (True, False)
        >>> PlanFilter(year=2019).admits(facts)
        False
        """
        if self.topic and self.topic not in facts.topics:
            return False
        if self.body and self.body not in facts.bodies:
            return False
        if self.year is None:
            return True
        is_dated = facts.since is not None or facts.until is not None
        return is_dated and (facts.since or 0) <= self.year <= (facts.until or 9999)


@dataclass(eq=False)
class SiteContext:
    """The graph pages show, the front end's files, how pages will be read, and what was computed once for all.

    In mode ``served`` there is an endpoint behind the pages, in mode ``static`` the browser holds
    the graph itself. ``writable`` says whether reviews can be written down; ``catalogue`` is that
    of the release the pages belong to, and ``kept`` the folder where reports of checks are kept,
    None where they are not. Where documents of a release tell all that is said of things,
    ``document`` gives the path of that of a kind and key.
    """

    graph: Graph
    mode: Mode = "static"
    bundle: Bundle | None = None
    writable: bool = False
    catalogue: store.Store | None = None
    kept: Path | None = None
    document: Callable[[str, str], str] | None = None
    computed: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    names: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    links: dict[tuple[str, str, str, str], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def foreign(self) -> frozenset[str]:
        """The plans of another country than the project's; none where it says none or has no plan of its own."""
        home = self.graph.profile.country
        dates = self.graph.tables.dates
        every = frozenset(source.iri for source in self.graph.uses.plans if source.is_plan)
        foreign = frozenset(
            plan for plan in every & dates.keys() if dates[plan].country not in ("", home)
        )
        return foreign if home and foreign != every else frozenset()

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], bool]:
        """The linked pairs, each with its IRIs in order, and whether an export has a page of it."""
        return {met.plans: not self.foreign.issuperset(met.plans) for met in self.graph.meetings}

    @cached_property
    def lacks(self) -> Mapping[str, list[NotedGap]]:
        """What is not known of each thing, on both sides of a gap that concerns two."""
        lacks: dict[str, list[NotedGap]] = {}
        if not self.graph.has_actions:
            return lacks
        for kind, find in gaps.KINDS.items():
            for gap in find(self.graph, gaps.ALL).gaps:
                noted = NotedGap(kind, gap.lacking or "", gap.detail)
                lacks.setdefault(gap.subject, []).append(noted)
                if gap.lacking:
                    noted = NotedGap(kind, gap.subject, gap.detail)
                    lacks.setdefault(gap.lacking, []).append(noted)
        return lacks

    @cached_property
    def resting(self) -> frozenset[str]:
        """The actions that rest on a text."""
        uses = self.graph.uses
        return frozenset(uses.actions[at] for at in uses.table.rows.tolist())

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The actions and plans of which something is recorded: a text, a body, a group, a measure."""
        recorded = set(self.resting)
        for profile in self.graph.profiles:
            if profile.bodies or profile.leads or profile.groups:
                recorded.add(profile.work)
        for row in action_measures.completeness(self.graph.home_of, self.graph.fields):
            if row.annotated:
                recorded.add(row.action)
        return frozenset(recorded)

    @cached_property
    def facts(self) -> Mapping[str, PlanFacts]:
        """What each plan can be chosen by."""
        topics: dict[str, set[str]] = {}
        involved: dict[str, set[str]] = {}
        for plan, topic, body in self.graph.read(queries.program_query("site/topics-and-bodies")):
            if topic:
                topics.setdefault(plan, set()).add(topic)
            if body:
                involved.setdefault(plan, set()).add(body)
        facts = {}
        for source in self.graph.uses.plans:
            plan = source.iri
            issued, since, until = self.graph.periods.get(plan, ("", "", ""))
            facts[plan] = PlanFacts(
                frozenset(topics.get(plan, ())),
                frozenset(involved.get(plan, ())),
                _year(since or issued),
                _year(until),
            )
        return facts

    def figures(
        self, name: str, language: Language, choice: table.TableChoice = table.DEFAULT
    ) -> table.Table:
        """The table of a name in a language; it is kept unless it is of plans that were named."""
        make = partial(table.table_kinds()[name].make, self.graph.spoken(language), choice)
        return make() if choice.plans else self.once(("table", name, language, choice), make)

    def once(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """What is made the first time it is asked for by this name, and kept with the site."""
        if name not in self.computed:
            self.computed[name] = make()
        value: Made = self.computed[name]
        return value


def _year(day: str) -> int | None:
    return int(day[:4]) if day[:4].isdecimal() else None


class Request:
    """The page that is asked for: its path, language, key, and the arguments of its address.

    ``data`` is the language in which things are called, that of the page unless the address says
    otherwise; ``folder`` is where the page lies, with a star for each folder below the language.

    >>> request = Request("fr/plan/lu-bhr-2.html", "fr", "lu-bhr-2", {"data": "de"})
    >>> request.data, request.folder
    ('de', 'fr/*/')
    """

    def __init__(
        self, path: str, language: Language, key: str = "", arguments: Mapping[str, str] = NOTHING
    ) -> None:
        self.path = path
        self.language = language
        self.key = key
        self.arguments = arguments
        self.data: str = arguments.get("data") or language
        top, *below = path.split("/")[:-1] or [""]
        self.folder = "/".join([top, *["*"] * len(below), ""]) if top else ""


@cache
def _speaker(language: Language) -> Callable[..., str]:
    # most words of a page are those of all pages, with nothing to fill in
    alike = cache(lambda key: _PAGE.say(key, language))
    return lambda key, **values: _PAGE.say(key, language, **values) if values else alike(key)


def _kept(make: Callable[["PageContext", str], Markup]) -> Callable[["PageContext", str], Markup]:
    """A way to write a thing that is written once for all pages of a language in a folder."""
    return lambda context, iri: context.kept(make.__name__, iri, partial(make, context))


class PageContext:
    """A page that is being made: what is asked for, and how its language names and links things.

    ``t`` says a message of pages, ``handed`` is the level of evidence as links hand it on, and
    ``most`` how many rows of a table stand on the page, None for all.
    """

    def __init__(self, site_context: SiteContext, request: Request) -> None:
        language = request.language
        asked = request.arguments.get(EVIDENCE, "")
        level = BEFORE.get(asked) or evidence.level(asked)
        self.site_context = site_context
        self.request = request
        self.language = language
        self.arguments = request.arguments
        self.graph = site_context.graph
        self.entry = site_context.graph.labels.entry
        self.is_served = site_context.mode == "served"
        self.level = level if level in evidence.FIGURED else evidence.HEADLINE
        self.handed = {} if self.level is evidence.HEADLINE else {EVIDENCE: self.level.key}
        self.t = _speaker(language)
        self.lead = piece("lead")
        self.most = None if self.is_served else MOST_ROWS
        self.spoken = site_context.once(("spoken", language), partial(self.graph.spoken, language))
        self.subject = self.subject_at(evidence.HEADLINE)

    @property
    def known(self) -> Known:
        """What is known at the level that was chosen."""
        return self.graph.known(self.level)

    @property
    def level_options(self) -> list[tuple[str, str]]:
        """The levels a reader can choose, from firm to weak, under what an address says."""
        options = []
        for level in evidence.FIGURED:
            key = "" if level is evidence.HEADLINE else level.key
            options.append((key, self.caption(level)))
        return options

    def figure(self, number: int) -> str:
        """A number as the language writes it."""
        return numeral(number, self.language)

    def caption(self, level: evidence.Level) -> str:
        """According to whom a number counts that is taken at a level."""
        return figure_words.according_to(level).say(self.language)

    def basis(self, knowledge: Known) -> str:
        """On what a number rests: release, level, and how much was read."""
        return figure_words.basis_words(basis_line(knowledge), self.language)

    def mark(self, level: evidence.Level | None) -> Markup:
        """The badge of a level; nothing for what is outside every figure."""
        if not level:
            return markup("")
        return piece("level")(level.key, figure_words.named(level).say(self.language))

    def subject_at(self, level: evidence.Level) -> Subject:
        """What pictures on the page are drawn of, at a level."""
        return Subject(self.spoken, self.picture_address, level, is_of_page=True)

    def draw(
        self, name: str, level: evidence.Level | None = None, **parameters: object
    ) -> framed.Picture | None:
        """The picture of a name; None where it would not tell more than the page does in words."""
        subject = self.subject if level is None else self.subject_at(level)
        picture = registry.find_picture(name)(subject, **parameters)
        return picture if picture.tells else None

    def href(self, path: str, /, **arguments: str) -> str:
        """The way to a path of the page's language."""
        return self.out(f"{self.language}/{path}", **arguments)

    def out(self, path: str, /, **arguments: str) -> str:
        """The way from the page to a path of the site; the language of the data is handed on to pages."""
        data = self.arguments.get("data")
        way = labels.way(self.request.folder, path)
        if data and path.partition("#")[0].endswith(".html"):
            arguments = {"data": data, **arguments}
        if not arguments:
            return way
        file, hash_, fragment = way.partition("#")
        return f"{file}?{urlencode(arguments)}{hash_}{fragment}"

    def shared(self, path: str, /, **arguments: str) -> str:
        """The way to a file that an export has in the first language alone."""
        language = self.language if self.is_served else LANGUAGES[0]
        return self.out(f"{language}/{path}", **arguments)

    def chosen(self, *names: str) -> dict[str, str]:
        """Those of the arguments of the address that are not empty."""
        return {name: value for name in names if (value := self.arguments.get(name))}

    def document(self, iri: str) -> str:
        """Where the document of a release tells all that is said of a thing; empty where none does."""
        entry = self.entry(iri)
        place = self.site_context.document
        path = place(entry.kind, entry.key) if entry and entry.kind and place else ""
        if not entry or not path:
            return ""
        # asked for in a language, a document does not lead back to the page
        return f"{self.out(path)}?{self.language}#{entry.key}"

    def address(self, iri: str) -> str:
        """Where a thing is shown: on its page, at its place on another, or on the web; empty for nowhere."""
        entry = self.entry(iri)
        if entry and entry.has_page:
            # what was retired has no page in a release
            return (entry.is_retired and self.document(iri)) or self.href(entry.address)
        if not is_ours(iri):
            return iri if iri.startswith(("https://", "http://")) else ""
        if entry is None:
            return ""
        if entry.kind == "document":
            return self.href(f"sources.html#{entry.key}")
        if entry.kind == "link":
            return self.document(iri) or self._place_of_link(iri, entry.key)
        if entry.type == SKOS + "Concept":
            return self.href(f"ontology.html#{entry.kind}-{entry.key}")
        return self.href(f"ontology.html#{iri.removeprefix(PAN)}") if iri.startswith(PAN) else ""

    def _place_of_link(self, iri: str, key: str) -> str:
        # on the page of the first of its ends that has one
        for name in ("from", "to", "between"):
            for end in self.graph.statements.values(iri, PAN + name):
                entry = self.entry(end)
                if entry and entry.has_page:
                    return self.href(f"{entry.address}#{key}")
        return ""

    def _number(self, iri: str) -> str:
        # the printed number, of what is called by it
        entry = self.entry(iri)
        return entry.notation if entry and entry.kind in _NUMBERED else ""

    def name(self, iri: str) -> str:
        """What a thing is called in text, with its number."""
        at = (iri, self.request.data)
        names = self.site_context.names
        if at in names:
            return names[at]
        name = self.graph.labels.label(iri, self.request.data).text
        number = self._number(iri)
        if number and number != name:
            name = f"{number} {name}"
        # readers must not fill what is kept with things they think up
        if self.request.data in LANGUAGES and self.entry(iri) is not None:
            names[at] = name
        return name

    def by_name(self, iris: Iterable[str]) -> list[str]:
        """Things in the order of their names."""
        return sorted(iris, key=lambda iri: (self.name(iri).casefold(), iri))

    def options(self, iris: Iterable[str]) -> list[tuple[str, str]]:
        """Keys and names of things to choose from, in the order of the names."""
        options = [(self.key(iri), self.name(iri)) for iri in iris]
        return sorted(options, key=lambda option: (option[1].casefold(), option))

    def called(self, iri: str) -> str:
        """The short name of a thing in text, else its name."""
        brief = self.graph.labels.brief(iri, self.request.data)
        return brief.text if brief.whole else self.name(iri)

    def key(self, iri: str) -> str:
        """The key of a thing in its address; empty for what the graph does not know."""
        entry = self.entry(iri)
        return entry.key if entry else ""

    def extent(self, plan: str) -> str:
        """How many actions of a plan are in the graph, and of how many if that was published."""
        number = len(self.graph.parts.actions.get(plan, ()))
        published = self.graph.statements.one(plan, PAN + "measureCount")
        if published:
            return self.t("plan-known-of", n=number, of=published)
        return self.t("plan-known", n=number)

    def label(self, iri: str, *, in_link: bool = False) -> Markup:
        """The full name of a thing, marked with its language and those in others."""
        label = self.graph.labels.label(iri, self.request.data)
        entry = self.entry(iri)
        if entry and not entry.has_page and entry.kind != "document":
            label = label._replace(texts={})
            if label.language in ("", self.request.data):
                return piece("spoken")(label.text, "")
        return self.marked(label, self._number(iri), in_link=in_link)

    def heading(self, iri: str) -> tuple[Markup, Markup | None]:
        """What heads the page of a thing: its short name with the full one below it, or its name alone."""
        entry = self.entry(iri)
        brief = self.graph.labels.brief(iri, self.request.data)
        label = self.graph.labels.label(iri, self.request.data)
        if entry and brief.whole and brief.text != label.text:
            return self.marked(brief._replace(texts=entry.brief)), self.label(iri)
        return self.label(iri), None

    def kept(self, manner: str, iri: str, make: Callable[[str], Made]) -> Made:
        """What is made of a thing in a manner, once for all pages from which things are named and linked alike."""
        if self.arguments.get("data"):
            return make(iri)
        at = (manner, self.language, iri, self.request.folder)
        links = self.site_context.links
        if at not in links:
            if len(links) >= _MOST:
                links.clear()
            links[at] = make(iri)
        value: Made = links[at]
        return value

    @_kept
    def link(self, iri: str) -> Markup:
        """A link with the full name; with the short one of a plan or text that has one."""
        entry = self.entry(iri)
        brief = self.graph.labels.brief(iri, self.request.data)
        if entry and entry.kind in ("plan", "instrument") and brief.whole:
            words = self.marked(brief, in_link=True)
        else:
            words = self.label(iri, in_link=True)
        return self.lead(self.address(iri), words)

    @_kept
    def short(self, iri: str) -> Markup:
        """A link with the shortest name: the short one, else one of few letters, else a title cut short."""
        brief = self.graph.labels.brief(iri, self.request.data)
        if brief.whole:
            return self.lead(self.address(iri), brief.text)
        names = [
            name
            for name in self.graph.statements.values(iri, SKOS + "altLabel")
            if len(name) <= _SHORT
        ]
        if names:
            return self.lead(self.address(iri), min(names, key=lambda name: (len(name), name)))
        label = self.graph.labels.label(iri, self.request.data)
        shortened = labels.Name(labels.shortened(label.text), label.language, {})
        words = self.marked(shortened, self._number(iri), in_link=True)
        return self.lead(self.address(iri), words)

    @_kept
    def brief(self, iri: str) -> Markup:
        """A link with the name in one language alone."""
        language = self.graph.labels.label(iri, self.request.data).language
        foreign = language if language != self.language else ""
        return self.lead(self.address(iri), piece("spoken")(self.name(iri), foreign))

    def head(self, iri: str) -> Markup:
        """The link at the head of a column."""
        is_brief = self.graph.labels.brief(iri, self.request.data).whole
        return self.link(iri) if is_brief else self.short(iri)

    def links(self, iris: Iterable[str]) -> Markup:
        """Links on one line."""
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def listed(self, iris: Iterable[str]) -> Markup:
        """Links as a list, folded where there are many; a dash for none."""
        items = [self.link(iri) for iri in iris]
        if not items:
            return markup("–")
        folded = self.t("list-show", n=len(items)) if len(items) > _UNFOLDED else ""
        return piece("listed")(items, folded)

    def pair(self, plan: str, partner: str, **arguments: str) -> str:
        """The page with what links two plans, else the row of the pair, else what they share; empty for no plans."""
        keys = [entry.key for entry in map(self.entry, (plan, partner)) if entry]
        if len(keys) != 2:
            return ""
        key = labels.pair_key(*keys)
        pair = (min(plan, partner), max(plan, partner))
        pairs = self.site_context.pairs
        if self.is_served or pairs.get(pair):
            return self.href(f"pair/{key}.html", **arguments)
        # the list of pairs tells a pair of other countries in its row
        return (
            self.href(f"pairs.html#{key}") if pair in pairs else self.href("shared.html", plans=key)
        )

    def picture_address(self, things: tuple[str, ...]) -> str:
        """Where a mark in a picture leads that stands for these things."""
        entries = [entry for entry in map(self.entry, things) if entry and entry.has_page]
        plans = [entry.iri for entry in entries if entry.kind == "plan"]
        if len(plans) == 2 and len(things) == 2:
            return self.pair(*plans)
        return self.href(entries[0].address) if entries else ""

    def marked(self, label: labels.Name, number: str = "", *, in_link: bool = False) -> Markup:
        """A name with its language where that is not the page's, and those in others, by which the script changes it.

        In a link the script knows these by the address.
        """
        texts = {}
        if not in_link:
            texts = {tag: label.texts[tag] for tag in LANGUAGES if tag in label.texts}
        swaps: list[tuple[str, str]] = []
        if len(set(texts.values())) > 1:
            swaps = [swap for swap in texts.items() if swap != (label.language, label.text)]
        is_fallback = bool(label.language) and label.language != self.request.data
        language = label.language if label.language != self.language or swaps else ""
        return piece("label")(label.text, language, swaps, is_fallback, number)


class MenuEntry(NamedTuple):
    """An entry of the menu: the page's name, the way there, its words, and whether it is the page one is on."""

    name: str
    address: str
    words: str
    is_here: bool


def frame(
    context: PageContext, pages: Mapping[str, View], section: str = "", *, has_menu: bool = False
) -> dict[str, object]:
    """What the frame of a page is filled in with: menu, languages, release, style and scripts.

    Without a server, pages below a kind leave to the script what all pages have, unless it is said
    that they ``has_menu``.
    """
    request = context.request
    site_context = context.site_context
    graph = site_context.graph
    bundle = site_context.bundle
    inside = request.path.partition("/")[2] or "index.html"
    in_address = _in_address(context, pages.get(inside.removesuffix(".html")))
    has_menu = has_menu or context.is_served or "/" not in inside
    views = list(pages.values()) if has_menu else []
    # the pages that belong to one entry of the menu stand in a line below it
    below = [view for view in views if view.section == section and view.below]
    section_pages: list[MenuEntry] = []
    if below:
        above = [view for view in views if view.name == section and view.menu]
        below.sort(key=lambda view: view.below)
        section_pages = [_menu_entry(context, view, inside) for view in (*above, *below)]
    menu = sorted((view for view in views if view.menu), key=lambda view: view.menu)
    languages = []
    for tag in LANGUAGES:
        address = context.out(f"{tag}/{inside}", **in_address)
        languages.append((tag, format_of("name", tag), address, tag == context.language))
    return {
        "say": context,
        "t": context.t,
        "language": context.language,
        "data_language": context.arguments.get("data", ""),
        "in_address": in_address,
        "languages": languages,
        "menu": [_menu_entry(context, view, inside) for view in menu],
        "section_pages": section_pages,
        "section": section,
        "root": "../" * request.path.count("/"),
        "mode": site_context.mode,
        "release": graph.release,
        "licence": graph.notice.licence,
        "as_of": message.in_words(graph.as_of, context.language),
        "has_menu": has_menu,
        "unbuilt": "" if bundle else HOW_TO_BUILD.say(context.language),
        "style": bundle.name("site.css") if bundle else "",
        "script": bundle.name("main.js") if bundle else "",
    }


def _in_address(context: PageContext, view: View | None) -> dict[str, str]:
    """What another language of the page shows alike.

    On the pages of forms that write only what is chosen there: the secret of a session, what was
    typed, and what came of it must stand in no link.
    """
    in_address = {}
    for name, text in context.arguments.items():
        is_handed = view is None or view.chosen is None or name.partition(":")[0] in view.chosen
        if is_handed and name != "data":
            in_address[name] = text
    return in_address


def _menu_entry(context: PageContext, view: View, inside: str) -> MenuEntry:
    file = f"{view.name}.html"
    return MenuEntry(view.name, context.href(file), context.t(f"menu-{view.name}"), inside == file)


def embedded(value: object) -> Markup:
    """A value as JSON that may stand inside a script element: nothing in it can end the element.

    >>> str(embedded({"a": "</script>"}))
    '{"a":"\\\\u003c/script>"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return markup(
        text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
