"""Make few paintings many: other colours, other ways up."""

import numpy as np

# Between RGB and lightness with two colour axes (YIQ, NTSC 1953).
TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
FROM_YIQ = np.linalg.inv(TO_YIQ)


def widened(picture: np.ndarray, rng: np.random.Generator, recolor: float) -> np.ndarray:
    """A painting as it might have been.

    Args:
        picture: 3 x H x W, RGB, [0, 1], H = W.
        rng: decides.
        recolor: how often the colours change: hues turn, and colourfulness, contrast and lightness too.

    Returns:
        the same shape and range, a new array.
    """
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    if rng.random() < 0.5:
        picture = picture.transpose(0, 2, 1)  # last: with the crop's mirroring, every quarter turn
    if rng.random() < recolor:
        picture = _recolored(picture, rng)
    return np.ascontiguousarray(picture, np.float32)


def _recolored(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    angle, colorful = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.3)
    contrast, lightness = rng.uniform(0.7, 1.3), rng.uniform(-0.15, 0.15)
    cos, sin = colorful * np.cos(angle), colorful * np.sin(angle)
    turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    colors = (FROM_YIQ @ turn @ TO_YIQ @ picture.reshape(3, -1)).reshape(picture.shape)
    recolored: np.ndarray = np.clip((colors - 0.5) * contrast + 0.5 + lightness, 0.0, 1.0)
    return recolored
