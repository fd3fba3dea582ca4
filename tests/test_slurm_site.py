"""Settings of a SLURM cluster arrive in the script that sbatch gets."""

import pytest
from submitit.slurm.slurm import _make_sbatch_string

import rnnbench
from rnnbench_cluster.slurm_site import Site, options_of


def script(site: Site, device: str = "cpu") -> list[str]:
    """The lines that submitit writes of these settings."""
    given = {name: value for name, value in site.parameters(device).items() if value is not None}
    return _make_sbatch_string(command="true", folder="/tmp", **given).splitlines()


def test_each_setting_is_an_option_of_sbatch() -> None:
    """Those that are empty are left to SLURM; a GPU is requested for a trial on one alone."""
    site = Site("long", "lab", "high", "a100", "gpu:1", additional="--reservation=maint")
    lines = script(site, "cuda")
    for option in (
        "partition=long",
        "account=lab",
        "qos=high",
        "constraint=a100",
        "gres=gpu:1",
        "reservation=maint",
        "requeue",
    ):
        assert f"#SBATCH --{option}" in lines
    assert not [line for line in script(site) if "gres" in line]
    bare = script(Site())
    assert not [line for line in bare if "qos" in line or "constraint" in line]


def test_what_is_set_up_comes_before_the_command() -> None:
    lines = script(Site(setup="module load python\nulimit -n 4096"))
    at = lines.index("module load python")
    assert lines[at + 1] == "ulimit -n 4096"
    assert any(line.startswith("srun") for line in lines[at + 2 :])


def test_options_keep_their_blanks_and_bad_ones_are_named() -> None:
    assert options_of("reservation=maint comment='a b=c'") == {
        "reservation": "maint",
        "comment": "a b=c",
    }
    assert options_of("") == {}
    for words, said in (
        ("exclusive", "'exclusive' is not of the form option=value"),
        ("time=5", "time is set by the executor"),
        ("comment='a", "No closing quotation"),
    ):
        with pytest.raises(rnnbench.RnnbenchError, match=said):
            Site(additional=words)
