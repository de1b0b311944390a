"""The house stays readable: its figures keep within their bars, and a bar is only made stricter."""

import ast
import subprocess
import tomllib

import pytest

from tests.house import PACKAGE, ROOT, bars, complexity, look, measured


def test_the_house_keeps_within_its_bars() -> None:
    house = measured(PACKAGE.rglob("*.py"))
    most, least = bars()
    assert house.figures.keys() == most.keys() | least.keys()
    above = {name: house.figures[name] for name in most if house.figures[name] > most[name]}
    below = {name: house.figures[name] for name in least if house.figures[name] < least[name]}
    worst = "\n".join(f"{graded.grade} {graded.place}" for graded in house.functions[:5])
    assert not above, f"write it more plainly, or take something away: {above}\n{worst}"
    assert not below, f"document what the rooms offer: {below}"


WITH_LAW_AND_FINDINGS = {"nodes": 560_000}
"""How far a bar may be raised for what is added: duties, events and findings."""


def test_a_bar_is_only_made_stricter() -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", ROOT, *words], capture_output=True, text=True, check=False
        ).stdout

    most, least = bars()
    for commit in git("log", "--format=%H", "--", "tests/ceilings.toml").split():
        before = tomllib.loads(git("show", f"{commit}:tests/ceilings.toml"))
        if "most" not in before:
            break  # lines were counted, which says nothing about what is read
        looser = [
            name
            for name, bar in before["most"].items()
            if most.get(name, bar) > max(bar, WITH_LAW_AND_FINDINGS.get(name, 0))
        ]
        looser += [name for name, bar in before["least"].items() if least.get(name, bar) < bar]
        assert not looser, f"{looser} was stricter in {commit}: make room instead"


@pytest.mark.parametrize(
    ("body", "ways"),
    [
        ("return 1", 1),
        ("return 1 if a and b or c else 2", 4),
        ("return [x for x in a if x for y in x if y and x]", 6),
        ("for x in a:\n        pass\n    else:\n        return 1", 3),
        ("with a:\n        assert b", 3),
        ("try:\n        a()\n    except E:\n        b()\n    else:\n        c()", 3),
        ("def inner(): return 1 if a else 2\n    return inner", 1),
    ],
)
def test_complexity_counts_what_a_reader_follows(body: str, ways: int) -> None:
    function = ast.parse(f"def f(a, b, c):\n    {body}\n").body[0]
    assert complexity(function) == ways


def test_what_hides_from_a_reader_is_counted() -> None:
    text = (
        "a, b = 1, 2\n"  # two thoughts in a line
        "a, b = b, a\n"  # a swap is one
        "from x import *\n"
        "t = (1,\n     2)  # fmt: skip\n"
        f"c = '{'x' * 100}'\n"
        "def f(other):\n    '''Say.\n\n    >>> f(1)\n    '''\n"
        "def _g(): return [x for x in a if x]\n"
    )
    counted = look(text, ast.parse(text)).counted
    expected = {
        "packed": 1, "stars": 1, "fmt": 1, "wide lines": 1, "vague": 1, "public": 1, "documented": 1,
        "prompts": 1, "dense": 1,
    }  # fmt: skip
    assert {name: counted[name] for name in expected} == expected
