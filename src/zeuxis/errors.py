"""The one exception type for what a user can cause, and what the system has to say of it."""


class ZeuxisError(Exception):
    """A mistake the user can mend, told in one sentence.

    The message says what was wrong, with which file or value, and what to do about it. The command line
    prints it as it is and exits with status 2.
    """


def reason(error: OSError) -> str:
    """What the system said, without the number and the file name."""
    return (error.strerror or str(error)).lower()
