"""Real orders in Odoo: the figures of the addon against pandas and against what is published.

The data is no part of the project. Where it is missing the tests say so and are skipped.
"""

import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import odoo_session
import pytest
from scipy import stats

from scripts.dev import drop_database

pd = pytest.importorskip("pandas")
olist_frames = pytest.importorskip("olist_frames")

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("SHARED_DATA") or HERE.parents[2] / "shared" / "data")
FOLDER = SHARED / "olist"
DATABASE = f"test_olist_{os.getpid()}"
SAMPLE = 150

pytestmark = pytest.mark.skipif(
    not (FOLDER / "olist_orders_dataset.csv.gz").exists(),
    reason=f"the Olist sample is not at {FOLDER}; set SHARED_DATA to the folder that holds it",
)


def run_script(name, *arguments):
    """Run a script of this folder as `make` does."""
    command = [sys.executable, str(HERE / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1])


@pytest.fixture(scope="module")
def database():
    """The sample in a database of its own."""
    drop_database(DATABASE)
    try:
        result = run_script("load_olist.py", "--data", str(FOLDER), "--db", DATABASE)
        assert result.returncode == 0, result.stdout + result.stderr
        odoo_session.configure(DATABASE)
        yield DATABASE
    finally:
        drop_database(DATABASE)


@pytest.fixture(scope="module")
def orders():
    return olist_frames.read_orders(FOLDER)


@pytest.fixture(scope="module")
def reviews(orders):
    return olist_frames.read_reviews(FOLDER, orders)


@pytest.fixture(scope="module")
def figures(database):
    result = run_script("figures.py", "--db", database)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def env(database):
    """Odoo on the sample; what a test writes is rolled back."""
    with odoo_session.environment(database) as environment:
        yield environment


def test_figures_are_the_published_ones(figures):
    assert figures["persons"] == 14904
    assert figures["repeat_persons"] == 93
    assert figures["orders"] == {"cancel": 113, "sale": 14887}
    assert figures["goods_amount"] == 2030270.94
    assert figures["freight_amount"] == 340292.67
    assert figures["deliveries"] == 14552
    assert figures["late"] == 957
    assert round(100 * figures["on_time_rate"], 2) == 93.42


def test_figures_are_those_of_pandas(figures, orders):
    done = orders[orders.delivered]
    by_person = orders.person.value_counts()
    assert figures["persons"] == len(by_person)
    assert figures["repeat_persons"] == (by_person >= 2).sum()
    assert sum(figures["orders"].values()) == len(orders)
    assert figures["orders"]["sale"] == orders.confirmed.sum()
    assert figures["goods_amount"] == round(orders.goods.sum(), 2)
    assert figures["freight_amount"] == round(orders.freight.sum(), 2)
    assert figures["deliveries"] == len(done)
    assert figures["late"] == (~done.on_time).sum()
    assert figures["on_time_rate"] == pytest.approx(done.on_time.mean(), abs=1e-12)


def test_the_order_cycle_is_that_of_pandas_and_the_published_one(figures, orders):
    done = orders[orders.delivered]
    cycle = done.order_delivered_customer_date - done.order_purchase_timestamp
    days = cycle.dt.total_seconds() / 86400
    expected = {
        "mean": days.mean(),
        "sd": days.std(),
        "median": days.median(),
        "p95": days.quantile(0.95),
    }
    assert figures["cycle_days"] == pytest.approx(expected, abs=1e-6)
    assert round(figures["cycle_days"]["mean"], 3) == 12.478
    assert round(figures["cycle_days"]["sd"], 3) == 9.286
    assert round(figures["cycle_days"]["median"], 3) == 10.127
    assert round(figures["cycle_days"]["p95"], 2) == 29.21


def test_otif_is_of_all_orders_due(figures, orders):
    due = orders[orders.confirmed & (orders.pieces > 0)]
    assert figures["otif_rate"] == pytest.approx(due.on_time.mean(), abs=1e-12)
    assert figures["in_full_rate"] == pytest.approx(due.delivered.mean(), abs=1e-12)
    assert figures["fill_rate"] == 1.0


def test_scores_are_those_of_pandas_and_the_published_ones(figures, reviews):
    latest = reviews[reviews.latest & reviews.delivered]
    scores = figures["scores"]
    expected = {
        "count": len(reviews),
        "mean": reviews.review_score.mean(),
        "mean_on_time": latest[latest.on_time].review_score.mean(),
        "mean_late": latest[~latest.on_time].review_score.mean(),
        "low_share": (reviews.review_score <= 2).mean(),
    }
    assert scores == pytest.approx(expected, abs=1e-12)
    assert round(scores["mean"], 3) == 4.084
    assert round(scores["mean_on_time"], 3) == 4.283
    assert round(scores["mean_late"], 3) == 2.273
    assert round(100 * scores["low_share"], 2) == 14.58


def test_the_analysis_shows_what_lateness_costs(env, reviews):
    """The difference between late and on time, with the interval that scipy gives it (Welch)."""
    latest = reviews[reviews.latest & reviews.delivered]
    late, on_time = (latest[latest.on_time == kept].review_score for kept in (False, True))
    found = env["logistics.feedback.analysis"].action_explain({})["punctuality"]
    for name, scores in (("late", late), ("on_time", on_time)):
        assert found[name]["count"] == len(scores)
        assert found[name]["value"] == pytest.approx(scores.mean(), abs=1e-9)
    difference = found["difference"]
    assert round(difference["value"], 2) == -2.01
    interval = stats.ttest_ind(late, on_time, equal_var=False).confidence_interval()
    assert difference["low"] == pytest.approx(interval.low, abs=1e-9)
    assert difference["high"] == pytest.approx(interval.high, abs=1e-9)


def test_every_review_is_an_answer_of_odoos_survey(env, reviews, orders):
    requests = dict(env["logistics.survey.request"]._read_group([], ["state"], ["__count"]))
    without = len(orders) - reviews.order_id.nunique()
    assert requests == {"answered": len(reviews), "expired": without}
    assert without == 128
    assert (reviews.order_id.value_counts() > 1).sum() == 71
    feedback = env["logistics.feedback"]
    assert feedback.search_count([("comment", "!=", False)]) == reviews.commented.sum()
    assert env["survey.user_input"].search_count([("state", "=", "done")]) == len(reviews)
    overall = env.ref("logistics_customer_service.survey_delivery_overall")
    chosen = env["survey.user_input.line"]._read_group(
        [("question_id", "=", overall.id)], ["suggested_answer_id"], ["__count"]
    )
    stars = {choice.logistics_value: count for choice, count in chosen}
    assert stars == reviews.review_score.value_counts().to_dict()


def test_satisfaction_of_every_person(env, reviews):
    found = read_facts(env, 0)
    expected = reviews.groupby("person").review_score.agg(["size", "mean"])
    answered = found[found.answer_count > 0]
    assert set(answered.index) == set(expected.index) & set(found.index)
    expected = expected.loc[answered.index]
    assert (expected["size"] == answered.answer_count).all()
    assert ((expected["mean"] - answered.mean_score.astype(float)).abs() < 1e-9).all()


def test_every_customer_has_one_tier(figures, env):
    assert sum(figures["tiers"].values()) == figures["persons"]
    assert figures["persons"] == env["logistics.profile"].search_count([])
    assert "none" not in figures["tiers"]


def test_the_amount_of_every_order(env, orders):
    env.cr.execute("SELECT client_order_ref, amount_untaxed, amount_total FROM sale_order")
    loaded = pd.DataFrame(env.cr.fetchall(), columns=["order_id", "untaxed", "total"])
    both = orders.merge(loaded.astype({"untaxed": float, "total": float}), on="order_id")
    assert len(both) == len(orders)
    assert ((both.goods + both.freight - both.untaxed).abs() < 0.005).all()
    assert (both.untaxed == both.total).all()


def read_facts(env, months):
    """Return the facts of every customer in a window, by person."""
    env.cr.execute(
        """SELECT partner.ref AS person, fact.*
             FROM logistics_profile_fact fact
             JOIN logistics_profile profile ON profile.id = fact.profile_id
             JOIN res_partner partner ON partner.id = profile.partner_id
            WHERE fact.window_months = %s""",
        [months],
    )
    names = [column.name for column in env.cr.description]
    return pd.DataFrame(env.cr.fetchall(), columns=names).set_index("person")


def assert_same_facts(expected, found):
    """Compare for all persons; one who never confirmed an order need not have a profile."""
    missing = expected.index.difference(found.index)
    assert not expected.loc[missing].order_count.any()
    assert not found.index.difference(expected.index).size
    expected = expected.loc[found.index]
    for name in ("order_count", "delivery_count", "on_time_count"):
        assert (expected[name] == found[name]).all(), name
    assert ((expected.order_amount - found.order_amount.astype(float)).abs() < 0.005).all()
    for name in ("first_order_at", "last_order_at"):
        times = pd.to_datetime(found[name])
        assert ((expected[name] == times) | (expected[name].isna() & times.isna())).all(), name
    gaps = found.median_gap_days.astype(float)
    assert (expected.median_gap_days.isna() == gaps.isna()).all()
    assert ((expected.median_gap_days - gaps).abs().fillna(0) < 1e-6).all()


def test_the_facts_of_every_person(env, orders):
    assert_same_facts(olist_frames.facts(orders), read_facts(env, 0))


def test_the_facts_of_a_window(env, orders):
    """As of a day within the data, from the midnight in Brazil that began the window."""
    profiles = env["logistics.profile"].search([])
    env["logistics.profile.fact"]._refresh(env.company, profiles.ids, date(2018, 9, 1))
    months = env.company.logistics_window_months
    assert months == 12
    expected = olist_frames.facts(orders, since=datetime(2017, 9, 1, 3))
    assert 0 < expected.order_count.sum() < len(orders)
    assert_same_facts(expected, read_facts(env, months))


def test_deliveries_with_all_goods_are_in_full(env):
    facts = read_facts(env, 0)
    assert (facts.in_full_judged_count == facts.delivery_count).all()
    assert (facts.in_full_count == facts.in_full_judged_count).all()


def test_computing_again_changes_nothing(env):
    before = read_facts(env, 0)
    env["logistics.profile"]._refresh_all(env.company)
    pd.testing.assert_frame_equal(before.sort_index(), read_facts(env, 0).sort_index())


# What a person may have set by hand, or what depends on the day it is computed.
NOT_RECOMPUTED = {
    "sale.order": {"validity_date", "shipping_weight"},
    # A freight line's price is the carrier's, not the product's.
    "sale.order.line": {
        "price_unit",
        "price_subtotal",
        "price_total",
        "price_reduce_taxexcl",
        "price_reduce_taxinc",
        "untaxed_amount_to_invoice",
    },
}


@pytest.mark.parametrize("model", ["sale.order", "sale.order.line", "stock.picking", "stock.move"])
def test_stored_fields_are_what_odoo_computes(env, model):
    records = sample(env[model])
    for field in records._fields.values():
        if field.store and field.compute and field.name not in NOT_RECOMPUTED.get(model, ()):
            before = records.mapped(lambda record, name=field.name: (record.id, record[name]))
            env.add_to_compute(field, records)
            after = records.mapped(lambda record, name=field.name: (record.id, record[name]))
            assert before == after, field


def sample(model):
    """Return some records of each state."""
    states = model._fields["state"].get_values(model.env)
    groups = [model.search([("state", "=", state)], limit=SAMPLE) for state in states]
    if model._name == "sale.order":
        groups.append(model.search([("order_line", "=", False)], limit=SAMPLE))
    return model.concat(*groups)


@pytest.mark.parametrize("model", ["sale.order", "stock.picking"])
def test_documents_open_as_forms(env, model):
    from odoo.tests import Form

    states = env[model]._fields["state"].get_values(env)
    records = [env[model].search([("state", "=", state)], limit=1) for state in states]
    for record in filter(None, records):
        assert Form(record.with_context(lang="en_US")).id == record.id


def test_a_return_can_be_made(env):
    """A loaded delivery is a delivery like any other."""
    picking = env["stock.picking"].search([("state", "=", "done")], limit=1)
    wizard = env["stock.return.picking"].create({"picking_id": picking.id})
    wizard.product_return_moves.quantity = 1
    action = wizard.action_create_returns()
    assert env["stock.picking"].browse(action["res_id"]).return_id == picking


def test_an_open_order_can_be_delivered(env):
    picking = env["stock.picking"].search([("state", "=", "assigned")], limit=1)
    order = picking.sale_id
    picking.move_ids.picked = True
    picking.button_validate()
    assert (picking.state, order.delivery_status) == ("done", "full")


def test_an_existing_database_is_refused(database):
    result = run_script("load_olist.py", "--data", str(FOLDER), "--db", database)
    assert result.returncode
    assert database in result.stderr
    assert "Traceback" not in result.stderr


def test_figures_of_no_database():
    result = run_script("figures.py", "--db", "test_olist_that_is_not")
    assert result.returncode
    assert not result.stdout
    assert "test_olist_that_is_not" in result.stderr
