"""The noun of the program: a project's graph, and each reading of it made once.

Command line, pages, pictures, tables, report, exports and the service hold a :class:`Graph` and ask it; nobody else
reads the store into something of his own. What a reading needs is imported when it is first read, since a question
asked on the command line needs no numbers.

>>> import pan2kg
>>> graph = pan2kg.open_graph()
>>> graph.ask("actions-of-plan", plan="lu-bhr-2", language="en").rows[0]["action_label"]
'Communicating and raising awareness'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, cast, overload

from pan2kg.errors import Place, QueryError
from pan2kg.graph import labels as naming
from pan2kg.graph.answer import Answer, answered
from pan2kg.graph.labels import Labels, plain_words, read_labels
from pan2kg.i18n.message import Message, either, today, verbatim
from pan2kg.project import Project
from pan2kg.store import store as stores
from pan2kg.store.queries import Query, fill, find_query, insist, program_query, read_queries, replaced, with_prefixes
from pan2kg.store.rules import derive_when_asked, view_space
from pan2kg.store.store import LocalStore, Store, load_project, open_store
from pan2kg.turtle.writer import find_subjects, read_prefixes

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

    from pan2kg.coherence import bodies, reading, texts
    from pan2kg.coherence.citations import Occasion
    from pan2kg.coherence.evidence import Level, Measured
    from pan2kg.coherence.figures import PlanMeeting, Taken
    from pan2kg.coherence.known import Known, Tables
    from pan2kg.coherence.obligations import Margin, Obligation, Response
    from pan2kg.coherence.weight import Chance, Weight
    from pan2kg.extract.names import NamesInTexts
    from pan2kg.graph.links import GraphTies
    from pan2kg.graph.search import Search
    from pan2kg.graph.statements import Parts, Statements
    from pan2kg.i18n.catalogue import Language
    from pan2kg.scores.matrix import Scale, Scores
    from pan2kg.store.as_of import DatedGraph
    from pan2kg.store.rules import LinkView
    from pan2kg.validation.report import Report

OFFERED: Final = {
    "network": "network.selection.select_network", "picture": "charts.registry.draw",
    "table": "tables.writers.answer_of",
}  # fmt: skip
"""What later rooms do for the methods of a graph, which hand on: none of them is known here before it is asked."""
DAYS: Final = 4
"""Of how many days the graph as it was then is kept."""
T = TypeVar("T")


class GraphReading(Generic[T]):
    """A reading of the graph as an attribute: made when it is first asked for, once for all languages and threads.

    It is made by a function of the graph, or by one of another module that reads a store, named as ``module.function``
    and imported when it is first called.
    """

    def __init__(self, make: Callable[[Graph], T] | str, meaning: str = "") -> None:
        self.make = make
        self.__doc__ = meaning or make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, graph: None, owner: type) -> Self: ...
    @overload
    def __get__(self, graph: Graph, owner: type) -> T: ...
    def __get__(self, graph: Graph | None, owner: type) -> Self | T:
        if graph is None:
            return self
        make: Callable[[Graph], T] = self._read if isinstance(self.make, str) else self.make
        return graph.once(self.name, partial(make, graph))

    def _read(self, graph: Graph) -> T:
        return cast("T", _offered(cast("str", self.make))(graph.store))


def _offered(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    return cast("Callable[..., Any]", getattr(import_module(f"pan2kg.{module}"), name))


class Graph:
    """A project's graph, loaded, with the links its rules derive; looked at in a language, from a day.

    ``language`` is the one things are called in where none is named. Figures look back from ``as_of``; ``asked`` says
    that somebody asked for that day, so that what is undated says so. ``release`` is the number it is published under,
    where that is not the one it gives itself.
    """

    def __init__(
        self, project: Project, store: Store, *, language: Language = "en", as_of: date | None = None,
        asked: bool = False, release: str = "",
    ) -> None:  # fmt: skip
        self.project: Final = project
        self.store: Final = store
        self.language: Language = language
        self.as_of: Final = as_of or today()
        self.asked: Final = asked
        self._release: Final = release
        self._earlier: texts.Earlier | None = None
        self._kept: Final[dict[str, object]] = {}
        self._rows: Final[dict[str, list[list[str]]]] = {}
        self._dated: Final[dict[date, DatedGraph]] = {}
        self._lock: Final = RLock()

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

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What is made of the graph under a name: made when it is first asked for, then kept."""
        if name not in self._kept:
            with self._lock:
                if name not in self._kept:
                    self._kept[name] = make()
        return cast("T", self._kept[name])

    # Questions and answers

    @GraphReading
    def queries(self) -> Mapping[str, Query]:
        """The stored questions by name."""
        return read_queries(self.project)

    def questions(self, language: str = "en") -> dict[str, str]:
        """The stored questions: name → question in plain words.

        >>> "shared-instruments" in open_graph().questions()
        True
        """
        return {name: query.question(language) for name, query in self.queries.items()}

    def ask(self, name: str, **parameters: str) -> Answer[dict[str, str]]:
        """The answer to a stored question.

        Raises:
            QueryError: an unknown question, parameter or value.

        >>> len(open_graph().ask("shared-instruments")) > 0
        True
        """
        query = find_query(self.project, name)
        insist(query, parameters)
        return self.sparql(fill(query, parameters, store=self.store, project=self.project))

    def sparql(self, text: str) -> Answer[dict[str, str]]:
        """The answer to a SELECT query; the prefixes of the project need not be declared.

        Raises:
            QueryError: no SELECT query, a syntax error, or something that is refused.

        >>> len(open_graph().sparql("SELECT ?plan WHERE { ?plan a pan:Plan } LIMIT 3"))
        3
        """
        return answered(stores.select(self.store, with_prefixes(text, self.prefixes)))

    @GraphReading
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes of the project: name → namespace."""
        return read_prefixes(self.project)

    def construct(self, text: str) -> rdflib.Graph:
        """The triples of a CONSTRUCT or DESCRIBE query as an rdflib graph; prefixes as for :meth:`sparql`.

        Raises:
            QueryError: a query of another form, a syntax error, or something that is refused.

        >>> len(open_graph().construct("CONSTRUCT WHERE { plan:lu-bhr-2 pan:inPart ?none }"))
        0
        """
        return stores.to_graph(stores.construct(self.store, with_prefixes(text, self.prefixes)))

    def read(self, query: str) -> list[list[str]]:
        """The rows of a query of the program's own as plain text, asked once."""
        if query not in self._rows:
            self._rows[query] = stores.text_rows(self.store, query)
        return self._rows[query]

    @property
    def held(self) -> LocalStore:
        """The store where it is held in this process.

        Raises:
            TypeError: the graph is behind an endpoint and is not held here.
        """
        if not isinstance(self.store, LocalStore):
            raise TypeError("A graph behind an endpoint has no dataset here; open the project instead.")
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
        return stores.to_dataset(self.held)

    def check(self) -> Report:
        """The report of house style, shapes and quality queries over the project's files."""
        return cast("Report", _offered("validation.check.check")(self.project))

    # What rooms that stand on this one offer

    def network(
        self, language: str = "", evidence: Level | str = "", *, kinds: Iterable[str] = (),
        plan: str | Iterable[str] = (),
    ) -> nx.MultiDiGraph[str]:  # fmt: skip
        """The accepted and derived links as a networkx network of one's own, its labels in a language or the main ones.

        ``kinds`` are types of link, such as ``rests-on``, and ``plan`` is one plan or several; none means all. One plan
        comes with everything its links lead to, several with the links among them and their texts.

        Raises:
            QueryError: an unknown level, type of link or plan, with the nearest names.

        >>> network = open_graph().network()
        >>> network.nodes["https://w3id.org/pan2kg/id/plan/lu-bhr-2"]["type"]
        'Plan'
        """
        from pan2kg.graph.links import build_network

        tag, labels = language or "fr", self.labels
        names = {iri: plain_words(labels.label(iri, tag).text) for iri, entry in labels.entries.items() if entry.texts}
        network = build_network(self.read, names, self.known(evidence), links=self.links, language=tag)
        plans = (plan,) if isinstance(plan, str) else tuple(plan)
        if plans or kinds:
            network = _offered(OFFERED["network"])(network, plans=plans, types=kinds)
        return network

    def table(self, name: str, *, evidence: Level | str = "", **chosen: object) -> Answer[dict[str, Any]]:
        """A table of figures, as ``pan2kg coherence`` gives it: ``matrix``, ``debt``, ``gaps`` and others.

        ``chosen`` are what that table can be told: ``plans`` and ``actions`` by key, a ``part``, ``everything`` for
        empty rows too, the ``least`` weight in bits, a ``country``, ``files`` of scores and their ``assessors``.

        Raises:
            QueryError: an unknown table, level, choice, plan or action, with the nearest names.

        >>> print(open_graph().table("debt", plans=["lu-bhr-2"]).title)
        Occasions to cite, and coherence debt
        """
        make = _offered(OFFERED["table"])
        return cast("Answer[dict[str, Any]]", make(self, name, evidence=evidence, **chosen))

    def picture(self, name: str, *, evidence: Level | str = "", **parameters: object) -> Any:  # noqa: ANN401 - of charts
        """A picture, as ``pan2kg picture`` draws it: ``time-map``, ``bridge`` and others; notebooks show it.

        Raises:
            QueryError: an unknown picture, parameter, level, plan or action, with the nearest names.

        >>> open_graph().picture("time-map", plan="lu-bhr-2").svg[:4]
        '<svg'
        """
        return _offered(OFFERED["picture"])(name, self, evidence=evidence, **parameters)

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

    # What things are called, and what the graph says of itself

    @GraphReading
    def labels(self) -> Labels:
        """Labels, keys, numbers and classes of all things."""
        return read_labels(self.store, self.links.links if self.links else ())

    @GraphReading
    def names(self) -> NamesInTexts:
        """What a text can name, by its identifiers and by every word it is called."""
        from pan2kg.graph.search import read_names

        return read_names(self.read, self.profile.country)

    @GraphReading
    def search(self) -> Search:
        """Everything that has a page, found by what a person types."""
        from pan2kg.graph.search import read_search

        other_names, names = self.read(program_query("names/others")), self.read(program_query("names/named"))
        return read_search(self.labels, other_names, names)

    def label(self, iri: str, language: str = "") -> str:
        """What a thing is called, else its number or key; an action with its number before it.

        >>> open_graph().label("https://w3id.org/pan2kg/id/action/lu-bhr-2-1-1")
        '1.1 Communicating and raising awareness'
        """
        label = self.labels.label(iri, language or self.language)
        return plain_words(label.numbered if label.is_action else label.text)

    def weighed_as(self, earlier: texts.Earlier) -> Graph:
        """The same graph with its figures on the weights an earlier release published, so that both can be compared."""
        graph = Graph(
            self.project, self.store, language=self.language, as_of=self.as_of, asked=self.asked, release=self._release
        )
        graph._earlier = earlier
        return graph

    @GraphReading
    def version(self) -> naming.Release:
        """The release of the graph: its number and its day."""
        return naming.Release(self._release) if self._release else naming.read_release(self.store, self.profile.space)

    @property
    def dataset_iri(self) -> str:
        """The IRI of the dataset the graph is."""
        return naming.dataset_of(self.profile.space)

    @property
    def release(self) -> str:
        """The number of the release, empty where nothing says it."""
        return self.version.number

    @GraphReading
    def notice(self) -> naming.Notice:
        """What the graph says of itself as a dataset: names, creators, licence, days."""
        return naming.read_notice(self.store, self.profile.space)

    @GraphReading
    def projects(self) -> tuple[naming.CountryProfile, ...]:
        """The profiles of the projects whose graphs these are."""
        return naming.read_profiles(self.store)

    @GraphReading
    def profile(self) -> naming.CountryProfile:
        """What depends on the country: the plan to start from, the action that asks for coherence, languages, gazette.

        >>> open_graph().profile.languages
        ('en', 'fr')
        """
        return naming.own_profile(self.projects, self.project)

    @property
    def asked_by(self) -> Message:
        """The action that asks for coherence, as it stands behind the name of the index; no words without one.

        >>> print(open_graph().asked_by)
         (action 3.3)
        """
        number = self.labels.label(self.profile.coherence_action, self.language).notation
        return Message("figure", "of-action", {"number": number}) if number else verbatim("")

    @GraphReading
    def statements(self) -> Statements:
        """Every statement with the file or rule it comes from."""
        from pan2kg.graph.statements import read_statements

        return read_statements(self.store, self.links)

    @GraphReading
    def places(self) -> Mapping[str, Place]:
        """The file and line where each thing of the graph has its block; empty for a graph that is no project's."""
        return find_subjects(self.project) if self.project else {}

    @GraphReading
    def resting(self) -> Counter[str]:
        """How many statements rest on each document."""
        return cast("Counter[str]", _offered("graph.statements.read_resting")(self.statements))

    @GraphReading
    def rules(self) -> Mapping[str, str]:
        """What each rule derives, in its own words."""
        return cast("Mapping[str, str]", _offered("graph.statements.read_rules")(self.project))

    # Plans, actions and what they rest on

    @GraphReading
    def has_actions(self) -> bool:
        """Whether there is an action to measure; without one the graph has no figures."""
        return bool(self.read(program_query("coherence/actions")))

    @GraphReading
    def uses(self) -> bodies.Uses:
        """Actions × instruments, as stated.

        Raises:
            ProjectError: the store holds no action.
        """
        from pan2kg.coherence.reading import read_uses

        return read_uses(self.store, release=self.release, as_of=self.as_of)

    @GraphReading
    def retired(self) -> Mapping[str, tuple[str, ...]]:
        """The identifiers that were retired, with what has taken the place of each."""
        successors: dict[str, list[str]] = {}
        for retired, following in self.read(program_query("things/retired")):
            successors.setdefault(retired, []).append(following)
        return {retired: tuple(following) for retired, following in successors.items()}

    @GraphReading
    def parts(self) -> Parts:
        """The parts of plans in the order of each plan, with the actions under them and the counts sources give.

        >>> len(open_graph().parts.actions["https://w3id.org/pan2kg/id/plan/lu-bhr-2"])
        20
        """
        from pan2kg.graph.statements import read_parts

        return read_parts(self.read)

    @GraphReading
    def ties(self) -> GraphTies:
        """The stated and inferred links that join two plans."""
        from pan2kg.graph.links import read_ties

        return read_ties(self.store, self.links)

    @GraphReading
    def links(self) -> LinkView | None:
        """The derived links, as a view; None where they are triples of the store: of another engine, or of other rules.

        >>> len(open_graph().links.links) > 0
        True
        """
        from pan2kg.store.remote import RemoteStore
        from pan2kg.store.rules import has_links, read_view

        local = self.store if isinstance(self.store, LocalStore) else None
        if isinstance(self.store, RemoteStore) or (local is not None and not has_links(local)):
            return None
        space = view_space(self.project)
        view = read_view(self.store, space, self.project.space) if space else None
        if local is not None and view is None:
            local.complete()
        return view

    quotes: GraphReading[Mapping[str, str]] = GraphReading(
        "graph.links.read_quotes", "The first words each link quotes, for who needs nothing else of all that is stated."
    )
    citations: GraphReading[tuple[reading.Citation, ...]] = GraphReading(
        "coherence.reading.read_citations", "Who cites whom."
    )
    profiles: GraphReading[tuple[bodies.Profile, ...]] = GraphReading(
        "coherence.reading.read_profiles", "Topics, target groups, leads and bodies of each plan and action."
    )
    involvements: GraphReading[tuple[bodies.Involvement, ...]] = GraphReading(
        "coherence.reading.read_involvements", "Which body has which part in which work, and on whose word."
    )
    country_of: GraphReading[Mapping[str, str]] = GraphReading(
        "coherence.reading.read_countries", "Of which country each plan, action of a plan and national act is."
    )
    obligations: GraphReading[tuple[Obligation, ...]] = GraphReading(
        "coherence.reading.read_obligations", "What instruments require."
    )
    fields: GraphReading[tuple[bodies.ActionField, ...]] = GraphReading(
        "coherence.reading.read_fields", "What was recorded of the five fields of actions."
    )
    scores: GraphReading[tuple[Scores, ...]] = GraphReading(
        "scores.matrix.read_matrices", "The interaction scores the graph holds, a matrix an assessor and scale."
    )
    scales: GraphReading[Mapping[str, Scale]] = GraphReading(
        "scores.matrix.read_scales", "The scales of interaction scores the graph declares, by IRI."
    )

    @GraphReading
    def ministries(self) -> tuple[str, ...]:
        """The bodies that are ministries."""
        return tuple(body for (body,) in self.read(program_query("coherence/ministries")))

    @GraphReading
    def earlier_bodies(self) -> tuple[tuple[str, str], ...]:
        """Each body with every body whose name or remit it took over."""
        return tuple((body, earlier) for body, earlier in self.read(program_query("coherence/earlier-bodies")))

    @GraphReading
    def responses(self) -> tuple[Response, ...]:
        """What answers obligations."""
        from pan2kg.coherence.reading import read_responses

        return read_responses(self.store, self.uses)

    # What is known, at a level of evidence

    @GraphReading
    def tables(self) -> Tables:
        """The small tables all figures are computed from: uses of texts, statements, dates and what was read."""
        from pan2kg.coherence.reading import read_tables

        home = self.profile.home_plan
        tables = read_tables(self.store, release=self.release, as_of=self.as_of)
        return replace(tables, focus=home) if home in tables.works.plans else tables

    def known(self, level: Level | str = "") -> Known:
        """What is known at a level of evidence, by itself or its key: that of the headline where none is given.

        Raises:
            QueryError: no level at which figures are taken.

        >>> open_graph().known("plan").level.key
        'plan'
        """
        from pan2kg.coherence.known import known

        at = _figured(level)
        return self.once(f"known {at.key}", lambda: known(self.tables, at, weights=self._earlier))

    def uses_at(self, level: Level | str = "") -> bodies.Uses:
        """Actions × instruments at a level of evidence.

        Raises:
            QueryError: no level at which figures are taken.
        """
        from pan2kg.coherence import bodies, reading

        at = _figured(level)
        return self.once(f"uses {at.key}", lambda: bodies.limited(self.uses, reading.read_resting(self.store, at)))

    def profiles_at(self, level: Level | str = "") -> tuple[bodies.Profile, ...]:
        """The profiles of works, with leads and bodies at a level of evidence.

        Raises:
            QueryError: no level at which figures are taken.
        """
        from pan2kg.coherence.bodies import at_level

        at = _figured(level)
        return self.once(f"profiles {at.key}", lambda: at_level(self.profiles, self.involvements, at))

    @GraphReading
    def bits(self) -> Mapping[str, float]:
        """What each text weighs by which works can meet, in bits, whatever the level: no general text is among them."""
        weights = self.known().potential.weights
        ends = zip(weights.texts, weights.gain.tolist(), weights.general.tolist(), strict=True)
        return {text: gain for text, gain, is_general in ends if gain > 0 and not is_general}

    def figures(self, level: Level | str = "") -> Answer[Taken]:
        """Every figure of the register at a level of evidence, with its four values and what it rests on.

        Raises:
            QueryError: no level at which figures are taken.

        >>> next(iter(open_graph().figures())).figure.id
        'linked-plan-pairs'
        """
        from pan2kg.coherence.evidence import FIGURED
        from pan2kg.coherence.figures import figures

        at = _figured(level)
        values = self.once(f"figures {at.key}", lambda: figures({one: self.known(one) for one in FIGURED}, at))
        cells = [
            (figure.figure.id, figure.figure.name(self.asked_by).say(self.language), figure.level.key, figure.value,
             *figure.nested, figure.population)
            for figure in values
        ]  # fmt: skip
        return Answer(("id", "name", "level", "value", *(one.key for one in FIGURED), "population"), values, cells)

    @GraphReading
    def meetings(self) -> tuple[PlanMeeting, ...]:
        """All linked pairs of plans with the firmest level of each, in the order of every list.

        >>> found = open_graph().meetings
        >>> len([one for one in found if one.level.key in ("plan", "official")]) == len(open_graph().known().linked)
        True
        """
        from pan2kg.coherence import evidence, figures

        return figures.meetings({level: self.known(level) for level in evidence.FIGURED})

    @GraphReading
    def linked_actions(self) -> Mapping[str, Level]:
        """The linked actions, each with the firmest level at which it is."""
        from pan2kg.coherence import evidence, figures

        return figures.linked_actions({level: self.known(level) for level in evidence.FIGURED})

    def weight(self, one: str, two: str, level: Level | str = "") -> Weight:
        """What two plans, or two actions, share in bits, by IRI, prefixed name or key, with the texts that give it.

        Raises:
            QueryError: an unknown plan, action or level; the same twice; or an action without a plan.

        >>> found = open_graph().weight("lu-bhr-2", "lu-bhr-1")
        >>> 0 <= found.low <= found.high
        True
        """
        works, ends = self.tables.works, []
        for name in (one, two):
            wanted = bare(name)
            iri = next(
                (work for work in (*works.plans, *works.home) if wanted in {work, work.rpartition("/")[2]}), None
            )
            if iri is None:
                self._refuse_retired(wanted)
                self.uses.find(wanted)
                raise QueryError("action-without-plan", remedy="name-a-plan", name=name)
            ends.append(iri)
        if ends[0] == ends[1]:
            raise QueryError("same-given-twice", remedy="name-two-actions", one=one)
        return self.known(level).weight(*ends)

    def occasions(self, level: Level | str = "") -> Answer[Occasion]:
        """Every ordered pair of related plans, with what can be said of a citation from the first to the second.

        Raises:
            QueryError: no level at which figures are taken.

        >>> all(one.bits >= 0 for one in open_graph().occasions("editors"))
        True
        >>> list(open_graph().occasions().frame().columns)
        ['source', 'target', 'verdict', 'state', 'bits', 'ways']
        """
        occasions = self.known(level).occasions
        cells = [
            (one.source, one.target, one.verdict.value, one.state.value, one.bits, " ".join(one.ways))
            for one in occasions
        ]
        return Answer(("source", "target", "verdict", "state", "bits", "ways"), occasions, cells)

    def by_chance(self, level: Level | str = "") -> tuple[Chance, ...]:
        """Which pairs of plans share more than chance would have it, at a level of evidence.

        Raises:
            QueryError: no level at which figures are taken.
        """
        from pan2kg.coherence.weight import chance

        at, at_level = _figured(level), self.known(level)
        return self.once(
            f"chance {at.key}",
            lambda: chance(at_level.tables.works, at_level.potential.weights, at_level.tables.uses, at=at),
        )

    def margins(self, level: Level | str = "") -> Measured[Margin]:
        """Each obligation with what answers it at a level of evidence, and by how many days it is early or late.

        Raises:
            QueryError: no level at which figures are taken.

        >>> found = {level: open_graph().margins(level) for level in ("plan", "editors")}
        >>> sum(len(one.responses) for one in found["plan"]) < sum(len(one.responses) for one in found["editors"])
        True
        """
        from pan2kg.coherence.evidence import counts
        from pan2kg.coherence.obligations import margins

        at = _figured(level)
        responses = [response for response in self.responses if counts(response.level, at)]
        return self.once(f"margins {at.key}", lambda: margins(self.uses, self.obligations, responses, as_of=self.as_of))

    @GraphReading
    def periods(self) -> Mapping[str, tuple[str, str, str]]:
        """For each plan when it was adopted, starts and ends, as far as known."""
        return {plan: (on, since, until) for plan, on, since, until in self.read(program_query("tables/periods"))}

    @GraphReading
    def policy_fields(self) -> Mapping[str, str]:
        """The field of policy of each plan that has one: that of most of its topics, of equals the first by its key."""
        rows = self.read(program_query("tables/policy-fields"))
        return {plan: field for plan, field, _ in reversed(rows)}

    @GraphReading
    def home_of(self) -> Mapping[str, str]:
        """The plan of each action."""
        return self.uses.home

    @GraphReading
    def homes(self) -> Mapping[str, str]:
        """The plan of each action, and of each plan itself."""
        return self.uses.homes()

    @GraphReading
    def _planned(self) -> frozenset[str]:
        return frozenset(plan.iri for plan in self.uses.plans if plan.is_plan)

    def plan_of(self, work: str) -> str | None:
        """The plan of an action, or the plan itself; None for an action without one, and for other works."""
        home = self.home_of.get(work, work)
        return home if home in self._planned else None

    def ends(self, work: str) -> str:
        """When a plan's period, or the plan of an action, ends; empty where that is not known."""
        return self.periods.get(self.home_of.get(work, work), ("", "", ""))[2]

    # What a user names

    def plan(self, name: str) -> str:
        """The IRI of a plan by IRI, prefixed name or key.

        Raises:
            QueryError: there is no such plan; with the nearest names.

        >>> open_graph().plan("lu-bhr-2")
        'https://w3id.org/pan2kg/id/plan/lu-bhr-2'
        """
        self._refuse_retired(bare(name))
        plan = self.uses.find(bare(name), actions=False)
        if plan not in self._planned:
            raise QueryError("action-without-plan", remedy="name-a-plan", name=name)
        return plan

    def plans(self, names: Iterable[str]) -> tuple[str, ...]:
        """The IRIs of plans, each once, in the order given."""
        return tuple(dict.fromkeys(map(self.plan, names)))

    def action(self, name: str) -> str:
        """The IRI of an action by IRI, prefixed name or key.

        Raises:
            QueryError: there is no such action; with the nearest names.
        """
        self._refuse_retired(bare(name))
        return self.uses.find(bare(name), plans=False)

    def _refuse_retired(self, name: str) -> None:
        # who names a thing by an identifier that was retired is told what has taken its place
        if retired := next((iri for iri in self.retired if name in {iri, iri.rpartition("/")[2]}), ""):
            raise replaced(retired, self.retired[retired])

    def own_plan(self) -> str | None:
        """The plan to start from where none is named, as the profile says; None where the graph does not have it."""
        return next((plan.iri for plan in self.uses.plans if plan.iri == self.profile.home_plan), None)


def _figured(level: Level | str) -> Level:
    # the level figures are to be taken at, by itself or its key; that of the headline where none is given
    from pan2kg.coherence.evidence import FIGURED, HEADLINE

    chosen = next((figured for figured in FIGURED if level in {figured, figured.key}), None) if level else HEADLINE
    if chosen is None:
        keys = either([figured.key for figured in FIGURED])
        raise QueryError("no-such-level", remedy="there-are", name=level, names=keys)
    return chosen


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

    With ``endpoint``, the address of a SPARQL 1.1 endpoint, questions go there. Figures look back from the day
    ``as_of``, today where none is given.

    Raises:
        ProjectError: the folder is no project.
        TurtleError: a file of the project is not Turtle.
        EndpointError: the endpoint cannot be reached, holds no plan, or lacks what the rules derive.

    >>> open_graph("/nowhere")
    Traceback (most recent call last):
    pan2kg.errors.ProjectError: /nowhere: There is no such folder. ...
    """
    opened = Project.together([project, *others]) if project is not None else Project.packaged()
    if endpoint is not None:
        from pan2kg.store.remote import open_remote

        return Graph(opened, open_remote(endpoint), language=language, as_of=as_of)
    return Graph(opened, open_store(opened, derive_when_asked), language=language, as_of=as_of)
