"""The OpenAPI document: what FastAPI knows of the routes, and what it does not."""

from dataclasses import asdict
from typing import Any

from fastapi import FastAPI

from zeuxis.studio.schemas import JobReport, ProgressReport, ResultReport

ID = "wqUuWzl-UsoIgQyQdlImKg"
JOB = JobReport(
    id=ID,
    verb="stylize",
    run=None,
    state="done",
    position=None,
    created="2026-03-01T12:00:00.000+00:00",
    started="2026-03-01T12:00:00.100+00:00",
    finished="2026-03-01T12:00:01.500+00:00",
    expires="2026-03-02T12:00:01.500+00:00",
    progress=ProgressReport(share=1.0),
    settings={"size": "512"},
    command="zeuxis stylize photo.jpg --style starry-night --size 512",
    error=None,
    stopped_early=False,
    warnings=[],
    preview=None,
    results=[
        ResultReport(
            name="photo-starry-night.png",
            url=f"/v1/jobs/{ID}/results/0",
            media_type="image/png",
            width=512,
            height=384,
            bytes=412_000,
        )
    ],
)
TOKEN = {"type": "http", "scheme": "bearer", "description": "That the studio was started with."}
NOT_OURS = ("HTTPValidationError", "ValidationError")  # how FastAPI would say it
OPEN = ("/healthz",)  # of what is described


class Described(FastAPI):
    """An application that describes itself in full; `state.token` is what it needs, or None."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            found = super().openapi()
            found["components"]["securitySchemes"] = {"token": TOKEN}
            schemas = found["components"]["schemas"]
            schemas["JobReport"]["examples"] = [asdict(JOB)]
            for name in NOT_OURS:
                schemas.pop(name, None)
            for path, operations in found["paths"].items():
                for operation in operations.values():
                    _improve(operation)
                    if self.state.token is not None and path not in OPEN:
                        operation["security"] = [{"token": []}]
        return super().openapi()


def _improve(operation: dict[str, Any]) -> None:
    """Have the first sentence on a route as its summary, and only refusals that it can give."""
    first = operation.get("description", operation["summary"]).partition(". ")[0]
    operation["summary"] = " ".join(first.split()).rstrip(".")
    invalid = operation["responses"].get("422", {}).get("content", {})
    if NOT_OURS[0] in str(invalid):  # supposed of all that have a parameter
        del operation["responses"]["422"]
