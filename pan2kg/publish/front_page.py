"""What a reader of a release opens first: its front page in all languages, and the text beside the files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pan2kg.i18n import LANGUAGES, Language, Messages, Text, format_day, format_number, format_of
from pan2kg.publish import catalogue, dumps, folder, version_folders
from pan2kg.publish.edition import File
from pan2kg.publish.published import ARCHIVE, PublishedRelease
from pan2kg.publish.release_parts import FRONT
from pan2kg.publish.vocabulary import FOAF, OFFERED_FORMS
from pan2kg.site.page import embedded
from pan2kg.templates import render
from pan2kg.turtle.vocabulary import DCTERMS

README = "README.md"
_WORDS = Messages("publication")
_CONTENTS = {
    "front": ("index.html",),
    "pages": ("fr/", "en/", "de/", ARCHIVE),
    "actions": ("data/actions", "data/links", "data/bodies", "data/texts"),
    "turtle": (dumps.TURTLE,),
    "quads": (dumps.QUADS,),
    "tables": ("tables/",),
    "documents": ("doc/", "graph/"),
    "ontology": ("ontology/",),
    "queries": ("queries/", "queries.ttl"),
    "catalogue": (
        "catalogue.ttl",
        "catalogue.rdf",
        "catalogue.jsonld",
        "dataset.jsonld",
        "void.ttl",
        ".well-known/void",
    ),
    "service": ("service.ttl",),
    "changes": ("changes/changes", "changes/feed"),
    "hosts": ("w3id/.htaccess", ".htaccess", "nginx.conf"),
    "licence": ("LICENSE-DATA", "CITATION.cff"),
    "versions": ("version/",),
    "checksums": (folder.LIST, folder.MARK),
}
"""What a release may hold: by the key of its words what the paths of its files begin with."""
_LATER = ("front", "versions", "checksums")
"""What is always there, though it is written after the text that names it."""
_OF_VERSIONS = ("csv", "nq")
"""The forms of the files that an earlier version keeps."""


class OfferGroup(NamedTuple):
    """What is offered in several forms: what is said of it, and its files."""

    about: Text
    files: list[catalogue.Distribution]


def front_files(release: PublishedRelease) -> Iterator[File]:
    """The text beside the files, then the front page; before this the folder of the version gets one of its own."""
    work = release.folder.root
    contents = _present_contents(work)
    texts = [_readme(release, contents, tag) for tag in LANGUAGES]
    yield README, "\n---\n\n".join(texts).encode()
    files = frozenset(folder.walk(work))
    version = release.edition.issue.version
    version_folders.add_version(work, version, front_page(release, files, [], is_kept=True))
    versions = [version, *(name for name in version_folders.versions_in(work) if name != version)]
    yield FRONT, front_page(release, files, versions)


def _present_contents(work: Path) -> Mapping[str, list[str]]:
    """What there is of all a release may hold."""
    paths = [*folder.walk(work)]
    present: dict[str, list[str]] = {}
    for key, starts in _CONTENTS.items():
        for start in starts:
            if key in _LATER or any(path.startswith(start) for path in paths):
                present.setdefault(key, []).append(start)
    return present


def _readme(release: PublishedRelease, contents: Mapping[str, list[str]], tag: Language) -> str:
    issue = release.edition.issue
    facts = release.edition.facts
    publisher = facts.about("publisher")[0].value
    rows = []
    for key, starts in contents.items():
        names = ", ".join(f"`{start}`" for start in starts)
        rows.append(f"| {names} | {_WORDS.say(f'file.{key}', tag)} |")
    return _WORDS.say(
        "readme",
        tag,
        title=facts.words(facts.dataset, DCTERMS + "title", tag),
        description=facts.words(facts.dataset, DCTERMS + "description", tag),
        publisher=facts.words(publisher, FOAF + "name", tag),
        version=issue.version,
        day=str(issue.modified),
        triples=release.counts.triples,
        licence=" ".join(value.value for value in facts.about("license")),
        iri=issue.version_iri,
        files="\n".join(rows),
    )


def front_page(
    release: PublishedRelease,
    files: frozenset[str],
    versions: Sequence[str],
    *,
    is_kept: bool = False,
) -> bytes:
    """The first page of a release, or of a version that is kept (``is_kept``), in all languages.

    ``files`` are the paths there are: it leads to no other. ``versions`` are those the release keeps.
    """
    issue = release.edition.issue
    facts = release.edition.facts
    files_by_language = {}
    for tag in LANGUAGES:
        paths = _paths_led_to(tag, is_kept=is_kept)
        files_by_language[tag] = [path if path in files else "" for path in paths]
    dataset = catalogue.describe_dataset(release.edition, release.offers)
    return render(
        "release.html",
        {
            "languages": LANGUAGES,
            "issue": issue,
            "facts": facts,
            "number": release.counts.triples,
            "offers": _offer_groups(release, is_kept=is_kept),
            "licences": [value.value for value in facts.about("license")],
            "root": "../../" if is_kept else "",
            "publisher": facts.about("publisher")[0].value,
            "title": DCTERMS + "title",
            "name": FOAF + "name",
            "about": DCTERMS + "description",
            "forms": OFFERED_FORMS,
            "size_of": size_of,
            "in_words": format_day,
            "endonym": format_of,
            "readme": README,
            "endpoint": issue.addresses.endpoint,
            "versions": versions,
            "at": version_folders.at_version if is_kept else str,
            "kept": is_kept,
            "described": "" if is_kept else embedded(dataset),
            "say": _WORDS.say,
            "files": files_by_language,
        },
    ).encode()


def _paths_led_to(tag: Language, *, is_kept: bool) -> tuple[str, ...]:
    """Pages, ontology, changes and feed in a language; of these a version that is kept has the ontology."""
    if is_kept:
        return "", "ontology/pan2kg.ttl", "", ""
    return (
        f"{tag}/index.html",
        f"{tag}/ontology.html",
        f"changes/changes.{tag}.md",
        f"changes/feed.{tag}.atom",
    )


def _offer_groups(release: PublishedRelease, *, is_kept: bool) -> Mapping[Text, OfferGroup]:
    groups: dict[Text, OfferGroup] = {}
    for offer in release.offers:
        if not is_kept or offer.form in _OF_VERSIONS:
            group = groups.setdefault(offer.group or offer.title, OfferGroup(offer.about, []))
            group.files.append(offer)
    return groups


def size_of(size: int, language: Language) -> str:
    """A size in bytes as a reader takes it.

    >>> size_of(2_500_000, "en"), size_of(10, "en")
    ('2.5 MB', '1 kB')
    """
    if size >= 1_000_000:
        return _WORDS.say("page.mb", language, size=format_number(size / 1_000_000, language, 1))
    return _WORDS.say("page.kb", language, size=str(max(size // 1_000, 1)))
