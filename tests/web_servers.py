"""Apache, nginx and HAProxy as tests start them: configured each in a folder that holds all they write."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import PATIENCE, lack

_NGINX = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
_APACHE = """
ServerRoot {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
ServerName localhost
Listen 127.0.0.1:{port}
{modules}
Include {folder}/site.conf
"""
_FOLDERS = (Path("/usr/lib/apache2/modules"), Path("/usr/lib64/httpd/modules"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def nginx(folder: Path, port: int, site: str) -> Iterator[None]:
    user = (
        "user root;" if os.geteuid() == 0 else ""
    )  # else it could not read what belongs to root alone
    (folder / "site.conf").write_text(site, encoding="utf-8")
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, user=user), encoding="utf-8")
    with _started(
        folder, port, [_program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    ):
        yield


@contextmanager
def apache(folder: Path, port: int, site: str, modules: Sequence[str]) -> Iterator[None]:
    program = _program("apache2", "httpd")
    built = next((path for path in _FOLDERS if path.is_dir()), None) or lack(
        "Apache has no modules here"
    )
    lines = "\n".join(f"LoadModule {name}_module {built}/mod_{name}.so" for name in modules)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    (folder / "apache.conf").write_text(
        _APACHE.format(folder=folder, port=port, modules=lines), encoding="utf-8"
    )
    with _started(folder, port, [program, "-f", str(folder / "apache.conf"), "-DFOREGROUND"]):
        yield


@contextmanager
def haproxy(folder: Path, port: int, site: str) -> Iterator[None]:
    (folder / "haproxy.cfg").write_text(site, encoding="utf-8")
    with _started(folder, port, [_program("haproxy"), "-db", "-f", str(folder / "haproxy.cfg")]):
        yield


def _program(*names: str) -> str:
    path = f"{os.environ['PATH']}:/usr/sbin"
    found = next((place for name in names if (place := shutil.which(name, path=path))), None)
    return found or lack(f"{names[0]} is not installed")


@contextmanager
def _started(folder: Path, port: int, command: list[str]) -> Iterator[None]:
    folder.chmod(0o755)
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not listens(port):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, "it did not come to listen"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        time.sleep(0.02)
        return False
    return True
