# SPDX-License-Identifier: GPL-3.0-or-later
"""What the laboratory wants to be run, and what it is told about the interpreter that runs it."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from dataclasses import dataclass
from typing import Any, Dict, List, Optional


@dataclass(frozen=True)
class Endpoint:
    """Where the local server listens, on 127.0.0.1."""

    port: int
    token: str
    certificate: str = ""  # PEM, the only one to trust; empty for a server without TLS


@dataclass(frozen=True)
class Plan:
    """One run. A value that is handed to worker processes as it is."""

    run_directory: str
    workload: str
    model: str
    workers: int
    items: Optional[int]  # None: until the time is up
    seed: int
    pin: str
    params: Dict[str, Any]
    cpus: List[int]  # what `pin` chooses from
    http: Optional[Endpoint] = None
    data_path: str = ""  # input data that all items read; empty for none
    data_bytes: int = 0

    @property
    def board_path(self) -> str:
        return os.path.join(self.run_directory, "board")

    @property
    def stops_on_failure(self) -> bool:
        return self.params["on_failure"] == "stop"

    @property
    def start_method(self) -> Optional[str]:
        """How this model starts processes; None for models that start none."""
        if self.params.get("executor") == "thread":
            return None
        return self.params.get("start_method")

    def cpu_for(self, worker: int) -> Optional[int]:
        """The one CPU that a worker may run on; None: any."""
        if self.pin == "one":
            return self.cpus[0]
        if self.pin == "spread":
            return self.cpus[worker % len(self.cpus)]
        return None


def read_plan(run_directory: str, data_path: str, data_bytes: int) -> Plan:
    """Reads what the laboratory left in the run's private directory."""
    with open(os.path.join(run_directory, "plan.json"), encoding="utf-8") as file:
        plan = json.load(file)
    experiment = json.loads(plan["experiment"])
    http = plan.get("http")
    return Plan(
        run_directory=run_directory,
        workload=experiment["workload"],
        model=experiment["model"],
        workers=experiment["workers"],
        items=experiment["items"],
        seed=experiment["seed"],
        pin=experiment["pin"],
        params=experiment["params"],
        cpus=plan["cpus"],
        http=Endpoint(http["port"], http["token"], http["certificate"]) if http else None,
        data_path=data_path,
        data_bytes=data_bytes,
    )


def _leave(run_directory: str, name: str, value: Any) -> None:
    path = os.path.join(run_directory, name)
    with open(path + ".new", "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        json.dump(value, file)
    os.rename(path + ".new", path)  # whoever reads it reads all of it


def report_interpreter(plan: Plan) -> None:
    """Says what really runs here."""
    _leave(
        plan.run_directory,
        "interpreter.json",
        {
            "version": "%d.%d.%d" % sys.version_info[:3],
            "implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(
                sys.implementation.name, sys.implementation.name
            ),
            "gil_enabled": bool(getattr(sys, "_is_gil_enabled", lambda: True)()),
            "free_threaded": sysconfig.get_config_var("Py_GIL_DISABLED") == 1,
            "start_method": plan.start_method,
            "switch_interval_s": sys.getswitchinterval() if hasattr(sys, "getswitchinterval") else None,
        },
    )


def report_end(plan: Plan, where: str, what: str) -> None:
    """Says why the run could not be completed."""
    _leave(plan.run_directory, "python-end.json", {"error": {"where": where, "what": what}})
