"""What holds of the ontology, its concept schemes, its alignments and its JSON-LD context."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"
VOCABULARIES = ROOT.parent / "shared" / "standards" / "vocab"
PAN = "https://w3id.org/pan2kg/ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SHAPES = [
    path for path in sorted(ONTOLOGY.rglob("*.ttl")) if "shapes" in path.relative_to(ONTOLOGY).parts
]
TURTLE = [path for path in sorted(ONTOLOGY.rglob("*.ttl")) if path not in SHAPES]
SCHEMES = sorted((ONTOLOGY / "schemes").glob("*.ttl"))
LANGUAGES = ("de", "en", "fr")

STORED = {
    prefix: f"{prefix}.ttl"
    for prefix in (
        "adms",
        "dcterms",
        "foaf",
        "oa",
        "org",
        "prov",
        "sd",
        "skos",
        "skosxl",
        "vann",
        "void",
    )
} | {"cpov": "cpov-ap-2.1.2.ttl", "dcat": "dcat3.ttl"}
BUILT_IN = {"owl": OWL, "rdf": RDF, "rdfs": RDFS, "sh": rdflib.SH, "xsd": rdflib.XSD}

# These two vocabularies are not stored beside the project: what is known of them, from their
# published lists.
ELI = """
LegalResource LegalResourceSubdivision Work amends amended_by applies based_on changes cites commences consolidates
corrects date_applicability date_document date_no_longer_in_force date_publication ensures_implementation_of
first_date_entry_in_force id_local implements in_force is_about is_part_of number passed_by refers_to related_to repeals
responsibility_of title title_short transposes type_document type_subdivision
"""
KNOWN = {
    "eli": frozenset(ELI.split()),
    "pplan": frozenset(["Activity", "Plan", "Step", "correspondsToStep", "isStepOfPlan"]),
}


@cache
def parsed(path: Path) -> Graph:
    return Graph().parse(path, format="turtle")


@cache
def prefixes() -> dict[str, str]:
    lines = (ONTOLOGY / "prefixes.ttl").read_text("utf-8").splitlines()
    matches = (re.fullmatch(r"@prefix (\w+): <(.+)> \.", line) for line in lines)
    return {match[1]: match[2] for match in matches if match}


@cache
def written() -> str:
    folders = (ONTOLOGY, ROOT / "graph", ROOT / "queries")
    paths = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".ttl", ".rq"}
    ]
    paths = [
        path for path in paths if "exam" not in path.parts
    ]  # invented, with a term that nobody declared
    lines = (line for path in paths for line in path.read_text("utf-8").splitlines())
    return "\n".join(
        line for line in lines if not line.lstrip().lower().startswith(("#", "@prefix", "prefix"))
    )


@cache
def names_used() -> dict[str, set[str]]:
    spaces = {space: prefix for prefix, space in prefixes().items()}
    full = "|".join(map(re.escape, sorted(spaces, key=len, reverse=True)))
    pattern = rf"(?:(?<![\w./:?$@-])(\w+):|<({full}))([A-Za-z0-9_](?:[\w.-]*[\w-])?)"
    found: dict[str, set[str]] = defaultdict(set)
    for prefix, space, name in re.findall(pattern, written()):
        found[prefix or spaces[space]].add(name)
    return found


@cache
def declared() -> Counter[str]:
    paths = (*TURTLE, *SHAPES, *sorted((ROOT / "graph" / "authorities").glob("national-*.ttl")))
    files = (set(parsed(path).subjects(RDF.type, unique=True)) for path in paths)
    return Counter(str(subject) for subjects in files for subject in subjects)


def terms() -> list[URIRef]:
    subjects = parsed(ONTOLOGY / "pan2kg.ttl").subjects(RDF.type, unique=True)
    return sorted(term for term in subjects if isinstance(term, URIRef) and term.startswith(PAN))


def properties() -> list[URIRef]:
    graph = parsed(ONTOLOGY / "pan2kg.ttl")
    kinds = {OWL.ObjectProperty, OWL.DatatypeProperty}
    return [term for term in terms() if kinds & set(graph.objects(term, RDF.type))]


def languages(graph: Graph, subject: URIRef, predicate: URIRef) -> list[str | None]:
    values = (value for value in graph.objects(subject, predicate) if isinstance(value, Literal))
    return sorted((value.language for value in values), key=str)


def repeated(graph: Graph, subjects: list[URIRef], predicate: URIRef) -> list[Literal]:
    texts = Counter(
        value
        for item in subjects
        for value in graph.objects(item, predicate)
        if isinstance(value, Literal)
    )
    return [text for text, count in texts.items() if count > 1]


def concepts(path: Path) -> list[URIRef]:
    return [
        item for item in parsed(path).subjects(RDF.type, SKOS.Concept) if isinstance(item, URIRef)
    ]


def context() -> dict[str, object]:
    content: dict[str, dict[str, object]] = json.loads(
        (ONTOLOGY / "context.jsonld").read_text("utf-8")
    )
    return content["@context"]


def test_every_term_and_concept_that_is_used_is_declared_in_one_file() -> None:
    undeclared = sorted(name for name in names_used()["pan"] if PAN + name not in declared())
    assert not undeclared, (
        f"declare these in ontology/pan2kg.ttl, or mend their spelling where used: {undeclared}"
    )
    twice = sorted(iri for iri, count in declared().items() if iri.startswith(PAN) and count > 1)
    assert not twice, f"keep one declaration of each: {twice}"
    iris = [
        prefixes()[path.stem] + name for path in SCHEMES for name in sorted(names_used()[path.stem])
    ]
    wrong = [iri for iri in iris if declared()[iri] != 1]
    assert not wrong, (
        f"declare each once in ontology/schemes/, or mend the spelling where it is used: {wrong}"
    )


def test_every_term_is_of_one_kind_named_and_defined_in_each_language_and_says_where() -> None:
    graph = parsed(ONTOLOGY / "pan2kg.ttl")
    kinds = [{OWL.Class}, {OWL.ObjectProperty}, {OWL.DatatypeProperty}, {OWL.NamedIndividual}]
    wrong = [term for term in terms() if set(graph.objects(term, RDF.type)) not in kinds]
    assert not wrong, f"give each exactly one kind: {wrong}"
    for predicate, tags in ((RDFS.label, ["de", "en", "fr"]), (SKOS.definition, ["en", "fr"])):
        wrong = [term for term in terms() if languages(graph, term, predicate) != tags]
        assert not wrong, f"give each exactly one {predicate} in {tags}: {wrong}"
    ontology = graph.value(predicate=RDF.type, object=OWL.Ontology)
    wrong = [term for term in terms() if list(graph.objects(term, RDFS.isDefinedBy)) != [ontology]]
    assert not wrong, f"add rdfs:isDefinedBy {ontology} to these: {wrong}"
    shared = repeated(graph, terms(), RDFS.label)
    assert not shared, f"two terms have this label, word one of them differently: {shared}"


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_every_concept_is_labelled_in_each_language_and_in_the_scheme_of_its_file(
    path: Path,
) -> None:
    graph = parsed(path)
    scheme = URIRef(prefixes()["scheme"] + path.stem)
    subjects = [
        *concepts(path),
        *(URIRef(str(item)) for item in graph.subjects(RDF.type, SKOS.ConceptScheme)),
    ]
    wrong = [
        item
        for item in subjects
        if not set(LANGUAGES) <= set(languages(graph, item, SKOS.prefLabel))
    ]
    assert not wrong, f"add the skos:prefLabel that is missing: {wrong}"
    shared = repeated(graph, concepts(path), SKOS.prefLabel)
    assert not shared, f"two concepts have this label, word one of them differently: {shared}"
    wrong = [item for item in concepts(path) if (item, SKOS.inScheme, scheme) not in graph]
    assert not wrong, f"add skos:inScheme scheme:{path.stem} to these: {wrong}"


@pytest.mark.parametrize("prefix", sorted(STORED))
def test_every_borrowed_term_exists_in_its_vocabulary(prefix: str) -> None:
    file = VOCABULARIES / STORED[prefix]
    if not file.is_file():
        pytest.skip(f"The vocabulary {STORED[prefix]} is not stored beside the project.")
    there = {str(subject) for subject in parsed(file).subjects(unique=True)}
    invented = sorted(
        name for name in names_used()[prefix] if prefixes()[prefix] + name not in there
    )
    assert not invented, (
        f"the vocabulary has no such term, look for its real spelling: {prefix} {invented}"
    )


def test_every_basic_term_and_every_term_of_an_unstored_vocabulary_exists() -> None:
    for prefix in BUILT_IN:
        invented = sorted(
            name
            for name in names_used()[prefix]
            if prefixes()[prefix] + name not in BUILT_IN[prefix]
        )
        assert not invented, (
            f"there is no such term, look for its real spelling: {prefix} {invented}"
        )
    for prefix, known in KNOWN.items():
        new = sorted(names_used()[prefix] - known)
        assert not new, (
            f"check that these exist in the published vocabulary, then add them to KNOWN: {prefix} {new}"
        )
    subjects = set(parsed(ONTOLOGY / "alignments.ttl").subjects(unique=True))
    ours = {URIRef(str(subject)) for subject in subjects if str(subject).startswith(PAN)}
    assert ours, "alignments.ttl aligns nothing"
    assert ours <= set(terms()), f"these are not declared: {sorted(ours - set(terms()))}"


MIXED = {URIRef(f"{PAN}date")}
"""A day, a month or a year, as a source has it."""


@cache
def shaped() -> dict[object, object]:
    found: dict[object, set[object]] = defaultdict(set)
    for path in sorted((ONTOLOGY / "shapes").glob("*.ttl")):
        for shape, place in parsed(path).subject_objects(SH.path):
            found[place].update(parsed(path).objects(shape, SH.datatype))
    return {place: next(iter(kinds)) for place, kinds in found.items() if len(kinds) == 1}


def typed(graph: Graph, term: URIRef) -> dict[str, str]:
    """What the context says of a property of ours: its values are things, or of the data type that is its range. Days
    and years are no data types of OWL 2 DL: of these properties the shapes say the type."""
    name = "pan:" + term.removeprefix(PAN)
    place = str(graph.value(term, RDFS.range))
    if place == str(RDFS.Literal) and term not in MIXED:
        place = str(shaped().get(term))
    if (term, RDF.type, OWL.ObjectProperty) in graph:
        return {"@id": name, "@type": "@id"}
    is_typed = place.startswith(XSD) and place != XSD + "string"
    return {"@id": name} | ({"@type": "xsd:" + place.removeprefix(XSD)} if is_typed else {})


def test_the_context_is_made_from_the_ontology() -> None:
    graph = parsed(ONTOLOGY / "pan2kg.ttl")
    own = {"pan:" + term.removeprefix(PAN): typed(graph, term) for term in properties()}
    others = {
        term: said
        for term, said in context().items()
        if isinstance(said, dict) and not term.startswith("pan:")
    }
    rows: dict[str, object] = {
        **dict(sorted(prefixes().items())),
        **dict(sorted({**own, **others}.items())),
    }
    lines = [f"    {json.dumps(term)}: {shown(said)}" for term, said in rows.items()]
    made = '{\n  "@context": {\n    "@version": 1.1,\n' + ",\n".join(lines) + "\n  }\n}\n"
    if os.environ.get("PAN2KG_REWRITE"):
        (ONTOLOGY / "context.jsonld").write_text(made, encoding="utf-8")
    written = (ONTOLOGY / "context.jsonld").read_text("utf-8")
    assert written == made, (
        "PAN2KG_REWRITE=1 pytest tests/data/test_ontology.py writes ontology/context.jsonld"
    )


def shown(said: object) -> str:
    text = json.dumps(said)
    return f"{{ {text[1:-1]} }}" if isinstance(said, dict) else text


def test_what_is_written_with_the_context_reads_back_the_same() -> None:
    file = ONTOLOGY / "alignments.ttl"
    text = parsed(file).serialize(format="json-ld", context=context(), auto_compact=False)
    back = {quad.triple for quad in pyoxigraph.parse(text, RdfFormat.JSON_LD)}
    assert back == {quad.triple for quad in pyoxigraph.parse(path=file)}


def test_a_file_declares_exactly_the_prefixes_it_uses_and_prefixes_are_sorted() -> None:
    lines = (ONTOLOGY / "prefixes.ttl").read_text("utf-8").splitlines()
    assert lines == [f"@prefix {name}: <{prefixes()[name]}> ." for name in sorted(prefixes())]
    for path in (path for path in TURTLE if path.stem != "prefixes"):
        assert len({quad.triple for quad in pyoxigraph.parse(path=path)}) == len(parsed(path)), (
            path.name
        )
        head, _, body = path.read_text("utf-8").partition("\n\n")
        body = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>|^#.*$', "", body, flags=re.MULTILINE)
        names = sorted(set(re.findall(r"(?<![\w.-])(\w+):", body)))
        assert head.splitlines() == [f"@prefix {name}: <{prefixes()[name]}> ." for name in names], (
            path.name
        )


def test_every_file_is_laid_out_as_turtlefmt_does() -> None:
    beside = Path(sys.executable).parent / "turtlefmt"
    program = str(beside) if beside.is_file() else shutil.which("turtlefmt")
    if program is None:
        pytest.skip("turtlefmt is not installed.")
    done = subprocess.run(
        [program, "--check", *map(str, TURTLE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run turtlefmt on these: {done.stdout}{done.stderr}"


def test_a_deprecated_term_stays_declared_and_names_a_successor_that_is_not() -> None:
    graph = Graph().parse(ONTOLOGY / "pan2kg.ttl")
    gone = set(graph.subjects(OWL.deprecated, Literal("true", datatype=rdflib.XSD.boolean)))
    assert {URIRef(f"{PAN}strength"), URIRef(f"{PAN}bits")} <= gone
    for term in gone:
        successors = set(graph.objects(term, rdflib.DCTERMS.isReplacedBy))
        assert graph.value(term, RDF.type), f"{term} is declared no more"
        assert successors, f"{term} names no successor"
        assert all(graph.value(successor, RDF.type) for successor in successors), (
            f"{term}: {successors}"
        )
        assert not successors & gone, f"{term}: {successors}"
