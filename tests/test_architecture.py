"""The map of the house: the modules in one order, each importing only modules before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).resolve().parents[1] / "pan2kg"

CORRIDOR: Final = (
    # the words everything is said in
    "errors", "vocabulary", "project", "lexer", "turtle", "wording",
    # a published plan becomes a draft
    "layout", "numbering", "entry", "kind", "nesting", "outline", "draft",
    # what is found, how it is said, and how files should look
    "report", "sentence", "page", "baseline", "rendering", "sheet", "style",
    # keeping, deriving, asking
    "dumped", "store", "notice", "endpoint", "rule", "expectation", "query", "answer",
    # checking
    "rdf", "shape", "check",
    # where plans meet: figures over the whole graph
    "coherence",
    "coherence.basis", "coherence.matrix", "coherence.uses", "coherence.strength", "coherence.hoisting",
    "coherence.links", "coherence.citations", "coherence.debt", "coherence.index", "coherence.participation",
    "coherence.bodies", "coherence.completeness", "coherence.obligations", "coherence.scores",
    "coherence.interaction", "coherence.agreement", "coherence.pairs", "coherence.chance", "coherence.editions",
    "coherence.questions", "coherence.reading", "coherence.records",
    # the same as pictures
    "picture",
    "picture.font", "picture.canvas", "picture.svg", "picture.raster", "picture.colour", "picture.words",
    "picture.names", "picture.ground", "picture.frame", "picture.choice", "picture.grid", "picture.plans",
    "picture.actions", "picture.ties", "picture.lanes", "picture.timeline", "picture.upset", "picture.ministries",
    "picture.ego", "picture.gallery", "picture.writing",
    # as tables that can be cited
    "exhibit",
    "exhibits",
    "exhibits.words", "exhibits.texts", "exhibits.material", "exhibits.case", "exhibits.cells", "exhibits.debts",
    "exhibits.ties", "exhibits.editions", "exhibits.mandates", "exhibits.measures", "exhibits.duties",
    "exhibits.audiences", "exhibits.judgements", "exhibits.ledger", "exhibits.moment", "exhibits.gaps",
    "exhibits.register",
    "cell", "markup", "printing",
    # and as one report
    "option", "progress",
    "dossier",
    "dossier.words", "dossier.block", "dossier.row", "dossier.evidence", "dossier.drawing", "dossier.annex",
    "dossier.part", "dossier.gap", "dossier.method", "dossier.compose", "dossier.hypertext", "dossier.markdown",
    "dossier.writing", "dossier.command",
    # taking it along
    "network",
    "placement",
    "export.selection", "export.columns", "export.frames", "export.markup", "export.graphml", "export.gexf",
    "export.cytoscape", "export.dot", "export.mermaid", "export.separated", "export",
    "graph", "start",
    # what a front end is made of, and a day, and a link that stays
    "bundle", "moment", "moment.interval", "moment.dates", "moment.cascade", "moment.words", "moment.view",
    "permalink",
    # what changed
    "change", "change.side", "change.compare", "change.patch", "change.words", "change.naming", "change.thing",
    "change.telling", "change.feed", "change.sheet", "change.command",
    # on a portal
    "portal", "portal.fault", "portal.access", "portal.pace", "portal.parcel", "portal.manifest", "portal.offer",
    "portal.upload", "portal.client", "portal.remote", "portal.step", "portal.push", "portal.listing",
    "portal.command",
    # the catalogue
    "catalogue", "catalogue.issue", "catalogue.terms", "catalogue.authority", "catalogue.facts", "catalogue.form",
    "catalogue.soundness", "catalogue.words", "catalogue.description",
    # what somebody decides about a link
    "review", "review.outcome", "review.appending", "review.entry", "review.queue", "review.decision",
    "review.refresh", "review.shelf", "review.filing", "review.scoring", "review.submission",
    # as pages: what all are made of, and each kind
    "site", "site.calendar", "site.page", "site.place", "site.index", "site.finder", "site.property", "site.records",
    "site.statements", "site.grounds", "site.template", "site.ties", "site.choice", "site.library", "site.files",
    "site.words", "site.speaker", "site.basis", "site.frame", "site.lanes", "site.machine", "site.node",
    "site.connection", "site.packing", "site.rows", "site.selection", "site.filtering", "site.shelf",
    "site.surroundings", "site.tables", "site.view", "site.data", "site.entity", "site.exploring", "site.figures",
    "site.sheet", "site.matrix", "site.home", "site.obligations", "site.plan", "site.lists", "site.pair", "site.prose",
    "site.questions", "site.editor", "site.search", "site.sources",
    # the ontology and the quality of the data, documented
    "reference", "reference.balance", "reference.criterion", "reference.layer", "reference.sheet", "reference.term",
    "reference.constraint", "reference.example", "reference.relation", "reference.scheme", "reference.translation",
    "reference.quality", "reference.usage", "reference.ontology", "reference.words", "reference.diagram",
    "reference.view", "reference.standalone",
    # pages that show these, and the site as a whole
    "site.desk", "site.ontology", "site.quality", "site.review", "site.scores", "site.register", "site.site",
    "site.writing", "site.command",
    # a release of everything
    "release", "release.checksum", "release.archive", "release.content", "release.dump", "release.edition",
    "release.examples", "release.folder", "release.inspection", "release.ontology", "release.parts",
    "release.schedule", "release.schema_org", "release.site_map", "release.statistics", "release.readme",
    "release.rewrite", "release.service", "release.table", "release.csvw", "release.offer", "release.void",
    "release.assemble", "release.command",
    # the service
    "service", "service.frame", "service.limit", "service.negotiation", "service.description", "service.refusal",
    "service.inspection", "service.protocol", "service.address", "service.everything", "service.rewriting",
    "service.safety", "service.request", "service.application", "service.server", "service.session", "service.sink",
    "service.evaluation", "service.change", "service.document", "service.parts", "service.variant", "service.worker",
    "service.tending", "service.nursery", "service.exchange", "service.pool", "service.poolstore", "service.settings",
    "service.pages", "service.review", "service.showing", "service.census", "service.dereference", "service.linked",
    "service.sparql", "service.graphstore", "service.relay", "service.assembly", "service.command",
    # the command line
    "inquiry", "delivery", "arguments", "cli",
)  # fmt: skip

DOORS: Final = {
    "SPARQLWrapper": {"endpoint"},
    "jinja2": {"site.template"},
    "matplotlib": {"picture.raster"},
    "networkx": {"coherence.links", "network"},
    "pandas": {"graph"},
    "pyshacl": {"shape"},
    "rdflib": {"rdf", "shape"},
    "scipy": {"coherence.matrix"},
    "uvicorn": {"service.server"},
}
"""Each roughly typed library, and the one or two modules that import it."""


@cache
def files() -> dict[str, Path]:
    """The modules by name: ``store``, in a folder ``coherence.uses``, and the folder itself ``coherence``."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def parse(module: str) -> ast.Module:
    return ast.parse(files()[module].read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere, in functions too: ``pan2kg.errors``, ``rdflib.term``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            whole = [f"{base}.{alias.name}" for alias in node.names]
            yield from (name if is_ours(name) else base for name in whole)


def is_ours(name: str) -> bool:
    return name.removeprefix("pan2kg.") in files()


def imports_that_run(tree: ast.Module) -> Iterator[str]:
    """The same without what stands under ``if TYPE_CHECKING`` at the top of a module."""
    for node in tree.body:
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from imports(node)


def test_the_corridor_lists_every_module_once() -> None:
    assert sorted(CORRIDOR) == sorted(files().keys() - {""}), "give the module its place in CORRIDOR, or take it out"


@pytest.mark.parametrize("module", CORRIDOR)
def test_a_module_imports_only_what_stands_before_it(module: str) -> None:
    before = set(CORRIDOR[: CORRIDOR.index(module)])
    ours = {name.removeprefix("pan2kg.") for name in imports(parse(module)) if name.startswith("pan2kg.")}
    assert ours <= before, f"{module} may not import {sorted(ours - before)}: data flows left to right"


@pytest.mark.parametrize("module", CORRIDOR)
def test_imports_name_the_module_in_full(module: str) -> None:
    vague = [name for name in imports(parse(module)) if name.startswith(".") or name == "pan2kg"]
    assert not vague, "write « from pan2kg.errors import … »"


@pytest.mark.parametrize("library", DOORS)
def test_a_rough_library_has_one_door(library: str) -> None:
    used = {module: {name.split(".")[0] for name in imports_that_run(parse(module))} for module in files()}
    doors = {module for module, libraries in used.items() if library in libraries}
    assert doors == DOORS[library], f"{library} is imported in {sorted(doors)}: go through {sorted(DOORS[library])}"


@pytest.mark.parametrize("module", CORRIDOR)
def test_a_module_is_one_room(module: str) -> None:
    lines = files()[module].read_text(encoding="utf-8").count("\n")
    assert lines <= 350, f"{module} has {lines} lines: is it still one thing?"


@pytest.mark.parametrize("module", [name for name in CORRIDOR if name != "cli"])
def test_the_library_does_not_print(module: str) -> None:
    calls = [node for node in ast.walk(parse(module)) if isinstance(node, ast.Call)]
    prints = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    assert not prints, f"{module} prints in line {prints}: return the text, and let cli write it"


BOUNDARY: Final = "service.application"
"""Where a fault of ours ends: its traceback in the log, one sentence for who asked."""


@pytest.mark.parametrize("module", [name for name in CORRIDOR if name != BOUNDARY])
def test_what_is_caught_is_named(module: str) -> None:
    handlers = [node for node in ast.walk(parse(module)) if isinstance(node, ast.ExceptHandler)]
    broad = [handler.lineno for handler in handlers if is_broad(handler)]
    assert not broad, f"{module} catches everything in line {broad}: name what can happen"


def is_broad(handler: ast.ExceptHandler) -> bool:
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()
    return handler.type is None or not names.isdisjoint({"Exception", "BaseException"})
