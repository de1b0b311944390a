"""Ministry × plan: in how many actions of a plan a ministry has a part, and how many it leads."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pan2kg.charts import choice as ch, frame as fr
from pan2kg.charts.drawing import Box, Group, Mark
from pan2kg.charts.frame import Caption, Picture, PictureSize, Sign
from pan2kg.charts.subject import Cell, Names, Subject
from pan2kg.coherence import evidence
from pan2kg.graph.labels import Name
from pan2kg.tables import coded

COLUMNS = (
    "ministry",
    "ministry_label",
    "plan",
    "plan_label",
    "assessed",
    "involved",
    "led",
    "whole_plan",
    "actions_with_body",
    "actions",
)
# in pixels: how wide and high a cell is, and how wide the heads of rows are
WIDE = 62.0
HIGH = 44.0
HEAD = 330.0
KNOWN = 22.0  # how high the row is that says of how many actions a body is known
FAINT = "#f7f7f7"
# up to how many actions a cell has each of the shades of blue
BOUNDS = (1.0, 3.0, 6.0, 12.0)


class Roles:
    """What is known of the bodies of a plan: in how many actions each takes part, and how many it leads.

    ``plan_wide`` are the bodies that have a part in the plan as a whole; ``known`` counts actions
    with a body, of all ``actions``. ``is_known``: some body of the plan is known. ``is_certain``:
    the list of actions was read to its end, and each has a body, so that a body that is in none has
    no part; ``is_lead_certain``: each has a lead too, so that a body that leads none is no lead.
    """

    def __init__(self, subject: Subject, plan: str) -> None:
        tables = subject.known.tables
        actions = {action for action, home in tables.works.home.items() if home == plan}
        involved = defaultdict[str, set[str]](set)
        led = defaultdict[str, set[str]](set)
        self.plan_wide: set[str] = set()
        for row in subject.graph.involvements:
            if not evidence.counts(row.level, subject.level):
                continue
            if row.work == plan:
                self.plan_wide.add(row.body)
            if row.work in actions:
                involved[row.body].add(row.work)
                if "lead" in row.roles:
                    led[row.body].add(row.work)
        self.involved = {body: len(works) for body, works in involved.items()}
        self.led = {body: len(works) for body, works in led.items()}
        self.bodies = involved.keys() | self.plan_wide
        self.known = len(actions & subject.graph.with_body(subject.level))
        self.actions = len(actions)
        self.is_known = bool(self.known or self.plan_wide)
        is_whole = tables.lists.get(plan) == "complete"
        self.is_certain = is_whole and 0 < self.known == self.actions
        self.is_lead_certain = self.is_certain and actions == set().union(*led.values())

    def involving(self, body: str) -> int | None:
        """In how many actions a body takes part; None where that is not known."""
        return self.involved.get(body, 0 if self.is_certain else None)

    def led_by(self, body: str) -> int | None:
        """How many actions a body leads; None where that is not known."""
        return self.led.get(body, 0 if self.is_lead_certain else None)


def draw_ministries(
    subject: Subject,
    *,
    plan: str = "",
    plans: str | Sequence[str] = (),
    top: object = 10,
    bodies: object = 24,
) -> Picture:
    """The ministries with a part in some ``plans``, or in the ``top`` around a plan, those of most plans first.

    Raises:
        QueryError: an unknown plan, fewer than two or more than 24, or a limit that is no number.
    """
    choice = ch.choose(subject, plan=plan, plans=plans, top=top)
    roles = [Roles(subject, iri) for iri in choice.plans]
    number_of = {}
    for body in subject.graph.ministries:
        if number := sum(body in role.bodies for role in roles):
            number_of[body] = number
    every = sorted(number_of, key=lambda body: (-number_of[body], -_actions(roles, body), body))
    ministries = every[: ch.whole(bodies, "bodies")]
    names = subject.names([*choice.plans, *every])
    columns = [names[iri] for iri in choice.plans]

    marks, up, out = fr.tilted(columns, HEAD, WIDE)
    marks += _known_row(subject, columns, roles)
    for row, body in enumerate(ministries):
        y = KNOWN + HIGH * row
        head = Box(-20, y, HEAD + 10, HIGH)
        detail = subject.say("in-plans", n=number_of[body])
        marks.append(fr.row_head(head, "", names[body], detail))
        for place, (plan_name, role) in enumerate(zip(columns, roles, strict=True)):
            box = Box(HEAD + WIDE * place, y, WIDE, HIGH)
            marks.append(_cell(subject, box, names[body], plan_name, role))

    notes, filters = choice.words(subject, columns)
    summary = _summary(subject, roles, len(every) - len(ministries))
    caption = Caption(
        subject.say("ministries-title"),
        subject.say("ministries-lead"),
        tuple(_signs(subject)),
        (*summary, *notes),
        filters,
    )
    size = PictureSize(HEAD + WIDE * len(columns) + out, up + KNOWN + HIGH * len(ministries), up)
    return Picture(
        subject,
        "ministries",
        caption,
        size,
        marks,
        COLUMNS,
        lambda: _rows(names, ministries, columns, roles),
    )


def _actions(roles: Sequence[Roles], body: str) -> int:
    return sum(role.involved.get(body, 0) for role in roles)


# Marks


def _known_row(subject: Subject, columns: Sequence[Name], roles: Sequence[Roles]) -> Iterator[Mark]:
    for place, (role, plan) in enumerate(zip(roles, columns, strict=True)):
        box = Box(HEAD + WIDE * place, 0, WIDE, KNOWN)
        known = f"{_number(role.known or None)}/{_number(role.actions or None)}"
        marks = fr.filled(box, FAINT, (known,), size=10)
        yield Group(tuple(marks), f"{plan.full}\n{subject.say('sign-known')}")


def _number(counted: int | None) -> str:
    return "–" if counted is None else str(counted)


def _cell(subject: Subject, box: Box, body: Name, plan: Name, role: Roles) -> Group:
    # hatched where no body of the plan is known, else the number, or a dash where it is not certain
    say = subject.say
    title = f"{body.text} – {plan.full}"
    leads = subject.leads(body.iri, plan.iri)
    if not role.is_known:
        return Group(tuple(fr.hatched(box)), f"{title}\n{say('bodies-unknown')}", leads)
    words = say(
        "involved",
        number=_number(role.involving(body.iri)),
        led=_number(role.led_by(body.iri)),
        known=_number(role.known or None),
        actions=_number(role.actions or None),
    )
    title += f"\n{words}"
    if body.iri not in role.bodies:
        nought = "0" if role.is_certain else "–"
        return Group(tuple(fr.filled(box, fr.PAPER, (nought,), size=11)), title, leads)
    number = role.involved.get(body.iri, 0)
    if number:
        lines = [str(number)]
        size = 12.5
    else:
        lines = [coded("kind", "plan").say(subject.language)]
        size = 10.0
    if body.iri in role.led:
        lines.append(say("leads-short", led=role.led[body.iri]))
    if body.iri in role.plan_wide:
        title += f"\n{say('whole-plan')}"
    fill = fr.shade(max(number, 1), BOUNDS)
    return Group(tuple(fr.filled(box, fill, lines, size=size)), title, leads)


# Legend, notes and table


def _signs(subject: Subject) -> Iterator[Sign]:
    say = subject.say
    bounds = [int(bound) for bound in BOUNDS]
    classes = [say("actions-none"), say("actions-one", n=bounds[0])]
    classes += [say("actions-to", low=low + 1, high=high) for low, high in pairwise(bounds)]
    classes.append(say("actions-above", low=bounds[-1] + 1))
    for fill, words in zip(fr.RAMP, classes, strict=True):
        yield fr.sign(fill, words)
    yield fr.sign(fr.PAPER, say("sign-dash"), "–", 11)
    yield fr.sign(FAINT, say("sign-known"), "5/9", 10)
    yield fr.sign("", say("sign-hatch-body"))


def _summary(subject: Subject, roles: Sequence[Roles], undrawn: int) -> Iterator[str]:
    known = sum(role.known for role in roles)
    actions = sum(role.actions for role in roles)
    yield subject.say("ministries-summary", known=known, actions=actions)
    if undrawn:
        yield subject.say("ministries-left-out", n=undrawn)


def _rows(
    names: Names, ministries: Sequence[str], columns: Sequence[Name], roles: Sequence[Roles]
) -> Iterator[tuple[Cell, ...]]:
    for body in ministries:
        for plan, role in zip(columns, roles, strict=True):
            whole_plan = None
            if role.is_known:
                whole_plan = "true" if body in role.plan_wide else "false"
            yield (
                body,
                names[body].text,
                plan.iri,
                plan.text,
                "true" if role.is_known else "false",
                role.involving(body),
                role.led_by(body),
                whole_plan,
                role.known or None,
                role.actions or None,
            )
