"""Diagnostics of cells by gradients, outputs and states, listed without torch."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_metrics() -> list[rnnbench.Diagnostic]:
    """Return the specs of all diagnostics."""
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
        rnnbench.Diagnostic(
            name="jacobian-spectrum",
            measure="rnnbench_diagnostics.state_jacobian:jacobian_spectrum",
            summary="Moduli of the eigenvalues of the Jacobian of the state from step to step.",
            source="Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, section 2",
        ),
        rnnbench.Diagnostic(
            name="lyapunov",
            measure="rnnbench_diagnostics.state_jacobian:lyapunov_exponents",
            summary="Lyapunov exponents of the state along a sequence, by QR.",
            source=(
                "Benettin et al. 1980, doi:10.1007/BF02128236; Vogt et al. 2022, arXiv:2006.14123,"
                " section 3"
            ),
        ),
        rnnbench.Diagnostic(
            name="effective-remembrance",
            measure="rnnbench_diagnostics.effective_remembrance:effective_remembrance",
            summary="How far the last output moves when only the last steps are read.",
            source="Buitrago Ruiz & Gu 2025, arXiv:2507.02782",
        ),
        rnnbench.Diagnostic(
            name="gate-saturation",
            measure="rnnbench_diagnostics.gate_saturation:gate_saturation",
            summary="Share of gate activations below 0.1 and above 0.9, by gate.",
            source="Karpathy, Johnson & Fei-Fei 2016, arXiv:1506.02078",
        ),
        rnnbench.Diagnostic(
            name="dead-units",
            measure="rnnbench_diagnostics.dead_units:dead_units",
            summary="Units whose output is the same for all inputs.",
            source="Lu et al. 2019, arXiv:1903.06733, section 2",
        ),
    ]
