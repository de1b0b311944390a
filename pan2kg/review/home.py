"""The plan a project starts from, and the examples that go once it has one of its own."""

import re
from pathlib import Path
from typing import NamedTuple

from pan2kg.project import Project, read_text
from pan2kg.review.files import Addition, own
from pan2kg.store import program_query
from pan2kg.store.filling import refuse_other_kind
from pan2kg.store.names import find_thing
from pan2kg.store.store import Store, select
from pan2kg.turtle import iri, key, read_prefixes

_COUNTRY = re.compile(r"^    pan:country \S+ ;\n", re.MULTILINE)


class HomeAddition(NamedTuple):
    """The profile of a project with its plan, and the files of examples that go."""

    change: Addition
    examples: list[Path]


def home_addition(store: Store, project: Project, typed: str) -> HomeAddition:
    """The profile with a plan to start from and its first action as the example, and the files that go.

    These are the files of the plans that came with the project as examples.
    """
    own(project)
    plan = find_thing(typed, store, project)
    refuse_other_kind(plan, ["plan"], option="home", store=store)
    prefixes = read_prefixes(project)
    former = read_text(project.profile)
    revised = _with_statement(former, "homePlan", iri(plan, prefixes))
    actions = select(store, program_query("review/actions-of-plan", plan=plan)).values("action")
    if actions:
        revised = _with_statement(revised, "exampleAction", iri(min(actions), prefixes))
    profile = Addition(project.profile, project.name_of(project.profile), former, revised)
    examples = []
    for example in select(store, program_query("dataset/examples")).values("plan"):
        if example != plan:
            examples += project.plan_files(key(example))
    return HomeAddition(profile, examples)


def _with_statement(profile: str, predicate: str, value: str) -> str:
    """A profile that says this: in the place of what it said by the predicate, else behind the country."""
    line = re.compile(rf"^(    pan:{predicate}) \S+ ([;.])$", re.MULTILINE)
    if line.search(profile):
        return line.sub(rf"\1 {value} \2", profile)
    return _COUNTRY.sub(rf"\g<0>    pan:{predicate} {value} ;\n", profile, count=1)
