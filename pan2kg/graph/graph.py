"""The noun of the program: a project's graph, and each reading of it made once.

Command line, pages, pictures, tables, report, exports and the service hold a :class:`Graph` and ask
it; nobody else reads the store into something of his own. What a reading needs is imported when it
is first read, since a question asked on the command line needs no numbers.

>>> import pan2kg
>>> graph = pan2kg.open_graph()
>>> graph.ask("actions-of-plan", plan="lu-bhr-2", language="en").rows[0]["action_label"]
'Communicating and raising awareness'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from pan2kg.errors import QueryError
from pan2kg.graph import datasets, labels as naming, later_rooms
from pan2kg.graph.answer import Answer
from pan2kg.i18n import (
    LANGUAGES,
    Language,
    Message,
    did_you_mean,
    error_message,
    one_of,
    today,
    verbatim,
)
from pan2kg.project import Project
from pan2kg.store import (
    LocalStore,
    Store,
    exports,
    filling,
    load_project,
    open_store,
    program_query,
    queries,
    query_text,
    store as stores,
)
from pan2kg.store.names import ThingNames, ambiguous, resolve
from pan2kg.store.terms import KnownTerms
from pan2kg.turtle import PAN, writer
from pan2kg.turtle.vocabulary import key

if TYPE_CHECKING:
    from collections import Counter

    import networkx as nx
    import rdflib

    from pan2kg.coherence import (
        Level,
        Measured,
        action_measures,
        bodies,
        reading,
        texts,
        use_matrix,
    )
    from pan2kg.coherence.citations import Occasion
    from pan2kg.coherence.figures import PlanMeeting, Taken
    from pan2kg.coherence.known import Known, Tables
    from pan2kg.coherence.obligations import Margin, Obligation, Response
    from pan2kg.coherence.weight import Weight
    from pan2kg.errors import Place
    from pan2kg.extract.names import NamesInTexts
    from pan2kg.graph.links import GraphTies
    from pan2kg.graph.plan_parts import Parts
    from pan2kg.graph.scores import Scale, Scores
    from pan2kg.graph.search import Search
    from pan2kg.graph.statements import Statements
    from pan2kg.store.as_of import DatedGraph
    from pan2kg.store.links import LinkKind
    from pan2kg.validation.report import Report

DAYS = 4
"""Of how many days the graph as it was then is kept."""
T = TypeVar("T")
Rows = list[list[str]]


class GraphReading(Generic[T]):
    """A reading of the graph as an attribute: made when it is first asked for, once for all languages and threads."""

    def __init__(self, make: Callable[[Graph], T]) -> None:
        self.make = make
        self.name = make.__name__
        self.__doc__ = make.__doc__

    def __get__(self, graph: Graph | None, owner: type) -> T:
        if graph is None:
            return cast("T", self)
        value = graph.once(self, lambda: self.make(graph))
        # from then on it is an attribute like others: pages ask for some a million times
        vars(graph)[self.name] = value
        return value


class PlanPeriod(NamedTuple):
    """When a plan was adopted, starts and ends: days, months or years as written, empty where not known."""

    adopted: str = ""
    since: str = ""
    until: str = ""


class Graph:
    """A project's graph, loaded, with the links its rules derive; looked at in a language, from a day.

    ``language`` is the one things are called in where none is named. Figures look back from
    ``as_of``; ``asked`` says that somebody asked for that day, so that what is undated says so.
    ``release`` is the number it is published under, where that is not the one it gives itself. A
    level of evidence is given by itself or its key, the headline's where none is; a QueryError says
    that no figures are taken at it.
    """

    def __init__(
        self,
        project: Project,
        store: Store,
        *,
        language: Language = "en",
        as_of: date | None = None,
        asked: bool = False,
        release: str = "",
    ) -> None:
        self.project = project
        self.store = store
        self.language = language
        self.as_of = as_of or today()
        self.asked = asked
        self._release = release
        self._earlier: texts.Earlier | None = None
        # copies in other languages share these
        self._kept: dict[object, object] = {}
        self._dated: dict[date, DatedGraph] = {}
        self._lock = RLock()

    def __repr__(self) -> str:
        return f"Graph({str(self.project.root)!r}, language={self.language!r}, as_of={self.as_of.isoformat()!r})"

    def spoken(self, language: Language) -> Graph:
        """The same graph in another language; what was read of one is read for all.

        >>> graph = open_graph()
        >>> graph.spoken("de").uses is graph.uses
        True
        """
        if language == self.language:
            return self
        spoken = copy(self)
        spoken.language = language
        return spoken

    def weighed_as(self, earlier: texts.Earlier) -> Graph:
        """The same graph with its figures on the weights an earlier release published, so that both can be compared."""
        graph = Graph(
            self.project,
            self.store,
            language=self.language,
            as_of=self.as_of,
            asked=self.asked,
            release=self._release,
        )
        graph._earlier = earlier
        return graph

    def once(self, name: object, make: Callable[[], T]) -> T:
        """What is made of the graph under a name: made when it is first asked for, then kept."""
        if name not in self._kept:
            with self._lock:
                if name not in self._kept:
                    self._kept[name] = make()
        return cast("T", self._kept[name])

    def read(self, query: str) -> Rows:
        """The rows of a query of the program's own as plain text, asked once."""
        return self.once(query, lambda: stores.text_rows(self.store, query))

    def _rows(self, name: str) -> Rows:
        return self.read(program_query(name))

    # What the project says of itself

    @GraphReading
    def queries(self) -> Mapping[str, queries.Query]:
        """The stored questions by name."""
        return queries.read_queries(self.project)

    @GraphReading
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the project: name → namespace."""
        return writer.read_prefixes(self.project)

    @GraphReading
    def places(self) -> Mapping[str, Place]:
        """The file and line where each thing has its block."""
        return writer.find_subjects(self.project)

    @GraphReading
    def projects(self) -> tuple[datasets.CountryProfile, ...]:
        """The profiles of the projects whose graphs these are."""
        return datasets.read_profiles(self.store)

    @GraphReading
    def profile(self) -> datasets.CountryProfile:
        """What depends on the country: plan to start from, languages, gazette."""
        return datasets.own_profile(self.projects, self.project)

    @GraphReading
    def version(self) -> datasets.Release:
        """Its release: the number and the day."""
        return datasets.read_release(self.store, self.profile.space, self._release)

    @GraphReading
    def release(self) -> str:
        """The number of the release, empty where nothing says it."""
        return self.version.number

    @GraphReading
    def dataset_iri(self) -> str:
        """The IRI of the dataset the graph is, by its profile."""
        return datasets.dataset_of(self.profile.space)

    @GraphReading
    def notice(self) -> datasets.Notice:
        """Its names, creators and licence as a dataset."""
        return datasets.read_notice(self.store, self.profile.space)

    @GraphReading
    def rules(self) -> Mapping[str, str]:
        """What each rule and kind of derived link is, in English."""
        from pan2kg.store.rules import rule_summaries

        return rule_summaries(self.project, self.link_kinds)

    # What things are called, and what is stated of them

    @GraphReading
    def labels(self) -> naming.Labels:
        """Labels, keys, numbers and classes of all things."""
        return naming.read_labels(self.store)

    @GraphReading
    def names(self) -> NamesInTexts:
        """What a text can name, by identifiers and words."""
        from pan2kg.graph.nameable import read_names

        return read_names(self.read, self.profile.country)

    @GraphReading
    def search(self) -> Search:
        """Everything that has a page, found by what a person types."""
        from pan2kg.graph.search import read_search

        return read_search(self.labels, self.read)

    @GraphReading
    def called(self) -> ThingNames:
        """What all things are called, for what a person types."""
        return ThingNames(self.store, self.prefixes)

    @GraphReading
    def known_terms(self) -> KnownTerms:
        """What classes and properties there are, for what a person asks in SPARQL."""
        return KnownTerms(self.store, self.project)

    @GraphReading
    def statements(self) -> Statements:
        """Every statement with the file or rule it comes from."""
        from pan2kg.graph.statements import read_statements

        return read_statements(self.store)

    @GraphReading
    def resting(self) -> Counter[str]:
        """How many statements rest on each document."""
        from pan2kg.graph.statements import read_resting

        return read_resting(self.statements)

    @GraphReading
    def retired(self) -> Mapping[str, tuple[str, ...]]:
        """The identifiers that were retired, with what has taken the place of each."""
        successors: dict[str, list[str]] = {}
        for retired, following in self._rows("things/retired"):
            successors.setdefault(retired, []).append(following)
        return {retired: tuple(following) for retired, following in successors.items()}

    # Plans, actions and what they rest on

    @GraphReading
    def has_actions(self) -> bool:
        """Whether there is an action to measure; without one the graph has no figures."""
        return bool(self._rows("coherence/actions"))

    @GraphReading
    def uses(self) -> use_matrix.Uses:
        """Actions × instruments; a ProjectError without any."""
        from pan2kg.coherence.reading import read_uses

        return read_uses(self.store, self.release, self.as_of)

    @GraphReading
    def home_of(self) -> Mapping[str, str]:
        """The plan of each action."""
        return self.uses.home

    @GraphReading
    def homes(self) -> Mapping[str, str]:
        """The plan of each action, and of each plan itself."""
        return self.uses.homes

    @GraphReading
    def plan_of(self) -> Callable[[str], str | None]:
        """The plan of an action, or the plan itself; None for other works, by IRI."""
        return self.homes.get

    @GraphReading
    def parts(self) -> Parts:
        """Parts of plans in order, their actions and published counts."""
        from pan2kg.graph.plan_parts import read_parts

        return read_parts(self.read)

    @GraphReading
    def periods(self) -> Mapping[str, PlanPeriod]:
        """For each plan when it was adopted, starts and ends, as far as known."""
        return {plan: PlanPeriod(*days) for plan, *days in self._rows("tables/periods")}

    def period(self, plan: str) -> PlanPeriod:
        """When a plan was adopted, starts and ends; all empty of one that says nothing of it."""
        return self.periods.get(plan, PlanPeriod())

    @GraphReading
    def policy_fields(self) -> Mapping[str, str]:
        """The field of policy of each plan that has one: that of most of its topics, of equals the first by its key."""
        fields: dict[str, str] = {}
        for plan, field, _ in self._rows("tables/policy-fields"):
            fields.setdefault(plan, field)
        return fields

    @GraphReading
    def country_of(self) -> Mapping[str, str]:
        """Of which country each plan, action of a plan and national act is."""
        from pan2kg.coherence.reading import read_countries

        return read_countries(self.store)

    @GraphReading
    def fields(self) -> tuple[action_measures.ActionField, ...]:
        """What was recorded of the five fields of actions."""
        from pan2kg.coherence.reading import read_fields

        return read_fields(self.store)

    @GraphReading
    def obligations(self) -> tuple[Obligation, ...]:
        """What instruments require."""
        from pan2kg.coherence.reading import read_obligations

        return read_obligations(self.store)

    @GraphReading
    def responses(self) -> tuple[Response, ...]:
        """What answers obligations."""
        from pan2kg.coherence.reading import read_responses

        return read_responses(self.store, self.uses)

    # Who takes part

    @GraphReading
    def profiles(self) -> tuple[bodies.Profile, ...]:
        """Topics, target groups, leads and bodies of each plan and action."""
        from pan2kg.coherence.reading import read_profiles

        return read_profiles(self.store)

    @GraphReading
    def involvements(self) -> tuple[bodies.Involvement, ...]:
        """Which body has which part in which work, and on whose word."""
        from pan2kg.coherence.reading import read_involvements

        return read_involvements(self.store)

    @GraphReading
    def ministries(self) -> tuple[str, ...]:
        """Bodies that are ministries."""
        return tuple(body for (body,) in self._rows("coherence/ministries"))

    @GraphReading
    def earlier_bodies(self) -> tuple[tuple[str, str], ...]:
        """Each body with every body whose name or remit it took over."""
        return tuple((body, earlier) for body, earlier in self._rows("coherence/earlier-bodies"))

    # Links

    @GraphReading
    def ties(self) -> GraphTies:
        """The stated and inferred links that join two plans."""
        from pan2kg.graph.links import read_ties

        return read_ties(self.store)

    @GraphReading
    def link_kinds(self) -> Mapping[str, LinkKind]:
        """The kinds of links that rules derive, by name, the strongest first."""
        from pan2kg.store.links import link_kinds

        return link_kinds(self.store)

    @GraphReading
    def quotes(self) -> Mapping[str, str]:
        """What each link quotes."""
        from pan2kg.graph.links import read_quotes

        return read_quotes(self.store)

    @GraphReading
    def citations(self) -> tuple[reading.Citation, ...]:
        """Who cites whom."""
        from pan2kg.coherence.reading import read_citations

        return read_citations(self.store)

    @GraphReading
    def scores(self) -> tuple[Scores, ...]:
        """Interaction scores, a matrix an assessor and scale."""
        from pan2kg.graph.scores import read_matrices

        return read_matrices(self.store)

    @GraphReading
    def scales(self) -> Mapping[str, Scale]:
        """The scales of interaction scores the graph declares, by IRI."""
        from pan2kg.graph.scores import read_scales

        return read_scales(self.store)

    # What is known, at all levels of evidence

    @GraphReading
    def tables(self) -> Tables:
        """The tables figures are taken from."""
        from pan2kg.coherence.reading import read_tables

        return read_tables(self.store, self.release, self.as_of, self.profile.home_plan)

    @GraphReading
    def levels(self) -> Mapping[Level, Known]:
        """What is known at each of the four levels, from firm to weak."""
        from pan2kg.coherence.evidence import FIGURED

        return {level: self.known(level) for level in FIGURED}

    @GraphReading
    def meetings(self) -> tuple[PlanMeeting, ...]:
        """Linked pairs of plans with the firmest level of each."""
        from pan2kg.coherence.figures import meetings

        return meetings(self.levels)

    @GraphReading
    def linked_actions(self) -> Mapping[str, Level]:
        """The linked actions, each with the firmest level at which it is."""
        from pan2kg.coherence.figures import linked_actions

        return linked_actions(self.levels)

    @GraphReading
    def bits(self) -> Mapping[str, float]:
        """What each text weighs by which works can meet, in bits, whatever the level: no general text is among them."""
        weights = self.known().potential.weights
        rows = zip(weights.texts, weights.gain.tolist(), weights.general.tolist(), strict=True)
        return {text: gain for text, gain, is_general in rows if gain > 0 and not is_general}

    # Questions and answers

    def questions(self, language: str = "en") -> dict[str, str]:
        """The stored questions: name → question in plain words."""
        return {name: query.question(language) for name, query in self.queries.items()}

    def ask(self, name: str, **parameters: str) -> Answer[dict[str, str]]:
        """The answer to a stored question; of one of the release before, the table that answers it now.

        Raises:
            QueryError: an unknown question, parameter or value.

        >>> len(open_graph().ask("shared-instruments")) > 0
        True
        """
        if name in queries.FORMER and name not in self.queries:
            table, chosen = queries.succeeded(name, parameters, self.project)
            for language in LANGUAGES:
                if language == parameters.get("language"):
                    return self.spoken(language).table(table, **chosen)
            return self.table(table, **chosen)
        query = queries.find_query(self.project, name)
        filling.insist(query, parameters)
        return self.sparql(filling.fill(query, parameters, store=self.store, resolve=self.resolve))

    def sparql(self, text: str) -> Answer[dict[str, str]]:
        """The answer to a SELECT query; the prefixes of the project need not be declared.

        Raises:
            QueryError: no SELECT query, a syntax error, or something that is refused.

        >>> len(open_graph().sparql("SELECT ?plan WHERE { ?plan a pan:Plan } LIMIT 3"))
        3
        """
        solutions = stores.select(self.store, query_text.with_prefixes(text, self.prefixes))
        columns = solutions.columns
        rows = [dict(zip(columns, map(stores.plain, row), strict=True)) for row in solutions.rows]
        return Answer(columns, rows, solutions.rows)

    def construct(self, text: str) -> rdflib.Graph:
        """The triples of a CONSTRUCT or DESCRIBE query as an rdflib graph; prefixes as for :meth:`sparql`.

        Raises:
            QueryError: a query of another form, a syntax error, or something that is refused.

        >>> len(open_graph().construct("CONSTRUCT WHERE { plan:lu-bhr-2 pan:inPart ?none }"))
        0
        """
        return exports.to_graph(
            stores.construct(self.store, query_text.with_prefixes(text, self.prefixes))
        )

    @property
    def held(self) -> LocalStore:
        """The store where it is held in this process.

        Raises:
            TypeError: the graph is behind an endpoint and is not held here.
        """
        if not isinstance(self.store, LocalStore):
            raise TypeError(
                "A graph behind an endpoint has no dataset here; open the project instead."
            )
        return self.store

    def dataset(self) -> rdflib.Dataset:
        """A copy of the graph as an rdflib dataset: every file and every rule a named graph.

        Takes about 14 times the CPU time of loading the graph here.

        Raises:
            TypeError: the graph is behind an endpoint and is not held here.

        >>> import pyoxigraph
        >>> len(Graph(Project.packaged(), LocalStore(pyoxigraph.Store())).dataset())
        0
        """
        return exports.to_dataset(self.held)

    def check(self) -> Report:
        """The report of house style, shapes and quality queries over the project's files."""
        from pan2kg.validation import check

        return check.check(self.project)

    # What rooms that stand on this one offer

    def network(
        self,
        language: str = "",
        evidence: Level | str = "",
        *,
        kinds: Iterable[str] = (),
        plan: str | Iterable[str] = (),
    ) -> nx.MultiDiGraph[str]:
        """The accepted and derived links as a networkx network of one's own, its labels in a language or the main ones.

        ``kinds`` are types of link, such as ``rests-on``, and ``plan`` is one plan or several; none
        means all. One plan comes with everything its links lead to, several with the links among
        them and their texts.

        Raises:
            QueryError: an unknown level, type of link or plan, with the nearest names.

        >>> network = open_graph().network()
        >>> network.nodes["https://w3id.org/pan2kg/id/plan/lu-bhr-2"]["type"]
        'Plan'
        """
        from pan2kg.graph.link_network import build_network, read_network

        uncalled = self._at("network", evidence, lambda at: read_network(self.read, self.known(at)))
        network = build_network(uncalled, self.labels, language=language or "fr")
        names = (plan,) if isinstance(plan, str) else tuple(plan)
        plans = tuple(self._plan_or_name(name) for name in names)
        if not plans and not kinds:
            return network
        return later_rooms.offered("network")(network, plans=plans, types=kinds)

    def _plan_or_name(self, name: str) -> str:
        # reviews stand beside plans in a network, and are named by key
        meant = self.called.candidates(name, self.homes.values()) if name else []
        if len(meant) > 1:
            raise ambiguous(name, self.store, [candidate.iri for candidate in meant])
        return meant[0].iri if meant else name

    def table(
        self, name: str, *, evidence: Level | str = "", **chosen: object
    ) -> Answer[dict[str, Any]]:
        """A table of figures, as ``pan2kg coherence`` gives it: ``matrix``, ``debt``, ``gaps`` and others.

        ``chosen`` are what that table can be told: ``plans`` and ``actions`` by key, a ``part``,
        ``everything`` for empty rows too, the ``least`` weight in bits, a ``country``, ``files`` of
        scores and their ``assessors``.

        Raises:
            QueryError: an unknown table, level, choice, plan or action, with the nearest names.

        >>> print(open_graph().table("debt", plans=["lu-bhr-2"]).title)
        Occasions to cite, and coherence debt
        """
        answer = later_rooms.offered("table")(self, name, evidence=evidence, **chosen)
        return cast("Answer[dict[str, Any]]", answer)

    def picture(self, name: str, *, evidence: Level | str = "", **parameters: object) -> Any:  # noqa: ANN401 - of charts
        """A picture, as ``pan2kg picture`` draws it: ``time-map``, ``bridge`` and others; notebooks show it.

        Raises:
            QueryError: an unknown picture, parameter, level, plan or action, with the nearest
                names.

        >>> open_graph().picture("time-map", plan="lu-bhr-2").svg[:4]
        '<svg'
        """
        return later_rooms.offered("picture")(name, self, evidence=evidence, **parameters)

    def at(self, day: date) -> DatedGraph:
        """What was in force on a day, with what the rules derive from it; the last days asked for are kept.

        Raises:
            QueryError: the graph is behind an endpoint, or has no rules.
        """
        from pan2kg.store.as_of import as_of
        from pan2kg.store.remote import RemoteStore

        if isinstance(self.store, RemoteStore):
            raise QueryError("remote-as-of", remedy="leave-out-day")
        with self._lock:
            if day not in self._dated:
                if len(self._dated) >= DAYS:
                    self._dated.pop(next(iter(self._dated)))
                self._dated[day] = as_of(load_project(self.project), day, self.project)
            return self._dated[day]

    def label(self, iri: str, language: str = "") -> str:
        """What a thing is called, else its number or key; an action with its number before it.

        >>> open_graph().label("https://w3id.org/pan2kg/id/action/lu-bhr-2-1-1")
        '1.1 Communicating and raising awareness'
        """
        label = self.labels.label(iri, language or self.language)
        words = label.text
        if label.type == f"{PAN}Action" and label.notation not in ("", words):
            words = f"{label.notation} {words}"
        return naming.plain_words(words)

    @property
    def asked_by(self) -> Message:
        """The action that asks for coherence, as it stands behind the name of the index; no words without one.

        >>> print(open_graph().asked_by)
         (action 3.3)
        """
        number = self.labels.label(self.profile.coherence_action, self.language).notation
        return Message("figure", "of-action", {"number": number}) if number else verbatim("")

    # What is known, at a level of evidence

    def _at(self, name: str, level: Level | str, make: Callable[[Level], T]) -> T:
        """What is made of the graph at a level, given by itself or its key, once for each name and level."""
        at = _figured(level)
        return self.once((name, at), lambda: make(at))

    def known(self, level: Level | str = "") -> Known:
        """What is known at a level of evidence.

        >>> open_graph().known("plan").level.key
        'plan'
        """
        from pan2kg.coherence.known import known

        return self._at("known", level, lambda at: known(self.tables, at, weights=self._earlier))

    def uses_at(self, level: Level | str = "") -> use_matrix.Uses:
        """Actions × instruments at a level of evidence."""
        from pan2kg.coherence import reading

        return self._at("uses", level, lambda at: reading.read_uses_at(self.store, self.uses, at))

    def profiles_at(self, level: Level | str = "") -> tuple[bodies.Profile, ...]:
        """The profiles of works, with leads and bodies at a level of evidence."""
        from pan2kg.coherence.bodies import at_level

        return self._at(
            "profiles", level, lambda at: at_level(self.profiles, self.involvements, at)
        )

    def with_body(self, level: Level | str = "") -> frozenset[str]:
        """The works of which a body is known at a level of evidence, whatever its part."""
        from pan2kg.coherence.bodies import with_body

        return self._at("with_body", level, lambda at: with_body(self.involvements, at))

    def figures(self, level: Level | str = "") -> Answer[Taken]:
        """Every figure of the register at a level of evidence, with its four values and what it rests on.

        >>> next(iter(open_graph().figures())).figure.id
        'linked-plan-pairs'
        """
        from pan2kg.coherence.figures import figures

        values = self._at("figures", level, lambda at: figures(self.levels, at))
        cells = [
            (
                figure.figure.id,
                figure.figure.name(self.asked_by).say(self.language),
                figure.level.key,
                figure.value,
                *figure.nested,
                figure.population,
            )
            for figure in values
        ]
        return Answer(
            ("id", "name", "level", "value", *(at.key for at in self.levels), "population"),
            values,
            cells,
        )

    def weight(self, work_a: str, work_b: str, level: Level | str = "") -> Weight:
        """What two plans, or two actions, share in bits, by IRI, prefixed name or key, with the texts that give it.

        Raises:
            QueryError: an unknown plan, action or level; the same twice; or an action without a
                plan.

        >>> found = open_graph().weight("lu-bhr-2", "lu-bhr-1")
        >>> 0 <= found.low <= found.high
        True
        """
        works = []
        for name in (work_a, work_b):
            work = self._find(name, _PLANS_AND_ACTIONS)
            if work not in self.homes:
                raise QueryError("action-without-plan", remedy="name-a-plan", name=name)
            works.append(work)
        if works[0] == works[1]:
            raise QueryError("same-given-twice", remedy="name-two-actions", one=work_a)
        return self.known(level).weight(*works)

    def occasions(self, level: Level | str = "") -> Answer[Occasion]:
        """Every ordered pair of related plans, with what can be said of a citation from the first to the second.

        >>> list(open_graph().occasions().frame().columns)
        ['source', 'target', 'verdict', 'state', 'bits', 'ways']
        """
        occasions = self.known(level).occasions
        cells = [
            (of.source, of.target, of.verdict.value, of.state.value, of.bits, " ".join(of.ways))
            for of in occasions
        ]
        return Answer(("source", "target", "verdict", "state", "bits", "ways"), occasions, cells)

    def margins(self, level: Level | str = "") -> Measured[Margin]:
        """Each obligation with what answers it at a level of evidence, and by how many days it is early or late.

        >>> found = {level: open_graph().margins(level) for level in ("plan", "editors")}
        >>> sum(len(one.responses) for one in found["plan"]) < sum(len(one.responses) for one in found["editors"])
        True
        """
        from pan2kg.coherence import evidence, obligations

        def margins(at: Level) -> Measured[Margin]:
            responses = [
                response for response in self.responses if evidence.counts(response.level, at)
            ]
            return obligations.margins(self.uses, self.obligations, responses, as_of=self.as_of)

        return self._at("margins", level, margins)

    def resolve(self, words: str, kinds: Iterable[str] = ()) -> str:
        """The IRI of the thing that words mean: key, IRI, label, short name, abbreviation, number; of some kinds.

        Every door asks here. An address is taken as it is.

        Raises:
            QueryError: nothing is called so, with the nearest keys; or several things are, with
                these.

        >>> graph = open_graph()
        >>> [graph.resolve(words).rpartition("/id/")[2] for words in ("PAN 2", "4.3 PAN 2")]
        ['plan/lu-bhr-2', 'action/lu-bhr-2-4-3']
        >>> graph.resolve("32017R0821") == graph.resolve("2017/821")
        True
        """
        return resolve(words, kinds, names=self.called)

    def found(self, words: str, limit: int = 100) -> list[str]:
        """What words mean, whole, and then what is found by a part of them, each once; never nothing.

        Raises:
            QueryError: nothing is found.

        >>> open_graph().found("4.3 PAN 2")[0].rpartition("/")[2]
        'lu-bhr-2-4-3'
        """
        found = self.search.find(words, limit=limit)
        meant = [candidate.iri for candidate in self.called.candidates(words)]
        known = [iri for iri in meant if iri in self.labels.entries]
        # in the order of the search, as far as it knows them
        known.sort(key=lambda iri: found.index(iri) if iri in found else len(found))
        if not known and not found:
            total = len(self.labels.entries)
            raise QueryError("nothing-found", remedy="find-other-words", words=words, total=total)
        return list(dict.fromkeys([*known, *found]))[:limit]

    def meant(self, words: str) -> str:
        """The one thing that words mean, else the first that is found by a part of them.

        Raises:
            QueryError: nothing is found, or the words mean several things, with these.
        """
        known = [
            candidate.iri
            for candidate in self.called.candidates(words)
            if candidate.iri in self.labels.entries
        ]
        if len(known) > 1:
            raise ambiguous(words, self.store, known)
        return known[0] if known else self.found(words, limit=1)[0]

    def plan(self, name: str) -> str:
        """The IRI of a plan by IRI, prefixed name, key or what it is called.

        Raises:
            QueryError: there is no such plan; with the nearest names.

        >>> open_graph().plan("lu-bhr-2")
        'https://w3id.org/pan2kg/id/plan/lu-bhr-2'
        """
        plan = self._find(name, _PLANS)
        if plan not in self.homes:
            raise QueryError("action-without-plan", remedy="name-a-plan", name=name)
        return plan

    def plans(self, names: Iterable[str]) -> tuple[str, ...]:
        """The IRIs of plans, each once, in the order given."""
        return tuple(dict.fromkeys(map(self.plan, names)))

    def action(self, name: str) -> str:
        """The IRI of an action by IRI, prefixed name, key, or its number with its plan.

        Raises:
            QueryError: there is no such action; with the nearest names.
        """
        return self._find(name, _ACTIONS)

    def _find(self, name: str, sought: _Sought) -> str:
        """The IRI of one of the works that are sought."""
        wanted = bare(name)
        self._refuse_retired(wanted)
        works = set[str]()
        if sought.plans:
            works.update(plan.iri for plan in self.uses.plans)
        if sought.actions:
            works.update(self.uses.actions)
        if wanted in works:
            return wanted
        matches = [iri for iri in works if key(iri) == wanted]
        if not matches:
            matches = [candidate.iri for candidate in self.called.candidates(name, works)]
        if len(matches) > 1:
            raise ambiguous(name, self.store, matches)
        if not matches:
            raise _no_work(wanted, works, sought)
        return matches[0]

    def _refuse_retired(self, name: str) -> None:
        """Tell who names a thing by an identifier that was retired what has taken its place."""
        for iri, following in self.retired.items():
            if name in (iri, iri.rpartition("/")[2]):
                raise filling.replaced(iri, following)

    def own_plan(self) -> str | None:
        """The plan to start from where none is named, as the profile says; None where the graph does not have it."""
        home_plan = self.profile.home_plan
        return home_plan if any(plan.iri == home_plan for plan in self.uses.plans) else None


def _figured(level: Level | str) -> Level:
    """The level figures are taken at, by itself or its key, that of the headline where none is given."""
    from pan2kg.coherence.evidence import FIGURED, HEADLINE

    if not level:
        return HEADLINE
    for figured in FIGURED:
        if level in (figured, figured.key):
            return figured
    keys = one_of([figured.key for figured in FIGURED])
    raise QueryError("no-such-level", remedy="there-are", name=level, names=keys)


class _Sought(NamedTuple):
    """The works a name may mean, and the message that there is none of that name."""

    missing: str
    plans: bool = False
    actions: bool = False


_PLANS = _Sought("no-plan-in-graph", plans=True)
_ACTIONS = _Sought("no-action-in-graph", actions=True)
_PLANS_AND_ACTIONS = _Sought("no-plan-nor-action", plans=True, actions=True)
_LIKE = 0.4
"""From which likeness of a key on it is offered in place of a name: 0 for nothing in common, 1 for the same."""


def _no_work(name: str, works: Iterable[str], sought: _Sought) -> QueryError:
    """The fault that a name means no work: with the three nearest keys, else how works are named."""
    near = get_close_matches(key(name), sorted({key(iri) for iri in works}), n=3, cutoff=_LIKE)
    if near:
        return QueryError(sought.missing, remedy=did_you_mean(near), name=name)
    kinds = []
    if sought.plans:
        kinds.append(error_message("a-plan"))
    if sought.actions:
        kinds.append(error_message("an-action"))
    return QueryError(
        sought.missing, remedy=error_message("name-by-key", wanted=one_of(kinds)), name=name
    )


def bare(name: str) -> str:
    """A name without angle brackets, and the key where it is a prefixed name.

    >>> bare("<http://e/a>"), bare("plan:lu-bhr-2"), bare("lu-bhr-2")
    ('http://e/a', 'lu-bhr-2', 'lu-bhr-2')
    """
    address = name.strip().strip("<>")
    return address if "//" in address else address.rpartition(":")[2]


def open_graph(
    project: str | Path | None = None,
    *others: str | Path,
    endpoint: str | None = None,
    language: Language = "en",
    as_of: date | None = None,
) -> Graph:
    """Open the project in a folder, or without a folder the graph shipped with the package.

    Those in ``others`` are opened with it, and compared; its profile and its questions hold.

    With ``endpoint``, the address of a SPARQL 1.1 endpoint, questions go there. Figures look back
    from the day ``as_of``, today where none is given.

    Raises:
        ProjectError: the folder is no project.
        TurtleError: a file of the project is not Turtle.
        EndpointError: the endpoint cannot be reached, holds no plan, or lacks what the rules
            derive.

    >>> open_graph("/nowhere")
    Traceback (most recent call last):
    pan2kg.errors.ProjectError: /nowhere: There is no such folder. ...
    """
    opened = Project.together([project, *others]) if project is not None else Project.packaged()
    if endpoint is not None:
        from pan2kg.store.remote import open_remote

        return Graph(opened, open_remote(endpoint), language=language, as_of=as_of)
    return Graph(opened, open_store(opened), language=language, as_of=as_of)
