"""The plans that name a text, a body has a part in or deal with a topic: each at its time, with a mark a work.

Only what was seen is drawn: a plan that is not there may not have been read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from enum import IntEnum
from typing import NamedTuple

from pan2kg.charts import choice as ch, frame as fr, lettering as lt, time_axis as ta
from pan2kg.charts.drawing import Box, Dot, Group, Label, Mark, Pen
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.lettering import Font
from pan2kg.charts.subject import Cell, Subject
from pan2kg.coherence import evidence, texts
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import bare
from pan2kg.graph.labels import Entry, shortened
from pan2kg.i18n import format_of, one_of
from pan2kg.store import gathered
from pan2kg.store.names import ambiguous

COLUMNS = (
    "plan",
    "plan_label",
    "work",
    "work_label",
    "part",
    "evidence_level",
    "starts",
    "ends",
    "drawn",
)
KINDS = ("body", "instrument", "topic")  # what the picture can be about
# in pixels: how wide the names of plans, the axis, and the words beside the marks are
HEAD = 220.0
SPAN = 330.0
SAYS = 340.0
LEFT = HEAD + 16  # where the axis begins
MARKS = LEFT + SPAN + 32  # where the first mark of a work stands
ROW = 36.0  # from one plan to the next
TOP = 24.0  # above the first plan, for the years
HIGH = 14.0  # how high the bar of a plan is
GAP = 15.0  # how far the marks of works are apart
MARKED = 14  # how many works of a plan have a mark; the words beside say how many there are
NAME = Font(12)


class TieRank(IntEnum):
    """How strongly a work is tied to the thing: first where it leads or carries out.

    A body leads, or takes part; a text is carried out, is served, or is named only; a topic is
    always tied as second. Messages bear the number, tables the name.
    """

    FIRST = 1
    SECOND = 2
    THIRD = 3


class TiedWork(NamedTuple):
    """A plan, or an action of one, how strongly it is tied to the thing, and on whose word."""

    work: str
    rank: TieRank
    level: evidence.Level | None


class ThingTie(NamedTuple):
    """What ties a work to a thing: a part a body has in it, a topic it deals with, a text it uses."""

    thing: str
    tied: TiedWork


class ThingMap:
    """A thing, the plans tied to it, and where those that are drawn stand.

    ``works_of`` has of each plan the works tied to the thing, the strongest first. All ``plans``
    stand in the table, those with most works first; the ``plans_drawn`` come in the order of
    adoption, and ``works_drawn`` are their works.
    """

    def __init__(self, subject: Subject, entry: Entry, most: int) -> None:
        self.subject = subject
        self.entry = entry
        self.works_of = _works_of(subject, entry)
        self.plans = sorted(self.works_of, key=lambda plan: (-len(self.works_of[plan]), plan))
        self.life_of = ta.lives(subject, self.plans)
        self.plans_drawn = sorted(
            self.plans[:most], key=lambda plan: (self.life_of[plan].first or date.max, plan)
        )
        self.works_drawn = [tied for plan in self.plans_drawn for tied in self.works_of[plan]]
        works = (tied.work for works in self.works_of.values() for tied in works)
        self.names = subject.names([entry.iri, *self.plans, *works])
        self.lives = [self.life_of[plan] for plan in self.plans_drawn]
        self.axis = ta.axis_of(self.lives, subject.today, left=LEFT, width=SPAN)

    def rank_words(self, rank: TieRank, ending: str = "", **values: object) -> str:
        """What a rank means for things of this kind."""
        return self.subject.say(f"plans-of-{self.entry.kind}-{rank}{ending}", **values)


def draw_plans_of(subject: Subject, *, thing: str = "", top: object = 12) -> Picture:
    """The ``top`` plans with most works tied to a text, a body or a topic, in the order of adoption.

    Without a ``thing`` it is the text that most plans name.

    Raises:
        ProjectError: the graph holds no action.
        QueryError: an unknown thing, or no whole number from 1.
    """
    if not subject.graph.has_actions:
        raise ProjectError("no-action-to-measure", remedy="add-plan")
    entry = _entry(subject, thing)
    drawn = ThingMap(subject, entry, ch.whole(top, "top"))

    bottom = ROW * len(drawn.plans_drawn)
    marks = drawn.axis.marks(bottom, subject.today)
    for at, plan in enumerate(drawn.plans_drawn):
        y = ROW * (at + 0.5)
        marks += (
            _plan_marks(drawn, plan, y),
            Group(tuple(_action_marks(drawn, plan, y))),
            _counted(drawn, plan, y),
        )

    called = drawn.names[entry.iri].text
    undrawn = len(drawn.plans) - len(drawn.plans_drawn)
    note = subject.say("left-out", what=subject.say("field-plans", n=undrawn))
    caption = Caption(
        subject.say(f"plans-of-{entry.kind}", thing=called, n=len(drawn.plans)),
        subject.say("plans-of-lead"),
        tuple(_signs(drawn)),
        (note,) if undrawn else (),
        (subject.say("chosen-thing", thing=called),),
        is_levelled=entry.kind != "topic",
    )
    size = PictureSize(LEFT + SPAN + 24 + SAYS, TOP + bottom, TOP)
    return Picture(
        subject,
        "plans-of",
        caption,
        size,
        marks,
        COLUMNS,
        lambda: _rows(drawn),
        tells=sum(map(len, drawn.works_of.values())) > 1,
    )


# What is tied to the thing


def _entry(subject: Subject, thing: str) -> Entry:
    labels = subject.graph.labels
    name = bare(thing) if thing else _most_named(subject)
    for kind in KINDS:
        entry = labels.find(kind, name)
        if entry:
            return entry
    entry = labels.entry(name)
    if entry and entry.kind in KINDS:
        return entry
    drawable = {candidate.iri: candidate for kind in KINDS for candidate in labels.of_kind(kind)}
    meant = subject.graph.called.candidates(thing, drawable) if thing else []
    if len(meant) > 1:
        raise ambiguous(thing, subject.graph.store, [candidate.iri for candidate in meant])
    if meant:
        return drawable[meant[0].iri]
    keys = [candidate.key for candidate in drawable.values()]
    if near := get_close_matches(name, keys, n=2, cutoff=0.5):
        names = one_of(near)
        raise QueryError("no-thing-drawn", name=thing, remedy="did-you-mean", names=names)
    raise QueryError("no-thing-drawn", name=thing, remedy="name-thing-drawn")


def _most_named(subject: Subject) -> str:
    works = subject.known.tables.works
    plans_naming: dict[str, set[str | None]] = {}
    for use in subject.known.uses:
        plans_naming.setdefault(use.text, set()).add(works.plan(use.work))
    number_of = {text: len(plans) for text, plans in plans_naming.items()}
    return min(number_of, key=lambda text: (-number_of[text], text), default="")


def _works_of(subject: Subject, entry: Entry) -> Mapping[str, tuple[TiedWork, ...]]:
    # of all things of a kind at once: the same in each language
    works_of = subject.graph.once(
        f"tied {entry.kind} {subject.level.key}", lambda: tied_works(subject, entry.kind)
    )
    return works_of.get(entry.iri, {})


def tied_works(subject: Subject, kind: str) -> Mapping[str, Mapping[str, tuple[TiedWork, ...]]]:
    """Of each thing of a kind the plans tied to it, each with its works, the strongest tie first."""
    if kind == "body":
        ties = _body_ties(subject)
    elif kind == "topic":
        ties = _topic_ties(subject)
    else:
        ties = _text_ties(subject)
    by_thing = gathered((tie.thing, tie.tied) for tie in ties)
    return {thing: _by_plan(subject, works) for thing, works in by_thing.items()}


def _body_ties(subject: Subject) -> Iterator[ThingTie]:
    for row in subject.graph.involvements:
        if evidence.counts(row.level, subject.level):
            rank = TieRank.FIRST if "lead" in row.roles else TieRank.SECOND
            yield ThingTie(row.body, TiedWork(row.work, rank, row.level))


def _topic_ties(subject: Subject) -> Iterator[ThingTie]:
    for profile in subject.graph.profiles:
        for topic in profile.topics:
            yield ThingTie(topic, TiedWork(profile.work, TieRank.SECOND, None))


def _text_ties(subject: Subject) -> Iterator[ThingTie]:
    ranks = {texts.CARRIES_OUT: TieRank.FIRST, texts.SERVES: TieRank.SECOND}
    reached = subject.known.potential.weights.reached
    for use in subject.known.uses:
        tied = TiedWork(use.work, ranks.get(use.share, TieRank.THIRD), use.level)
        for text in reached(use.text, subject.level):
            yield ThingTie(text, tied)


def _by_plan(subject: Subject, works: list[TiedWork]) -> Mapping[str, tuple[TiedWork, ...]]:
    """The works by plan, of each the strongest tie, and of these the one on the firmest word."""
    best: dict[str, TiedWork] = {}
    for tied in works:
        rivals = (best.get(tied.work, tied), tied)
        best[tied.work] = min(rivals, key=lambda tied: (tied.rank, tied.level or 0))
    by_plan: dict[str, list[TiedWork]] = {}
    for work in sorted(best):
        plan = subject.known.tables.works.plan(work)
        if plan:
            by_plan.setdefault(plan, []).append(best[work])
    return {
        plan: tuple(sorted(tied, key=lambda tied: (tied.rank, tied.work)))
        for plan, tied in by_plan.items()
    }


# Marks


def _plan_marks(drawn: ThingMap, plan: str, y: float) -> Group:
    """Its name, its time, and where the plan itself is tied a mark, which leads where these lead."""
    name = drawn.names[plan]
    axis = drawn.axis
    lines = lt.wrap(name.text, HEAD - 4, NAME, 2)
    top = y - lt.height_of(len(lines), NAME) / 2
    label = Label(HEAD, top + NAME.size, "\n".join(lines), NAME, "end")
    marks: list[Mark] = [*fr.spoken(name, [label])]
    if drawn.life_of[plan].is_drawn:
        marks += ta.bar(axis, drawn.life_of[plan], y, ta.PALE, high=HIGH)
    else:
        marks += fr.hatched(Box(axis.left + 4, y - HIGH / 2, axis.width - 8, HIGH))
    title = name.full
    for at, tied in enumerate(drawn.works_of[plan][:MARKED]):
        if tied.work == plan:
            marks.append(_part_mark(MARKS + GAP * at, y - 7, tied.rank, is_plan=True))
            title = f"{title}\n{drawn.rank_words(tied.rank)}"
    return Group(tuple(marks), title=title, address=drawn.subject.leads(plan))


def _action_marks(drawn: ThingMap, plan: str, y: float) -> Iterator[Mark]:
    for at, tied in enumerate(drawn.works_of[plan][:MARKED]):
        if tied.work != plan:
            name = drawn.names[tied.work]
            title = f"{name.notation} {shortened(name.text)}\n{drawn.rank_words(tied.rank)}"
            mark = _part_mark(MARKS + GAP * at, y - 7, tied.rank)
            address = drawn.subject.leads(tied.work)
            yield Group((mark,), title=title.strip(), address=address)


def _part_mark(x: float, y: float, rank: TieRank, *, is_plan: bool = False) -> Box | Dot:
    if rank is TieRank.FIRST:
        fill = fr.BLUE
        pen = None
    elif rank is TieRank.SECOND:
        fill = fr.PAPER
        pen = Pen(fr.BLUE, 1.8)
    else:
        fill = fr.PAPER
        pen = Pen(fr.GREY, 1.0, (2, 2))
    return Box(x - 5, y - 5, 10, 10, fill, pen) if is_plan else Dot(x, y, 5.2, fill, pen)


def _counted(drawn: ThingMap, plan: str, y: float) -> Label:
    """What the plan itself is to the thing, and how many actions of each rank."""
    language = drawn.subject.language
    whole = drawn.subject.say("plans-of-whole") + format_of("colon", language)
    words = []
    number_of = Counter[TieRank]()
    for tied in drawn.works_of[plan]:
        if tied.work == plan:
            words.append(whole + drawn.rank_words(tied.rank))
        else:
            number_of[tied.rank] += 1
    words += [drawn.rank_words(rank, "-n", n=number_of[rank]) for rank in sorted(number_of)]
    text = lt.shorten(format_of("semicolon", language).join(words), SAYS - 20, ta.TICK)
    return Label(MARKS - 6, y + 11, text, ta.TICK)


# Legend and table


def _signs(drawn: ThingMap) -> Iterator[Sign]:
    # what is drawn, and nothing else
    subject = drawn.subject
    for rank in sorted({tied.rank for tied in drawn.works_drawn}):
        yield Sign((_part_mark(15, 9, rank),), drawn.rank_words(rank))
    if any(tied.work in drawn.life_of for tied in drawn.works_drawn):
        mark = _part_mark(15, 9, TieRank.SECOND, is_plan=True)
        yield Sign((mark,), subject.say("plans-of-whole"))
    if any(life.is_open for life in drawn.lives):
        yield ta.open_end_sign(subject, ta.PALE)
    if any(not life.is_drawn for life in drawn.lives):
        yield fr.sign("", subject.say("sign-hatch-date"))


def _rows(drawn: ThingMap) -> Iterator[tuple[Cell, ...]]:
    for plan in drawn.plans:
        life = drawn.life_of[plan]
        is_drawn = "true" if plan in drawn.plans_drawn else "false"
        for tied in drawn.works_of[plan]:
            yield (
                plan,
                drawn.names[plan].text,
                tied.work,
                drawn.names[tied.work].text,
                tied.rank.name.lower(),
                tied.level.key if tied.level else None,
                life.first,
                life.end,
                is_drawn,
            )
