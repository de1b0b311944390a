"""One plan, one file: bring the files of an earlier layout of ``graph/`` together, in the order of the document.

Until version 0.3 a plan was a folder, with a file for its actions, one for who has a part in them,
one for its links and so on; duties lay apart from the act that sets them. Here each block goes to
the file of the plan or act it speaks of, and in the file of a plan below the action it speaks of.
What nobody has verified, and what programs append to, stays in a file of its own beside it. No
block changes, except that one without a source gets that of its old named graph. The names of the
old graphs lead to the new ones.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pan2kg.project import Project, read_text
from pan2kg.review.files import (
    UNVERIFIED,
    Addition,
    FileTexts,
    addition,
    remove,
    write_together,
)
from pan2kg.review.outcomes import RefusedError
from pan2kg.turtle import Block, TurtleLine, key
from pan2kg.turtle.blocks import SourceBlock
from pan2kg.turtle.sections import (
    PARTS,
    FiledBlock,
    SectionTree,
    in_order,
    rank_of_file,
    read_filed_blocks,
)
from pan2kg.turtle.writer import iri, prefixes_used, read_prefixes, write_block

PLANS = "plans"
DUTIES = "obligations"


@dataclass(frozen=True, slots=True)
class TidyProject:
    """What one plan, one file makes of a project: the texts of files, the files that go, how many graphs lead on."""

    texts: FileTexts
    removed: tuple[Path, ...]
    retired: int


def tidied(project: Project) -> TidyProject:
    """What one plan, one file makes of a project; nothing is written, and nothing follows where it is so already.

    Raises:
        RefusedError: files that become one use a prefix for two namespaces.
    """
    blocks = {}
    for path in project.graph_files():
        blocks[path] = read_filed_blocks(path, project.name_of(path), read_text(path))
    tree = SectionTree.of(block for of_file in blocks.values() for block in of_file)
    moved = _moved(blocks, tree)
    texts = {}
    for target, joining in moved.items():
        texts[target] = _text_of(project, target, [*blocks.get(target, ()), *joining], tree)
    heirs = _heirs(project, moved)
    if heirs:
        change = _retired(project, heirs)
        texts[change.path] = change.new
    removed = []
    for path, of_file in blocks.items():
        if of_file and _is_to_go(path) and path not in moved:
            removed.append(path)
    return TidyProject(texts, tuple(removed), len(heirs))


def _moved(
    blocks: Mapping[Path, Sequence[FiledBlock]], tree: SectionTree
) -> dict[Path, list[FiledBlock]]:
    """The blocks of the files that go, by the file they go to; none that stands there since a move was interrupted."""
    moved = defaultdict(list)
    for path in sorted(filter(_is_to_go, blocks), key=rank_of_file):
        for block in blocks[path]:
            target = _target(block, tree)
            standing = blocks.get(target, ()) if target != path else ()
            if not any(block.is_said_by(other) for other in standing):
                moved[target].append(block)
            else:
                moved.setdefault(target, [])
    return moved


def _heirs(
    project: Project, moved: Mapping[Path, Sequence[FiledBlock]]
) -> dict[str, dict[str, None]]:
    """The IRIs of the graphs that follow each that goes, in the order of their files."""
    heirs: dict[str, dict[str, None]] = defaultdict(dict)
    for target, joining in moved.items():
        for block in joining:
            if block.path != target:
                heirs[project.graph_iri(block.path)][project.graph_iri(target)] = None
    return heirs


def tidy(project: Project) -> TidyProject:
    """Write what :func:`tidied` makes of a project; the caller holds the graph for itself.

    The new files are written, all or none, before the old ones are removed.
    """
    made = tidied(project)
    write_together(made.texts)
    remove(made.removed)
    return made


def _is_to_go(path: Path) -> bool:
    """Whether a file is one of several of a plan, or holds duties apart from the act that sets them."""
    return path.parent.parent.name == PLANS or path.parent.name == DUTIES


def _target(block: FiledBlock, tree: SectionTree) -> Path:
    """The file to which a block of an old file goes: that of its plan, or of the act that sets its duty."""
    path = block.path
    top = [block, *tree.line(block)][-1]
    if path.parent.name == DUTIES:
        if top.path.parent.name == DUTIES:
            return path
        home = _target(top, tree) if _is_to_go(top.path) else top.path
        is_apart = path.stem.endswith(UNVERIFIED) and not home.stem.endswith(UNVERIFIED)
        apart = UNVERIFIED if is_apart else ""
    else:
        plan = key(top.iri) if "pan:Plan" in top.classes else path.parent.name
        home = path.parent.parent / f"{plan}.ttl"
        apart = "" if path.stem in PARTS else path.stem
    return home.with_name(f"{home.stem}-{apart}.ttl") if apart else home


def _text_of(project: Project, path: Path, blocks: Sequence[FiledBlock], tree: SectionTree) -> str:
    """The text of a file of these blocks: the block of its graph, then each block below what it speaks of."""
    graphs = {block.path: block.graph for block in blocks}
    header = _header(f"<{project.graph_iri(path)}>", [*graphs.values()])
    chunks = [write_block(header)] if header.statements else []
    comments = _comments(blocks, tree)
    for block in in_order(blocks, tree):
        if comments[block]:
            chunks.append("".join(f"{line}\n" for line in comments[block]))
        basis = [*_basis(block, header)] if len(graphs) > 1 else []
        chunks.append(_with_statements(block, basis))
    body = "\n".join(chunks)
    spaces = _prefixes(blocks)
    heads = [f"@prefix {name}: <{spaces[name]}> .\n" for name in sorted(prefixes_used(body))]
    return "".join(heads) + "\n" + body


def _basis(block: FiledBlock, header: Block) -> Iterator[TurtleLine]:
    """What a block has to say itself, since its new graph no longer does: its sources, and how certain it is.

    A passage has its document.
    """
    if block.block.objects("pan:inDocument"):
        return
    if not block.block.objects("dcterms:source"):
        yield from block.graph.said("dcterms:source")
    says_certainty = any(line.predicate == "pan:certainty" for line in header.statements)
    if not says_certainty and not block.block.objects("pan:certainty"):
        yield from block.graph.said("pan:certainty")


def _with_statements(block: FiledBlock, added: Sequence[TurtleLine]) -> str:
    """The text of a block with statements added at its end."""
    text = "\n".join(block.lines)
    if added:
        body, end, remark = text.rpartition(" .")
        statements = [f"    {line.predicate} {line.object}" for line in added]
        text = " ;\n".join([body, *statements]) + end + remark
    return f"{text}\n"


def _header(graph: str, former: Sequence[SourceBlock]) -> Block:
    """The block of a graph that takes the place of others: named as the first, with the notes and sources of all.

    Where they are not equally certain it says no certainty, and its blocks do.
    """
    lines: dict[TurtleLine, None] = {}
    for block in former:
        for statement in block.statements:
            is_label = statement.predicate == "rdfs:label"
            if statement.predicate != "pan:certainty" and (block is former[0] or not is_label):
                lines[statement._replace(line=0)] = None
    order = list(dict.fromkeys(line.predicate for line in lines))
    statements = sorted(lines, key=lambda line: order.index(line.predicate))
    certainties = {block.objects("pan:certainty") for block in former}
    if len(certainties) == 1:
        statements += [TurtleLine("pan:certainty", value) for value in certainties.pop()]
    return Block(graph, tuple(statements))


def _prefixes(blocks: Sequence[FiledBlock]) -> dict[str, str]:
    """The prefixes of the files the blocks come from."""
    prefixes: dict[str, str] = {}
    for file in {block.path: block.file for block in blocks}.values():
        for name, space in file.prefixes.items():
            if prefixes.setdefault(name, space) != space:
                raise RefusedError("other-prefix", file=file.name, prefix=name)
    return prefixes


def _comments(blocks: Sequence[FiledBlock], tree: SectionTree) -> dict[FiledBlock, list[str]]:
    """The comments above each block: one that names what the block stands below goes there, once."""
    comments: dict[FiledBlock, list[str]] = {block: [] for block in blocks}
    for block in blocks:
        place = comments[block]
        for upper in tree.line(block):
            if upper in comments and upper.is_named_in(" ".join(block.comment)):
                place = comments[upper]
                break
        for line in block.comment:
            if line.strip("# ") not in " ".join(place):
                place.append(line)
    return comments


def _retired(project: Project, heirs: Mapping[str, Iterable[str]]) -> Addition:
    """The file of what replaces what, with the old names of graphs and those of the graphs that follow them."""
    prefixes = read_prefixes(project)
    blocks = []
    for graph in sorted(heirs):
        following = [("dcterms:isReplacedBy", iri(heir, prefixes)) for heir in heirs[graph]]
        name = iri(graph, prefixes)
        blocks.append(Block.of(name, ("a", "pan:RetiredIdentifier"), *following))
    return addition(project, project.graph / "replaced.ttl", blocks, label="replaced")
