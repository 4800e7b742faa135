"""What the discriminator's pictures go through, so that it cannot learn a small set of them by heart."""
