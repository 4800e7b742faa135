"""The one exception type for what a user can cause."""


class ZeuxisError(Exception):
    """A mistake the user can mend, told in one sentence.

    The message says what was wrong, with which file or value, and what to do about it. The command line
    prints it as it is and exits with status 2.
    """
