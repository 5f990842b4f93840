"""Lets the scripts of this folder use the helpers that the tests on real data use."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent / "tests" / "real_data")]
