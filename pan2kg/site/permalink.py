"""Links that fix a question, so that it answers the same later.

``fr/question/who-should-talk.html?as-of=2021-06-30&body=body:maee&release=0.1.0`` is the address of
a page below the root of a site: a question with its parameters, day, language and release. Every
parameter is written out, defaults too, and sorted, so that one question has one link. Whatever
graph is loaded answers it, and says where it is another release: with the data of its own it
answers the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, quote

from pan2kg.errors import Place, QueryError
from pan2kg.i18n import LANGUAGES, Language, Messages
from pan2kg.project import Project
from pan2kg.store import Query, Store, find_thing
from pan2kg.store.queries import Parameter
from pan2kg.turtle import writer

DAY = "as-of"
RELEASE = "release"
VIEW = "view"
"""The arguments of a link beside the parameters of its question; how an answer is viewed, it does not fix."""
_ADDRESS = re.compile(
    r"""
    (?: .*/ )?                            # the host, and the folder of the site
    (?P<language> [a-z]{2} )
    /question/ (?P<name> [a-z0-9-]+ ) \.html
    (?: \? (?P<query> [^\#]* ) )?
    (?: \# (?P<asked> .* ) )?              # in an export a script reads what is asked here
    """,
    re.VERBOSE,
)
"""For example ``https://host.example/en/question/plans.html?country=LUX&release=0.1.0``."""
_PAGE = Messages("page")


@dataclass(frozen=True, slots=True)
class Permalink:
    """A link that fixes a question: its name, the values of its parameters, and release, day and language.

    >>> link = Permalink("plans", {"country": "LUX"}, "0.1.0", date(2021, 6, 30))
    >>> str(link)
    'fr/question/plans.html?as-of=2021-06-30&country=LUX&release=0.1.0'
    >>> link.typed
    ['--country=LUX']
    """

    query: str
    values: Mapping[str, str]
    release: str
    day: date | None = None
    language: Language = LANGUAGES[0]

    @property
    def typed(self) -> list[str]:
        """The values as options of the command line."""
        return [f"--{name.replace('_', '-')}={value}" for name, value in self.values.items()]

    def __str__(self) -> str:
        values = {}
        for name, value in self.values.items():
            if name != "language":
                values[name.replace("_", "-")] = value
        if values.keys() & {DAY, RELEASE, VIEW}:
            raise QueryError(
                "reserved-parameter", remedy="rename-parameter", day=DAY, release=RELEASE, view=VIEW
            )
        values[RELEASE] = self.release
        if self.day:
            values[DAY] = self.day.isoformat()
        pairs = [f"{name}={quote(value, safe=':')}" for name, value in sorted(values.items())]
        return f"{self.language}/question/{self.query}.html?{'&'.join(pairs)}"


def read_permalink(address: str) -> Permalink:
    """What a link fixes, with the host and folder before it or without.

    Raises :exc:`~pan2kg.errors.QueryError` where it leads to no question, fixes no release, gives a
    parameter twice, or has a day that is none.

    >>> link = read_permalink("https://host.example/en/question/plans.html?country=LUX&release=0.1.0")
    >>> link.query, link.values, link.release, link.language
    ('plans', {'country': 'LUX'}, '0.1.0', 'en')
    """
    place = Place(address)
    match = _ADDRESS.fullmatch(address)
    tag = match["language"] if match else ""
    language = next((language for language in LANGUAGES if language == tag), None)
    if match is None or language is None:
        raise QueryError("no-question-link", place=place, remedy="link-form")
    pairs = parse_qsl(match["asked"] or match["query"] or "", keep_blank_values=True)
    values = dict(pairs)
    if len(values) < len(pairs):
        raise QueryError("link-twice", place=place, remedy="leave-one-out")
    values.pop(VIEW, "")
    release = values.pop(RELEASE, "")
    text = values.pop(DAY, "")
    if not release:
        raise QueryError("link-no-release", place=place, remedy="add-release")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise QueryError("no-day", place=place, remedy="write-as-of", text=text) from None
    typed = {name.replace("-", "_"): value for name, value in values.items()}
    return Permalink(match["name"], typed, release, day, language)


def fixed_values(
    query: Query, values: Mapping[str, str], *, store: Store, project: Project
) -> dict[str, str]:
    """The values of all parameters of a question as a link has them: defaults written out, things as names.

    A thing is a prefixed name where it has one, else an IRI. Raises
    :exc:`~pan2kg.errors.QueryError` where none is called as a value says.
    """
    prefixes = writer.read_prefixes(project)
    fixed = {}
    for parameter in parameters_of(query):
        name = parameter.name
        usual = parameter.default
        if usual.startswith("<") or re.match(r"[\w-]*:", usual):
            iri = find_thing(values.get(name, usual), store, project)
            fixed[name] = _prefixed(iri, prefixes)
        else:
            fixed[name] = values.get(name, usual.strip('"'))
    return fixed


def parameters_of(query: Query) -> list[Parameter]:
    """The parameters of a question without its language, which is that of the page."""
    return [parameter for parameter in query.parameters if parameter.name != "language"]


def _prefixed(iri: str, prefixes: Mapping[str, str]) -> str:
    # by the longest namespace; what would have to be escaped stays an IRI
    fitting = [(space, prefix) for prefix, space in prefixes.items() if iri.startswith(space)]
    space, prefix = max(fitting, key=lambda pair: len(pair[0]), default=("", ""))
    local = iri.removeprefix(space)
    is_simple = prefix and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", local)
    return f"{prefix}:{local}" if is_simple else iri


def release_notice(release: str, loaded: str, language: Language) -> str:
    """What says that a link was made with another release than the one that is loaded; empty where it was not.

    >>> release_notice("0.1.0", "0.1.0", "en")
    ''
    """
    if release == loaded:
        return ""
    return _PAGE.say("other-release", language, made=release, loaded=loaded or "?")
