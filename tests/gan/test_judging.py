"""What a generator makes beside real pictures."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from zeuxis import ZeuxisError
from zeuxis.data import prepare
from zeuxis.gan import GanSettings, Generator
from zeuxis.gan.finding import find
from zeuxis.gan.judging.course import course
from zeuxis.gan.judging.judge import judge
from zeuxis.gan.judging.made import Kept, common, order_for, shared_out
from zeuxis.gan.judging.real import real_pictures
from zeuxis.gan.judging.settings import JudgeSettings
from zeuxis.gan.training.run import train
from zeuxis.metrics.sets import evaluate

KNOBS = GanSettings(
    network="mlp", capacity=0.1, latent_dim=6, batch_size=8, steps=2, precision="float32"
)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def eye(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network that sees 4 x 4 means, in a file."""
    shape = ["n", 3, "h", "w"]
    pictures = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, shape)
    seen = helper.make_tensor_value_info("seen", TensorProto.FLOAT, ["n", "d"])
    pool = helper.make_node(
        "AveragePool", ["pictures"], ["means"], kernel_shape=[4, 4], strides=[4, 4]
    )
    flat = helper.make_node("Flatten", ["means"], ["seen"])
    graph = helper.make_graph([pool, flat], "eye", [pictures], [seen])
    path = tmp_path_factory.mktemp("eye") / "eye.onnx"
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path
    )
    return str(path)


@pytest.fixture(scope="module")
def discs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """240 grey pictures of two classes, of which a run holds out twenty; 40 more to test with."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 120, (280, 16, 16), np.uint8)
    labels = (np.arange(280) % 4 == 0).astype(np.int64)
    pixels[labels == 1] += 100
    path = tmp_path_factory.mktemp("data") / "discs.npz"
    parts = {"x_train": pixels[:240], "y_train": labels[:240]}
    np.savez(path, **parts, x_test=pixels[240:], y_test=labels[240:])
    return path


@pytest.fixture(scope="module")
def run(discs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on them that knows classes."""
    folder = tmp_path_factory.mktemp("runs") / "discs-1"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZEUXIS_CACHE", str(tmp_path_factory.mktemp("cache")))
        train(discs, folder, replace(KNOBS, conditional=True))
    return folder


def few(eye: str, **knobs: object) -> JudgeSettings:
    return JudgeSettings(**({"network": eye, "samples": 40} | knobs))  # type: ignore[arg-type]


def test_pictures_are_shared_out_as_real_ones_are() -> None:
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    assert shared_out(labels, 100) == {0: 50, 1: 30, 2: 20}
    assert shared_out(labels, 5) == {0: 3, 1: 1, 2: 1}
    assert shared_out(labels, 1) == {0: 1}


@pytest.mark.parametrize(
    ("own", "others", "found"),
    [
        (["shoe", "hat"], ["Hat", "shoe"], {1: 0, 0: 1}),
        (["shoe", "hat"], ["hat"], {1: 0}),
        (["shoe", "hat"], ["0", "1"], {0: 0, 1: 1}),
        (["1", "0"], ["0", "1"], {0: 0, 1: 1}),
        (["shoe", "hat"], ["hat", "bag"], None),
        (["shoe", "hat"], ["0", "1", "2"], None),
        ([], ["hat"], None),
        (["shoe"], [], None),
    ],
)
def test_common_classes(own: list[str], others: list[str], found: dict[int, int] | None) -> None:
    assert common(own, others) == found


def test_what_is_made_can_be_sampled_by_anyone(run: Path) -> None:
    generator = Generator.load(run)
    labels = np.repeat([1, 0], [30, 10])
    order = order_for(generator, ("1", "0"), labels, 8, seed=3, truncation=0.7)
    assert order.classes == {1: 2, 0: 6} or order.classes == {0: 6, 1: 2}
    made = np.concatenate(list(order.made()))
    said = order.labels
    assert said is not None and sorted(said.tolist()) == [0, 0, 1, 1, 1, 1, 1, 1]
    for label, count in order.classes.items():
        alone = generator.sample(count, seed=6 + label, truncation_psi=0.7, label=str(label))
        at = [each for each, other in enumerate(said) if order.names[label] == other]  # type: ignore[index]
        assert np.array_equal(made[at], alone.array)
    plain = order_for(generator, (), labels, 8, seed=3)
    assert plain.labels is None
    assert np.array_equal(np.concatenate(list(plain.made())), generator.sample(8, seed=3).array)


def test_numbers_are_those_of_the_pictures(run: Path, discs: Path, eye: str) -> None:
    found = judge(run, discs, few(eye, bootstrap=5))
    generator = Generator.load(run)
    whole = prepare(discs, height=16, width=16, channels=1, classes=True)
    made = [generator.sample(n, seed=each, label=str(each)).array for each, n in ((0, 30), (1, 10))]
    by_hand = evaluate(np.concatenate(made), whole.pictures, network=eye, bootstrap=5)
    for metric, value in by_hand.values.items():
        assert found.evaluation.values[metric].value == pytest.approx(value.value, rel=1e-6)
    low, high = (found.evaluation.values["fid"].low, found.evaluation.values["fid"].high)
    assert low is not None and high is not None and low < high
    assert (found.evaluation.made, found.evaluation.real) == (40, 240)
    assert list(found.evaluation.per_class) == ["0", "1"]
    mean = np.mean([each.value for each in found.evaluation.per_class.values()])
    assert found.evaluation.values["intra_fid"].value == pytest.approx(mean)
    assert found.evaluation.network == "eye.onnx:seen"
    assert json.loads(json.dumps(found.plain()))["settings"]["samples"] == 40


@pytest.mark.parametrize(
    ("which", "count", "said"),
    [
        ("all", 240, "all 240 pictures of {data}, of which {run} learned from 220"),
        ("training", 220, "all 220 pictures of {data} that {run} learned from"),
        ("held-out", 20, "all 20 pictures of {data} that {run} held out"),
        ("test", 40, "all 40 pictures of the test part of {data}"),
    ],
)
def test_which_pictures(which: str, count: int, said: str, run: Path, discs: Path) -> None:
    real = real_pictures(Generator.load(run), discs, which)
    assert len(real.pictures) == count and real.what == said.format(data=discs, run=run)
    assert len(real.known) == 220
    whole = prepare(discs, height=16, width=16, channels=1, classes=True).pictures
    if which == "held-out":
        assert np.array_equal(real.pictures.pictures, whole[220:])
    if which in ("all", "training"):
        assert np.array_equal(real.pictures.pictures, whole[:count])


def test_some_of_them(run: Path, discs: Path) -> None:
    real = real_pictures(Generator.load(run), discs, "training", 100)
    assert len(real.pictures) == len(real.known) == 100
    assert real.what.startswith("100 of 220 pictures")
    assert real.pictures.digest == real.known.digest  # looked at once


def test_nobody_knows_what_a_model_file_learned_from(
    run: Path, discs: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes((run / "generator.safetensors").read_bytes())
    generator = Generator.load(file)
    assert real_pictures(generator, discs).what == f"all 240 pictures of {discs}"
    with pytest.raises(ZeuxisError, match="nobody knows which pictures of .* are held-out ones"):
        real_pictures(generator, discs, "held-out")


def test_too_few_are_refused_before_they_are_looked_at(
    run: Path, discs: Path, eye: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def watch(what: str, *_: object) -> None:
        told.append(what)

    with pytest.raises(ZeuxisError, match="but 5 made ones are there"):
        judge(run, discs, few(eye, samples=5), progress=watch)
    assert told == []
    whole = real_pictures(Generator.load(run), discs, "held-out")
    four = replace(whole, pictures=whole.pictures.split(16)[0])
    monkeypatch.setattr("zeuxis.gan.judging.judge.real_pictures", lambda *_: four)
    with pytest.raises(ZeuxisError, match="but 4 real ones are there"):
        judge(run, discs, few(eye, pictures="held-out"), progress=watch)
    assert "made pictures seen" not in told


def test_too_few_to_hold_out(dots: Path, tmp_path: Path) -> None:
    train(dots, tmp_path / "run", KNOBS)
    with pytest.raises(ZeuxisError, match="held out none of its 24 pictures"):
        real_pictures(Generator.load(tmp_path / "run"), dots, "held-out")


def test_other_colours_are_said(run: Path, dots: Path, eye: str) -> None:
    found = judge(run, dots, few(eye))
    notes = " ".join(found.evaluation.warnings)
    assert "the generator makes grey pictures and those of" in notes and "coloured" in notes
    assert "the classes of the data, dark, light, are not those of the generator, 0, 1" in notes
    assert not found.evaluation.per_class and found.made.endswith("of all classes in turn")


def test_a_class_of_one_is_not_measured(run: Path, discs: Path, eye: str) -> None:
    found = judge(run, discs, few(eye, samples=6, metrics=("fid",)))
    assert not found.evaluation.per_class
    assert "a class has fewer than two pictures" in found.evaluation.warnings[0]


def test_a_report(run: Path, discs: Path, eye: str, tmp_path: Path) -> None:
    told: list[str] = []
    file = tmp_path / "report.html"
    found = judge(run, discs, few(eye), report=file, progress=lambda what, *_: told.append(what))
    text = file.read_text(encoding="utf-8")
    for said in ("Samples", "Learned by heart?", "Worst and best", "Class by class", "The run"):
        assert f"<h2>{said}</h2>" in text
    assert f"zeuxis evaluate gan {run} --data {discs} --network {eye}" in text
    assert "discs-1 beside discs.npz" in text and "mlp" in text and "generator loss" in text
    assert {"made pictures seen", "real pictures seen", "compared", "drawn"} <= set(told)
    # with the report or without: the same numbers
    assert judge(run, discs, few(eye)).evaluation == found.evaluation


def test_copies_are_looked_for_among_what_was_learned_from(
    run: Path, discs: Path, eye: str, tmp_path: Path
) -> None:
    told: list[str] = []
    file = tmp_path / "report.html"
    settings = few(eye, pictures="test")
    judge(run, discs, settings, report=file, progress=lambda what, *_: told.append(what))
    assert "training pictures seen" in told
    assert f"all 220 pictures that {run} learned from" in file.read_text(encoding="utf-8")


def test_what_is_kept_for_the_report_is_what_went_by(run: Path, tmp_path: Path) -> None:
    order = order_for(Generator.load(run), (), np.zeros(1, np.int64), 300)
    with (tmp_path / "kept").open("w+b") as file:
        kept = Kept(file, order)
        passed = np.concatenate(list(kept.passing(order.made())))
        assert np.array_equal(kept.pictures, passed) and len(passed) == 300


def test_no_room_for_the_report() -> None:
    class Full(io.BytesIO):
        def write(self, content: object) -> int:
            raise OSError(28, "No space left on device")

    order = order_for(Generator.load("fashion"), (), np.zeros(1, np.int64), 10)
    with pytest.raises(ZeuxisError, match="no space left on device; set TMPDIR"):
        next(Kept(Full(), order).passing(order.made()))


def test_the_course_of_a_run(tmp_path: Path, run: Path) -> None:
    section = course(find(run))
    assert section is not None and len(section.drawings) == 1  # of losses: one look is no curve
    assert section.text[0].startswith(
        "2 steps, 0.016 thousand real pictures. The best score of the only look was "
    )
    look = {"variety": 1.0, "memorization": 0.0, "separation": 0.5, "a_loss": 1.0}
    looks = [look | {"step": n, "kimg": n, "score": 30.0 - n} for n in (1, 2)]
    (tmp_path / "metrics.jsonl").write_text("\n".join(json.dumps(each) for each in looks))
    section = course(tmp_path / "generator.safetensors")
    assert section is not None and len(section.drawings) == 3
    assert section.text[0].endswith("The best score of 2 looks was 28.")
    (tmp_path / "metrics.jsonl").unlink()
    assert course(tmp_path / "generator.safetensors") is None
    assert course(find("fashion")) is None
    edited = [{"step": 1, "kimg": 2.5, "score": None}, [], {"step": "x"}, {"a_loss": 1}]
    lines = "\n".join(json.dumps(each) for each in edited)
    (tmp_path / "metrics.jsonl").write_text(lines + '\n{"step": 3, "ki')
    assert course(tmp_path / "generator.safetensors") is None


@pytest.mark.parametrize(
    ("source", "knobs", "sentence"),
    [
        ("empty", {}, "there is no generator.safetensors in empty"),
        ("nothing", {}, "there is no generator nothing"),
        ("run", {"metrics": ("fidd",)}, "metrics is .* but must be one of fid, kid"),
        ("run", {"network": "vgg99"}, "there is no feature network 'vgg99'"),
        ("run", {"samples": 1}, "samples is 1, but must be between 2 and"),
        ("run", {"samples": 4}, "need 6 pictures of either side, but 4 made ones are there"),
        ("run", {"network": "vgg16", "metrics": ("inception_score",)}, "needs a classifier"),
    ],
)
def test_mistakes(
    source: str,
    knobs: dict[str, object],
    sentence: str,
    run: Path,
    discs: Path,
    eye: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    with pytest.raises(ZeuxisError, match=sentence):
        judge(run if source == "run" else source, discs, few(eye, **knobs), report="a.html")
    assert not Path("a.html").exists()
