"""How servers lead to the files of a release: rules for w3id.org, for Apache and for nginx.

None of them knows a link, a plan or an action: two patterns lead a thing to the document that tells it. Only what was
retired is listed, for the servers that hold the files, since a file alone cannot say 410. Apache negotiates by itself,
with q-values; nginx by patterns, to a tenth; w3id.org, where a rule can only look for a media type, leads to a document
in the form asked for, or all to a host that negotiates, where one was named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.publish.documents import ALL, DOCUMENTS, GRAPHS, SHARED, SPLIT, Described
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.folder import VERSIONS

PLACEHOLDER: Final = "https://host.example/pan2kg/"
MEDIA: Final = {
    "html": "text/html",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "csv": "text/csv",
    "rq": "application/sparql-query",
    "atom": "application/atom+xml",
    "md": "text/markdown",
    "ru": "application/sparql-update",
}
"""The media type of each kind of text in a release, by its ending; all in UTF-8."""
OTHER_MEDIA: Final = {
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "js": "text/javascript; charset=utf-8",
    "wasm": "application/wasm",
    "xml": "application/xml",
}
FORMS: Final = ("ttl", "jsonld")
"""The forms of a document beside its page."""
APART: Final = ("part", "provision", "category", "conflict")
"""The kinds of things that have no pages of their own in a release: their documents tell them."""
GATHERED: Final = {"network": "html", "network-around": "js"}
"""Pages and files a plan that a service makes when they are asked for; a release has the one of all plans."""
_KINDS: Final = "|".join(APART)
_THING: Final = rf"(?:id|{DOCUMENTS})/({SPLIT})/({SHARED})"
_TOGETHER: Final = rf"(?:id|{DOCUMENTS})/(?!(?:{SPLIT})/)([^/.]+)/(?!{ALL}$)([^/.]+)"
_GRAPH: Final = rf"({GRAPHS}/[^/.]+(?:/[^/.]+)?)(?:/[^.]+)?"
_ABOUT: Final = "(?:dataset|catalogue|contributors|publisher|profile)"
_ONTOLOGY_FORMS: Final = ("jsonld", "rdf", "ttl")
_ENDINGS: Final = "|".join(("html", *FORMS))


class HostRule(NamedTuple):
    pattern: str
    target: str
    accepts: str = ""
    flags: str = "R=303,L,NE"

    def _wanted(self) -> str:
        return rf"{re.escape(self.accepts)}(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))".replace(" ", r"\s")

    def written(self, host: str = "") -> str:
        condition = f"RewriteCond %{{HTTP_ACCEPT}} {self._wanted()}\n" if self.accepts else ""
        is_whole = self.target == "-" or "://" in self.target
        return f"{condition}RewriteRule ^{self.pattern}$ {'' if is_whole else host}{self.target} [{self.flags}]\n"

    def leads(self, path: str, accept: str = "") -> str | None:
        match = re.fullmatch(self.pattern, path)
        if not match or (self.accepts and not re.search(self._wanted(), accept)):
            return None
        return re.sub(r"\$(\d)", lambda number: match[int(number[1])] or "", self.target)


MOVED: Final = tuple(HostRule(pattern, target, flags="R=301,L,NE") for pattern, target in (
    (rf"{DOCUMENTS}/link/([0-9a-f])[0-9a-f]\.({_ENDINGS})", f"{DOCUMENTS}/link/$1.$2"),
    (rf"{DOCUMENTS}/({SPLIT})/({SHARED})([^/.]+)\.({_ENDINGS})", f"{DOCUMENTS}/$1/$2.$4#$2$3"),
    (rf"{DOCUMENTS}/(?!(?:{SPLIT})/)([^/.]+)/(?!{ALL}\.)([^/.]+)\.({_ENDINGS})", f"{DOCUMENTS}/$1/{ALL}.$3#$2"),
    (rf"({GRAPHS}/[^/.]+/[^/.]+)/[^.]+\.ttl", "$1.ttl"),
    (rf"(?:{'|'.join(LANGUAGES)})/({_KINDS})/([^/.]+)\.html", f"{DOCUMENTS}/$1/{ALL}.html#$2"),
    *((rf"({'|'.join(LANGUAGES)})/{folder}/[^/.]+\.{ending}", f"$1/network.{ending}")
      for folder, ending in GATHERED.items()),
))  # fmt: skip
"""Where files of earlier releases led: a document a thing, and pages of things that are told in documents now."""


def is_published(path: str) -> bool:
    return path.split("/")[1:2] not in ([folder] for folder in (*APART, *GATHERED))


def w3id_rules(service: str = "") -> list[HostRule]:
    """The rules for the folder of the permanent identifier; the same for every release.

    Without a host that negotiates (``service``), who names HTML is led to it, as a browser does, else who names data to
    those, and all others to HTML.
    """
    if service:
        return [HostRule("(.*)", f"{service.rstrip('/')}/$1")]
    return [
        *_forms(f"{_THING}([^/.]*)", f"{DOCUMENTS}/$1/$2", "#$2$3"),
        *_forms(_TOGETHER, f"{DOCUMENTS}/$1/{ALL}", "#$2"),
        *_forms(f"{DOCUMENTS}/([^/.]+(?:/{ALL})?)", f"{DOCUMENTS}/$1"),
        *MOVED[:4],
        *_common(),
        HostRule("(.*)", "$1"),
    ]


def _forms(pattern: str, target: str, at: str = "") -> Iterator[HostRule]:
    yield HostRule(pattern, f"{target}.html{at}", "text/html")
    yield from (HostRule(pattern, f"{target}.{ending}{at}", MEDIA[ending]) for ending in FORMS)
    yield HostRule(pattern, f"{target}.html{at}")


def _common() -> Iterator[HostRule]:
    yield HostRule(r"dataset/([0-9][^/]*)/?", f"{VERSIONS}/$1/")
    yield HostRule(r"ontology/([0-9][^/]*[0-9])", "ontology/$1.ttl")
    yield HostRule("ontology", "ontology/index.fr.html", "text/html")
    yield from (HostRule("ontology", f"ontology/pan2kg.{ending}", MEDIA[ending]) for ending in _ONTOLOGY_FORMS)
    yield HostRule("ontology", "ontology/pan2kg.ttl")
    yield HostRule(_ABOUT, "index.html", "text/html")
    yield from (HostRule(_ABOUT, f"catalogue.{ending}", MEDIA[ending]) for ending in _ONTOLOGY_FORMS)
    yield HostRule(_ABOUT, "index.html")
    yield HostRule(_GRAPH, "$1.ttl")
    yield HostRule(r"(?:prefixes|query(?:/[^/]+)?)", "queries.ttl")


def retired_places(described: Described) -> dict[str, str]:
    places = {}
    for iri in sorted(described.retired & described.places.keys()):
        heirs = [heir for heir in described.heirs.get(iri, ()) if heir not in described.retired]
        place = described.places.get(heirs[0], "") if len(heirs) == 1 else ""
        at_key = f"{place}#{described.keys[heirs[0]]}" if place else ""
        places[described.own_places[iri].removeprefix(f"{DOCUMENTS}/")] = at_key
    return places


def host_files(edition: Edition, retired: Mapping[str, str], *, has_base: bool, service: str) -> Iterator[File]:
    """The rules for each kind of server; ``retired`` are the places of what was given up, and of what followed.

    ``has_base`` says that the files have an address; without one, the rules for w3id.org name a host to be filled in.
    """
    path = urlsplit(edition.issue.addresses.base).path if has_base else "/"
    host = edition.issue.addresses.base if has_base else PLACEHOLDER
    # what was given up is gone; an identifier that one thing of ours took the place of leads on to it
    gone, moved = list[HostRule](), list[HostRule]()
    for place, heir in retired.items():
        pattern = rf"(?:id|{DOCUMENTS})/{re.escape(place)}(?:\.(?:{_ENDINGS}))?"
        if heir:
            moved.append(HostRule(pattern, heir, flags="R=301,L,NE"))
        else:
            gone.append(HostRule(pattern, "-", flags="G"))

    def written(name: str, **values: object) -> str:
        return Path(__file__).with_name(name).read_text("utf-8").format(**values)

    remark = "" if has_base else f"# {host} stands for the address of the files\n"
    rules = "".join(rule.written(host) for rule in w3id_rules(service))
    yield "w3id/.htaccess", (written("w3id.txt", root=edition.issue.addresses.root) + remark + rules).encode()
    # a little less than the page, for who asks for nothing in particular; Apache takes it off again
    types = "".join(
        f'AddType "{media}; charset=utf-8{";qs=0.999" if ending in FORMS else ""}" .{ending}\n'
        for ending, media in MEDIA.items() if ending != "html"
    )  # fmt: skip
    types += "".join(f'AddType "{media}" .{ending}\n' for ending, media in OTHER_MEDIA.items())
    # a language in the name of a file is for people: it says nothing of how the file is to be negotiated
    types += f"RemoveLanguage {' '.join(f'.{tag}' for tag in LANGUAGES)}\n"
    led = [HostRule(f"{_THING}([^/.]+)", f"{DOCUMENTS}/$1/$2#$2$3"), HostRule(_TOGETHER, f"{DOCUMENTS}/$1/{ALL}#$2"),
           HostRule("id/(.+)", f"{DOCUMENTS}/$1")]  # fmt: skip
    yield ".htaccess", written(
        "apache.txt", types=types, path=path,
        rules="".join(rule.written() for rule in (*gone, *moved, *MOVED, *led, *_common())),
    ).encode()  # fmt: skip
    yield (
        f"{DOCUMENTS}/.htaccess",
        (b"# A document comes in the form asked for, by the names of its files.\nOptions +MultiViews\n"),
    )
    more = {"css": "text/css", "svg": "image/svg+xml", "zip": "application/zip", "gz": "application/gzip"}
    media_types = {**MEDIA, **OTHER_MEDIA, **more}
    at = re.escape(path)
    yield "nginx.conf", written(
        "nginx.txt",
        forms="".join(f'    "~*{pattern}" .{ending};\n' for pattern, ending in preferences()),
        gone="".join(f'    "~^{at}{rule.pattern}$" 1;\n' for rule in gone),
        moved="".join(f'    "~^{at}{rule.pattern}$" {path}{rule.target};\n' for rule in moved),
        types="".join(f"        {media.partition(';')[0]} {ending};\n" for ending, media in media_types.items()),
        places="".join(
            f'    location ~ "^{path}{rule.pattern}$" {{\n        return 301 {path}{rule.target};\n    }}\n'
            for rule in MOVED
        ),
        path=path, documents=DOCUMENTS, thing=f"{_THING}([^/.]+)", together=_TOGETHER, all=ALL, versions=VERSIONS,
        about=_ABOUT, graph=_GRAPH,
    ).encode()  # fmt: skip


def preferences() -> Iterator[tuple[str, str]]:
    """Patterns of Accept headers that want data more than a page, or than the data before them; first match first.

    >>> wanted = [(re.compile(pattern), ending) for pattern, ending in preferences()]
    >>> def choose(accept): return next((ending for one, ending in wanted if one.search(accept)), "html")
    >>> choose("text/turtle"), choose("text/html;q=0.5, text/turtle;q=0.6"), choose("text/turtle;q=0.5, text/html")
    ('ttl', 'ttl', 'html')
    >>> choose("application/ld+json, text/turtle;q=0.9"), choose("text/turtle;q=0, text/html"), choose("*/*")
    ('jsonld', 'html', 'html')
    """

    def at(media: str, tenth: str) -> str:
        # a media type with a quality: 1, which need not be said, or so many tenths
        weight = r"(?:\s*;\s*q=1(?:\.0*)?)?" if tenth == "1" else rf"\s*;\s*q=0?\.{tenth}\d*"
        return rf"{re.escape(media)}{weight}\s*(?:,|$)"

    least = ["1", *(str(tenth) for tenth in range(9, 0, -1))]
    for tenth in least:
        for ending in FORMS:
            page = "".join(rf"(?!.*{at(MEDIA['html'], more)})" for more in least[: least.index(tenth) + 1])
            yield rf"^(?=.*{at(MEDIA[ending], tenth)}){page}", ending
