"""The graph of a project as its files or dumps state it, and the fingerprint of these files.

:func:`load_project` gives a store in memory in which each file is a named graph; what rules derive
:mod:`pan2kg.store.rules` adds. What was withdrawn or deprecated is taken out; the files keep every
line.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError, TurtleError
from pan2kg.project import Project, reason
from pan2kg.store.store import LocalStore, is_true
from pan2kg.turtle import DCTERMS, ID, PAN, RDF, SKOS
from pan2kg.turtle.vocabulary import is_derived, path_of

FORMATS = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
}
"""The formats of files that are read, by their endings."""
_PARSER_PLACE = re.compile(r"^Parser error (?:at|between) line[^:]*: ")
"""How the engine begins its words on a faulty file, whose place is told apart."""
_TYPE = ox.NamedNode(f"{RDF}type")
_STATUS = ox.NamedNode(f"{PAN}status")
_SUPERSEDED = ox.NamedNode(f"{ID}linkstatus/superseded")
_WITHDRAWS = ox.NamedNode(f"{PAN}withdraws")
_INVOLVEMENT = ox.NamedNode(f"{PAN}Involvement")
_RETIRED = ox.NamedNode(f"{PAN}RetiredIdentifier")
_DEPRECATED = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")
_REPLACED = ox.NamedNode(f"{DCTERMS}isReplacedBy")
_NAMES = (ox.NamedNode(SKOS + name) for name in ("prefLabel", "altLabel", "editorialNote"))
_TOMBSTONE = frozenset((_DEPRECATED, _REPLACED, *_NAMES))
"""The properties that are left of a thing that is deprecated."""
_JOINING = tuple(
    ox.NamedNode(PAN + name) for name in ("from", "to", "between", "involves", "involvedIn")
)
"""The properties by which a link or an involvement joins things."""


class ReadableProject(NamedTuple):
    """What of a project can be read, and the faults of its other files."""

    store: LocalStore
    faults: list[TurtleError]


def load_project(project: Project) -> LocalStore:
    """What the files or dumps of a project state, of several that are open together; nothing is derived.

    Raises:
        ProjectError: a file cannot be read, or two projects state a graph differently.
        TurtleError: a file is not Turtle.
    """
    if not project.others:
        return _load_whole(project)
    together = ox.Store()
    owner_of: dict[str, Project] = {}
    for member in project.members:
        store = _load_whole(member).inner
        for name in store.named_graphs():
            graph = name.value if isinstance(name, ox.NamedNode) else ""
            if graph in owner_of and path_of(graph).startswith("ontology/"):
                # what words mean is said by the first, though others may be of another release
                continue
            quads = set(store.quads_for_pattern(None, None, None, name))
            if graph not in owner_of:
                owner_of[graph] = member
            elif quads != set(together.quads_for_pattern(None, None, None, name)):
                raise ProjectError(
                    "graph-in-both",
                    remedy="one-base-each",
                    name=graph,
                    one=owner_of[graph].root,
                    other=member.root,
                )
            together.extend(quads)
    return LocalStore(together)


def load_readable(project: Project) -> ReadableProject:
    """What can be read of a project whose files may be faulty; nothing is derived.

    Raises:
        ProjectError: as of :func:`load_project`.
        TurtleError: a file of the ontology, a dump, or one of several projects is not Turtle.
    """
    if project.others:
        return ReadableProject(load_project(project), [])
    return _load_member(project)


def _load_whole(project: Project) -> LocalStore:
    loaded = _load_member(project)
    if loaded.faults:
        raise loaded.faults[0]
    return loaded.store


def _load_member(project: Project) -> ReadableProject:
    """One project without others; a file of its ontology or a dump that is not Turtle is refused."""
    store = ox.Store()
    faults = []
    # where the project has rules, what a dump says was derived is dropped and derived again: the
    # rules may have changed since it was written
    is_derived_again = (project.queries / "rules").is_dir()
    for path in project.data:
        quads = read_quads(path)
        if is_derived_again:
            # the name of the default graph has no rule's path either
            quads = (quad for quad in quads if not is_derived(str(quad.graph_name).strip("<>")))
        store.extend(quads)
    for path in project.loaded_files():
        try:
            load(store, path, project.graph_iri(path), name=project.name_of(path))
        except TurtleError as error:
            if project.data or path.is_relative_to(project.ontology):
                raise
            faults.append(error)
    withdraw(store)
    _bury_deprecated(store)
    return ReadableProject(LocalStore(store), faults)


# --- reading files


def read_quads(path: Path) -> Iterator[ox.Quad]:
    """The quads of a file, packed by gzip or not; its ending says in which format.

    Raises:
        ProjectError: another ending, a file that cannot be read, or a broken archive.
        TurtleError: the content is not as the ending says.
    """
    ending = Path(path.name.removesuffix(".gz")).suffix
    place = Place(str(path))
    if ending not in FORMATS:
        raise ProjectError(
            "no-rdf-ending", place=place, remedy="use-one-packed", names=", ".join(FORMATS)
        )
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from ox.parse(cast("IO[bytes]", file), format=FORMATS[ending])
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ProjectError("no-gzip", place=place, remedy="fetch-again") from None
    except (OSError, SyntaxError) as error:
        raise _unread(error, str(path), ending) from None


def load(store: ox.Store, path: Path, graph: str, *, name: str = "") -> None:
    """Load a Turtle file into a named graph; ``name`` is how a fault calls the file.

    Raises:
        ProjectError: the file cannot be read.
        TurtleError: it is not Turtle.
    """
    try:
        store.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    except (OSError, SyntaxError) as error:
        raise _unread(error, name or str(path)) from None


def _unread(error: OSError | SyntaxError, name: str, ending: str = "") -> Pan2kgError:
    """The fault of a file that the engine could not read, by its ending where it need not be Turtle."""
    if isinstance(error, OSError):
        return ProjectError("cannot-read-file", place=Place(name), reason=reason(error))
    place = Place(name, error.lineno, error.offset)
    value = " ".join(_PARSER_PLACE.sub("", error.msg).split()).rstrip(".")
    key = "not-rdf-as" if ending else "no-turtle"
    return TurtleError(key, place=place, remedy="mend-line", ending=ending, value=value)


# --- what was withdrawn or deprecated


def withdraw(store: ox.Store) -> None:
    """Take out what decisions withdraw."""
    links = {quad.object for quad in store.quads_for_pattern(None, _WITHDRAWS, None)}
    for link in links:
        if isinstance(link, ox.NamedNode):  # the shapes tell of others
            _end(store, link)


def _bury_deprecated(store: ox.Store) -> None:
    for deprecation in list(store.quads_for_pattern(None, _DEPRECATED, None)):
        thing = deprecation.subject
        value = deprecation.object
        is_said = isinstance(value, ox.Literal) and is_true(value.value)
        if is_said and isinstance(thing, ox.NamedNode):
            _bury(store, thing)


def _bury(store: ox.Store, thing: ox.NamedNode) -> None:
    """Leave of a thing that is deprecated its tombstone: names, notes and what replaces it; a link to it is over.

    Deprecated terms and concepts stay what they are: statements made with them are still read.
    """
    quads = list(store.quads_for_pattern(thing, None, None))
    kinds = []
    for quad in quads:
        is_ours = quad.predicate == _TYPE and str(quad.object).startswith(f"<{PAN}")
        if is_ours and quad.object != _RETIRED:
            kinds.append(quad)
    if not kinds:
        return
    tombstone = [quad for quad in quads if quad.predicate in _TOMBSTONE]
    if any(quad.predicate == _REPLACED for quad in tombstone):
        tombstone.append(ox.Quad(thing, _TYPE, _RETIRED, kinds[0].graph_name))
    for quad in quads:
        store.remove(quad)
    store.extend(tombstone)
    for predicate in _JOINING:
        joining = {quad.subject for quad in store.quads_for_pattern(None, predicate, thing)}
        for joined in joining:
            _end(store, joined)


def _end(store: ox.Store, joining: ox.NamedNode | ox.BlankNode | ox.Triple) -> None:
    """End what joins things: an involvement goes, a link becomes superseded."""
    if any(store.quads_for_pattern(joining, _TYPE, _INVOLVEMENT)):
        for quad in list(store.quads_for_pattern(joining, None, None)):
            store.remove(quad)
        return
    for quad in list(store.quads_for_pattern(joining, _STATUS, None)):
        store.remove(quad)
        store.add(ox.Quad(joining, _STATUS, _SUPERSEDED, quad.graph_name))


# --- which files they are


def fingerprint(project: Project) -> str:
    """What names a state of a project: 32 digits of all that its graph, which program and engine make, is made from."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        program = version("pan2kg")
    except PackageNotFoundError:  # run from its folder, without having been installed
        program = ""
    # another version of the engine may lay its files out differently, another of the program read
    # files otherwise
    digest = hashlib.sha256(f"{ox.__version__} {program}".encode())
    for path in state_files(project):
        digest.update(project.name_of(path).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def state_files(project: Project) -> list[Path]:
    """The files a graph is made from: data, rules, and the modules that read them."""
    rules = sorted((project.queries / "rules").glob("*.rq"))
    loaded = [path for member in project.members for path in (*member.data, *member.loaded_files())]
    return [*loaded, *rules, *sorted(Path(__file__).parent.glob("*.py"))]
