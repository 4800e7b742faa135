import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # any text, lone surrogates and quotes included
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.text(),
    st.none() | st.integers(),
    st.dictionaries(st.text(), FINITE, max_size=3),
    st.dictionaries(st.text(), JSON, max_size=3),
)
def test_any_card_survives_json(text, seed, metrics, extra):
    card = Card(name=text, kind="vgg16", source=text, seed=seed, metrics=metrics, extra=extra)
    assert Card.from_json(card.to_json()) == card


def test_every_field_survives_json():
    values = {
        item.name: f"<{item.name}>" for item in dataclasses.fields(Card) if item.type is str
    } | {"seed": 7, "metrics": {"fid": 12.5}, "extra": {"input": {"mean": [1, 2.5]}}}
    assert set(values) == {item.name for item in dataclasses.fields(Card)}
    assert dataclasses.asdict(Card.from_json(Card(**values).to_json())) == values


def test_json_does_not_depend_on_the_order_of_keys():
    first = Card("a", "b", metrics={"x": 1.0, "y": 2.0})
    assert first.to_json() == Card("a", "b", metrics={"y": 2.0, "x": 1.0}).to_json()


def test_fields_of_a_later_version_are_left_out():
    values = json.loads(Card("a", "b").to_json()) | {"colour": "red"}
    assert Card.from_json(json.dumps(values)) == Card("a", "b")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_json_cannot_hold_is_refused_by_name(value):
    with pytest.raises(ZeuxisError, match="card of 'grapes'"):
        Card("grapes", "b", extra={"value": value}).to_json()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"format": 1, "name": "a", "kind": "b", "metrics": {"x": NaN}}', "not valid JSON"),
        ("[]", "not a JSON object"),
        ('{"name": "a", "kind": "b"}', "format None"),
        ('{"format": 2, "name": "a", "kind": "b"}', "update Zeuxis"),
        ('{"format": 1, "name": "a"}', "lacks kind"),
        ('{"format": 1}', "lacks name and kind"),
        ('{"format": 1, "name": 5, "kind": "b"}', "'name' is 5"),
        ('{"format": 1, "name": "a", "kind": "b", "seed": "x"}', "'seed' is 'x'"),
        ('{"format": 1, "name": "a", "kind": "b", "extra": []}', "'extra' is"),
    ],
)
def test_text_that_is_no_card_is_refused(text, complaint):
    with pytest.raises(ZeuxisError, match=complaint):
        Card.from_json(text)
