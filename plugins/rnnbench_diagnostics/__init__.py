"""Diagnostics of the memory of cells, by gradients and by outputs, listed without torch."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_metrics() -> list[rnnbench.Diagnostic]:
    """Return the specs of both diagnostics: gradient against lag, and memory capacity."""
    return [
        rnnbench.Diagnostic(
            name="gradient-lag",
            measure="rnnbench_diagnostics.gradient_lag:gradient_against_lag",
            summary=(
                "Norm of the gradient of the last output with respect to earlier inputs, and how"
                " fast it decays."
            ),
            source="Hochreiter 1991; Bengio, Simard & Frasconi 1994, doi:10.1109/72.279181",
        ),
        rnnbench.Diagnostic(
            name="memory-capacity",
            measure="rnnbench_diagnostics.memory_capacity:memory_capacity",
            summary="Share of the variance of earlier inputs that a linear readout explains.",
            source="Jaeger 2001, GMD report 152, section 3",
        ),
    ]
