"""Claims: sentences that can be wrong, with the measurements that decide them and their looks."""

from msgspec import Struct
from msgspec.structs import replace

from rnnbench.records.reading import Question, Reading
from rnnbench.records.side import LearningSide


class Claim(Struct, frozen=True, kw_only=True):
    """A sentence that people repeat, and how it is tested.

    parts:      whether its readings are parts that must all be true, rather than ways of reading
                it.
    core:       whether it belongs to the claims that are run first.
    most_seeds: largest number of seeds, where seeds are added until the claim is decided.
    looked:     numbers of seeds of the looks made by hand.
    at_looks:   numbers of seeds of the looks that a rule makes on the way.
    settling:   number of seeds that was to decide the claim in its first run; 0 where unknown.
    evenly:     whether looks at fewer seeds were planned, each with a fair chance to decide.
    looks:      number of looks of a rule, for records of older versions that hold nothing else of
                them.
    seeds_end:  end of the seeds that were run (exclusive); 0 where only their number is known.
    changed:    dates on which the claim was changed while results existed already.
    """

    name: str
    sentence: str
    readings: tuple[Reading, ...]
    note: str = ""
    parts: bool = False
    core: bool = False
    most_seeds: int = 30
    looks: int = 1
    looked: tuple[int, ...] = ()
    at_looks: tuple[int, ...] = ()
    settling: int = 0
    evenly: bool = False
    seeds_end: int = 0
    changed: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What the claim needs and is not installed, without repetition."""
        missing: list[str] = []
        for reading in self.readings:
            missing += reading.missing
        return tuple(dict.fromkeys(missing))

    @property
    def family(self) -> int:
        """Number of conditions that are decided together; a reading that cannot be tested counts as
        one."""
        return sum(len(reading.questions) + bool(reading.missing) for reading in self.readings)

    @property
    def seeds(self) -> int | None:
        """End of the seeds by which the claim is judged (exclusive); None where it is unknown."""
        looks = (*self.looked, *self.by_rule)
        return max(max(looks), self.seeds_end) if looks else None

    @property
    def by_rule(self) -> tuple[int, ...]:
        """Numbers of seeds at which a rule looks at the claim.

        Older records hold only the number of looks. These are taken to be at 10, 15, 20, ... seeds
        if that fits, and to be spread evenly up to `most_seeds` otherwise.
        """
        if self.at_looks or self.looks == 1:
            return self.at_looks
        usual = tuple(range(10, self.most_seeds + 1, 5))
        if len(usual) == self.looks:
            return usual
        return tuple(self.most_seeds * (place + 1) // self.looks for place in range(self.looks))

    @property
    def plan(self) -> tuple[int, bool]:
        """Number of seeds that is to decide the claim, and whether fewer seeds have a fair chance.

        The number is 0 where it is unknown.
        """
        if self.settling:
            return self.settling, self.evenly
        if self.by_rule:
            return self.by_rule[-1], True
        return min(self.looked, default=0), False

    def after(self, before: "Claim | None", seeds: int, seeds_end: int = 0) -> "Claim":
        """Return this claim with the looks of an earlier record, and those that are still to come.

        A claim with a rule keeps the looks ahead of the latest one. A claim without a rule gets a
        look by hand at `seeds` seeds. The number of seeds that was to decide the claim at first is
        kept.

        before:    the claim as it was recorded with earlier results.
        seeds_end: end of the seeds of this run (exclusive).
        """
        earlier = before or replace(self, looked=(), at_looks=(), looks=1)
        latest = max((*earlier.looked, *earlier.by_rule), default=0)
        ahead = [look for look in self.at_looks if look >= latest]
        looked = set(earlier.looked)
        end = earlier.seeds_end
        if not self.at_looks:
            looked.add(seeds)
            if seeds_end > seeds:
                end = max(end, seeds_end)
        after = replace(
            self,
            looks=1,
            looked=tuple(sorted(looked)),
            at_looks=tuple(sorted({*earlier.by_rule, *ahead})),
            seeds_end=end,
        )
        had_looks = earlier.looked or earlier.by_rule
        settling, evenly = earlier.plan if had_looks else after.plan
        return replace(after, settling=settling, evenly=evenly)

    def asks_as(self, other: "Claim") -> bool:
        """Whether both claims put one sentence to one test.

        The number of seeds they may cost, and what is installed, are not compared.
        """
        if self.sentence != other.sentence or self.parts != other.parts:
            return False
        if len(self.readings) != len(other.readings):
            return False
        return all(map(_ask_the_same, self.readings, other.readings))

    @property
    def sides(self) -> tuple[LearningSide, ...]:
        """All cells that learn for this claim, without repetition."""
        sides: list[LearningSide] = []
        for reading in self.readings:
            for question in reading.questions:
                for side in question.sides:
                    if isinstance(side, LearningSide) and side not in sides:
                        sides.append(side)
        return tuple(sides)


def _ask_the_same(one: Reading, other: Reading) -> bool:
    """Compare two readings; those that lack something installed have no conditions to compare."""
    lacking = bool(one.missing or other.missing)
    return _bare(one, lacking=lacking) == _bare(other, lacking=lacking)


def _bare(reading: Reading, *, lacking: bool) -> Reading:
    """Return the reading without its title and the facets of its conditions."""
    questions: tuple[Question, ...] = ()
    if not lacking:
        questions = tuple(replace(question, facets={}) for question in reading.questions)
    return replace(reading, title="", questions=questions, missing=())
