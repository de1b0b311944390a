"""An endpoint is asked whether it can answer, waited for, told who asks; and a project is brought to others."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pyoxigraph as ox
import pytest

import pan2kg
from pan2kg.errors import EndpointError
from pan2kg.project import Project
from pan2kg.store import loading
from pan2kg.store.destination import Target
from pan2kg.store.loading import LoadOutcome, graph_sizes, load_graph
from pan2kg.store.queries import read_queries
from pan2kg.store.remote import RemoteStore, insist_on_shapes, open_remote
from pan2kg.store.store import LocalStore, Result, select
from pan2kg.turtle.vocabulary import PAN
from tests.conftest import lack, serving

if TYPE_CHECKING:
    from tests.conftest import Cli

QUERY = "SELECT ?x WHERE { ?x ?y ?z }"
ANSWER = b'{"head":{"vars":["x"]},"results":{"bindings":[]}}'
Behave = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Script:
    steps: list[Behave]
    url: str = ""
    sent: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


def answer(
    body: bytes = ANSWER,
    kind: str = "application/sparql-results+json",
    *,
    code: int = 200,
    more: int = 0,
    **told: str,
) -> Behave:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body) + more),
            **told,
        }  # more than there is
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = code == 200

    return behave


def silent(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.settimeout(20)
    handler.connection.recv(1)
    handler.close_connection = True


@pytest.fixture
def script() -> Iterator[Script]:
    told = Script([])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            told.sent.append(self.headers.get("Authorization") or "")
            (told.steps.pop(0) if len(told.steps) > 1 else told.steps[0])(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}/query"
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_busy_endpoint_is_asked_again_when_it_says_and_given_up_where_it_stays_so(
    script: Script,
) -> None:
    for code in (429, 503):
        script.steps = [
            answer(b"", code=code, Retry_After="0"),
            answer(b"", code=code, Retry_After="0"),
            answer(),
        ]
        script.sent = []
        RemoteStore(script.url).query(QUERY)
        assert len(script.sent) == 3
    script.steps = [answer(b"", code=503, Retry_After="0")]
    script.sent = []
    with pytest.raises(EndpointError, match=r"HTTP 503.*Ask again later"):
        RemoteStore(script.url).query(QUERY)
    assert len(script.sent) == 4


def test_who_asks_comes_from_the_environment_and_is_told_once_to_who_was_asked(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.steps = [answer()]
    monkeypatch.setenv("PAN2KG_ENDPOINT_USER", "ann")
    monkeypatch.setenv("PAN2KG_ENDPOINT_PASSWORD", "geheim")
    RemoteStore(script.url).query(QUERY)
    script.steps = [answer(b"", code=401, WWW_Authenticate='Basic realm="r"')]
    with pytest.raises(EndpointError, match=r"HTTP 401.*PAN2KG_ENDPOINT_USER") as refused:
        RemoteStore(script.url).query(QUERY)
    assert "geheim" not in str(refused.value)
    monkeypatch.setenv("PAN2KG_ENDPOINT_TOKEN", "abc")
    script.steps = [answer(b"", code=302, Location=script.url.replace("127.0.0.1", "localhost"))]
    script.sent[1:] = []
    with pytest.raises(EndpointError, match="HTTP 302"):  # one that leads elsewhere is not followed
        RemoteStore(script.url).query(QUERY)
    assert script.sent == [f"Basic {b64encode(b'ann:geheim').decode()}", "Bearer abc"]
    with pytest.raises(
        EndpointError, match=r"^http://127.0.0.1:1/q: A name or a password stands"
    ) as refused:
        RemoteStore("http://ann:geheim@127.0.0.1:1/q").query(QUERY)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (answer(more=10), "The answer breaks off or is no SPARQL result"),
        (silent, r"did not answer within 1 seconds.*--timeout"),
        (answer(b"<p>welcome</p>", "text/html"), "Check the address"),
        (answer(b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":'), "Check the address"),
        (answer(b""), "Check the address"),
        *(
            (answer(b"", code=code), rf"The endpoint refuses \(HTTP {code}")
            for code in (401, 403, 404, 429, 500, 503)
        ),
    ],
)
def test_what_is_no_answer_is_one_sentence(
    script: Script, behave: Behave, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pan2kg.store.remote.WAITS", (0.0,)
    )  # a busy endpoint is asked again, here at once
    script.steps = [behave]
    with pytest.raises(EndpointError, match=words):
        RemoteStore(script.url, 1).query(QUERY)


Serve = Callable[..., str]


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which(
        "oxigraph"
    )
    assert program, "The test extra brings the oxigraph server: pip install '.[test]'"
    servers: dict[bool, str] = {}
    with ExitStack() as stack:

        def hold(*quads: str, is_union: bool = False) -> str:
            if is_union not in servers:
                union = ["--union-default-graph"] if is_union else []
                servers[is_union] = stack.enter_context(serving([program, "serve", *union]))
            address = servers[is_union]
            for path, kind, body in (
                ("update", "sparql-update", "DROP ALL"),
                ("store", "n-quads", "\n".join(quads)),
            ):
                headers = {"Content-Type": f"application/{kind}"}
                httpx.post(
                    f"{address}/{path}", content=body.encode(), headers=headers
                ).raise_for_status()
            return address

        yield hold


@pytest.fixture
def server(serve: Serve) -> str:
    return serve(is_union=True)


IS_A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PLAN_IN = "<http://e/graph/0>"
LABEL_IN = "<http://e/graph/1>"
A_PLAN = f"<http://e/plan> <{IS_A}> <{PAN}Plan> {{}} ."
A_LABEL = f'<http://e/plan> <{PAN}mainLabel> "Plan" {{}} .'
LABELS = (
    f"PREFIX pan: <{PAN}> SELECT ?plan ?label ?in WHERE {{ ?plan a pan:Plan ; pan:mainLabel ?label"
    " GRAPH ?in { ?plan a pan:Plan } }"
)


def test_where_the_default_graph_is_the_union_nothing_is_named_and_else_all_graphs_with_the_same_answer(
    serve: Serve,
) -> None:
    quads = A_PLAN.format(PLAN_IN), A_LABEL.format(LABEL_IN)
    for is_union, graphs in ((True, ()), (False, ("http://e/graph/0", "http://e/graph/1"))):
        store = open_remote(serve(*quads, is_union=is_union) + "/query")
        assert store.graphs == graphs
        [(_, label, graph)] = select(store, LABELS).rows
        assert (label.value, graph.value) == ("Plan", "http://e/graph/0")  # type: ignore[union-attr]
    assert not open_remote(serve(A_PLAN.format(""), A_LABEL.format("")) + "/query").graphs, (
        "a graph loaded flat"
    )


def test_an_endpoint_that_cannot_answer_is_refused_with_the_remedy(serve: Serve) -> None:
    more = [f'<http://e/{at}> <http://e/p> "o" <http://e/graph/{at}> .' for at in range(101)]
    for quads, words in (
        (
            [A_PLAN.format(PLAN_IN), A_LABEL.format(LABEL_IN), *more],
            "graph is not their union.*Let its default",
        ),
        ([A_PLAN.format(PLAN_IN)], "no derived statement.*pan2kg dump"),
        ([A_PLAN.format("")], "no derived statement.*pan2kg dump"),
        (more[:1], "no plan is seen there"),
    ):
        with pytest.raises(EndpointError, match=words):
            open_remote(serve(*quads) + "/query")
    address = serve("<http://e/a> <http://e/b> <http://e/c> .") + "/query"
    assert bool(open_remote(address, is_ours=False).query("ASK { ?a ?b ?c }")), (
        "taken for queries of one's own"
    )


SPACE = "https://e.example/graph/"
STATED = f"{SPACE}plans/p"
DERIVED = f"{SPACE}derived/main-label"
OTHER = "http://other.example/g"
PLAN = "https://e.example/id/plan/p"
DATA = f"""
<{PLAN}> <{IS_A}> <{PAN}Plan> <{STATED}> .
<{PLAN}> <{IS_A}> _:b <{STATED}> .
_:b <http://e/p> "\\u00e9 \\"\\n"@fr <{STATED}> .
<{PLAN}> <{PAN}mainLabel> "Plan" <{DERIVED}> .
"""


def store_of(*more: str) -> LocalStore:
    inner = ox.Store()
    lines = "".join(f"<{PLAN}> <{IS_A}> <{PLAN}> <{graph}> .\n" for graph in more)
    inner.load(DATA + lines, format=ox.RdfFormat.N_QUADS)
    return LocalStore(inner)


def load(
    store: LocalStore, url: str, project: Project | None = None, **told: object
) -> LoadOutcome:
    return load_graph(store, Target(url, **told), SPACE, lambda _done, _whole: None, project)  # type: ignore[arg-type]


def test_a_project_that_was_loaded_is_answered_from_and_not_loaded_twice_unless_told(
    server: str,
) -> None:
    done = load(store_of(f"{SPACE}gone"), f"{server}/query")
    assert done == LoadOutcome(graphs=3, statements=5, dropped=0, way=f"{server}/store", wrong=())
    assert not open_remote(f"{server}/query").graphs
    said = select(
        RemoteStore(f"{server}/query"),
        "SELECT ?said WHERE { ?plan a ?thing . ?thing <http://e/p> ?said }",
    )
    assert said.values("said") == ['é "\n'], (
        "a blank node is one thing, and words are what they were"
    )
    with pytest.raises(EndpointError, match=r"holds 3 graphs of this project already.*--replace"):
        load(store_of(), f"{server}/query")
    assert load(store_of(), f"{server}/query", replace=True).dropped == 1
    assert graph_sizes(RemoteStore(f"{server}/query")) == {STATED: 3, DERIVED: 1}


def test_graphs_of_others_are_not_touched(server: str) -> None:
    theirs = f'<{PLAN}> <{IS_A}> "theirs" <{OTHER}> .'
    httpx.post(
        f"{server}/store", content=theirs, headers={"Content-Type": "application/n-quads"}
    ).raise_for_status()
    with pytest.raises(
        EndpointError, match=rf"1 named graph that is not of this project: {OTHER}.*--beside"
    ):
        load(store_of(), f"{server}/query", replace=True)
    load(store_of(), f"{server}/query", replace=True, beside=True)
    assert graph_sizes(RemoteStore(f"{server}/query"))[OTHER] == 1


def test_where_only_updates_are_taken_graphs_go_by_them_and_where_nothing_is_it_is_told(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pan2kg.store.destination.PIECE", 1)
    with pytest.raises(EndpointError, match=r"No address beside .* takes graphs.*--store"):
        load(store_of(), f"{server}/query", graphs=f"{server}/nothing")
    done = load(store_of(), f"{server}/query", updates=f"{server}/update")
    assert (done.way, done.statements) == (f"{server}/update", 4)
    load(store_of(), f"{server}/query", updates=f"{server}/update", replace=True)
    assert graph_sizes(RemoteStore(f"{server}/query")) == {STATED: 3, DERIVED: 1}


def test_the_command_says_what_it_did_and_whether_questions_will_be_answered(
    server: str, own_project: Path, cli: Cli
) -> None:
    told = ("load", "--project", str(own_project), "--endpoint", f"{server}/query")
    done = cli(*told)
    assert done.returncode == 2
    assert f"loaded by {server}/store; 0 dropped." in done.stderr
    assert "no plan is seen there" in done.stderr
    again = cli(*told)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    program = os.environ.get("PAN2KG_VIRTUOSO") or shutil.which("virtuoso-t")
    if program is None:
        lack(
            "Virtuoso is not here: apt-get install virtuoso-opensource-7-bin, or name it in PAN2KG_VIRTUOSO"
        )
    inner = free_port()
    port = free_port()
    settings = folder / "virtuoso.ini"
    form = Path(__file__).with_name("virtuoso.ini").read_text(encoding="ascii")
    settings.write_text(form.format(folder=folder, inner=inner, port=port), encoding="ascii")
    subprocess.run(
        [program, "+configfile", str(settings), "+wait"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    lock = (folder / "v.lck").read_text(encoding="ascii")
    try:
        yield f"http://127.0.0.1:{port}/sparql"
    finally:
        number = next(
            line.split("=")[1] for line in lock.splitlines() if line.startswith("VIRT_PID")
        )
        os.kill(int(number), 9)


def test_virtuoso_takes_a_project_and_answers_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with virtuoso(tmp_path) as url:
        with pytest.raises(EndpointError, match=r"HTTP 40[13].*PAN2KG_ENDPOINT_USER"):
            load(store_of(), url)
        monkeypatch.setenv("PAN2KG_ENDPOINT_USER", "dba")
        monkeypatch.setenv("PAN2KG_ENDPOINT_PASSWORD", "dba")
        assert load(store_of(), url).way.endswith("/sparql-graph-crud-auth")
        made = store_of()
        made.inner.load(
            f"<http://e/a> <{PAN}inPlan> <{PLAN}> <{STATED}> .", format=ox.RdfFormat.N_QUADS
        )
        assert load(made, url, replace=True).statements == 5
        monkeypatch.delenv("PAN2KG_ENDPOINT_USER")
        store = open_remote(url)
        assert not store.graphs
        assert [
            bool(store.query(f"ASK {{ ?plan a <{PAN}{kind}> }}")) for kind in ("Plan", "Action")
        ] == [True, False]
        insist_on_shapes(store)


def unanswered(few: pan2kg.Graph, url: str) -> set[str]:
    """The stored questions an engine refuses by name; to the others it answers as the files do."""
    load_graph(
        few.held, Target(url), f"{few.project.space}graph/", lambda _done, _whole: None, few.project
    )
    there = pan2kg.Graph(few.project, open_remote(url), language="fr")
    for name in read_queries(few.project):
        if name in there.store.wrong:  # type: ignore[attr-defined]
            with pytest.raises(EndpointError, match=rf"does not answer as the files do: {name}\."):
                there.ask(name)
        else:
            assert there.ask(name).rows == few.ask(name).rows, name
    return set(there.store.wrong)  # type: ignore[attr-defined]


def test_virtuoso_answers_stored_questions_as_the_files_do_or_refuses_them_by_name(
    few: pan2kg.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with virtuoso(tmp_path) as url:
        monkeypatch.setenv("PAN2KG_ENDPOINT_USER", "dba")
        monkeypatch.setenv("PAN2KG_ENDPOINT_PASSWORD", "dba")
        assert len(unanswered(few, url)) <= 2, "of fifty; none where the machine has time for it"


def test_oxigraph_answers_all_stored_questions_as_the_files_do(
    few: pan2kg.Graph, server: str
) -> None:
    assert not unanswered(few, f"{server}/query")


def test_an_engine_that_empties_an_answer_is_found_out_and_refused_by_name(
    script: Script, server: str, few: pan2kg.Graph
) -> None:
    def relay(handler: BaseHTTPRequestHandler) -> None:
        headers = {name: handler.headers[name] for name in ("Content-Type", "Accept")}
        reply = httpx.post(f"{server}/query", content=script.bodies[-1], headers=headers)
        content = ANSWER if b"%3Amandates" in script.bodies[-1] else reply.content
        answer(content, reply.headers["Content-Type"], code=reply.status_code)(handler)

    script.steps = [relay]
    outcome = load(store_of(), script.url, few.project, graphs=f"{server}/store")
    assert outcome.wrong == ("mandated-plans",)
    for url in (script.url, f"{server}/query"):  # what was found out is kept where the project is
        graph = pan2kg.Graph(few.project, open_remote(url))
        with pytest.raises(
            EndpointError, match=r"as the files do: mandated-plans\..*without --endpoint"
        ):
            graph.ask("mandated-plans")
        assert loading.not_examined(graph.store, few.project) is None  # type: ignore[arg-type]
        assert [row["plan"] for row in graph.ask("plans").rows] == [PLAN], (
            "nothing that was invented for the exam"
        )


def test_each_stored_question_finds_something_in_the_exam(project: Project, tmp_path: Path) -> None:
    for source, name in (
        (project.ontology, "ontology"),
        (project.queries, "queries"),
        (loading.EXAM, "graph"),
    ):
        shutil.copytree(source, tmp_path / name)
    exam = pan2kg.open_graph(tmp_path)
    assert [name for name in exam.questions() if not exam.ask(name).rows] == []


def test_what_a_load_leaves_that_breaks_off_is_not_answered_from_and_goes_with_the_next(
    server: str, few: pan2kg.Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        for name in ("loading._rows", "destination.Destination.drop"):
            killed.setattr(f"pan2kg.store.{name}", lambda *_: sys.exit())
        with pytest.raises(SystemExit):
            load(store_of(), f"{server}/query", few.project)
    assert len(graph_sizes(RemoteStore(f"{server}/query"))) == 3
    with pytest.raises(EndpointError, match=r"No load has ended here .*--replace"):
        open_remote(f"{server}/query")
    load(store_of(), f"{server}/query")
    assert graph_sizes(RemoteStore(f"{server}/query")) == {STATED: 3, DERIVED: 1}


def test_the_union_is_asked_for_before_a_project_is_loaded(
    serve: Serve, few: pan2kg.Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pan2kg.store.remote.MOST_GRAPHS", 1)
    server = serve()
    with pytest.raises(EndpointError, match="its default graph is not their union"):
        load(store_of(), f"{server}/query", few.project)
    assert {*graph_sizes(RemoteStore(f"{server}/query"))} == {f"{SPACE}exam/verdict"}


def test_an_engine_that_takes_a_plan_for_none_is_not_asked_shapes() -> None:
    class Mistaken(RemoteStore):
        def query(self, text: str) -> Result:
            return LocalStore(ox.Store()).query(
                "ASK {}" if "pan:inPlan" in text else "ASK { ?s ?p ?o }"
            )

    with pytest.raises(
        EndpointError,
        match=r"http://e: This engine does not answer .*: check\..*without --endpoint",
    ):
        insist_on_shapes(Mistaken("http://e"))
