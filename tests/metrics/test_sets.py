"""Measuring sets of pictures, whatever they come as."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from zeuxis import ZeuxisError
from zeuxis.data.sources.labels import by_folder
from zeuxis.images import Picture, picture_files, write
from zeuxis.metrics import gathering
from zeuxis.metrics.features import NETWORKS, FeatureNetwork, feature_network
from zeuxis.metrics.gathering import Gathering
from zeuxis.metrics.sets import Evaluation, SetFeatures, describe, evaluate

NUMBERS = ["fid", "kid", "precision", "recall", "density", "coverage"]


class Coarse(nn.Module):
    """Means over quarters of the picture: 12 numbers, and three classes."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        rows = nn.functional.adaptive_avg_pool2d(x, 2).flatten(1)
        return rows, 20 * x.mean((2, 3))


@dataclass(frozen=True)
class Set:
    """What data sets look like."""

    pictures: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...] = ()
    digest: str = ""


class Listed:
    """A data set of torch: pictures of Pillow and their classes, by number."""

    classes = ("all",)

    def __init__(self, pictures: np.ndarray) -> None:
        self.pictures_kept = pictures

    def __len__(self) -> int:
        return len(self.pictures_kept)

    def __getitem__(self, number: int) -> tuple[Image.Image, int]:
        return Image.fromarray(self.pictures_kept[number]), number % 2


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def drawn(seed: int, count: int = 40, *, high: int = 256, side: int = 6) -> np.ndarray:
    """Pictures of a colour of their own each, with a little noise: count x side x side x 3."""
    draws = np.random.default_rng(seed)
    colours = draws.integers(0, high - 20, (count, 1, 1, 3))
    return (colours + draws.integers(0, 20, (count, side, side, 3))).astype(np.uint8)


def floats(pictures: np.ndarray) -> np.ndarray:
    return pictures.transpose(0, 3, 1, 2).astype(np.float32) / 255


def folder(place: Path, pictures: np.ndarray) -> Path:
    place.mkdir()
    for number, picture in enumerate(pictures):
        write(Picture.from_array(picture), place / f"{number:03d}.png")
    return place


def keyed(name: str = "coarse") -> FeatureNetwork:
    """The same network under a name that can be kept by, and that counts what it sees."""
    plain = feature_network(Coarse())
    seen: list[int] = []

    def see(pictures: Tensor) -> tuple[Tensor, Tensor | None]:
        seen.append(len(pictures))
        found = plain(pictures)
        return torch.from_numpy(found.rows), None

    network = FeatureNetwork(name, see, 12, key=name)
    network.seen = seen  # type: ignore[attr-defined]
    return network


def same(a: Evaluation, b: Evaluation) -> None:
    assert a.values.keys() == b.values.keys() and (a.made, a.real) == (b.made, b.real)
    for name, value in a.values.items():
        assert value.value == pytest.approx(b.values[name].value, rel=1e-4, abs=1e-6), name


class TestSources:
    def test_all_forms_give_the_same(self, tmp_path: Path) -> None:
        made, real = drawn(0), drawn(1)
        expected = evaluate(made, real, network=Coarse())
        assert list(expected.values) == NUMBERS
        assert expected.values["fid"].value > 0 < expected.values["precision"].value

        def parts(pictures: np.ndarray) -> Iterator[Tensor]:
            yield from torch.from_numpy(floats(pictures)).split(7)

        for first, second in [
            (floats(made), torch.from_numpy(floats(real))),
            (parts(made), parts(real)),
            ([made[:3], floats(made[3:])], Set(real, np.zeros(40, int))),
            (iter(made), list(floats(real))),
            (
                [Image.fromarray(each) for each in made],
                [Picture.from_array(x).to_pil() for x in real],
            ),
            (TensorDataset(torch.from_numpy(floats(made))), Listed(real)),
            (DataLoader(TensorDataset(torch.from_numpy(floats(made))), batch_size=7), real),
            (folder(tmp_path / "made", made), str(folder(tmp_path / "real", real))),
            (describe(made, feature_network(Coarse())), real),
        ]:
            same(evaluate(first, second, network=Coarse()), expected)

    def test_grey(self) -> None:
        grey = drawn(0)[..., :1]
        found = evaluate(grey, np.repeat(grey, 3, 3), network=Coarse(), metrics=["fid"])
        assert found.values["fid"].value < 1e-9

    def test_folders_are_brought_to_the_size_of_made_pictures(self, tmp_path: Path) -> None:
        wide = np.zeros((4, 40, 80, 3), np.uint8)
        wide[:, :, 20:60] = drawn(0, 4, side=1)  # the middle square has one colour
        real = folder(tmp_path / "real", wide)
        seen = describe(real, feature_network(Coarse()), size=(8, 8))
        np.testing.assert_allclose(
            seen.rows, floats(drawn(0, 4, side=1)).repeat(4, 1).reshape(4, 12), atol=2e-2
        )
        found = evaluate(drawn(1, side=8), real, network=Coarse(), metrics=["fid"])
        assert not any("pictures are" in each and "8x8" in each for each in found.warnings)

    def test_transparent_pictures_lie_on_white(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        clear = np.zeros((6, 6, 4), np.uint8)
        for name in ("a.png", "b.png"):
            write(Picture.from_array(clear), tmp_path / "real" / name)
        seen = describe(tmp_path / "real", feature_network(Coarse()))
        np.testing.assert_allclose(seen.rows, 1)

    def test_transparent_images_lie_on_white_too(self) -> None:
        clear = Image.new("RGBA", (6, 6))
        seen = describe([clear, clear], feature_network(Coarse()))
        np.testing.assert_allclose(seen.rows, 1)

    def test_single_pictures_are_seen_together(self) -> None:
        network = keyed()
        small, large = drawn(0, 70), drawn(1, 3, side=9)
        found = describe([*small, *large, (drawn(2, 9, side=9), [0] * 9)][:-1], network)
        assert found.count == 73 and found.size is None
        assert network.seen == [32, 32, 6, 3]
        labelled = describe([(each, n) for n, each in enumerate(small)], keyed())
        assert labelled.labels is not None and labelled.labels.tolist() == list(range(70))

    def test_sets_of_torch_tell_their_classes_and_how_many_they_are(self) -> None:
        told: list[tuple[int, int | None]] = []
        seen = describe(
            Listed(drawn(0)), keyed(), progress=lambda done, total: told.append((done, total))
        )
        assert told == [(40, 40)] and seen.classes == ("all",)
        assert seen.labels is not None and seen.labels.tolist() == [0, 1] * 20

    def test_sub_folders_are_classes(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        for name, seed in (("apple", 0), ("pear", 1)):
            folder(tmp_path / "real" / name, drawn(seed, 20))
        broken = tmp_path / "real" / "apple" / "broken.png"
        broken.write_bytes(b"no")
        (broken.parent / "000.png").rename(tmp_path / "real" / "alone.png")
        files = picture_files(tmp_path / "real")
        labels, classes = by_folder([file.relative_to(tmp_path / "real") for file in files])
        network = keyed()
        seen = describe(tmp_path / "real", network, kept=True)
        assert seen.classes == classes == ("apple", "pear") and seen.labels is not None
        kept = [file != broken for file in files]
        np.testing.assert_array_equal(seen.labels, labels[kept])
        made = Set(
            np.concatenate([drawn(0, 20)[1:], drawn(1, 20)]), labels[labels >= 0][1:], classes
        )
        found = evaluate(made, tmp_path / "real", network=network, metrics=["fid"], per_class=True)
        assert list(found.per_class) == ["apple", "pear"]
        assert all(value.value < 1e-6 for value in found.per_class.values())
        (tmp_path / "real" / "pear").rename(tmp_path / "real" / "quince")
        assert describe(tmp_path / "real", network, kept=True).classes == ("apple", "quince")

    def test_broken_files_are_told(self, tmp_path: Path) -> None:
        real = folder(tmp_path / "real", drawn(1))
        (real / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
        (real / "empty.jpg").touch()
        found = evaluate(drawn(0), real, network=Coarse(), metrics=["fid"])
        assert found.real == 40
        (warning,) = [each for each in found.warnings if "could not be used" in each]
        assert warning.startswith("2 of the real pictures") and "broken.png" in warning

    @pytest.mark.parametrize(
        ("source", "complaint"),
        [
            (7, "int is no set of pictures"),
            ("nowhere", "the folder nowhere does not exist"),
            (np.zeros((3, 3, 8, 8), np.uint8), "3 x 3 x 8 x 8 holds no pictures"),
            (np.zeros((3, 8, 8, 3), np.float32), "3 x 8 x 8 x 3 holds no pictures"),
            (np.zeros((8, 8, 3), np.uint8), "holds no pictures"),
            (np.zeros((3, 3, 8, 8), np.int64), "int64"),
            (torch.full((7, 3, 8, 8), -1.0), r"from -1 to -1, but must be in \[0, 1\]"),
            (np.full((7, 3, 8, 8), np.nan), "from nan to nan"),
            (["a", "b"], "a part of the pictures is str"),
            ([(np.zeros((3, 8, 8, 3), np.uint8), [1, 2])], "3 pictures came with 2 labels"),
            ([], "needs two at least, but has 0"),
            (np.zeros((1, 8, 8, 3), np.uint8), "needs two at least, but has 1"),
        ],
    )
    def test_what_is_refused(self, source: object, complaint: str) -> None:
        with pytest.raises(ZeuxisError, match=complaint):
            evaluate(source, drawn(0), network=Coarse())

    def test_folder_without_pictures(self, tmp_path: Path) -> None:
        (tmp_path / "none").mkdir()
        with pytest.raises(ZeuxisError, match="there are no pictures in"):
            evaluate(tmp_path / "none", drawn(0), network=Coarse())
        for name in ("a.png", "b.png"):
            (tmp_path / "none" / name).write_bytes(b"no")
        with pytest.raises(ZeuxisError, match="2 could not be used, the first because"):
            evaluate(tmp_path / "none", drawn(0), network=Coarse(), metrics=["fid"])

    def test_progress(self) -> None:
        told: list[tuple[int, int | None]] = []
        evaluate(
            drawn(0, 70), iter([drawn(1)]), network=Coarse(), metrics=["fid"],
            progress=lambda done, total: told.append((done, total)),
        )  # fmt: skip
        assert told == [(64, 70), (70, 70), (40, None)]


class TestNumbers:
    def test_better_pictures_have_better_numbers(self) -> None:
        real = drawn(0, 200)
        near = evaluate(drawn(1, 200), real, network=Coarse()).values
        far = evaluate(drawn(2, 200, high=120), real, network=Coarse()).values
        assert 5 * near["fid"].value < far["fid"].value
        assert 5 * abs(near["kid"].value) < far["kid"].value
        assert near["recall"].value > far["recall"].value + 0.3
        assert near["coverage"].value > far["coverage"].value + 0.3
        assert near["precision"].value > 0.8

    def test_a_device_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def build(device: str) -> FeatureNetwork:
            asked.append(device)
            return keyed()

        monkeypatch.setitem(NETWORKS._things, "coarse", build)
        for device in ("cpu", "cuda:3"):
            evaluate(drawn(0), drawn(1), network="coarse", metrics=["fid"], device=device)
        assert asked == ["cpu", "cuda:3"]

    def test_order_and_choice(self) -> None:
        found = evaluate(drawn(0), drawn(1), network=Coarse(), metrics=["recall", "fid"])
        assert list(found.values) == ["recall", "fid"]
        with pytest.raises(ZeuxisError, match="no metric 'mse': choose one of fid, kid"):
            evaluate(drawn(0), drawn(1), network=Coarse(), metrics=["mse"])

    def test_inception_score(self) -> None:
        found = evaluate(drawn(0), drawn(1), network=Coarse(), metrics=["inception_score"])
        value = found.values["inception_score"]
        assert 1 < value.value < 3 and value.std is not None
        with pytest.raises(ZeuxisError, match="needs a classifier, which vgg16"):
            evaluate(drawn(0), drawn(1), metrics=["inception_score"])

    def test_intervals(self) -> None:
        found = evaluate(
            drawn(0),
            drawn(1),
            network=Coarse(),
            metrics=[*NUMBERS, "inception_score"],
            bootstrap=20,
        )
        for name, value in found.values.items():
            assert value.low is not None and value.high is not None, name
            assert value.low <= value.value <= value.high, name
        again = evaluate(
            drawn(0), drawn(1), network=Coarse(), metrics=NUMBERS, bootstrap=20, seed=1
        )
        assert again.values["fid"].value == found.values["fid"].value
        assert again.values["fid"].low != found.values["fid"].low

    def test_plain_is_json(self) -> None:
        found = evaluate(drawn(0), drawn(1), network=Coarse(), metrics=["kid"])
        plain = json.loads(json.dumps(found.plain()))
        assert plain["network"] == "Coarse" and plain["made"] == 40
        assert plain["values"]["kid"]["value"] == found.values["kid"].value
        assert plain["warnings"] == list(found.warnings)

    def test_classes(self) -> None:
        labels = np.arange(40) % 2
        real = Set(drawn(1), labels, ("apple", "pear"))
        made = [(drawn(0)[:20], labels[:20]), (drawn(0)[20:], torch.from_numpy(labels[20:]))]
        found = evaluate(made, real, network=Coarse(), metrics=["fid"], per_class=True)
        assert list(found.per_class) == ["apple", "pear"]
        values = [value.value for value in found.per_class.values()]
        assert found.values["intra_fid"].value == pytest.approx(np.mean(values))
        alone = evaluate(drawn(0)[::2], drawn(1)[::2], network=Coarse(), metrics=["fid"])
        assert values[0] == pytest.approx(alone.values["fid"].value, rel=1e-6)

    def test_classes_go_by_their_names(self) -> None:
        labels = np.arange(40) % 2
        real = Set(drawn(1), labels, ("apple", "pear"))
        made, turned = Set(drawn(0), labels, ("apple", "pear")), ("pear", "apple")
        expected, found = (
            evaluate(each, real, network=Coarse(), metrics=["fid"], per_class=True).per_class
            for each in (made, Set(drawn(0), 1 - labels, turned))
        )
        assert found == expected and list(found) == ["apple", "pear"]
        others = Set(drawn(0), labels, ("apple", "plum"))
        with pytest.raises(ZeuxisError, match="there are 0 made pictures of class pear"):
            evaluate(others, real, network=Coarse(), per_class=True)
        twins = Set(drawn(0), labels, ("apple", "apple"))
        with pytest.raises(ZeuxisError, match="two classes of the made pictures are called apple"):
            evaluate(twins, real, network=Coarse(), per_class=True)

    def test_classes_that_are_not_there(self) -> None:
        labelled = Set(drawn(1), np.arange(40) % 2)
        with pytest.raises(ZeuxisError, match="the made pictures have no classes"):
            evaluate(drawn(0), labelled, network=Coarse(), per_class=True)
        nowhere = Set(drawn(0), np.full(40, -1))  # what is in no folder has -1
        with pytest.raises(ZeuxisError, match="the made pictures have no classes"):
            evaluate(nowhere, labelled, network=Coarse(), per_class=True)
        with pytest.raises(ZeuxisError, match="there are 0 made pictures of class 1"):
            evaluate(Set(drawn(0), np.zeros(40, int)), labelled, network=Coarse(), per_class=True)
        with pytest.raises(
            ZeuxisError, match="some of the pictures have classes, others have none"
        ):
            evaluate([(drawn(0), [0] * 40), drawn(1)], drawn(1), network=Coarse())


class TestWarnings:
    def test_few_pictures(self) -> None:
        few = evaluate(drawn(0, 10), drawn(1, 10), network=Coarse()).warnings
        assert any("10 pictures but 12 features" in each for each in few)
        assert any("kid is of all 10 made pictures at once" in each for each in few)
        uneven = evaluate(drawn(0, 20), drawn(1, 10), network=Coarse(), metrics=["kid"])
        assert uneven.warnings[0].startswith("kid is of all 10 real pictures at once")
        assert uneven.values["kid"].std is None
        some = evaluate(drawn(0), drawn(1), network=Coarse(), metrics=["fid"]).warnings
        assert len(some) == 1 and "compare it only with one of as many" in some[0]
        assert evaluate(drawn(0), drawn(1), network=Coarse(), metrics=["recall"]).warnings == ()

    def test_intervals_of_too_few(self) -> None:
        """Four pictures drawn anew may be one, four times, which has no kernel distance."""
        metrics = ["fid", "kid"]
        for count, has in ((4, False), (10, True)):
            found = evaluate(
                drawn(0, count), drawn(1), network=Coarse(), metrics=metrics, bootstrap=200
            )
            assert [value.low is not None for value in found.values.values()] == [has, has]
            assert (
                "there are no intervals: pictures are drawn anew from 10 at least, and one side has 4"
                in found.warnings
            ) is not has
            json.dumps(found.plain(), allow_nan=False)

    def test_intervals_of_neighbours(self) -> None:
        found = evaluate(
            drawn(0), drawn(1), network=Coarse(), metrics=["recall", "fid"], bootstrap=10
        )
        assert found.warnings[-1].startswith("of recall the intervals are too narrow")

    def test_sizes(self) -> None:
        found = evaluate(drawn(0), drawn(1, side=9), network=Coarse(), metrics=["recall"])
        assert found.warnings == (
            "made pictures are 6x6, real ones 9x9: what differs may be the sharpness alone",
        )

    def test_small_classes(self) -> None:
        sets = [Set(drawn(i, 20), np.arange(20) % 2) for i in (0, 1)]
        found = evaluate(*sets, network=Coarse(), metrics=["recall"], per_class=True)
        assert "the smallest class has 10 pictures for 12 features" in found.warnings[0]

    def test_precision_that_flatters(self) -> None:
        real = drawn(1, 60)
        few = np.repeat(real[:6], 10, 0)
        flat = evaluate(few, real, network=Coarse(), metrics=["precision", "recall"])
        assert flat.values["precision"].value == 1 and flat.values["recall"].value < 0.2
        assert len(flat.warnings) == 1
        assert flat.warnings[0].startswith("precision is 1, but recall 0.1")
        assert "precision flatters pictures that are few, blurred or noise" in flat.warnings[0]
        alone = evaluate(few, real, network=Coarse(), metrics=["precision"]).warnings
        assert alone == flat.warnings  # whether or not recall was asked for
        for made in (drawn(2, 60), np.zeros_like(real), real):  # good; like none at all; copies
            found = evaluate(made, real, network=Coarse(), metrics=["precision", "recall"])
            assert found.warnings == ()
        assert evaluate(few, real, network=Coarse(), metrics=["recall"]).warnings == ()

    def test_a_precision_that_is_no_praise_flatters_nobody(self) -> None:
        real = drawn(1, 60)
        made = np.zeros_like(real)
        made[:4] = (
            np.maximum(real[0], 1) - 1
        )  # near to a real one, which is not in their balls of no size
        found = evaluate(made, real, network=Coarse(), metrics=["precision", "recall"])
        assert 0 < found.values["precision"].value < 0.1 and found.values["recall"].value == 0
        assert found.warnings == ()

    def test_want_of_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gathering, "ROOM", 12 * 4 * 30)
        found = evaluate(drawn(0), drawn(1), network=Coarse(), metrics=["recall"])
        assert "recall: of 30 of the 40 made pictures" in found.warnings[0]
        assert len(found.warnings) == 2


class TestGathering:
    def test_rows_are_a_fair_sample(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gathering, "ROOM", 4 * 500)
        rows = np.arange(5000, dtype=np.float32)[:, None]
        found = SetFeatures.of(rows, "net", labels=np.arange(5000))
        assert found.rows.shape == (500, 1) and found.count == 5000
        assert len(np.unique(found.rows)) == 500
        assert found.labels is not None and np.array_equal(found.labels, found.rows[:, 0])
        assert found.rows.mean() == pytest.approx(2500, abs=4 * 5000 / (12 * 500) ** 0.5)
        assert found.moments.mean == pytest.approx(2499.5)

    def test_the_parts_do_not_matter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gathering, "ROOM", 4 * 50)
        rows = np.arange(300, dtype=np.float32)[:, None]
        whole, parts = Gathering(), Gathering()
        whole.add(rows)
        for part in np.split(rows, [1, 60, 200]):
            parts.add(part)
        assert np.array_equal(whole.found()["rows"], parts.found()["rows"])

    @pytest.mark.parametrize("rows", [np.zeros(3), np.full((3, 2), np.nan), np.array([["a"]])])
    def test_what_are_no_features(self, rows: np.ndarray) -> None:
        with pytest.raises(ZeuxisError, match="features are N x D finite numbers"):
            SetFeatures.of(rows, "net")

    def test_features_of_another_network(self) -> None:
        rows = np.random.default_rng(0).normal(size=(2, 30, 4))
        one, other = SetFeatures.of(rows[0], "one"), SetFeatures.of(rows[1], "other")
        with pytest.raises(ZeuxisError, match="of one cannot be compared with those of other"):
            evaluate(one, other)
        assert evaluate(one, SetFeatures.of(rows[1], "one")).values["fid"].value > 0


class TestKeeping:
    def test_a_data_set_is_looked_at_once(self, cache: Path) -> None:
        network, made = keyed(), drawn(0)
        real = Set(drawn(1), np.arange(40) % 2, ("a", "b"), digest="of these")
        first = evaluate(made, real, network=network)
        looked = sum(network.seen)
        second = evaluate(made, real, network=network)
        assert sum(network.seen) == looked + 40
        same(first, second)
        assert len(list(cache.glob("features/*.npz"))) == 1
        there = describe(real, network, kept=True)
        assert there.classes == ("a", "b") and there.labels is not None and there.size == (6, 6)

    def test_content_decides(self, tmp_path: Path) -> None:
        network, place = keyed(), folder(tmp_path / "real", drawn(1))
        for expected in (40, 0, 40, 0):
            before = sum(network.seen)
            describe(place, network, size=(6, 6), kept=True)
            assert sum(network.seen) - before == expected
            if expected == 0:
                write(Picture.from_array(drawn(5)[0]), place / "000.png", overwrite=True)
        os.utime(place / "001.png", (1, 1))  # only what is in a file counts
        describe(place, network, size=(6, 6), kept=True)
        assert sum(network.seen) == 80

    def test_scores_are_kept(self) -> None:
        network = feature_network(Coarse())
        network.key = "with classes"
        real = Set(drawn(1), np.zeros(40, int), digest="these")
        first, second = (describe(real, network, kept=True) for _ in range(2))
        assert first.scores is not None and second.scores is not None
        np.testing.assert_array_equal(first.scores.scores(), second.scores.scores())
        np.testing.assert_array_equal(first.rows, second.rows)

    @pytest.mark.parametrize("share", [0, 0.3, 0.99])
    def test_damaged(self, cache: Path, share: float) -> None:
        network, real = keyed(), Set(drawn(1), np.zeros(40, int), digest="these")
        expected = describe(real, network, kept=True)
        (file,) = cache.glob("features/*.npz")
        content = file.read_bytes()
        file.write_bytes(content[: int(len(content) * share)])
        found = describe(real, network, kept=True)
        np.testing.assert_array_equal(found.rows, expected.rows)
        assert sum(network.seen) == 80 and file.read_bytes() == content

    def test_a_cache_that_takes_nothing(self, cache: Path) -> None:
        cache.write_text("a file in its place")
        real = Set(drawn(1), np.zeros(40, int), digest="these")
        found = evaluate(drawn(0), real, network=keyed(), metrics=["recall"])
        assert "could not be kept: cannot write" in found.warnings[0]
