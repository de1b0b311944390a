"""Belgium from nothing: a project with the common core, two of its plans, a link between them, a release, a service.
Only what an official has is used: the commands, and two texts saved as files. The plans are named
as they are called; the lines of their measures are short, as it is the way that is looked at, not
what the plans say."""

import json
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.cli.main import main
from pan2kg.project import ROOT, Project
from tests.conftest import Cli, Commands, made_once
from tests.server.conftest import command

BASE = "https://graph.test/be/"
FIRST = "Plan d’action national « Entreprises et droits de l’homme »\n\n1. Former aux Principes directeurs\n2. Informer\n"  # noqa: E501
SECOND = "Plan fédéral de développement durable\n\n1. Acheter dans le respect des Principes directeurs\n2. Mesurer\n"
KNOWN = ("--language", "fr", "--publisher", "Institut fédéral pour le développement durable")
UNGP = f"{ROOT}id/instrument/ungp"


def done(cli: Cli, *words: str) -> str:
    result = cli(*words)
    assert result.returncode == 0, (
        f"pan2kg {' '.join(words)}: {result.stderr}{result.stdout[-2000:]}"
    )
    return result.stdout


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    return made_once("belgium", tmp_path_factory, lambda folder: _go_on(folder, commands))


def _go_on(folder: Path, commands: Commands) -> None:
    folder.mkdir()

    def cli(*words: str) -> subprocess.CompletedProcess[str]:
        return commands.run(words, folder)

    done(cli, "init", "be", "--country", "be", "--base", BASE, "--publisher", "Institut fédéral")
    shutil.copytree(folder / "be", folder / "begun")
    for key, text, kind, day in (
        ("be-bhr-1", FIRST, "national-action-plan", "2017-06-23"),
        ("be-sd-1", SECOND, "national-plan", "2021-10-01"),
    ):
        (folder / f"{key}.txt").write_text(text, encoding="utf-8")
        out = f"be/graph/plans/{key}.ttl"
        said = (
            *KNOWN,
            "--type",
            kind,
            "--date",
            day,
            "--read-at",
            "https://example.org/plan",
            "--list",
            "complete",
        )
        done(cli, "draft", f"{key}.txt", "--plan", key, *said, "-o", out)
    for key, quote in (
        ("be-bhr-1", "Former aux Principes directeurs"),
        ("be-sd-1", "dans le respect des Principes"),
    ):
        of = ("--quote", quote, "--document", f"{key}-text", "--project", "be")
        done(cli, "add", "link", f"{key}-1", "ungp", "--type", "uses-instrument", *of)
    read = (
        "--aspect",
        "texts",
        "--extent",
        "full",
        "--document",
        "be-bhr-1-text",
        "--by",
        "A. Peeters",
    )
    done(cli, "add", "reading", "be-bhr-1", *read, "--project", "be")
    done(cli, "add", "home", "be-bhr-1", "--project", "be")


@pytest.fixture
def begun(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept / "begun", tmp_path / "be")


@pytest.fixture
def belgium(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept / "be", tmp_path / "be")


def test_a_project_that_was_only_begun_conforms_is_not_published_and_imports_the_core(
    begun: Path, cli: Cli
) -> None:
    report = json.loads(done(cli, "check", "--project", "be", "--format", "json"))
    assert {finding["rule"] for finding in report["findings"]} == {"example-left-violation"}
    refused = cli("publish", "--project", "be", "-o", "release")
    assert (refused.returncode, (begun.parent / "release").exists()) == (2, False)
    assert (
        "be-example-1 is still among the data. Let a plan of yours take its place" in refused.stderr
    )
    assert not [path for path in Project.at(begun).graph_files() if "core" in path.parts]
    named = (
        pan2kg.open_graph(begun)
        .sparql(f"SELECT ?g WHERE {{ GRAPH ?g {{ <{UNGP}> a ?class }} }}")
        .rows
    )
    assert [row["g"] for row in named] == [f"{ROOT}graph/core/instruments/un/ungp"]


def test_belgium_reaches_a_link_between_two_of_its_plans(belgium: Path, cli: Cli) -> None:
    assert "The graph conforms" in done(cli, "check", "--project", "be")
    rows = json.loads(done(cli, "ask", "shared-instruments", "--project", "be", "--format", "json"))
    assert all(key in json.dumps(rows) for key in ("be-bhr-1", "be-sd-1"))
    linked = pan2kg.open_graph(belgium).known().linked
    assert linked == {(f"{BASE}id/plan/be-bhr-1", f"{BASE}id/plan/be-sd-1")}
    assert "be-bhr-1" in done(cli, "coherence", "index", "--project", "be", "--format", "csv")
    named = done(
        cli, "coherence", "figures", "--project", "be", "--format", "csv", "--language", "en"
    )
    assert 'coherence-index,"Coherence index, home plan"' in named


def test_a_release_of_belgium_says_its_own_number_name_and_address(
    belgium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Project.core_files
    monkeypatch.setattr(
        Project, "core_files", lambda of: [file for file in whole(of) if file.stem == "ungp"]
    )
    for scheme in ("topic", "group"):
        (belgium / "ontology" / "schemes" / f"{scheme}.ttl").unlink()
    release = belgium.parent / "release"
    assert main(["publish", "--no-cache", "--project", str(belgium), "-o", str(release)]) == 0
    mark = json.loads((release / "release.json").read_text("utf-8"))
    assert (mark["dataset"], mark["version"], mark["root"]) == (f"{BASE}dataset", "0.1.0", BASE)
    catalogue = ox.Store()
    catalogue.load(path=release / "catalogue.ttl", format=ox.RdfFormat.TURTLE)
    about = ox.NamedNode(f"{BASE}dataset")
    titles = catalogue.quads_for_pattern(
        about, ox.NamedNode("http://purl.org/dc/terms/title"), None
    )
    assert {str(quad.object) for quad in titles} == {
        '"Plans nationaux\u00a0: Belgique"@fr',
        '"Nationale Pläne: Belgien"@de',
    }
    assert f"Leads {BASE}" in (release / "w3id" / ".htaccess").read_text("utf-8")
    context = json.loads((release / "ontology" / "context.jsonld").read_text("utf-8"))["@context"]
    assert (context["plan"], context["role"]) == (f"{BASE}id/plan/", f"{ROOT}id/role/")
    assert all(
        (release / "fr" / f"{page}.html").is_file() for page in ("plan/be-bhr-1", "instrument/ungp")
    )
    page = (release / "fr" / "about.html").read_text("utf-8")
    assert "uxembourg" not in page


def test_the_service_answers_for_belgian_addresses_and_for_those_of_the_core(belgium: Path) -> None:
    with command(belgium) as service:
        reply = service.get("/id/plan/be-bhr-1", Accept="text/turtle")
        assert (reply.status, reply.headers["location"]) == (303, "/doc/plan/be-bhr-1")
        turtle = service.get("/doc/plan/be-bhr-1", Accept="text/turtle").text
        assert f"<{BASE}id/plan/be-bhr-1>" in turtle or f"@prefix plan: <{BASE}id/plan/>" in turtle
        assert UNGP in service.get("/doc/instrument/ungp", Accept="text/turtle").text
        paths = (
            "/id/instrument/ungp",
            "/graph/plans/be-bhr-1",
            "/dataset",
            "/id/plan/nowhere",
        )
        assert [service.get(path, Accept="text/turtle").status for path in paths] == [
            303,
            200,
            303,
            404,
        ]


def test_two_countries_are_compared(belgium: Path, cli: Cli, tmp_path: Path) -> None:
    done(cli, "init", "fr", "--country", "fr", "--base", "https://graph.test/fr/")
    both = done(cli, "ask", "plans", "--project", "be", "--project", "fr", "--format", "csv")
    assert all(key in both for key in ("be-bhr-1", "be-sd-1", "fr-example-1"))
    graph = pan2kg.open_graph(belgium, tmp_path / "fr")
    assert graph.profile.country.endswith("BEL")
    assert len(graph.projects) == 2
    assert (
        f"{BASE}id/plan/be-bhr-1",
        "https://graph.test/fr/id/plan/fr-example-1",
    ) in graph.known().linked
    assert "The graph conforms" in done(cli, "check", "--project", "be", "--project", "fr")
    done(cli, "init", "other", "--country", "be", "--base", BASE, "--licence", "cc0-1.0")
    refused = cli("ask", "plans", "--project", "be", "--project", "other")
    assert (refused.returncode, "stands in both" in refused.stderr) == (2, True)
    assert (
        "write into" in cli("add", "home", "be-sd-1", "--project", "be", "--project", "fr").stderr
    )
