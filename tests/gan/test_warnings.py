"""Warnings on numbers: silent while all is well, a sentence with what to try when it is not."""

from __future__ import annotations

import pytest

from zeuxis.gan.training.warnings import (
    discriminator_has_won,
    memorization,
    not_finite,
    overfitting,
    samples_get_worse,
    samples_grow_alike,
)

STUCK, BETTER = [9.0, 5.0, 6.0, 7.0, 8.0], [9.0, 8.0, 7.0, 6.0, 5.0]


def test_a_discriminator_that_is_sure_while_nothing_gets_better_has_won() -> None:
    sentence = discriminator_has_won([0.9, 0.95, 0.99, 1.0, 0.995], STUCK)
    assert sentence is not None
    assert "won" in sentence and "99.0%" in sentence and "--r1-gamma" in sentence


@pytest.mark.parametrize(
    ("separations", "scores"),
    [
        ([0.9, 0.95, 0.99, 1.0, 0.995], BETTER),  # sure, but the generator learns from it
        ([1.0, 1.0, 0.99, 0.9, 1.0], STUCK),  # not every time
        ([1.0, 1.0], [5.0, 6.0]),  # too early to say
        ([1.0, 1.0, 1.0], [5.0, 6.0, 7.0]),  # nothing before to compare with
        ([], []),
    ],
)
def test_a_discriminator_that_has_not_won(separations: list[float], scores: list[float]) -> None:
    assert discriminator_has_won(separations, scores) is None


def test_samples_that_are_near_to_one_another_have_collapsed() -> None:
    sentence = samples_grow_alike([0.9, 0.8, 0.3, 0.2, 0.1], [1.0] * 5, STUCK)
    assert sentence is not None
    assert "alike" in sentence and "vary 10%" in sentence and "--batch-size" in sentence


def test_so_have_a_few_that_are_made_again_and_again() -> None:
    sentence = samples_grow_alike([1.0] * 5, [0.3, 0.2, 0.25, 0.2, 0.3], STUCK)
    assert sentence is not None and "differs 30%" in sentence


@pytest.mark.parametrize(
    ("values", "scores"),
    [
        ([0.02, 0.05, 0.1, 0.2, 0.4], BETTER),  # the beginning
        ([1.2, 0.9, 0.5, 0.5, 0.5], BETTER),  # vague, and on the way to the middle
        ([0.9, 0.3, 0.9, 0.3, 0.9], STUCK),
        ([1.0, 0.9, 0.95, 0.9, 0.9], STUCK),
        ([0.1], [3.0]),
        ([], []),
    ],
)
def test_samples_that_are_varied_enough(values: list[float], scores: list[float]) -> None:
    well = [1.0] * len(values)
    assert samples_grow_alike(values, well, scores) is None
    assert samples_grow_alike(well, values, scores) is None


def test_samples_that_were_much_better_get_worse() -> None:
    sentence = samples_get_worse([9.0, 4.0, 8.0, 6.0, 9.0])
    assert sentence is not None
    assert "worse" in sentence and "1.5 times" in sentence and "kept" in sentence


@pytest.mark.parametrize(
    "scores",
    [
        BETTER,
        [9.0, 4.0, 8.0, 5.9, 9.0],  # a little
        [4.0, 8.0, 8.0],  # not for long
        [0.0, 1.0, 1.0, 1.0],  # nothing to compare with
        [],
    ],
)
def test_samples_that_do_not_get_worse(scores: list[float]) -> None:
    assert samples_get_worse(scores) is None


def test_memorization_is_the_way_from_training_to_made_pictures() -> None:
    training, held_out, made = [4.0] * 50, [1.0] * 50, [0.0] * 50
    assert memorization(training, held_out, made) == pytest.approx(0.75)
    assert memorization(training, training, made) == 0
    assert memorization(training, made, made) == 1
    assert memorization(training, [-3.0] * 9, made) == 1  # no more than wholly


def test_memorization_forgives_what_chance_may_do() -> None:
    """Logits 2 and 0 have a variance of 4/3 with four of each: twice the standard error is taken off."""
    training, held_out = [4.0, 2.0, 4.0, 2.0], [2.0, 0.0, 2.0, 0.0]
    error = ((4 / 3 / 4) * 2) ** 0.5
    assert memorization(training, held_out, [-7.0] * 4) == pytest.approx((2 - 2 * error) / 10)
    assert memorization(training[:2], held_out[:2], [-7.0] * 4) == 0


@pytest.mark.parametrize("made", [[], [5.0, 6.0]])
def test_memorization_without_anything_to_compare(made: list[float]) -> None:
    assert memorization([4.0, 4.0], [1.0, 1.0], made) == 0
    assert memorization([4.0], [1.0, 1.0], [0.0]) == 0


def test_overfitting_lasts() -> None:
    assert overfitting([0.1, 0.6, 0.7, 0.8]) is not None
    assert "80%" in str(overfitting([0.1, 0.6, 0.7, 0.8]))
    assert overfitting([0.6, 0.7, 0.3]) is None
    assert overfitting([0.9, 0.9]) is None


def test_a_step_back_says_where_to_and_how_on() -> None:
    sentence = not_finite(120, 100, 0.25)
    assert all(word in sentence for word in ("step 120", "step 100", "0.25"))
