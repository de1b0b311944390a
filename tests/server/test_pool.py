"""Workers that are gone before anybody knows of them, and times at which there can be none."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.server.conftest import PATIENCE

PROGRAM = """
import asyncio, json, os, signal, socket, sys
import pyoxigraph as ox
from pan2kg.server.evaluation import Evaluator
from pan2kg.server.channel import Task
from pan2kg.server.channel import PoolLimits, Limits
from pan2kg.server.workers import ForkServer, start_supervisor
from pan2kg.server.pool import Pool
from pan2kg.server.refusal import Refusal

MISHAP, TIMES = sys.argv[1], int(sys.argv[2])

class Unlucky(ForkServer):
    mishaps = 0

    def fork(self):
        if self.mishaps < TIMES:
            self.mishaps += 1
            if MISHAP == "none":
                raise BlockingIOError(11, "Resource temporarily unavailable")
            worker = super().fork()
            os.kill(worker.process, signal.SIGKILL)
            if MISHAP == "seen":  # it is gone before the main process listens to it
                worker.link.recv(1, socket.MSG_PEEK)
            return worker
        return super().fork()

async def ask(pool):
    task = Task("query", "ASK {}", "", True, None, None, "csv", "")
    answers = await asyncio.gather(*[pool.ask(task).answer for _ in range(10)])
    print(json.dumps([one.sentence if isinstance(one, Refusal) else one.body.decode() for one in answers]))

limits = Limits(seconds=60.0)
fork_server = Unlucky(start_supervisor(lambda: Evaluator(ox.Store(), limits, {})), limits.seconds)
fork_server.start()
asyncio.run(ask(Pool(fork_server, PoolLimits(workers=2, slots=2))))
fork_server.close()
"""


@pytest.mark.parametrize("mishap", ["killed", "seen", "none"])
def test_answers_come_whatever_becomes_of_the_first_workers(mishap: str) -> None:
    asked = [sys.executable, "-c", PROGRAM, mishap, "1"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (json.loads(done.stdout), done.stderr) == (["true"] * 10, "")
