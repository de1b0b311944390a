"""A few plans, published once for all tests that only read the release."""

import argparse
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.cli import arguments as options
from pan2kg.cli.publish import PUBLISH, release
from pan2kg.graph.graph import open_graph
from pan2kg.project import Project
from pan2kg.publish.edition import Addresses, Edition, File, Issue, read_facts
from pan2kg.publish.published import ReleaseOptions
from pan2kg.publish.release import publish
from pan2kg.publish.release_parts import change_part, documentation_part
from pan2kg.publish.weights import weigh_links
from pan2kg.store.store import LocalStore
from tests.conftest import made_once
from tests.copies import FEW, copy

BASE = "https://host.example/pan2kg/"
ENDPOINT = "https://host.example/sparql"
TODAY = date(2030, 1, 1)
YOUTH = ("lu-youth-1", "lu-youth-2", "lu-youth-3")
OWING = (
    "lu-circular-economy-2021",
    "lu-waste-2018",
    "lu-rural-biodiversity-2024",
    "lu-nature-3",
    "lu-river-basin-3",
)
PLANS = (*FEW, *YOUTH, *OWING)
"""A few plans, editions of which the first shares its only text with the third, and plans that owe each other."""

Publish = Callable[..., int]


class SmallSite:
    def pages(self, _: Edition) -> list[str]:
        return ["fr/plan/lu-bhr-2.html", "fr/index.html"]

    def __call__(self, _: Edition) -> Iterator[File]:
        yield (
            "fr/plan/lu-bhr-2.html",
            b'<a href="../index.html#top">Accueil</a><a href="../../doc/dataset.html?fr#dataset">e</a>',
        )
        yield "fr/index.html", b'<a href="plan/lu-bhr-2.html?x=1">PAN 2</a>'


PARTS = (SmallSite(), documentation_part, change_part)


def edition_of(graph: pan2kg.Graph) -> Edition:
    day = date(2026, 11, 25)
    issue = Issue(
        "0.1.0", day, day, Addresses(base=BASE, endpoint=ENDPOINT), contact="contact@host.example"
    )
    store = LocalStore(ox.Store())
    store.inner.bulk_extend(graph.held.inner)
    published = pan2kg.Graph(graph.project, store, language="fr", as_of=day)
    weigh_links(published)
    return Edition(published, read_facts(graph.held), issue)


@pytest.fixture(scope="session")
def few_edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return edition_of(
        open_graph(copy(tmp_path_factory.mktemp("published") / "copy", PLANS), language="fr")
    )


@pytest.fixture(scope="session")
def few_folder(few_edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of them: as large as a test needs it, at a sixth of the cost of one of all plans."""
    options = ReleaseOptions(TODAY, has_base=True)
    return made_once(
        "few-release",
        tmp_path_factory,
        lambda folder: publish(few_edition, folder, options, parts=PARTS),
    )


@pytest.fixture(scope="session")
def _catalogued(_begun: Path, project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(_begun, tmp_path_factory.mktemp("catalogued") / "mine"))
    for of_plans in ("schemes", "shapes"):
        shutil.rmtree(folder / "ontology" / of_plans)
    facts = project.graph / "catalogue.ttl"
    (folder / "graph" / facts.name).write_bytes(facts.read_bytes())
    return folder


@pytest.fixture
def small(_catalogued: Path, tmp_path: Path) -> Path:
    """A project with nothing but the catalogue's own facts, and the terms it takes for them: published in a moment."""
    return Path(shutil.copytree(_catalogued, tmp_path / "mine"))


@pytest.fixture
def command(small: Path) -> Publish:
    return partial(_published, small)


@pytest.fixture
def released(_catalogued: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """What that command has written into a folder, as the version of today."""
    made = made_once(
        "small-release", tmp_path_factory, lambda folder: _published(_catalogued, "-o", str(folder))
    )
    return Path(shutil.copytree(made, tmp_path / "release", copy_function=shutil.copyfile))


def numbered(release: Path, version: str) -> Path:
    mark = release / "release.json"
    mark.write_text(
        re.sub(r'"version": "[^"]+"', f'"version": "{version}"', mark.read_text("utf-8")), "utf-8"
    )
    return release


def _published(project: Path, *arguments: str, **more: object) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--project", action="append")
    options.add_options(parser, "publish", PUBLISH)
    return release(parser.parse_args(["--project", str(project), *arguments]), **more)  # type: ignore[arg-type]
