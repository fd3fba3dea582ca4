"""Specs of the peephole LSTM and of its variants, with one part removed or added (Greff et al.)."""

from collections.abc import Callable

import rnnbench

STEPS = ("eager", "compiled", "fused")
GREFF = "Greff et al. 2015, arXiv:1503.04069, appendix A"
INITIAL = {"forget_bias": 1.0, "weight_std": 0.1}


def _counts(gates: int, recurrent_gates: int = 0) -> Callable[..., int]:
    """Return a function that counts parameters.

    It counts W, U and b of the gates and of the block input, one peephole a gate and unit, and the
    matrices between gates.
    """

    def parameters(
        input_size: int, hidden_size: int, *, peepholes: bool = True, **_: object
    ) -> int:
        per_unit = (gates + 1) * (input_size + hidden_size + 1) + (gates if peepholes else 0)
        return hidden_size * per_unit + (recurrent_gates * hidden_size) ** 2

    return parameters


def _state(_input_size: int, hidden_size: int, **_: object) -> int:
    """Return the size of h and c."""
    return 2 * hidden_size


def _state_with_gates(_input_size: int, hidden_size: int, **_: object) -> int:
    """Return the size of h, c and three gates."""
    return 5 * hidden_size


SPECS = [
    rnnbench.CellSpec(
        name="peephole-lstm",
        build="rnnbench_cells.vanilla_lstm:VanillaLSTM",
        source=(
            "Gers, Schraudolph & Schmidhuber 2002, JMLR 3:115-143; Greff et al. 2015,"
            " arXiv:1503.04069, section II"
        ),
        summary=(
            "Long short-term memory with peepholes, through which the gates see the cell state."
        ),
        options={"peepholes": True, **INITIAL},
        implementations=STEPS,
        parameters=_counts(gates=3),
        state_floats=_state,
    ),
    rnnbench.CellSpec(
        name="no-input-gate",
        build="rnnbench_cells.ablations:no_input_gate",
        source=GREFF,
        summary="The peephole LSTM without an input gate: i_t = 1.",
        options={"peepholes": True, **INITIAL},
        implementations=STEPS,
        parameters=_counts(gates=2),
        state_floats=_state,
    ),
    rnnbench.CellSpec(
        name="no-forget-gate",
        build="rnnbench_cells.ablations:no_forget_gate",
        source=GREFF,
        summary="The peephole LSTM without a forget gate: f_t = 1.",
        options={"peepholes": True, "weight_std": 0.1},
        implementations=STEPS,
        parameters=_counts(gates=2),
        state_floats=_state,
    ),
    rnnbench.CellSpec(
        name="no-output-gate",
        build="rnnbench_cells.ablations:no_output_gate",
        source=GREFF,
        summary="The peephole LSTM without an output gate: o_t = 1.",
        options={"peepholes": True, **INITIAL},
        implementations=STEPS,
        parameters=_counts(gates=2),
        state_floats=_state,
    ),
    rnnbench.CellSpec(
        name="no-input-activation",
        build="rnnbench_cells.ablations:no_input_activation",
        source=GREFF,
        summary="The peephole LSTM whose candidate for the cell state has no tanh.",
        options={"peepholes": True, **INITIAL},
        implementations=STEPS,
        parameters=_counts(gates=3),
        state_floats=_state,
    ),
    rnnbench.CellSpec(
        name="no-output-activation",
        build="rnnbench_cells.ablations:no_output_activation",
        source=GREFF,
        summary="The peephole LSTM whose output has no tanh: h_t = o_t c_t.",
        options={"peepholes": True, **INITIAL},
        implementations=STEPS,
        parameters=_counts(gates=3),
        state_floats=_state,
    ),
    rnnbench.CellSpec(
        name="cifg",
        build="rnnbench_cells.ablations:cifg",
        source=GREFF,
        summary="The peephole LSTM with coupled input and forget gates: f_t = 1 - i_t.",
        options={"peepholes": True, **INITIAL},
        implementations=STEPS,
        parameters=_counts(gates=2),
        state_floats=_state,
    ),
    rnnbench.CellSpec(
        name="full-gate-recurrence",
        build="rnnbench_cells.ablations:full_gate_recurrence",
        source=GREFF,
        summary="The peephole LSTM whose gates also see all three gates of the previous step.",
        options={"peepholes": True, **INITIAL},
        implementations=STEPS,
        parameters=_counts(gates=3, recurrent_gates=3),
        state_floats=_state_with_gates,
    ),
]
