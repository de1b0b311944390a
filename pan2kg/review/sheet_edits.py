"""What sheets of a plan change, written as edits of its files: cells, new rows with their passages, keys of links.

A value that stays keeps its spelling, and what no sheet says stays as it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import ProjectError
from pan2kg.review import sheet as sheets
from pan2kg.review.files import Addition, addition, own, with_prefixes
from pan2kg.review.filing import free_name
from pan2kg.review.rekeying import rekeyed
from pan2kg.review.sheet_changes import CellChange, NewRow, SheetComparison
from pan2kg.turtle import Block, TurtleLine, iri, key, string
from pan2kg.turtle.edits import StatementEdit, edited, without_unused
from pan2kg.turtle.writer import prefixes_used

_BEFORE_DETAILS = (
    "skos:notation",
    "dcterms:identifier",
    "skos:prefLabel",
    "skos:altLabel",
    "pan:unofficialLabelLanguage",
    "pan:inPlan",
    "pan:inCategory",
    "pan:inPart",
    "pan:partLevel",
    "pan:partOf",
    "pan:order",
)
"""What stands in the block of an action before what says that it has a detail."""


def changed(comparison: SheetComparison) -> tuple[Addition, ...]:
    """The files as they would be with what was changed and added in sheets; nothing is written.

    Where what makes the key of a link was changed, everything that names the link is changed too.

    Raises:
        ProjectError: the project is not one's own, or a new row is of what stands already.
    """
    book = comparison.book
    own(book.project)
    writer = _Writer(book, dict(book.texts), set(comparison.known.things))
    writer.edit(comparison.changes)
    for row in comparison.rows:
        writer.add(row)
    texts = {path: text for path, text in writer.texts.items() if text != book.texts.get(path, "")}
    for change in comparison.changes:
        if change.sheet == "links" and change.column.name in sheets.KEY_OF_LINK:
            return rekeyed(book.project, texts)
    return tuple(
        Addition(path, book.project.name_of(path), book.texts.get(path, ""), text)
        for path, text in texts.items()
    )


class _SaidBy(NamedTuple):
    """What an edit changes: what a subject says by a predicate, in a language where it has one."""

    subject: str
    predicate: str
    language: str = ""


_Edits = dict[_SaidBy, StatementEdit]
"""The edits of a file; two rows that change one passage alike make one of them."""


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes to ``texts``, those of files; ``taken`` are the IRIs of all there is and of what was added."""

    book: sheets.Book
    texts: dict[Path, str]
    taken: set[str]

    def edit(self, changes: Sequence[CellChange]) -> None:
        """Write the cells that were changed; those of a passage that is missing make a new one."""
        edits: dict[Path, _Edits] = defaultdict(dict)
        passages: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for change in changes:
            column = change.column
            cell = self.book.sheets[change.sheet].rows[change.key][column.code]
            if cell.path is None:
                passages[change.sheet, change.key][column.code] = change.new
            else:
                said = _SaidBy(cell.subject, column.predicate, column.language)
                edits[cell.path][said] = self._edit_of_cell(change, cell)
        for (sheet, row_key), cells in passages.items():
            row = self.book.sheets[sheet].rows[row_key]
            block = row["certainty"]
            passage = self._passage(sheet, cells, f"{row_key.partition(':')[2]}-passage")
            if block.path and passage:
                self._append(block.path, [passage], sheet)
                evidence = row["evidence"].written
                said = _SaidBy(block.subject, "pan:evidence")
                edits[block.path][said] = StatementEdit(
                    said.subject, said.predicate, evidence, (*evidence, passage.subject)
                )
        for path, of_file in edits.items():
            self._write(path, list(of_file.values()))

    def _edit_of_cell(self, change: CellChange, cell: sheets.SheetCell) -> StatementEdit:
        column = change.column
        # a value that stays keeps its spelling
        spellings = defaultdict(list)
        for value, spelling in zip(cell.values, cell.written, strict=True):
            spellings[value].append(spelling)
        revised = []
        for value in sheets.values_in(change.new):
            if spellings[value]:
                revised.append(spellings[value].pop(0))
            else:
                revised.append(column.written(value, self.book.prefixes))
        columns = self.book.sheets[change.sheet].columns
        before = []
        for sibling in columns[: columns.index(column)]:
            if sibling.place == column.place:
                before.append(sibling.predicate)
        return StatementEdit(
            cell.subject,
            column.predicate,
            cell.written,
            tuple(revised),
            (*before, "pan:quote"),
        )

    def _write(self, path: Path, edits: Sequence[StatementEdit]) -> None:
        """Make edits in the text of a file, and declare the prefixes they need and no others."""
        before = self.texts[path]
        name = self.book.project.name_of(path)
        said = "\n".join(" ".join((edit.predicate, *edit.new)) for edit in edits)
        used = sorted(prefixes_used(said))
        after = with_prefixes(edited(before, name, edits), used, self.book.prefixes, name)
        self.texts[path] = without_unused(after, before)

    def _append(self, path: Path, blocks: Sequence[Block], label: str) -> None:
        """Add blocks to the text of a file, which begins by this ``label`` where it is new."""
        book = self.book
        text = self.texts.get(path, "")
        about = key(book.plan)
        self.texts[path] = addition(
            book.project, path, blocks, label=label, about=about, old=text
        ).new

    def add(self, row: NewRow) -> None:
        """Write the block of a new row, its passage, and that what it belongs to has it.

        Raises:
            ProjectError: it stands already.
        """
        book = self.book
        name = row.sheet
        cells = row.cells
        subject = book.subject(name, cells)
        if book.full(subject) in self.taken:
            raise ProjectError("row-stands", name=subject)
        self.taken.add(book.full(subject))
        ends = [key(book.full(book.thing(name, cells, end))) for end in sheets.ENDS.get(name, ())]
        passage = self._passage(name, cells, "-".join(ends)) if ends else None
        blocks = [Block(subject, tuple(self._statements(row, subject, passage)))]
        if passage:
            blocks.append(passage)
        is_use = name == "links" and book.thing(name, cells, "type") == "linktype:uses-instrument"
        kind = "instruments" if is_use else name
        # a detail is put below what names it
        if name == "details":
            self._give_owner(subject, cells)
        self._append(self._file, blocks, kind)

    @property
    def _file(self) -> Path:
        return self.book.project.plan_file(key(self.book.plan))

    def _statements(self, row: NewRow, subject: str, passage: Block | None) -> Iterator[TurtleLine]:
        """What the block of a new row says, in the order of the columns."""
        sheet = self.book.sheets[row.sheet]
        followers = self._followers(sheet, subject)
        if sheet.name == "details":
            yield TurtleLine("a", sheets.class_of(row.cells))
        else:
            yield TurtleLine("a", sheets.LAYOUTS[sheet.name].classes[0])
        for column in sheet.columns:
            if column.place or column.predicate == "a":
                continue
            if column.name == "evidence" and passage:
                yield TurtleLine("pan:evidence", passage.subject)
            for value in _values_of(column, row.cells):
                yield TurtleLine(column.predicate, column.written(value, self.book.prefixes))
            if column.code in followers:
                yield followers[column.code]

    def _followers(self, sheet: sheets.PlanSheet, subject: str) -> dict[str, TurtleLine]:
        """What no cell says of a new row, by the code of the column behind which it stands."""
        identifier = subject.partition(":")[2]
        followers = {
            "number": TurtleLine("dcterms:identifier", string(identifier)),
            "channel": TurtleLine("pan:status", "linkstatus:accepted"),
        }
        titles = [column.code for column in sheet.columns if column.name == "other-title"]
        if titles:
            followers[titles[-1]] = TurtleLine(
                "pan:inPlan", iri(self.book.plan, self.book.prefixes)
            )
        return followers

    def _give_owner(self, detail: str, cells: sheets.Cells) -> None:
        """Say of the action or part a detail belongs to that it has it.

        An action that is new too stands where it was just put.
        """
        owner = self.book.thing("details", cells, "belongs-to")
        standing = self.book.owners.get(owner) or sheets.OwnerBlock(owner, self._file)
        kinds = list(sheets.DETAILS)
        earlier = kinds[: kinds.index(sheets.class_of(cells))]
        before = [sheets.DETAILS[kind].predicate for kind in earlier]
        edit = StatementEdit(
            standing.subject,
            sheets.DETAILS[sheets.class_of(cells)].predicate,
            (),
            (detail,),
            (*_BEFORE_DETAILS, *before),
        )
        self._write(standing.path, [edit])

    def _passage(self, sheet: str, cells: sheets.Cells, base: str) -> Block | None:
        """The passage that cells of a row make, named after ``base``; None where they quote nothing."""
        lines = {}
        for column in self.book.sheets[sheet].columns:
            if column.place == "passage":
                for value in sheets.values_in(cells.get(column.code, "")):
                    written = column.written(value, self.book.prefixes)
                    lines[column.name] = TurtleLine(column.predicate, written)
        if "quote" not in lines:
            return None
        subject = free_name(f"passage:{base.lower()}", self.taken, self.book.prefixes)
        self.taken.add(self.book.full(subject))
        statements = [lines[name] for name in ("quote", "page", "document") if name in lines]
        return Block(subject, (TurtleLine("a", "pan:Passage"), *statements))


def _values_of(column: sheets.SheetColumn, cells: sheets.Cells) -> tuple[str, ...]:
    """The values of a new row in a column; a reference to another action is read in the text."""
    values = sheets.values_in(cells.get(column.code, ""))
    if values or column.name != "channel":
        return values
    return ("text",) if "cross-reference" in sheets.values_in(cells["type"]) else ()
