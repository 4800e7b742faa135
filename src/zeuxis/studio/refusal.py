"""What the service says no to."""

from zeuxis.errors import ZeuxisError


class Refused(ZeuxisError):  # noqa: N818 - as it reads
    """A request that is not done, in one sentence.

    Args:
        status: of HTTP, 400 to 499, or 503.
        sentence: what was wrong, and what to do.
        retry_after: seconds after which the same request may be taken; None where time does not help.
    """

    def __init__(self, status: int, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.retry_after = status, retry_after
