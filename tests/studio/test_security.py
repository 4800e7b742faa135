"""Who may ask, from where, and how much."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from zeuxis.errors import ZeuxisError
from zeuxis.studio import StudioSettings, create_app
from zeuxis.studio.security import client_of, owner_of

Open = Callable[..., TestClient]
TOKEN = "a-token-of-some-length"


def test_a_token_keeps_strangers_out(open_studio: Open) -> None:
    studio = open_studio(token=TOKEN)
    for path in ("/v1/about", "/v1/jobs", "/v1/samples/coffee", "/metrics", "/openapi.json"):
        refused = studio.get(path)
        assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
        assert "needs the token" in refused.json()["error"]
        assert studio.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
        assert studio.get(path, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert studio.post("/v1/nap").status_code == 401
    assert studio.get("/healthz").status_code == 200
    assert studio.get("/v1/about", headers={"authorization": f"Bearer {TOKEN}"}).json()[
        "needs_token"
    ]


def test_a_browser_gets_a_cookie_for_it(open_studio: Open) -> None:
    studio = open_studio(token=TOKEN)
    assert studio.get("/?token=wrong", follow_redirects=False).status_code == 401
    answer = studio.get(f"/?token={TOKEN}", follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("zeuxis_token_8765=", "HttpOnly", "SameSite=strict"))
    assert studio.get("/v1/about").status_code == 200


def test_another_address_demands_one() -> None:
    with pytest.raises(ZeuxisError, match="give a token"):
        create_app(StudioSettings(host="0.0.0.0"))


def test_without_a_token_only_names_of_this_machine(studio: TestClient) -> None:
    assert studio.get("/healthz", headers={"host": "evil.example"}).status_code == 403
    for host in ("localhost:8765", "127.0.0.1", "[::1]:8765"):
        assert studio.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_pages_of_other_sites_change_nothing(studio: TestClient, headers: dict[str, str]) -> None:
    for answer in (
        studio.post("/v1/nap", headers=headers),
        studio.post("/v1/jobs/x/cancel", headers=headers),
        studio.delete("/v1/jobs/x", headers=headers),
    ):
        assert answer.status_code == 403 and "another site's page" in answer.json()["error"]


def test_our_own_page_does(studio: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}
    assert studio.post("/v1/nap?wait=30", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/v1/about", "/v1/jobs/nobody", "/nothing"])
def test_every_answer_is_guarded(studio: TestClient, path: str) -> None:
    headers = studio.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers


def test_no_cors(studio: TestClient) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = studio.options("/v1/stylize", headers=asked)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_large_requests_are_refused(open_studio: Open) -> None:
    studio = open_studio(max_upload_mb=0.05)
    answer = studio.post("/v1/stylize", files={"image": ("a.png", b"x" * 60_000)})
    assert answer.status_code == 413 and "larger than the 0.05 MB" in answer.json()["error"]

    def endless():  # type: ignore[no-untyped-def]
        yield b'--b\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 1000

    form = {"content-type": "multipart/form-data; boundary=b"}
    answer = studio.post("/v1/stylize", content=endless(), headers=form)
    assert answer.status_code == 413 and "larger than the 0.05 MB" in answer.json()["error"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"\xff\xd8\xff", "image/jpeg", 415),
        (b"\xff\xd8\xff", "", 415),
        (b"style=%", "application/x-www-form-urlencoded", 422),
        (b"style=\xff", "application/x-www-form-urlencoded", 400),
        (b"&" * 100_000, "application/x-www-form-urlencoded", 413),
        (b"&".join([b"a=1"] * 300), "application/x-www-form-urlencoded", 400),
        (b"nonsense", "multipart/form-data; boundary=b", 400),
        (b"", "multipart/form-data", 400),
        (b"--b\r\n\r\n", "multipart/form-data; boundary=b", 400),
    ],
)
def test_no_form(studio: TestClient, content: bytes, kind: str, status: int) -> None:
    answer = studio.post("/v1/stylize", content=content, headers={"content-type": kind})
    assert answer.status_code in (status, 422) and answer.json()["error"]


def test_forms_have_bounds(studio: TestClient) -> None:
    many = [("image", (f"{n}.png", b"x")) for n in range(20)]
    assert studio.post("/v1/stylize", files=many).status_code in (400, 415, 422)
    assert studio.post("/v1/nap", files={f"f{n}": (None, "x") for n in range(300)}).status_code in (
        400,
        422,
    )
    assert studio.post("/v1/nap", files={"what": (None, "x" * 100_000)}).status_code == 400


def test_a_field_that_nobody_filled_is_none(studio: TestClient) -> None:
    empty = b'--b\r\ncontent-disposition: form-data; name="image"; filename=""\r\n\r\n\r\n--b--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = studio.post("/v1/stylize", content=empty, headers=kind)
    assert answer.status_code == 422 and "give one picture" in answer.json()["error"]


def test_lists_are_ones_own(studio: TestClient, strange: ModuleType) -> None:
    mine, other = ({"cookie": f"zeuxis_session_8765={letter * 22}"} for letter in "ab")
    id = studio.post("/v1/nap", headers=mine).json()["id"]
    assert [job["id"] for job in studio.get("/v1/jobs", headers=mine).json()] == [id]
    assert studio.get("/v1/jobs", headers=other).json() == []
    assert (
        studio.get(f"/v1/jobs/{id}", headers=other).status_code == 200
    )  # who knows the id may read it


def test_two_studios_of_a_machine_keep_their_cookies_apart(open_studio: Open) -> None:
    studio, there = open_studio(token=TOKEN), {"host": "127.0.0.1:8766"}
    studio.get(f"/?token={TOKEN}", headers=there, follow_redirects=False)
    assert list(studio.cookies) == ["zeuxis_token_8766"]
    assert studio.get("/v1/about", headers=there).status_code == 200
    assert studio.get("/v1/about").status_code == 401
    plain = {"host": "studio.example"}  # of a proxy
    answer = studio.get(f"/?token={TOKEN}", headers=plain, follow_redirects=False)
    assert answer.headers["set-cookie"].startswith("zeuxis_token=")


def test_an_old_token_in_a_browser_leads_to_the_page(open_studio: Open) -> None:
    studio = open_studio(token=TOKEN)
    answer = studio.get("/?token=old", headers={"accept": "text/html,*/*"}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    assert "zeuxis_token" not in answer.headers.get("set-cookie", "")
    assert studio.get("/v1/about").status_code == 401


def test_a_session_is_not_written_down(
    open_studio: Open, strange: ModuleType, tmp_path: Path
) -> None:
    studio, session = open_studio(), "s" * 22
    mine = {"cookie": f"zeuxis_session_8765={session}"}
    id = studio.post("/v1/nap?wait=30", headers=mine).headers["location"].rpartition("/")[2]
    assert [job["id"] for job in studio.get("/v1/jobs", headers=mine).json()] == [id]
    state = b"".join(path.read_bytes() for path in (tmp_path / "state").glob("jobs.sqlite*"))
    assert id.encode() in state and session.encode() not in state


def test_owners_and_clients() -> None:
    assert owner_of(Headers({"cookie": "zeuxis_session=short"}), "1.2.3.4") == "1.2.3.4"
    assert owner_of(Headers({"cookie": "=;=\x00"}), "1.2.3.4") == "1.2.3.4"
    assert client_of("2001:db8::1") == client_of("2001:db8::2") == "2001:db8::/64"
    assert client_of(None) == "unknown" and client_of("testclient") == "testclient"
