"""State tracking and counting: definitions by plain loops, chance and blind readers by enumeration,
oracles, leaks."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import chain, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from rnnbench import Batch, GeneratedTask, score
from rnnbench.contracts import Array
from rnnbench.records import Recipe
from rnnbench.training import open_feed
from rnnbench.training.contract import check_batch
from rnnbench_tasks.counting import TASKS as COUNTING
from rnnbench_tasks.counting.an_bn import AnBn, AnBnCn
from rnnbench_tasks.counting.dyck import DyckOne, DyckTwo
from rnnbench_tasks.counting.next_symbol import EXCESS_CROSS_ENTROPY, NextSymbol
from rnnbench_tasks.lengths import VariableLength
from rnnbench_tasks.state import TASKS as TRACKING
from rnnbench_tasks.state.group import Group, elements, multiplication_table
from rnnbench_tasks.state.modular_arithmetic import ModularArithmetic, values
from rnnbench_tasks.state.regular_languages import CycleNavigation, EvenPairs, Parity
from rnnbench_tasks.state.tracked import Tracked
from tests.builders.records import learning_trial

ALL = (*TRACKING, *COUNTING)
TRACKED = (Parity, EvenPairs, CycleNavigation, ModularArithmetic)
GROUPS = ("Z2", "Z60", "S3", "A5", "S5")
CALCULATION = "01234+-*"
by_name = pytest.mark.parametrize("task", ALL, ids=lambda task: task.name)


def rows(batch: Batch) -> Iterator[tuple[list[int], Array | int]]:
    """The real tokens of each sequence, and its targets: those at real steps, or the one at the
    last."""
    assert batch.lengths is not None
    for tokens, target, length in zip(batch.inputs, batch.targets, batch.lengths, strict=True):
        yield tokens[:length].tolist(), target[:length] if np.ndim(target) else int(target)


def made(task: GeneratedTask, count: int = 300, seed: int = 0) -> Batch:
    return task.generate(np.random.default_rng(seed), count)


def parity(bits: list[int]) -> int:
    return bits.count(1) % 2


def even_pairs(bits: list[int]) -> int:
    return sum(pair in ((0, 1), (1, 0)) for pair in pairwise(bits)) % 2


def walk(moves: list[int]) -> int:
    place = 0
    for move in moves:
        place = (place, place + 1, place - 1)[(1, 2, 0).index(move)] % 5
    return place


def calculation(tokens: list[int]) -> int:
    """Python's own precedence and remainder."""
    return int(eval("".join(CALCULATION[t] for t in tokens))) % 5


PLAIN: dict[type[Tracked], Callable[[list[int]], int]] = {
    Parity: parity,
    EvenPairs: even_pairs,
    CycleNavigation: walk,
    ModularArithmetic: calculation,
}


@pytest.mark.parametrize("task", TRACKED, ids=lambda task: task.name)
@pytest.mark.parametrize("lengths", ["mixed", "longest"])
def test_the_answer_is_that_of_a_plain_loop(task: type[Tracked], lengths: str) -> None:
    """Over the real tokens alone."""
    for tokens, target in rows(made(task(horizon=15, lengths=lengths))):  # type: ignore[arg-type]
        assert target == PLAIN[task](tokens)


def test_a_product_goes_before_sum_and_difference() -> None:
    """The examples in the code of Delétang et al. 2022, and those that a left-to-right reading gets
    wrong."""
    examples = {"1+2*3": 2, "1-1-1": 4, "0*1+4*3-2": 0, "3-2*4+1": 1, "1-2*3*4": 2, "2*2-3*3": 0}
    for text, value in examples.items():
        assert values(np.array([[CALCULATION.index(c) for c in text]]))[0, -1] == value


@pytest.mark.parametrize("group", GROUPS)
def test_the_answer_is_the_running_product_of_permutations(group: str) -> None:
    """Points are moved one by one: by the first element read, then by the second, and so on."""
    found = elements(group)  # type: ignore[arg-type]
    for tokens, targets in rows(made(Group(horizon=9, group=group), 40)):  # type: ignore[arg-type]
        points = list(range(found.shape[1]))
        for token, target in zip(tokens, targets, strict=True):  # type: ignore[arg-type]
            points = [int(found[token][point]) for point in points]
            assert points == found[target].tolist()


@pytest.mark.parametrize(
    ("group", "order", "abelian"), [("Z2", 2, 1), ("Z60", 60, 1), ("S3", 6, 0), ("A5", 60, 0)]
)
def test_the_tables_are_those_of_the_groups(group: str, order: int, abelian: bool) -> None:
    """Closed, associative, with a unit and inverses; of the right order, commuting or not."""
    table = multiplication_table(group)  # type: ignore[arg-type]
    assert table.shape == (order, order)
    assert len({tuple(element) for element in elements(group)}) == order  # type: ignore[arg-type]
    assert np.array_equal(table[0], np.arange(order))
    assert np.array_equal(table[:, 0], np.arange(order))
    assert all(sorted(row) == list(range(order)) for row in table.tolist())
    a, b, c = np.random.default_rng(0).integers(0, order, (3, 5000))
    assert np.array_equal(table[table[a, b], c], table[a, table[b, c]])
    assert np.array_equal(table, table.T) == bool(abelian)


def test_the_orders_of_elements_tell_the_groups_apart() -> None:
    """A5: 1, 15 of order 2, 20 of 3, 24 of 5. S5: 1, 25, 20, 30 of 4, 24, 20 of 6. Z60: phi(d) of
    each divisor."""

    def orders(group: str) -> Counter[int]:
        table = multiplication_table(group)  # type: ignore[arg-type]
        found: Counter[int] = Counter()
        for element in range(len(table)):
            power = element
            order = 1
            while power:
                power, order = int(table[power, element]), order + 1
            found[order] += 1
        return found

    assert orders("A5") == {1: 1, 2: 15, 3: 20, 5: 24}
    assert orders("S5") == {1: 1, 2: 25, 3: 20, 4: 30, 5: 24, 6: 20}
    assert orders("S3") == {1: 1, 2: 3, 3: 2}
    assert orders("Z60") == {
        d: sum(math.gcd(i, d) == 1 for i in range(1, d + 1)) for d in range(1, 61) if 60 % d == 0
    }


def commutators(group: str) -> set[int]:
    """The subgroup that they generate."""
    table = multiplication_table(group)  # type: ignore[arg-type]
    inverse = table.argmin(axis=1)
    pairs = product(range(len(table)), repeat=2)
    found = {int(table[table[a, b], table[inverse[a], inverse[b]]]) for a, b in pairs}
    while (more := {int(table[a, b]) for a, b in product(found, repeat=2)} | found) != found:
        found = more
    return found


def test_the_commutators_of_a_group_that_is_not_solvable_give_it_back() -> None:
    """A5 is perfect; those of S3 are a smaller group, those of an abelian group nothing."""
    assert len(commutators("A5")) == 60
    assert len(commutators("S3")) == 3
    assert len(commutators("Z60")) == 1


def next_symbols(task: NextSymbol, text: str) -> str:
    """What may follow, by the grammar."""
    if isinstance(task, DyckOne | DyckTwo):
        stack: list[str] = []
        for symbol in text:
            if symbol in "([":
                stack.append(symbol)
            else:
                assert "([".index(stack.pop()) == ")]".index(symbol)
        opening = task.answers[: len(task.answers) // 2]
        return opening + (")]"["([".index(stack[-1])] if stack else "")
    runs = [text.count(symbol) for symbol in task.symbols]
    assert text == "".join(symbol * run for symbol, run in zip(task.symbols, runs, strict=True))
    if not any(runs[1:]):
        return "ab"
    now = max(i for i, run in enumerate(runs) if run)
    assert runs[:now] == [runs[0]] * now
    assert runs[now] <= runs[0]
    return task.answers[now + (runs[now] == runs[0])]


@pytest.mark.parametrize("task", COUNTING, ids=lambda task: task.name)
@pytest.mark.parametrize("lengths", ["mixed", "longest"])
def test_the_sets_are_those_of_the_grammar(task: type[NextSymbol], lengths: str) -> None:
    """At every real step; the target is one of them, and the words of counting tasks end where they
    should."""
    language = task(horizon=19, lengths=lengths)  # type: ignore[arg-type]
    batch = made(language, 200)
    for (tokens, targets), chances in zip(rows(batch), batch.extra["chances"], strict=True):
        text = "".join(language.symbols[token] for token in tokens)
        for step in range(len(tokens)):
            allowed = next_symbols(language, text[: step + 1])
            found = "".join(
                a for a, c in zip(language.answers, chances[step], strict=True) if c > 0
            )
            assert sorted(found) == sorted(allowed)
            assert chances[step].sum() == 1
            assert language.answers[targets[step]] in allowed  # type: ignore[index]
        assert language.answers[-1] != "$" or next_symbols(language, text) == "$"


@pytest.mark.parametrize("task", COUNTING, ids=lambda task: task.name)
def test_targets_are_drawn_with_the_chances_that_are_said(task: type[NextSymbol]) -> None:
    """In each set of chances; what follows an a says nothing of the length of the word."""
    language = task(horizon=18)
    batch = made(language, 20_000)
    asked = batch.asked
    assert asked is not None
    chances = batch.extra["chances"][asked]
    targets = batch.targets[asked]
    for kind in np.unique(chances, axis=0):
        drawn = targets[(chances == kind).all(axis=1)]
        frequency = np.bincount(drawn, minlength=language.output_size) / len(drawn)
        assert frequency == pytest.approx(kind, abs=0.015)
    if language.answers[-1] == "$":
        assert batch.lengths is not None
        for length in language.possible_lengths:
            assert np.mean(batch.targets[batch.lengths == length, 0]) == pytest.approx(
                0.5, abs=0.05
            )


@pytest.mark.parametrize("task", [DyckOne, DyckTwo], ids=lambda task: task.name)
def test_the_target_of_nesting_is_the_symbol_that_comes_next(task: type[NextSymbol]) -> None:
    """And brackets open half the time where one is open, each kind as often."""
    batch = made(task(horizon=60, lengths="longest"), 1000)
    assert np.array_equal(batch.inputs[:, 1:], batch.targets[:, :-1])
    kinds = task(horizon=2).output_size // 2
    nested = batch.extra["chances"][..., kinds:].sum(axis=-1) > 0
    assert np.mean(batch.targets[nested] < kinds) == pytest.approx(0.5, abs=0.01)
    assert np.bincount(batch.targets[nested])[:kinds] / nested.sum() == pytest.approx(
        0.5 / kinds, abs=0.01
    )


@by_name
@given(
    longer=st.integers(0, 30),
    lengths=st.sampled_from(["mixed", "longest"]),
    seed=st.integers(0, 99),
)
@settings(max_examples=15, deadline=None)
def test_lengths_fit_and_padding_says_nothing(
    task: type[VariableLength], longer: int, lengths: str, seed: int
) -> None:
    """Any horizon from the shortest on; behind the last real step all is 0."""
    setting = task(horizon=task.shortest_horizon + longer, lengths=lengths)  # type: ignore[arg-type]
    batch = made(setting, 5, seed)
    check_batch(setting, batch)
    assert batch.lengths is not None
    assert set(batch.lengths) <= set(setting.possible_lengths)
    assert batch.steps == setting.longest
    assert setting.horizon - task.stride < setting.longest <= setting.horizon
    behind = np.arange(batch.steps) >= batch.lengths[:, None]
    assert (batch.inputs[behind] == 0).all()


@by_name
def test_lengths_are_drawn_evenly_and_tests_have_exact_ones(task: type[VariableLength]) -> None:
    """1x, 2x, 4x and 10x of the longest; an odd length, where there are no others, is one step
    less."""
    setting = task(horizon=12)
    lengths = made(setting, 20_000).lengths
    assert lengths is not None
    expected = {
        EvenPairs: [*range(2, 13)],
        ModularArithmetic: [1, 3, 5, 7, 9, 11],
        AnBn: [2, 4, 6, 8, 10, 12],
    }.get(task, [3, 6, 9, 12] if task is AnBnCn else [*range(1, 13)])
    found = Counter(lengths.tolist())
    assert sorted(found) == expected
    assert all(
        times / 20_000 == pytest.approx(1 / len(expected), abs=0.015) for times in found.values()
    )
    exact = (
        {1: 11, 2: 21, 4: 43, 10: 109}
        if task is ModularArithmetic
        else {n: 12 * n for n in (1, 2, 4, 10)}
    )
    assert list(setting.elsewhere()) == [f"{times}x" for times in exact]
    for position, (other, wanted) in enumerate(
        zip(setting.elsewhere().values(), exact.values(), strict=True)
    ):
        lengths = made(other, 500).lengths
        assert lengths is not None
        if isinstance(
            setting, AnBn | AnBnCn
        ):  # one word of each length: all of them beyond the setting before
            before = [0, *exact.values()][position]
            assert set(lengths) == set(range(before + setting.stride, wanted + 1, setting.stride))
        else:
            assert set(lengths) == {wanted}
        assert (other.output_size, other.vocabulary) == (setting.output_size, setting.vocabulary)


def everything(task: Tracked, length: int) -> Iterator[tuple[int, ...]]:
    """All sequences of a length, each as likely as the others."""
    if isinstance(task, ModularArithmetic):
        return product(*(range(5) if step % 2 == 0 else range(5, 8) for step in range(length)))
    return product(range(task.tokens), repeat=length)


@pytest.mark.parametrize(
    "task", [Parity(6), EvenPairs(6), CycleNavigation(7), ModularArithmetic(7)]
)
def test_chance_is_the_likeliest_answer_at_each_length_by_enumeration(task: Tracked) -> None:
    """Over all sequences; nothing is hidden at 0 steps."""
    for length in task.possible_lengths:
        answers = Counter(
            PLAIN[type(task)](list(tokens)) for tokens in everything(task, int(length))
        )
        assert float(task.chance(length[None])[0]) == pytest.approx(
            max(answers.values()) / answers.total(), abs=1e-12
        )
    assert task.chance(np.array([0])) == 1


def test_chance_has_the_values_that_are_told() -> None:
    """1/3 at one move, 7/27 at three; 1/5 at one number, 19/75 at two; 1/5 in the limit."""
    assert CycleNavigation().chance(np.array([1, 3, 400])) == pytest.approx([1 / 3, 7 / 27, 1 / 5])
    assert ModularArithmetic(401).chance(np.array([1, 3, 401])) == pytest.approx(
        [1 / 5, 19 / 75, 1 / 5]
    )


@pytest.mark.parametrize("task", [*(kind(horizon=9) for kind in TRACKED), Group(9, group="S3")])
def test_chance_by_formula_equals_chance_by_simulation(task: VariableLength) -> None:
    """The best constant answer at each length, found in half of the data and tried on the other
    half: nothing but the length, which padding shows, says more. Scaled accuracy is then 0."""
    half = 30_000
    batch = made(task, 2 * half)
    assert batch.lengths is not None
    if isinstance(task, Group):
        tried = np.eye(task.order)[np.full(batch.targets.shape, 4)]
        found = score(task.metrics, tried, batch)
    else:
        table = np.zeros((10, task.output_size))
        np.add.at(table, (batch.lengths[:half], batch.targets[:half]), 1)
        unseen = batch.take(np.arange(half, 2 * half))
        assert unseen.lengths is not None
        found = score(task.metrics, table[unseen.lengths], unseen)
    for name, formula in task.trivial(batch, batch).items():
        assert found[name] == pytest.approx(formula, abs=0.012)


@pytest.mark.parametrize("lengths", ["mixed", "longest"])
@pytest.mark.parametrize(
    "task", [Parity(5), EvenPairs(5), CycleNavigation(5), ModularArithmetic(7)]
)
def test_no_reader_of_the_last_steps_beats_the_blind_score(task: Tracked, lengths: str) -> None:
    """By enumeration of all sequences: the likeliest answer to each window scores what the formula
    says."""
    setting = type(task)(horizon=task.horizon, lengths=lengths)  # type: ignore[arg-type]
    sequences = [
        [(tokens, PLAIN[type(task)](list(tokens))) for tokens in everything(setting, int(length))]
        for length in setting.possible_lengths
    ]
    for steps in range(setting.longest + 1):
        answers: defaultdict[tuple[int, ...], Array] = defaultdict(lambda: np.zeros(task.states))
        for of_length in sequences:
            for tokens, answer in of_length:
                answers[tokens[max(len(tokens) - steps, 0) :]][answer] += 1 / len(of_length)
        best = sum(float(found.max()) for found in answers.values()) / len(sequences)
        assert setting.blind_score(steps) == pytest.approx(best, abs=1e-12)
    assert setting.blind_score(setting.longest) == 1


@pytest.mark.parametrize("lengths", ["mixed", "longest"])
def test_no_reader_of_the_last_factors_beats_the_blind_score(lengths: str) -> None:
    """By enumeration in S3, over all steps of all sequences."""
    task = Group(horizon=4, group="S3", lengths=lengths)  # type: ignore[arg-type]
    table = multiplication_table("S3")
    for steps in range(task.horizon + 1):
        answers: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        asked = 0
        for length in task.possible_lengths:
            for factors in product(range(6), repeat=int(length)):
                result = 0
                for step, factor in enumerate(factors, start=1):
                    result = int(table[result, factor])
                    answers[factors[max(step - steps, 0) : step]][result] += 6 ** (4 - int(length))
            asked += int(length) * 6**4
        best = sum(max(found.values()) for found in answers.values()) / asked
        assert task.blind_score(steps) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("lengths", ["mixed", "longest"])
@pytest.mark.parametrize("task", [AnBn, AnBnCn], ids=lambda task: task.name)
def test_no_reader_of_the_last_symbols_beats_the_blind_score(
    task: type[NextSymbol], lengths: str
) -> None:
    """By trial of every reader, a map from windows to sets: the largest number of words that one
    gets right."""
    language = task(horizon=4 * task.stride, lengths=lengths)  # type: ignore[arg-type]
    words = [
        "".join(s * (int(length) // task.stride) for s in task.symbols)
        for length in language.possible_lengths
    ]
    for steps in range(language.longest + 1):
        needs = [
            {
                (word[max(end - steps, 0) : end], next_symbols(language, word[:end]))
                for end in range(1, len(word) + 1)
            }
            for word in words
        ]
        choices: defaultdict[str, set[str]] = defaultdict(set)
        for window, allowed in set().union(*needs):
            choices[window].add(allowed)
        readers = (set(zip(choices, sets, strict=True)) for sets in product(*choices.values()))
        best = max(sum(need <= reader for need in needs) for reader in readers)
        assert language.blind_score(steps) == best / len(words)


@pytest.mark.parametrize(
    "task", [DyckOne(9, "longest"), DyckTwo(9, "longest")], ids=lambda task: task.name
)
def test_the_first_bracket_is_needed_at_times(task: NextSymbol) -> None:
    """A reader of one step less sees the same symbols after the last step and after the one before
    it, and other sets follow them."""
    batch = made(task, 20_000)
    sets = batch.extra["chances"] > 0
    follow: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for tokens, allowed in zip(batch.inputs, sets, strict=True):
        follow[tokens[1:].tobytes()].add(allowed[-1].tobytes())
        follow[tokens[:-1].tobytes()].add(allowed[-2].tobytes())
    assert any(len(found) > 1 for found in follow.values())


def group_oracle(batch: Batch) -> Array:
    outputs = np.zeros((*batch.inputs.shape, 60))
    table = multiplication_table("A5")
    for row, tokens in enumerate(batch.inputs):
        result = 0
        for step, token in enumerate(tokens):
            result = table[result, token]
            outputs[row, step, result] = 1
    return outputs


@by_name
def test_an_oracle_reaches_the_target_at_every_length(task: type[VariableLength]) -> None:
    """What the question asks for can be read off the inputs, at ten times the length too."""
    setting = task(horizon=9)
    for other in (setting, *setting.elsewhere().values()):
        batch = made(other, 60)
        if isinstance(other, NextSymbol):
            outputs = np.zeros((*batch.inputs.shape, other.output_size))
            for row, (tokens, _) in enumerate(rows(batch)):
                for step in range(len(tokens)):
                    text = "".join(other.symbols[token] for token in tokens[: step + 1])
                    sets = next_symbols(other, text)
                    weight = {s: 0.5 / sets.count(s) / max(1, len(sets) - 1) for s in sets}
                    if isinstance(other, DyckOne | DyckTwo) and sets[-1] in ")]":
                        weight[sets[-1]] = 0.5
                    outputs[row, step] = [weight.get(answer, 1e-30) for answer in other.answers]
            outputs = np.log(np.maximum(outputs, 1e-30))
        elif isinstance(other, Group):
            outputs = group_oracle(batch)
        else:
            outputs = np.eye(other.output_size)[[PLAIN[task](tokens) for tokens, _ in rows(batch)]]  # type: ignore[index]
        found = score(other.metrics, outputs, batch)
        assert other.metric.reaches(found[other.metric.name], other.target)
        assert found.get("scaled accuracy", 1) == 1
        assert found.get("excess cross-entropy", 0) == pytest.approx(0, abs=1e-9)


def plain_scores(batch: Batch, outputs: Array) -> tuple[float, float, float]:
    """Sequence accuracy, set accuracy and excess cross-entropy, step by step."""
    right_sequences = []
    right_steps = []
    excess = []
    least = min(c for c in batch.extra["chances"].ravel().tolist() if c > 0)
    for row, (tokens, _) in enumerate(rows(batch)):
        good = []
        for step in range(len(tokens)):
            weights = [math.exp(x) for x in outputs[row, step]]
            guessed = [w / sum(weights) for w in weights]
            chances = batch.extra["chances"][row, step].tolist()
            good.append(
                all((p > least / 2) == (c > 0) for p, c in zip(guessed, chances, strict=True))
            )
            entropy = -sum(c * math.log(c) for c in chances if c > 0)
            excess.append(
                -sum(c * math.log(p) for c, p in zip(chances, guessed, strict=True)) - entropy
            )
        right_sequences.append(all(good))
        right_steps += good
    return float(np.mean(right_sequences)), float(np.mean(right_steps)), float(np.mean(excess))


@pytest.mark.parametrize("task", COUNTING, ids=lambda task: task.name)
def test_sets_and_excess_are_those_of_a_plain_loop(task: type[NextSymbol]) -> None:
    """For a forecast that is right now and then, on padded sequences whose padding is not looked
    at."""
    batch = made(task(horizon=6), 60)
    rng = np.random.default_rng(0)
    outputs = np.log(batch.extra["chances"] + 0.1) + rng.normal(
        0, 0.4, batch.extra["chances"].shape
    )
    found = score(task.metrics, outputs, batch)
    assert list(found.values()) == pytest.approx(plain_scores(batch, outputs))
    assert 0 < found["sequence accuracy"] < found["set accuracy"] < 1
    assert batch.asked is not None
    outputs[~batch.asked] = 99.0
    assert score(task.metrics, outputs, batch) == found


@pytest.mark.parametrize("task", COUNTING, ids=lambda task: task.name)
def test_the_excess_is_the_cross_entropy_of_the_targets_less_that_of_the_best_forecast(
    task: type[NextSymbol],
) -> None:
    """In the mean over many draws; the best forecast has ln 2 after an a, 0 after the last b, and
    so on."""
    batch = made(task(horizon=12), 30_000)
    assert batch.asked is not None
    chances = batch.extra["chances"].astype(np.float64)
    targets = batch.targets[batch.asked]
    forecast = 0.7 * chances + 0.3 / chances.shape[-1]
    asked_forecast = forecast[batch.asked]
    asked_chances = chances[batch.asked]
    taken = np.arange(len(targets))
    measured = np.mean(
        np.log(asked_chances[taken, targets]) - np.log(asked_forecast[taken, targets])
    )
    found = score((EXCESS_CROSS_ENTROPY,), np.log(forecast), batch)
    assert found["excess cross-entropy"] == pytest.approx(measured, abs=0.01)


@pytest.mark.parametrize(("task", "runs"), [(AnBn(40, "longest"), 2), (AnBnCn(39, "longest"), 3)])
def test_the_last_symbol_says_little_of_a_word(task: NextSymbol, runs: int) -> None:
    """By formula: all sets but those at the ends of runs, no word, and h(1/n) nats at each step
    behind the a's."""
    n = task.longest // runs
    batch = made(task, 10)
    trivial = task.trivial(batch, batch)
    entropy = -(math.log(1 / n) + (n - 1) * math.log(1 - 1 / n)) / n
    assert trivial["sequence accuracy"] == 0
    assert trivial["set accuracy"] == pytest.approx(1 - (runs - 1) / (runs * n))
    assert trivial["excess cross-entropy"] == pytest.approx(entropy * (runs - 1) / runs)


def test_the_last_bracket_says_little_of_a_nesting() -> None:
    """By formula, as |symmetric random walk|: no return to 0 in T steps, and none at a step."""
    task = DyckOne(40, "longest")
    batch = made(task, 20_000)
    trivial = task.trivial(batch, batch)
    at_zero = [math.comb(t, t // 2) / 2**t if t % 2 == 0 else 0 for t in range(1, 41)]
    assert trivial["sequence accuracy"] == pytest.approx(math.comb(40, 20) / 2**40, abs=0.01)
    assert trivial["set accuracy"] == pytest.approx(1 - np.mean(at_zero), abs=0.003)
    closing = [(1 - before) / 2 for before in [1.0, *at_zero[:-1]]]
    r = sum(at_zero) / sum(closing)
    q = 0.5 * (1 - r)
    entropy = -(q * math.log(q) + (1 - q) * math.log(1 - q))
    excess = np.mean(closing) * (entropy - (1 - r) * math.log(2))
    assert trivial["excess cross-entropy"] == pytest.approx(excess, abs=0.002)


def test_the_last_bracket_of_two_kinds_says_nothing_where_it_closes() -> None:
    """It caveats, behind a closing bracket, which kind is open: right only where one opened, (1 +
    P0) / 2 of steps."""
    task = DyckTwo(40, "longest")
    batch = made(task, 5000)
    trivial = task.trivial(batch, batch)
    at_zero = [math.comb(t, t // 2) / 2**t if t % 2 == 0 else 0 for t in range(40)]
    assert trivial["sequence accuracy"] == 0
    assert trivial["set accuracy"] == pytest.approx(
        np.mean([(1 + p) / 2 for p in at_zero]), abs=0.005
    )


@pytest.mark.parametrize("task", [*TRACKING, DyckOne, DyckTwo], ids=lambda task: task.name)
def test_training_validation_and_test_share_no_sequence_of_full_length(
    task: type[VariableLength],
) -> None:
    """By content. Mixed lengths share the shortest ones, which cannot be otherwise: there are two
    sequences of one bit; that is what 1x is for. Words of counting have but one of each length."""
    recipe = Recipe(
        batch_size=64, steps_per_epoch=4, epochs=1, validation_examples=200, test_examples=200
    )
    dials = {"horizon": 40, "lengths": "longest"}
    feed = open_feed(task(**dials), learning_trial(task=task.name, dials=dials, recipe=recipe), {})  # type: ignore[arg-type]
    once = feed.test_sets()[""][1]
    exact = feed.test_sets()["@1x"][1]
    parts = [*feed.epoch(), feed.validation, once, exact]
    seen = [tokens.tobytes() for tokens in chain.from_iterable(part.inputs for part in parts)]
    assert len(set(seen)) == len(seen)


def test_the_target_of_a_word_is_not_in_its_tests_of_longer_ones() -> None:
    """Words at 2x, 4x and 10x are longer than any that was trained on."""
    for task in (AnBn(), AnBnCn()):
        trained = {tokens.tobytes() for tokens in made(task, 500).inputs}
        for name, other in task.elsewhere().items():
            longer = made(other, 1).inputs[0, : other.horizon]
            assert (longer[: task.longest].tobytes() in trained) == (name == "1x")


@by_name
def test_a_horizon_that_is_too_short_is_told(task: type[VariableLength]) -> None:
    """The shortest length that makes sense: two bits for a pair, three symbols for a word of
    three."""
    with pytest.raises(
        ValueError, match=f"horizon must be at least {task.shortest_horizon}, got 0"
    ):
        task(horizon=0)
    assert task().horizon == 40
