"""First-party reports. matplotlib and jinja2 are imported when a report is made, and torch never is."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_reports() -> list[rnnbench.Renderer]:
    """One HTML page with its figures."""
    return [
        rnnbench.Renderer(
            name="html",
            render="rnnbench_reports.page:render",
            summary="One HTML page that needs no network, and each of its figures as PNG.",
        )
    ]
