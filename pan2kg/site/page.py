"""What pages are made of: their kinds, what all pages of a site share, and how one names and links things.

A module of pages describes each by a :class:`View` and files beside them by a :class:`File`. Their
functions are given a :class:`PageContext`, made anew for each page that is asked for; what is computed
once for all of them is kept by its :class:`SiteContext`. Links are relative to the page, so that a
site works in any folder of any host.
"""

import gzip
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup as Markup

from pan2kg.charts import Subject, registry
from pan2kg.charts.frame import Picture
from pan2kg.coherence import action_measures, evidence
from pan2kg.coherence.known import Known, basis_line
from pan2kg.graph import labels
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Language, Messages, Text, format_number
from pan2kg.site import addresses
from pan2kg.site.front_end import Bundle
from pan2kg.store import store
from pan2kg.tables import figure_words, gaps, kinds, table
from pan2kg.templates import macro, markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN, SKOS, is_ours

HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
SVG = "image/svg+xml"
TURTLE = "text/turtle; charset=utf-8"
GZIP = "application/gzip"
JAVASCRIPT = "text/javascript; charset=utf-8"

EVIDENCE = "evidence"
CHOICE_ARGUMENTS = (EVIDENCE, "topic", "body", "year")
"""The arguments of an address by which a reader chooses plans, and the level at which these are shown."""
NO_ARGUMENTS: Mapping[str, str] = MappingProxyType({})
"""The arguments of an address that has none."""
FORMER_LEVELS: Mapping[str, evidence.Level] = {
    "declared": evidence.Level.OTHER,
    "inferred": evidence.Level.EDITORS,
    "all": evidence.Level.EDITORS,
}
"""The levels by what they were called in addresses of earlier releases."""
_PAGE = Messages("page")
_NUMBERED_KINDS = frozenset({"action", "category", "part"})
"""The kinds of things that are called by the number printed before their title."""
MOST_ROWS = 100
"""How many rows of a long table a page of an export has; its download has them all."""
_MOST_UNFOLDED = 12
"""How many links a list has at most without being folded."""
_LONGEST_SHORT_NAME = 24
"""How many letters another name of a thing may have to stand for it where there is little room."""
_MOST_CACHED = 50_000
"""How many pieces written of things are kept for other pages: those of a large graph, in three languages."""

Values = Mapping[str, object]
"""What a template is filled in with."""
Mode = Literal["served", "static"]
Cached = TypeVar("Cached")
gzip_bytes = partial(gzip.compress, mtime=0)
piece = partial(macro, "_pieces.html")
"""The macro of a name, for what pages have by the thousand; what it is given is escaped unless it is markup."""


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


class NotedGap(NamedTuple):
    """Something not known of a thing: its kind, the other thing it concerns, empty for none, and in which respect."""

    kind: str
    counterpart: str
    detail: Text | None


class CacheKey(NamedTuple):
    """Of what something is written, in which manner and language, and from where links in it lead."""

    manner: str
    iri: str
    language: Language
    folder: str


@dataclass(eq=False)
class SiteContext:
    """The graph pages show, the front end's files, how pages will be read, and what was computed once for all.

    In mode ``served`` there is an endpoint behind the pages, in mode ``static`` the browser holds
    the graph itself. ``is_writable`` says whether reviews can be written down; ``catalogue`` is that
    of the release the pages belong to, and ``reports_folder`` where reports of checks are kept,
    None where they are not. Where documents of a release tell all that is said of things,
    ``document_place`` gives the path of that of a kind and key. The others fill as pages are made:
    ``cache`` by name, ``names`` by thing and language of the data, ``html_cache`` with what pages
    say of things.
    """

    graph: Graph
    mode: Mode = "static"
    bundle: Bundle | None = None
    is_writable: bool = False
    catalogue: store.Store | None = None
    reports_folder: Path | None = None
    document_place: Callable[[str, str], str] | None = None
    cache: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    names: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    html_cache: dict[CacheKey, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def foreign_plans(self) -> frozenset[str]:
        """The plans of another country than the project's; none where it says none or has no plan of its own."""
        home = self.graph.profile.country
        dates = self.graph.tables.dates
        plans = {source.iri for source in self.graph.uses.plans if source.is_plan}
        foreign = {plan for plan in plans & dates.keys() if dates[plan].country not in ("", home)}
        return frozenset(foreign) if home and foreign != plans else frozenset()

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], bool]:
        """The linked pairs, each with its IRIs in order, and whether an export has a page of it."""
        return {
            met.plans: not self.foreign_plans.issuperset(met.plans) for met in self.graph.meetings
        }

    @cached_property
    def gaps_by_thing(self) -> Mapping[str, list[NotedGap]]:
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
    def actions_with_texts(self) -> frozenset[str]:
        """The actions that rest on a text."""
        uses = self.graph.uses
        return frozenset(uses.actions[row] for row in uses.table.rows.tolist())

    @cached_property
    def recorded_things(self) -> frozenset[str]:
        """The actions and plans of which something is recorded: a text, a body, a group, a measure."""
        recorded = set(self.actions_with_texts)
        for profile in self.graph.profiles:
            if profile.bodies or profile.leads or profile.groups:
                recorded.add(profile.work)
        for row in action_measures.completeness(self.graph.home_of, self.graph.fields):
            if row.annotated:
                recorded.add(row.action)
        return frozenset(recorded)

    def table_of(
        self, name: str, language: Language, choice: kinds.TableChoice = kinds.DEFAULT
    ) -> table.Table:
        """The table of a name in a language; it is kept unless it is of plans that were named."""
        make = partial(kinds.table_kinds()[name].make, self.graph.spoken(language), choice)
        return make() if choice.plans else self.cached(("table", name, language, choice), make)

    def cached(self, name: Hashable, make: Callable[[], Cached]) -> Cached:
        """What is made the first time it is asked for by this name, and kept with the site."""
        if name not in self.cache:
            self.cache[name] = make()
        value: Cached = self.cache[name]
        return value


class Option(NamedTuple):
    """Something to choose: what an address says for it, and what it is called."""

    key: str
    words: str


class Download(NamedTuple):
    """The address of a file, and what the link to it says."""

    address: str
    words: str


class Request:
    """The page that is asked for: its path, language, key, and the arguments of its address.

    ``data`` is the language in which things are called, that of the page unless the address says
    otherwise; ``folder`` is where the page lies, with a star for each folder below the language.

    >>> request = Request("fr/plan/lu-bhr-2.html", "fr", "lu-bhr-2", {"data": "de"})
    >>> request.data, request.folder
    ('de', 'fr/*/')
    """

    def __init__(
        self,
        path: str,
        language: Language,
        key: str = "",
        arguments: Mapping[str, str] = NO_ARGUMENTS,
    ) -> None:
        self.path = path
        self.language = language
        self.key = key
        self.arguments = arguments
        self.data: str = arguments.get("data") or language
        folders = path.split("/")[:-1]
        self.folder = ""
        if folders:
            self.folder = f"{folders[0]}/" + "*/" * (len(folders) - 1)


@cache
def _translator(language: Language) -> Callable[..., str]:
    # most words of a page are those of all pages, with nothing to fill in
    alike = cache(lambda key: _PAGE.say(key, language))
    return lambda key, **values: _PAGE.say(key, language, **values) if values else alike(key)


def _cached_markup(
    write: Callable[["PageContext", str], Markup],
) -> Callable[["PageContext", str], Markup]:
    """A way to write a thing that is written once for all pages of a language in a folder."""
    return lambda context, iri: context.cached(write.__name__, iri, partial(write, context))


class PageContext:
    """A page that is being made: what is asked for, and how its language names and links things.

    ``t`` says a message of pages, ``level_arguments`` is the level of evidence as links hand it on, and
    ``row_limit`` how many rows of a table stand on the page, None for all.
    """

    def __init__(self, site_context: SiteContext, request: Request) -> None:
        language = request.language
        asked = request.arguments.get(EVIDENCE, "")
        level = FORMER_LEVELS.get(asked) or evidence.level(asked)
        self.site_context = site_context
        self.request = request
        self.language = language
        self.arguments = request.arguments
        self.graph = site_context.graph
        self.entry = site_context.graph.labels.entry
        self.is_served = site_context.mode == "served"
        self.level = level if level in evidence.FIGURED else evidence.HEADLINE
        self.level_arguments = {} if self.level is evidence.HEADLINE else {EVIDENCE: self.level.key}
        self.t = _translator(language)
        self.link_to = piece("lead")
        self.row_limit = None if self.is_served else MOST_ROWS
        self.localized_graph = site_context.cached(
            ("spoken", language), partial(self.graph.spoken, language)
        )
        self.subject = self.subject_at(evidence.HEADLINE)

    @property
    def known(self) -> Known:
        """What is known at the level that was chosen."""
        return self.graph.known(self.level)

    @property
    def level_options(self) -> list[Option]:
        """The levels a reader can choose, from firm to weak; an address names none for that of the headline."""
        options = []
        for level in evidence.FIGURED:
            key = "" if level is evidence.HEADLINE else level.key
            options.append(Option(key, self.level_caption(level)))
        return options

    def foreign_language(self, language: str) -> str:
        """A language of words as HTML must say it: empty where it is that of the page."""
        return "" if language == self.language else language

    def number(self, number: int) -> str:
        """A number as the language writes it."""
        return format_number(number, self.language)

    def level_caption(self, level: evidence.Level) -> str:
        """According to whom a number counts that is taken at a level."""
        return figure_words.according_to(level).say(self.language)

    def basis_words(self, knowledge: Known) -> str:
        """On what a number rests: release, level, and how much was read."""
        return figure_words.basis_words(basis_line(knowledge), self.language)

    def level_badge(self, level: evidence.Level | None) -> Markup:
        """The badge of a level; nothing for what is outside every figure."""
        if not level:
            return markup("")
        return piece("level")(level.key, figure_words.named(level).say(self.language))

    def subject_at(self, level: evidence.Level) -> Subject:
        """What pictures on the page are drawn of, at a level."""
        return Subject(self.localized_graph, self.picture_address, level, is_of_page=True)

    def draw(
        self, name: str, level: evidence.Level | None = None, **parameters: object
    ) -> Picture | None:
        """The picture of a name; None where it would not tell more than the page does in words."""
        subject = self.subject if level is None else self.subject_at(level)
        picture = registry.find_picture(name)(subject, **parameters)
        return picture if picture.tells else None

    def href(self, path: str, /, **arguments: str) -> str:
        """The way to a path of the page's language."""
        return self.site_href(f"{self.language}/{path}", **arguments)

    def site_href(self, path: str, /, **arguments: str) -> str:
        """The way from the page to a path of the site; the language of the data is handed on to pages."""
        data = self.arguments.get("data")
        way = addresses.quoted_path(self.request.folder, path)
        if data and path.partition("#")[0].endswith(".html"):
            arguments = {"data": data, **arguments}
        if not arguments:
            return way
        file, hash_, fragment = way.partition("#")
        return f"{file}?{urlencode(arguments)}{hash_}{fragment}"

    def shared_href(self, path: str, /, **arguments: str) -> str:
        """The way to a file that an export has in the first language alone."""
        language = self.language if self.is_served else LANGUAGES[0]
        return self.site_href(f"{language}/{path}", **arguments)

    def nonempty_arguments(self, *names: str) -> dict[str, str]:
        """Those of the arguments of the address that are not empty."""
        return {name: value for name in names if (value := self.arguments.get(name))}

    def document_address(self, iri: str) -> str:
        """Where the document of a release tells all that is said of a thing; empty where none does."""
        entry = self.entry(iri)
        place_of = self.site_context.document_place
        if not entry or not entry.kind or not place_of:
            return ""
        path = place_of(entry.kind, entry.key)
        # asked for in a language, a document does not lead back to the page
        return f"{self.site_href(path)}?{self.language}#{entry.key}" if path else ""

    def address(self, iri: str) -> str:
        """Where a thing is shown: on its page, at its place on another, or on the web; empty for nowhere."""
        entry = self.entry(iri)
        if entry and entry.has_page:
            # what was retired has no page in a release
            document = self.document_address(iri) if entry.is_retired else ""
            return document or self.href(entry.address)
        if not is_ours(iri):
            return iri if iri.startswith(("https://", "http://")) else ""
        if entry is None:
            return ""
        if entry.kind == "document":
            return self.href(f"sources.html#{entry.key}")
        if entry.kind == "link":
            return self.document_address(iri) or self._place_of_link(iri, entry.key)
        if entry.type == SKOS + "Concept":
            return self.href(f"ontology.html#{entry.kind}-{entry.key}")
        return self.href(f"ontology.html#{iri.removeprefix(PAN)}") if iri.startswith(PAN) else ""

    def _place_of_link(self, iri: str, key: str) -> str:
        """Where a link stands on the page of the first of its ends that has one."""
        for name in ("from", "to", "between"):
            for end in self.graph.statements.values(iri, PAN + name):
                entry = self.entry(end)
                if entry and entry.has_page:
                    return self.href(f"{entry.address}#{key}")
        return ""

    def _number(self, iri: str) -> str:
        """The printed number of what is called by it; empty for others."""
        entry = self.entry(iri)
        return entry.notation if entry and entry.kind in _NUMBERED_KINDS else ""

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

    def sorted_by_name(self, iris: Iterable[str]) -> list[str]:
        """Things in the order of their names."""
        return sorted(iris, key=lambda iri: (self.name(iri).casefold(), iri))

    def options(self, iris: Iterable[str]) -> list[Option]:
        """Things to choose from, in the order of their names."""
        options = [Option(self.key(iri), self.name(iri)) for iri in iris]
        return sorted(options, key=lambda option: (option.words.casefold(), option))

    def brief_name(self, iri: str) -> str:
        """The short name of a thing in text, else its name."""
        brief = self.graph.labels.brief(iri, self.request.data)
        return brief.text if brief.whole else self.name(iri)

    def key(self, iri: str) -> str:
        """The key of a thing in its address; empty for what the graph does not know."""
        entry = self.entry(iri)
        return entry.key if entry else ""

    def extent_words(self, plan: str) -> str:
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
        return self.label_html(label, self._number(iri), in_link=in_link)

    def heading(self, iri: str) -> tuple[Markup, Markup | None]:
        """What heads the page of a thing: its short name with the full one below it, or its name alone."""
        entry = self.entry(iri)
        brief = self.graph.labels.brief(iri, self.request.data)
        label = self.graph.labels.label(iri, self.request.data)
        if entry and brief.whole and brief.text != label.text:
            return self.label_html(brief._replace(texts=entry.brief)), self.label(iri)
        return self.label(iri), None

    def cached(self, manner: str, iri: str, write: Callable[[str], Cached]) -> Cached:
        """What is written of a thing in a manner, once for all pages from which things are named and linked alike."""
        if self.arguments.get("data"):
            return write(iri)
        at = CacheKey(manner, iri, self.language, self.request.folder)
        written = self.site_context.html_cache
        if at not in written:
            if len(written) >= _MOST_CACHED:
                written.clear()
            written[at] = write(iri)
        value: Cached = written[at]
        return value

    @_cached_markup
    def link(self, iri: str) -> Markup:
        """A link with the full name, or the short one of a plan or text; behind a title, who published it and when."""
        entry = self.entry(iri)
        brief = self.graph.labels.brief(iri, self.request.data)
        if entry and entry.kind in ("plan", "instrument") and brief.whole:
            words = self.label_html(brief, in_link=True)
        else:
            words = self.label(iri, in_link=True)
        link = self.link_to(self.address(iri), words)
        if entry and entry.kind == "document" and "" not in entry.texts:
            return link + self._imprint(iri)
        return link

    def _imprint(self, document: str) -> str:
        """The publisher of a document and its date, as far as they are known, in brackets."""
        told = []
        for name in (PAN + "publisherName", DCTERMS + "date"):
            told += self.graph.statements.values(document, name)
        return f" ({', '.join(told)})" if told else ""

    @_cached_markup
    def short_link(self, iri: str) -> Markup:
        """A link with the shortest name: the short one, else one of few letters, else a title cut short."""
        brief = self.graph.labels.brief(iri, self.request.data)
        if brief.whole:
            return self.link_to(self.address(iri), brief.text)
        names = self.graph.statements.values(iri, SKOS + "altLabel")
        shortest = min(names, key=lambda name: (len(name), name), default="")
        if 0 < len(shortest) <= _LONGEST_SHORT_NAME:
            return self.link_to(self.address(iri), shortest)
        label = self.graph.labels.label(iri, self.request.data)
        shortened = labels.Name(labels.shortened(label.text), label.language, {})
        words = self.label_html(shortened, self._number(iri), in_link=True)
        return self.link_to(self.address(iri), words)

    @_cached_markup
    def plain_link(self, iri: str) -> Markup:
        """A link with the full name in one language alone, which a script does not change."""
        language = self.graph.labels.label(iri, self.request.data).language
        words = piece("spoken")(self.name(iri), self.foreign_language(language))
        return self.link_to(self.address(iri), words)

    def column_link(self, iri: str) -> Markup:
        """The link at the head of a column."""
        is_brief = self.graph.labels.brief(iri, self.request.data).whole
        return self.link(iri) if is_brief else self.short_link(iri)

    def links(self, iris: Iterable[str]) -> Markup:
        """Links on one line."""
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def link_list(self, iris: Iterable[str]) -> Markup:
        """Links as a list, folded where there are many; a dash for none."""
        items = [self.link(iri) for iri in iris]
        if not items:
            return markup("–")
        folded = self.t("list-show", n=len(items)) if len(items) > _MOST_UNFOLDED else ""
        return piece("listed")(items, folded)

    def pair_address(self, plan: str, partner: str, **arguments: str) -> str:
        """The page with what links two plans, else the row of the pair, else what they share; empty for no plans."""
        if not self.entry(plan) or not self.entry(partner):
            return ""
        key = addresses.pair_key(self.key(plan), self.key(partner))
        pair = (min(plan, partner), max(plan, partner))
        pairs = self.site_context.pairs
        if self.is_served or pairs.get(pair):
            return self.href(f"pair/{key}.html", **arguments)
        if pair in pairs:
            # a pair of other countries has no page in an export, but a row in the list of pairs
            return self.href(f"pairs.html#{key}")
        return self.href("shared.html", plans=key)

    def picture_address(self, things: tuple[str, ...]) -> str:
        """Where a mark in a picture leads that stands for these things."""
        entries = [entry for entry in map(self.entry, things) if entry and entry.has_page]
        plans = [entry.iri for entry in entries if entry.kind == "plan"]
        if len(plans) == 2 and len(things) == 2:
            return self.pair_address(*plans)
        return self.href(entries[0].address) if entries else ""

    def label_html(self, label: labels.Name, number: str = "", *, in_link: bool = False) -> Markup:
        """A name with its language where that is not the page's, and those in others, by which the script changes it.

        In a link the script knows these by the address.
        """
        texts = {}
        if not in_link:
            texts = {tag: label.texts[tag] for tag in LANGUAGES if tag in label.texts}
        # the others are a list of languages with their texts
        others = []
        if len(set(texts.values())) > 1:
            others = [text for text in texts.items() if text != (label.language, label.text)]
        is_fallback = bool(label.language) and label.language != self.request.data
        language = label.language if label.language != self.language or others else ""
        return piece("label")(label.text, language, others, is_fallback, number)


def embedded(value: object) -> Markup:
    """A value as JSON that may stand inside a script element: nothing in it can end the element.

    >>> str(embedded({"a": "</script>"}))
    '{"a":"\\\\u003c/script>"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return markup(
        text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
