"""Ten thousand real deliveries: the reports themselves against pandas and the known figures.

The data is no part of the project. Where it is missing the tests say so and are skipped.
"""

import os
import subprocess
import sys
from pathlib import Path

import odoo_session
import pytest

from scripts.dev import drop_database

pd = pytest.importorskip("pandas")

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("SHARED_DATA") or HERE.parents[2] / "shared" / "data")
FOLDER = SHARED / "scms"
FILE = FOLDER / "scms_delivery_history.csv.gz"
DATABASE = f"test_scms_{os.getpid()}"
LATE_BY_MODE = {"Air": 9.60, "Truck": 16.08, "Ocean": 17.52, "Air Charter": 11.54}

pytestmark = pytest.mark.skipif(
    not FILE.exists(),
    reason=f"the SCMS history is not at {FILE}; set SHARED_DATA to the folder that holds it",
)


@pytest.fixture(scope="module")
def database():
    """The deliveries in a database of their own."""
    drop_database(DATABASE)
    command = [sys.executable, str(HERE / "load_scms.py"), "--data", str(FOLDER), "--db", DATABASE]
    try:
        result = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1])
        assert result.returncode == 0, result.stdout + result.stderr
        odoo_session.configure(DATABASE)
        yield DATABASE
    finally:
        drop_database(DATABASE)


@pytest.fixture
def env(database):
    with odoo_session.environment(database) as environment:
        yield environment


@pytest.fixture(scope="module")
def deliveries():
    """The file by pandas alone: mode, and days after the scheduled one."""
    frame = pd.read_csv(FILE, keep_default_na=False)
    scheduled, delivered = (
        pd.to_datetime(frame[name], format="%d-%b-%y")
        for name in ("Scheduled Delivery Date", "Delivered to Client Date")
    )
    days = (delivered - scheduled).dt.days
    return pd.DataFrame(
        {"mode": frame["Shipment Mode"], "days": days, "month": scheduled.dt.strftime("%Y-%m")}
    )


def read(env, model, groupby, *names):
    """Return the aggregates of a report by the value of its group."""
    rows = env[model]._read_group([], groupby, list(names))
    return {row[0].name if groupby else None: row[len(groupby) :] for row in rows}


def test_deliveries_late_are_the_known_ones(env, deliveries):
    names = ["delivery_count:sum", "delayed_count:sum", "delay_rate:sum", "days_late:avg"]
    count, late, rate, days = read(env, "logistics.shipment.report", [], *names)[None]
    assert (count, late) == (10324, 1186)
    assert round(100 * (1 - rate), 2) == 88.51
    assert round(float(days), 2) == 21.37
    assert late == (deliveries.days > 0).sum()
    assert float(days) == pytest.approx(deliveries.days[deliveries.days > 0].mean(), abs=1e-9)


def test_delays_by_mode_are_the_known_ones(env, deliveries):
    names = ["delay_rate:sum", "missed_rate:sum"]
    found = read(env, "logistics.shipment.report", ["carrier_id"], *names)
    expected = (deliveries.days > 0).groupby(deliveries["mode"]).mean()
    assert set(found) == set(expected.index)
    for mode, (delayed, missed) in found.items():
        assert delayed == missed == pytest.approx(expected[mode], abs=1e-12)
    for mode, rate in LATE_BY_MODE.items():
        assert round(100 * found[mode][0], 2) == rate


def test_orders_on_time_are_the_known_ones(env, deliveries):
    names = ["due_count:sum", "on_time_rate:sum", "in_full_rate:sum", "otif_rate:sum"]
    due, on_time, in_full, otif = read(env, "logistics.delivery.report", [], *names)[None]
    assert due == pytest.approx(10324)
    assert in_full == pytest.approx(1)
    assert on_time == otif == pytest.approx((deliveries.days <= 0).mean(), abs=1e-12)
    assert round(100 * on_time, 2) == 88.51
    by_mode = read(env, "logistics.delivery.report", ["carrier_id"], "on_time_rate:sum")
    for mode, rate in LATE_BY_MODE.items():
        assert round(100 * (1 - by_mode[mode][0]), 2) == rate


def test_months_are_those_of_pandas(env, deliveries):
    report = env["logistics.shipment.report"].with_context(tz="UTC")
    rows = report._read_group(
        [], ["promised_date:month"], ["delivery_count:sum", "delayed_count:sum"]
    )
    expected = deliveries.groupby("month").days.agg(["size", lambda days: (days > 0).sum()])
    found = {month.strftime("%Y-%m"): (count, late) for month, count, late in rows}
    assert found == {month: tuple(row) for month, row in expected.iterrows()}
