"""The service an analyst starts, in a real browser: each page keeps its content policy and asks nobody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, Unpack

import pytest
from playwright.sync_api import Locator

import pan2kg
from pan2kg.project import Project
from tests.browser.chromium import Look, Watch, Watched
from tests.conftest import once_a_run
from tests.copies import FEW, copy
from tests.server.conftest import command

TOKEN: Final = "correct horse battery staple"  # of the service the tests start themselves
POLICY: Final = ("default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'")
"""What every answer of the service must say."""


@contextmanager
def serving(project: Path, *options: str, **environment: str) -> Iterator[str]:
    with command(project, *options, stderr=None, **environment) as service:
        yield f"http://127.0.0.1:{service.port}"


@pytest.fixture(scope="session")
def served(few: pan2kg.Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over a few plans, which has every type of page. It stops no query only because the
    machine is busy."""
    begin = partial(serving, few.project.root, "--timeout", "600")
    with once_a_run("served", tmp_path_factory, begin) as address:
        yield address


@pytest.fixture(scope="session")
def all_served(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with once_a_run(
        "all-served", tmp_path_factory, lambda: serving(project.root, "--timeout", "600")
    ) as address:
        yield address


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    copied = copy(tmp_path_factory.mktemp("copied") / "copy", FEW)
    with serving(copied, "--writable", PAN2KG_TOKEN=TOKEN) as address:
        yield address


Visit: TypeAlias = Callable[..., Watched]
"""Open a page by its address below the root, and watch it."""


@pytest.fixture
def visit(watch: Watch, window: Watch, served: str) -> Iterator[Visit]:
    """Open pages of the service, the first in a window that is kept; each it sends must carry the content policy. A
    page of another service has its whole address."""
    opened: list[Watched] = []

    def open_page(path: str, *, width: int = 1280, **look: Unpack[Look]) -> Watched:
        address = path if "://" in path else f"{served}{path}"
        opened.append((watch if opened else window)(address, width=width, **look))
        return opened[-1]

    yield open_page
    documents = [answer for watched in opened for answer in watched.documents]
    policies = {
        answer.url: answer.headers.get("content-security-policy", "") for answer in documents
    }
    assert policies
    assert not [
        url for url, policy in policies.items() if not all(part in policy for part in POLICY)
    ]


def follow(link: Locator) -> None:
    with link.page.expect_navigation():
        link.click()
