"""Pictures between others: on the way from one to the next, or a blend of several."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.gan.forger import Generator, Label, Progress
from zeuxis.gan.latents import draw, slerp
from zeuxis.gan.samples import Samples
from zeuxis.gan.sheets import scale_for
from zeuxis.images.formats import named

Bytes = NDArray[np.uint8]
MOST = 10_000  # pictures on the way
HEAVIEST = 1e6  # weight of a blend
SHORTEST, LONGEST = 0.1, 600.0  # seconds of a film
FILM_SIDE = 224  # pixels
WEBP_QUALITY = 90
FILMS = {".gif": "GIF", ".webp": "WEBP"}  # by extension, the formats that move


def interpolate(
    generator: Generator,
    seeds: Sequence[int],
    *,
    frames: int = 60,
    labels: Sequence[Label] = (),
    truncation_psi: float = 1.0,
    loop: bool = False,
    progress: Progress | None = None,
) -> Bytes:
    """Pictures on the way from seed to seed.

    Latents go along great circles (White 2016, section 2.1). Where the class changes, the style goes in a
    straight line from that of one class to that of the other, for the same latent.

    Args:
        generator: what makes them.
        seeds: each the first picture that `generator.sample` makes of it, two or more.
        frames: pictures in all, 2 to 10,000.
        labels: classes: one for all, or one for each seed; none for all the generator knows, in turn.
        truncation_psi: as for `generator.sample`.
        loop: whether the last picture leads back to the first.
        progress: called now and then with how many are made, and of how many.

    Returns:
        frames x H x W x C.

    Raises:
        ZeuxisError: for fewer than two seeds, frames out of range, or as many classes as there are not seeds.
    """
    if len(seeds) < 2:
        raise ZeuxisError("there is no way from one picture alone: give two seeds or more")
    if not 2 <= frames <= MOST:
        raise ZeuxisError(f"there are to be {frames:,} pictures: ask for 2 to {MOST:,}")
    latents = [draw(seed, 1, generator.latent_dim)[0] for seed in seeds]
    numbers = _numbers(generator, len(seeds), labels)
    legs = len(seeds) if loop else len(seeds) - 1
    places = np.linspace(0, legs, frames, endpoint=not loop)
    styles = []
    for place in places:
        leg = min(int(place), legs - 1)
        ends, t = (leg, (leg + 1) % len(seeds)), place - leg
        latent = slerp(latents[ends[0]], latents[ends[1]], t)[None]
        start, end = (
            generator.styles(latent, None if numbers is None else numbers[[each]], truncation_psi)
            for each in ends
        )
        styles.append(start + np.float32(t) * (end - start))
    return generator.pictures(np.concatenate(styles), progress)


def blend(
    generator: Generator,
    seeds: Sequence[int],
    weights: Sequence[float] = (),
    *,
    labels: Sequence[Label] = (),
    truncation_psi: float = 1.0,
) -> Bytes:
    """The picture of the weighted mean of the styles of some pictures.

    Args:
        generator: what makes them.
        seeds: each the first picture that `generator.sample` makes of it, one or more.
        weights: how near to each, 0 or more; none for all alike.
        labels: classes: one for all, or one for each seed; none for all the generator knows, in turn.
        truncation_psi: as for `generator.sample`.

    Returns:
        H x W x C.

    Raises:
        ZeuxisError: for no seed, weights or classes that do not go with the seeds, or a class that the
            generator does not know.
    """
    shares = shares_of(seeds, weights)
    numbers = _numbers(generator, len(seeds), labels)
    latents = np.concatenate([draw(seed, 1, generator.latent_dim) for seed in seeds])
    styles = generator.styles(latents, numbers, truncation_psi)
    mean = np.array(shares, np.float32) @ styles
    picture: Bytes = generator.pictures(mean[None])[0]
    return picture


def shares_of(seeds: Sequence[int], weights: Sequence[float]) -> list[float]:
    """Weights that sum to 1, one for each seed.

    Raises:
        ZeuxisError: for no seed, or weights that do not go with the seeds, are below 0, or all 0.
    """
    if not seeds:
        raise ZeuxisError("there is nothing to blend: give one seed or more")
    given = list(weights) or [1.0] * len(seeds)
    if len(given) != len(seeds):
        raise ZeuxisError(
            f"there are {len(seeds)} seeds and {len(given)} weights: give one weight for each seed"
        )
    if not (all(0 <= weight <= HEAVIEST for weight in given) and sum(given) > 0):  # NaN as well
        raise ZeuxisError("the weights must be 0 or more, and not all 0")
    return [weight / sum(given) for weight in given]


def film(frames: Bytes, seconds: float, format: str = "GIF", scale: int | None = None) -> bytes:
    """A picture that moves, and repeats for ever; small frames are enlarged smoothly.

    Args:
        frames: N x H x W x C, C = 1 or 3, N at least 2.
        seconds: it takes, 0.1 to 600; a GIF shows no frame for less than 0.02 s.
        format: `"GIF"`, of 256 colours a frame, or `"WEBP"`, of all, and far smaller.
        scale: pixels of the film for one of a frame; None for as many as make the shorter side 224 at least.

    Raises:
        ZeuxisError: for seconds out of range, or WebP where Pillow was built without it.
    """
    check_film(seconds, format)
    height, width = frames.shape[1:3]
    scale = scale or scale_for(height, width, FILM_SIDE)
    size = width * scale, height * scale
    images = [image.resize(size, Image.Resampling.BICUBIC) for image in Samples(frames).images]
    content = io.BytesIO()
    images[0].save(
        content,
        format,
        save_all=True,
        append_images=images[1:],
        duration=max(20, round(1000 * seconds / len(images))),  # less, and viewers take 100
        loop=0,
        **({"quality": WEBP_QUALITY} if format == "WEBP" else {}),
    )
    return content.getvalue()


def check_film(seconds: float, format: str) -> None:
    """Refuse what `film` would refuse, before its frames are made.

    Raises:
        ZeuxisError: for seconds out of range, or WebP where Pillow was built without it.
    """
    if not SHORTEST <= seconds <= LONGEST:  # NaN as well
        raise ZeuxisError(
            f"the film is to take {seconds:g} seconds: give {SHORTEST:g} to {LONGEST:g}"
        )
    named(format).require()


def _numbers(generator: Generator, count: int, labels: Sequence[Label]) -> NDArray[np.int64] | None:
    if len(labels) in (0, 1):
        return generator.labels(count, labels[0] if labels else None)
    if len(labels) != count:
        raise ZeuxisError(
            f"there are {len(labels)} classes and {count} seeds: give one class, or one for each seed"
        )
    found = [generator.labels(1, label) for label in labels]
    return np.concatenate([each for each in found if each is not None])
