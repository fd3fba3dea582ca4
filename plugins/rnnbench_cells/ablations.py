"""The long short-term memory with one part taken away or added: the variants of Greff et al. 2015.

source: Greff, Srivastava, Koutnik, Steunebrink & Schmidhuber 2015, arXiv:1503.04069, appendix A.
Each changes one line of `VanillaLSTM` (i, f, o gates; g block input; p peepholes):

    no-input-gate (NIG)           i_t = 1
    no-forget-gate (NFG)          f_t = 1
    no-output-gate (NOG)          o_t = 1
    no-input-activation (NIAF)    c_t = f_t c_{t-1} + i_t (W x_t + U h_{t-1} + b)
    no-output-activation (NOAF)   h_t = o_t c_t
    cifg (CIFG)                   f_t = 1 - i_t
    full-gate-recurrence (FGR)    each gate also sees i_{t-1}, f_{t-1} and o_{t-1}, by nine more
                                  matrices; zero before the first step

The eighth, without peepholes (NP), is the cell `lstm`, or `peephole-lstm` with peepholes = false,
which has one bias in place of two and begins as the others do. Every one takes the options of
`VanillaLSTM`; without a forget gate there is no forget bias. The surprise: with coupled gates the
forget bias, with its sign turned, is the input gate's, so that f_t begins where it begins in the
others.
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
