import re
from pathlib import Path

ADDON = Path(__file__).parents[3] / "logistics_customer_service"
RED = re.compile(r"""decoration-danger="([^"]*)"|[\w-]*\bdanger\b""")
# by what is said beside it, red means overdue
OVERDUE = re.compile(
    r"overdue|breached' and not stopped_at|== 'late'|promise_missed_on|days_late|shipment_open|== LATE"
)
# what a visitor filled in wrongly, on pages without login and in forms of the portal
WRONG = re.compile(r't-if="problem"')


def test_red_means_overdue_and_nothing_else():
    """In views, templates, styles and code: whatever is red says that a time is over."""
    found = [
        f"{path.relative_to(ADDON)}:{number}: {line.strip()[:120]}"
        for folder in ("views", "static/src", "wizard", "controllers", "models", "report", "data")
        for path in sorted((ADDON / folder).rglob("*"))
        if path.suffix in (".xml", ".js", ".scss", ".py")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if RED.search(line) and not _says_overdue(line)
    ]
    assert not found, "\n".join(found)


def _says_overdue(line):
    if WRONG.search(line):
        return True
    conditions = [found[1] for found in RED.finditer(line) if found[1] is not None]
    return all(map(OVERDUE.search, conditions)) if conditions else bool(OVERDUE.search(line))
