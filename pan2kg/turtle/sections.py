"""The order of a plan's file: below the plan, a category or an action stands what the graph says of it.

A file is read as blocks that know what they speak of: an involvement speaks of an action, an action
is part of its category, a passage belongs to the link that names it. ``pan2kg tidy`` puts files in
this order, and what is added to a file goes to its place in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pan2kg.turtle import Block, key
from pan2kg.turtle.blocks import SourceBlock, TurtleFile, read_turtle_file
from pan2kg.turtle.edits import unescaped
from pan2kg.turtle.writer import write_block

PARTS = (
    "plan", "categories", "identifiers", "actions", "parts", "details", "involvements",
    "instruments", "links", "implementations",
)  # fmt: skip
"""The files that made a plan in the earlier layout, in the order in which what they say of an action is to stand."""
_ABOVE = (
    "pan:deadlineOf", "pan:ofObligation", "pan:underProvision", "pan:underInstrument",
    "eli:is_part_of", "pan:from", "pan:between", "pan:involvedIn", "pan:implements",
    "pan:countIn", "pan:partOf", "pan:inPart", "pan:inCategory", "skos:inScheme", "pan:inPlan",
)  # fmt: skip
"""The properties that say what a thing speaks of or is part of; the first that a block has counts."""
_HOMES = frozenset(
    f"pan:{name}" for name in ("Plan", "LegalAct", "SoftLaw", "Treaty", "Bill", "Commitment")
)
"""The classes of what has a file of its own."""
_STRUCTURE = frozenset(("pan:Category", "pan:PlanPart", "pan:Action", "skos:ConceptScheme"))
"""The classes of what a plan consists of: it stands below whatever else is said of what it is part of."""


@dataclass(eq=False, frozen=True, slots=True)
class FiledBlock:
    """A block as it stands in a file, with its lines, the comment above it, and the block of the file's graph.

    ``end`` is the number of its last line, from 1.
    """

    path: Path
    file: TurtleFile
    graph: SourceBlock
    block: SourceBlock
    lines: Sequence[str]
    comment: Sequence[str]

    @property
    def end(self) -> int:
        return self.block.line + len(self.lines) - 1

    @property
    def iri(self) -> str:
        return self.file.expand(self.block.subject)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.block.objects("a")

    @property
    def is_home(self) -> bool:
        return not _HOMES.isdisjoint(self.classes)

    @property
    def is_structure(self) -> bool:
        return not _STRUCTURE.isdisjoint(self.classes)

    @property
    def has_section(self) -> bool:
        """Whether what is said of it stands below it: of a plan, an act, a category, a part or an action."""
        return self.is_structure or self.is_home

    def subjects(self) -> list[str]:
        """The IRIs of what it speaks of or is part of; the ends of a link without direction by their keys."""
        said = {statement.predicate for statement in self.block.statements}
        for predicate in _ABOVE:
            if predicate in said:
                things = [self.file.expand(name) for name in self.block.objects(predicate)]
                return sorted(things, key=key) if predicate == "pan:between" else things
        return []

    def is_said_by(self, other: "FiledBlock") -> bool:
        """Whether another block of the same thing says all that it says."""
        if self.iri != other.iri:
            return False
        said = {line[:2] for line in other.block.statements}
        return all(line[:2] in said for line in self.block.statements)

    def is_named_in(self, comment: str) -> bool:
        """Whether a comment has its label or its key in it."""
        labels = self.block.objects("skos:prefLabel")
        names = [unescaped(label[1 : label.rindex('"')]) for label in labels]
        return any(name in comment for name in (*names, key(self.iri)))


def read_filed_blocks(path: Path, name: str, text: str) -> list[FiledBlock]:
    """The blocks of a file without that of its graph, each with its lines and the comment above it."""
    file = read_turtle_file(text, name)
    lines = text.rstrip("\n").split("\n")
    starts = [block.line - 1 for block in file.blocks]
    graph = SourceBlock("", 0)
    filed: list[FiledBlock] = []
    end = len(file.prefix_lines)
    for block, start, following in zip(file.blocks, starts, [*starts[1:], len(lines)], strict=True):
        comment = [line for line in lines[end:start] if line]
        end = following
        while end < len(lines) and (not lines[end - 1] or lines[end - 1].startswith("#")):
            end -= 1
        if "pan:SourceGraph" in block.objects("a"):
            graph = block
        else:
            filed.append(FiledBlock(path, file, graph, block, lines[start:end], comment))
    return filed


def rank_of_file(path: Path) -> tuple[str, int, str]:
    """The order in which the files of a folder are joined."""
    rank = PARTS.index(path.stem) if path.stem in PARTS else len(PARTS)
    return str(path.parent), rank, path.name


@dataclass(frozen=True, slots=True)
class SectionTree:
    """What each block of some files speaks of."""

    main: Mapping[str, FiledBlock]
    """The block that says what a thing is, by the IRI of the thing."""
    naming: Mapping[tuple[Path, str], FiledBlock]
    """The first block that names a thing as an object, by its folder and the IRI of the thing."""

    @classmethod
    def of(cls, filed: Iterable[FiledBlock]) -> "SectionTree":
        main: dict[str, FiledBlock] = {}
        naming: dict[tuple[Path, str], FiledBlock] = {}
        for block in sorted(filed, key=lambda block: rank_of_file(block.path)):
            if block.classes:
                main.setdefault(block.iri, block)
            for statement in block.block.statements:
                if not statement.object.startswith('"'):
                    thing = block.file.expand(statement.object)
                    naming.setdefault((block.path.parent, thing), block)
        return cls(main, naming)

    def upper(self, block: FiledBlock) -> FiledBlock | None:
        """What a block stands below: what it speaks of, else what names it; None at the top of a file."""
        if block.is_home:
            return None
        if not block.classes:
            return self.main.get(block.iri)
        for thing in block.subjects():
            if thing in self.main:
                return self.main[thing]
        return None if block.is_structure else self.naming.get((block.path.parent, block.iri))

    def line(self, block: FiledBlock) -> list[FiledBlock]:
        """What a block stands below, from the nearest to the top."""
        line: list[FiledBlock] = []
        upper = self.upper(block)
        while upper is not None and upper not in line:
            line.append(upper)
            upper = self.upper(upper)
        return line


def in_order(filed: Sequence[FiledBlock], tree: SectionTree) -> Iterator[FiledBlock]:
    """The blocks of a file, each below what it speaks of: what else is said of a thing stands before its parts."""
    below: dict[FiledBlock | None, list[FiledBlock]] = {None: [], **{block: [] for block in filed}}
    for block in filed:
        upper = tree.upper(block)
        below[upper if upper in below else None].append(block)

    def walk(upper: FiledBlock | None) -> Iterator[FiledBlock]:
        for block in sorted(below[upper], key=lambda block: block.is_structure):
            yield block
            yield from walk(block)

    return walk(None)


def last_line_of_section(text: str, name: str, block: Block) -> int | None:
    """The line behind which a new block is to stand, from 1: the last on what it speaks of; None for the end.

    The text declares the prefixes of the block.

    >>> text = "@prefix a: <http://a/> .\\n\\na:1 a pan:Action ;\\n    pan:order 1 .\\n\\na:2 a pan:Action .\\n"
    >>> last_line_of_section(text, "x.ttl", Block.of("a:l", ("a", "pan:Link"), ("pan:from", "a:1")))
    4
    """
    *filed, added = read_filed_blocks(Path(name), name, f"{text}\n{write_block(block)}")
    tree = SectionTree.of([*filed, added])
    upper = tree.upper(added)
    is_said_of_part = upper is not None and upper.has_section and not added.is_structure
    last = None
    for standing in filed:
        line = [standing, *tree.line(standing)]
        if is_said_of_part:
            # what is said of a category stands before its actions
            line = [above for above in line if above.has_section][:1]
        if upper in line:
            last = max(last or 0, standing.end)
    return last
