"""The questions a project can answer: ``.rq`` files that run unchanged in any SPARQL editor.

Header lines start with ``#+``. A parameter is a line ``BIND(<default> AS ?plan)  # parameter: the
plan to start from``; a value replaces the default in its N3 form, so that nothing a user types can
become part of the query's syntax. Another language has a line whose key ends in it:
``question_fr``, ``parameter_plan_fr``; of the program's own questions the catalogues say
parameters, messages and remedies, in the context « query ». What a parameter takes says
``parameter_plan_kind: plan``, some of :data:`KINDS` or one of :data:`PLAIN`, else anything that can
stand there.

A default that depends on the country is the profile's: ``?profile pan:homePlan ?plan .  #
parameter: the plan``. What the program asks for itself lies in ``queries/program/`` of the
software, so that a question somebody changes changes no page: :func:`program_query`.
"""

import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple

from pan2kg.errors import QueryError
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, Messages, did_you_mean, either, there_are, told
from pan2kg.i18n.catalogue import french
from pan2kg.project import Project, read_text
from pan2kg.store.store import Store, select
from pan2kg.turtle import ID, PAN, string, tokens
from pan2kg.turtle.writer import prefixes_used

KINDS: Mapping[str, frozenset[str]] = {
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
_ARTICLES = {
    "plan": "a-plan",
    "action": "an-action",
    "instrument": "an-instrument",
    "body": "a-body",
    "category": "a-category",
    "obligation": "an-obligation",
    "document": "a-document",
}
Resolve = Callable[[str, Sequence[str]], str]
"""Gives the IRI of the thing that words mean, of some :data:`KINDS` where several are called so."""
FORMER: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "annotated-share": ("trust", {"least_level": "evidence"}),
    "incomplete-actions": ("completeness", {"plan": "plans"}),
    "loss-if-dropped": ("loss", {"action": "actions", "least_level": "evidence"}),
    "parts-of-plan": ("parts", {"plan": "plans"}),
}
"""Questions of the release before that a table answers now, and how what they took is called there."""
_DEFAULTS = {"plan": "homePlan", "action": "exampleAction"}
"""What they took from the profile where nothing was said."""
_NO_QUESTIONS = frozenset({"rules", "program"})
"""The folders of ``queries/`` that hold no questions."""
_QUERY = Messages("query")
_HEAD = re.compile(r"(?:#[^\n]*\n|\n)+")
_GIVEN = re.compile(r"(BIND\(|VALUES \?(\w+) \{ )(.+?)( AS \?(\w+)\)| \}) *# parameter: .*")
_HEADER = re.compile(r"^#\+ ([a-z_0-9]+): (.*)$", re.MULTILINE)
_PARAMETER = re.compile(r"^(\s*BIND\()(.+)( AS \?(\w+)\)\s*# parameter: )(.*)$", re.MULTILINE)
_OF_PROFILE = re.compile(r"^(\s*)\?\w+ pan:(\w+) \?(\w+) \.\s*# parameter: (.*)$", re.MULTILINE)
_DECLARED = re.compile(r"\bPREFIX\s+([\w.-]*):", re.IGNORECASE)
_BARE = re.compile(r"""[<>"{}|^`\\\x00-\x20]""")


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


# --- reading questions


class _Default(NamedTuple):
    """A default that the profile gives, as it is written there; empty where the profile is silent."""

    text: str
    is_example: bool


def read_query(path: Path, *, name: str = "", project: Project | None = None) -> Query:
    """A stored question as its file has it, with the defaults of the profile of a project.

    Raises:
        ProjectError: the file cannot be read.
    """
    text = read_text(path)
    header = {
        key: french(words) if key.endswith("_fr") else words for key, words in _HEADER.findall(text)
    }
    text, defaults = _with_defaults_of_profile(text, project)
    written = {match[4]: match for match in _PARAMETER.finditer(text)}
    said = {key: header[key] for key in ("message", "remedy") if key in header}
    said |= {f"parameter_{key}": match[5].strip() for key, match in written.items()}
    for key, words in said.items():
        header = _translations(path.stem, key, words) | header
    parameters = []
    for key, match in written.items():
        default = defaults.get(key, _Default(match[2].strip(), is_example=False))
        parameters.append(
            Parameter(
                key,
                default.text or match[2].strip(),
                match[5].strip(),
                _meanings(header, key),
                tuple(header.get(f"parameter_{key}_kind", "").split()),
                is_needed=not default.text,
                is_example=default.is_example,
            )
        )
    return Query(path.stem, path.parent.name, text, name or str(path), header, tuple(parameters))


def _with_defaults_of_profile(
    text: str, project: Project | None
) -> tuple[str, dict[str, _Default]]:
    defaults = {}
    for match in list(_OF_PROFILE.finditer(text)):
        indent, property_, name, meaning = match.groups()
        words, iri = project.said(property_) if project else ("", "")
        defaults[name] = _Default(words, is_example=property_.startswith("example"))
        value = f"<{iri}>" if iri else "pan:any"
        line = f"{indent}BIND({value} AS ?{name})  # parameter: {meaning}"
        text = text.replace(match[0], line, 1)
    return text, defaults


def _translations(question: str, key: str, words: str) -> dict[str, str]:
    # what the program's own questions say beside their words stands in the catalogues; a question
    # changed has its own
    found = {}
    for entry in (key, f"{key}.{question}"):
        if not _QUERY.has(entry) or _QUERY.template(entry, SOURCE_LANGUAGE) != words:
            continue
        for tag in LANGUAGES:
            if tag != SOURCE_LANGUAGE and _QUERY.has(entry, tag):
                found[f"{key}_{tag}"] = _QUERY.template(entry, tag)
    return found


def _meanings(header: Mapping[str, str], parameter: str) -> dict[str, str]:
    meanings = {}
    for key, words in header.items():
        match = re.fullmatch(rf"parameter_{re.escape(parameter)}_([a-z]{{2}})", key)
        if match:
            meanings[match[1]] = words
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


def _question_files(project: Project) -> dict[str, Path]:
    folders = [
        path
        for path in project.queries.iterdir()
        if path.is_dir() and path.name not in _NO_QUESTIONS
    ]
    files = [
        *project.queries.glob("*.rq"),
        *(path for folder in folders for path in folder.rglob("*.rq")),
    ]
    return {path.stem: path for path in sorted(files)}


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
        raise QueryError("no-question", remedy=remedy, name=name, names=either(near))
    return read_query(files[name], name=project.name_of(files[name]), project=project)


def succeeded(name: str, values: Mapping[str, str], project: Project) -> tuple[str, dict[str, str]]:
    """The table that answers a question of the release before, and what it is told in place of the parameters.

    Raises:
        QueryError: a parameter or level the question did not have.

    >>> succeeded("parts-of-plan", {"plan": "lu-bhr-1"}, Project.packaged())
    ('parts', {'plans': 'lu-bhr-1'})
    """
    table, keys = FORMER[name]
    for key in values:
        if key not in keys and key != "language":
            raise QueryError("no-parameter", remedy=there_are(keys), name=name, parameter=key)
    level = values.get("least_level", LEVELS[0])
    if level not in LEVELS:
        raise QueryError("no-such-level", remedy="there-are", name=level, names=either(LEVELS))
    chosen = {}
    for key, called in keys.items():
        value = values.get(key, "")
        if key not in values and key in _DEFAULTS:
            value = project.said(_DEFAULTS[key])[1]
        if value:
            chosen[called] = value
    return table, chosen


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """A query with those of the known prefixes declared that it uses and does not declare, on its first line.

    >>> with_prefixes("SELECT ?p { ?p a pan:Plan }", {"pan": "http://e/"})
    'PREFIX pan: <http://e/> SELECT ?p { ?p a pan:Plan }'
    >>> with_prefixes("PREFIX pan: <http://f/> ASK { ?p a pan:Plan, x:Y }", {"pan": "http://e/"})
    'PREFIX pan: <http://f/> ASK { ?p a pan:Plan, x:Y }'
    """
    declared = {match[1] for match in _DECLARED.finditer(text)}
    lacking = {prefix for prefix in prefixes if f"{prefix}:" in text} - declared
    if not lacking:
        # as stored questions, which need not be read token by token each time they are asked
        return text
    added = sorted(prefixes_used(text) & lacking)
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}> " for prefix in added) + text


# --- putting values in place of defaults


def fill(
    query: Query,
    values: Mapping[str, str],
    *,
    store: Store,
    resolve: Resolve,
) -> str:
    """The text of a question with values in place of defaults; ``resolve`` gives the thing that words mean.

    Raises:
        QueryError: an unknown parameter, a value that does not fit it, or a thing of another kind.
        EndpointError: the store is known to answer this question wrongly.
    """
    store.refuse(query.name)
    parameters = {parameter.name: parameter for parameter in query.parameters}
    written = {}
    for name, value in values.items():
        if name not in parameters:
            raise _no_parameter(query, name)
        written[name] = _n3(parameters[name], value, store, resolve)

    def line(match: re.Match[str]) -> str:
        before, default, between, name, meaning = match.groups()
        return f"{before}{written.get(name, default)}{between}{meaning}"

    return _PARAMETER.sub(line, query.text)


def _no_parameter(query: Query, name: str) -> QueryError:
    names = [parameter.name for parameter in query.parameters]
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        remedy = did_you_mean(near)
    elif names:
        remedy = there_are(names)
    else:
        remedy = told("there-are-none")
    return QueryError("no-parameter", remedy=remedy, name=query.name, parameter=name)


def insist(query: Query, values: Mapping[str, str]) -> None:
    """Refuse values where one lacks that must be given: examples of the profile go together, or not at all.

    Beside a thing that is given, the example of another would be invented.

    Raises:
        QueryError: with the parameter that lacks.
    """
    is_begun = any(one.is_example and one.name in values for one in query.parameters)
    for parameter in query.parameters:
        is_wanted = parameter.is_needed or (is_begun and parameter.is_example)
        if is_wanted and parameter.name not in values:
            raise QueryError(
                "parameter-needed",
                remedy="name-with-option",
                option=parameter.option,
                meaning=parameter.meaning,
            )


def _n3(parameter: Parameter, value: str, store: Store, resolve: Resolve) -> str:
    token = next(tokens(parameter.default))
    if "level" in parameter.kinds and value not in LEVELS:
        raise QueryError("no-such-level", remedy="there-are", name=value, names=either(LEVELS))
    if token.kind in ("iri", "name"):
        kinds = [kind for kind in parameter.kinds if kind in KINDS]
        iri = resolve(value, kinds)
        refuse_other_kind(iri, kinds, option=parameter.option, store=store)
        return f"<{iri}>"
    if token.kind == "string" and ("day" not in parameter.kinds or _is_day(value)):
        return string(value) + parameter.default[len(token.text) :]
    is_number = token.kind == "number" and re.fullmatch(r"[+-]?\d+(\.\d+)?", value)
    if is_number or (token.kind == "word" and value in ("true", "false")):
        return value
    raise QueryError(
        "parameter-takes",
        remedy="it-means",
        name=parameter.name,
        default=parameter.default,
        value=value,
        meaning=parameter.meaning,
    )


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def refuse_other_kind(iri: str, kinds: Collection[str], *, option: str, store: Store) -> None:
    """Refuse a thing that is of none of some :data:`KINDS`, with what to name instead.

    Raises:
        QueryError: it is of another kind, was replaced, or nothing is known of it.
    """
    if not kinds or iri == f"{PAN}any":
        return
    table = select(store, program_query("things/classes-and-plan", thing=iri))
    classes = {name.removeprefix(PAN) for name in table.values("class")}
    if any(classes & KINDS[kind] for kind in kinds):
        return
    following = [successor for successor in table.values("next") if successor]
    if following:
        raise replaced(iri, following)
    wanted = either([told(_ARTICLES[kind]) for kind in sorted(kinds)])
    if not classes:
        raise QueryError("graph-knows-nothing", remedy="name-by-key", iri=iri, wanted=wanted)
    is_a = next((kind for kind, names in KINDS.items() if classes & names), "")
    plan = next(filter(None, table.values("plan")), "")
    remedy = told("name-by-key", wanted=wanted)
    if is_a == "action" and "plan" in kinds and plan:
        remedy = told("its-plan", plan=plan.rpartition("/")[2])
    elif is_a == "plan" and "action" in kinds:
        remedy = told("its-actions", plan=iri.rpartition("/")[2])
    kind = told(_ARTICLES[is_a]) if is_a else told("is-of-kind", kind=min(classes))
    raise QueryError(
        "is-other-kind",
        remedy=remedy,
        iri=iri.removeprefix(ID),
        found=kind,
        option=option,
        wanted=wanted,
    )


def replaced(iri: str, following: Sequence[str]) -> QueryError:
    """The fault that an identifier was retired, with what has taken its place."""
    names = either([f"« {successor.removeprefix(ID)} »" for successor in sorted(set(following))])
    return QueryError(
        "was-replaced", remedy="name-what-replaced", iri=iri.removeprefix(ID), names=names
    )


# --- what the program asks for itself


def program_query(name: str, /, **values: Iterable[str]) -> str:
    """What the program asks for itself: the text of ``queries/program/<name>.rq`` without its header.

    A value takes the place of a default as in :func:`fill`, any number of them in ``VALUES ?thing {
    <one> <two> }``.
    """
    text, defaults = _program_text(name)
    if values.keys() != defaults.keys():
        raise TypeError(f"{name}: {', '.join(defaults)} ≠ {', '.join(values)}")
    if not values:
        return text
    values_written = {}
    for key, listing in values.items():
        terms = [listing] if isinstance(listing, str) else [*listing]
        is_text = defaults[key].startswith('"')
        if unfit := next((term for term in terms if not is_text and _BARE.search(term)), ""):
            raise QueryError("value-no-iri", remedy="no-spaces-in-iri", value=unfit)
        values_written[key] = " ".join(string(term) if is_text else f"<{term}>" for term in terms)
    return _GIVEN.sub(lambda m: f"{m[1]}{values_written[m[2] or m[5]]}{m[4]}", text)


@functools.cache
def _program_text(name: str) -> tuple[str, dict[str, str]]:
    written = read_text(Project.packaged().queries / "program" / f"{name}.rq")
    head = _HEAD.match(written)
    text = written[head.end() if head else 0 :]
    return text, {m[2] or m[5]: m[3] for m in _GIVEN.finditer(text)}
