"""The one door to PySpark: blocks of rows shared out by a cluster somebody has already.

Nothing here decides what is counted: a worker does with a block what this process would do with it, and the counts are
whole numbers, so that the answer does not depend on who counted what. pan2kg must be installed where the workers are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pan2kg.coherence.columns import Linking, merged
from pan2kg.errors import EndpointError, FormatError, Place

if TYPE_CHECKING:
    from pan2kg.coherence.matrix import Ints

_SHARES: Final = 8
"""So many shares a core: what a lost worker had done is a small part, and slow ones hold up little."""


def on_cluster(linking: Linking, master: str) -> Iterator[tuple[Ints, Ints]]:
    """The counts of all blocks, made by the cluster at an address such as ``spark://host:7077``.

    A share that is lost with its worker is done again by another, four times at most.

    Raises:
        FormatError: PySpark is not installed.
        EndpointError: there is no such cluster, there is no Java, or the job failed.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
    except ImportError:
        raise FormatError("needs-pyspark", remedy="install-spark") from None
    # the workers of this machine run the same Python; elsewhere the environment of the cluster says which
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "FATAL"}
    context: Any = None
    try:
        context = SparkContext(conf=SparkConf().setMaster(master).setAppName("pan2kg").setAll(list(settings.items())))
        held, limit = context.broadcast(linking), linking.plans**2
        blocks = linking.blocks()
        shares = max(1, min(len(blocks), _SHARES * context.defaultParallelism))

        def count(part: Iterator[tuple[int, int]]) -> Iterator[tuple[Ints, Ints]]:
            yield merged((held.value.count(start, end) for start, end in part), limit)

        yield from context.parallelize(blocks, shares).mapPartitions(count).collect()
    except (Py4JError, PySparkException, OSError, TypeError) as error:
        said = str(getattr(error, "java_exception", None) or error).strip().splitlines()
        words = said[0][:200] if said else type(error).__name__
        raise EndpointError("cluster-fails", place=Place(master), remedy="look-at-cluster", error=words) from None
    finally:
        if context is not None:
            context.stop()
