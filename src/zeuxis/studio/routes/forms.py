"""From a multipart request to what a verb is asked."""

import asyncio
from collections import defaultdict
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request

from zeuxis.errors import ZeuxisError
from zeuxis.studio.asked import Asked, Place
from zeuxis.studio.refusal import Refused
from zeuxis.studio.uploads import Received, harmless, measured, typed
from zeuxis.studio.verbs import Verb

MOST_FILES, MOST_FIELDS = 16, 200
LONGEST_TEXT = 64 * 1024  # bytes of a field
UPLOAD_SECONDS = 300.0
WANTED = f"send at most {MOST_FIELDS} texts, as UTF-8"


async def asked_in(request: Request, verb: Verb, folder: Path, place: Place) -> Asked:
    """Read a form; its pictures go into the job's folder, under names of ours.

    Args:
        request: whose body is read.
        verb: whose fields it may have.
        folder: of the job.
        place: what the request may reach.

    Raises:
        Refused: for a body that takes too long, and pictures that are none or too large.
        ZeuxisError: for fields that the verb does not have.
    """
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            form = await _form(request)
    except TimeoutError:
        raise Refused(408, f"the request took longer than {UPLOAD_SECONDS:g} seconds") from None
    except ClientDisconnect:
        raise Refused(400, "the request broke off") from None  # which nobody hears
    except ValueError:  # of codecs that a form may name, and of too many fields
        raise Refused(400, f"the form cannot be read: {WANTED}") from None
    try:
        texts, files = _sorted(form, verb)
        pictures: defaultdict[str, list[Received]] = defaultdict(list)
        for name, upload in files:
            number = len(pictures[name])
            path = folder / f"{name}-{number}"
            said = harmless(upload.filename)
            await asyncio.to_thread(_save, upload, path)
            size = await asyncio.to_thread(measured, path, said, place.max_megapixels)
            pictures[name].append(Received(path.name, said, *size, typed(upload.filename)))
    finally:
        await form.close()
    return Asked(verb.settings, verb.knobs, texts, pictures, place)


async def _form(request: Request) -> FormData:
    """The form of a request, of whatever kind.

    Raises:
        Refused: 415, if it is none; 413, if it is one without files and longer than such a form is.
        ValueError: if it cannot be read.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await request.form(
            max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT
        )
    if kind not in ("", "application/x-www-form-urlencoded"):
        raise Refused(415, "this takes a form: send it as multipart/form-data")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_TEXT:
            raise Refused(413, "the form is too long: send it as multipart/form-data")
    if body and not kind:
        raise Refused(415, "this takes a form: send it as multipart/form-data")
    fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return FormData([(name, text) for name, text in fields])


def _sorted(
    form: FormData, verb: Verb
) -> tuple[dict[str, list[str]], list[tuple[str, UploadFile]]]:
    """The texts and the files of a form, if the verb has such."""
    takes_text = [*(each.name for each in verb.fields), *(knob.name for knob in verb.knobs)]
    takes_file = {each.name: each.many for each in verb.files}
    texts: defaultdict[str, list[str]] = defaultdict(list)
    files: list[tuple[str, UploadFile]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile) and not value.filename and not value.size:
            continue  # what a browser sends of a field that nobody filled
        if isinstance(value, str) and name in takes_text:
            texts[name].append(value)
        elif isinstance(value, UploadFile) and name in takes_file:
            if not takes_file[name] and name in [each for each, _ in files]:
                raise ZeuxisError(f"{name} is given more than once: give it once")
            files.append((name, value))
        elif isinstance(value, str) and name in takes_file:
            raise ZeuxisError(f"{name} is to be a file, not a text: send it as one")
        elif name in takes_text:
            raise ZeuxisError(f"{name} is to be a text, not a file: send it as one")
        else:
            known = ", ".join(sorted([*takes_text, *takes_file]))
            raise ZeuxisError(f"{verb.name} takes no {name[:80]!r}: it takes {known}")
    return texts, files


def _save(upload: UploadFile, path: Path) -> None:
    with path.open("wb") as file:
        while part := upload.file.read(2**20):
            file.write(part)
