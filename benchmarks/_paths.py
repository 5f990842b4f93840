"""Lets the scripts of this folder use the launcher, and the helpers of the tests on real data."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[1:1] = [str(ROOT), str(ROOT / "tests" / "real_data")]
