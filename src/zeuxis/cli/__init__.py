"""The command `zeuxis`: doors to the rooms, with no work of their own."""
