"""The OpenAPI document: what generators of clients make a client of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from starlette.testclient import TestClient

from zeuxis.studio import StudioSettings, create_app
from zeuxis.studio.openapi import JOB

TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module", params=[None, TOKEN])
def document(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    settings = StudioSettings(state=tmp_path_factory.mktemp("state"))
    app = create_app(settings, token=request.param)
    yield app.openapi() | {"needs a token": request.param is not None}
    app.state.service.store.close()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": each
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    }


def test_what_needs_the_token_says_so(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for name, each in operations(document).items():
        needs = document["needs a token"] and name != "GET /healthz"
        assert each.get("security") == ([{"token": []}] if needs else None), name


def test_names_and_summaries_are_for_people(document: dict[str, Any]) -> None:
    names = [each["operationId"] for each in operations(document).values()]
    assert len(set(names)) == len(names) and "stylize" in names and "one_job" in names
    for each in operations(document).values():
        assert each["summary"] != each["operationId"].replace("_", " ").title()
        assert "\n" not in each["summary"] and not each["summary"].endswith(".")


def test_refusals_are_those_there_are_and_sound_like_ours(document: dict[str, Any]) -> None:
    found = operations(document)
    assert set(found["GET /healthz"]["responses"]) == {"200", "403"}
    assert set(found["GET /v1/about"]["responses"]) == {"200", "401", "403"}
    assert "409" in found["POST /v1/train"]["responses"]
    for each in found.values():
        for status, answer in each["responses"].items():
            if int(status) >= 400:
                (about,) = answer["content"].values()
                assert about["schema"] == {"$ref": "#/components/schemas/ErrorReport"}
                assert len(about["example"]["error"]) > 15
    assert "HTTPValidationError" not in json.dumps(document)


def test_answers_are_of_the_kinds_they_are(document: dict[str, Any]) -> None:
    found = operations(document)
    kinds = found["POST /v1/stylize"]["responses"]["200"]["content"]
    assert set(kinds) == {"image/*", "application/json"}
    assert kinds["application/json"]["schema"] == {"$ref": "#/components/schemas/JobReport"}
    assert set(found["GET /v1/samples/{name}"]["responses"]["200"]["content"]) == {"image/webp"}
    assert set(found["GET /v1/jobs/{id}/events"]["responses"]["200"]["content"]) == {
        "text/event-stream"
    }
    assert set(found["POST /v1/sample"]["requestBody"]["content"]) == {
        "multipart/form-data", "application/x-www-form-urlencoded",
    }  # fmt: skip
    assert set(found["POST /v1/paint"]["requestBody"]["content"]) == {"multipart/form-data"}


def test_the_example_of_a_job_is_one(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["JobReport"]
    assert schema["examples"] == [asdict(JOB)]
    assert set(schema["examples"][0]) == set(schema["properties"])


def test_it_is_served(studio: TestClient) -> None:
    answer = studio.get("/openapi.json")
    assert answer.json()["components"]["securitySchemes"]
