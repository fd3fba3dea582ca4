"""A claim: a sentence that can be wrong, with the measurements that decide it, and the looks at
it."""

from msgspec import Struct
from msgspec.structs import replace

from rnnbench.records.reading import Reading
from rnnbench.records.side import LearningSide


class Claim(Struct, frozen=True, kw_only=True):
    """A sentence that people repeat, and how it is put to the test.

    parts:      whether its readings are parts that all have to be true, and not ways of reading it.
    core:       whether it belongs to those that are run first.
    most_seeds: where adding seeds until it is decided ends.
    looked:     the numbers of seeds with which it was run by hand.
    at_looks:   those at which a rule looks at it on the way.
    settling:   how many seeds were to decide it when it was run first; 0 where that is not known.
    evenly:     whether looks at fewer than those were planned, each with a fair chance.
    looks:      how many looks a rule planned, where older versions say no more of them.
    seeds_end:  up to which seed it was run, that one not included; 0 where only their number is
                known.
    changed:    days on which what it asks was changed while results were there already.
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
        """What it needs and is not installed, each once."""
        return tuple(
            dict.fromkeys(reason for reading in self.readings for reason in reading.missing)
        )

    @property
    def family(self) -> int:
        """How many conditions are decided together; a reading that cannot be tested here counts as
        one."""
        return sum(len(reading.questions) + bool(reading.missing) for reading in self.readings)

    @property
    def seeds(self) -> int | None:
        """Up to which seed it is judged, whatever others have run; None where that is not known."""
        asked = (*self.looked, *self.by_rule)
        return max(max(asked), self.seeds_end) if asked else None

    @property
    def by_rule(self) -> tuple[int, ...]:
        """The numbers of seeds at which a rule looks at it. Where only their number is known they
        are those of a suite that has ten seeds, or else spread over the seeds up to its cap."""
        if self.at_looks or self.looks == 1:
            return self.at_looks
        usual = tuple(range(10, self.most_seeds + 1, 5))
        spread = tuple(self.most_seeds * (place + 1) // self.looks for place in range(self.looks))
        return usual if len(usual) == self.looks else spread

    @property
    def plan(self) -> tuple[int, bool]:
        """How many seeds are to decide it, 0 where that is not known, and whether fewer have a fair
        chance to."""
        if self.settling:
            return self.settling, self.evenly
        return (self.by_rule[-1], True) if self.by_rule else (min(self.looked, default=0), False)

    def after(self, before: "Claim | None", seeds: int, seeds_end: int = 0) -> "Claim":
        """The same with the looks that were had before, those of its rule that are still to come,
        or one more by hand at so many seeds, up to the one that ends them. What was to decide it at
        first stays so."""
        had = before or replace(self, looked=(), at_looks=(), looks=1)
        latest = max((*had.looked, *had.by_rule), default=0)
        ahead = tuple(look for look in self.at_looks if look >= latest)
        by_hand = () if self.at_looks else (seeds,)
        after = replace(
            self,
            looks=1,
            looked=tuple(sorted({*had.looked, *by_hand})),
            at_looks=tuple(sorted({*had.by_rule, *ahead})),
            seeds_end=max(had.seeds_end, seeds_end if seeds_end > seeds and by_hand else 0),
        )
        settling, evenly = had.plan if had.looked or had.by_rule else after.plan
        return replace(after, settling=settling, evenly=evenly)

    def asks_as(self, other: "Claim") -> bool:
        """Whether both put one sentence to one test; how many seeds it may cost, and what is
        installed, aside."""
        if (self.sentence, self.parts, len(self.readings)) != (
            other.sentence,
            other.parts,
            len(other.readings),
        ):
            return False
        return all(map(_alike, self.readings, other.readings))

    @property
    def sides(self) -> tuple[LearningSide, ...]:
        """All that has to learn for it, without repetition."""
        questions = [question for reading in self.readings for question in reading.questions]
        found = [side for one in questions for side in one.sides if isinstance(side, LearningSide)]
        return tuple(side for place, side in enumerate(found) if side not in found[:place])


def _alike(one: Reading, other: Reading) -> bool:
    lacking = bool(one.missing or other.missing)  # what is not installed has no conditions
    return _bare(one, lacking=lacking) == _bare(other, lacking=lacking)


def _bare(reading: Reading, *, lacking: bool) -> Reading:
    """Without what it, and its conditions, are called."""
    questions = (
        () if lacking else tuple(replace(question, facets={}) for question in reading.questions)
    )
    return replace(reading, title="", questions=questions, missing=())
