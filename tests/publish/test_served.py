"""A release on other people's servers: Apache, nginx, a host of plain files, and the service, by one checker."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from pan2kg.errors import ProjectError
from pan2kg.publish.document_places import shared_place
from pan2kg.publish.verification import tell, verify
from tests import web_servers
from tests.conftest import PATIENCE
from tests.publish.test_tables import served
from tests.web_servers import free_port

HTTPD = """
TypesConfig /etc/mime.types
DocumentRoot {root}
<Directory {root}>
AllowOverride All
Require all granted
Options FollowSymLinks
</Directory>
"""
MODULES = ("mpm_event", "authz_core", "mime", "negotiation", "dir", "rewrite", "headers", "alias")
Server = Callable[[Path, Path], AbstractContextManager[str]]


@contextmanager
def apache(folder: Path, work: Path) -> Iterator[str]:
    port = free_port()
    with web_servers.apache(work, port, HTTPD.format(root=beside(folder, work)), MODULES):
        yield f"http://127.0.0.1:{port}/pan2kg/"


@contextmanager
def nginx(folder: Path, work: Path) -> Iterator[str]:
    port = free_port()
    text = (
        (folder / "nginx.conf")
        .read_text("utf-8")
        .replace("listen 80;", f"listen 127.0.0.1:{port};")
    )
    with web_servers.nginx(work, port, text.replace("/srv/pan2kg/", f"{folder}/")):
        yield f"http://127.0.0.1:{port}/pan2kg/"


@contextmanager
def service(folder: Path, _: Path) -> Iterator[str]:
    port = free_port()
    until = time.monotonic() + PATIENCE
    command = [
        sys.executable,
        "-m",
        "pan2kg.cli.main",
        "serve",
        "--no-browser",
        "--public",
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        [*command, "--release", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        try:
            while not web_servers.listens(port):
                assert run.poll() is None, "the service has ended"
                assert time.monotonic() < until, "the service does not answer"
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/"
        finally:
            run.terminate()


def beside(folder: Path, work: Path) -> Path:
    """A folder in which the release stands under the path of its address."""
    (work / "root").mkdir()
    (work / "root" / "pan2kg").symlink_to(folder)
    return work / "root"


@pytest.mark.parametrize("server", [apache, nginx, service])
def test_a_server_that_negotiates_gives_all_of_a_release(
    few_folder: Path, tmp_path: Path, server: Server
) -> None:
    with server(few_folder, tmp_path) as address:
        found = verify(few_folder, address)
        assert found.faults == [], tell(found)
        assert found.negotiates
        assert found.asked > 300


def test_a_host_of_plain_files_gives_every_file(few_folder: Path, tmp_path: Path) -> None:
    with served(beside(few_folder, tmp_path)) as address:
        found = verify(few_folder, f"{address}pan2kg/")
    assert found.faults == [], tell(found)
    assert not found.negotiates
    assert "does not negotiate" in tell(found)


def test_another_file_and_a_missing_one_are_found(few_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    other = tmp_path / "root" / "pan2kg"
    shutil.copytree(few_folder, other, copy_function=shutil.copyfile)
    (other / "release.css").write_bytes(b"another")
    (other / "queries.ttl").unlink()
    gone = next(
        place for place in json.loads((few_folder / "release.json").read_text("utf-8"))["retired"]
    )
    stone = f"{shared_place(f'doc/{gone}')}.html"
    (other / stone).write_text(
        (other / stone).read_text("utf-8").replace('class="retired"', ""), "utf-8"
    )
    for link in (other / "doc/link").glob("*.ttl"):
        link.write_text("<http://e/s> <http://e/p> <http://e/o> .", "utf-8")
    with served(tmp_path / "root") as address:
        told = tell(verify(few_folder, f"{address}pan2kg/"))
    assert "release.css: not the bytes of the release." in told
    assert f"{stone}: does not say that it was retired." in told
    assert re.search(r"doc/link/.\.ttl: says nothing of id/link/", told)
    assert re.search(r"queries\.ttl \(\*/\*\): 404 instead of 200", told)


def test_where_nothing_answers_it_is_said(few_folder: Path) -> None:
    with pytest.raises(ProjectError, match="Nothing answers at http://127"):
        verify(few_folder, f"http://127.0.0.1:{free_port()}/")
