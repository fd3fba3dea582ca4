"""What is done with values of a forecast before a model reads them, and why."""

from msgspec import Struct


class TargetTransforms(Struct, frozen=True, kw_only=True):
    """What is done with a target, and why; as in `Transforms`."""

    logarithm: bool
    differenced: bool
    reason: str


class Transforms(Struct, frozen=True, kw_only=True):
    """What is done with values before a model reads them, all of it decided on training data.

    logarithm, differenced and reason are of the first target, where there are several.

    scaling:     how inputs are scaled, in words.
    logarithm:   whether logarithms of the target are taken.
    differenced: whether changes of the target are forecast in place of its level.
    outside:     columns that end outside the range in which they begin; of these, changes are read,
                 and no levels.
    reason:      why, with the figures that decided.
    others:      what is done with each further target.
    elapsed:     whether the time since the row before is read too, as a logarithm.
    """

    scaling: str
    logarithm: bool = False
    differenced: bool = False
    outside: tuple[str, ...] = ()
    reason: str
    others: tuple[TargetTransforms, ...] = ()
    elapsed: bool = False

    @property
    def of_targets(self) -> tuple[TargetTransforms, ...]:
        """What is done with each target."""
        first = TargetTransforms(
            logarithm=self.logarithm, differenced=self.differenced, reason=self.reason
        )
        return (first, *self.others)
