"""The countries a project can be of, and how a project of a country begins: what ``pan2kg init`` writes.

What is known of a country before anything is written about it stands in ``countries.toml``, the
files of a new project in ``project.txt``: a profile, a catalogue, a licence, and one finished
example to replace, which keeps a release from being made. What every country shares is imported,
not copied.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pan2kg import project as projects
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, Messages, Text, say
from pan2kg.project import ROOT, Project
from pan2kg.turtle import TurtleLine, graph_of, link_iri, string, text, writer

# the lists of the Publications Office of the European Union
AUTHORITY = "http://publications.europa.eu/resource/authority/"
# the licences one can choose, by the name they are chosen by
LICENCES: Mapping[str, str] = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
VERSION = "0.1.0"  # the first release number of a project's own data
_DATA = Messages("data")


@dataclass(frozen=True, slots=True)
class Country:
    """``box`` and ``centre`` are well-known text, longitude first, empty as the gazette where nobody gave them."""

    code: str
    authority: str
    names: Text
    languages: tuple[str, ...]
    iri: str
    gazette: Mapping[str, str] = field(default_factory=dict)
    gazette_space: str = ""
    box: str = ""
    centre: str = ""


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language by its code in the list of the Publications Office, what it is called, and its IRI there."""

    authority: str
    names: Text
    iri: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("countries.toml").read_text(encoding="utf-8"))


@cache
def countries() -> Mapping[str, Country]:
    """The countries by code.

    >>> countries()["be"].languages, countries()["be"].iri
    (('nl', 'fr', 'de'), 'http://publications.europa.eu/resource/authority/country/BEL')
    """
    by_code = {}
    for code, row in _table()["country"].items():
        optional = {
            name: row[name] for name in ("gazette", "gazette_space", "box", "centre") if name in row
        }
        names = Text.of(row["names"])
        languages = tuple(row["languages"])
        iri = f"{AUTHORITY}country/{row['authority']}"
        by_code[code] = Country(code, row["authority"], names, languages, iri, **optional)
    return by_code


@cache
def tongues() -> Mapping[str, Tongue]:
    """The languages by tag.

    >>> tongues()["lb"].authority
    'LTZ'
    """
    by_tag = {}
    for tag, row in _table()["language"].items():
        authority = row["authority"]
        by_tag[tag] = Tongue(authority, Text.of(row), f"{AUTHORITY}language/{authority}")
    return by_tag


def find_country(code: str) -> Country:
    """The country of a code of two or three letters, whatever their case."""
    wanted = code.strip().lower()
    for country in countries().values():
        further = _table()["country"][country.code].get("other", ())
        if wanted in (country.code, country.authority.lower(), *further):
            return country
    raise QueryError("no-country", remedy="there-are", code=code, names=", ".join(countries()))


@dataclass
class Beginning:
    """What a project begins with: its country, what its IRIs begin with, licence, publisher, and the day.

    ``space`` ends in a slash. Texts are in the country's languages as far as the program speaks
    them, else in English.
    """

    country: Country
    space: str
    licence: str = "cc-by-4.0"
    publisher: str = ""
    imports_core: bool = True
    day: date = date(1970, 1, 1)

    def __post_init__(self) -> None:
        tags = tuple(tag for tag in LANGUAGES if tag in self.country.languages)
        self.languages = tags or (SOURCE_LANGUAGE,)
        self.example = f"{self.country.code}-example-1"
        self.template = Path(__file__).with_name("project.txt").read_text(encoding="utf-8")

    def blocks(self, section: str) -> Iterator[writer.Block]:
        """The blocks of a section of ``project.txt``.

        There ``@`` names a text, written in each of the languages, or in the first of them alone;
        ``+`` stands for what the example rests on, ``{*…}`` for a statement a value, which may be
        none.
        """
        lists = self._lists()
        # the names of lists stay in their places, for each of which several statements are made
        fields = self._fields() | {f"*{name}": f"*{name}" for name in lists}
        basis = (
            TurtleLine("dcterms:source", f"document:{self.example}-text"),
            TurtleLine("pan:certainty", "certainty:stated"),
        )
        template = self.template.split(f"== {section}\n")[1].split("\n==")[0]
        for paragraph in template.strip().split("\n\n"):
            head, *lines = paragraph.format_map(fields).splitlines()
            subject, _, kind = head.partition(" a ")
            statements = [TurtleLine("a", kind)]
            for line in lines:
                predicate, _, value = line.partition(" ")
                if line == "+":
                    statements += basis
                else:
                    objects = self._objects(value, lists)
                    statements += [TurtleLine(predicate, written) for written in objects]
            yield writer.Block(subject, tuple(statements))

    def _fields(self) -> dict[str, object]:
        """What stands in the template for a name in braces."""
        key = self.example
        space = self.space
        action = f"{space}id/action/{key}-1"
        text_used = ROOT + _table()["example"]["text"]
        link = link_iri("uses-instrument", action, text_used, relation="implements", space=space)
        return {
            "space": space,
            "country": self.country.iri,
            "key": key,
            "authority": self.country.authority,
            "code": self.country.code,
            "day": self.day.isoformat(),
            "year": self.day.year,
            "last_year": self.day.year + 2,
            "version": VERSION,
            "licence": LICENCES[self.licence],
            "graph": graph_of(f"plans/{key}", space),
            "text_used": text_used,
            "link": link.rpartition("/")[2],
        }

    def _lists(self) -> dict[str, list[str]]:
        """The objects, as Turtle has them, that stand in the template for a name with a star."""
        country = self.country
        tags = self.languages
        spaces = [country.gazette_space] if country.gazette_space else []
        publishers = [text(self.publisher, tag) for tag in tags if self.publisher]
        return {
            "label_languages": [f"{string(tag)}^^xsd:language" for tag in tags],
            "wished_languages": [
                f"{string(tag)}^^xsd:language" for tag in country.languages if tag not in tags
            ],
            "gazette": [text(name, tag) for tag, name in country.gazette.items()],
            "gazette_space": [f"{string(space)}^^xsd:anyURI" for space in spaces],
            "imports": [f"<{ROOT}graph/core>"] if self.imports_core else [],
            # what the country is called, where the graph has no source that names it
            "names": [text(name, tag) for tag, name in country.names.by_language().items()],
            "languages": [f"<{tongues()[tag].iri}>" for tag in tags],
            "publisher": publishers or self._texts("publisher-unnamed"),
        }

    def _objects(self, value: str, lists: Mapping[str, list[str]]) -> list[str]:
        """What a value of the template stands for: a list, a text in all or one of the languages, or itself."""
        if value.startswith("*"):
            return lists[value[1:]]
        if value.startswith("@"):
            texts = self._texts(value.split()[-1].lstrip("@"))
            return texts[:1] if " " in value else texts
        return [value]

    def _texts(self, name: str) -> list[str]:
        texts = []
        for tag in self.languages:
            texts.append(text(_DATA.say(name, tag, country=self.country.names.say(tag)), tag))
        return texts


class _ProjectFile(NamedTuple):
    """A file of a project, by its path below it."""

    path: str
    content: str | bytes


def begin(folder: Path, beginning: Beginning) -> Iterator[str]:
    """Write a project into ``folder``, which is empty or not there, and yield what to do next, line by line."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError("something-there", place=Place(str(folder)), remedy="name-new-folder")
    try:
        with projects.replaced(folder) as work:
            for file in _files(Project.packaged(), beginning):
                target = work / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                projects.write_atomically(target, file.content)
    except OSError as error:
        raise projects.cannot_write(folder, error) from None
    plan = f"{beginning.country.code}-bhr-1"
    yield say("progress", "project-stands", folder=folder)
    yield say("progress", "project-next", folder=folder, plan=plan)
    yield say("progress", "project-example", plan=plan, example=beginning.example)


def _files(shipped: Project, beginning: Beginning) -> Iterator[_ProjectFile]:
    """The files of a project: those every project has, and its own."""
    space = beginning.space
    listed = own_prefixes(shipped, space)
    prefixes = writer.prefixes_in(listed)
    yield from _shared_files(shipped, space, prefixes)
    yield _ProjectFile("ontology/prefixes.ttl", listed)
    profile, country = beginning.blocks("profile")
    heading = _DATA.say("profile-heading", beginning.languages[0])
    profile = writer.Block(profile.subject, profile.statements, heading)
    example = list(beginning.blocks("example"))
    if beginning.imports_core:
        example += beginning.blocks("core")
    described = {
        "graph/profile.ttl": (profile, country),
        "graph/catalogue.ttl": beginning.blocks("catalogue"),
        f"graph/plans/{beginning.example}.ttl": example,
    }
    for path, blocks in described.items():
        yield _ProjectFile(path, writer.write_turtle(blocks, prefixes))
    ignored = "# what was read of documents: full texts are not published\nwork/\n"
    licence = say("progress", "project-licence", address=LICENCES[beginning.licence])
    readme = say("progress", "project-readme", plan=f"{beginning.country.code}-bhr-1")
    yield _ProjectFile(".gitignore", ignored)
    yield _ProjectFile("LICENSE", licence)
    yield _ProjectFile("README.md", readme)


def _shared_files(
    shipped: Project, space: str, prefixes: writer.Prefixes
) -> Iterator[_ProjectFile]:
    """The ontology and the queries, in which what a project describes has its own address."""
    for folder in ("ontology", "queries"):
        for source, target in projects.copies(shipped.root / folder, Path(folder)):
            if source.is_relative_to(shipped.queries / "program"):
                # what the program asks for itself is part of the software, and nobody's to change
                continue
            content = source.read_bytes()
            if source.name == "context.jsonld":
                for name, namespace in prefixes.items():
                    shared = f'"{name}": "{ROOT}id/{name}/"'
                    own = f'"{name}": "{namespace}"'
                    content = content.replace(shared.encode(), own.encode())
            elif source.parent.name == "rules":
                # links that are derived get addresses of the project
                content = content.replace(
                    f'"{ROOT}id/link/"'.encode(), f'"{space}id/link/"'.encode()
                )
            yield _ProjectFile(target.as_posix(), content)


def own_prefixes(shipped: Project, space: str) -> str:
    """The prefixes of a project: what it describes is named below its own address, what words mean below ours."""
    schemes = {path.stem for path in (shipped.ontology / "schemes").glob("*.ttl")} | {"scheme"}

    def moved(line: re.Match[str]) -> str:
        return line[0] if line[1] in schemes else f"@prefix {line[1]}: <{space}id/{line[1]}/> ."

    listed = projects.read_text(shipped.ontology / "prefixes.ttl")
    return re.sub(
        rf"^@prefix (\w+): <{re.escape(ROOT)}id/\w+/> \.$", moved, listed, flags=re.MULTILINE
    )
