"""Other people's clients: curl, Java's and Node's own, SPARQLWrapper and rdflib, as they come."""

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from tests.conftest import lack
from tests.server.conftest import PATIENCE, Service

ANSWER = b'{"head":{},"boolean":true}'
ROWS = "SELECT ?s ?p ?o { ?s ?p ?o }"
MANY = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"


def run(*words: str) -> bytes:
    done = subprocess.run(words, capture_output=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def test_curl_is_answered(service: Service, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this asks with curl, which is not installed")
    query = tmp_path / "query.rq"
    endpoint = f"http://127.0.0.1:{service.port}/sparql"
    curl = ("curl", "--silent", "--show-error", "--max-time", "60", "--header")
    for size in (6, 200_000):
        query.write_text("ASK {}".ljust(size))
        sent = ("Content-Type: application/sparql-query", "--data-binary", f"@{query}", endpoint)
        for options in (
            "",
            "--http1.0",
            "--http2",
            "-H Expect:100-continue",
            "-H Transfer-Encoding:chunked",
        ):
            assert run(*curl, *sent, *options.split()) == ANSWER, (size, options)
    packed = run(*curl, "Accept: text/csv", "--compressed", f"{endpoint}?query={quote(MANY)}")
    assert packed.count(b"\r\n") == 300 * 300 + 1, "it unpacks what it asked to be packed"


def test_java_s_own_client_is_answered_as_it_comes(service: Service) -> None:
    if shutil.which("javac") is None:
        pytest.skip("this asks with Java's own client, and there is no Java that compiles here")
    java = (
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        str(Path(__file__).with_name("Ask.java")),
    )
    assert run(*java, f"http://127.0.0.1:{service.port}/sparql").split() == [ANSWER] * 3


def test_node_s_own_clients_are_answered_as_they_come(service: Service) -> None:
    if shutil.which("node") is None:
        lack("this asks with the clients of Node, which is not installed")
    script = str(Path(__file__).with_name("ask.mjs"))
    size = len(service.ask(MANY, "text/csv").body)
    assert json.loads(run("node", script, f"http://127.0.0.1:{service.port}/sparql", MANY)) == {
        "coding": "gzip",
        "rows": 300 * 300,
        "streamed": {"inPieces": True, "bytes": size, "lines": 300 * 300 + 1},
        "form": True,
        "chunked": True,
        "refused": [400, True],
        "afterLeaving": 200,
        "toldToGoOn": True,
        "kept": [200, 200, 200, 200, 400, 204],
        "unpacked": size,
        "again": 304,
        "connections": 1,
    }


def test_python_s_own_clients_are_answered(service: Service) -> None:
    wrapper = SPARQLWrapper(f"http://127.0.0.1:{service.port}/sparql")
    for method in (POST, "GET"):
        wrapper.setMethod(method)
        wrapper.setQuery("ASK {}")
        wrapper.setReturnFormat(JSON)
        assert wrapper.queryAndConvert() == {"head": {}, "boolean": True}
    graph = Graph(SPARQLStore(f"http://127.0.0.1:{service.port}/sparql"))
    assert len(list(graph.query("SELECT ?s { ?s ?p ?o }"))) == 300
