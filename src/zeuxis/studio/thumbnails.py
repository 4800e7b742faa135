"""What each style looks like: painted by a worker when it is first asked for, and kept."""

import asyncio
import shutil
from pathlib import Path

from zeuxis.studio.asked import Asked
from zeuxis.studio.door import OURS
from zeuxis.studio.refusal import Refused
from zeuxis.studio.service import Service
from zeuxis.studio.verbs import verbs
from zeuxis.style import gallery

PHOTOGRAPH, SIDE = "coffee", 160
SECONDS = 60.0

_painting: dict[Path, asyncio.Task[None]] = {}


async def thumbnail(service: Service, style: str) -> Path:
    """The file of a style's thumbnail, WebP.

    Raises:
        Refused: 429 with a time to try again, if it cannot be had in a minute.
    """
    folder = service.store.folder / "thumbnails"
    path = folder / f"{style}-{gallery.SHIPPED.stat().st_mtime_ns:x}.webp"
    if not path.exists():
        if path not in _painting:  # one is enough, however many ask
            _painting[path] = asyncio.create_task(_paint(service, style, path))
        try:
            await asyncio.shield(_painting[path])
        finally:
            if path in _painting and _painting[path].done():
                del _painting[path]
    return path


async def _paint(service: Service, style: str, path: Path) -> None:
    verb = verbs.get("stylize")
    texts = {"sample": PHOTOGRAPH, "style": style, "size": str(SIDE), "format": "webp"}
    asked = Asked(verb.settings, verb.knobs, {n: [t] for n, t in texts.items()}, {}, service.place)
    prepared, (id, made) = verb.prepare(asked), service.new_folder()
    try:
        job = service.submit(id, verb, prepared, OURS, OURS)
    except Refused:
        made.rmdir()
        raise
    await job.final(SECONDS)
    if job.state != "done":
        raise Refused(429, f"there is no thumbnail of {style} yet: try again in a while", 10)
    path.parent.mkdir(exist_ok=True)
    shutil.move(service.store.folder / job.results[0]["file"], path)
    await service.delete(job)
