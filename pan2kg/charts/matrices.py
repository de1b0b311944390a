"""Grids of what is shared: plan × plan, with who cites whom, and action × action."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pan2kg.charts import choice as ch, drawing as dw, frame as fr, lettering as lt
from pan2kg.charts.drawing import Box, Group, Label, Line, Mark
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Names, Subject
from pan2kg.coherence import citations, figures
from pan2kg.coherence.citations import Channel
from pan2kg.coherence.standing import Standing
from pan2kg.graph.labels import Name
from pan2kg.i18n import format_number
from pan2kg.tables import coded, figure_words

SHARED_COLUMNS = (
    "shares",
    "weight",
    "weight_high",
    "weight_open",
    "weight_broad",
    "shared_texts",
    "evidence_level",
)
PLAN_COLUMNS = (
    "plan_one",
    "plan_one_label",
    "plan_two",
    "plan_two_label",
    *SHARED_COLUMNS,
    "citation_one_to_two",
    "channels_one_to_two",
    "verdict_one_to_two",
    "citation_two_to_one",
    "channels_two_to_one",
    "verdict_two_to_one",
)
ACTION_COLUMNS = (
    "action_one",
    "action_one_label",
    "action_two",
    "action_two_label",
    *SHARED_COLUMNS,
)


class SharedCell:
    """What two plans or actions share, and the row and column of the grid in which it stands.

    ``cells`` are those of :data:`SHARED_COLUMNS`: what nobody has read to its end has no weight.
    """

    def __init__(self, subject: Subject, row: int, column: int, ends: tuple[str, str]) -> None:
        weight = subject.known.weight(*ends)
        self.row = row
        self.column = column
        self.weight = weight
        self.shares = weight.meets
        self.texts = weight.texts
        is_read = self.shares is not Standing.UNREAD
        self.cells: tuple[Cell, ...] = (
            self.shares.code("cell"),
            weight.low if is_read else None,
            weight.high,
            "true" if weight.is_open else "false",
            weight.broad or None,
            len(self.texts) if is_read else None,
            weight.level.key if weight.level else None,
        )

    def share_of(self, greatest: float) -> float:
        """Its weight as a part of the greatest shown, 0 to 1."""
        return self.weight.low / greatest if greatest else 0.0

    def said_of_plans(self, subject: Subject) -> list[str]:
        """The lines of its title: what is not known, the bits, on whose word, and the texts."""
        lines = [*self._bits(subject), *self._broad(subject), *self._listed(subject)]
        if self.shares is Standing.UNREAD:
            lines.insert(0, subject.say("texts-unknown"))
        return lines

    def said_of_actions(self, subject: Subject) -> list[str]:
        """The same of two actions, of which nothing is said but that where they share nothing."""
        if self.shares is Standing.STATED:
            lines = [*self._bits(subject), *self._listed(subject)]
        elif self.shares is Standing.UNREAD:
            lines = [subject.say("texts-unknown")]
        else:
            lines = [subject.say("nothing-shared")]
        return [*lines, *self._broad(subject)]

    def _bits(self, subject: Subject) -> Iterator[str]:
        weight = self.weight
        low = figure_words.bits_words(weight.low, subject.language)
        high = figure_words.bits_words(weight.high, subject.language)
        yield subject.say("weight-open" if weight.is_open else "weight-to", low=low, high=high)
        if weight.level is not None:
            yield figure_words.named(weight.level).say(subject.language)

    def _broad(self, subject: Subject) -> Iterator[str]:
        if self.weight.broad > 0:
            bits = figure_words.bits_words(self.weight.broad, subject.language)
            yield subject.say("weight-broad", bits=bits)

    def _listed(self, subject: Subject) -> Iterator[str]:
        for name in subject.names(self.texts).values():
            yield f"– {name.text}"


# Plan × plan: below the diagonal what two plans share, above it who cites whom.

# in pixels: how wide and high a cell is, and how wide the heads of rows are
PLAN_WIDE = 62.0
PLAN_HIGH = 50.0
PLAN_HEAD = 300.0
CITED = "#fff3d1"


class CitedWay(NamedTuple):
    """Whether one plan cites the other, by which channels, and what could be expected of it."""

    citing: Name
    cited: Name
    sign: str
    state: Standing
    channels: Sequence[Channel]
    verdict: str

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What the table says of it."""
        return self.state.value, " ".join(self.channels) or None, self.verdict


class MatrixPair(NamedTuple):
    """Two plans in the order of the grid, what they share, and both ways of citing."""

    first: Name
    second: Name
    shared: SharedCell
    ways: tuple[CitedWay, CitedWay]


def draw_plan_matrix(
    subject: Subject, *, plan: str = "", plans: str | Sequence[str] = (), top: object = 10
) -> Picture:
    """What some ``plans``, or the ``top`` around a plan, share and who of them cites whom.

    What is shared is darker the more it is of the greatest weight shown. A citation is drawn where
    one is recorded; what nobody has read in full is hatched.

    Raises:
        QueryError: an unknown plan, fewer than two or more than 24, or no whole number from 2.
    """
    choice = ch.choose(subject, plan=plan, plans=plans, top=top)
    name_of = subject.names(choice.plans)
    names = [name_of[iri] for iri in choice.plans]
    meetings = [
        _meeting(subject, names, row, column)
        for column in range(len(names))
        for row in range(column)
    ]
    greatest = max((meeting.shared.weight.low for meeting in meetings), default=0.0)

    heads, up, out = fr.tilted(names, PLAN_HEAD, PLAN_WIDE)
    marks: list[Mark] = [Group(tuple(heads)), *_plan_heads(subject, names)]
    for meeting in meetings:
        marks += _plan_cells(subject, meeting, greatest)

    notes, filters = choice.words(subject, names)
    caption = Caption(
        subject.say("plan-matrix-title"),
        subject.say("plan-matrix-lead"),
        _plan_signs(subject, greatest),
        (_plan_summary(subject, meetings), *notes),
        filters,
    )
    size = PictureSize(PLAN_HEAD + PLAN_WIDE * len(names) + out, up + PLAN_HIGH * len(names), up)
    return Picture(
        subject,
        "plan-matrix",
        caption,
        size,
        marks,
        PLAN_COLUMNS,
        lambda: _plan_rows(meetings),
    )


def _meeting(subject: Subject, names: Sequence[Name], row: int, column: int) -> MatrixPair:
    first = names[row]
    second = names[column]
    shared = SharedCell(subject, row, column, (first.iri, second.iri))
    ways = (_way(subject, first, second, "→"), _way(subject, second, first, "←"))
    return MatrixPair(first, second, shared, ways)


def _way(subject: Subject, citing: Name, cited: Name, sign: str) -> CitedWay:
    state, channels = subject.known.cites(citing.iri, cited.iri)
    verdict = citations.verdict(subject.known.chronology, citing.iri, cited.iri)
    return CitedWay(citing, cited, sign, state, channels, verdict.value)


def _plan_heads(subject: Subject, names: Sequence[Name]) -> Iterator[Mark]:
    # of each plan a row with its number and its measures, and its field on the diagonal
    for at, name in enumerate(names):
        number = str(at + 1)
        y = at * PLAN_HIGH
        row = Box(0, y, PLAN_HEAD, PLAN_HIGH)
        yield fr.row_head(row, number, name, f"{name.key} · {_measures(subject, name.iri)}")
        box = Box(PLAN_HEAD + at * PLAN_WIDE, y, PLAN_WIDE, PLAN_HIGH)
        diagonal = fr.filled(box, fr.SHADE, (number,))
        yield Group(tuple(diagonal), title=name.full, address=subject.leads(name.iri))


def _measures(subject: Subject, plan: str) -> str:
    # how many actions of it are known: of how many it has, all, or those that were seen
    tables = subject.known.tables
    count = sum(home == plan for home in tables.works.home.values())
    if published := tables.published.get(plan):
        return subject.say("measures-of", n=published, found=count)
    is_whole = tables.lists.get(plan) == "complete"
    return subject.say("measures-all" if is_whole else "measures-seen", n=count)


def _plan_cells(subject: Subject, meeting: MatrixPair, greatest: float) -> Iterator[Mark]:
    shared = meeting.shared
    leads = subject.leads(meeting.first.iri, meeting.second.iri)
    x = PLAN_HEAD + shared.row * PLAN_WIDE
    below = Box(x, shared.column * PLAN_HIGH, PLAN_WIDE, PLAN_HIGH)
    both = f"{meeting.first.full} – {meeting.second.full}"
    title = "\n".join((both, *shared.said_of_plans(subject)))
    yield Group(tuple(_shared_marks(subject, shared, below, greatest)), title, leads)
    x = PLAN_HEAD + shared.column * PLAN_WIDE
    half = PLAN_HIGH / 2
    for at, way in enumerate(meeting.ways):
        box = Box(x, shared.row * PLAN_HIGH + half * at, PLAN_WIDE, half)
        title = subject.say("cites", citing=way.citing.full, cited=way.cited.full)
        title += _way_words(subject, way)
        yield Group(tuple(_way_marks(subject, way, box)), title, leads)


def _shared_marks(subject: Subject, shared: SharedCell, box: Box, greatest: float) -> list[Mark]:
    weight = shared.weight
    if shared.shares is Standing.ABSENT:
        return fr.filled(box, fr.PAPER, ("–",))
    if shared.shares is Standing.UNREAD:
        marks = fr.hatched(box)
        if weight.broad > 0:
            half = box.height / 2
            low = Box(box.x, box.y + half, box.width, half, fr.PAPER, fr.EDGE)
            general = coded("potential", "general").say(subject.language)
            marks += [low, *dw.centred(low, (general,), fr.FINE)]
        return marks
    fill = fr.shade(shared.share_of(greatest), fr.FIFTHS)
    bits = figure_words.amount(weight.low, figures.Unit.BITS, subject.language)
    texts = subject.say("texts", n=len(shared.texts))
    marks = fr.filled(box, fill, (bits, texts), size=13)
    if weight.level is not None:
        marks += fr.level_mark(box.x + box.width - 7, box.y + 7, weight.level, fr.on(fill))
    return marks


def _way_words(subject: Subject, way: CitedWay) -> str:
    if way.state is Standing.STATED:
        return ", ".join(subject.say(f"channel-{channel}") for channel in way.channels)
    return subject.say(f"citation-{way.state}")


def _way_marks(subject: Subject, way: CitedWay, box: Box) -> list[Mark]:
    if way.state is Standing.STATED:
        channel = way.channels[0].value if len(way.channels) == 1 else "both"
        text = f"{way.sign} {subject.say(f'cited-{channel}')}"
        field = box._replace(fill=CITED, pen=fr.EDGE)
        return [field, *dw.centred(box, (text,), Font(10.5, bold=True))]
    if way.state is Standing.ABSENT:
        return fr.filled(box, fr.PAPER, (f"{way.sign} –",))
    if way.state is Standing.IMPOSSIBLE:
        return fr.filled(box, fr.SHADE, ("×",))
    return fr.hatched(box)


def _plan_signs(subject: Subject, greatest: float) -> tuple[Sign, ...]:
    say = subject.say
    box = Box(0, 0, *fr.SWATCH, pen=fr.EDGE)
    arrow = Label(15, 13, "→", Font(11, bold=True), "middle")
    crossed = (box._replace(fill=fr.SHADE), Line(((0, 0), fr.SWATCH), fr.EDGE))
    return (
        *fr.weight_signs(subject, greatest),
        Sign((box._replace(fill=CITED), arrow), say("sign-citation")),
        fr.sign(fr.SHADE, say("sign-impossible"), "×"),
        fr.sign(fr.PAPER, say("sign-none"), "–"),
        fr.sign("", say("sign-hatch")),
        Sign(crossed, say("sign-diagonal")),
    )


def _plan_summary(subject: Subject, meetings: Sequence[MatrixPair]) -> str:
    states = Counter(way.state for meeting in meetings for way in meeting.ways)
    return subject.say(
        "plan-matrix-summary",
        pairs=len(meetings),
        sharing=sum(meeting.shared.shares is Standing.STATED for meeting in meetings),
        cited=states[Standing.STATED],
        ways=states.total(),
        impossible=states[Standing.IMPOSSIBLE],
    )


def _plan_rows(meetings: Sequence[MatrixPair]) -> Iterator[tuple[Cell, ...]]:
    for first, second, shared, (way, back) in meetings:
        ends = (first.iri, first.text, second.iri, second.text)
        yield (*ends, *shared.cells, *way.cells, *back.cells)


# Action × action: what the actions of one plan, or of two, share through the texts both name.

CELL = 24.0  # how wide and high a cell is, in pixels
SIDE = (330.0, 540.0)  # the least and the greatest width of the labels at the side
DIGITS = Font(8.5)


class ActionGrid:
    """The actions of one plan, or of two, and what each two of them share.

    With one plan ``rows`` and ``columns`` are the same, and each pair stands once. ``left_out``
    counts the actions of a plan with more than ``most``: those that name most texts are drawn.
    """

    def __init__(self, subject: Subject, plans: Sequence[str], most: int) -> None:
        self.plans = plans
        self.is_one = len(plans) == 1
        self.uses = Counter(use.work for use in subject.known.uses)
        self.left_out = 0
        drawn = [self.busiest(ch.actions_of(subject, plan), most) for plan in plans]
        self.names: Names = subject.names([*plans, *drawn[0], *drawn[-1]])
        self.rows = [self.names[action] for action in drawn[0]]
        self.columns = [self.names[action] for action in drawn[-1]]
        self.meetings = []
        for row, first in enumerate(drawn[0]):
            partners = drawn[0][:row] if self.is_one else drawn[-1]
            for column, second in enumerate(partners):
                self.meetings.append(SharedCell(subject, row, column, (first, second)))
        self.greatest = max((meeting.weight.low for meeting in self.meetings), default=0.0)
        # the fewer columns, the more room for the labels at the side
        self.left = min(max(960.0 - CELL * len(self.columns), SIDE[0]), SIDE[1])
        self.up = 48.0 if self.is_one else 210.0

    def busiest(self, actions: Sequence[str], most: int) -> list[str]:
        """Those that name most texts, in their own order."""
        chosen = set(sorted(actions, key=lambda action: -self.uses[action])[:most])
        self.left_out += len(actions) - len(chosen)
        return [action for action in actions if action in chosen]

    def box(self, row: int, column: int) -> Box:
        """The field in a row and a column."""
        return Box(self.left + CELL * column, CELL * row, CELL, CELL)


def draw_action_matrix(
    subject: Subject, *, plan: str = "", other: str = "", top: object = 60
) -> Picture:
    """What the actions of a plan share with each other, or with those of an ``other`` plan.

    With one plan the half below the diagonal shows weights, the half above how many texts are
    shared. At most ``top`` actions of a plan are drawn.

    Raises:
        QueryError: an unknown plan, one without actions, or no whole number from 2.
    """
    most = ch.whole(top, "top", least=2)
    plan_a = ch.focus_of(subject, plan)
    plan_b = ch.find(subject.graph, other) if other else plan_a
    grid = ActionGrid(subject, tuple(dict.fromkeys((plan_a, plan_b))), most)

    marks = [
        *_column_heads(grid),
        *_action_heads(subject, grid),
        *_diagonal(grid),
        *_action_cells(subject, grid),
    ]
    size = PictureSize(
        grid.left + CELL * len(grid.columns),
        grid.up + CELL * len(grid.rows),
        grid.up,
    )
    return Picture(
        subject,
        "action-matrix",
        _action_caption(subject, grid),
        size,
        marks,
        ACTION_COLUMNS,
        lambda: _action_rows(grid),
    )


def _column_heads(grid: ActionGrid) -> Iterator[Mark]:
    for at, name in enumerate(grid.columns):
        words = name.short if grid.is_one else f"{name.short} · {name.text}"
        text = lt.shorten(words, grid.up - 12, fr.HEAD)
        x = grid.left + CELL * (at + 0.5) + fr.HEAD.size * 0.36
        language = "" if grid.is_one else name.language
        label = Label(x, -6, text, fr.HEAD, turn=-90, language=language)
        yield Group((label,), title=name.full)


def _action_heads(subject: Subject, grid: ActionGrid) -> Iterator[Mark]:
    for at, name in enumerate(grid.rows):
        y = CELL * at + CELL / 2 + 4
        short = lt.shorten(name.short, 44, fr.STRONG)
        text = lt.shorten(name.text, grid.left - 62, fr.HEAD)
        number = Label(44, y, short, fr.STRONG, "end")
        label = Label(52, y, text, fr.HEAD, language=name.language)
        yield Group((number, label), name.full, subject.leads(name.iri))


def _diagonal(grid: ActionGrid) -> Iterator[Mark]:
    for at, name in enumerate(grid.rows if grid.is_one else ()):
        box = grid.box(at, at)._replace(fill=fr.SHADE, pen=fr.EDGE)
        digits = dw.centred(box, (lt.shorten(name.short, CELL - 2, DIGITS),), DIGITS)
        yield Group((box, *digits), title=name.full)


def _action_cells(subject: Subject, grid: ActionGrid) -> Iterator[Mark]:
    for meeting in grid.meetings:
        row = grid.rows[meeting.row]
        column = grid.columns[meeting.column]
        both = f"{row.short} {row.text} – {column.short} {column.text}"
        title = "\n".join((both, *meeting.said_of_actions(subject)))
        leads = subject.leads(row.iri, column.iri)
        weighed = _weighed(subject, meeting, grid.box(meeting.row, meeting.column), grid.greatest)
        yield Group(tuple(weighed), title, leads)
        if grid.is_one:
            counted = _counted(meeting, grid.box(meeting.column, meeting.row))
            yield Group(tuple(counted), title, leads)


def _weighed(subject: Subject, meeting: SharedCell, box: Box, greatest: float) -> list[Mark]:
    if meeting.shares is not Standing.STATED:
        return _counted(meeting, box)
    # one decimal is what a cell has room for; what is more than nought is never rounded to it
    fill = fr.shade(meeting.share_of(greatest), fr.FIFTHS)
    text = format_number(max(meeting.weight.low, 0.1), subject.language, 1)
    marks = _lettered(box, fill, text)
    if meeting.weight.level:
        marks += fr.level_mark(box.x + CELL / 2, box.y + 5, meeting.weight.level, fr.on(fill))
    return marks


def _counted(meeting: SharedCell, box: Box) -> list[Mark]:
    if meeting.shares is Standing.UNREAD:
        return fr.hatched(box)
    is_shared = meeting.shares is Standing.STATED
    return _lettered(box, fr.PAPER, str(len(meeting.texts)) if is_shared else "–")


def _lettered(box: Box, fill: str, text: str) -> list[Mark]:
    font = Font(9.5 if len(text) < 3 else 8.5, bold=text != "–", colour=fr.on(fill))
    below = Box(box.x, box.y + 6, box.width, box.height - 6)
    return [box._replace(fill=fill, pen=fr.EDGE), *dw.centred(below, (text,), font)]


def _action_caption(subject: Subject, grid: ActionGrid) -> Caption:
    say = subject.say
    titles = [grid.names[iri] for iri in grid.plans]
    first = titles[0]
    second = titles[-1]
    if grid.is_one:
        kind = "action-matrix"
        title = say("action-matrix-title", one=first.text)
    else:
        kind = "action-matrix-two"
        title = say("action-matrix-two-title", one=first.text, two=second.text)
    notes = [_action_summary(subject, grid)]
    if grid.left_out:
        notes.append(say("actions-left-out", n=grid.left_out))
    return Caption(
        title,
        say(f"{kind}-lead", one=first.key, two=second.key),
        tuple(_action_signs(subject, grid)),
        tuple(notes),
        ch.plans_named(subject, titles),
    )


def _action_signs(subject: Subject, grid: ActionGrid) -> Iterator[Sign]:
    yield from fr.weight_signs(subject, grid.greatest)
    if grid.is_one:
        yield fr.sign(fr.PAPER, subject.say("sign-shared"), "2", 10)
    yield fr.sign(fr.PAPER, subject.say("sign-none"), "–", 10)
    yield fr.sign("", subject.say("sign-hatch"))


def _action_summary(subject: Subject, grid: ActionGrid) -> str:
    works = {name.iri for name in (*grid.rows, *grid.columns)}
    states = Counter(meeting.shares for meeting in grid.meetings)
    return subject.say(
        "action-matrix-summary",
        n=len(works),
        named=len(works & grid.uses.keys()),
        linked=states[Standing.STATED],
        unread=states[Standing.UNREAD],
    )


def _action_rows(grid: ActionGrid) -> Iterator[tuple[Cell, ...]]:
    for meeting in grid.meetings:
        row = grid.rows[meeting.row]
        column = grid.columns[meeting.column]
        yield (row.iri, row.text, column.iri, column.text, *meeting.cells)
