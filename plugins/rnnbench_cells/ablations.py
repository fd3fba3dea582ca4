"""Variants of the peephole LSTM in which one part is removed or added (Greff et al. 2015).

source: Greff, Srivastava, Koutnik, Steunebrink & Schmidhuber 2015, arXiv:1503.04069, appendix A.
Each variant changes one equation of `VanillaLSTM`, whose gates are i, f and o:

    no-input-gate (NIG)           i_t = 1
    no-forget-gate (NFG)          f_t = 1
    no-output-gate (NOG)          o_t = 1
    no-input-activation (NIAF)    c_t = f_t c_{t-1} + i_t (W x_t + U h_{t-1} + b)
    no-output-activation (NOAF)   h_t = o_t c_t
    cifg (CIFG)                   f_t = 1 - i_t
    full-gate-recurrence (FGR)    each gate also sees i_{t-1}, f_{t-1} and o_{t-1}, through nine
                                  more matrices; the gates before the first step are zero

The eighth variant of the paper has no peepholes (NP); it is `peephole-lstm` with peepholes = false.
The cell `lstm` computes NP as well, with two biases in place of one and torch's initialisation.

Every variant takes the options of `VanillaLSTM`, but NFG has no forget bias to set.
The surprise: `cifg` starts its input gate at minus the forget bias, so that f_t starts as in the
other variants.
"""

from functools import partial

from rnnbench_cells.vanilla_lstm import VanillaLSTM

no_input_gate = partial(VanillaLSTM, change="no-input-gate")
no_forget_gate = partial(VanillaLSTM, change="no-forget-gate")
no_output_gate = partial(VanillaLSTM, change="no-output-gate")
no_input_activation = partial(VanillaLSTM, change="no-input-activation")
no_output_activation = partial(VanillaLSTM, change="no-output-activation")
cifg = partial(VanillaLSTM, change="cifg")
full_gate_recurrence = partial(VanillaLSTM, change="full-gate-recurrence")
