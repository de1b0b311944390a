"""The Python interface: what it offers, that it answers alike from files, a release, a dump and an endpoint, and that
every door calls a thing by one name and says one release."""

import gzip
import re
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib

import pan2kg
from pan2kg.charts.registry import draw
from pan2kg.charts.subject import Subject
from pan2kg.coherence.evidence import FIGURED, Level
from pan2kg.coherence.figures import FIGURES
from pan2kg.errors import Pan2kgError, QueryError
from pan2kg.graph.datasets import Release, differing_releases, read_release
from pan2kg.graph.labels import best, plain_words
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.project import FOLDERS, Project
from pan2kg.publish.edition import read_facts
from pan2kg.site.page import PageContext, Request, SiteContext
from pan2kg.site.permalink import release_notice
from pan2kg.site.printing import report_files
from pan2kg.site.registry import Site
from pan2kg.store.as_of import as_of
from pan2kg.store.exports import dump
from pan2kg.store.project_files import load_project
from pan2kg.store.queries import read_queries
from pan2kg.store.rules import open_store
from pan2kg.store.store import LocalStore
from pan2kg.tables.kinds import DEFAULT, table_kinds
from pan2kg.tables.making import cells
from pan2kg.tables.network_files import export_network
from pan2kg.tables.writers import Style, write
from pan2kg.turtle.vocabulary import PAN
from tests.copies import FEW, copy
from tests.lots import by_lot


def test_answers_are_rows_and_frames_whose_numbers_are_numbers(graph: pan2kg.Graph) -> None:
    assert sorted(pan2kg.__all__) == ["Answer", "Graph", "Pan2kgError", "__version__", "open_graph"]
    assert all(getattr(pan2kg, name) for name in pan2kg.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = pan2kg.nothing
    answer = graph.ask("actions-of-plan", plan="lu-bhr-2", language="de")
    assert len(answer) == len(answer.rows) == len(list(answer)) == 20
    assert answer.rows[0]["action_label"] == "Communiquer et sensibiliser", (
        "no German label: the French one"
    )
    assert answer.frame()["notation"].tolist()[:2] == ["1.1", "2.1"]
    rows = "(1 2.5 true '2020-02-01'^^xsd:date 'a' 1) (2 UNDEF UNDEF UNDEF UNDEF 'b')"
    frame = graph.sparql(
        f"SELECT * WHERE {{ VALUES (?n ?d ?b ?on ?t ?mixed) {{ {rows} }} }} ORDER BY ?n"
    ).frame()
    kinds = [
        str(frame.dtypes[name]).partition("[")[0] for name in ("n", "d", "b", "on", "t", "mixed")
    ]
    assert kinds == ["Int64", "Float64", "boolean", "datetime64", "string", "string"]
    assert frame.isna().sum().sum() == 4
    assert "&lt;b&gt;" in str(graph.sparql("SELECT ?t WHERE { VALUES ?t { '<b>' } }")._repr_html_())
    own = "PREFIX pan: <http://example.org/> SELECT ?p WHERE { ?p a pan:Plan }"
    assert len(graph.sparql(own)) == 0, "a prefix of one's own is not overridden"
    made = graph.construct(
        "CONSTRUCT { ?p a pan:Plan } WHERE { ?p a pan:Plan ; skos:prefLabel ?l }"
    )
    assert len(made) == len(graph.sparql("SELECT ?p { ?p a pan:Plan }"))
    with pytest.raises(Pan2kgError):
        graph.construct("SELECT ?p WHERE { ?p a pan:Plan }")


def test_figures_and_occasions_are_taken_at_a_level_and_named_in_the_language(
    graph: pan2kg.Graph,
) -> None:
    found = graph.figures()
    assert [(one.figure, one.level) for one in found] == [
        (figure, Level.OFFICIAL) for figure in FIGURES
    ]
    frame = found.frame()
    assert list(frame.columns) == [
        "id",
        "name",
        "level",
        "value",
        "plan",
        "official",
        "other",
        "editors",
        "population",
    ]
    assert (frame["value"] == frame["official"]).all()
    names = [graph.spoken(language).figures().frame()["name"][0] for language in LANGUAGES]
    assert {"Paires de plans liées", "Linked pairs of plans", "Verknüpfte Paare von Plänen"} == {
        *names
    }
    assert len(graph.occasions("editors").frame()) == len(graph.known("editors").related)
    assert all(graph.known(level) is graph.known(level.key) for level in FIGURED)
    for name in ("machine", "certain", "Official"):
        with pytest.raises(QueryError, match=f"« {name} »"):
            graph.figures(name)


def test_a_weight_is_asked_by_key_prefixed_name_or_address(graph: pan2kg.Graph) -> None:
    one = graph.weight("lu-bhr-2", "plan:lu-bhr-1", "editors")
    assert one == graph.weight(
        "<https://w3id.org/pan2kg/id/plan/lu-bhr-2>", "lu-bhr-1", Level.EDITORS
    )
    assert (one.one, one.two) == tuple(
        f"https://w3id.org/pan2kg/id/plan/lu-bhr-{n}" for n in (2, 1)
    )
    assert 0 <= one.low <= one.high
    assert graph.weight("lu-bhr-2-4-3", "lu-bhr-2-4-4").one.endswith("/action/lu-bhr-2-4-3")
    for other, said in (("lu-bhr-2", "twice"), ("lu-bhr-9", "lu-bhr")):
        with pytest.raises(QueryError, match=said):
            graph.weight("lu-bhr-2", other)


def test_dataset_and_network_hold_what_the_files_do_and_an_endpoint_answers_alike(
    few: pan2kg.Graph, endpoint: str, own_project: Path, tmp_path: Path
) -> None:
    dataset = few.dataset()
    assert isinstance(few.store, LocalStore)
    own = (
        context
        for context in dataset.graphs()
        if context.identifier != dataset.default_graph.identifier
    )
    assert (type(dataset), sum(map(len, own))) == (rdflib.Dataset, len(few.store))
    edges = few.network(evidence="editors").edges(keys=True, data=True)
    assert {data["status"] for *_, data in edges} == {"accepted", "derived"}
    remote = pan2kg.open_graph(endpoint=endpoint, language="fr")
    assert remote.ask("shared-instruments").rows == few.ask("shared-instruments").rows != []
    assert nx.utils.graphs_equal(remote.network(), few.network())
    with pytest.raises(TypeError, match="behind an endpoint"):
        remote.dataset()
    assert Project.find(own_project / "graph" / "plans").root == own_project.resolve()
    assert Project.find(tmp_path).is_packaged
    assert all((Project.packaged().root / name).is_dir() for name in FOLDERS)


# A release or a dump in place of a project's files


def quads(project: Project) -> set[ox.Quad]:
    return set(open_store(project).inner)


def test_a_release_holds_what_the_project_did_and_is_asked_its_own_questions(
    few: pan2kg.Graph, tmp_path: Path
) -> None:
    """A folder laid out as a release is: what is stated and what is derived apart, ontology and questions beside."""
    folder = tmp_path / "release"
    project = few.project
    derived = b"<https://w3id.org/pan2kg/graph/derived/"
    (folder / "data").mkdir(parents=True)
    lines = dump(few.held, "nquads", {}).splitlines(keepends=True)
    stated = b"".join(line for line in lines if derived not in line)
    (folder / "data" / "pan2kg-derived.nq").write_bytes(
        b"".join(line for line in lines if derived in line)
    )
    (folder / "data" / "pan2kg.nq").write_bytes(stated)
    (folder / "data" / "pan2kg.nq.gz").write_bytes(gzip.compress(stated))
    shutil.copytree(project.ontology, folder / "ontology")
    (folder / "queries").mkdir()
    for path in project.queries.glob("*/*.rq"):
        if path.parent.name != "rules":
            shutil.copy(path, folder / "queries")
    whole = set(few.held.inner)
    opened = pan2kg.open_graph(folder, language="fr")
    assert opened.project.queries.is_relative_to(folder)
    assert quads(Project.at(folder)) == whole
    assert (
        opened.ask("who-should-talk", body="meco").rows
        == few.ask("who-should-talk", body="meco").rows
        != []
    )
    wrong = "<http://e/s> <http://e/p> <http://e/o> <https://w3id.org/pan2kg/graph/derived/linked-to> .\n"
    (folder / "data" / "pan2kg-derived.nq").write_text(wrong)
    shutil.copytree(project.queries / "rules", folder / "queries" / "rules")
    assert quads(Project.at(folder)) == whole, (
        "where there are rules, what was derived is not believed"
    )
    assert as_of(load_project(Project.at(folder)), date(2021, 6, 30), Project.at(folder)).gone


@pytest.mark.parametrize("name", ["graph.nq", "graph.nq.gz", "graph.trig"])
def test_a_dump_is_asked_the_nearest_questions(
    name: str, few: pan2kg.Graph, tmp_path: Path
) -> None:
    content = dump(few.held, "trig" if name.endswith("trig") else "nquads", {})
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    opened = Project.at(tmp_path / name)
    assert (opened.queries, opened.is_packaged) == (Project.find().queries, False)
    assert quads(opened) == set(few.held.inner)
    (tmp_path / "graph.nq").write_text("<http://e/a> <http://e/p>\n")
    with pytest.raises(Pan2kgError, match=r"graph\.nq:2:1: This is not RDF as \.nq says"):
        open_store(Project.at(tmp_path / "graph.nq"))


# One number says which release of the graph it is, also where dataset and ontology state different
# ones

OWN: Final = "7.8.9"


@pytest.fixture(scope="module")
def differing(tmp_path_factory: pytest.TempPathFactory) -> pan2kg.Graph:
    """The shipped project with a few plans, whose dataset states another version than its ontology."""
    folder = copy(tmp_path_factory.mktemp("differing") / "few", FEW)
    catalogue = folder / "graph" / "catalogue.ttl"
    text = catalogue.read_text(encoding="utf-8")
    issued = "    dcterms:issued "
    catalogue.write_text(text.replace(issued, f'    dcat:version "{OWN}" ;\n{issued}', 1))
    return pan2kg.open_graph(folder, language="fr", as_of=date(2026, 11, 25))


def page(name: str, graph: pan2kg.Graph) -> str:
    found = Site(SiteContext(graph, mode="served")).page(f"en/{name}.html", {})
    assert found, name
    return found.body.decode()


DOORS: Final[Mapping[str, Callable[[pan2kg.Graph], str]]] = {
    "basis": lambda graph: graph.uses.basis.release,
    "table": lambda graph: str(
        write(table_kinds()["trust"].make(graph, DEFAULT), "table", Style("fr"))
    ),
    "report": lambda graph: report_files(graph, graph.plan("lu-bhr-2"), "")["report.fr.md"],
    "picture": lambda graph: draw("plan-matrix", graph).svg,
    "export": lambda graph: export_network(graph.network(), "graphml").decode(),
    "publication": lambda graph: read_facts(graph.held).version,
    "notice of a link": lambda graph: release_notice("1.1.1", graph.release, "fr"),
    **{
        f"page {name}": partial(page, name)
        for name in ("index", "about", "gaps", "question/plans", "figure/trust")
    },
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_the_version_of_the_dataset(differing: pan2kg.Graph, door: str) -> None:
    said = DOORS[door](differing)
    assert OWN in said
    assert not re.search(r"(?<![\d./])0\.1\.0(?![\d.]*\d)", said), (
        "another door says another release"
    )


def test_the_dataset_comes_before_the_ontology_and_ours_before_others(
    few: pan2kg.Graph, project: Project
) -> None:
    def stated(turtle: str) -> LocalStore:
        prefixes = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
            @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix pan2kg: <https://w3id.org/pan2kg/> .\n"""
        store = ox.Store()
        store.load(
            prefixes + turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g")
        )
        return LocalStore(store)

    ours = 'pan2kg:ontology owl:versionInfo "1" .'
    for turtle, release in {
        f'pan2kg:dataset dcat:version "2" ; dcterms:issued "2025-01-02" . {ours}': Release(
            "2", "2025-01-02"
        ),
        '<http://e/s> a dcat:Dataset ; dcat:version "3" . pan2kg:dataset dcat:version "4" .': Release(
            "4"
        ),
        f'<http://e/s> a dcat:Dataset ; dcat:version "3" . {ours}': Release("3"),
        f'<http://e/more> a owl:Ontology ; owl:versionInfo "0" . {ours}': Release("1"),
        '<http://e/f> dcat:version "9" . <http://e/m> a owl:Ontology ; owl:versionInfo "5" .': Release(
            "5"
        ),
    }.items():
        assert read_release(stated(turtle)) == release
    package = read_release(stated(""))
    assert (package.is_stated, pan2kg.Graph(project, stated("")).release) == (False, package.number)
    named = pan2kg.Graph(few.project, few.store, release="9.9.9")
    assert (named.uses.basis.release, "9.9.9" in page("index", named)) == ("9.9.9", True)
    own = read_release(few.store, few.project.space)
    assert differing_releases(few.store, few.project) is None
    assert differing_releases(stated(""), few.project) is None, (
        "one that is not stated is not compared"
    )
    assert differing_releases(stated('pan2kg:dataset dcat:version "9" .'), few.project) == (
        "9",
        own.number,
    )


# What a thing is called is decided once: tables, pictures, pages, exports and stored questions say
# the same


@pytest.mark.parametrize(
    "language", [LANGUAGES[0], *by_lot(LANGUAGES[1:], 1)], ids=["first", "drawn"]
)
def test_every_door_calls_everything_the_same(dated: pan2kg.Graph, language: Language) -> None:
    """Every question and table in one language, and six drawn by lot of each in another one."""
    labels = dated.labels
    spoken = dated.spoken(language)
    expected, brief = (
        {
            iri: plain_words(call(iri, language).text)
            for iri, entry in labels.entries.items()
            if entry.texts
        }
        for call in (labels.label, labels.brief)
    )
    context = PageContext(SiteContext(dated), Request(f"{language}/index.html", language))
    asked = [
        name
        for name, query in read_queries(dated.project).items()
        if any(parameter.name == "language" for parameter in query.parameters)
    ]
    told_alone = {
        *("explain", "compare", "interaction", "ripple", "dematel", "chains", "groups", "agreement")
    }
    tables = sorted(table_kinds().keys() - told_alone - {"disagreement", "as-of"})
    if language != LANGUAGES[0]:
        asked = by_lot(asked, 6)
        tables = by_lot(tables, 6)
    rows: list[dict[str, object]] = [
        {**row} for name in asked for row in dated.ask(name, language=language)
    ]
    rows += [{**row} for name in tables for row in table_kinds()[name].make(spoken, DEFAULT).rows]
    pairs = [
        (row.get(key.removesuffix("_label")), row[key])
        for row in rows
        for key in row
        if key.endswith("_label")
    ]
    for said, wanted, least in (
        (
            [(iri, cells(spoken, ("plan",), (iri,))["plan_label"]) for iri in expected],
            expected,
            2000,
        ),
        ([(iri, name.text) for iri, name in Subject(spoken).names(expected).items()], brief, 2000),
        ([(iri, context.name(iri)) for iri in expected], expected, 2000),
        ([*dated.network(language).nodes(data="label")], expected, 300),
        (pairs, expected, 100),
    ):
        told = [(iri, plain_words(str(words))) for iri, words in said if iri in wanted]
        assert len(told) > least
        assert not [
            (iri, words, wanted[iri]) for iri, words in told if not words.endswith(wanted[iri])
        ]
    assert sum(brief[iri] != words for iri, words in expected.items()) > 400, (
        "pictures show short names"
    )


def test_a_name_falls_back_to_other_languages_numbers_and_keys(
    project: Project, graph: pan2kg.Graph
) -> None:
    texts = (
        {"en": "Act", "fr": "Loi", "lb": "Gesetz"},
        {"en": "Act", "lb": "Gesetz"},
        {"pt": "Lei", "lb": "Gesetz"},
    )
    assert [best(names, "de").text for names in texts] == ["Loi", "Act", "Gesetz"]
    store = ox.Store()
    action = "<http://e/action/x-1>"
    turtle = f'{action} a <{PAN}Action> ; <http://www.w3.org/2004/02/skos/core#notation> "7" .'
    store.load(turtle, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e/g"))
    nameless = pan2kg.Graph(project, LocalStore(store))
    assert (nameless.label(action[1:-1]), nameless.label("http://e/nothing/at-all")) == (
        "7",
        "at-all",
    )
    name = graph.labels.label("https://w3id.org/pan2kg/id/action/lu-bhr-2-4-3", "de")
    assert (name.language, name.notation, name.short, name.key) == (
        "fr",
        "4.3",
        "4.3",
        "lu-bhr-2-4-3",
    )


def test_a_graph_is_read_once_whatever_languages_and_threads_ask(
    project: Project, graph: pan2kg.Graph
) -> None:
    other = graph.spoken("de")
    stated = "https://w3id.org/pan2kg/id/certainty/stated"
    assert (other.language, graph.spoken(graph.language), other.uses is graph.uses) == (
        "de",
        graph,
        True,
    )
    assert other.label(stated) != graph.label(stated, "en")
    made = pan2kg.Graph(project, graph.store)
    with ThreadPoolExecutor(8) as threads:
        assert len({id(labels) for labels in threads.map(lambda _: made.labels, range(8))}) == 1
