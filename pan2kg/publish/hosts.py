"""How servers lead to the files of a release: rules for w3id.org, for Apache and for nginx.

None of them knows a link, a plan or an action: a document that is there is found by its name, one that is not is a 404.
Only what was retired is listed, for the servers that hold the files, since a file alone cannot say 410. Apache
negotiates by itself, with q-values; nginx by patterns, to a tenth; w3id.org, where a rule can only look for a media
type, leads to a document in the form asked for, or all to a host that negotiates, where one was named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.publish.documents import DOCUMENTS, GRAPHS, LINKS, SHARED, Described
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.folder import VERSIONS

W3ID: Final = "w3id/.htaccess"
APACHE: Final = ".htaccess"
NGINX: Final = "nginx.conf"
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
_LINK: Final = rf"(?:id|{DOCUMENTS})/link/(.{{{SHARED}}})([^/.]+)"
"""The address of a link, or of its document: those whose keys begin alike are told in one."""
_AT_KEY: Final = "#$1$2"
_ABOUT: Final = "(?:dataset|catalogue|contributors|publisher|profile)"
_ONTOLOGY_FORMS: Final = ("jsonld", "rdf", "ttl")


@dataclass(frozen=True, slots=True)
class Rule:
    """Paths below a base, where they lead, and for whom: an empty ``accepts`` is everybody.

    >>> Rule("id/(.+)", "doc/$1.ttl", "text/turtle").leads("id/plan/lu-bhr-2", "text/turtle;q=0.5")
    'doc/plan/lu-bhr-2.ttl'
    """

    pattern: str
    target: str
    accepts: str = ""
    flags: str = "R=303,L,NE"

    def written(self, host: str = "") -> str:
        """The rule as Apache's mod_rewrite reads it."""
        before = f"RewriteCond %{{HTTP_ACCEPT}} {_wanted(self.accepts)}\n" if self.accepts else ""
        whole = self.target == "-" or "://" in self.target
        return f"{before}RewriteRule ^{self.pattern}$ {'' if whole else host}{self.target} [{self.flags}]\n"

    def leads(self, path: str, accept: str = "") -> str | None:
        """Where the rule leads a path, below the address of the files; ``None`` where it does not apply."""
        match = re.fullmatch(self.pattern, path)
        if not match or (self.accepts and not re.search(_wanted(self.accepts), accept)):
            return None
        return re.sub(r"\$(\d)", lambda number: match[int(number[1])] or "", self.target)


def _wanted(media: str) -> str:
    """A pattern for an Accept header that names a media type and does not exclude it (``q=0``)."""
    return rf"{re.escape(media)}(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))".replace(" ", r"\s")


def w3id_rules(service: str = "") -> list[Rule]:
    """The rules for the folder of the permanent identifier; the same for every release.

    Without a host that negotiates (``service``), who names HTML is led to it, as a browser does, else who names data to
    those, and all others to HTML.
    """
    if service:
        return [Rule("(.*)", f"{service.rstrip('/')}/$1")]
    links = _forms(_LINK, f"{LINKS}/$1", _AT_KEY)
    things = _forms(f"(?:id/(.+)|{DOCUMENTS}/([^.]+))", f"{DOCUMENTS}/$1$2")
    return [*links, *things, *_common(), Rule("(.*)", "$1")]


def _forms(pattern: str, target: str, at: str = "") -> Iterator[Rule]:
    yield Rule(pattern, f"{target}.html{at}", "text/html")
    yield from (Rule(pattern, f"{target}.{ending}{at}", MEDIA[ending]) for ending in FORMS)
    yield Rule(pattern, f"{target}.html{at}")


def _common() -> Iterator[Rule]:
    """What every server says of the dataset, its versions, the ontology, named graphs and questions."""
    yield Rule(r"dataset/([0-9][^/]*)/?", f"{VERSIONS}/$1/")
    yield Rule(r"ontology/([0-9][^/]*[0-9])", "ontology/$1.ttl")
    yield Rule("ontology", "ontology/index.fr.html", "text/html")
    yield from (Rule("ontology", f"ontology/pan2kg.{ending}", MEDIA[ending]) for ending in _ONTOLOGY_FORMS)
    yield Rule("ontology", "ontology/pan2kg.ttl")
    yield Rule(_ABOUT, "index.html", "text/html")
    yield from (Rule(_ABOUT, f"catalogue.{ending}", MEDIA[ending]) for ending in _ONTOLOGY_FORMS)
    yield Rule(_ABOUT, "index.html")
    yield Rule(rf"({GRAPHS}/[^.]+)", "$1.ttl")
    yield Rule(r"(?:prefixes|query(?:/[^/]+)?)", "queries.ttl")


def retired_places(described: Described) -> dict[str, str]:
    """What was given up, by its place below ``id/``, with the document of the one thing of ours that took its place."""
    found = {}
    for iri in described.retired:
        following = [one for one in described.successors(iri) if not described.is_retired(one)]
        heir = described.places.get(following[0], "") if len(following) == 1 else ""
        found[described.own_places[iri].removeprefix(f"{DOCUMENTS}/")] = heir
    return found


def retired_rules(retired: Mapping[str, str]) -> Iterator[Rule]:
    """What was given up is gone; an identifier that one thing of ours took the place of leads on to it."""
    for place, heir in retired.items():
        forms = rf"(?:id|{DOCUMENTS})/{re.escape(place)}(?:\.(?:html|{'|'.join(FORMS)}))?"
        yield Rule(forms, heir, flags="R=301,L,NE") if heir else Rule(forms, "-", flags="G")


def host_files(edition: Edition, places: Mapping[str, str], *, has_base: bool, service: str) -> Iterator[File]:
    """The rules for each kind of server; ``places`` are those of what was retired.

    ``has_base`` says that the files have an address; without one, the rules for w3id.org name a host to be filled in.
    """
    retired = list(retired_rules(places))
    path = urlsplit(edition.issue.addresses.base).path if has_base else "/"
    host = edition.issue.addresses.base if has_base else PLACEHOLDER
    yield W3ID, _w3id(edition, host, w3id_rules(service), has_base=has_base)
    yield APACHE, _apache(path, retired)
    yield f"{DOCUMENTS}/{APACHE}", _APACHE_DOCUMENTS
    yield NGINX, _nginx(path, retired)


def _w3id(edition: Edition, host: str, rules: Sequence[Rule], *, has_base: bool) -> bytes:
    head = _W3ID.read_text("utf-8").format(root=edition.issue.addresses.root)
    remark = "" if has_base else f"# {host} stands for the address of the files\n"
    return (head + remark + "".join(rule.written(host) for rule in rules)).encode()


_W3ID: Final = Path(__file__).with_name("w3id.txt")


_LESS: Final = ";qs=0.999"
"""A little less than the page, for who asks for nothing in particular; Apache takes it off again."""
_APACHE: Final = Path(__file__).with_name("apache.txt")


_APACHE_DOCUMENTS: Final = b"""\
# A document comes in the form asked for, by the names of its files.
Options +MultiViews
"""


def _apache(path: str, retired: Sequence[Rule]) -> bytes:
    types = "".join(
        f'AddType "{media}; charset=utf-8{_LESS if ending in FORMS else ""}" .{ending}\n'
        for ending, media in MEDIA.items()
        if ending != "html"
    )
    types += "".join(f'AddType "{media}" .{ending}\n' for ending, media in OTHER_MEDIA.items())
    # a language in the name of a file is for people: it says nothing of how the file is to be negotiated
    types += f"RemoveLanguage {' '.join(f'.{tag}' for tag in LANGUAGES)}\n"
    return (
        _APACHE.read_text("utf-8")
        .format(
            types=types,
            path=path,
            documents=DOCUMENTS,
            links=Rule(_LINK, f"{LINKS}/$1{_AT_KEY}").written(),
            retired="".join(rule.written() for rule in retired),
            common="".join(rule.written() for rule in _common()),
        )
        .encode()
    )


_NGINX: Final = Path(__file__).with_name("nginx.txt")


def _nginx(path: str, retired: Sequence[Rule]) -> bytes:
    types = "".join(
        f"        {media.partition(';')[0]} {ending};\n" for ending, media in {**MEDIA, **OTHER_MEDIA}.items()
    )
    more = {"css": "text/css", "svg": "image/svg+xml", "zip": "application/zip", "gz": "application/gzip"}
    types += "".join(f"        {media} {ending};\n" for ending, media in more.items())
    at = re.escape(path)
    gone = [rule for rule in retired if rule.target == "-"]
    moved = [rule for rule in retired if rule.target != "-"]
    return (
        _NGINX.read_text("utf-8")
        .format(
            forms="".join(f'    "~*{pattern}" .{ending};\n' for pattern, ending in preferences()),
            gone="".join(f'    "~^{at}{rule.pattern}$" 1;\n' for rule in gone),
            moved="".join(f'    "~^{at}{rule.pattern}$" {path}{rule.target};\n' for rule in moved),
            types=types,
            path=path,
            documents=DOCUMENTS,
            links=LINKS,
            shared=SHARED,
            versions=VERSIONS,
            about=_ABOUT,
            graphs=GRAPHS,
        )
        .encode()
    )


def preferences() -> Iterator[tuple[str, str]]:
    """Patterns of Accept headers that want data more than a page, or than the data before them; first match first.

    >>> wanted = [(re.compile(pattern), ending) for pattern, ending in preferences()]
    >>> def choose(accept): return next((ending for one, ending in wanted if one.search(accept)), "html")
    >>> choose("text/turtle"), choose("text/html;q=0.5, text/turtle;q=0.6"), choose("text/turtle;q=0.5, text/html")
    ('ttl', 'ttl', 'html')
    >>> choose("application/ld+json, text/turtle;q=0.9"), choose("text/turtle;q=0, text/html"), choose("*/*")
    ('jsonld', 'html', 'html')
    """
    least = ["1", *(str(tenth) for tenth in range(9, 0, -1))]
    for tenth in least:
        for ending in FORMS:
            wanted = rf"^(?=.*{_at(MEDIA[ending], tenth)})"
            page = "".join(rf"(?!.*{_at(MEDIA['html'], one)})" for one in least[: least.index(tenth) + 1])
            yield f"{wanted}{page}", ending


def _at(media: str, tenth: str) -> str:
    """A pattern for a media type with a quality: 1, which need not be said, or so many tenths."""
    weight = r"(?:\s*;\s*q=1(?:\.0*)?)?" if tenth == "1" else rf"\s*;\s*q=0?\.{tenth}\d*"
    return rf"{re.escape(media)}{weight}\s*(?:,|$)".replace("/", "/")
