"""What the daemons of a SLURM of one node read: slurm.conf, cgroup.conf and a key."""

import os
import re
import socket
import subprocess
from pathlib import Path
from textwrap import dedent

import psutil

LONGEST_SOCKET = 107
"""What the kernel takes as the path of a socket."""
CONFIGURATION = """\
    ClusterName=one-node
    SlurmctldHost={host}(127.0.0.1)
    SlurmctldPort={controller_port}
    SlurmdPort={node_port}
    SlurmUser=root
    SlurmdUser=root
    AuthType=auth/munge
    # A requeued job waits until its first credential has expired: with the default, two minutes.
    AuthInfo=socket={folder}/munge.socket,cred_expire=5
    StateSaveLocation={folder}/state
    SlurmdSpoolDir={folder}/spool
    SlurmctldPidFile={folder}/slurmctld.pid
    SlurmdPidFile={folder}/slurmd.pid
    SlurmctldLogFile={folder}/slurmctld.log
    SlurmdLogFile={folder}/slurmd.log
    ProctrackType=proctrack/pgid
    TaskPlugin=task/none
    MpiDefault=none
    AccountingStorageType=accounting_storage/none
    JobAcctGatherType=jobacct_gather/none
    SelectType=select/cons_tres
    SelectTypeParameters=CR_Core_Memory
    SchedulerType=sched/backfill
    SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
    ReturnToService=2
    JobRequeue=1
    KillWait=2
    MinJobAge=10
    # What is said here counts, whatever slurmd finds.
    SlurmdParameters=config_overrides
    NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={megabytes}
    # Without a default, a job that names no memory takes all of it.
    PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE OverSubscribe=NO DefMemPerCPU={share} State=UP
"""


class CannotStart(Exception):
    """There can be no SLURM here: one sentence why and, where it was a daemon that said no, the end
    of the logs."""


def cgroup_plugin(slurmd: str) -> str:
    """How cgroup.conf says that there are none: before 24.05, by naming the plugin that does
    nothing unless used."""
    said = subprocess.run([slurmd, "-V"], capture_output=True, text=True).stdout
    version = re.search(r"(\d+)\.(\d+)", said)
    old = version is not None and (int(version[1]), int(version[2])) < (24, 5)
    return "cgroup/v1" if old else "disabled"


def write_configuration(folder: Path, cgroup: str) -> Path:
    """Write what the daemons read; give the path of slurm.conf.

    raises: CannotStart where the folder's path is too long for the sockets in it.
    """
    host = socket.gethostname().partition(".")[0]
    longest = f"{folder}/spool/{host}_{2**26}.{2**32}"
    if len(os.fsencode(longest)) > LONGEST_SOCKET:
        raise CannotStart(
            f"a socket would have a path of more than {LONGEST_SOCKET} bytes: {longest}"
        )
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    megabytes = psutil.virtual_memory().total // 2**21
    controller_port, node_port = free_ports(2)
    configuration = folder / "slurm.conf"
    configuration.write_text(
        dedent(CONFIGURATION).format(
            folder=folder,
            host=host,
            controller_port=controller_port,
            node_port=node_port,
            cores=cores,
            megabytes=megabytes,
            share=megabytes // cores,
        )
    )
    (folder / "cgroup.conf").write_text(f"CgroupPlugin={cgroup}\n")
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(128))
    for name in ("state", "spool"):
        (folder / name).mkdir(exist_ok=True)
    return configuration


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    sockets = [socket.create_server(("", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
