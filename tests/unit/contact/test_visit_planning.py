"""Whom to visit when, and by whom."""

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics_customer_service.tools.contact import planning
from logistics_customer_service.tools.contact.reach import Hours, is_open
from logistics_customer_service.tools.foundation.periods import local_date

SHANGHAI, BERLIN, NEW_YORK = "Asia/Shanghai", "Europe/Berlin", "America/New_York"
WORKDAYS = frozenset(range(5))
OFFICE = Hours(WORKDAYS, 9.0, 18.0, SHANGHAI)
MONDAY = date(2026, 3, 2)
HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)


def work(first, days, zone=SHANGHAI, opens=9.0, closes=17.0):
    """Return office hours on so many days from one on, weekends left out."""
    hours = Hours(WORKDAYS, opens, closes, zone)
    last = first + timedelta(days=days - 1)
    return [
        window
        for day in planning.days_between(first, last)
        for window in planning.windows(day, hours)
        if local_date(window[0], zone) == day
    ]


def planner(*visitors, max_per_day=5, last_on=MONDAY + timedelta(days=13)):
    return planning.Planner(list(visitors), HOUR, HALF, max_per_day, last_on)


def visitor(key="A", first=MONDAY, days=14, zone=SHANGHAI, **hours):
    return planning.Visitor(key, zone, work(first, days, zone, **hours))


def demand(key=1, first=MONDAY, due=MONDAY + timedelta(days=4), hours=OFFICE, **vals):
    vals = {"region": "R", "refused": frozenset(), **vals}
    return planning.Demand(key=key, first_on=first, due_on=due, hours=hours, **vals)


def test_the_first_visit_is_the_first_thing_in_the_morning():
    assert planner(visitor()).place(demand()) == planning.Place("A", datetime(2026, 3, 2, 1))


def test_between_two_visits_there_is_the_way():
    plan = planner(visitor())
    starts = [plan.place(demand(key)).start for key in range(3)]
    assert [start.hour + start.minute / 60 for start in starts] == [1, 2.5, 4]


def test_hours_of_customer_and_visitor_overlap():
    late = Hours(WORKDAYS, 16.5, 20.0, SHANGHAI)
    assert planner(visitor()).place(demand(hours=late)) is None, "half an hour is too short"
    longer = visitor(closes=18.0)
    assert planner(longer).place(demand(hours=late)).start == datetime(2026, 3, 2, 8, 30)


def test_customers_zone_decides_when_it_is_open():
    plan = planner(visitor(zone=BERLIN, opens=8.0, closes=20.0))
    morning = Hours(WORKDAYS, 9.0, 11.0, NEW_YORK)
    assert plan.place(demand(hours=morning)).start == datetime(2026, 3, 2, 14)


def test_clocks_that_go_forward_do_not_move_the_appointment():
    """Clocks in Berlin go forward on Sunday, 29 March 2026."""
    nine = Hours(frozenset(range(7)), 9.0, 10.0, BERLIN)
    for day, hour in ((date(2026, 3, 28), 8), (date(2026, 3, 29), 7), (date(2026, 3, 30), 7)):
        always = planning.Visitor("A", BERLIN, [(datetime(2026, 3, 27), datetime(2026, 4, 2))])
        plan = planner(always, last_on=date(2026, 4, 1))
        assert plan.place(demand(first=day, due=day, hours=nine)).start.hour == hour


def test_a_night_in_which_the_clock_goes_back_has_no_more_days():
    pieces = list(
        planning._split_by_day(datetime(2026, 10, 24, 12), datetime(2026, 10, 26, 12), BERLIN)
    )
    assert [day for day, _piece in pieces] == [date(2026, 10, 24 + n) for n in range(3)]
    assert pieces[1][1][1] - pieces[1][1][0] == timedelta(hours=25)


def test_the_cadence_is_kept_before_the_region_counts():
    one = visitor(days=1)
    one.block(datetime(2026, 3, 2), datetime(2026, 3, 3))
    assert planner(one).place(demand(due=MONDAY)) is None
    two = visitor("B")
    two.block(datetime(2026, 3, 2), datetime(2026, 3, 3))
    place = planner(one, two).place(demand(due=MONDAY))
    assert place.start.date() == MONDAY + timedelta(days=1), "late rather than never"


def test_one_goes_where_one_is_anyway():
    plan = planner(visitor())
    plan.place(demand(1, region="North", due=MONDAY))
    tuesday = MONDAY + timedelta(days=1)
    plan.place(demand(2, region="South", first=tuesday, due=tuesday))
    assert plan.place(demand(3, region="South")).start.date() == tuesday
    assert plan.place(demand(4, region="North")).start.date() == MONDAY
    assert plan.place(demand(5, region="West")).start.date() not in (MONDAY, tuesday)


def test_the_salesperson_does_not_go():
    plan = planner(visitor("A"), visitor("B"))
    assert plan.place(demand(refused=frozenset("A"))).visitor == "B"
    assert plan.place(demand(refused=frozenset("AB"))) is None


def test_who_knows_the_customer_goes_while_the_load_is_even():
    plan = planner(visitor("A"), visitor("B"))
    seen = [plan.place(demand(key, region=key, preferred="B")).visitor for key in range(6)]
    assert seen[0] == "B"
    assert abs(seen.count("A") - seen.count("B")) <= planning.SLACK


def test_not_more_than_so_many_a_day():
    plan = planner(visitor(), max_per_day=2, last_on=MONDAY + timedelta(days=1))
    places = [plan.place(demand(key)) for key in range(5)]
    assert [place and place.start.date().day for place in places] == [2, 2, 3, 3, None]


def test_leaves_are_taken_out():
    nine, five = datetime(2026, 3, 2, 1), datetime(2026, 3, 2, 9)
    day = [(nine, five)]
    noon, one = datetime(2026, 3, 2, 4), datetime(2026, 3, 2, 5)
    assert planning.without(day, noon, one) == [(nine, noon), (one, five)]
    assert planning.without(day, datetime(2026, 3, 1), datetime(2026, 3, 3)) == []
    assert planning.without(day, five, five + HOUR) == day
    assert planning.without(day, nine - HOUR, nine) == day


hours = st.builds(
    lambda days, opens, length, zone: Hours(frozenset(days), opens, min(opens + length, 24), zone),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(6, 14).map(float),
    st.integers(2, 8).map(float),
    st.sampled_from((SHANGHAI, BERLIN, NEW_YORK)),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(hours, st.integers(0, 3), st.integers(0, 13)), max_size=40),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from((date(2026, 3, 2), date(2026, 3, 23), date(2026, 10, 19))),
)
def test_whatever_is_asked_for_is_possible(asked, people, zones, first):
    zones = (SHANGHAI, BERLIN, NEW_YORK)[:zones]
    visitors = [visitor(key, first, 14, zones[key % len(zones)]) for key in range(people)]
    worked = {one.key: [piece for day in one.work.values() for piece in day] for one in visitors}
    plan = planner(*visitors, max_per_day=3, last_on=first + timedelta(days=13))
    made = {one.key: [] for one in visitors}
    for number, (when, region, due) in enumerate(asked):
        day = first + timedelta(days=due)
        place = plan.place(demand(number, max(first, day - timedelta(days=5)), day, when, region=region))
        if not place:
            continue
        end = place.start + HOUR
        assert is_open(place.start, when) and is_open(end - timedelta(minutes=1), when)
        assert any(begun <= place.start and end <= over for begun, over in worked[place.visitor])
        assert all(
            end + HALF <= other or other + HOUR + HALF <= place.start
            for other in made[place.visitor]
        )
        made[place.visitor].append(place.start)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(2, 5))
def test_load_is_even_where_everybody_may_go_everywhere(count, people):
    visitors = [visitor(key) for key in range(people)]
    plan = planner(*visitors)
    for number in range(count):
        plan.place(demand(number, MONDAY, MONDAY + timedelta(days=13), region=number % 4))
    loads = [one.load for one in visitors]
    assert max(loads) - min(loads) <= planning.SLACK


@pytest.mark.parametrize("zone", pytz.common_timezones)
def test_time_is_cut_at_midnight_whatever_the_clock_does(zone):
    """Months in which clocks change fall into days without gaps and without an end missed."""
    for start in (datetime(2026, 3, 1, 5), datetime(2010, 11, 5)):
        end = start + timedelta(days=60)
        pieces = list(islice(planning._split_by_day(start, end, zone), 70))
        assert len(pieces) < 70
        assert [piece[0] for _day, piece in pieces] == [
            start,
            *(piece[1] for _day, piece in pieces[:-1]),
        ]
        assert pieces[-1][1][1] == end
        days = [day for day, _piece in pieces]
        assert days == sorted(set(days))
