import errno
import os
import stat
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save as plain_save

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, files, load, read_card, save

CARD = Card(name="grapes", kind="vgg16", seed=3, extra={"input": {"order": "BGR"}})
TENSORS = {
    "a": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "half": np.linspace(-1, 1, 5).astype(np.float16),
    "count": np.array(7, np.int64),
    "none": np.zeros((0, 3), np.float32),
}


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.safetensors"
    save(path, TENSORS, CARD)
    return path


def assert_same(first, second):
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert array.dtype == second[name].dtype
        assert array.shape == second[name].shape
        np.testing.assert_array_equal(array, second[name])


def sentence(call, path):
    """The one sentence that a bad file is refused with."""
    with pytest.raises(ZeuxisError) as caught:
        call(path)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    return text


def test_round_trip(saved):
    tensors, card = load(saved)
    assert_same(tensors, TENSORS)
    assert card == CARD == read_card(saved)
    tensors["a"][0] = 0  # ours to change


@given(
    hnp.arrays(
        st.sampled_from([np.float16, np.float32, np.uint8, np.bool_, np.int64]),
        hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
    )
)
def test_any_array_survives(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("any") / "m.safetensors"
    save(path, {"x": array}, CARD)
    assert_same(load(path)[0], {"x": array})


def test_arrays_that_do_not_lie_in_order(tmp_path):
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    path = tmp_path / "m.safetensors"
    save(path, {"turned": array.T, "skipping": array[:, ::2], "foreign": array.astype(">f4")}, CARD)
    assert_same(load(path)[0], {"turned": array.T, "skipping": array[:, ::2], "foreign": array})


def test_same_input_gives_the_same_bytes(tmp_path, saved):
    again = tmp_path / "again.safetensors"
    save(again, dict(reversed(TENSORS.items())), CARD)
    assert again.read_bytes() == saved.read_bytes()


def test_folders_are_made_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "new" / "folder" / "m.safetensors"
    save(path, TENSORS, CARD)
    save(path, {}, CARD)
    assert load(path)[0] == {}
    assert os.listdir(path.parent) == [path.name]


def test_file_mode_follows_the_umask(tmp_path):
    old = os.umask(0o022)
    try:
        save(tmp_path / "m.safetensors", TENSORS, CARD)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "m.safetensors").stat().st_mode) == 0o644


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyError()])
def test_failed_write_keeps_the_old_file(saved, monkeypatch, failure):
    def fail(_):
        raise failure

    before = saved.read_bytes()
    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(ZeuxisError if isinstance(failure, OSError) else KeyError) as caught:
        save(saved, {"x": np.ones(3)}, CARD)
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == [saved.name]
    if isinstance(failure, OSError):
        assert f"cannot write {saved}: no space left on device" in str(caught.value)


def test_folder_in_the_way(tmp_path):
    assert "directory" in sentence(lambda path: save(path, TENSORS, CARD), tmp_path)
    blocked = tmp_path / "file" / "m.safetensors"
    blocked.parent.write_text("not a folder")
    assert "cannot write" in sentence(lambda path: save(path, TENSORS, CARD), blocked)


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([object()])])
def test_array_without_numbers_is_refused(tmp_path, array):
    with pytest.raises(ZeuxisError, match="cannot keep 'grapes'"):
        save(tmp_path / "m.safetensors", {"x": array}, CARD)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("call", [load, read_card])
class TestRefused:
    def test_missing(self, call, tmp_path):
        assert "does not exist" in sentence(call, tmp_path / "nothing.safetensors")

    def test_folder(self, call, tmp_path):
        assert "is a folder" in sentence(call, tmp_path)

    def test_inside_a_file(self, call, saved):
        assert "cannot read" in sentence(call, saved / "model.safetensors")

    def test_empty(self, call, tmp_path):
        path = tmp_path / "m.safetensors"
        path.touch()
        assert "is empty" in sentence(call, path)

    @pytest.mark.parametrize("kept", [1, 8, 60, 300, -1])
    def test_truncated(self, call, saved, kept):
        saved.write_bytes(saved.read_bytes()[:kept])
        assert "truncated" in sentence(call, saved)

    def test_longer(self, call, saved):
        saved.write_bytes(saved.read_bytes() + b"x")
        assert "truncated or is not" in sentence(call, saved)

    @pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" * 20, b"PK\x03\x04" * 99, b"{}" * 9])
    def test_something_else(self, call, tmp_path, content):
        path = tmp_path / "m.safetensors"
        path.write_bytes(content)
        assert "not a safetensors file" in sentence(call, path)

    @pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}])
    def test_without_card(self, call, tmp_path, metadata):
        path = tmp_path / "m.safetensors"
        path.write_bytes(plain_save(TENSORS, metadata))
        assert "no Zeuxis card" in sentence(call, path)

    @pytest.mark.parametrize("text", ["", "{", "null", '{"format": 1}', '{"format": 9}'])
    def test_with_a_broken_card(self, call, tmp_path, text):
        path = tmp_path / "m.safetensors"
        path.write_bytes(plain_save(TENSORS, {"zeuxis_card": text}))
        assert "cannot use" in sentence(call, path)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_without_permission(self, call, saved):
        saved.chmod(0)
        assert "permission" in sentence(call, saved)


def test_one_flipped_bit_anywhere_is_noticed(saved):
    good = saved.read_bytes()
    for place in range(0, len(good), 7):
        changed = bytearray(good)
        changed[place] ^= 4
        saved.write_bytes(changed)
        sentence(load, saved)


def test_altered_tensor_and_altered_card_are_named_as_such(saved):
    good = saved.read_bytes()
    for changed in (good[:-1] + bytes([good[-1] ^ 1]), good.replace(b"grapes", b"curtin")):
        assert changed != good
        saved.write_bytes(changed)
        assert "altered after it was saved" in sentence(load, saved)


def test_card_without_digest_is_refused_by_load(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(plain_save(TENSORS, {"zeuxis_card": CARD.to_json()}))
    assert "altered" in sentence(load, path)


def test_import_is_quick_and_free_of_torch():
    code = "import sys, zeuxis.models; print('torch' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"
