"""What the studio does: a file a verb, all of them in `verbs`."""

from zeuxis.studio.verbs import paint, sample, stylize, train, upscale
from zeuxis.studio.verbs.verb import Field, File, Prepared, Verb, register, verbs

__all__ = ["Field", "File", "Prepared", "Verb", "register", "verbs"]

_ALL = (stylize.VERB, upscale.VERB, paint.VERB, sample.SAMPLE, sample.BLEND, train.VERB)
for _verb in _ALL:
    register(_verb)
