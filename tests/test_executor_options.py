"""Options of executors: what a suite may set is what the executor takes, with the same defaults."""

from inspect import Parameter, signature

import pytest

from rnnbench.catalogue import Catalogue

EXECUTORS = {name: found.item for name, found in Catalogue.present().executors.items()}


@pytest.mark.parametrize("name", sorted(EXECUTORS))
def test_the_declared_options_are_those_that_the_executor_takes(name: str) -> None:
    spec = EXECUTORS[name]
    context, *taken = signature(spec.load()).parameters.values()
    assert context.default is Parameter.empty
    assert {one.name for one in taken} == set(spec.options)
    defaults = {one.name: one.default for one in taken if one.default is not Parameter.empty}
    assert defaults.items() <= spec.options.items()
