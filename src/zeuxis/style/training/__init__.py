"""Teach a network to paint: Johnson et al. 2016, with one row of numbers a style (Dumoulin et al. 2017)."""
