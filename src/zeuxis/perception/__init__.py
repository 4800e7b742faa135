"""The network that sees: VGG features, where their weights come from, and losses made of them.

Nothing is imported here, so that finding weights (`zeuxis.perception.sources`) needs no torch.
"""
