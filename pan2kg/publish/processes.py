"""A process of its own for work that takes much memory, which goes with the process."""

import ctypes
import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
ENOMEM = 12
"""The number systems give the error that memory is short."""


def apart(make: Callable[[], Result]) -> Result:
    """Call a function in a copy of this process, and give what it returns.

    What it raises is raised here, and whoever stops this process stops that one. Where none can be
    copied safely, the function is called in this process.

    Raises:
        OSError: the system ended the other process, as it does where memory is short.
    """
    # a lock of another thread would stay locked in the copy; libraries of macOS do not survive it
    if sys.platform != "linux" or threading.active_count() > 1:
        return make()
    reader, writer = multiprocessing.Pipe(duplex=False)

    def life() -> None:
        value = None
        try:
            value = make()
        finally:
            try:
                writer.send((sys.exception(), value))
            finally:
                os._exit(0)  # nothing that stands behind this call in the first process is run

    give_back()
    gc.freeze()  # a collection in the copy would touch, and so copy, all memory
    process = multiprocessing.get_context("fork").Process(target=life)
    process.start()
    gc.unfreeze()
    writer.close()
    try:
        fault, value = reader.recv()
    except EOFError:
        raise OSError(ENOMEM, os.strerror(ENOMEM)) from None
    finally:
        process.terminate()
        process.join()
        reader.close()
    if fault:
        raise fault
    result: Result = value
    return result


def give_back() -> None:
    """Return freed memory to the system."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim:
        trim(0)
