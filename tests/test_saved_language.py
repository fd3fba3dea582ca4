"""Saved language models score a new text and continue one, with and without rnnbench."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from rnnbench.datafile import load, read_new_text
from rnnbench.errors import RnnbenchError
from rnnbench.model import Model
from rnnbench.saved_model import (
    SavedModel,
    continue_text,
    load_model,
    open_model,
    save_model,
    text_score,
)
from rnnbench.saved_model.program import program as program_of
from rnnbench.store import Store
from tests.builders import clean_files as clean
from tests.builders.inside import rnnbench_here
from tests.builders.own_files import trained
from tests.test_saved_models import program


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("novel")
    (folder / "novel.txt").write_text(clean.prose())
    return trained(folder, "text-file", folder / "novel.txt", ", horizon = 30")


@pytest.fixture(scope="module")
def saved(run: Store) -> SavedModel:
    return open_model(run.folder)[0]


@pytest.fixture(scope="module")
def model(run: Store) -> Model:
    return load_model(*open_model(run.folder))


def test_the_bits_of_the_test_part_are_those_of_training(
    run: Store, saved: SavedModel, model: Model, tmp_path: Path
) -> None:
    """Up to the beginnings of its 16 streams, of which a new file has one; and from the outputs at
    every step of the whole text, to rounding."""
    assert saved.preparation
    test = load(run.folder.parent / "novel.txt").test
    symbols = np.append(test.inputs[0, :1], test.targets[0])
    names = ["?", *saved.preparation.vocabulary]
    file = tmp_path / "test.txt"
    file.write_text("".join(names[code] for code in symbols))
    codes = read_new_text(file, saved.preparation)
    assert np.array_equal(codes[: len(symbols)], symbols)
    score = text_score(model, saved.preparation, codes)
    assert score.bits == pytest.approx(saved.test["bits"], rel=0.05)
    with torch.inference_mode():
        outputs = model(torch.tensor(codes[None, :-1]))[0].double()
    right = torch.softmax(outputs, -1)[torch.arange(len(codes) - 1), torch.tensor(codes[1:])]
    assert score.bits == pytest.approx(float(-right.log2().mean()), rel=1e-6)
    assert (score.predicted, score.unknown) == (len(codes) - 1, 0)


def test_a_text_goes_on_by_its_likeliest_symbols(saved: SavedModel, model: Model) -> None:
    """At temperature 0, each is the one with the largest output behind the whole text before it."""
    assert saved.preparation
    written = continue_text(model, saved.preparation, "one d", 8, 0.0, seed=1).text
    assert written.startswith("one d")
    assert len(written) == 13
    codes = {symbol: code for code, symbol in enumerate(saved.preparation.vocabulary, 1)}
    for end in range(5, 13):
        read = torch.tensor([[codes[symbol] for symbol in written[:end]]])
        with torch.inference_mode():
            outputs = model(read)[0, -1, 1:]
        assert saved.preparation.vocabulary[int(outputs.argmax())] == written[end]


def test_a_cell_that_carries_no_state_writes_the_same(saved: SavedModel, model: Model) -> None:
    """It reads the whole text again for each symbol."""
    assert saved.preparation
    carried = continue_text(model, saved.preparation, "one d", 8, 0.0, seed=1)
    model.carries_state = False
    try:
        again = continue_text(model, saved.preparation, "one d", 8, 0.0, seed=1)
    finally:
        model.carries_state = True
    assert again == carried


def test_the_unknown_symbol_is_never_drawn(saved: SavedModel, run: Store) -> None:
    """Though the model expects nothing else, the others are drawn as before."""
    assert saved.preparation
    model = load_model(*open_model(run.folder))
    expected = continue_text(model, saved.preparation, "one d", 8, 0.0, seed=1)
    with torch.no_grad():
        model.readout.layer.bias[0] += 100.0  # type: ignore[union-attr,index]
    assert continue_text(model, saved.preparation, "one d", 8, 0.0, seed=1) == expected


def test_a_temperature_and_a_seed_decide_what_is_drawn(saved: SavedModel, model: Model) -> None:
    """One seed gives one text, and a low temperature the likeliest symbols."""
    preparation = saved.preparation
    assert preparation
    texts = [continue_text(model, preparation, "one", 30, 1.0, seed).text for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    likeliest = continue_text(model, preparation, "one", 30, 0.0, 1)
    assert continue_text(model, preparation, "one", 30, 1e-6, 2) == likeliest
    assert continue_text(model, preparation, "\x07one", 3, 1.0, 1).unknown == 1
    with pytest.raises(RnnbenchError, match="has no character"):
        continue_text(model, preparation, "", 3, 1.0, 1)


def test_the_command_scores_a_file_or_continues_a_text(run: Store, tmp_path: Path) -> None:
    """As a line of CSV, or as a text; a file and a text together are refused."""
    (tmp_path / "new.txt").write_text("The rain was over.\n")
    folder = str(run.folder)
    scored = rnnbench_here("predict", folder, "new.txt", cwd=tmp_path)
    header, line = scored.stdout.splitlines()
    assert header == "characters,unknown,bits a character"
    assert line.startswith("18,")
    words = ("--continue", "one d", "--length", "5", "--temperature", "0.5")
    done = rnnbench_here("predict", folder, *words, cwd=tmp_path)
    assert (done.returncode, len(done.stdout)) == (0, 5 + 5 + 1)
    both = rnnbench_here("predict", folder, "new.txt", *words, cwd=tmp_path)
    assert both.returncode == 2
    assert "either FILE or --continue TEXT" in both.stderr


def test_the_program_says_the_same(run: Store, saved: SavedModel, tmp_path: Path) -> None:
    """The bits of a file, and the likeliest text, in at most thirty lines."""
    files, reason = save_model(run, next(iter(run.read())), tmp_path)
    assert reason == ""
    assert len(files[2].read_text().splitlines()) <= 30
    file = tmp_path / "new.txt"
    file.write_text("The rain was over.\nIt rained again")
    assert saved.preparation
    model = load_model(*open_model(tmp_path))
    score = text_score(model, saved.preparation, read_new_text(file, saved.preparation))
    assert float(program(tmp_path, file)[0][0]) == pytest.approx(score.bits, rel=1e-6)
    written = continue_text(model, saved.preparation, "one d", 9, 0.0, 0).text
    (said,) = program(tmp_path, "--continue", "one d", "9", "0")
    assert ",".join(said) == written.splitlines()[0]


def test_a_program_for_words_fits_in_thirty_lines(saved: SavedModel) -> None:
    """It finds words as the training did."""
    assert saved.preparation
    of_words = msgspec.structs.replace(saved.preparation, unit="word")
    text = program_of(msgspec.structs.replace(saved, preparation=of_words), [(8, 8)])
    assert "re.findall" in text
    compile(text, "predict.py", "exec")
