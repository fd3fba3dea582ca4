"""Several folders as one: what may be pooled is, what may not is told apart, and both are said."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.combine import Combined, Part, combine
from rnnbench.driver import RunContents
from rnnbench.errors import RnnbenchError
from rnnbench.findings import find
from rnnbench.records import Claim, Machine, Outcome, Result, trial_id
from rnnbench.store import (
    Store,
    failed_checks,
    keep_claims,
    keep_failed_checks,
    keep_look,
    keep_planned,
    kept_claims,
    kept_looks,
)
from tests.builders.findings import cost_result, learned, noisy, with_provenance

ABACUS = Machine(processor="abacus", cores=2, memory_bytes=1, system="none")
SLIDE_RULE = replace(ABACUS, processor="slide rule")


def on(machine: Machine, results: Iterable[Result], **provenance: object) -> list[Result]:
    return [with_provenance(result, machine=machine, **provenance) for result in results]


def part(folder: Path, results: Iterable[Result]) -> Part:
    """A folder that holds these results, with what lies beside them."""
    (folder / "trials").mkdir(parents=True, exist_ok=True)
    beside = (kept_claims(folder), failed_checks(folder), kept_looks(folder))
    return Part(Store(folder), RunContents(tuple(results), *beside, {}))


def of_folders(place: Path, *runs: Sequence[Result]) -> Combined:
    """Runs in the folders a, b, and so on, as one."""
    return combine([part(place / name, run) for name, run in zip("abc", runs, strict=False)])


def seeds(
    numbers: Iterable[int], epochs: int = 3, score: float = 0.05, **trial: object
) -> list[Result]:
    """Two cells on these seeds."""
    made = []
    for seed in numbers:
        made += [learned("gru", seed, epochs, score, **trial), learned("lstm", seed, 5, **trial)]
    return made


def test_one_result_in_two_folders_is_taken_once(tmp_path: Path) -> None:
    """A copy adds nothing to what the run says."""
    run = [*seeds(range(3)), cost_result(0, 0.1)]
    combined = of_folders(tmp_path, run, run)
    alone = find(run)
    assert combined.findings.conditions == alone.conditions
    assert combined.findings.costs == alone.costs
    assert combined.sentences == ("7 results lie in several folders and are taken once.",)


def test_seeds_of_two_machines_are_pooled(tmp_path: Path) -> None:
    """Learning is compared on any machine; a seed that gave the same figures twice counts once."""
    combined = of_folders(tmp_path, on(ABACUS, seeds(range(3))), on(SLIDE_RULE, seeds(range(2, 5))))
    (condition,) = combined.findings.conditions
    assert [arm.seeds for arm in condition.arms] == [(0, 1, 2, 3, 4)] * 2
    assert combined.sentences == ()
    assert combined.findings.folders == (str(tmp_path / "a"), str(tmp_path / "b"))


def test_ids_that_collide_with_other_figures_are_told_apart_by_machine(tmp_path: Path) -> None:
    """As conditions of their own, each with its seeds, and with the reason; horizons of a task stay
    together."""
    ours = seeds(range(3)) + seeds(range(3), dials={"horizon": 20})
    theirs = seeds(range(1), 4, 0.06) + seeds((7, 8), dials={"horizon": 20})
    combined = of_folders(tmp_path, on(ABACUS, ours), on(SLIDE_RULE, theirs))
    findings = combined.findings
    assert {c.title: c.arms[0].seeds for c in findings.conditions} == {
        "adding, horizon 10, abacus, 2 cores": (0, 1, 2),
        "adding, horizon 10, slide rule, 2 cores": (0,),
        "adding, horizon 20, abacus, 2 cores": (0, 1, 2),
        "adding, horizon 20, slide rule, 2 cores": (7, 8),
    }
    assert [span.title for span in findings.spans] == [
        "adding, abacus, 2 cores",
        "adding, slide rule, 2 cores",
    ]
    sentence = (
        f"Results of {tmp_path / 'a'} and {tmp_path / 'b'} are not pooled (adding), since both hold"
        " trials of the same id with other figures; tables show them apart."
    )
    assert sentence in combined.sentences
    assert set(combined.sentences) <= set(findings.caveats)


def test_each_trial_names_the_file_of_its_result(tmp_path: Path) -> None:
    """Also where it has another id in the report, since ids there are different."""
    combined = of_folders(tmp_path, on(ABACUS, seeds([0, 1])), on(SLIDE_RULE, seeds([0], 4, 0.06)))
    trials = combined.findings.trials
    assert len({trial.trial for trial in trials}) == len(trials) == 6
    made = [("a", result) for result in seeds([0, 1])] + [("b", result) for result in seeds([0])]
    assert sorted(trial.stored for trial in trials) == sorted(
        str(tmp_path / folder / "trials" / f"{trial_id(result.trial)}.json")
        for folder, result in made
    )


def test_the_same_machine_is_told_apart_by_folder(tmp_path: Path) -> None:
    """Where a trial gave other figures there too."""
    combined = of_folders(tmp_path, on(ABACUS, seeds([0])), on(ABACUS, seeds([0], 4, 0.06)))
    assert [condition.title for condition in combined.findings.conditions] == [
        f"adding, {tmp_path / 'a'}",
        f"adding, {tmp_path / 'b'}",
    ]


def test_another_source_of_a_cell_is_not_pooled(tmp_path: Path) -> None:
    """Though the seeds are different; what differs within one folder is its own caveat."""
    sources = {"definitions": {"gru": "1", "lstm": "1"}}
    ours = on(ABACUS, seeds(range(3)), **sources)
    theirs = on(ABACUS, seeds(range(3, 6)), definitions={"gru": "2", "lstm": "1"})
    combined = of_folders(tmp_path, ours, theirs)
    assert len(combined.findings.conditions) == 2
    sentence, _ = combined.sentences
    assert "(adding), since the source of gru differs; tables show them apart." in sentence
    mixed = of_folders(tmp_path / "mixed", [*ours, *theirs], on(ABACUS, seeds([9]), **sources))
    assert len(mixed.findings.conditions) == 1


def test_older_versions_of_the_suite_are_left_out(tmp_path: Path) -> None:
    combined = of_folders(tmp_path, seeds([0], suite_version=2), seeds([1, 2]))
    (condition,) = combined.findings.conditions
    assert condition.arms[0].seeds == (0,)
    assert combined.sentences == (
        f"{tmp_path / 'b'}: 4 results of older versions of the suite than 2 are left out, since"
        " results of different versions are not compared.",
    )


def test_other_suites_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RnnbenchError, match=r"of one suite, .* 's' \(.*a\) and 't' \(.*b\)"):
        of_folders(tmp_path, seeds([0]), seeds([0], suite="t"))


def replicates(seconds: float, machine: Machine = ABACUS, **versions: str) -> list[Result]:
    results = [cost_result(number, seconds) for number in range(8)]
    return on(machine, results, versions=versions)


def test_costs_of_other_machines_are_not_pooled(tmp_path: Path) -> None:
    """Nor those of another torch; the reason names what differs."""
    for name, other, reason in (
        ("machines", replicates(0.2, SLIDE_RULE, torch="2"), "processor (abacus and slide rule)"),
        ("torch", replicates(0.2, torch="3"), "torch (2 and 3)"),
    ):
        combined = of_folders(tmp_path / name, replicates(0.1, torch="2"), other)
        first, second = combined.findings.costs
        for cost in (first, second):
            assert len(cost.rows[0].step_times["train"].replicates) == 8
        assert first.title != second.title
        sentence, _ = combined.sentences
        assert f"under other circumstances: {reason}; tables show them apart." in sentence


def test_costs_of_one_machine_are_sessions_by_folder(tmp_path: Path) -> None:
    """As they would be on two days; a copy of a session is no other session."""
    combined = of_folders(tmp_path, replicates(0.1), replicates(0.11), replicates(0.1))
    (cost,) = combined.findings.costs
    time = cost.rows[0].step_times["train"]
    assert len(time.replicates) == 16
    assert len(time.sessions) == 2
    assert any("are sessions of their own" in sentence for sentence in combined.sentences)
    assert "8 results lie in several folders and are taken once." in combined.sentences


def test_looks_of_each_folder_are_honoured_and_kept(tmp_path: Path) -> None:
    """Verdicts of seeds that were added allow for them, and each folder learns of the new look."""
    results = noisy(20)
    early = [result for result in results if result.trial.seed < 10]  # type: ignore[union-attr]
    late = [result for result in results if result not in early]
    first = tmp_path / "a"
    part(first, early)
    (condition,) = find(early).conditions
    assert condition.look
    keep_look(first, [condition.look])
    keep_planned(first, 10)
    combined = of_folders(tmp_path, early, late)
    (pooled,) = combined.findings.conditions
    assert pooled.comparisons[0].looked == (10,)
    assert pooled.comparisons[0].planned == 10
    assert pooled.comparisons[0].level < 0.04
    assert combined.record_look() == []
    for folder in "ab":
        assert pooled.look in kept_looks(tmp_path / folder).looks


def test_looks_at_what_is_told_apart_bear_the_id_of_the_folder(tmp_path: Path) -> None:
    """Its next report of its own allows for them; so does the next combined one."""
    ours = on(ABACUS, noisy(10))
    theirs = on(SLIDE_RULE, noisy(9, ratio=2.0))
    assert of_folders(tmp_path, ours, theirs).record_look() == []
    (alone,) = find(ours).conditions
    assert alone.look in kept_looks(tmp_path / "a").looks
    again = of_folders(tmp_path, on(ABACUS, noisy(20)), theirs)
    by_seeds = {len(c.arms[0].seeds): c for c in again.findings.conditions}
    assert by_seeds[20].comparisons[0].looked == (10,)


def test_aggregates_do_not_count_a_seed_twice(tmp_path: Path) -> None:
    """Of what is told apart, they take the larger group, and say so."""
    ours = seeds(range(3)) + seeds(range(3), dials={"horizon": 20})
    theirs = seeds([0], 4, 0.06) + seeds([0], 4, 0.06, dials={"horizon": 20})
    combined = of_folders(tmp_path, on(ABACUS, ours), on(SLIDE_RULE, theirs))
    capacity = combined.findings.across[0]
    assert len(capacity.conditions) == 2
    assert capacity.seeds == (0, 1, 2)
    assert (
        "The headline and aggregates across tasks rest on the larger group of what is not pooled."
        in combined.sentences
    )
    assert len(combined.findings.conditions) == 4
    assert combined.findings.headline == find(ours).headline


def test_claims_are_judged_by_the_larger_group(tmp_path: Path) -> None:
    """A claim takes one result of each seed; the question of the first folder counts, and the looks
    at both."""
    claim = Claim(name="gru-wins", sentence="GRUs win.", readings=(), looked=(5,))
    runs = (on(ABACUS, seeds(range(3))), on(SLIDE_RULE, seeds([0], 4, 0.06)))
    of_folders(tmp_path, *runs)
    keep_claims(tmp_path / "a", [claim], range(7))
    keep_claims(tmp_path / "b", [claim], range(9))
    combined = of_folders(tmp_path, *runs)
    (condition,) = combined.findings.conditions
    assert condition.arms[0].seeds == (0, 1, 2)
    assert "claims are judged by the larger group alone." in combined.sentences[0]
    assert [finding.name for finding in combined.findings.claims] == ["gru-wins"]
    keep_claims(tmp_path / "b", [replace(claim, sentence="GRUs lose.")], range(9))
    conflicting = of_folders(tmp_path, *runs)
    assert any("puts another question" in sentence for sentence in conflicting.sentences)


def test_failed_checks_of_each_folder_are_caveats(tmp_path: Path) -> None:
    """Each law of a cell once, before what is not pooled."""
    of_folders(tmp_path, [], [*seeds([0])])
    same = {"subject": "gru", "law": "l", "status": "failed", "sentence": "it does not"}
    for folder, checks in (("a", ["causal"]), ("b", ["causal", "finite"])):
        outcomes = [Outcome(check=check, **same) for check in checks]  # type: ignore[arg-type]
        keep_failed_checks(tmp_path / folder, outcomes)
    findings = of_folders(tmp_path, seeds([0]), seeds([1])).findings
    assert len(findings.law_caveats) == 2
    assert findings.caveats[:2] == tuple(caveat.sentence for caveat in findings.law_caveats)


def test_nothing_but_empty_folders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RnnbenchError, match="there are no results to report"):
        of_folders(tmp_path, [], [])
