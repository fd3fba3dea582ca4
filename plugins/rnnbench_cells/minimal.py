"""The minimal gated cells of Feng et al. 2024, whose gates see the input only, so that they run in
parallel over time.

Both come in two forms, which are two different cells. "log-space" keeps the state positive by a
candidate g(x) = x + 1/2 for x >= 0, sigmoid(x) below; "vanilla" has no activation on the candidate.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, log_scan, require_steps

FORMS = ("log-space", "vanilla")
GATES = ("positive", "signed")
LOG_2 = math.log(2)
IMPLEMENTATIONS = (*SCANS, "log-scan")


class MinimalCell(nn.Module, ABC):
    """h_t = a_t h_{t-1} + w_t c_t, where the gates and the candidate see only x_t; y_t = h_t.

    w_t in (0, 1) writes, a_t = 1 - w_t keeps; with signed gates a_t = 1 - 2 w_t, in (-1, 1), and
    w_t as it was. The state is h itself and is carried as it is: only candidates go through g. The
    source's parallel listing sends the state that it is given through g as well, which its step
    form does not, so that its chunks do not equal the whole. Where none is given, h_0 = g(0) = 1/2
    in the log-space form, as that listing makes of zeros, and 0 in the other.
    """

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
        self.hidden_size = hidden_size
        self.log_space, self.signed, self.implementation = (
            form == "log-space",
            gates == "signed",
            implementation,
        )

    @abstractmethod
    def project(self, x_BTI: Tensor) -> tuple[Tensor, Tensor]:
        """The logit of w and the candidate before g, each (B, T, H)."""

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """g(0) = 1/2 in the log-space form, 0 in the other, (B, H)."""
        return x_BI.new_full((len(x_BI), self.hidden_size), 0.5 if self.log_space else 0.0)

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T, I) to (B, T, H) and the last h, (B, H). Raises ValueError where T is 0."""
        require_steps(x_BTI)
        logit_BTH, candidate_BTH = self.project(x_BTI)
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        if self.implementation == "log-scan":
            log_written_BTH = functional.logsigmoid(logit_BTH) + log_positive(candidate_BTH)
            y_BTH = log_scan(functional.logsigmoid(-logit_BTH), log_written_BTH, state)
        else:
            keep_BTH = torch.sigmoid(-logit_BTH)
            a_BTH = 2 * keep_BTH - 1 if self.signed else keep_BTH
            candidate_BTH = positive(candidate_BTH) if self.log_space else candidate_BTH
            y_BTH = SCANS[self.implementation](
                a_BTH, torch.sigmoid(logit_BTH) * candidate_BTH, state
            )
        return y_BTH, y_BTH[:, -1]


class MinGRU(MinimalCell):
    """h_t = (1 - z_t) h_{t-1} + z_t c_t, where z_t = sigmoid(W_z x_t + b_z) and c_t = W_h x_t +
    b_h.

    source: Feng et al. 2024, arXiv:2410.01201, section 3.1; log-space form: appendix B. signed
    gates: Grazzi et al. 2024, arXiv:2411.12537. The surprise: z_t never sees the state, so that one
    layer cannot decide by what it holds. Rows of `projection`: z, h.
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
        """The logit of z and the candidate."""
        logit_BTH, candidate_BTH = self.projection(x_BTI).chunk(2, dim=-1)
        return logit_BTH, candidate_BTH


class MinLSTM(MinimalCell):
    """h_t = f'_t h_{t-1} + i'_t c_t, where f' = f / (f + i), i' = i / (f + i), f and i sigmoid
    gates of x_t.

    source: Feng et al. 2024, arXiv:2410.01201, section 3.2; log-space form: appendix B. signed
    gates: Grazzi et al. 2024, arXiv:2411.12537. The surprise: as the gates are normalised, one
    number decides, log i - log f, which is how it is computed here: f / (f + i) is 0 / 0 where both
    are closed. forget_bias: added to the forget gate's bias at the start, as the source does in its
    appendix on initialisation. Rows of `projection`: f, i, h.
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
        """log i - log f, and the candidate."""
        forget_BTH, input_BTH, candidate_BTH = self.projection(x_BTI).chunk(3, dim=-1)
        return functional.logsigmoid(input_BTH) - functional.logsigmoid(forget_BTH), candidate_BTH


def positive(x: Tensor) -> Tensor:
    """g(x) = x + 1/2 for x >= 0, sigmoid(x) below, written without a choice between the two, which
    is quicker."""
    return torch.relu(x) + torch.sigmoid(x.clamp(max=0))


def log_positive(x: Tensor) -> Tensor:
    """log g(x), where g(x) itself would underflow."""
    return (torch.relu(x) + 0.5).log() + (functional.logsigmoid(x.clamp(max=0)) + LOG_2)
