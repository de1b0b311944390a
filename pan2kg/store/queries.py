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
software, so that a question somebody changes changes no
page: :func:`program_query`.
"""

import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pan2kg.errors import QueryError
from pan2kg.i18n import LANGUAGES, SOURCE_LANGUAGE, Messages, did_you_mean, either, there_are, told
from pan2kg.i18n.catalogue import french
from pan2kg.project import Project, read_text
from pan2kg.store.store import Store, select
from pan2kg.turtle import ID, PAN, string, tokens
from pan2kg.turtle.writer import prefixes_used

KINDS: Final[Mapping[str, frozenset[str]]] = {
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
PLAIN: Final = ("text", "language", "boolean", "number", "day", "level")
"""The kinds of a parameter whose value is no thing."""
LEVELS: Final = ("plan", "official", "other", "editors")
"""The levels of evidence a question can be asked at, from firm to weak: the values of the kind « level »."""
_ARTICLES: Final = {
    "plan": "a-plan", "action": "an-action", "instrument": "an-instrument", "body": "a-body", "category": "a-category",
    "obligation": "an-obligation", "document": "a-document",
}  # fmt: skip
Resolve = Callable[[str, Sequence[str]], str]
"""Gives the IRI of the thing that words mean, of some :data:`KINDS` where several are called so."""
FORMER: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "annotated-share": ("trust", {"least_level": "evidence"}),
    "incomplete-actions": ("completeness", {"plan": "plans"}),
    "loss-if-dropped": ("loss", {"action": "actions", "least_level": "evidence"}),
    "parts-of-plan": ("parts", {"plan": "plans"}),
}
"""Questions of the release before that a table answers now, and how what they took is called there."""
_DEFAULTS: Final = {"plan": "homePlan", "action": "exampleAction"}
"""What they took from the profile where nothing was said."""
_NO_QUESTIONS: Final = frozenset({"rules", "program"})
"""The folders of ``queries/`` that hold no questions."""
_QUERY: Final = Messages("query")
_HEAD: Final = re.compile(r"(?:#[^\n]*\n|\n)+")
_GIVEN: Final = re.compile(r"(BIND\(|VALUES \?(\w+) \{ )(.+?)( AS \?(\w+)\)| \}) *# parameter: .*")
_HEADER: Final = re.compile(r"^#\+ ([a-z_0-9]+): (.*)$", re.MULTILINE)
_PARAMETER: Final = re.compile(
    r"^(\s*BIND\()(.+)( AS \?(\w+)\)\s*# parameter: )(.*)$", re.MULTILINE
)
_OF_PROFILE: Final = re.compile(
    r"^(\s*)\?\w+ pan:(\w+) \?(\w+) \.\s*# parameter: (.*)$", re.MULTILINE
)
_DECLARED: Final = re.compile(r"\bPREFIX\s+([\w.-]*):", re.IGNORECASE)
_BARE: Final = re.compile(r"""[<>"{}|^`\\\x00-\x20]""")


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
        return self.name.replace("_", "-")

    def meaning_in(self, language: str) -> str:
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
        return self.header.get(f"question_{language}") or self.header.get("question") or self.name

    @property
    def has_links(self) -> bool:
        """Whether it may see links of works that share something: its header need not say so."""
        return self.header.get("links") != "no"

    def summary_in(self, language: str = "en") -> str:
        return self.header.get(f"summary_{language}") or self.header.get("summary", "")


# --- reading questions


def read_query(path: Path, *, name: str = "", project: Project | None = None) -> Query:
    text = read_text(path)
    header = {
        key: french(words) if key.endswith("_fr") else words for key, words in _HEADER.findall(text)
    }
    of_profile: dict[str, tuple[str, bool]] = {}
    for m in [*_OF_PROFILE.finditer(text)]:
        default_text, iri = project.said(m[2]) if project else ("", "")
        of_profile[m[3]] = default_text, m[2].startswith("example")
        default = f"<{iri}>" if iri else "pan:any"
        text = text.replace(m[0], f"{m[1]}BIND({default} AS ?{m[3]})  # parameter: {m[4]}", 1)
    # what the program's own questions say beside their words stands in the catalogues; a question
    # changed has its own
    said = {key: header[key] for key in ("message", "remedy") if key in header}
    said |= {f"parameter_{m[4]}": m[5].strip() for m in _PARAMETER.finditer(text)}
    for key, words in said.items():
        for entry in (f"{key}.{path.stem}", key):
            if _QUERY.has(entry) and _QUERY.template(entry, SOURCE_LANGUAGE) == words:
                tags = (
                    tag for tag in LANGUAGES if tag != SOURCE_LANGUAGE and _QUERY.has(entry, tag)
                )
                header = {f"{key}_{tag}": _QUERY.template(entry, tag) for tag in tags} | header
    parameters = []
    for m in _PARAMETER.finditer(text):
        prefix = f"parameter_{m[4]}_"
        meanings = {
            key.removeprefix(prefix): words
            for key, words in header.items()
            if key.startswith(prefix)
        }
        kinds = tuple(meanings.pop("kind", "").split())
        meanings = {
            language: words
            for language, words in meanings.items()
            if re.fullmatch("[a-z]{2}", language)
        }
        default, is_example = of_profile.get(m[4], (m[2].strip(), False))
        of_text = (default or m[2].strip(), m[5].strip())
        parameters.append(Parameter(m[4], *of_text, meanings, kinds, not default, is_example))
    return Query(
        path.stem,
        path.parent.name,
        text,
        name or str(path),
        header,
        tuple(parameters),
    )


def read_queries(project: Project) -> dict[str, Query]:
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
    files = _question_files(project)
    if name not in files:
        near = get_close_matches(name, files, n=3, cutoff=0.5)
        remedy = "did-you-mean-or-list" if near else "shows-all"
        raise QueryError("no-question", remedy=remedy, name=name, names=either(near))
    return read_query(files[name], name=project.name_of(files[name]), project=project)


def succeeded(name: str, values: Mapping[str, str], project: Project) -> tuple[str, dict[str, str]]:
    # the table that answers a former question, and what it is told in place of the parameters and
    # their defaults
    table, keys = FORMER[name]
    if unknown := next((key for key in values if key not in {*keys, "language"}), ""):
        raise QueryError("no-parameter", remedy=there_are(keys), name=name, parameter=unknown)
    if (level := values.get("least_level", LEVELS[0])) not in LEVELS:
        raise QueryError("no-such-level", remedy="there-are", name=level, names=either(LEVELS))
    defaults = {
        key: project.said(_DEFAULTS[key])[1]
        for key in keys
        if key in _DEFAULTS and key not in values
    }
    return table, {
        keys[key]: value for key, value in {**defaults, **values}.items() if key in keys and value
    }


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """A query with those of the known prefixes declared that it uses and does not declare, on its first line.

    >>> with_prefixes("SELECT ?p { ?p a pan:Plan }", {"pan": "http://e/"})
    'PREFIX pan: <http://e/> SELECT ?p { ?p a pan:Plan }'
    >>> with_prefixes("PREFIX pan: <http://f/> ASK { ?p a pan:Plan, x:Y }", {"pan": "http://e/"})
    'PREFIX pan: <http://f/> ASK { ?p a pan:Plan, x:Y }'
    """
    lacking = {prefix for prefix in prefixes if f"{prefix}:" in text} - {
        match[1] for match in _DECLARED.finditer(text)
    }
    # stored questions declare what they use, and need not be read token by token each time they are
    # asked
    added = sorted(prefixes_used(text) & lacking) if lacking else []
    return (
        "".join(f"PREFIX {prefix}: <{prefixes[prefix]}> " for prefix in added) + text
        if added
        else text
    )


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
    if unknown := next((name for name in values if name not in parameters), ""):
        near = get_close_matches(unknown, parameters, n=3, cutoff=0.5)
        names = (
            told("there-are", names=", ".join(parameters)) if parameters else told("there-are-none")
        )
        remedy = did_you_mean(near) if near else names
        raise QueryError("no-parameter", remedy=remedy, name=query.name, parameter=unknown)
    values_written = {
        name: _n3(parameters[name], value, store, resolve) for name, value in values.items()
    }
    return _PARAMETER.sub(
        lambda m: f"{m[1]}{values_written.get(m[4], m[2])}{m[3]}{m[5]}", query.text
    )


def insist(query: Query, values: Mapping[str, str]) -> None:
    # examples of the profile belong together: beside a thing that is given, that of another would
    # be invented
    is_begun = any(
        parameter.is_example and parameter.name in values for parameter in query.parameters
    )
    for parameter in query.parameters:
        if (
            parameter.is_needed or (is_begun and parameter.is_example)
        ) and parameter.name not in values:
            option = parameter.option
            meaning = parameter.meaning
            raise QueryError(
                "parameter-needed", remedy="name-with-option", option=option, meaning=meaning
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
    name = parameter.name
    default = parameter.default
    meaning = parameter.meaning
    raise QueryError(
        "parameter-takes",
        remedy="it-means",
        name=name,
        default=default,
        value=value,
        meaning=meaning,
    )


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def refuse_other_kind(iri: str, kinds: Collection[str], *, option: str, store: Store) -> None:
    if not kinds or iri == f"{PAN}any":
        return
    table = select(store, program_query("things/classes-and-plan", thing=iri))
    classes = {name.removeprefix(PAN) for name in table.values("class")}
    if any(classes & KINDS[kind] for kind in kinds):
        return
    if following := list(filter(None, table.values("next"))):
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
    kind = (
        told(f"{'an' if is_a[0] in 'aio' else 'a'}-{is_a}")
        if is_a
        else told("is-of-kind", kind=min(classes))
    )
    raise QueryError(
        "is-other-kind",
        remedy=remedy,
        iri=iri.removeprefix(ID),
        found=kind,
        option=option,
        wanted=wanted,
    )


def replaced(iri: str, following: Sequence[str]) -> QueryError:
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
