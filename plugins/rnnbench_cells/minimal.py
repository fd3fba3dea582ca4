"""minGRU and minLSTM: gated cells whose gates see only the input, so that a scan can run them.

source: Feng et al. 2024, arXiv:2410.01201. Each cell has two forms with different mathematics.
The form "log-space" keeps the state positive: its candidate goes through g(x) = x + 1/2 for x >= 0
and g(x) = sigmoid(x) for x < 0. The form "vanilla" has no activation on the candidate.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.fused.loop import FUSED, SOURCE, run_fused
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, log_scan, require_steps

FORMS = ("log-space", "vanilla")
GATES = ("positive", "signed")
LOG_2 = math.log(2)
IMPLEMENTATIONS = (*SCANS, "log-scan", FUSED)


class MinimalCell(nn.Module, ABC):
    """h_t = a_t h_{t-1} + w_t c_t, where the gates and the candidate see only x_t; y_t = h_t.

    The write gate w_t lies in (0, 1). Positive gates keep a_t = 1 - w_t of the state; signed gates
    keep a_t = 1 - 2 w_t, in (-1, 1).

    The initial state is h_0 = g(0) = 1/2 in the log-space form, as in the source's parallel
    listing, and 0 in the vanilla form. That listing also applies g to a state that is passed in,
    and the source's step form does not. Here a passed state enters unchanged, so that a sequence
    run in chunks equals the whole.
    """

    projection: nn.Linear
    """The linear maps of x_t to the gates and then to the candidate."""

    def __init__(
        self, name: str, hidden_size: int, form: str, gates: str, implementation: str
    ) -> None:
        super().__init__()
        require_one_of(f"{name}: form", form, FORMS)
        require_one_of(f"{name}: gates", gates, GATES)
        require_one_of(f"{name}: implementation", implementation, IMPLEMENTATIONS)
        if gates == "signed" and form != "vanilla":
            raise rnnbench.RnnbenchError(
                f"{name}: gates 'signed' need form 'vanilla', got '{form}', whose state is positive"
            )
        if implementation == "log-scan" and form != "log-space":
            raise rnnbench.RnnbenchError(
                f"{name}: implementation 'log-scan' needs form 'log-space', got '{form}'"
            )
        if implementation == FUSED:
            rnnbench.load_operators(SOURCE)
        self.hidden_size = hidden_size
        self.log_space = form == "log-space"
        self.signed = gates == "signed"
        self.implementation = implementation
        self.fused_name = f"{name}-{'signed' if self.signed else form}"

    @abstractmethod
    def project(self, x_BTI: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logit of w_t and the candidate before g, each (B, T, H)."""

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return h_0, (B, H): g(0) = 1/2 in the log-space form, 0 in the vanilla form."""
        return x_BI.new_full((len(x_BI), self.hidden_size), 0.5 if self.log_space else 0.0)

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to all h, (B, T, H), and the last h, (B, H).

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        if self.implementation == FUSED:
            no_recurrent_weights = state.new_empty(0, self.hidden_size)
            weights = (self.projection.weight, no_recurrent_weights, self.projection.bias)
            y_BTH, h_BH, _ = run_fused(self.fused_name, x_BTI, weights, state)
            return y_BTH, h_BH
        logit_BTH, candidate_BTH = self.project(x_BTI)
        if self.implementation == "log-scan":
            log_written_BTH = functional.logsigmoid(logit_BTH) + log_positive(candidate_BTH)
            y_BTH = log_scan(functional.logsigmoid(-logit_BTH), log_written_BTH, state)
        else:
            keep_BTH = torch.sigmoid(-logit_BTH)
            a_BTH = 2 * keep_BTH - 1 if self.signed else keep_BTH
            candidate_BTH = positive(candidate_BTH) if self.log_space else candidate_BTH
            written_BTH = torch.sigmoid(logit_BTH) * candidate_BTH
            y_BTH = SCANS[self.implementation](a_BTH, written_BTH, state)
        return y_BTH, y_BTH[:, -1]


class MinGRU(MinimalCell):
    """h_t = (1 - z_t) h_{t-1} + z_t c_t, where z_t = sigmoid(W_z x_t + b_z), c_t = W_h x_t + b_h.

    source: Feng et al. 2024, arXiv:2410.01201, section 3.1; log-space form: appendix B.
    Signed gates, h_t = (1 - 2 z_t) h_{t-1} + z_t c_t: Grazzi et al. 2024, arXiv:2411.12537.
    The surprise: z_t never sees the state, so one layer cannot gate by what it remembers.

    form:           "log-space" replaces c_t by g(c_t), where g(x) = x + 1/2 for x >= 0 and
                    sigmoid(x) below, and starts at h_0 = 1/2; "vanilla" starts at h_0 = 0.
    gates:          "positive" or "signed"; signed gates need the vanilla form.
    implementation: "scan" (parallel), "loop" (by steps), "log-scan" (log-space form only), or
                    "fused", one operator in C++ over all steps, on a CPU.

    The rows of `projection` are in the order z, h. Raises RnnbenchError for an unknown form, gate
    or implementation, and for a combination that does not exist; DataUnavailable for "fused" where
    the operator cannot be compiled.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        form: str = "log-space",
        gates: str = "positive",
        implementation: str = "scan",
    ) -> None:
        super().__init__("mingru", hidden_size, form, gates, implementation)
        self.projection = nn.Linear(input_size, 2 * hidden_size)

    def project(self, x_BTI: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logit of z_t and the candidate c_t before g, each (B, T, H)."""
        logit_BTH, candidate_BTH = self.projection(x_BTI).chunk(2, dim=-1)
        return logit_BTH, candidate_BTH


class MinLSTM(MinimalCell):
    """h_t = f'_t h_{t-1} + i'_t c_t, where f' = f / (f + i), i' = i / (f + i), c_t = W_h x_t + b_h.

    The gates f and i are sigmoids of linear maps of x_t.

    source: Feng et al. 2024, arXiv:2410.01201, section 3.2; log-space form: appendix B.
    Signed gates, h_t = (f' - i') h_{t-1} + i' c_t: Grazzi et al. 2024, arXiv:2411.12537.
    The surprise: the normalised gates depend on log i - log f alone and are computed from it,
    because f / (f + i) is 0 / 0 where both gates are closed.

    form:           "log-space" replaces c_t by g(c_t), where g(x) = x + 1/2 for x >= 0 and
                    sigmoid(x) below, and starts at h_0 = 1/2; "vanilla" starts at h_0 = 0.
    gates:          "positive" or "signed"; signed gates need the vanilla form.
    forget_bias:    added to the bias of the forget gate at the start, as in the source's appendix
                    on initialisation.
    implementation: "scan" (parallel), "loop" (by steps), "log-scan" (log-space form only), or
                    "fused", one operator in C++ over all steps, on a CPU.

    The rows of `projection` are in the order f, i, h. Raises RnnbenchError for an unknown form,
    gate or implementation, and for a combination that does not exist; DataUnavailable for "fused"
    where the operator cannot be compiled.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        form: str = "log-space",
        gates: str = "positive",
        forget_bias: float = 0.0,
        implementation: str = "scan",
    ) -> None:
        super().__init__("minlstm", hidden_size, form, gates, implementation)
        self.projection = nn.Linear(input_size, 3 * hidden_size)
        with torch.no_grad():
            self.projection.bias[:hidden_size] += forget_bias

    def project(self, x_BTI: Tensor) -> tuple[Tensor, Tensor]:
        """Return log i - log f, the logit of i', and the candidate before g, each (B, T, H)."""
        forget_BTH, input_BTH, candidate_BTH = self.projection(x_BTI).chunk(3, dim=-1)
        logit_BTH = functional.logsigmoid(input_BTH) - functional.logsigmoid(forget_BTH)
        return logit_BTH, candidate_BTH


def positive(x: Tensor) -> Tensor:
    """Return g(x) = x + 1/2 for x >= 0 and sigmoid(x) for x < 0, of any shape.

    One expression covers both cases, which is faster than torch.where.
    """
    return torch.relu(x) + torch.sigmoid(x.clamp(max=0))


def log_positive(x: Tensor) -> Tensor:
    """Return log g(x), of any shape, which stays finite where g(x) underflows."""
    return (torch.relu(x) + 0.5).log() + (functional.logsigmoid(x.clamp(max=0)) + LOG_2)
