"""What HTTP has words for: heads, parts, what is known already; and what an answer is when a job failed."""

from __future__ import annotations

from types import ModuleType

import pytest
from starlette.testclient import TestClient

JSON = {"accept": "application/json"}


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/v1/about", "/v1/samples/coffee", "/page/icons/grapes.svg", "/v1/no"]
)
def test_a_head_is_that_of_what_would_be_got(studio: TestClient, path: str) -> None:
    head, whole = studio.head(path), studio.get(path)
    told = ("content-type", "content-length", "etag", "content-security-policy")
    assert head.status_code == whole.status_code and head.content == b"" != whole.content
    assert [head.headers.get(name) for name in told] == [whole.headers.get(name) for name in told]


def test_the_head_of_a_stream_ends(studio: TestClient, strange: ModuleType) -> None:
    job = strange.asked(studio, "nap", seconds="60")
    head = studio.head(f"/v1/jobs/{job['id']}/events")
    assert head.status_code == 200 and head.headers["content-type"].startswith("text/event-stream")
    assert studio.get(f"/v1/jobs/{job['id']}").json()["state"] != "done"
    studio.delete(f"/v1/jobs/{job['id']}")


@pytest.mark.parametrize("path", ["/page/icons/grapes.svg", "/v1/samples/coffee"])
def test_what_is_known_is_not_sent_again(studio: TestClient, path: str) -> None:
    first = studio.get(path)
    for tag in (first.headers["etag"], f'"x", W/{first.headers["etag"]}'):
        again = studio.get(path, headers={"if-none-match": tag})
        assert again.status_code == 304 and again.content == b""
        assert again.headers["etag"] == first.headers["etag"]
    assert studio.get(path, headers={"if-none-match": '"x"'}).content == first.content


def test_parts_of_a_file(studio: TestClient) -> None:
    whole = studio.get("/v1/samples/coffee").content
    part = studio.get("/v1/samples/coffee", headers={"range": "bytes=2-5"})
    assert part.status_code == 206 and part.content == whole[2:6]
    for wrong in ("bytes=9-2", "bytes=x", "bytes=99999999-", "lines=1-2"):
        answer = studio.get("/v1/samples/coffee", headers={"range": wrong})
        assert answer.status_code == 416, wrong
        assert answer.headers["content-range"] == f"bytes */{len(whole)}"
        assert answer.json()["error"].startswith(f"the file has {len(whole)} bytes")


@pytest.mark.parametrize(("what", "status"), [("mistake", 422), ("bug", 500)])
def test_who_asks_for_json_is_told_of_the_job(studio: TestClient, what: str, status: int) -> None:
    answer = studio.post("/v1/nap?wait=30", data={"what": what}, headers=JSON)
    job = answer.json()
    assert answer.status_code == status and job["state"] == "failed" and job["error"]
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"


def test_a_setting_in_the_address_is_not_passed_over(studio: TestClient) -> None:
    answer = studio.post("/v1/nap?wait=30&seconds=0")
    assert answer.status_code == 422
    assert (
        answer.json()["error"] == "the address takes no 'seconds': send it as a field of the form"
    )
