"""What one page needs to name things and to link: its language, its place in the site, and what was chosen.

Links are relative to the page, so that a site works in any folder of any host. Names and links are kept for other
pages as long as they are equal there, since a large site shows each name on hundreds of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlencode

from pan2kg.graph.labels import Entry, Labels, Name, best, pair_key, shortened, way
from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, grouped
from pan2kg.tables.template import macro, markup
from pan2kg.turtle.vocabulary import PAN, SKOS, is_ours

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.graph.graph import Graph
    from pan2kg.site.site_context import Made, SiteContext

_PAGE: Final = Messages("page")

_UNFOLDED = 12
"""How many things are listed in a cell without being folded."""
_SHORT = 24
"""How long another name of a thing may be to stand for it where there is little room."""
_MOST = 50_000
"""How much of what is written of things is kept for other pages: all of a large graph, in three languages."""


NOTHING: Mapping[str, str] = MappingProxyType({})
piece: Final = partial(macro, "_pieces.html")
"""The macro of a name, for what pages have by the thousand; what it is given is escaped unless it is markup."""


@dataclass(frozen=True, slots=True)
class Request:
    """Which page is wanted: its language, the key in its address, and what was typed after the question mark.

    ``data`` is the language titles are wanted in, by default that of the interface.

    >>> Request("fr/plan/lu-bhr-2.html", "fr", "lu-bhr-2", {"data": "en"}).data
    'en'
    """

    path: str
    language: Language
    key: str = ""
    arguments: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def data(self) -> str:
        """The language titles are wanted in."""
        return self.arguments.get("data") or self.language

    @property
    def folder(self) -> str:
        """The folder the page stands in, as far as ways to others depend on it."""
        return folder(self.path)


@lru_cache(maxsize=1 << 10)
def folder(path: str) -> str:
    """The folder of a page, without names that ways to others do not depend on: equally deep ones lead there alike.

    >>> folder("fr/plan/lu-bhr-2.html"), folder("fr/index.html"), folder("index.html")
    ('fr/*/', 'fr/', '')
    """
    first, *more = path.split("/")[:-1] or [""]
    return "/".join([first, *["*"] * len(more), ""]) if first else ""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What one page needs to name and address things in its language; its methods are what templates call."""

    site_context: SiteContext
    request: Request

    @property
    def graph(self) -> Graph:
        """The graph the page shows."""
        return self.site_context.graph

    @property
    def _index(self) -> Labels:
        return self.graph.labels

    def t(self, key: str, **values: object) -> str:
        """Words of the interface in the language of the page."""
        return _PAGE.say(key, self.request.language, **values)

    def figure(self, number: int) -> str:
        """A quantity in the language of the page."""
        return grouped(number, self.request.language)

    def href(self, path: str, /, **arguments: str) -> str:
        """The way to a page of the same language, given below its folder: ``plan/lu-bhr-2.html``."""
        return self.out(f"{self.request.language}/{path}", **arguments)

    def out(self, path: str, /, **arguments: str) -> str:
        """The way to a page or file given below the root of the site."""
        chosen = self.request.arguments.get("data")
        if not chosen and not arguments:
            return way(self.request.folder, path)
        asked = {**({"data": chosen} if chosen and path.partition("#")[0].endswith(".html") else {}), **arguments}
        file, hash_, fragment = way(self.request.folder, path).partition("#")
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
        entry = self._index.entry(iri)
        if entry and entry.has_page:
            return self.href(entry.address)
        if entry and is_ours(iri):
            return self._place(entry)
        return iri if iri.startswith(("https://", "http://")) and not is_ours(iri) else ""

    def _place(self, entry: Entry) -> str:
        if entry.kind == "document":
            return self.href(f"sources.html#{entry.key}")
        if entry.kind == "link":
            ends = map(self._index.entry, self.graph.statements.ends(entry.iri))
            end = next((end for end in ends if end and end.has_page), None)
            return self.href(f"{end.address}#{entry.key}") if end else ""
        if entry.type == SKOS + "Concept":
            return self.href(f"ontology.html#{entry.kind}-{entry.key}")
        return self.href(f"ontology.html#{entry.iri.removeprefix(PAN)}") if entry.iri.startswith(PAN) else ""

    def name(self, iri: str) -> str:
        """What a thing is called, as plain text, with its printed number."""
        at, known = (iri, self.request.data), self.site_context.names
        if at in known:
            return known[at]
        made = self._numbered(iri, self._index.label(iri, self.request.data).text)
        if self._is_kept(iri):
            known[at] = made
        return made

    def called(self, iri: str) -> str:
        """The short name of a thing as plain text, else its name."""
        brief = self._index.brief(iri, self.request.data)
        return brief.text if brief.whole else self.name(iri)

    def key(self, iri: str) -> str:
        """The key of a thing: short enough for the head of a column."""
        entry = self._index.entry(iri)
        return entry.key if entry else ""

    def label(self, iri: str) -> Markup:
        """What a thing is called, marked with its language and with its names in the others."""
        at, known = (iri, self.request.language, self.request.data), self.site_context.labels
        if at in known:
            return known[at]
        made = self._marked(self._index.label(iri, self.request.data), self._number(iri))
        if self._is_kept(iri):
            known[at] = made
        return made

    def _is_kept(self, iri: str) -> bool:
        """Whether what is made for a thing is kept for other pages: readers must not fill it with anything."""
        return self.request.data in LANGUAGES and self._index.entry(iri) is not None

    def heading(self, iri: str) -> tuple[Markup, Markup | None]:
        """What heads the page of a thing, and its full name to stand below where that is a short one."""
        entry, brief = self._index.entry(iri), self._index.brief(iri, self.request.data)
        if entry and brief.whole:
            return self._marked(replace(brief, texts=entry.brief)), self.label(iri)
        return self.label(iri), None

    def text(self, texts: Mapping[str, str]) -> Markup:
        """The same text in several languages, as a name is shown."""
        return self._marked(best(texts, self.request.data)) if texts else markup("")

    def link(self, iri: str) -> Markup:
        """A thing's name leading to its page, where it is told in full; of a plan or text the short one."""
        return self.kept("link", iri, self._link)

    def _link(self, iri: str) -> Markup:
        entry, brief = self._index.entry(iri), self._index.brief(iri, self.request.data)
        if entry and entry.kind in ("plan", "instrument") and brief.whole:
            return self.lead(self.address(iri), self._marked(replace(brief, texts=entry.brief)))
        return self.lead(self.address(iri), self.label(iri))

    def kept(self, manner: str, iri: str, make: Callable[[str], Made]) -> Made:
        """What is written of a thing in some manner, made once for all pages that lead elsewhere by the same ways."""
        request = self.request
        if request.arguments.get("data"):
            return make(iri)
        at, known = (f"{manner} {request.language}", iri, request.folder), self.site_context.links
        made = known.get(at)
        if made is None:
            if len(known) >= _MOST:
                known.clear()
            made = known[at] = make(iri)
        return cast("Made", made)

    def brief(self, iri: str) -> Markup:
        """A thing's name leading to its page, without its names in other languages: for long lists."""
        return self.kept("brief", iri, self._brief)

    def _brief(self, iri: str) -> Markup:
        label = self._index.label(iri, self.request.data)
        strange = label.language and label.language != self.request.language
        named = piece("spoken")(self._numbered(iri, label.text), label.language if strange else "")
        return self.lead(self.address(iri), named)

    def short(self, iri: str) -> Markup:
        """A thing's short name, or its own without the middle, leading to its page; the title says it in full."""
        return self.kept("short", iri, self._short)

    def _short(self, iri: str) -> Markup:
        brief = self._index.brief(iri, self.request.data)
        others = (name for name in self.graph.statements.values(iri, SKOS + "altLabel") if len(name) <= _SHORT)
        own = brief.text if brief.whole else min(others, key=lambda name: (len(name), name), default="")
        label = self._index.label(iri, self.request.data)
        texts = {tag: shortened(words) for tag, words in label.texts.items()}
        made = own or self._marked(Name(shortened(label.text), label.language, texts))
        return piece("titled_lead")(self.address(iri), self.name(iri), made)

    def head(self, iri: str) -> Markup:
        """A thing's short name at the head of a column, as rows have it; without one, its name without the middle."""
        return self.link(iri) if self._index.brief(iri, self.request.data).whole else self.short(iri)

    def lead(self, address: str, content: Markup | str) -> Markup:
        """Content that leads somewhere, or stays as it is where the address is empty."""
        return piece("lead")(address, content)

    def links(self, iris: Iterable[str]) -> Markup:
        """Several things one after the other."""
        return markup(", ".join(str(self.link(iri)) for iri in iris))

    def listed(self, iris: Iterable[str]) -> Markup:
        """Several things one below the other, folded where there are many; a dash for none."""
        items = [self.link(iri) for iri in iris]
        if not items:
            return markup("–")
        return piece("listed")(items, self.t("list-show", n=len(items)) if len(items) > _UNFOLDED else "")

    def pair(self, one: str, two: str) -> str:
        """The way to the page of two plans, by IRI; where there is none, to what plans have in common beside texts."""
        keys = [entry.key for entry in map(self._index.entry, (one, two)) if entry]
        if len(keys) != 2:
            return ""
        key, pair = pair_key(*keys), (min(one, two), max(one, two))
        if self.site_context.mode == "static" and pair not in self.site_context.told_pairs:
            return self.href("shared.html", plans=key)
        return self.href(f"pair/{key}.html")

    def picture_address(self, things: tuple[str, ...]) -> str:
        """Where a mark of a picture leads that stands for some things."""
        entries = [entry for entry in map(self._index.entry, things) if entry and entry.has_page]
        plans = [entry for entry in entries if entry.kind == "plan"]
        if len(plans) == 2 and len(things) == 2:
            return self.pair(plans[0].iri, plans[1].iri)
        return self.href(entries[0].address) if entries else ""

    def quoted(self, words: str, language: str) -> Markup:
        """A quotation, marked with its language where that is not the page's."""
        return piece("quoted")(words, language if language != self.request.language else "")

    def _number(self, iri: str) -> str:
        entry = self._index.entry(iri)
        return entry.notation if entry and entry.kind in ("action", "category", "part") else ""

    def _numbered(self, iri: str, words: str) -> str:
        number = self._number(iri)
        return f"{number} {words}" if number and number != words else words

    def _marked(self, label: Name, number: str = "") -> Markup:
        others = {tag: label.texts[tag] for tag in LANGUAGES if tag in label.texts}
        varied = others if len(set(others.values())) > 1 else {}
        swaps = [one for one in varied.items() if one != (label.language, label.text)]
        strange = bool(label.language) and label.language != self.request.data
        return piece("label")(label.text, label.language, swaps, strange, number)
