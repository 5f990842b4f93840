"""The scripts of benchmarks/, run to their end."""

import json
import os
import subprocess

import pytest

from scripts.dev.paths import ROOT, VENV_PYTHON

UNREACHABLE = "cannot be fetched"


def bench(databases, script, *arguments, timeout):
    """Run a benchmark on the test server, databases copied from templates; return what it printed."""
    done = subprocess.run(
        [VENV_PYTHON, f"benchmarks/{script}", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **databases.config.environ(), "LCS_TEMPLATES": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if UNREACHABLE in done.stderr:
        pytest.skip(done.stderr.splitlines()[-1])
    assert done.returncode == 0, f"{script} ended with {done.returncode}:\n{done.stderr[-4000:]}"
    print(done.stdout)
    return done.stdout


def bench_json(databases, script, *arguments, timeout):
    """Run a benchmark that prints one JSON object, perhaps after what it had to set up; return that."""
    printed = bench(databases, script, *arguments, timeout=timeout)
    return json.loads(printed[printed.index("{") :])
