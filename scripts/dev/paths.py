"""Where things lie. Everything the launcher writes is under the project folder, but for the
downloads, which are kept in the user's cache folder so that a second clone fetches nothing."""

import os
import shutil
from pathlib import Path

from .console import Problem

ADDON = "logistics_customer_service"
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
BRIDGES = ROOT / "bridges"
STATE = ROOT / ".odoo"
ODOO = STATE / "odoo"
DATA = STATE / "data"
LOGS = STATE / "log"
RUN = STATE / "run"
BIN = STATE / "bin"


def cache_folder():
    """Return the folder of this project inside the user's cache folder (XDG)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "logistics-customer-service"


def addons():
    """Return the addons of this repository: every top-level folder with a manifest."""
    return sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))


def bridges():
    """Return the addons that join ours to others, which install themselves where both are."""
    return sorted(path.parent for path in BRIDGES.glob("*/__manifest__.py"))


def make_folders():
    """Create the folders that the launcher writes to."""
    try:
        for folder in (STATE, DATA, LOGS, RUN):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"Cannot write to {STATE}: {error.strerror}. Run as the owner of {ROOT}."
        ) from error


def need_space(folder, megabytes, purpose):
    """Raise a Problem unless the disk that holds ``folder`` has that much space left."""
    folder = Path(folder)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise Problem(
            f"{purpose} needs {megabytes} MB, the disk that holds {folder} has {free} MB left. "
            "Free some space and run the same command again; what is already there is kept."
        )
