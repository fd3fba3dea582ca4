"""Model cards: one for each cell, with what it is, how it was trained, what it reached and where it
fails."""

import re
from pathlib import Path

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.driver import with_descriptions
from rnnbench.executors.running import without_run
from rnnbench.findings import Findings, find
from rnnbench.records import CellUse, Looked, Outcome, Result
from tests.builders.findings import BUDGET, RECIPE, cost_result, learned, tuned_results
from tests.builders.records import learning_trial
from tests.builders.report import results

FAILED = Outcome(subject="gru", check="causal", law="l", status="failed", sentence="it looks ahead")


def cards(made: list[Result], folder: Path, checks: tuple[Outcome, ...] = ()) -> dict[str, str]:
    findings: Findings = with_descriptions(find(made, (), checks, Looked()), Catalogue.present())
    files = Catalogue.present().reports["model-cards"].item.load()(findings, folder)
    assert all(path.parent == folder / "model-cards" for path in files)
    return {path.name: path.read_text() for path in files}


def test_a_card_says_what_a_cell_is_and_what_it_reached(tmp_path: Path) -> None:
    """Its source, size and training; solve rate, epochs and scores with their ends; its cost."""
    made = [*(learned("gru", seed, 2) for seed in range(3)), cost_result(0, 0.1)]
    card = cards(made, tmp_path)["gru.md"]
    assert card.startswith("---\nlibrary_name: rnnbench\n")
    assert "| Mathematics | Cho et al. 2014" in card
    assert "| adding | 10 | 1,000 | 10 | adam at 0.001, constant schedule" in card
    assert re.search(r"\| adding \| 3 of 3 \| 1 \\\[0\.292 to 1, 95 % interval, n = 3\\\]", card)
    assert "| T=100 B=32 H=64 I=64 | train | 200 (n = 1) | 2 (n = 1) |" in card
    assert "    rnnbench run suite s -c gru\n" in card
    assert "lstm" not in re.sub(r"torch's LSTM.*|^- .*", "", card, flags=re.M)


def test_a_card_tells_of_the_search_and_of_lost_seeds(tmp_path: Path) -> None:
    """Which rates were tried in how many trials; and what became of seeds without figures."""
    lost = without_run(learning_trial(seed=3, recipe=RECIPE), "error", "no luck")
    card = cards([learned("gru", 0, 2), lost], tmp_path)["gru.md"]
    assert re.search(r"^\| adding \| 1 of 1 .* \| 1 error \|$", card, re.M)
    searched = cards(tuned_results(), tmp_path)["a.md"]
    assert "searched among 0.001, 0.01, 0.1 (6 trials)" in searched
    assert "adam at 0.01" in searched


def test_a_card_tells_what_a_cell_did_not_reach(tmp_path: Path) -> None:
    """Epochs beyond the budget, and success on validation data alone, which counts nowhere."""
    unsolved = cards([learned("gru", seed) for seed in range(3)], tmp_path)["gru.md"]
    assert re.search(rf"^\| adding \| 0 of 3 \| 0 .* \| over {BUDGET} \| mse", unsolved, re.M)
    lucky = [learned("gru", seed, 3, test=1.5, trivial=1.0) for seed in range(3)]
    card = cards(lucky, tmp_path)["gru.md"]
    assert re.search(r"^\| adding \| 3 of 3, on validation data alone \| - \| - \| mse", card, re.M)


def test_a_card_names_the_laws_that_its_cell_fails(tmp_path: Path) -> None:
    """On the card of that cell alone, and not once more among the caveats."""
    made = [learned("gru", 0, 2), learned("lstm", 0, 2)]
    found = cards(made, tmp_path, (FAILED,))
    sentence = "Cell 'gru' fails the law 'causal': it looks ahead."
    assert found["gru.md"].count(sentence) == 1
    assert sentence not in found["lstm.md"]
    assert "None is known from this run." in found["lstm.md"]


def test_cells_of_one_name_have_cards_of_their_own(tmp_path: Path) -> None:
    """By their rows; capitals alone make no other file, and a row is text."""
    labels = ("slow", "Slow", "a/b | <i>", "twin", "twin")
    options = [{"chrono": float(number)} for number in range(len(labels))]
    cells = [
        CellUse(name="lstm", options=option, label=label)  # type: ignore[arg-type]
        for label, option in zip(labels, options, strict=True)
    ]
    made = [learned("", 0, epochs, cell=cell) for epochs, cell in enumerate(cells, start=1)]
    found = cards(made, tmp_path)
    assert len({name.lower() for name in found}) == len(found) == 5
    assert r"# a/b \| &lt;i>" in found["a-b-i.md"]
    for card in found.values():
        option = re.search(r"^\| Option chrono \| (.*) \|$", card, re.M)
        assert option
        epochs = re.search(r"^\| adding \| 1 of 1 \| .* \| (\d) ", card, re.M)
        assert epochs or "# twin" in card


def test_a_card_shows_no_result_of_a_cell_with_the_same_label(tmp_path: Path) -> None:
    """Where tables call both by one label, under different conditions, it rather lacks them."""
    twins = [CellUse(name=name, label="twin") for name in ("gru", "lstm")]
    made = [
        learned("", 0, 2, cell=cell, dials={"horizon": horizon})
        for cell, horizon in zip(twins, (10, 20), strict=True)
    ]
    for card in cards(made, tmp_path).values():
        assert "## Results" not in card


def test_a_cell_that_is_not_installed_is_said_to_be_so(tmp_path: Path) -> None:
    card = cards([learned("gone", 0, 2)], tmp_path)["gone.md"]
    assert "is not installed where this card was made" in card
    assert "| Mathematics | not known here |" in card


def test_each_table_of_a_card_keeps_its_columns(tmp_path: Path) -> None:
    for card in cards(results(), tmp_path).values():
        for table in re.findall(r"(?:^\|.*\n)+", card, re.M):
            bars = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
            assert len(bars) == 1, table


def test_a_card_needs_nothing_but_findings(tmp_path: Path) -> None:
    """Also those of an older file, which do not describe their cells: no card is made of them."""
    bare = replace(find([learned("gru", 0, 2)]), cells=())
    assert Catalogue.present().reports["model-cards"].item.load()(bare, tmp_path) == []
