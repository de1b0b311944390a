"""The plan a project starts from: named in its profile, in the place of the example the project began with."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.coherence.uses import key
from pan2kg.errors import Place, ProjectError
from pan2kg.project import PACKAGE, Project, read_text, reason
from pan2kg.review.readings import Addition
from pan2kg.store.queries import find_thing, program_query, refuse_other_kind
from pan2kg.store.store import LocalStore, select
from pan2kg.turtle.vocabulary import PAN, RDF
from pan2kg.turtle.writer import iri, read_prefixes

_AFTER: Final = re.compile(r"^    pan:country \S+ ;\n", re.MULTILINE)


def home_addition(store: LocalStore, project: Project, name: str) -> tuple[Addition, tuple[Path, ...]]:
    """The profile with a plan to start from, and the folders of examples that go.

    The first action of the plan becomes the one questions are asked about where none is named.

    Raises:
        QueryError: no plan has that name.
        ProjectError: there is no profile to write to.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    plan = find_thing(name, store, project)
    refuse_other_kind(plan, ["plan"], option="home", store=store)
    prefixes = read_prefixes(project)
    of_plan = store.inner.quads_for_pattern(None, ox.NamedNode(PAN + "inPlan"), ox.NamedNode(plan))
    found = (quad.subject for quad in of_plan if isinstance(quad.subject, ox.NamedNode))
    is_action = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{PAN}Action")
    actions = sorted(one.value for one in found if any(store.inner.quads_for_pattern(one, *is_action)))
    examples = [one for one in select(store, program_query("dataset/examples")).values("plan") if one != plan]
    old = read_text(project.profile)
    new = _stating(old, "homePlan", iri(plan, prefixes))
    if actions:
        new = _stating(new, "exampleAction", iri(actions[0], prefixes))
    folders = (project.graph / "plans" / key(one) for one in examples)
    name_ = project.name_of(project.profile)
    return Addition(project.profile, name_, old, new), tuple(path for path in folders if path.is_dir())


def _stating(profile: str, property_: str, value: str) -> str:
    """A profile with one value of a property: in the place of the one that stands there, else behind the country."""
    line = re.compile(rf"^    pan:{property_} \S+ ([;.])$", re.MULTILINE)
    if line.search(profile):
        return line.sub(lambda found: f"    pan:{property_} {value} {found[1]}", profile)
    return _AFTER.sub(lambda found: f"{found[0]}    pan:{property_} {value} ;\n", profile, count=1)


def remove(folders: tuple[Path, ...]) -> None:
    """Delete the folders of examples.

    Raises:
        ProjectError: one cannot be deleted.
    """
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise ProjectError("cannot-write-there", place=Place(str(folder)), reason=reason(error)) from None
