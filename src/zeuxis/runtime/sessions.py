"""ONNX Runtime, and nothing else that knows it."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from zeuxis.errors import ZeuxisError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue


def default_threads() -> int:
    """As many as `OMP_NUM_THREADS` says, or as the process has processors."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdigit() and int(told):
        return int(told)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Session:
    """A graph that is ready to run.

    Args:
        graph: ONNX protobuf.
        weights: its weights by name, of any float type; exactly those it takes.
        threads: how many to run it on.

    Raises:
        ZeuxisError: if ONNX Runtime does not take the graph with these weights.
    """

    def __init__(self, graph: np.ndarray, weights: Mapping[str, np.ndarray], threads: int) -> None:
        # The graph refers to the weights where they are, so they have to stay.
        self._weights = _values(weights)
        self._session, self._errors = _session(graph, self._weights, threads)

    def run(
        self, names: Sequence[str], feed: Mapping[str, np.ndarray], is_large: bool = False
    ) -> list[np.ndarray]:
        """The outputs of these names.

        Args:
            names: of the outputs.
            feed: the inputs by name.
            is_large: whether to give the memory back afterwards, which takes some time.

        Raises:
            ZeuxisError: if the graph and what it is fed do not go together, or memory does not suffice.
        """
        from onnxruntime import RunOptions

        options = RunOptions()
        if is_large:
            options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        try:
            found: list[np.ndarray] = self._session.run(names, feed, options)
        except self._errors as error:
            raise ZeuxisError(f"its graph cannot be run ({_reason(error)})") from error
        return found

    def metadata(self) -> dict[str, str]:
        """Texts by name that are beside the graph."""
        found: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return found


class Sessions:
    """A graph, made ready when it is first run on so many threads. Several threads may ask at once.

    Args:
        graph: ONNX protobuf.
        weights: its weights by name, of any float type; exactly those it takes.
    """

    def __init__(self, graph: np.ndarray, weights: Mapping[str, np.ndarray]) -> None:
        self._graph, self._weights = graph, weights
        self._lock = threading.Lock()
        self._made: dict[int, Session] = {}

    def on(self, threads: int) -> Session:
        """The graph ready to run on so many threads.

        Raises:
            ZeuxisError: if ONNX Runtime does not take the graph with these weights.
        """
        with self._lock:
            if threads not in self._made:
                self._made[threads] = Session(self._graph, self._weights, threads)
            return self._made[threads]


def _values(weights: Mapping[str, np.ndarray]) -> dict[str, OrtValue]:
    from onnxruntime import OrtValue

    return {
        name: OrtValue.ortvalue_from_numpy(np.ascontiguousarray(each, np.float32))
        for name, each in weights.items()
    }


def _session(
    graph: np.ndarray, weights: Mapping[str, OrtValue], threads: int
) -> tuple[InferenceSession, tuple[type[Exception], ...]]:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    errors: tuple[Any, ...] = (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NotImplemented,
        state.RuntimeException,
        ValueError,  # a name that the graph does not have
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # half the peak, as fast
    # Threads that wait sleep: as fast, and a picture of 256 px takes 35 ms of two processors instead of 61.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what is wrong is raised as well
    options.add_external_initializers(list(weights), list(weights.values()))
    try:
        session = onnxruntime.InferenceSession(
            graph.tobytes(), options, providers=["CPUExecutionProvider"]
        )
    except errors as error:
        raise ZeuxisError(f"its graph cannot be used ({_reason(error)})") from error
    return session, errors


def _reason(error: Exception) -> str:
    """What ONNX Runtime said, on one line."""
    return " ".join(str(error).split())
