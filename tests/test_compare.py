"""Two runs against each other: to the last bit where that can be asked, and not where it cannot."""

import math
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from rnnbench.compare import Comparison, blocks, compare
from rnnbench.compare.summary import distinguished, in_units, relative_difference
from rnnbench.executors.running import without_run
from rnnbench.records import (
    Diagnosed,
    Diagnosis,
    Learning,
    MetricNote,
    OperationsRow,
    Result,
    trial_id,
)
from rnnbench.store import Store
from tests.builders.compare import (
    ACCURACY,
    HERE,
    LEARNING,
    MEMORY,
    MSE,
    OPERATIONS,
    elsewhere,
    learned,
    of,
    remembered,
    timed,
)
from tests.builders.records import learning_trial


def counted(flops: int = 1000, parameters: int = 432) -> Result:
    """The operations of a GRU."""
    row = OperationsRow(
        row="gru", kernel="loop in ATen", parameters=parameters, flops=flops, form="default"
    )
    return replace(without_run(OPERATIONS, "ok", ""), costs=(row,), provenance=HERE)


def against(base: Iterable[Result] | Result, head: Iterable[Result] | Result) -> Comparison:
    sides = [(side,) if isinstance(side, Result) else side for side in (base, head)]
    return compare(of(sides[0]), of(sides[1]))


def differing(comparison: Comparison) -> dict[tuple[str, int | None], str]:
    """Verdicts of what is not the same, by figure and epoch."""
    return {
        (c.figure, c.epoch): c.verdict
        for c in comparison.changes
        if c.verdict not in ("same", "not judged") and c.kind != "time"
    }


ALL = (learned(), counted(), remembered(), timed({"rnn": 1.0, "gru": 2.0}))


def test_a_run_is_the_same_as_itself() -> None:
    """Every figure of every trial, noisy ones aside."""
    comparison = against(ALL, ALL)
    assert differing(comparison) == {}
    assert comparison.circumstances == ()
    assert len([change for change in comparison.changes if change.kind == "exact"]) == 7 + 2 + 3 + 2
    assert (
        len([change for change in comparison.changes if change.kind == "deterministic"])
        == 6 + 2 + 1 + 2
    )
    assert len([change for change in comparison.changes if change.kind == "memory"]) == 2


@pytest.mark.parametrize(
    ("result", "figure"),
    [
        (learned(replace(LEARNING, parameters=508)), "parameters"),
        (learned(replace(LEARNING, state_floats=12)), "numbers in the state"),
        (counted(flops=1001), "floating-point operations"),
        (counted(parameters=433), "parameters"),
        (remembered(parameter_bytes=1732), "parameter bytes"),
        (remembered(state_bytes=132), "state bytes"),
    ],
)
def test_a_count_that_grew_is_worse_and_one_that_shrank_better(result: Result, figure: str) -> None:
    """By one, whichever; and nothing else is."""
    (base,) = [one for one in ALL if trial_id(one.trial) == trial_id(result.trial)]
    assert differing(against(base, result)) == {(figure, None): "worse"}
    assert differing(against(result, base)) == {(figure, None): "better"}


def with_epoch(**changes: object) -> Learning:
    return replace(LEARNING, curve=(replace(LEARNING.curve[0], **changes), LEARNING.curve[1]))


@pytest.mark.parametrize(
    ("learning", "key"),
    [
        (with_epoch(train_loss=math.nextafter(0.5, 1)), ("training loss", 1)),
        (
            with_epoch(validation={"mse": math.nextafter(0.4, 1), "accuracy": 0.6}),
            ("validation mse", 1),
        ),
        (
            with_epoch(validation={"mse": 0.4, "accuracy": math.nextafter(0.6, 0)}),
            ("validation accuracy", 1),
        ),
        (
            replace(LEARNING, test={"mse": math.nextafter(0.3, 1), "accuracy": 0.7}),
            ("test mse", None),
        ),
        (
            replace(LEARNING, test={"mse": 0.3, "accuracy": math.nextafter(0.7, 0)}),
            ("test accuracy", None),
        ),
        (replace(LEARNING, epochs_to_target=3), ("epochs to target", None)),
        (replace(LEARNING, epochs_run=3), ("epochs run", None)),
    ],
)
def test_the_last_bit_of_training_is_a_change_and_neither_worse_nor_better(
    learning: Learning, key: tuple[str, int | None]
) -> None:
    """On one machine with the same versions: something else was computed."""
    assert differing(against(learned(), learned(learning))) == {key: "changed"}
    assert differing(against(learned(learning), learned())) == {key: "changed"}


def test_a_target_that_is_no_longer_reached_is_worse_than_any_epoch() -> None:
    """And one that is reached now is better."""
    unreached = learned(replace(LEARNING, epochs_to_target=None))
    assert differing(against(learned(), unreached)) == {("epochs to target", None): "worse"}
    assert differing(against(unreached, learned())) == {("epochs to target", None): "better"}


losses = st.floats(0, 1e6)


@given(losses, losses, st.sampled_from([MSE, ACCURACY]))
def test_what_changed_does_not_depend_on_the_side(
    one: float, other: float, metric: MetricNote
) -> None:
    """Equal values are the same, and only those."""
    first, second = (
        learned(replace(LEARNING, metrics=(metric,), test={metric.name: value}))
        for value in (one, other)
    )
    (there,), (back,) = (
        [c for c in against(a, b).changes if c.figure == f"test {metric.name}"]
        for a, b in ((first, second), (second, first))
    )
    assert (there.verdict == "same") == (one == other) == (back.verdict == "same")
    assert {there.verdict, back.verdict} in ({"same"}, {"changed"})


@pytest.mark.parametrize(
    ("circumstance", "said"),
    [
        ({"processor": "Q"}, "processor: P, now Q"),
        ({"model": "M avx512"}, "model of processor: M avx2, now M avx512"),
        ({"system": "Linux-6-x86_64-with-glibc2.41"}, "C library: glibc2.36, now glibc2.41"),
        ({"python": "3.12"}, "python: 3.11, now 3.12"),
        ({"torch": "3"}, "torch: 2, now 3"),
        ({"numpy": "3"}, "numpy: 2, now 3"),
        ({"model": ""}, "model of processor: M avx2, now not recorded"),
    ],
)
def test_elsewhere_counts_are_compared_and_last_bits_are_not(
    circumstance: dict[str, object], said: str
) -> None:
    """Not even where they happen to be equal; operations are counted by torch, so that they need
    its version."""
    there = [elsewhere(result, **circumstance) for result in (learned(), counted(), remembered())]
    comparison = against((learned(), counted(), remembered()), there)
    barred = [change for change in comparison.changes if change.verdict == "not comparable"]
    assert {change.reason for change in barred} == {said}
    counter = {"floating-point operations"} if "torch" in circumstance else set()
    bound = {
        change.figure for change in comparison.changes if change.kind in ("deterministic", "memory")
    }
    assert {change.figure for change in barred} == bound | counter
    assert {
        c.verdict for c in comparison.changes if c.kind == "exact" and c.figure not in counter
    } == {"same"}
    assert comparison.circumstances


@pytest.mark.parametrize(
    "circumstance", [{"cores": 96}, {"system": "Linux-7-x86_64-with-glibc2.36"}, {"rnnbench": "2"}]
)
def test_what_decides_no_bit_bars_no_comparison(circumstance: dict[str, object]) -> None:
    """Cores that are not used, the kernel of the system, and rnnbench itself."""
    comparison = against(learned(), elsewhere(learned(), **circumstance))
    assert differing(comparison) == {}
    assert [(one.base, one.head) for one in comparison.circumstances]


def test_of_another_processor_its_model_says_no_more() -> None:
    """One reason, not two."""
    there = elsewhere(learned(), processor="Q", model="N")
    reasons = {change.reason for change in against(learned(), there).changes if change.reason}
    assert reasons == {"processor: P, now Q"}


def test_on_an_accelerator_nothing_is_held_to_the_last_bit() -> None:
    """Its kernels add in any order."""
    on_cuda = replace(learned(), trial=learning_trial(device="cuda"))
    barred = [
        change for change in against(on_cuda, on_cuda).changes if change.verdict == "not comparable"
    ]
    assert {change.kind for change in barred} == {"deterministic"}
    assert {change.reason for change in barred} == {
        "on 'cuda' figures are not held to the last bit"
    }


@pytest.mark.parametrize(
    ("base", "head", "verdict", "kind"),
    [
        ("ok", "error", "worse", "outcome"),
        ("ok", "killed", "worse", "outcome"),
        ("ok", "timeout", "worse", "outcome"),
        ("ok", "out-of-memory", "worse", "outcome"),
        ("diverged", "error", "worse", "outcome"),
        ("error", "ok", "better", "outcome"),
        ("error", "diverged", "better", "outcome"),
        ("ok", "diverged", "worse", "deterministic"),
        ("ok", "stopped", "worse", "deterministic"),
        ("diverged", "ok", "better", "deterministic"),
        ("error", "timeout", "missing", "outcome"),
        ("error", "error", "missing", "outcome"),
        ("out-of-memory", "out-of-memory", "same", "outcome"),
        ("diverged", "diverged", "same", "outcome"),
        ("ok", "skipped", "missing", "outcome"),
        ("ok", "refused", "missing", "outcome"),
        ("skipped", "ok", "new", "outcome"),
    ],
)
def test_what_became_of_an_outcome(base: str, head: str, verdict: str, kind: str) -> None:
    """What fails is worse than any figure; what failed before and fails again has measured nothing;
    what is skipped is as if it were not there. Of a trial that failed its figures are told no
    more."""
    figures = {"ok": LEARNING}
    (change,) = against(learned(figures.get(base), base), learned(figures.get(head), head)).changes
    assert (change.figure, change.verdict, change.kind) == ("outcome", verdict, kind)


def test_a_divergence_on_another_machine_is_not_comparable() -> None:
    """It is a matter of last bits; a crash is not."""
    for status, verdict in (("diverged", "not comparable"), ("error", "worse")):
        there = elsewhere(learned(None, status), processor="Q")
        assert differing(against(learned(), there)) == {("outcome", None): verdict}


def test_of_trials_that_ended_differently_only_counts_are_compared() -> None:
    """Half a curve is not worse than a whole one; more parameters are."""
    half = replace(LEARNING, curve=LEARNING.curve[:1], epochs_run=1, parameters=508)
    found = differing(against(learned(), learned(half, "diverged")))
    assert found == {("outcome", None): "worse", ("parameters", None): "worse"}


def test_a_trial_that_is_not_in_head_is_missing_and_one_that_is_not_in_base_is_new() -> None:
    """Each said once, by name."""
    comparison = against((learned(), learned(seed=1)), (learned(), learned(seed=2)))
    told = {
        change.verdict: change.title for change in comparison.changes if change.figure == "outcome"
    }
    assert told == {"missing": "adding.h10.gru.s1", "new": "adding.h10.gru.s2"}


def test_curves_are_compared_over_the_epochs_that_they_share() -> None:
    """How many there are is a figure of its own."""
    shorter = replace(LEARNING, curve=LEARNING.curve[:1], epochs_run=1, epochs_to_target=1)
    found = differing(against(learned(), learned(shorter)))
    assert found == {("epochs run", None): "changed", ("epochs to target", None): "changed"}


def test_what_is_neither_better_nor_worse_is_changed() -> None:
    """Hidden size, target, the trivial forecast, and what a diagnostic gives."""
    diagnosis = Diagnosis(x_name="x", y_name="y", x=(1.0,), y=(1.0,), figures={"half-life": 3.0})
    base = replace(LEARNING, diagnoses={"lag": Diagnosed(fresh=diagnosis)})
    head = replace(
        base,
        hidden_size=12,
        target=0.02,
        trivial={"mse": 0.18},
        diagnoses={"lag": Diagnosed(fresh=replace(diagnosis, figures={"half-life": 4.0}))},
    )
    found = {
        figure: verdict
        for (figure, _), verdict in differing(against(learned(base), learned(head))).items()
    }
    assert found == dict.fromkeys(
        ("hidden size", "target", "trivial mse", "lag, fresh: half-life"), "changed"
    )


def test_scores_of_metrics_that_nobody_knows_are_compared_without_a_direction() -> None:
    """Scores elsewhere go by their metric; a name from another version does not bring the
    comparison down."""
    base = replace(LEARNING, test={"mse@longer": 0.3, "novelty": 0.3}, metrics=(MSE,))
    head = replace(base, test={"mse@longer": 0.4, "novelty": 0.4})
    found = differing(against(learned(base), learned(head)))
    assert found == {("test mse@longer", None): "changed", ("test novelty", None): "changed"}
    assert differing(against(learned(base), learned(replace(base, test={"news": 1.0})))) == {
        ("test mse@longer", None): "missing",
        ("test novelty", None): "missing",
        ("test news", None): "new",
    }


def test_a_file_from_a_later_version_is_unreadable_and_the_rest_is_compared(tmp_path: Path) -> None:
    """A row of a kind that is not known yet, beside a field that is not."""
    store = Store(tmp_path)
    store.prepare()
    for result in (learned(), counted()):
        store.write(result)
    path = store.path(trial_id(OPERATIONS))
    path.write_text(path.read_text().replace('"operations"', '"entropy"'))
    path = store.path(trial_id(learned().trial))
    path.write_text(path.read_text().replace('"test":', '"beauty": 3, "test":'))
    results = tuple(store.read())
    assert [trial_id(result.trial) for result in results] == [trial_id(learned().trial)]
    assert len(store.unreadable) == 1
    assert differing(against((learned(), counted()), results)) == {("outcome", None): "missing"}


def test_costs_are_matched_by_cell_whoever_is_measured_beside_it() -> None:
    """A cell more in a process, another day, and fewer replicates do not make it another figure."""
    base = [timed({"gru": 2.0}, round=turn, session="2026-11-24") for turn in range(3)]
    head = [timed({"rnn": 1.0, "gru": 3.0}, round=turn, session="2026-11-25") for turn in range(2)]
    comparison = against(base, head)
    told = {(change.row, change.figure): change for change in comparison.changes}
    assert told["gru", "parameters"].verdict == "same"
    step = told["gru", "time of a step"]
    assert (step.base, step.head, step.verdict) == (2.0, 3.0, "not judged")
    assert told["rnn", "outcome"].verdict == "new"


def test_one_failed_replicate_is_a_regression() -> None:
    """However many others went well."""
    base = [timed({"gru": 2.0}, round=turn) for turn in range(3)]
    head = [
        *base[:2],
        replace(base[2], status="killed", costs=(), reason="its process was ended by SIGKILL"),
    ]
    (worse,) = [change for change in against(base, head).changes if change.verdict == "worse"]
    assert (worse.figure, worse.head, worse.reason) == (
        "outcome",
        "killed",
        "killed: its process was ended by SIGKILL",
    )


def test_a_cell_that_failed_beside_others_that_did_not_is_a_regression() -> None:
    """The trial is ok, and its row alone is absent."""
    base = timed({"rnn": 1.0, "gru": 2.0})
    head = replace(base, costs=base.costs[:1], absent={"gru": "it raised ValueError: no such luck"})
    (change,) = [
        change
        for change in against(base, head).changes
        if change.verdict not in ("same", "not judged", "not comparable")
    ]
    assert (change.row, change.verdict, change.reason) == (
        "gru",
        "worse",
        "error: it raised ValueError: no such luck",
    )


def test_counts_on_which_replicates_do_not_agree_are_none() -> None:
    """What is to be exact has one value; which one is better cannot be said."""
    base = [replace(remembered(), trial=replace(MEMORY, round=turn)) for turn in range(2)]
    head = [base[0], replace(remembered(state_bytes=64), trial=replace(MEMORY, round=1))]
    (change,) = [c for c in against(base, head).changes if c.figure == "state bytes"]
    assert (change.verdict, change.reason) == (
        "undecided",
        "replicates of HEAD do not agree: 128, 64",
    )


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_noisy_figures_are_shown_and_not_judged(factor: float) -> None:
    """Times in seconds, whatever became of them."""
    comparison = against(timed({"gru": 2.0}), timed({"gru": 2.0 * factor}))
    noisy = {c.figure: c.verdict for c in comparison.changes if c.kind == "noisy"}
    assert noisy == dict.fromkeys(("time of a step", "first call"), "not judged")


def test_a_change_says_whose_source_changed_with_it() -> None:
    """Of the trial's own cell and task; nothing is blamed where nothing changed."""
    provenance = replace(HERE, definitions={"gru": "new", "adding": "def"})
    worse = learned(replace(LEARNING, parameters=508), provenance=provenance)
    (change,) = [c for c in against(learned(), worse).changes if c.verdict == "worse"]
    assert change.reason == "source of gru changed"
    row = replace(counted(1001).costs[0], kernel="eager operations")
    (change,) = [
        c
        for c in against(counted(), replace(counted(), costs=(row,))).changes
        if c.verdict == "worse"
    ]
    assert change.reason == "kernel loop in ATen → eager operations"


def test_what_changed_alike_is_said_once() -> None:
    """Epochs of a curve, and trials with the same change; a reason that holds for many gathers
    them."""
    head = replace(
        LEARNING,
        parameters=508,
        curve=tuple(replace(epoch, train_loss=epoch.train_loss + 0.1) for epoch in LEARNING.curve),
    )
    both = (learned(), learned(seed=1))
    found = blocks(
        change
        for change in against(both, [learned(head), learned(head, seed=1)]).changes
        if change.verdict in ("worse", "changed")
    )
    (block,) = found
    assert block.titles == ("adding.h10.gru.s0", "adding.h10.gru.s1")
    assert [line.figure for line in block.lines] == [
        "parameters",
        "training loss, epoch 2 (since 1)",
    ]
    assert block.what == "6 figures"
    barred = against(both, [elsewhere(result, processor="Q") for result in both]).changes
    (block,) = blocks(change for change in barred if change.verdict == "not comparable")
    assert (block.what, block.reason, block.lines) == ("22 figures", "processor: P, now Q", ())
    fewer = [learned(replace(LEARNING, test={"mse": 0.3}), seed=seed) for seed in (0, 1)]
    (block,) = blocks(
        change for change in against(both, fewer).changes if change.verdict == "missing"
    )
    assert (block.what, block.reason, len(block.titles)) == (
        "test accuracy",
        "HEAD has no such figure",
        2,
    )


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_two_values_that_differ_look_different(one: float, other: float) -> None:
    """Down to the last bit, and with four digits where these do."""
    first, second = distinguished(one, other)
    assert (first == second) == (one == other)


@pytest.mark.parametrize(
    ("base", "head", "texts", "by"),
    [
        (0.1523, 0.1531, ("0.1523", "0.1531"), "+0.5%"),
        (0.5, math.nextafter(0.5, 1), ("0.5000000000000000", "0.5000000000000001"), "+2×10⁻¹⁶"),
        (1000, 1001, ("1,000", "1,001"), "+0.1%"),
        (5, None, ("5", "not reached"), ""),
        (0.0, 1.0, ("0.000", "1.000"), ""),
        (-0.01, 0.02, ("-0.01000", "0.02000"), ""),
        ("ok", "error", ("ok", "error"), ""),
    ],
)
def test_values_are_written_as_short_as_they_can_be_told_apart(
    base: float | str | None, head: float | str | None, texts: tuple[str, str], by: str
) -> None:
    """With the difference as a part of BASE."""
    assert distinguished(base, head) == texts
    assert relative_difference(base, head) == by


def test_noisy_figures_have_units_of_their_size() -> None:
    """Three digits."""
    assert [in_units(value, "seconds") for value in (1.5, 0.0123, 4.2e-5)] == [
        "1.50 s",
        "12.3 ms",
        "42.0 µs",
    ]
    assert [in_units(value, "bytes") for value in (3 * 2**20, 512)] == ["3.00 MiB", "512"]
    assert [in_units(value, "") for value in (None, 1.234)] == ["-", "1.23"]
