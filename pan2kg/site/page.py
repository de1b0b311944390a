"""What a page is made of: its kind, what all pages of a site share, how one names and links things, its frame.

A module of pages lists its own in ``PAGES`` and ``FILES``, which :mod:`pan2kg.site.registry` gathers. Links are
relative to the page, so that a site works in any folder of any host.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeVar, cast
from urllib.parse import urlencode

from markupsafe import Markup

from pan2kg.charts.registry import draw_on
from pan2kg.charts.subject import Subject
from pan2kg.coherence import bodies, evidence
from pan2kg.coherence.known import Known, basis_line
from pan2kg.graph import labels
from pan2kg.graph.graph import Graph
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, Text, format_of, grouped
from pan2kg.i18n.message import in_words
from pan2kg.site.bundle import Bundle
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store
from pan2kg.tables import gaps, registry, table
from pan2kg.tables.figure_words import according_to, basis_words, named
from pan2kg.tables.registry import TABLES
from pan2kg.tables.template import macro, markup
from pan2kg.turtle.vocabulary import PAN, SKOS, is_ours

HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
SVG = "image/svg+xml"
TURTLE = "text/turtle; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"

ASKED: Final = ("evidence", "topic", "body", "year")
"""How the parts of a choice are called in an address."""
EVIDENCE: Final = "evidence"
"""How the level is called in an address."""
BEFORE: Final[Mapping[str, evidence.Level]] = {
    "declared": evidence.Level.OTHER, "inferred": evidence.Level.EDITORS, "all": evidence.Level.EDITORS,
}  # fmt: skip
"""What addresses of the first release asked for, as the levels that show at least the same."""
NOTHING: Mapping[str, str] = MappingProxyType({})
ENDONYMS: Final[Mapping[Language, str]] = {tag: format_of("name", tag) for tag in LANGUAGES}
_PAGE: Final = Messages("page")
_EVERYWHERE: Final = ("copy", "table", "search")
"""The groups of words for the scripts of every page."""
_UNFOLDED = 12
"""How many things are listed in a cell without being folded."""
_SHORT = 24
"""How long another name of a thing may be to stand for it where there is little room."""
_MOST = 50_000
"""How much of what is written of things is kept for other pages: all of a large graph, in three languages."""

Values = Mapping[str, object]
Mode = Literal["served", "static"]
Made = TypeVar("Made")
piece: Final = partial(macro, "_pieces.html")
"""The macro of a name, for what pages have by the thousand; what it is given is escaped unless it is markup."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file of the site: its path below the root (``fr/plan/lu-bhr-2.html``), media type and bytes.

    One that ``is_passing`` says what is being computed, and soon something else of the same data.
    """

    path: str
    media: str
    body: bytes
    is_passing: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A kind of page: its name in an address, and all that is to be said of it.

    ``values`` gives what the template needs, with ``title`` always among it, or None where there is no such page.
    Without ``keys`` there is one page a language, ``fr/plans.html``; with them many, ``fr/plan/lu-bhr-2.html``, of
    which an export has those that are listed. ``template`` is that of the name where none is given, ``section`` the
    entry of the menu that is marked, ``menu`` the page's own place there, ``below`` its place in the line of those that
    belong to one entry. On a page where something can be written down, ``chosen`` lists what may be chosen in its
    address, and nothing else of it is handed on.
    """

    name: str
    values: Callable[[PageContext], Values | None]
    keys: Callable[[SiteContext], Iterable[str]] | None = None
    template: str = ""
    section: str = ""
    menu: int = 0
    below: int = 0
    chosen: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file in a language that is no page: name or folder in its address, ending, media type, and what writes it.

    ``make`` gives None where there is no such file; a file without ``keys`` is one a language. One that is not
    ``exported`` is made only where there is a server.
    """

    name: str
    ending: str
    media: str
    make: Callable[[PageContext], str | bytes | None]
    keys: Callable[[SiteContext], Iterable[str]] | None = None
    exported: bool = True


@dataclass(frozen=True, slots=True)
class CommonFile:
    """A file for all languages: its path, its media type, and what writes it; ``exported`` where it is whole."""

    path: str
    media: str
    make: Callable[[SiteContext, Mapping[str, str]], bytes]
    exported: bool = True


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """At which level of evidence links are shown, and what plans must have to be shown; empty is no restriction."""

    level: evidence.Level = evidence.HEADLINE
    topic: str = ""
    body: str = ""
    year: int | None = None

    @property
    def restricts(self) -> bool:
        return bool(self.topic or self.body or self.year)

    def admits(self, facts: Facts) -> bool:
        """Whether a plan is shown; one whose period is unknown is left out where a year is chosen."""
        topics, bodies, since, until = facts
        if (self.topic and self.topic not in topics) or (self.body and self.body not in bodies):
            return False
        if self.year is None:
            return True
        return (since is not None or until is not None) and (since or 0) <= self.year <= (until or 9999)


Facts = tuple[frozenset[str], frozenset[str], int | None, int | None]
"""What a plan can be chosen by: topics and bodies, those of its actions included, first year and last."""


@dataclass(eq=False)
class SiteContext:
    """The graph pages show, the front end's files, how the pages will be read, and what was computed once for all.

    In mode ``served`` there is an endpoint behind the pages, in mode ``static`` the browser holds the graph itself.
    ``writable`` says whether reviews can be written down; ``catalogue`` is that of the release the pages belong to, and
    ``kept`` the folder where reports of checks are kept, None where they are not.
    """

    graph: Graph
    mode: Mode = "static"
    bundle: Bundle | None = None
    writable: bool = False
    catalogue: Store | None = None
    kept: Path | None = None
    made: dict[Hashable, object] = field(default_factory=dict, repr=False)
    labels: dict[tuple[str, str, str], Markup] = field(default_factory=dict, repr=False)
    names: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    links: dict[tuple[str, str, str], object] = field(default_factory=dict, repr=False)

    @cached_property
    def lacks(self) -> Mapping[str, list[tuple[str, str, Text | None]]]:
        """The gaps each thing has a part in, as the pages of gaps list them: kind, what else has one, in what."""
        lacks: dict[str, list[tuple[str, str, Text | None]]] = {}
        for kind, find in gaps.KINDS.items() if self.graph.has_actions else ():
            for gap in find(self.graph, gaps.Scope()).gaps:
                lacks.setdefault(gap.subject, []).append((kind, gap.other, gap.detail))
                if gap.other:
                    lacks.setdefault(gap.other, []).append((kind, gap.subject, gap.detail))
        return lacks

    @cached_property
    def resting(self) -> frozenset[str]:
        uses = self.graph.uses
        return frozenset(uses.actions[at] for at in uses.table.rows.tolist())

    @cached_property
    def recorded(self) -> frozenset[str]:
        """The actions of which any of the five fields, a text, a body or a target group was recorded.

        Topics do not count: editors gave them from the title alone.
        """
        rows = bodies.completeness(self.graph.home_of, self.graph.fields)
        tagged = {profile.work for profile in self.graph.profiles if profile.bodies or profile.leads or profile.groups}
        return frozenset(self.resting | tagged | {row.action for row in rows if row.annotated})

    @cached_property
    def facts(self) -> Mapping[str, Facts]:
        topics: dict[str, set[str]] = {}
        involved: dict[str, set[str]] = {}
        for plan, topic, body in self.graph.read(program_query("site/topics-and-bodies")):
            for term, into in ((topic, topics), (body, involved)):
                if term:
                    into.setdefault(plan, set()).add(term)
        facts: dict[str, Facts] = {}
        for plan in (source.iri for source in self.graph.uses.plans):
            on, since, until = self.graph.periods.get(plan, ("", "", ""))
            first, last = (int(day[:4]) if day[:4].isdecimal() else None for day in (since or on, until))
            facts[plan] = frozenset(topics.get(plan, ())), frozenset(involved.get(plan, ())), first, last
        return facts

    @cached_property
    def told_pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs of plans that are linked, at whatever level: those an export has a page of."""
        return frozenset(meeting.plans for meeting in self.graph.meetings)

    def figures(self, name: str, language: Language, choice: registry.TableChoice = registry.DEFAULT) -> table.Table:
        """A table of figures; computed once a language where nothing in particular is chosen.

        Raises:
            QueryError: the choice names a plan the graph does not have.
        """
        make = partial(TABLES[name].make, self.graph.spoken(language), choice)
        return make() if choice.plans else self.once(("table", name, language, choice), make)

    def once(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """What is made of the graph for several pages, made when it is first asked for."""
        if name not in self.made:
            self.made[name] = make()
        return cast("Made", self.made[name])


@dataclass(frozen=True, slots=True)
class Request:
    """Which page is wanted: its language, the key in its address, and what was typed after the question mark."""

    path: str
    language: Language
    key: str = ""
    arguments: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def data(self) -> str:
        return self.arguments.get("data") or self.language

    @property
    def folder(self) -> str:
        return folder(self.path)


@lru_cache(maxsize=1 << 10)
def folder(path: str) -> str:
    """The folder of a page, without names that ways to others do not depend on: equally deep ones lead there alike.

    >>> folder("fr/plan/lu-bhr-2.html"), folder("fr/index.html"), folder("index.html")
    ('fr/*/', 'fr/', '')
    """
    top, *below = path.split("/")[:-1] or [""]
    return "/".join([top, *["*"] * len(below), ""]) if top else ""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What one page needs to name and address things in its language; its methods are what templates call."""

    site_context: SiteContext
    request: Request

    @property
    def graph(self) -> Graph:
        return self.site_context.graph

    @property
    def spoken(self) -> Graph:
        return self.graph.spoken(self.request.language)

    @property
    def subject(self) -> Subject:
        """What pictures are drawn from, with the addresses their marks lead to."""
        return Subject(self.spoken, self.picture_address)

    @property
    def level(self) -> evidence.Level:
        """The level the address asks for; that of the headline where it asks for none, or for none there is."""
        asked = self.request.arguments.get(EVIDENCE, "")
        level = BEFORE.get(asked) or evidence.level(asked)
        return level if level in evidence.FIGURED else evidence.HEADLINE

    @property
    def known(self) -> Known:
        return self.graph.known(self.level)

    @property
    def level_options(self) -> list[tuple[str, str]]:
        """The levels a reader can choose, from firm to weak, under what an address says."""
        levels = [("" if level is evidence.HEADLINE else level.key, level) for level in evidence.FIGURED]
        return [(key, self.caption(level)) for key, level in levels]

    @property
    def handed(self) -> dict[str, str]:
        return {} if self.level is evidence.HEADLINE else {EVIDENCE: self.level.key}

    def t(self, key: str, **values: object) -> str:
        return _PAGE.say(key, self.request.language, **values)

    def caption(self, level: evidence.Level) -> str:
        return according_to(level).say(self.request.language)

    def basis(self, knowledge: Known) -> str:
        return basis_words(basis_line(knowledge), self.request.language)

    def mark(self, level: evidence.Level | None) -> Markup:
        """The mark of a level beside what has it; nothing for what is outside every figure."""
        return piece("level")(level.key, named(level).say(self.request.language)) if level else markup("")

    def figure(self, number: int) -> str:
        return grouped(number, self.request.language)

    def draw(self, picture: str, level: evidence.Level | None = None, **parameters: object) -> Markup:
        """A picture of the registry, at the headline level where none is named."""
        subject = self.subject if level is None else replace(self.subject, level=level)
        return markup(draw_on(subject, picture, **parameters).svg)

    def href(self, path: str, /, **arguments: str) -> str:
        """The way to a page of the same language, given below its folder: ``plan/lu-bhr-2.html``."""
        return self.out(f"{self.request.language}/{path}", **arguments)

    def out(self, path: str, /, **arguments: str) -> str:
        """The way to a page or file given below the root of the site."""
        chosen = self.request.arguments.get("data")
        if not chosen and not arguments:
            return labels.way(self.request.folder, path)
        asked = {**({"data": chosen} if chosen and path.partition("#")[0].endswith(".html") else {}), **arguments}
        file, hash_, fragment = labels.way(self.request.folder, path).partition("#")
        return f"{file}{f'?{urlencode(asked)}' if asked else ''}{hash_}{fragment}"

    def chosen(self, *names: str) -> dict[str, str]:
        """Those of the arguments of the address that have a value, to hand them on."""
        given = self.request.arguments
        return {name: given[name] for name in names if given.get(name)}

    def address(self, iri: str) -> str:
        """Where a thing leads: to its page or place, else to the address it has from others; empty for neither.

        A document stands on the page of sources, a concept or term in the documentation of the ontology, and a link
        on the page of one of its ends.
        """
        entry = self.graph.labels.entry(iri)
        if entry and entry.has_page:
            return self.href(entry.address)
        if not (entry and is_ours(iri)):
            return iri if iri.startswith(("https://", "http://")) and not is_ours(iri) else ""
        if entry.kind == "document":
            return self.href(f"sources.html#{entry.key}")
        if entry.kind == "link":
            ends = map(self.graph.labels.entry, self.graph.statements.ends(iri))
            end = next((end for end in ends if end and end.has_page), None)
            return self.href(f"{end.address}#{entry.key}") if end else ""
        if entry.type == SKOS + "Concept":
            return self.href(f"ontology.html#{entry.kind}-{entry.key}")
        return self.href(f"ontology.html#{iri.removeprefix(PAN)}") if iri.startswith(PAN) else ""

    def name(self, iri: str) -> str:
        """What a thing is called, as plain text, with its printed number."""
        at, cached = (iri, self.request.data), self.site_context.names
        if at in cached:
            return cached[at]
        name = self._numbered(iri, self.graph.labels.label(iri, self.request.data).text)
        if self._is_kept(iri):
            cached[at] = name
        return name

    def by_name(self, iris: Iterable[str]) -> list[str]:
        return sorted(iris, key=lambda iri: (self.name(iri).casefold(), iri))

    def called(self, iri: str) -> str:
        brief = self.graph.labels.brief(iri, self.request.data)
        return brief.text if brief.whole else self.name(iri)

    def key(self, iri: str) -> str:
        entry = self.graph.labels.entry(iri)
        return entry.key if entry else ""

    def label(self, iri: str) -> Markup:
        """What a thing is called, marked with its language and with its names in the others."""
        at, cached = (iri, self.request.language, self.request.data), self.site_context.labels
        if at in cached:
            return cached[at]
        label = self._marked(self.graph.labels.label(iri, self.request.data), self._number(iri))
        if self._is_kept(iri):
            cached[at] = label
        return label

    def _is_kept(self, iri: str) -> bool:
        # readers must not fill what is kept with things they think up
        return self.request.data in LANGUAGES and self.graph.labels.entry(iri) is not None

    def heading(self, iri: str) -> tuple[Markup, Markup | None]:
        """What heads the page of a thing, and its full name to stand below where that is a short one."""
        entry, brief = self.graph.labels.entry(iri), self.graph.labels.brief(iri, self.request.data)
        if entry and brief.whole:
            return self._marked(replace(brief, texts=entry.brief)), self.label(iri)
        return self.label(iri), None

    def text(self, texts: Mapping[str, str]) -> Markup:
        return self._marked(labels.best(texts, self.request.data)) if texts else markup("")

    def kept(self, manner: str, iri: str, make: Callable[[str], Made]) -> Made:
        """What is written of a thing in some manner, made once for all pages that lead elsewhere by the same ways."""
        request = self.request
        if request.arguments.get("data"):
            return make(iri)
        at, cached = (f"{manner} {request.language}", iri, request.folder), self.site_context.links
        made = cached.get(at)
        if made is None:
            if len(cached) >= _MOST:
                cached.clear()
            made = cached[at] = make(iri)
        return cast("Made", made)

    def link(self, iri: str) -> Markup:
        """A thing's name leading to its page, where it is told in full; of a plan or text the short one."""
        return self.kept("link", iri, self._link)

    def _link(self, iri: str) -> Markup:
        entry, brief = self.graph.labels.entry(iri), self.graph.labels.brief(iri, self.request.data)
        if entry and entry.kind in ("plan", "instrument") and brief.whole:
            return self.lead(self.address(iri), self._marked(replace(brief, texts=entry.brief)))
        return self.lead(self.address(iri), self.label(iri))

    def brief(self, iri: str) -> Markup:
        """A thing's name leading to its page, without its names in other languages: for long lists."""
        return self.kept("brief", iri, self._brief)

    def _brief(self, iri: str) -> Markup:
        label = self.graph.labels.label(iri, self.request.data)
        strange = label.language and label.language != self.request.language
        return self.lead(
            self.address(iri), piece("spoken")(self._numbered(iri, label.text), label.language if strange else "")
        )

    def short(self, iri: str) -> Markup:
        """A thing's short name, or its own without the middle, leading to its page; the title says it in full."""
        return self.kept("short", iri, self._short)

    def _short(self, iri: str) -> Markup:
        brief = self.graph.labels.brief(iri, self.request.data)
        others = (name for name in self.graph.statements.values(iri, SKOS + "altLabel") if len(name) <= _SHORT)
        own = brief.text if brief.whole else min(others, key=lambda name: (len(name), name), default="")
        label = self.graph.labels.label(iri, self.request.data)
        texts = {tag: labels.shortened(words) for tag, words in label.texts.items()}
        shortened = labels.Name(labels.shortened(label.text), label.language, texts)
        return piece("titled_lead")(self.address(iri), self.name(iri), own or self._marked(shortened))

    def head(self, iri: str) -> Markup:
        """A thing's short name at the head of a column, as rows have it; without one, its name without the middle."""
        return self.link(iri) if self.graph.labels.brief(iri, self.request.data).whole else self.short(iri)

    def lead(self, address: str, content: Markup | str) -> Markup:
        return piece("lead")(address, content)

    def links(self, iris: Iterable[str]) -> Markup:
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def listed(self, iris: Iterable[str]) -> Markup:
        """Several things one below the other, folded where there are many; a dash for none."""
        items = [self.link(iri) for iri in iris]
        if not items:
            return markup("–")
        return piece("listed")(items, self.t("list-show", n=len(items)) if len(items) > _UNFOLDED else "")

    def pair(self, plan: str, partner: str) -> str:
        """The way to the page of two plans, by IRI; where there is none, to what plans have in common beside texts."""
        keys = [entry.key for entry in map(self.graph.labels.entry, (plan, partner)) if entry]
        if len(keys) != 2:
            return ""
        key, pair = labels.pair_key(*keys), (min(plan, partner), max(plan, partner))
        if self.site_context.mode == "static" and pair not in self.site_context.told_pairs:
            return self.href("shared.html", plans=key)
        return self.href(f"pair/{key}.html")

    def picture_address(self, things: tuple[str, ...]) -> str:
        """Where a mark of a picture leads that stands for some things."""
        entries = [entry for entry in map(self.graph.labels.entry, things) if entry and entry.has_page]
        plans = [entry.iri for entry in entries if entry.kind == "plan"]
        if len(plans) == 2 and len(things) == 2:
            return self.pair(*plans)
        return self.href(entries[0].address) if entries else ""

    def _number(self, iri: str) -> str:
        entry = self.graph.labels.entry(iri)
        return entry.notation if entry and entry.kind in ("action", "category", "part") else ""

    def _numbered(self, iri: str, words: str) -> str:
        number = self._number(iri)
        return f"{number} {words}" if number and number != words else words

    def _marked(self, label: labels.Name, number: str = "") -> Markup:
        others = {tag: label.texts[tag] for tag in LANGUAGES if tag in label.texts}
        varied = others if len(set(others.values())) > 1 else {}
        swaps = [swap for swap in varied.items() if swap != (label.language, label.text)]
        strange = bool(label.language) and label.language != self.request.data
        return piece("label")(label.text, label.language, swaps, strange, number)


def frame(context: PageContext, pages: Mapping[str, View]) -> dict[str, object]:
    """The values every template can use; ``pages`` are those with one a language, by name."""
    request, site_context = context.request, context.site_context
    inside = request.path.partition("/")[2] or "index.html"
    view = pages.get(inside.removesuffix(".html"))
    # another language shows the same; on the pages of forms that write, only what is chosen there: the secret of a
    # session, what was typed, and what came of it must stand in no link
    in_address = {
        name: text for name, text in request.arguments.items()
        if name != "data" and (view is None or view.chosen is None or name.partition(":")[0] in view.chosen)
    }  # fmt: skip

    def entries(place: str, views: Iterable[View]) -> list[tuple[str, str, str, bool]]:
        """The pages that have a place, in its order: name, address, words, and whether it is the one shown."""
        placed = sorted((view for view in views if getattr(view, place)), key=lambda view: int(getattr(view, place)))
        files = [(view.name, f"{view.name}.html") for view in placed]
        return [(name, context.href(file), context.t(f"menu-{name}"), inside == file) for name, file in files]

    def section_pages(section: str) -> list[tuple[str, str, str, bool]]:
        """The pages that belong to an entry of the menu, with that first; nothing where it stands alone."""
        line = entries("below", (view for view in pages.values() if view.section == section))
        return [*entries("menu", (view for view in pages.values() if view.name == section)), *line] if line else []

    bundle = site_context.bundle
    return {
        "say": context,
        "t": context.t,
        "language": request.language,
        "data_language": request.arguments.get("data", ""),
        "in_address": in_address,
        "languages": [
            (tag, ENDONYMS[tag], context.out(f"{tag}/{inside}", **in_address), tag == request.language)
            for tag in LANGUAGES
        ],
        "endonyms": ENDONYMS,
        "menu": entries("menu", pages.values()),
        "section_pages": section_pages,
        "section": "",
        "root": labels.root(request.path),
        "mode": site_context.mode,
        "path": request.path,
        "release": site_context.graph.release,
        "licence": site_context.graph.notice.licence,
        "as_of": in_words(site_context.graph.as_of, request.language),
        "style": bundle.name("site.css") if bundle else "",
        "script": bundle.name("main.js") if bundle else "",
        "page_words": partial(page_words, request.language),
    }


def page_words(language: Language, scripts: Iterable[str] = ()) -> Markup:
    return _page_words(language, (*_EVERYWHERE, *scripts))


@cache
def _page_words(language: Language, scripts: tuple[str, ...]) -> Markup:
    return embedded({name: script_words(language, name) for name in scripts})


def script_words(language: Language, name: str) -> dict[str, str]:
    """The words of one group, by key; of a message with plural forms both, with a bar between them.

    >>> script_words("fr", "copy")["done"], script_words("de", "network")["links"]
    ('Copié', '{n} Verknüpfung|{n} Verknüpfungen')
    """
    words = _PAGE.group(f"script-{name}-", language)
    if name == "network":
        types = {key: word for key, word in script_words(language, "search").items() if key.startswith("type-")}
        words = {**types, **words, "colon": format_of("colon", language)}
    return words


def embedded(value: object) -> Markup:
    """A value as JSON that may stand inside a script element: nothing in it can end the element.

    >>> str(embedded({"a": "</script>"}))
    '{"a":"\\\\u003c/script>"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
