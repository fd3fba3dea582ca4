"""Warnings at the end of a run, besides its figures."""

from rnnbench import text
from rnnbench.campaign import FAILURES, Progress


def warnings_of(progress: Progress) -> list[str]:
    """A sentence for each kind of thing to know or to mend: trials without figures, changed
    sources, failures."""
    warnings = [
        text.sentence(f"{count} without figures: {why}") for why, count in progress.reasons.items()
    ]
    for name, count in progress.stale.items():
        since = f"{name} has changed since {count} of the results that were kept"
        warnings.append(f"{since}; --fresh with -c or -t runs them again.")
    for name, count in progress.without_helpers.items():
        kept = f"with {count} of the results that were kept"
        warnings.append(f"Helper modules of {name} were not recorded {kept}.")
    warnings += [
        f"{sentence.rstrip('.')} (in {text.counted(count, 'replicate')})."
        for sentence, count in progress.absent.items()
    ]
    if progress.failed:
        found = [status for status in FAILURES if progress.statuses[status]]
        failures = ", ".join(f"{progress.statuses[status]} {status}" for status in found)
        again = "the report says why; --fresh with -c and -t runs them again"
        warnings.append(f"{progress.failed} failed ({failures}); {again}.")
    return warnings
