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
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup as Markup

from pan2kg.charts import Classes, Subject, frame as framed, registry
from pan2kg.coherence import bodies, evidence
from pan2kg.coherence.known import Known, basis_line
from pan2kg.errors import Place, ProjectError
from pan2kg.graph import labels
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Language, Messages, Text, format_of, message, numeral
from pan2kg.project import BUNDLE_RECORD, BUNDLES
from pan2kg.store import queries, store
from pan2kg.tables import figure_words, gaps, table
from pan2kg.templates import macro, markup, render
from pan2kg.turtle.vocabulary import ID, PAN, SKOS, is_ours

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
_GROUPS: Final = ("copy", "network", "picture", "search", "sparql", "table")
_NUMBERED: Final = frozenset({"action", "category", "part"})
MOST_ROWS: Final = 100
"""How many rows of a long table a page of an export has; its download has them all."""
_UNFOLDED = 12
_SHORT = 24
"""How long another name of a thing may be to stand for it where there is little room."""
_MOST = 50_000
"""How much of what is written of things is kept for other pages: all of a large graph, in three languages."""

Values = Mapping[str, object]
Mode = Literal["served", "static"]
Made = TypeVar("Made")
_CLASSES: Final = cache(
    lambda at: Classes((at.folder / at.name("site.css")).read_text("utf-8") if at else "")
)
packed: Final = partial(gzip.compress, mtime=0)
piece: Final = partial(macro, "_pieces.html")
"""The macro of a name, for what pages have by the thousand; what it is given is escaped unless it is markup."""


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    folder: Path
    names: Mapping[str, str]

    def name(self, logical: str) -> str:
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
        return {name: self.folder / name for name in sorted(self.names.values())}


def find_bundle() -> Bundle | None:
    bundles = map(read_bundle, BUNDLES)
    return next((bundle for bundle in bundles if bundle), None)


def read_bundle(folder: Path) -> Bundle | None:
    try:
        record = json.loads((folder / BUNDLE_RECORD).read_text(encoding="utf-8"))
        names: dict[str, str] = record["files"]
    except (OSError, ValueError, KeyError):
        return None
    bundle = Bundle(folder, names)
    return bundle if all(path.is_file() for path in bundle.files().values()) else None


@dataclass(frozen=True, slots=True)
class SiteFile:
    path: str
    media: str
    body: bytes
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class View:
    # without ``keys`` one page a language, with them many, of which an export has those listed;
    # values have a title, or are None where there is no such page; ``section`` is the entry of the
    # menu that is marked, ``menu`` and ``below`` are places there; where something can be written,
    # only what is ``chosen`` in its address is handed on
    name: str
    values: "Callable[[PageContext], Values | None]"
    keys: "Callable[[SiteContext], Iterable[str]] | None" = None
    template: str = ""
    section: str = ""
    menu: int = 0
    below: int = 0
    chosen: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class File:
    # one that ``is_shared`` holds the same data in each language: an export has it in the first
    name: str
    ending: str
    media: str
    make: "Callable[[PageContext], str | bytes | None]"
    keys: "Callable[[SiteContext], Iterable[str]] | None" = None
    exported: bool = True
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class CommonFile:
    path: str
    media: str
    make: "Callable[[SiteContext, Mapping[str, str]], bytes]"
    exported: bool = True

    @classmethod
    def of_words(
        cls, language: Language, pages: Mapping[str, View], sections: Iterable[str]
    ) -> "CommonFile":
        # what scripts say, and what they put into pages below a kind, whose links are those of any
        # of these
        def make(site_context: SiteContext, _: object) -> bytes:
            context = PageContext(site_context, Request(f"{language}/kind/key.html", language))
            keys = (
                "contents",
                "dossier-data-title",
                "interface-language",
                "run-in-sparql",
                "tagline",
            )
            pieces = {"things": ID, **{key: context.t(key) for key in keys}}
            for section in sorted(sections):
                values = frame(context, pages, section, has_menu=True)
                pieces[f"menu-{section}"] = render("_menu.html", values)
                pieces["foot"] = render("_foot.html", values)
            return page_words(language, site_context, frame=pieces)

        return cls(f"data/words-{language}.js", JAVASCRIPT, make)


@dataclass(frozen=True, slots=True)
class PlanFilter:
    level: evidence.Level = evidence.HEADLINE
    topic: str = ""
    body: str = ""
    year: int | None = None

    def admits(self, facts: "Facts") -> bool:
        topics, bodies, since, until = facts
        is_then = self.year is None or (
            (since or until) is not None and (since or 0) <= self.year <= (until or 9999)
        )
        return is_then and self.topic in {"", *topics} and self.body in {"", *bodies}


Facts = tuple[frozenset[str], frozenset[str], int | None, int | None]
"""What a plan can be chosen by: topics and bodies, those of its actions included, first year and last."""


@dataclass(eq=False)
class SiteContext:
    """The graph pages show, the front end's files, how the pages will be read, and what was computed once for all.

    In mode ``served`` there is an endpoint behind the pages, in mode ``static`` the browser holds
    the graph itself.
    ``writable`` says whether reviews can be written down; ``catalogue`` is that of the release the
        pages belong to, and
    ``kept`` the folder where reports of checks are kept, None where they are not. Where documents
        of a release tell
    all that is said of things, ``document`` gives the path of that of a kind and key.
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
        # the plans of another country than the project's; none where it says none or has no plan of
        # its own
        home = self.graph.profile.country
        dates = self.graph.tables.dates
        every = frozenset(source.iri for source in self.graph.uses.plans if source.is_plan)
        foreign = frozenset(
            iri for iri in every & dates.keys() if dates[iri].country not in ("", home)
        )
        return foreign if home and foreign != every else frozenset()

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], bool]:
        # the linked pairs, and whether an export has a page of each
        return {met.plans: not self.foreign.issuperset(met.plans) for met in self.graph.meetings}

    @cached_property
    def lacks(self) -> Mapping[str, list[tuple[str, str, Text | None]]]:
        lacks: dict[str, list[tuple[str, str, Text | None]]] = {}
        for kind, find in gaps.KINDS.items() if self.graph.has_actions else ():
            for subject, counterpart, detail, _ in find(self.graph, gaps.ALL)[0]:
                lacks.setdefault(subject, []).append((kind, counterpart or "", detail))
                if counterpart:
                    lacks.setdefault(counterpart, []).append((kind, subject, detail))
        return lacks

    @cached_property
    def resting(self) -> frozenset[str]:
        uses = self.graph.uses
        return frozenset(uses.actions[at] for at in uses.table.rows.tolist())

    @cached_property
    def recorded(self) -> frozenset[str]:
        rows = bodies.completeness(self.graph.home_of, self.graph.fields)
        tagged = {
            profile.work
            for profile in self.graph.profiles
            if profile.bodies or profile.leads or profile.groups
        }
        return frozenset(self.resting | tagged | {row.action for row in rows if row.annotated})

    @cached_property
    def facts(self) -> Mapping[str, Facts]:
        topics: dict[str, set[str]] = {}
        involved: dict[str, set[str]] = {}
        for plan, topic, body in self.graph.read(queries.program_query("site/topics-and-bodies")):
            for term, into in ((topic, topics), (body, involved)):
                if term:
                    into.setdefault(plan, set()).add(term)
        facts: dict[str, Facts] = {}
        for plan in (source.iri for source in self.graph.uses.plans):
            on, since, until = self.graph.periods.get(plan, ("", "", ""))
            first, last = (
                int(day[:4]) if day[:4].isdecimal() else None for day in (since or on, until)
            )
            facts[plan] = (
                frozenset(topics.get(plan, ())),
                frozenset(involved.get(plan, ())),
                first,
                last,
            )
        return facts

    def figures(
        self, name: str, language: Language, choice: table.TableChoice = table.DEFAULT
    ) -> table.Table:
        make = partial(table.TABLES[name].make, self.graph.spoken(language), choice)
        return make() if choice.plans else self.once(("table", name, language, choice), make)

    def once(self, name: Hashable, make: Callable[[], Made]) -> Made:
        if name not in self.computed:
            self.computed[name] = make()
        value: Made = self.computed[name]
        return value


class Request:
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
    return lambda context, iri: context.kept(make.__name__, iri, partial(make, context))


class PageContext:
    def __init__(self, site_context: SiteContext, request: Request) -> None:
        language = request.language
        asked = request.arguments.get(EVIDENCE, "")
        self.site_context = site_context
        self.request = request
        self.graph = site_context.graph
        level = BEFORE.get(asked) or evidence.level(asked)
        self.level = level if level in evidence.FIGURED else evidence.HEADLINE
        self.handed = {} if self.level is evidence.HEADLINE else {EVIDENCE: self.level.key}
        self.t = _speaker(language)
        self.figure: Callable[[int], str] = lambda number: numeral(number, language)
        self.caption: Callable[[evidence.Level], str] = lambda level: figure_words.according_to(
            level
        ).say(language)
        self.basis: Callable[[Known], str] = lambda knowledge: figure_words.basis_words(
            basis_line(knowledge), language
        )
        self.lead = piece("lead")
        self.most = None if site_context.mode == "served" else MOST_ROWS
        self.spoken = site_context.once(("spoken", language), partial(self.graph.spoken, language))
        self.subject = self.subject_at(evidence.HEADLINE)

    @property
    def known(self) -> Known:
        return self.graph.known(self.level)

    @property
    def level_options(self) -> list[tuple[str, str]]:
        # the levels a reader can choose, from firm to weak, under what an address says
        return [
            ("" if at is evidence.HEADLINE else at.key, self.caption(at)) for at in evidence.FIGURED
        ]

    def mark(self, level: evidence.Level | None) -> Markup:
        return (
            piece("level")(level.key, figure_words.named(level).say(self.request.language))
            if level
            else markup("")
        )

    def subject_at(self, level: evidence.Level) -> Subject:
        return Subject(self.spoken, self.picture_address, level, _CLASSES(self.site_context.bundle))

    def draw(
        self, name: str, level: evidence.Level | None = None, **parameters: object
    ) -> framed.Picture | None:
        # None where it would not tell more than the page does in words
        picture = registry.find_picture(name)(
            self.subject if level is None else self.subject_at(level), **parameters
        )
        return picture if picture.tells else None

    def href(self, path: str, /, **arguments: str) -> str:
        return self.out(f"{self.request.language}/{path}", **arguments)

    def out(self, path: str, /, **arguments: str) -> str:
        chosen = self.request.arguments.get("data")
        if not chosen and not arguments:
            return labels.way(self.request.folder, path)
        asked = {
            **({"data": chosen} if chosen and path.partition("#")[0].endswith(".html") else {}),
            **arguments,
        }
        file, hash_, fragment = labels.way(self.request.folder, path).partition("#")
        return f"{file}{f'?{urlencode(asked)}' if asked else ''}{hash_}{fragment}"

    def shared(self, path: str, /, **arguments: str) -> str:
        # what an export has in the first language alone
        tag = LANGUAGES[0] if self.site_context.mode == "static" else self.request.language
        return self.out(f"{tag}/{path}", **arguments)

    def chosen(self, *names: str) -> dict[str, str]:
        return {name: value for name in names if (value := self.request.arguments.get(name))}

    def document(self, iri: str) -> str:
        entry = self.graph.labels.entry(iri)
        place = self.site_context.document
        path = place(entry.kind, entry.key) if entry and entry.kind and place else ""
        # asked for in a language, a document does not lead back to the page
        return f"{self.out(path)}?{self.request.language}#{entry.key}" if entry and path else ""

    def address(self, iri: str) -> str:
        entry = self.graph.labels.entry(iri)
        if entry and entry.has_page:
            # what was retired has no page in a release
            return (entry.is_retired and self.document(iri)) or self.href(entry.address)
        if not (entry and is_ours(iri)):
            return iri if iri.startswith(("https://", "http://")) and not is_ours(iri) else ""
        if entry.kind == "document":
            return self.href(f"sources.html#{entry.key}")
        if entry.kind == "link":
            if place := self.document(iri):
                return place
            ends = (
                end
                for name in ("from", "to", "between")
                for end in self.graph.statements.values(iri, PAN + name)
            )
            end = next(
                (end for end in map(self.graph.labels.entry, ends) if end and end.has_page), None
            )
            return self.href(f"{end.address}#{entry.key}") if end else ""
        if entry.type == SKOS + "Concept":
            return self.href(f"ontology.html#{entry.kind}-{entry.key}")
        return self.href(f"ontology.html#{iri.removeprefix(PAN)}") if iri.startswith(PAN) else ""

    def name(self, iri: str) -> str:
        at = (iri, self.request.data)
        names = self.site_context.names
        if at in names:
            return names[at]
        name = self.graph.labels.label(iri, self.request.data).text
        entry = self.graph.labels.entry(iri)
        number = entry.notation if entry and entry.kind in _NUMBERED else ""
        name = f"{number} {name}" if number and number != name else name
        # readers must not fill what is kept with things they think up
        if self.request.data in LANGUAGES and entry is not None:
            names[at] = name
        return name

    def by_name(self, iris: Iterable[str]) -> list[str]:
        return sorted(iris, key=lambda iri: (self.name(iri).casefold(), iri))

    def called(self, iri: str) -> str:
        brief = self.graph.labels.brief(iri, self.request.data)
        return brief.text if brief.whole else self.name(iri)

    def key(self, iri: str) -> str:
        return entry.key if (entry := self.graph.labels.entry(iri)) else ""

    def extent(self, plan: str) -> str:
        # how many actions of a plan are in the graph, and of how many
        number = len(self.graph.parts.actions.get(plan, ()))
        published = self.graph.statements.one(plan, PAN + "measureCount")
        return (
            self.t("plan-known-of", n=number, of=published)
            if published
            else self.t("plan-known", n=number)
        )

    def label(self, iri: str, *, in_link: bool = False) -> Markup:
        label = self.graph.labels.label(iri, self.request.data)
        entry = self.graph.labels.entry(iri)
        if entry and not entry.has_page and entry.kind != "document":
            label = label._replace(texts={})
            if label.language in ("", self.request.data):
                return piece("spoken")(label.text, "")
        return self.marked(
            label, entry.notation if entry and entry.kind in _NUMBERED else "", in_link=in_link
        )

    def heading(self, iri: str) -> tuple[Markup, Markup | None]:
        entry = self.graph.labels.entry(iri)
        brief = self.graph.labels.brief(iri, self.request.data)
        if (
            entry
            and brief.whole
            and brief.text != self.graph.labels.label(iri, self.request.data).text
        ):
            return self.marked(brief._replace(texts=entry.brief)), self.label(iri)
        return self.label(iri), None

    def kept(self, manner: str, iri: str, make: Callable[[str], Made]) -> Made:
        request = self.request
        if request.arguments.get("data"):
            return make(iri)
        at = (manner, request.language, iri, request.folder)
        links = self.site_context.links
        if at not in links:
            if len(links) >= _MOST:
                links.clear()
            links[at] = make(iri)
        value: Made = links[at]
        return value

    @_kept
    def link(self, iri: str) -> Markup:
        entry = self.graph.labels.entry(iri)
        brief = self.graph.labels.brief(iri, self.request.data)
        is_brief = entry and entry.kind in ("plan", "instrument") and brief.whole
        words = self.marked(brief, in_link=True) if is_brief else self.label(iri, in_link=True)
        return self.lead(self.address(iri), words)

    @_kept
    def short(self, iri: str) -> Markup:
        brief = self.graph.labels.brief(iri, self.request.data)
        names = (
            name
            for name in self.graph.statements.values(iri, SKOS + "altLabel")
            if len(name) <= _SHORT
        )
        own = (
            brief.text
            if brief.whole
            else min(names, key=lambda name: (len(name), name), default="")
        )
        label = self.graph.labels.label(iri, self.request.data)
        entry = self.graph.labels.entry(iri)
        shortened = labels.Name(labels.shortened(label.text), label.language, {})
        number = entry.notation if entry and entry.kind in _NUMBERED else ""
        return self.lead(self.address(iri), own or self.marked(shortened, number, in_link=True))

    @_kept
    def brief(self, iri: str) -> Markup:
        language = self.graph.labels.label(iri, self.request.data).language
        strange = language if language != self.request.language else ""
        return self.lead(self.address(iri), piece("spoken")(self.name(iri), strange))

    def head(self, iri: str) -> Markup:
        return (
            self.link(iri)
            if self.graph.labels.brief(iri, self.request.data).whole
            else self.short(iri)
        )

    def links(self, iris: Iterable[str]) -> Markup:
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def listed(self, iris: Iterable[str]) -> Markup:
        items = [self.link(iri) for iri in iris]
        if not items:
            return markup("–")
        return piece("listed")(
            items, self.t("list-show", n=len(items)) if len(items) > _UNFOLDED else ""
        )

    def pair(self, plan: str, partner: str, **arguments: str) -> str:
        keys = [entry.key for entry in map(self.graph.labels.entry, (plan, partner)) if entry]
        if len(keys) != 2:
            return ""
        key = labels.pair_key(*keys)
        pair = (min(plan, partner), max(plan, partner))
        if self.site_context.mode == "served" or self.site_context.pairs.get(pair):
            return self.href(f"pair/{key}.html", **arguments)
        # the list of pairs tells a pair of other countries in its row
        is_linked = pair in self.site_context.pairs
        return self.href(f"pairs.html#{key}") if is_linked else self.href("shared.html", plans=key)

    def picture_address(self, things: tuple[str, ...]) -> str:
        entries = [
            entry for entry in map(self.graph.labels.entry, things) if entry and entry.has_page
        ]
        plans = [entry.iri for entry in entries if entry.kind == "plan"]
        if len(plans) == 2 and len(things) == 2:
            return self.pair(*plans)
        return self.href(entries[0].address) if entries else ""

    def marked(self, label: labels.Name, number: str = "", *, in_link: bool = False) -> Markup:
        # the script knows by its address what is called otherwise in another language; elsewhere
        # the names stand here
        others = {tag: label.texts[tag] for tag in LANGUAGES if tag in label.texts and not in_link}
        varied = others if len(set(others.values())) > 1 else {}
        swaps = [swap for swap in varied.items() if swap != (label.language, label.text)]
        strange = bool(label.language) and label.language != self.request.data
        language = label.language if label.language != self.request.language or swaps else ""
        return piece("label")(label.text, language, swaps, strange, number)


def frame(
    context: PageContext, pages: Mapping[str, View], section: str = "", *, has_menu: bool = False
) -> dict[str, object]:
    request = context.request
    site_context = context.site_context
    bundle = context.site_context.bundle
    inside = request.path.partition("/")[2] or "index.html"
    view = pages.get(inside.removesuffix(".html"))
    # another language shows the same; on the pages of forms that write, only what is chosen there:
    # the secret of a session, what was typed, and what came of it must stand in no link
    in_address = {
        name: text
        for name, text in request.arguments.items()
        if name != "data"
        and (view is None or view.chosen is None or name.partition(":")[0] in view.chosen)
    }

    # pages below a kind leave to the script, without a server, what all pages have
    has_menu = has_menu or site_context.mode == "served" or "/" not in inside
    pages = pages if has_menu else {}

    def entries(place: str, views: Iterable[View]) -> list[tuple[str, str, str, bool]]:
        placed = sorted(
            (view for view in views if getattr(view, place)),
            key=lambda view: int(getattr(view, place)),
        )
        files = [(view.name, f"{view.name}.html") for view in placed]
        return [
            (name, context.href(file), context.t(f"menu-{name}"), inside == file)
            for name, file in files
        ]

    # the pages that belong to one entry of the menu stand in a line below it
    below = entries("below", (view for view in pages.values() if view.section == section))
    above = entries("menu", (view for view in pages.values() if view.name == section))
    return {
        "say": context,
        "t": context.t,
        "language": request.language,
        "data_language": request.arguments.get("data", ""),
        "in_address": in_address,
        "languages": [
            (
                tag,
                format_of("name", tag),
                context.out(f"{tag}/{inside}", **in_address),
                tag == request.language,
            )
            for tag in LANGUAGES
        ],
        "menu": entries("menu", pages.values()),
        "section_pages": [*above, *below] if below else [],
        "section": section,
        "root": "../" * request.path.count("/"),
        "mode": site_context.mode,
        "release": site_context.graph.release,
        "licence": site_context.graph.notice.licence,
        "as_of": message.in_words(site_context.graph.as_of, request.language),
        "has_menu": has_menu,
        "unbuilt": "" if bundle else HOW_TO_BUILD.say(request.language),
        "style": bundle.name("site.css") if bundle else "",
        "script": bundle.name("main.js") if bundle else "",
    }


def page_words(
    language: Language, site_context: SiteContext | None = None, **pieces: Mapping[str, str]
) -> bytes:
    groups = {name: script_words(language, name) for name in _GROUPS}
    groups["picture"] |= (
        framed.script_words(Subject(site_context.graph.spoken(language))) if site_context else {}
    )
    return f"window.pan2kgWords={embedded(groups | pieces)};\n".encode()


_SHARED: Final[Mapping[str, Mapping[str, str]]] = {
    "copy": {"copy": "copy"},
    "network": {
        "all-plans": "plans-title", "declared": "evidence-is-declared", "document": "sources-document",
        "filter-plan": "kind-plan", "inferred": "evidence-is-inferred", "why": "why",
    },
    "picture": {"field": "fields-head"},
    "search": {"as-interface": "data-language-as-interface", "results": "search-found", "titles": "data-language"},
    "sparql": {"network": "menu-network", "no": "no", "not-shared": "script-copy-failed", "yes": "yes"},
    "table": {"count": "rows"},
}  # fmt: skip


def script_words(language: Language, name: str) -> dict[str, str]:
    words = _PAGE.group(f"script-{name}-", language)
    words |= {
        key: _PAGE.template(shared, language) for key, shared in _SHARED.get(name, {}).items()
    }
    if name == "search":
        words |= {f"type-{key}": word for key, word in _PAGE.group("kind-", language).items()}
    if name == "network":
        types = {
            key: word
            for key, word in script_words(language, "search").items()
            if key.startswith("type-")
        }
        words = {**types, **words, "colon": format_of("colon", language)}
    return words


def embedded(value: object) -> Markup:
    """A value as JSON that may stand inside a script element: nothing in it can end the element.

    >>> str(embedded({"a": "</script>"}))
    '{"a":"\\\\u003c/script>"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return markup(
        text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
