"""First-party reports. matplotlib and jinja2 are imported when a report is made, and torch never
is."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_reports() -> list[rnnbench.Renderer]:
    """One HTML page with its figures; verdicts on claims; times and their ratios for other
    tools."""
    return [
        rnnbench.Renderer(
            name="html",
            render="rnnbench_reports.page:render",
            summary="One HTML page that needs no network, and each of its figures as PNG.",
        ),
        rnnbench.Renderer(
            name="claims",
            render="rnnbench_reports.claims_page:render",
            summary=(
                "Verdicts on claims as a page of Markdown, a forest plot, and a table of the"
                " results they rest on."
            ),
        ),
        rnnbench.Renderer(
            name="pytest-benchmark",
            render="rnnbench_reports.pytest_benchmark:render",
            summary="Times as JSON that `pytest-benchmark compare` reads.",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="cost-ratios",
            render="rnnbench_reports.cost_ratios:render",
            summary="Ratios of times between any two rows of a cost table, as CSV.",
            on_request=True,
        ),
    ]
