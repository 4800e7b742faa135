"""Where the weights of networks that see come from: those we ship, those on the web, those a user has.

Torch is imported only where a foreign file is read, so that listing and finding stay quick.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load, read_card, save
from zeuxis.perception.download import download, file_digest
from zeuxis.places import cache_folder

if TYPE_CHECKING:
    from zeuxis.perception.importing import Network

SHIPPED = Path(__file__).with_name("weights") / "vgg16.safetensors"
INPUTS: dict[str, dict[str, Any]] = {
    "caffe": {
        "order": "BGR",
        "scale": 255.0,
        "mean": [103.939, 116.779, 123.68],
        "std": [1.0, 1.0, 1.0],
    },
    "torchvision": {
        "order": "RGB",
        "scale": 1.0,
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    },
}
# Inception has one published form, so nobody need say which it is.
ITS_OWN = {"inception": {"order": "RGB", "scale": 255.0, "mean": [128.0] * 3, "std": [128.0] * 3}}
LICENCES = {
    "caffe": "CC-BY-4.0",
    "torchvision": "BSD-3-Clause",
    "inception": "Apache-2.0",
    None: "unknown",
}
TRAINED_ON = "trained on ImageNet (ILSVRC 2012)"


@dataclass(frozen=True)
class WeightSource:
    """Weights that can be had, and where they are now.

    Attributes:
        name: What `find` and `fetch` know them by.
        kind: `"vgg16"`, `"vgg19"` or `"inception"`.
        where: `"shipped"`, `"cached"` or `"to fetch"`.
        size: Bytes of the file, or of the download where it is yet to be fetched.
        licence: SPDX identifier of the weights' licence.
        url: Where to fetch a PyTorch file from; empty if it is not fetched.
        sha256: The published digest of that file in hexadecimal, or its first digits.
        input: Which of `INPUTS` the network was trained on, or `"inception"`.
    """

    name: str
    kind: str
    where: str
    size: int
    licence: str
    url: str = ""
    sha256: str = ""
    input: str = "torchvision"


SOURCES = (
    WeightSource(
        name="vgg16-torchvision",
        kind="vgg16",
        where="to fetch",
        size=553_433_881,
        licence="BSD-3-Clause",
        url="https://download.pytorch.org/models/vgg16-397923af.pth",
        sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    ),
    WeightSource(
        name="vgg19-torchvision",
        kind="vgg19",
        where="to fetch",
        size=574_673_361,
        licence="BSD-3-Clause",
        url="https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
    ),
    WeightSource(
        name="inception",
        kind="inception",
        where="to fetch",
        size=95_628_359,
        licence="Apache-2.0",
        url="https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
        "pt_inception-2015-12-05-6726825d.pth",
        sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
        input="inception",
    ),
)
INSTEAD = "use the VGG-16 that comes with Zeuxis, or zeuxis weights import FILE"


def available(sources: Sequence[WeightSource] = SOURCES) -> list[WeightSource]:
    """All weights known: the shipped, those in the cache, those that can be fetched.

    A file in the cache that cannot be read is not listed, or listed as still to be fetched.
    """
    found = _cached()
    if SHIPPED.is_file():
        card = read_card(SHIPPED)
        size = SHIPPED.stat().st_size
        found["vgg16"] = WeightSource("vgg16", card.kind, "shipped", size, card.licence)
    order = ["vgg16", *(source.name for source in sources), *sorted(found)]
    known = {source.name: source for source in sources} | found
    return [known[name] for name in dict.fromkeys(order) if name in known]


def find(name: str | Path) -> Path:
    """The weight file of this name.

    Args:
        name: `"vgg16"` (shipped), `"vgg19"` (whichever VGG-19 is in the cache), the name of
            fetched or imported weights, or the path of a `.safetensors` file.

    Raises:
        ZeuxisError: If there is no such file, saying how to get it.
    """
    path = Path(name)
    if isinstance(name, Path) or path.suffix == ".safetensors" or len(path.parts) > 1:
        if path.is_file():
            return path
        raise ZeuxisError(f"the weight file {path} does not exist: check the name")
    if name == "vgg16":
        if SHIPPED.is_file():
            return SHIPPED
        raise ZeuxisError(f"{SHIPPED}, which comes with Zeuxis, is missing: install Zeuxis anew")
    names = ["vgg19", "vgg19-torchvision", "vgg19-caffe"] if name == "vgg19" else [name]
    for each in names:
        if _in_cache(each).is_file():
            return _in_cache(each)
    if any(name in (source.name, source.kind) for source in SOURCES):
        fetched = name if name != "vgg19" else "vgg19-torchvision"
        raise ZeuxisError(
            f"the weights {name!r} are not on this machine: run zeuxis weights fetch {fetched}, "
            f"or {INSTEAD}"
        )
    raise ZeuxisError(
        f"there are no weights {name!r}: choose among "
        f"{', '.join(source.name for source in available())}, or zeuxis weights import FILE"
    )


def fetch(name: str, sources: Sequence[WeightSource] = SOURCES) -> Path:
    """Download weights, convert them to a weight file in the cache, and remove the download.

    An interrupted download goes on where it stopped. On a terminal progress is shown.

    Args:
        name: One of the names of `sources`; `"vgg16"` comes with Zeuxis and is only found.
        sources: The weights that can be fetched.

    Returns:
        The weight file; at once if it is in the cache already.

    Raises:
        ZeuxisError: If the name is unknown, the download fails, or the file is not as published.
    """
    if name == "vgg16":
        return find(name)
    by_name = {source.name: source for source in sources}
    if name not in by_name:
        raise ZeuxisError(f"cannot fetch {name!r}: choose one of {', '.join(by_name)}")
    if _is_sound(_in_cache(name)):
        return _in_cache(name)
    source = by_name[name]
    original = cache_folder() / f"{name}.pth"
    digest = download(source.url, original, source.sha256, INSTEAD)
    from zeuxis.perception.importing import read_network

    network = read_network(original)
    card = Card(
        name=name,
        kind=network.kind,
        licence=source.licence,
        source=f"{source.url} sha256 {digest}",
        data=TRAINED_ON,
        command=f"zeuxis weights fetch {name}",
        extra={"input": (INPUTS | ITS_OWN)[source.input]},
    )
    path = _keep(network, card, original)
    original.unlink()
    return path


def import_file(path: str | Path, *, name: str | None = None, input: str | None = None) -> Path:
    """Bring a file from elsewhere into the cache as weights that `find` knows by name.

    Nothing in the file is executed, whatever it holds.

    Args:
        path: A `.pth` or `.pt` file with torchvision's names (`features.0.weight`, ...) of VGG-16
            or VGG-19, pytorch-fid's Inception, or a weight file of ours (`.safetensors`).
        name: What to call the weights; by default `vgg19-caffe` and the like for the published
            networks, and the file's name for others.
        input: `"caffe"` (BGR, 0 to 255) or `"torchvision"` (RGB, normalised): what the network was
            trained on. Need not be said for the published networks.

    Returns:
        The new weight file; one of the same name is replaced.

    Raises:
        ZeuxisError: If the file is unreadable, truncated or altered, holds anything but the
            tensors of a VGG, or if it cannot be told what the network was trained on.
    """
    path = Path(path)
    if input is not None and input not in INPUTS:
        raise ZeuxisError(f"unknown input {input!r}: choose one of {', '.join(INPUTS)}")
    if path.suffix == ".safetensors":
        return _import_ours(path, name, input)
    return _import_foreign(path, name, input)


def _import_ours(path: Path, name: str | None, input: str | None) -> Path:
    if input is not None:
        raise ZeuxisError(f"{path} says itself what it was trained on: leave out input {input!r}")
    tensors, card = load(path)
    target = _in_cache(_checked_name(name or path.stem))
    from zeuxis.perception.importing import check_ours

    check_ours(tensors, card, path)
    save(target, tensors, replace(card, name=target.stem))
    return target


def _import_foreign(path: Path, name: str | None, input: str | None) -> Path:
    from zeuxis.perception.importing import read_network

    network = read_network(path)
    digest = file_digest(path)
    published = {source.url.rpartition("/")[2]: source.sha256 for source in SOURCES}
    if digest != published.get(path.name, digest):
        raise ZeuxisError(f"{path} is not the published file of that name: get it anew")
    if input is not None and network.input in ITS_OWN:
        raise ZeuxisError(f"{path} is known to be an Inception: leave out input {input!r}")
    input = input or network.input
    if input is None:
        raise ZeuxisError(
            f"cannot tell what {path} was trained on: say so with --input caffe (BGR, 0 to 255, "
            "as for neural-style-pt) or --input torchvision (RGB, normalised)"
        )
    known = network.input == input
    usual = network.kind if input in ITS_OWN else f"{network.kind}-{input}"
    name = _checked_name(name or (usual if known else path.stem))
    card = Card(
        name=name,
        kind=network.kind,
        licence=LICENCES[network.input],
        source=f"{path.name} sha256 {digest}",
        data=TRAINED_ON if known else "",
        command=f"zeuxis weights import {path.name}"
        + (f" --input {input}" if input in INPUTS else ""),
        extra={"input": (INPUTS | ITS_OWN)[input]},
    )
    return _keep(network, card, path)


def _keep(network: "Network", card: Card, original: Path) -> Path:
    """Calibrate a network and save it in the cache under the name on its card."""
    from zeuxis.perception.importing import calibrated

    with _status(f"rescaling {card.name}"):
        tensors = calibrated(network, card.extra["input"], original)
    target = _in_cache(card.name)
    save(target, tensors, card)
    return target


def _cached() -> dict[str, WeightSource]:
    found = {}
    for path in sorted(cache_folder().glob("*.safetensors")):
        try:
            card = read_card(path)
        except ZeuxisError:
            continue  # damaged; `fetch` and `import` write it anew
        size = path.stat().st_size
        found[path.stem] = WeightSource(path.stem, card.kind, "cached", size, card.licence)
    return found


def _is_sound(path: Path) -> bool:
    try:
        load(path)
    except ZeuxisError:
        return False
    return True


def _in_cache(name: str) -> Path:
    return cache_folder() / f"{name}.safetensors"


def _checked_name(name: str) -> str:
    if name == "vgg16" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ZeuxisError(
            f"weights cannot be called {name!r}: give another --name, of letters, digits, '.', "
            "'_' and '-' (and not vgg16, which comes with Zeuxis)"
        )
    return name


@contextmanager
def _status(text: str) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield
