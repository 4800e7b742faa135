"""`zeuxis.Client`: a studio, from another program."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from PIL import Image

from zeuxis.errors import ZeuxisError, reason
from zeuxis.images import Picture, write
from zeuxis.studio.jobs import FINAL
from zeuxis.studio.refusal import Refused
from zeuxis.studio.schemas import JobReport, ProgressReport, ResultReport
from zeuxis.studio.settings import PORT

if TYPE_CHECKING:
    import httpx2

Source = str | Path | bytes | Image.Image | np.ndarray
_ONE = (str, Path, bytes, Image.Image, np.ndarray)
_REPEATED = ("style", "labels")  # fields that may be there several times
Watch = Callable[[JobReport], None]


class Client:
    """A studio that runs somewhere.

    Args:
        url: where it is.
        token: that it wants; None on 127.0.0.1.
        timeout: seconds to wait for an answer of the server, not for a job.

    Raises:
        ZeuxisError: if the client's package is not installed, or the token cannot be one.

    Example:
        >>> with zeuxis.Client() as studio:
        ...     job = studio.run("stylize", image="photo.jpg", style="starry-night")
        ...     studio.save(job, "painted.png")
    """

    def __init__(
        self, url: str = f"http://127.0.0.1:{PORT}", token: str | None = None, timeout: float = 60.0
    ) -> None:
        try:
            import httpx2
        except ImportError as error:
            raise ZeuxisError(
                "the client needs httpx2: run pip install 'zeuxis[studio]'"
            ) from error
        headers = {"accept": "application/json"}
        if token is not None:
            if not (token.isascii() and token.isprintable()):
                raise ZeuxisError("the token has characters that no token has: copy it once more")
            headers["authorization"] = f"Bearer {token}"
        self._url = url
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def about(self) -> dict[str, Any]:
        """Version, limits, and all verbs with their files, fields and knobs."""
        return dict(self._get("/v1/about"))

    def styles(self) -> list[dict[str, str]]:
        """The styles there are."""
        return list(self._get("/v1/styles"))

    def generators(self) -> list[dict[str, Any]]:
        """The generators there are."""
        return list(self._get("/v1/generators"))

    def samples(self) -> list[dict[str, Any]]:
        """The photographs there are to try with: give the name of one as `sample` instead of an `image`."""
        return list(self._get("/v1/samples"))

    def runs(self) -> list[dict[str, Any]]:
        """The runs of training, the newest first: give the name of one as `run` to go on with it."""
        return list(self._get("/v1/runs"))

    def submit(
        self,
        verb: str,
        *,
        image: Source | None = None,
        painting: Source | Sequence[Source] = (),
        **fields: Any,
    ) -> JobReport:
        """Ask for a job, and do not wait for it.

        Args:
            verb: `"stylize"`, `"paint"`, `"upscale"`, `"sample"`, `"blend"` or `"train"`.
            image: the picture to work on: a file name, a file's bytes, a Pillow image, or an array (H x W
                x 3, 8 bit or floats in [0, 1]).
            painting: one or several to take the style from, likewise.
            **fields: what `about` lists for the verb: `style`, `size`, `seeds`...; lists are sent with commas
                between, but for `style` and `labels`, which are sent once for each.

        Raises:
            Refused: a `ZeuxisError` in the studio's words; with `status`, and `retry_after` in seconds if it
                has too much to do (429) or no room (503).
            ZeuxisError: if it cannot be reached, or a picture cannot be read.
        """
        paintings = [painting] if isinstance(painting, _ONE) else list(painting)
        sent = [] if image is None else [("image", image)]
        files = [
            (name, _file(source)) for name, source in [*sent, *(("painting", p) for p in paintings)]
        ]
        texts = {name: _text(name, value) for name, value in fields.items() if value is not None}
        # What is no file is sent as a part too, so that the form is multipart with and without pictures.
        parts = [(name, (None, each)) for name, value in texts.items() for each in value]
        return _job(self._ask("POST", f"/v1/{verb}", files=[*files, *parts]).json())

    def run(self, verb: str, *, watch: Watch | None = None, **request: Any) -> JobReport:
        """Ask for a job, and wait until it is done.

        Args:
            verb: as `submit` takes it.
            watch: called with the job at each change.
            **request: as `submit` takes it.

        Raises:
            ZeuxisError: as `submit` does, and if the job failed or was cancelled.
        """
        job = self.submit(verb, **request)
        for now in self.events(job.id):
            job = now
            if watch is not None:
                watch(job)
        if job.state != "done":
            raise ZeuxisError(job.error or f"the job was {job.state}")
        return job

    def job(self, id: str) -> JobReport:
        """A job, as it stands."""
        return _job(self._get(f"/v1/jobs/{id}"))

    def jobs(self) -> list[JobReport]:
        """Your jobs, the newest first."""
        return [_job(each) for each in self._get("/v1/jobs")]

    def events(self, id: str) -> Iterator[JobReport]:
        """The job at each change, until it is done, failed or cancelled.

        Raises:
            ZeuxisError: if the studio goes away meanwhile.
        """
        job = self.job(id)
        with (
            self._reaching(),
            self._http.stream("GET", f"/v1/jobs/{id}/events", timeout=60.0) as stream,
        ):
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    yield (job := _job(json.loads(line.removeprefix("data: "))))
        if job.state not in FINAL:
            raise ZeuxisError(f"the studio at {self._url} went away: ask for job {id} later")

    def preview(self, job: JobReport) -> Image.Image | None:
        """A picture of how far a job is; None where there is none yet."""
        if job.preview is None:
            return None
        return Image.open(BytesIO(self._ask("GET", job.preview).content))

    def result(self, job: JobReport, number: int = 0, format: str | None = None) -> bytes:
        """A file that a job made; a picture in the format that is given: `"png"`, `"jpeg"` or `"webp"`."""
        if not 0 <= number < len(job.results):
            raise ZeuxisError(f"job {job.id} has {len(job.results)} results, counted from 0")
        wanted = {} if format is None else {"format": format}
        return bytes(self._ask("GET", job.results[number].url, params=wanted).content)

    def image(self, job: JobReport, number: int = 0) -> Image.Image:
        """A picture that a job made."""
        return Image.open(BytesIO(self.result(job, number)))

    def save(self, job: JobReport, path: str | Path, number: int = 0) -> None:
        """Write a file that a job made, as the studio made it; a file that is there is replaced.

        Raises:
            ZeuxisError: if it cannot be written.
        """
        from zeuxis.models.files import writing

        with writing(path) as file:
            file.write(self.result(job, number))

    def cancel(self, id: str) -> JobReport:
        """Stop a job; one that paints or trains keeps what it has."""
        return _job(self._ask("POST", f"/v1/jobs/{id}/cancel").json())

    def delete(self, id: str) -> None:
        """Stop a job, and forget it and its files."""
        self._ask("DELETE", f"/v1/jobs/{id}")

    def _get(self, path: str) -> Any:
        return self._ask("GET", path).json()

    def _ask(self, method: str, path: str, **options: Any) -> "httpx2.Response":
        with self._reaching():
            response = self._http.request(method, path, **options)
        if response.is_success:
            return response
        sentence = f"the studio answered with {response.status_code}"
        with suppress(ValueError, KeyError, TypeError):
            sentence = str(response.json()["error"])
        after = response.headers.get("retry-after", "")
        raise Refused(response.status_code, sentence, int(after) if after.isdecimal() else None)

    def _reaching(self) -> "_Reaching":
        return _Reaching(self._url)


class _Reaching:
    """A block whose failures to reach the studio become a sentence."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        import httpx2

        if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL):
            why = str(error) or type(error).__name__
            raise ZeuxisError(
                f"cannot reach the studio at {self._url} ({why}): is it running there?"
            ) from error


def _file(source: Source) -> tuple[str, bytes]:
    """A picture as a part of a form: its name and its bytes."""
    if isinstance(source, bytes):
        return "picture", source
    if isinstance(source, Image.Image):
        content = BytesIO()
        source.save(content, "PNG")
        return "picture.png", content.getvalue()
    if isinstance(source, np.ndarray):
        write(Picture.from_array(source), content := BytesIO(), format="png")
        return "picture.png", content.getvalue()
    try:
        return Path(source).name, Path(source).read_bytes()
    except OSError as error:
        raise ZeuxisError(f"cannot read {source}: {reason(error)}") from error


def _text(name: str, value: Any) -> list[str]:
    """A field as texts: one, but for what may be given several times."""
    if isinstance(value, list | tuple):
        return list(map(str, value)) if name in _REPEATED else [",".join(map(str, value))]
    return [str(value)]


def _job(told: dict[str, Any]) -> JobReport:
    results = [ResultReport(**each) for each in told["results"]]
    return JobReport(**told | {"progress": ProgressReport(**told["progress"]), "results": results})
