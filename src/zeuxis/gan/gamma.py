"""A first guess at the weight of R1, for pictures of any size."""

from zeuxis.errors import ZeuxisError


def r1_gamma_for(height: int, width: int, batch_size: int) -> float:
    """The weight of R1 to try first: 0.0002 x height x width / batch_size / 4.

    It is the rule of StyleGAN2-ADA's published code (Karras et al. 2020, configuration `auto`:
    0.0002 r² / batch for r x r pixels), with the number of pixels in place of r². A judgement is spread over
    more pixels, so that the slope at each is smaller; a larger batch is less noisy and needs less to hold it.
    The 4 is not theirs: their pictures are in [-1, 1], where the squared slope is a quarter of the one that
    `slope_penalty` measures, in [0, 1].

    It knows nothing of the data, the networks, the loss, the learning rates, or whether there is R2 too.
    Where its authors chose by hand, for StyleGAN2 with the non-saturating loss, they took 3 times of it
    (CIFAR-10, 32 pixels), 5 times (256 pixels) and 0.3 times (1024 pixels). So try a few values, each 2 to 4
    times the last: higher if training is unsteady or the samples grow alike, lower if they stay vague.

    Args:
        height: of the pictures, in pixels.
        width: of the pictures, in pixels.
        batch_size: real pictures a step, over all processes.

    Raises:
        ZeuxisError: if one of them is less than 1.
    """
    if min(height, width, batch_size) < 1:
        raise ZeuxisError(
            f"there is no gamma for {width}x{height} pixels in batches of {batch_size}: "
            "give numbers from 1"
        )
    return 0.0002 * height * width / batch_size / 4
