"""The questions a project can answer: ``.rq`` files that run unchanged in any SPARQL editor.

Commands, pages and the service read them here as :class:`Query`, by :func:`find_query` or all of them
by :func:`read_queries`; :mod:`pan2kg.store.filling` puts values into one. The files are read so:

* Header lines start with ``#+``. One whose key ends in a language says the same in that language:
  ``question_fr``, ``parameter_plan_fr``. Of the program's own questions the catalogues say
  parameters, messages and remedies, in the context « query ».
* A parameter is a line ``BIND(<default> AS ?plan)  # parameter: the plan to start from``.
* A default that depends on the country is the profile's: ``?profile pan:homePlan ?plan .  #
  parameter: the plan``.
* What a parameter takes says ``parameter_plan_kind: plan``: some of :data:`KINDS` or one of
  :data:`PLAIN`, else anything that can stand there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import QueryError
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, Messages, one_of, there_are, with_french_spaces
from pan2kg.project import Project, read_text

KINDS = {
    "plan": frozenset({"Plan"}),
    "action": frozenset({"Action"}),
    "instrument": frozenset(
        {
            "Instrument",
            "LegalAct",
            "Treaty",
            "SoftLaw",
            "Commitment",
            "Bill",
            "OtherInstrument",
            "Provision",
        }
    ),
    "body": frozenset({"Organisation", "PublicBody", "UnnamedGroup"}),
    "category": frozenset({"Category"}),
    "obligation": frozenset({"Obligation", "NationalObligation"}),
    "document": frozenset({"Document"}),
}
"""The kinds of things questions are asked of, each with its classes; a provision stands for its instrument."""
PLAIN = ("text", "language", "boolean", "number", "day", "level")
"""The kinds of a parameter whose value is no thing."""
LEVELS = ("plan", "official", "other", "editors")
"""The levels of evidence a question can be asked at, from firm to weak: the values of the kind « level »."""
_NO_QUESTIONS = frozenset({"findings", "program", "rules"})
"""The folders of ``queries/`` that hold no questions."""
_QUERY = Messages("query")
_HEADER = re.compile(r"^#\+ (?P<key>[a-z_0-9]+): (?P<words>.*)$", re.MULTILINE)
_PARAMETER = re.compile(
    r"""
    ^(?P<before> \s* BIND\( )  (?P<default> .+ )
    (?P<after> \ AS\ \? (?P<name> \w+ ) \) \s* \#\ parameter:\  )  (?P<meaning> .* )$
    """,
    re.MULTILINE | re.VERBOSE,
)
"""``BIND(plan:a AS ?plan)  # parameter: the plan``, with the default ``plan:a``."""
_OF_PROFILE = re.compile(
    r"""
    ^(?P<indent> \s* ) \?\w+\ pan:(?P<property> \w+ )\ \?(?P<name> \w+ )\ \.
    \s* \#\ parameter:\ (?P<meaning> .* )$
    """,
    re.MULTILINE | re.VERBOSE,
)
"""``?profile pan:homePlan ?plan .  # parameter: the plan``, where ``pan:homePlan`` says the default."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    default: str
    meaning: str
    meanings: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    is_needed: bool = False
    """Whether it must be given, since the profile, which would say the default, is silent."""
    is_example: bool = False
    """Whether the default is an example of the profile, which goes with the other examples and with nothing else."""

    @property
    def option(self) -> str:
        """The option of the command line, without its dashes.

        >>> Parameter("least_level", '"plan"', "the level").option
        'least-level'
        """
        return self.name.replace("_", "-")

    def meaning_in(self, language: str) -> str:
        """What it means in a language, else in English."""
        return self.meanings.get(language) or self.meaning


@dataclass(frozen=True, slots=True)
class Query:
    name: str
    group: str
    text: str
    file: str
    header: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()

    def question(self, language: str = "en") -> str:
        """The question in a language, else in English, else its name."""
        return self.header.get(f"question_{language}") or self.header.get("question") or self.name

    @property
    def has_links(self) -> bool:
        """Whether it may see links of works that share something: its header need not say so."""
        return self.header.get("links") != "no"

    def summary_in(self, language: str = "en") -> str:
        """What the answer shows, in a language, else in English; empty where nothing says it."""
        return self.header.get(f"summary_{language}") or self.header.get("summary", "")

    def with_values(self, values: Mapping[str, str]) -> str:
        """The text with values in N3, by the names of parameters, in place of their defaults."""

        def bind(line: re.Match[str]) -> str:
            value = values.get(line["name"], line["default"])
            return f"{line['before']}{value}{line['after']}{line['meaning']}"

        return _PARAMETER.sub(bind, self.text)


# --- reading questions


class _ProfileParameter(NamedTuple):
    """A parameter whose default the profile says: its line in the file, and the line that binds the default.

    ``default`` is as the profile writes it, empty where the profile is silent.
    """

    name: str
    line: str
    binding: str
    default: str
    is_example: bool


def read_query(path: Path, *, name: str = "", project: Project | None = None) -> Query:
    """A stored question as its file has it, with the defaults of the profile of a project.

    Raises:
        ProjectError: the file cannot be read.
    """
    text = read_text(path)
    of_profile = {}
    for line in list(_OF_PROFILE.finditer(text)):
        parameter = _profile_parameter(line, project)
        of_profile[parameter.name] = parameter
        text = text.replace(parameter.line, parameter.binding, 1)
    header = _read_header(text, path.stem)
    # a parameter that stands on several lines has the default of the last
    lines = {line["name"]: line for line in _PARAMETER.finditer(text)}
    parameters = []
    for key, line in lines.items():
        said = of_profile.get(key)
        parameters.append(
            Parameter(
                key,
                said.default if said and said.default else line["default"].strip(),
                line["meaning"].strip(),
                _meanings(header, key),
                tuple(header.get(f"parameter_{key}_kind", "").split()),
                is_needed=said is not None and not said.default,
                is_example=said is not None and said.is_example,
            )
        )
    return Query(path.stem, path.parent.name, text, name or str(path), header, tuple(parameters))


def _profile_parameter(line: re.Match[str], project: Project | None) -> _ProfileParameter:
    stated = project.said(line["property"]) if project else None
    value = f"<{stated.iri}>" if stated and stated.iri else "pan:any"
    return _ProfileParameter(
        line["name"],
        line[0],
        f"{line['indent']}BIND({value} AS ?{line['name']})  # parameter: {line['meaning']}",
        stated.words if stated else "",
        is_example=line["property"].startswith("example"),
    )


def _read_header(text: str, question: str) -> dict[str, str]:
    """What the header lines say by their keys, and what the catalogues say beside them in other languages."""
    header = {}
    for line in _HEADER.finditer(text):
        key = line["key"]
        header[key] = with_french_spaces(line["words"]) if key.endswith("_fr") else line["words"]
    in_english = {key: header[key] for key in ("message", "remedy") if key in header}
    for line in _PARAMETER.finditer(text):
        in_english[f"parameter_{line['name']}"] = line["meaning"].strip()
    for key, words in in_english.items():
        header = _translations(question, key, words) | header
    return header


def _translations(question: str, key: str, words: str) -> dict[str, str]:
    """What the catalogues say of a key, by the key and a language; nothing where a project has other words."""
    translations = {}
    for entry in (key, f"{key}.{question}"):
        if not _QUERY.has(entry) or _QUERY.template(entry, SOURCE_LANGUAGE) != words:
            continue
        for tag in LANGUAGES:
            if tag != SOURCE_LANGUAGE and _QUERY.has(entry, tag):
                translations[f"{key}_{tag}"] = _QUERY.template(entry, tag)
    return translations


def _meanings(header: Mapping[str, str], parameter: str) -> dict[str, str]:
    meanings = {}
    for tag in LANGUAGES:
        words = header.get(f"parameter_{parameter}_{tag}")
        if words is not None:
            meanings[tag] = words
    return meanings


def read_queries(project: Project) -> dict[str, Query]:
    """The stored questions of a project by name, with the defaults of its profile.

    >>> read_queries(Project.packaged())["plans"].group
    'coverage'
    """
    files = _question_files(project).items()
    return {
        name: read_query(path, name=project.name_of(path), project=project) for name, path in files
    }


def find_query(project: Project, name: str) -> Query:
    """The stored question of a name.

    Raises:
        QueryError: there is none, with the nearest names.

    >>> find_query(Project.packaged(), "plan")
    Traceback (most recent call last):
    pan2kg.errors.QueryError: ...
    """
    files = _question_files(project)
    if name not in files:
        near = get_close_matches(name, files, n=3, cutoff=0.5)
        remedy = "did-you-mean-or-list" if near else "shows-all"
        raise QueryError("no-question", remedy=remedy, name=name, names=one_of(near))
    return read_query(files[name], name=project.name_of(files[name]), project=project)


def _question_files(project: Project) -> dict[str, Path]:
    return {path.stem: path for path in sorted(_question_paths(project.queries))}


def _question_paths(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.rq")
    for group in folder.iterdir():
        if group.is_dir() and group.name not in _NO_QUESTIONS:
            yield from group.rglob("*.rq")


# --- questions of the release before


class FormerQuestion(NamedTuple):
    """A question of the release before: the table that answers it now, and what its parameters are called there."""

    table: str
    parameters: Mapping[str, str]


FORMER = {
    "annotated-share": FormerQuestion("trust", {"least_level": "evidence"}),
    "incomplete-actions": FormerQuestion("completeness", {"plan": "plans"}),
    "loss-if-dropped": FormerQuestion("loss", {"action": "actions", "least_level": "evidence"}),
    "parts-of-plan": FormerQuestion("parts", {"plan": "plans"}),
}
"""Questions of the release before that a table answers now, by name."""
_PROFILE_DEFAULTS = {"plan": "homePlan", "action": "exampleAction"}
"""The properties of the profile that said what their parameters were where nothing was given."""


class AnsweringTable(NamedTuple):
    """A table by its name, with the values it is asked with."""

    name: str
    values: dict[str, str]


def succeeded(name: str, values: Mapping[str, str], project: Project) -> AnsweringTable:
    """The table that answers a question of :data:`FORMER`, asked as these values ask the question.

    Raises:
        QueryError: a parameter or level the question did not have.

    >>> succeeded("parts-of-plan", {"plan": "lu-bhr-1"}, Project.packaged())
    AnsweringTable(name='parts', values={'plans': 'lu-bhr-1'})
    """
    former = FORMER[name]
    for key in values:
        if key not in former.parameters and key != "language":
            remedy = there_are(former.parameters)
            raise QueryError("no-parameter", remedy=remedy, name=name, parameter=key)
    level = values.get("least_level", LEVELS[0])
    if level not in LEVELS:
        raise no_such_level(level)
    chosen = {}
    for key, called in former.parameters.items():
        value = values.get(key, "")
        if key not in values and key in _PROFILE_DEFAULTS:
            value = project.said(_PROFILE_DEFAULTS[key]).iri
        if value:
            chosen[called] = value
    return AnsweringTable(former.table, chosen)


def no_such_level(level: str) -> QueryError:
    """The fault that something is none of :data:`LEVELS`."""
    return QueryError("no-such-level", remedy="there-are", name=level, names=one_of(LEVELS))
