"""The house does not grow: whoever adds says what goes."""

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CEILINGS = ROOT / "tests" / "ceilings.toml"


def test_the_house_stays_below_its_ceilings() -> None:
    modules = list((ROOT / "pan2kg").rglob("*.py"))
    catalogues = (ROOT / "pan2kg" / "i18n" / "catalogues").glob("*.po")
    measured = {
        "modules": len(modules),
        "messages": max(path.read_text(encoding="utf-8").count("\nmsgid ") for path in catalogues),
    }
    ceilings = tomllib.loads(CEILINGS.read_text(encoding="utf-8"))
    assert measured.keys() == ceilings.keys()
    above = {
        name: (count, ceilings[name]) for name, count in measured.items() if count > ceilings[name]
    }
    assert not above, f"make room for what you add (measured, ceiling): {above}"


def test_a_ceiling_is_only_lowered() -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", ROOT, *words], capture_output=True, text=True, check=False
        ).stdout

    ceilings = tomllib.loads(CEILINGS.read_text(encoding="utf-8"))
    for commit in git("log", "--format=%H", "--", "tests/ceilings.toml").split():
        before = tomllib.loads(git("show", f"{commit}:tests/ceilings.toml"))
        raised = [name for name, most in before.items() if ceilings.get(name, most) > most]
        assert not raised, f"{raised} stood lower in {commit}: make room instead"
