"""The kinds of finding: a file ``queries/findings/<kind>.rq`` each, a SPARQL query below a header of ``#+`` lines.

:func:`read_kinds` reads those of the program and of a project; :mod:`pan2kg.findings.finding` runs
them. A header line is ``#+ key: value``, and goes on in lines that begin with ``#+`` and three
spaces. Its keys are the fields of :class:`FindingKind`, with ``class`` for ``rank`` and the tag of a
language for the sentence in that language. In queries ``"$today"``, ``"$today+24m"`` and ``"$year"``
stand for days, which the engine puts in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, QueryError
from pan2kg.findings.sentences import SentenceTemplate, read_sentence
from pan2kg.i18n import LANGUAGES, Message, Messages, error_message, with_french_spaces
from pan2kg.project import Project, read_text

LONGEST_TEMPLATE = 120
"""Words a template may have at most, its optional halves included."""
_REQUIRED = ("kind", "class", "subject", "ground")
_WORDS = Messages("finding")
_HEADER_LINE = re.compile(r"^#\+ (?:(?P<key>[a-z]+):(?: |$)|  )(?P<words>.*)$")
_SELECTED = re.compile(r"\bSELECT\b(?P<columns>.*?)\bWHERE\b", re.DOTALL | re.IGNORECASE)
_BINDING = re.compile(r"\bAS\s+\?(?P<name>\w+)\s*\)", re.IGNORECASE)
_VARIABLE = re.compile(r"\?(?P<name>\w+)")
_WORD = re.compile(r"\w+")


class CountedDays(NamedTuple):
    """A variable that holds the days between two others; it is unbound where one of them is no day."""

    variable: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A kind of finding as its file has it; ``subject``, ``about`` and the like name variables of its query.

    ``rank`` places it among findings without a near day, small first. A finding stands on the pages
    of what ``about`` names beside its subject, object and addressee. The first bound variable of
    ``addressee`` says who is to act, ``occasion`` when, and ``ground`` on which statements the
    finding rests. ``population`` is a query for the number ``n`` looked at, ``refute`` one whose
    rows are withdrawn. ``days`` names a variable that the engine fills with the days from one day to
    another. Of findings with one value of ``merge`` and one occasion the first is kept.
    """

    name: str
    rank: int
    query: str
    subject: str
    object: str
    about: tuple[str, ...]
    addressee: tuple[str, ...]
    occasion: str
    ground: tuple[str, ...]
    population: str
    refute: str
    merge: str
    days: "CountedDays | None"
    sentences: Mapping[str, SentenceTemplate]
    place: Place


def read_kinds(project: Project) -> tuple[FindingKind, ...]:
    """The kinds of the program and of the project by rank and name; the project's own stands for one of its name.

    Raises:
        QueryError: a file is no kind of finding, with its place and what is wrong.

    >>> kinds = read_kinds(Project.packaged())
    >>> len({kind.name for kind in kinds}) == len(kinds) > 0
    True
    """
    files: dict[str, Path] = {}
    for folder in (Project.packaged().queries, project.queries):
        for path in sorted((folder / "findings").glob("*.rq")):
            files[path.stem] = path
    kinds = [read_kind(read_text(path), Place(project.name_of(path))) for path in files.values()]
    return tuple(sorted(kinds, key=lambda kind: (kind.rank, kind.name)))


def read_kind(text: str, place: Place) -> FindingKind:
    """A kind of finding from the text of its file.

    Raises:
        QueryError: a key is missing, a slot is bound by no query, or a sentence says that something
            is not there without the number looked at.
    """
    header = _read_header(text)
    missing = [key for key in _REQUIRED if key not in header]
    if missing or not any(language in header for language in LANGUAGES):
        raise _refused(
            place, error_message("finding-key", key=missing[0] if missing else LANGUAGES[0])
        )
    if not header["class"].isdecimal():
        raise _refused(place, error_message("finding-class", value=header["class"]))
    if "days" in header and len(header["days"].split()) != len(CountedDays._fields):
        raise _refused(place, error_message("finding-days", value=header["days"]))
    kind = FindingKind(
        name=header["kind"],
        rank=int(header["class"]),
        query=text,
        subject=header["subject"],
        object=header.get("object", ""),
        about=tuple(header.get("about", "").split()),
        addressee=tuple(header.get("addressee", "").split()),
        occasion=header.get("occasion", ""),
        ground=tuple(header["ground"].split()),
        population=header.get("population", ""),
        refute=header.get("refute", ""),
        merge=header.get("merge", ""),
        days=CountedDays(*header["days"].split()) if "days" in header else None,
        sentences=_read_sentences(header, place),
        place=place,
    )
    for fault in _faults(kind):
        raise _refused(place, fault)
    return kind


def _read_header(text: str) -> dict[str, str]:
    header: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        match = _HEADER_LINE.match(line)
        if not match:
            break
        if match["key"]:
            key = match["key"]
            header[key] = match["words"].strip()
        elif key:
            header[key] = f"{header[key]}\n{match['words']}".strip()
    return header


def _read_sentences(header: Mapping[str, str], place: Place) -> dict[str, SentenceTemplate]:
    sentences = {}
    for language in LANGUAGES:
        if language in header:
            words = " ".join(header[language].split())
            try:
                sentences[language] = read_sentence(
                    with_french_spaces(words) if language == "fr" else words
                )
            except ValueError as error:
                raise _refused(place, error_message("finding-slot", slot=str(error))) from None
    return sentences


def _refused(place: Place, reason: Message) -> QueryError:
    return QueryError("no-finding-kind", place=place, remedy="mend-finding-kind", reason=reason)


def _faults(kind: FindingKind) -> Iterator[Message]:
    """Why a kind cannot be used: what it names is bound by no query, or its words say too much."""
    bound = selected_variables(kind.query) | selected_variables(kind.population)
    if kind.days:
        bound.add(kind.days.variable)
    named = (kind.subject, kind.object, kind.occasion, kind.merge)
    for variable in (*filter(None, named), *kind.about, *kind.addressee, *kind.ground):
        if variable not in bound:
            yield error_message("finding-variable", name=variable)
    for language, sentence in kind.sentences.items():
        for slot in sentence.slots():
            if slot.variable not in bound:
                yield error_message("finding-variable", name=slot.variable)
        words = [word.lower() for word in _WORD.findall(sentence.fixed_words())]
        silent = set(_WORDS.say("silence", language).split()).intersection(words)
        if silent and not any(slot.variable == "n" for slot in sentence.slots()):
            yield error_message("finding-silence", word=min(silent))
        if len(words) > LONGEST_TEMPLATE:
            yield error_message("finding-long", n=len(words), most=LONGEST_TEMPLATE)


def selected_variables(query: str) -> set[str]:
    """The names of what the outermost SELECT of a query gives; none of a query without one.

    >>> sorted(selected_variables("SELECT ?a (MIN(?b) AS ?c) WHERE { ?a ?p ?b }"))
    ['a', 'c']
    """
    match = _SELECTED.search(re.sub(r"^#.*$", "", query, flags=re.MULTILINE))
    if not match:
        return set()
    columns = match["columns"]
    names = {binding["name"] for binding in _BINDING.finditer(columns)}
    plain_columns = _without_parentheses(columns)
    return names | {variable["name"] for variable in _VARIABLE.finditer(plain_columns)}


def _without_parentheses(text: str) -> str:
    depth = 0
    kept = []
    for character in text:
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif depth == 0:
            kept.append(character)
    return "".join(kept)
