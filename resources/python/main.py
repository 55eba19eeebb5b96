# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out one run for the laboratory: main.py RUN_DIRECTORY [DATA_PATH DATA_BYTES].

Started with -I, so nothing of the user's environment takes part: not even this file's own directory is searched
for modules, unless it says so itself.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def main() -> int:
    import importlib

    from timeslice.errors import ItemFailed, RunFailed, in_words
    from timeslice.models import MODULES
    from timeslice.plan import read_plan, report_end, report_interpreter
    from timeslice.worker import Run

    data = sys.argv[2:4] if len(sys.argv) == 4 else ("", "0")
    plan = read_plan(sys.argv[1], data[0], int(data[1]))
    try:
        run = Run(plan)
        report_interpreter(plan)
        importlib.import_module("timeslice.models." + MODULES[plan.model]).carry_out(run)
    except ItemFailed as error:
        report_end(plan, f"item {error.item}", error.reason)
        return 1
    except RunFailed as error:
        report_end(plan, error.where, error.what)
        return 1
    except Exception as error:
        report_end(plan, plan.model, in_words(error))
        raise  # with its traceback, which becomes part of the log
    return 0


if __name__ == "__main__":  # worker processes import this file, too
    sys.exit(main())
