"""The rules by which a host leads addresses on: to documents, from where files stood, and from what was given up.

A rule is read alike by Apache, by nginx, by the folder of the permanent identifier at w3id.org, and by
the service of this program. ``host_files`` writes them down.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pan2kg.i18n import LANGUAGES
from pan2kg.publish.csv_tables import PACKED
from pan2kg.publish.document_places import (
    ALL,
    APART,
    DOCUMENTS,
    FORMS,
    GATHERED,
    GRAPHS,
    MEDIA,
    SHARED,
    SPLIT,
)
from pan2kg.publish.dumps import QUADS, TURTLE
from pan2kg.publish.folder import VERSIONS
from pan2kg.publish.version_folders import FOLDERS, OWN, UNKEPT
from pan2kg.store.queries import FORMER

THING = rf"(?:id|{DOCUMENTS})/({SPLIT})/({SHARED})"
"""How the address begins of a thing that one of several documents of its kind tells: kind and beginning of the key."""
TOGETHER = rf"(?:id|{DOCUMENTS})/(?!(?:{SPLIT})/)([^/.]+)/(?!{ALL}$)([^/.]+)"
"""The address of a thing that is told with all of its kind: kind and key."""
ABOUT = "(?:dataset|catalogue|contributors|publisher|profile)"
"""What the catalogue describes."""
_GRAPH = rf"({GRAPHS}/(?!derived/)[^/.]+(?:/[^/.]+)?)(?:/[^.]+)?"
_LANGUAGES = "|".join(LANGUAGES)
_ENDINGS = "|".join(("html", *FORMS))
_ONTOLOGY_FORMS = ("jsonld", "rdf", "ttl")
_MOVED = 301
_GONE = 410


class HostRule(NamedTuple):
    """A rule of a host: which paths it takes, for whom, and where it leads (as Apache's RewriteRule).

    A rule that has a ``file`` leads on only where that, as the path names it, is no file any more.
    """

    pattern: str
    target: str
    accepts: str = ""
    status: int = 303
    file: str = ""

    def _accepted(self) -> str:
        """A pattern of the headers that accept the media type, and not with a quality of 0."""
        return rf"{re.escape(self.accepts)}(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))".replace(" ", r"\s")

    def written(self, host: str = "") -> str:
        r"""The rule as Apache reads it, leading to a host where the target is a path.

        >>> HostRule("a/(.+)", "b/$1").written("https://e.org/")
        'RewriteRule ^a/(.+)$ https://e.org/b/$1 [R=303,L,NE]\n'
        """
        conditions = ""
        if self.accepts:
            conditions += f"RewriteCond %{{HTTP_ACCEPT}} {self._accepted()}\n"
        if self.file:
            conditions += "RewriteCond %{REQUEST_FILENAME} !-f\n"
        target = self.target
        if target != "-" and "://" not in target:
            target = host + target
        flags = "G" if self.status == _GONE else f"R={self.status},L,NE"
        return f"{conditions}RewriteRule ^{self.pattern}$ {target} [{flags}]\n"

    def leads(self, path: str, accept: str = "") -> str | None:
        """Where a path leads, for who accepts this; None where the rule does not take it.

        >>> HostRule("a/(.+)", "b/$1").leads("a/x")
        'b/x'
        """
        match = re.fullmatch(self.pattern, path)
        if not match or (self.accepts and not re.search(self._accepted(), accept)):
            return None
        return re.sub(r"\$(\d)", lambda number: match[int(number[1])] or "", self.target)


def _of_questions() -> Iterator[tuple[str, str]]:
    """The files of questions that a table answers now."""
    for name, former in FORMER.items():
        question = f"({_LANGUAGES})/question/{name}"
        table = former.table
        json = f"{LANGUAGES[0]}/figure/{table}.json.gz"
        yield rf"{question}\.(html|csv)", f"$1/figure/{table}.$2"
        yield rf"(?:{_LANGUAGES})/question/{name}\.json", json
        yield rf"{question}\.ttl", f"$1/figure/{table}.html"
        yield rf"queries/[^/.]+/{name}\.rq", f"{LANGUAGES[0]}/figure/{table}.html"


_OF_DOCUMENTS = {
    rf"{DOCUMENTS}/link/([0-9a-f])[0-9a-f]\.({_ENDINGS})": f"{DOCUMENTS}/link/$1.$2",
    rf"{DOCUMENTS}/({SPLIT})/({SHARED})([^/.]+)\.({_ENDINGS})": f"{DOCUMENTS}/$1/$2.$4#$2$3",
    rf"{DOCUMENTS}/(?!(?:{SPLIT})/)([^/.]+)/(?!{ALL}\.)([^/.]+)\.({_ENDINGS})": (
        f"{DOCUMENTS}/$1/{ALL}.$3#$2"
    ),
    # duties stand with the acts that set them
    rf"{GRAPHS}/core/obligations(?:[/.].*)?": f"{GRAPHS}/core/instruments.ttl.gz",
    rf"{_GRAPH}(?:\.ttl)?": "$1.ttl.gz",
    rf"{GRAPHS}/derived/[^/]+": QUADS,
}
"""Where documents of earlier releases led, which told one thing each."""
_OF_FILES = {
    rf"(?:{_LANGUAGES})/({'|'.join(APART)})/([^/.]+)\.html": f"{DOCUMENTS}/$1/{ALL}.html#$2",
    **{
        rf"({_LANGUAGES})/{folder}/[^/.]+\.{ending}": f"$1/network.{ending}"
        for folder, ending in GATHERED.items()
    },
    rf"({'|'.join(f'{folder}/{name}' for folder, names in PACKED.items() for name in names)})\.csv": (
        "$1.csv.gz"
    ),
    r"data/pan2kg\.ttl": TURTLE,
    # four rules that are one now
    r"queries/rules/4[0-3]-shared-[^/.]+\.rq": "queries/rules/40-shared.rq",
    **dict(_of_questions()),
    # what two plans share against chance is told no more; what they share is
    rf"({_LANGUAGES})/figure/chance\.[a-z.]+": "$1/figure/matrix.html",
    rf"(?:{_LANGUAGES})/(figure/[^/.]+\.json)": f"{LANGUAGES[0]}/$1.gz",
    rf"({_LANGUAGES})/(question/[^/.]+\.json|definition/broad-action-pairs\.csv)": "$1/$2.gz",
    rf"(?:{_LANGUAGES})/question/[^/.]+\.ttl": TURTLE,
    rf"ontology/index\.({_LANGUAGES})\.html": "$1/ontology.html",
    rf"ontology/diagram\.({_LANGUAGES})\.svg": "$1/classes.svg",
}
"""Where other files of earlier releases led; of the patterns that match a path the first counts."""
MOVED_DOCUMENTS = [
    HostRule(pattern, target, status=_MOVED) for pattern, target in _OF_DOCUMENTS.items()
]
MOVED = [
    *MOVED_DOCUMENTS,
    *(HostRule(pattern, target, status=_MOVED) for pattern, target in _OF_FILES.items()),
]
"""Where files of earlier releases led: a document a thing, and pages of things that are told in documents now."""
GONE = (
    HostRule(
        rf"({_LANGUAGES})/pair/([^/.]+)\.html",
        "$1/pairs.html#$2",
        status=_MOVED,
        file="$1/pair/$2.html",
    ),
    HostRule(
        rf"({_LANGUAGES})/(action)/({SHARED})([^/.]*)\.html",
        f"{DOCUMENTS}/$2/$3.html#$3$4",
        status=_MOVED,
        file="$1/$2/$3$4.html",
    ),
)
"""Where pages led that are not made any more: of two plans of other countries, and of actions retired."""


def w3id_rules(service: str = "") -> list[HostRule]:
    """The rules for the folder of the permanent identifier, the same for every release.

    Without a host that negotiates, who names HTML is led to it, as a browser does, else who names data
    to those, and all others to HTML.
    """
    if service:
        return [HostRule("(.*)", f"{service.rstrip('/')}/$1")]
    return [
        *_forms(f"{THING}([^/.]*)", f"{DOCUMENTS}/$1/$2", "#$2$3"),
        *_forms(TOGETHER, f"{DOCUMENTS}/$1/{ALL}", "#$2"),
        *_forms(f"{DOCUMENTS}/([^/.]+(?:/{ALL})?)", f"{DOCUMENTS}/$1"),
        *MOVED_DOCUMENTS,
        *common_rules(),
        HostRule("(.*)", "$1"),
    ]


def _forms(pattern: str, target: str, anchor: str = "") -> Iterator[HostRule]:
    """To a document in the form that is accepted."""
    yield HostRule(pattern, f"{target}.html{anchor}", "text/html")
    for ending in FORMS:
        yield HostRule(pattern, f"{target}.{ending}{anchor}", MEDIA[ending])
    yield HostRule(pattern, f"{target}.html{anchor}")


def document_rules() -> list[HostRule]:
    """From things to the documents that tell them, on a host that negotiates the form."""
    return [
        HostRule(f"{THING}([^/.]+)", f"{DOCUMENTS}/$1/$2#$2$3"),
        HostRule(TOGETHER, f"{DOCUMENTS}/$1/{ALL}#$2"),
        HostRule("id/(.+)", f"{DOCUMENTS}/$1"),
    ]


def common_rules() -> Iterator[HostRule]:
    """To what tells of versions, the ontology, the dataset, prefixes and questions."""
    yield HostRule(r"dataset/([0-9][^/]*)/?", f"{VERSIONS}/$1/")
    yield HostRule(r"ontology/([0-9][^/]*[0-9])", "ontology/$1.ttl")
    yield HostRule("ontology", f"{LANGUAGES[0]}/ontology.html", "text/html")
    for ending in _ONTOLOGY_FORMS:
        yield HostRule("ontology", f"ontology/pan2kg.{ending}", MEDIA[ending])
    yield HostRule("ontology", "ontology/pan2kg.ttl")
    yield HostRule(ABOUT, "index.html", "text/html")
    for ending in _ONTOLOGY_FORMS:
        yield HostRule(ABOUT, f"catalogue.{ending}", MEDIA[ending])
    yield HostRule(ABOUT, "index.html")
    yield HostRule(r"(?:prefixes|query(?:/[^/]+)?)", "queries.ttl")


def version_rules(version: str, packed: Sequence[str]) -> Iterator[HostRule]:
    """Where the folders of versions lead: the present one to the release, an earlier one to its ``packed`` tables."""
    own = "|".join(re.escape(path) for path in sorted(OWN) if "/" in path)
    folders = "|".join(FOLDERS)
    yield HostRule(rf"{VERSIONS}/{re.escape(version)}/(?!(?:{own})$)((?:{folders})/.+)", "$1")
    if packed:
        earlier = rf"{VERSIONS}/({'|'.join(map(re.escape, packed))})"
        yield HostRule(rf"{earlier}/(?!(?:{own})$)([^/]+/[^/]+\.csv)", f"{VERSIONS}/$1/$2.gz")
        yield HostRule(rf"{earlier}/(?:{UNKEPT})", f"{VERSIONS}/$1/")


class RetiredRules(NamedTuple):
    """The rules for what one thing of ours took the place of, which lead on to it; and for what is gone."""

    moved: list[HostRule]
    gone: list[HostRule]

    @classmethod
    def of(cls, retired: Mapping[str, str]) -> "RetiredRules":
        """The rules for the places of what was given up, each with the place of what followed, or empty."""
        rules = cls([], [])
        for place, heir in retired.items():
            pattern = rf"(?:id|{DOCUMENTS})/{re.escape(place)}(?:\.(?:{_ENDINGS}))?"
            if heir:
                rules.moved.append(HostRule(pattern, heir, status=_MOVED))
            else:
                rules.gone.append(HostRule(pattern, "-", status=_GONE))
        return rules
