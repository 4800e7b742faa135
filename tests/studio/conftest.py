"""A studio for the tests: a small style network, and verbs that misbehave."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from zeuxis.studio import StudioSettings, create_app, workers
from zeuxis.studio.verbs import verbs
from zeuxis.style import gallery

LOCAL = "http://127.0.0.1:8765"

Open = Callable[..., TestClient]


def load_strange() -> ModuleType:
    spec = spec_from_file_location("strange_verbs", Path(__file__).parent / "strange.py")
    assert spec is not None and spec.loader is not None
    made = sys.modules["strange_verbs"] = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="session")
def strange() -> ModuleType:
    return load_strange()


@pytest.fixture(scope="module")
def patched(strange: ModuleType, styles_file: Path) -> Iterator[None]:
    """The small style network and the strange verbs, in this process and in workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gallery, "SHIPPED", styles_file)
        patch.setattr(workers, "COMMAND", strange.command(styles_file, "cold"))
        for verb in (strange.NAP, strange.VIGIL):
            patch.setitem(verbs._things, verb.name, verb)
        yield


@pytest.fixture(scope="module")
def studio(patched: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A studio with one worker, which the tests of a file share."""
    settings = StudioSettings(state=tmp_path_factory.mktemp("state"), workers=1)
    with TestClient(create_app(settings), base_url=LOCAL) as client:
        yield client


@pytest.fixture
def open_studio(patched: None, tmp_path: Path) -> Iterator[Open]:
    """Opens a studio with settings of one's own."""
    with ExitStack() as stack:

        def opened(token: str | None = None, roots: Any = None, **knobs: Any) -> TestClient:
            settings = StudioSettings(**{"state": tmp_path / "state", "workers": 1} | knobs)
            app = create_app(settings, token=token, roots=roots)
            return stack.enter_context(TestClient(app, base_url=LOCAL))

        yield opened


@pytest.fixture(scope="session")
def jpeg(photo: np.ndarray, strange: ModuleType) -> bytes:
    """A photograph's file, 144 x 96."""
    made: bytes = strange.encoded(photo, "JPEG")
    return made
