"""What networks that know of classes are made of."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks.conditional import ConditionalBatchNorm, Joined, Projection
from zeuxis.gan.networks.shape import Shape


def test_latents_are_joined_by_their_class() -> None:
    joined = Joined(Shape(8, 8, classes=3, latent_dim=5))
    latents, labels = torch.randn(4, 5), torch.tensor([2, 0, 2, 1])
    styles = joined(latents, labels)
    assert joined.embedding is not None
    assert styles.shape == (4, joined.style_dim) == (4, 5 + joined.class_dim)
    assert torch.equal(styles[:, :5], latents)
    assert torch.equal(styles[:, 5:], joined.embedding.weight[labels])


def test_without_classes_latents_stay_alone() -> None:
    joined = Joined(Shape(8, 8, latent_dim=5))
    latents = torch.randn(4, 5)
    assert torch.equal(joined(latents, None), latents)
    assert joined.style_dim == 5 and not list(joined.parameters())


def test_conditional_normalisation_is_equation_four() -> None:
    torch.manual_seed(0)
    norm = ConditionalBatchNorm(3, class_dim=2)
    x, embedded = torch.randn(4, 3, 5, 5), torch.randn(4, 2)
    assert norm.scale is not None and norm.shift is not None
    mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
    expected = torch.empty_like(x)
    for n in range(4):
        for c in range(3):
            plain = (x[n, c] - mean[c]) / torch.sqrt(variance[c] + 1e-5)
            gain = 1 + norm.scale.weight[c] @ embedded[n]
            expected[n, c] = gain * plain + norm.shift.weight[c] @ embedded[n]
    torch.testing.assert_close(norm(x, embedded), expected)


def test_without_classes_it_is_plain_batch_normalisation() -> None:
    norm, x = ConditionalBatchNorm(3, class_dim=0), torch.randn(4, 3, 5, 5)
    torch.testing.assert_close(norm(x, torch.empty(4, 0)), nn.BatchNorm2d(3)(x))
    assert sum(p.numel() for p in norm.parameters()) == 6


def test_a_projection_is_a_product_with_the_class() -> None:
    projection = Projection(3, channels=5)
    assert projection.embedding is not None
    logits, features, labels = torch.randn(2, 1, 1, 1), torch.randn(2, 5), torch.tensor([2, 1])
    expected = [
        logits[n, 0, 0, 0] + features[n] @ projection.embedding.weight[labels[n]] for n in (0, 1)
    ]
    torch.testing.assert_close(projection(logits, features, labels), torch.stack(expected))
    assert torch.equal(Projection(0, 5)(logits, features, None), logits.flatten())


def test_a_class_that_was_not_given_is_asked_for() -> None:
    shape = Shape(8, 8, classes=3, latent_dim=5)
    with pytest.raises(ZeuxisError, match="were made for classes"):
        Joined(shape)(torch.randn(2, 5), None)
    with pytest.raises(ZeuxisError, match="were made for classes"):
        Projection(3, 5)(torch.randn(2), torch.randn(2, 5), None)
