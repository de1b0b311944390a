"""The files with the changes of a sheet made: all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pan2kg.coherence.uses import key
from pan2kg.errors import ProjectError
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import PACKAGE
from pan2kg.review.files import append, with_prefixes
from pan2kg.review.readings import Addition
from pan2kg.review.sheet import DETAILS, Book, Cell, Column, Sheet, full, values_in, written
from pan2kg.review.sheet_changes import (
    BEFORE,
    Change,
    Comparison,
    Known,
    class_of,
    new_subject,
    owner_of,
    owners,
    thing_of,
)
from pan2kg.review.statements import rekeyed
from pan2kg.turtle.editing import Edit, edited, without_unused
from pan2kg.turtle.tokens import prefixes_used
from pan2kg.turtle.writer import Block, Statement, iri, string, text

_DATA: Final = Messages("data")
_KEY_OF_LINK: Final = ("type", "relation", "from", "to")


def changed(book: Book, found: Comparison, known: Known) -> tuple[Addition, ...]:
    """The files that change, each as it is and as it is to be; links whose ends changed have their new keys.

    Raises:
        ProjectError: two links would say the same, or what a new row says stands there already.
        TurtleError: a block that changes is not laid out as the house does.
    """
    if book.project.data or book.project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    writer = _Writer(book, known, dict(book.texts), set())
    writer.edit(found.changes)
    for name, _, cells in found.rows:
        writer.add(next(sheet for sheet in book.sheets if sheet.layout.name == name), cells)
    new = {path: content for path, content in writer.texts.items() if content != book.texts.get(path, "")}
    made = {
        path: Addition(path, book.project.name_of(path), book.texts.get(path, ""), content)
        for path, content in new.items()
    }
    if any(change.sheet == "links" and change.column.name in _KEY_OF_LINK for change in found.changes):
        made |= {one.path: one for one in rekeyed(book.project, new)}
    return tuple(made.values())


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes changes in the texts of files."""

    book: Book
    known: Known
    texts: dict[Path, str]
    taken: set[str]

    def edit(self, changes: Sequence[Change]) -> None:
        """Make the changes of cells, a file at a time; words for a row without a passage become one."""
        rows = {(sheet.layout.name, row.subject): row for sheet in self.book.sheets for row in sheet.rows}
        edits: dict[Path, dict[tuple[str, str, str], Edit]] = {}
        passages: dict[tuple[str, str], dict[str, str]] = {}
        for change in changes:
            cell = rows[change.sheet, change.key].cells[change.column.code]
            if cell.path is None:
                passages.setdefault((change.sheet, change.key), {})[change.column.code] = change.new
            else:
                place = (cell.subject, change.column.predicate, change.column.language)
                edits.setdefault(cell.path, {})[place] = self._edit(cell, change)
        for (name, subject), cells in passages.items():
            row = rows[name, subject]
            own = row.cells["certainty"]
            passage = self._passage(name, cells, f"{subject.partition(':')[2]}-passage")
            if own.path and passage:
                self._append(own.path, [], [passage])
                place = (own.subject, "pan:evidence", "")
                old = row.cells["evidence"].written
                edits.setdefault(own.path, {})[place] = Edit(own.subject, place[1], old, (*old, passage.subject))
        for path, made in edits.items():
            self._edited(path, list(made.values()))

    def _edit(self, cell: Cell, change: Change) -> Edit:
        """The objects that stand there and those that are to; a value that stays keeps its spelling."""
        column, left = change.column, list(zip(cell.values, cell.written, strict=True))
        new = list[str]()
        for value in values_in(change.new):
            same = next((one for one in left if one[0] == value), None)
            if same:
                left.remove(same)
            new.append(same[1] if same else written(value, column, self.book.prefixes))
        columns = next(sheet.columns for sheet in self.book.sheets if sheet.layout.name == change.sheet)
        before = columns[: columns.index(column)]
        after = tuple(one.predicate for one in before if one.place == column.place)
        return Edit(cell.subject, column.predicate, cell.written, tuple(new), (*after, "pan:quote"))

    def _edited(self, path: Path, edits: Sequence[Edit]) -> None:
        old, name = self.texts[path], self.book.project.name_of(path)
        new = edited(old, name, edits)
        used = sorted(prefixes_used("\n".join(value for one in edits for value in (one.predicate, *one.new))))
        self.texts[path] = without_unused(with_prefixes(new, used, self.book.prefixes, name), old)

    def add(self, sheet: Sheet, cells: Mapping[str, str]) -> None:
        """Append the block of a new row, and the passage it rests on.

        Raises:
            ProjectError: what it says stands there already.
        """
        name, plan = sheet.layout.name, self.book.plan
        subject = new_subject(self.book, name, cells)
        if full(subject, self.book.prefixes) in self.known.things or subject in self.taken:
            raise ProjectError("row-stands", name=subject)
        self.taken.add(subject)
        ends = [key(full(self._one(cells, one, sheet), self.book.prefixes)) for one in _ENDS.get(name, ())]
        passage = self._passage(name, cells, "-".join(ends)) if ends else None
        blocks = [Block(subject, tuple(self._statements(sheet, cells, passage)))]
        uses = name == "links" and self._one(cells, "type", sheet) == "linktype:uses-instrument"
        kind = "instruments" if uses else name
        path = self.book.file(kind)
        header = Block(
            f"<{self.book.project.graph_iri(path)}>",
            (
                Statement("a", "pan:SourceGraph"),
                *(Statement("rdfs:label", text(said, tag)) for tag, said in _DATA.text(kind, name=key(plan)).words),
                Statement("pan:certainty", "certainty:stated"),
            ),
        )
        self._append(path, [header], [*blocks, passage] if passage else blocks)
        if name == "details":
            self._point(subject, cells)

    def _point(self, subject: str, cells: Mapping[str, str]) -> None:
        """Let the action or part a detail belongs to say that it has it; a new action stands where it was just put."""
        kinds = list(DETAILS)
        owner, kind = owner_of(self.book, cells), class_of(cells)
        written_as, path = owners(self.book).get(owner, (owner, self.book.file("actions")))
        before = (*BEFORE, *(DETAILS[one][1] for one in kinds[: kinds.index(kind)]))
        self._edited(path, [Edit(written_as, DETAILS[kind][1], (), (subject,), before)])

    def _one(self, cells: Mapping[str, str], name: str, sheet: Sheet) -> str:
        """The first thing a cell names, as Turtle writes it."""
        return thing_of(self.book, sheet, cells, name)

    def _append(self, path: Path, header: Sequence[Block], blocks: Sequence[Block]) -> None:
        old, name = self.texts.get(path, ""), self.book.project.name_of(path)
        self.texts[path] = append(old, header, blocks, self.book.prefixes, name)

    def _statements(self, sheet: Sheet, cells: Mapping[str, str], passage: Block | None) -> Iterator[Statement]:
        yield Statement("a", class_of(cells) if sheet.layout.name == "details" else sheet.layout.classes[0])
        for column in sheet.columns:
            if column.place or column.predicate == "a":
                continue
            given = values_in(cells.get(column.code, ""))
            if column.name == "channel" and not given and "cross-reference" in values_in(cells["type"]):
                given = ("text",)
            if column.name == "evidence" and passage:
                yield Statement("pan:evidence", passage.subject)
            yield from (Statement(column.predicate, written(one, column, self.book.prefixes)) for one in given)
            if column.name == "number":
                subject = new_subject(self.book, sheet.layout.name, cells)
                yield Statement("dcterms:identifier", string(subject.partition(":")[2]))
            if column.name == "other-title" and sheet.columns[-1] != column and _last(sheet, column):
                yield Statement("pan:inPlan", iri(self.book.plan, self.book.prefixes))
            if column.name == "channel":
                yield Statement("pan:status", "linkstatus:accepted")

    def _passage(self, name: str, cells: Mapping[str, str], base: str) -> Block | None:
        """The passage that is quoted in a row, None where it quotes none."""
        columns = next(sheet.columns for sheet in self.book.sheets if sheet.layout.name == name)
        said = {
            one.name: Statement(one.predicate, written(value, one, self.book.prefixes))
            for one in columns
            if one.place == "passage"
            for value in values_in(cells.get(one.code, ""))
        }
        if "quote" not in said:
            return None
        names = (f"passage:{base.lower()}{end}" for end in ("", *(f"-{number}" for number in range(2, 10_000))))
        things = self.known.things
        free = next(one for one in names if full(one, self.book.prefixes) not in things and one not in self.taken)
        self.taken.add(free)
        order = [said[one] for one in ("quote", "page", "document") if one in said]
        return Block(free, (Statement("a", "pan:Passage"), *order))


_ENDS: Final[Mapping[str, tuple[str, ...]]] = {"involvements": ("work", "body"), "links": ("from", "to")}


def _last(sheet: Sheet, column: Column) -> bool:
    """Whether this is the last of the columns of its name, one a language."""
    return [one for one in sheet.columns if one.name == column.name][-1] == column
