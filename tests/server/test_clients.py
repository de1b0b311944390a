"""Other people's clients: curl, Java's and Node's own, SPARQLWrapper and rdflib, as they come."""

from __future__ import annotations

import gzip
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


CURL = [[], ["--http1.0"], ["--http2"], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"]]


@pytest.mark.parametrize("size", [6, 200_000])
@pytest.mark.parametrize("options", CURL, ids=" ".join)
def test_curl_is_answered(service: Service, tmp_path: Path, options: list[str], size: int) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this asks with curl, which is not installed")
    query = tmp_path / "query.rq"
    query.write_text("ASK {}".ljust(size))
    sent = ["--data-binary", f"@{query}", "--header", "Content-Type: application/sparql-query"]
    asked = ["curl", "--silent", "--show-error", "--max-time", "60", *options, *sent]
    done = subprocess.run(
        [*asked, f"http://127.0.0.1:{service.port}/sparql"], capture_output=True, check=False, timeout=PATIENCE
    )
    assert (done.stdout, done.stderr) == (ANSWER, b"")


JAVA = """
import java.net.URI;
import java.net.http.*;

class Ask {
    public static void main(String[] given) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int n = 0; n < 3; n++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(given[0]))
                .header("Content-Type", "application/sparql-query")
                .POST(HttpRequest.BodyPublishers.ofString("ASK {}")).build();
            System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }
}
"""


def test_java_s_own_client_is_answered_as_it_comes(service: Service, tmp_path: Path) -> None:
    if shutil.which("javac") is None:
        pytest.skip("this asks with Java's own client, and there is no Java that compiles here")
    program = tmp_path / "Ask.java"
    program.write_text(JAVA)
    asked = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        str(program),
        f"http://127.0.0.1:{service.port}/sparql",
    ]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.stdout.split(), done.stderr) == ([ANSWER.decode()] * 3, "")


ROWS = "SELECT ?s ?p ?o { ?s ?p ?o }"
MANY = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"


def test_node_s_own_clients_are_answered_as_they_come(service: Service) -> None:
    if shutil.which("node") is None:
        lack("this asks with the clients of Node, which is not installed")
    asked = ["node", str(Path(__file__).with_name("ask.mjs")), f"http://127.0.0.1:{service.port}/sparql", MANY]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    size = len(service.ask(MANY, "text/csv").body)
    assert json.loads(done.stdout) == {
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


@pytest.mark.parametrize("path", [f"/sparql?query={quote(ROWS)}", f"/sparql?query={quote(MANY)}", "/store?default"])
def test_data_come_compressed_whole_and_in_pieces_for_who_takes_them_so(service: Service, path: str) -> None:
    plain = service.send("GET", path, headers={"Accept": "application/json, application/n-triples"})
    packed = service.send(
        "GET", path, headers={"Accept": "application/json, application/n-triples", "Accept-Encoding": "gzip"}
    )
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert sorted(gzip.decompress(packed.body).splitlines()) == sorted(plain.body.splitlines())
    assert len(packed.body) < len(plain.body) / 3
    for reply in (plain, packed):
        assert {"Accept", "Accept-Encoding"} <= {*reply.headers["vary"].split(", ")}


def test_curl_unpacks_what_it_asked_to_be_packed(service: Service) -> None:
    if shutil.which("curl") is None:
        pytest.skip("this asks with curl, which is not installed")
    address = f"http://127.0.0.1:{service.port}/sparql?query={quote(MANY)}"
    asked = ["curl", "--silent", "--show-error", "--compressed", "--header", "Accept: text/csv", address]
    done = subprocess.run(asked, capture_output=True, check=False, timeout=PATIENCE)
    assert (done.stdout.count(b"\r\n"), done.stderr) == (300 * 300 + 1, b"")


def test_python_s_own_clients_are_answered(service: Service) -> None:
    asked = SPARQLWrapper(f"http://127.0.0.1:{service.port}/sparql")
    for method in (POST, "GET"):
        asked.setMethod(method)
        asked.setQuery("ASK {}")
        asked.setReturnFormat(JSON)
        assert asked.queryAndConvert() == {"head": {}, "boolean": True}
    graph = Graph(SPARQLStore(f"http://127.0.0.1:{service.port}/sparql"))
    assert len(list(graph.query("SELECT ?s { ?s ?p ?o }"))) == 300
