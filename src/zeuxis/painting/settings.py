"""Every knob of painting one picture, in one place. Free of torch, for the doors that only show them."""

from dataclasses import dataclass

from zeuxis.settings import setting

STATISTICS = ("gram", "mean_std", "wasserstein", "sliced", "nearest")
DISTANCES = ("mse", "rmse", "l1")
OPTIMIZERS = ("lbfgs", "adam")
COLORS = ("painting", "luminance", "histogram", "covariance")
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


@dataclass(frozen=True)
class PaintSettings:
    """How to paint one picture (Gatys et al. 2016)."""

    size: str | None = setting(
        "512",
        "Size of the painting: longest side (1024), width x height (1024x768) or share (50%).",
    )
    minutes: float | None = setting(
        None, "Paint for this long, the best that can be done in it.", low=0.01, unit="minutes"
    )
    iterations: int = setting(100, "Steps at each level, unless minutes are given.", low=0)
    coarse_iterations: int | None = setting(
        None, "Steps at each level but the last, if they are to be others.", low=0
    )
    levels: int | None = setting(
        None, "Sizes to paint at, each twice the last; by default from about 128 pixels up.", low=1
    )
    content_weight: float = setting(1.0, "How much the photo's contents count.", low=0)
    style_weight: float = setting(1.0, "How much the paintings' style counts.", low=0)
    tv_weight: float = setting(1.0, "How much roughness is held down (total variation).", low=0)
    style_scale: float = setting(
        1.0, "Size of the strokes: the painting's longest side over the photo's.", low=0.05, high=10
    )
    strength: float = setting(1.0, "From 0, the photo, to 1, the painting.", low=0, high=1)
    colors: str = setting(
        "painting",
        "Whose colours: the painting's, or the photo's, kept by luminance (only lightness is painted) "
        "or by giving the painting the photo's colours first (histogram, covariance).",
        choices=COLORS,
    )
    start: str = setting("content", "Begin from content, noise, style, or a picture file.")
    statistic: str = setting("gram", "What of the style is compared.", choices=STATISTICS)
    distance: str = setting("mse", "How it is compared.", choices=DISTANCES)
    content_layers: tuple[str, ...] = setting(("relu4_2",), "Layers that hold the contents.")
    style_layers: tuple[str, ...] = setting(STYLE_LAYERS, "Layers that hold the style.")
    content_layer_weights: tuple[float, ...] | None = setting(
        None, "A weight for each content layer; equal by default.", low=0
    )
    style_layer_weights: tuple[float, ...] | None = setting(
        None, "A weight for each style layer; by default as the statistic's paper has them.", low=0
    )
    optimizer: str = setting("lbfgs", "How to descend.", choices=OPTIMIZERS)
    learning_rate: float = setting(0.03, "Step of Adam.", low=1e-5, high=1)
    network: str = setting(
        "vgg16", "The network that sees: a name that `zeuxis weights list` shows."
    )
    pooling: str = setting("max", "How that network shrinks.", choices=("max", "average"))
    padding: str = setting(
        "zeros", "How that network continues borders.", choices=("zeros", "reflect", "replicate")
    )
    max_memory: float = setting(
        3.0,
        "Above this the picture is seen in strips: same result, a third slower.",
        low=0.5,
        unit="GB",
    )
    device: str = setting(
        "auto",
        "Where to compute: auto takes a GPU if there is one.",
        choices=("auto", "cpu", "cuda"),
    )
    seed: int = setting(0, "Where randomness starts from.", low=0, high=2**63 - 1)
