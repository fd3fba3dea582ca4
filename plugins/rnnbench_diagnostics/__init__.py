"""Diagnostics of cells: how far back gradients and states reach. Listing them needs no torch."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_metrics() -> list[rnnbench.Diagnostic]:
    """Two looks at memory: through the gradient, and through what can be read out."""
    return [
        rnnbench.Diagnostic(
            name="gradient-lag",
            measure="rnnbench_diagnostics.gradient_lag:gradient_against_lag",
            summary=(
                "Size of the gradient of the last output by the inputs before it, and how fast it"
                " falls."
            ),
            source="Hochreiter 1991; Bengio, Simard & Frasconi 1994, doi:10.1109/72.279181",
        ),
        rnnbench.Diagnostic(
            name="memory-capacity",
            measure="rnnbench_diagnostics.memory_capacity:memory_capacity",
            summary="How well a linear read-out of the outputs finds the input of k steps ago.",
            source="Jaeger 2001, GMD report 152, section 3",
        ),
    ]
