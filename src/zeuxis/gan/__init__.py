"""Generative adversarial networks: Goodfellow et al. 2014, Radford et al. 2016 and after."""
