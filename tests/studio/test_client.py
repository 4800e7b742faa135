"""`zeuxis.Client`, and what it makes of answers; test_server.py has it speak to a real server."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
from starlette.testclient import TestClient

import zeuxis
from zeuxis.errors import ZeuxisError
from zeuxis.studio.refusal import Refused


@pytest.fixture
def client(studio: TestClient) -> Iterator[zeuxis.Client]:
    """A client of the studio that tests share."""
    with zeuxis.Client() as client:
        own, client._http = client._http, studio  # type: ignore[assignment]
        yield client
        client._http = own


def test_refusals_tell_their_kind(client: zeuxis.Client, strange: ModuleType) -> None:
    with pytest.raises(Refused, match="there is no style") as caught:
        client.submit("stylize", sample="coffee", style="nobody")
    assert caught.value.status == 422 and caught.value.retry_after is None
    most = client.about()["limits"]["jobs_per_client"]
    waiting = [client.submit("nap", seconds=60) for _ in range(most)]
    with pytest.raises(Refused, match="jobs") as caught:
        client.submit("nap")
    assert caught.value.status == 429 and caught.value.retry_after
    for job in waiting:
        client.delete(job.id)


def test_what_there_is(client: zeuxis.Client) -> None:
    assert {"coffee", "astronaut"} <= {sample["name"] for sample in client.samples()}
    assert client.runs() == []


def test_arrays_formats_and_previews(client: zeuxis.Client) -> None:
    picture = np.linspace(0, 1, 40 * 50 * 3, dtype=np.float32).reshape(40, 50, 3)
    job = client.run("upscale", image=picture, scale=2)
    assert client.image(job).size == (100, 80)
    assert client.result(job, format="webp")[8:12] == b"WEBP"
    assert client.preview(job) is None
    job = client.run("vigil", seconds=0.3)
    shown = client.preview(job)
    assert shown is not None and shown.size == (8, 8)


def test_a_token_that_is_none() -> None:
    with pytest.raises(ZeuxisError, match="copy it once more"):
        zeuxis.Client(token="ein Schlüssel")
