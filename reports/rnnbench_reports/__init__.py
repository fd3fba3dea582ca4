"""First-party reports. matplotlib and jinja2 are imported only when a report is made; torch is
never imported."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_reports() -> list[rnnbench.Renderer]:
    """Return the HTML page, the verdicts on claims, and exports for other tools."""
    return [
        rnnbench.Renderer(
            name="html",
            render="rnnbench_reports.page:render",
            summary="One HTML page that needs no network, and its figures as PNG, up to 60.",
        ),
        rnnbench.Renderer(
            name="claims",
            render="rnnbench_reports.claims:render",
            summary=(
                "Verdicts on claims as a page of Markdown, a forest plot, and a table of the"
                " results they rest on."
            ),
        ),
        rnnbench.Renderer(
            name="pytest-benchmark",
            render="rnnbench_reports.pytest_benchmark:render",
            summary=(
                "Ratios of step times, and epochs to target, as JSON that `pytest-benchmark"
                " compare` reads."
            ),
        ),
        *_figures(),
        rnnbench.Renderer(
            name="cost-ratios",
            render="rnnbench_reports.cost_ratios:render",
            summary="Ratios of times between any two rows of a cost table, as CSV.",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="latex",
            render="rnnbench_reports.latex_tables:render",
            summary="Tables of scores, cost, spans and across tasks, for a paper (booktabs).",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="markdown",
            render="rnnbench_reports.markdown_tables:render",
            summary="The same tables in Markdown.",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="model-cards",
            render="rnnbench_reports.model_cards:render",
            summary="A model card in Markdown for each cell.",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="github-action-benchmark",
            render="rnnbench_reports.github_action_benchmark:render",
            summary="Figures for that action, a file for each way of better.",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="bmf",
            render="rnnbench_reports.bencher:render",
            summary="Figures in Bencher Metric Format, by cell and setting.",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="junit",
            render="rnnbench_reports.junit:render",
            summary="The trials as JUnit XML, a test case each.",
            on_request=True,
        ),
        rnnbench.Renderer(
            name="github",
            render="rnnbench_reports.github:render",
            summary="A summary for the page of a step on GitHub, and annotations for its log.",
            on_request=True,
        ),
    ]


def _figures() -> list[rnnbench.Renderer]:
    """Return the exports of figures as files."""
    summaries = {
        "png": "Each panel of each figure as PNG, as the page shows it.",
        "paper": "Each panel as SVG and PDF, as wide as a column of a paper.",
        "slide": "Each panel as SVG and PNG, for slides.",
        "page": "Each panel as SVG and PDF, as wide as the text of a page.",
    }
    renderers = []
    for style, summary in summaries.items():
        name = style if style == "png" else f"figures-{style}"
        place = f"rnnbench_reports.figure_files:render_{style}"
        renderers.append(
            rnnbench.Renderer(name=name, render=place, summary=summary, on_request=True)
        )
    return renderers
