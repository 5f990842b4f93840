"""Mails through a server on loopback that takes, refuses for a while or for good, or hangs up half-way.

Whatever it does: nothing is taken twice, and everything that was sent comes to an end that says so.
"""

from collections import Counter

from tests.support.smtp import HANG_UP, LATER, NOBODY, TAKE, MailServer

TWENTY = 20

PREPARE = """
env["ir.cron"].search([]).active = False  # the test runs those it looks at
env["mail.mail"].search([]).unlink()
env["ir.mail_server"].search([]).unlink()
env["ir.mail_server"].create(
    {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": %s, "smtp_encryption": "none"})
company = env.company
company.write(
    {"email": "service@logistics.example", "logistics_notice_hours": 1000, "logistics_notify": True})
rules = env["logistics.notice.rule"].with_context(active_test=False).search([])
rules.filtered(lambda rule: rule.occasion != "in_transit").active = True
rules.write({"quiet_from": 0, "quiet_until": 0})
product = env["product.product"].create({"name": "Carton", "type": "consu", "list_price": 10})
people = env["res.partner"].create(
    [{"name": f"C{n}", "is_company": True, "email": f"c{n:02}@customer.example"} for n in range(%s)])
orders = env["sale.order"].create(
    [{"partner_id": one.id, "order_line": [(0, 0, {"product_id": product.id})]} for one in people])
orders.action_confirm()
cases = env["logistics.complaint"].create(
    [{"partner_id": one.id, "company_id": company.id} for one in people[16:]])
letters = env["logistics.result.letter"].create([
    {"complaint_id": case.id, "found": "<p>Lost.</p>", "offer": "<p>Paid.</p>"} for case in cases])
env["ir.actions.report"].__class__.get_wkhtmltopdf_state = lambda self: "install"
letters.action_send()
env.cr.commit()
"""

# what the scheduled actions do, again and again, as if an hour had passed between
WORK = """
for turn in range(%s):
    env["logistics.notice"]._cron_send_notices()
    env["mail.mail"].process_email_queue()
    env.cr.commit()
    env["logistics.sending.result"]._cron_apply()
    env.cr.commit()
    env.cr.execute("UPDATE mail_mail SET scheduled_date = now() AT TIME ZONE 'utc'"
                   " WHERE scheduled_date IS NOT NULL AND state = 'outgoing'")
    env.cr.execute("UPDATE logistics_notice SET due_at = now() AT TIME ZONE 'utc'"
                   " - interval '1 second' WHERE due_at IS NOT NULL")
    env.cr.commit()
    env.invalidate_all()
"""


def answer(address, before):
    """Say what becomes of a customer's mail, of which there were so many before."""
    number = int(address[1:3])
    if address.endswith("@customer.example"):
        if number in (2, 17):
            return NOBODY
        if number in (3, 18) and before < 3:
            return LATER
        if number in (10, 19) and before < 1:
            return HANG_UP
    return TAKE


def test_everything_comes_to_its_end_once(plain_database):
    database = plain_database
    server = MailServer(answer)
    with server.listen() as port:
        database.shell(PREPARE % (port, TWENTY))
        assert _states(database) == {"waiting": TWENTY}
        database.shell(WORK % 10)
    notices = dict(
        database.sql(
            """SELECT partner.email, notice.state FROM logistics_notice notice
                 JOIN res_partner partner ON partner.id = notice.partner_id"""
        )
    )
    lost = {"c02@customer.example", "c17@customer.example"}
    assert {address for address, state in notices.items() if state == "failed"} == lost
    assert {address for address, state in notices.items() if state == "sent"} == set(notices) - lost
    letters = database.sql(
        """SELECT partner.email, letter.state, letter.told_at IS NOT NULL
             FROM logistics_result_letter letter
             JOIN res_partner partner ON partner.id = letter.partner_id ORDER BY 1"""
    )
    assert [tuple(row) for row in letters] == [
        ("c16@customer.example", "told", True),
        ("c17@customer.example", "undelivered", False),
        ("c18@customer.example", "told", True),
        ("c19@customer.example", "told", True),
    ]
    expected = Counter(set(notices) - lost)
    expected.update(address for address, state, _told in letters if state == "told")
    taken = Counter(address for address in server.taken if address in notices)
    assert taken == expected, "nothing twice, nothing forgotten"
    [[waiting]] = database.sql("SELECT count(*) FROM logistics_sending_result")
    assert not waiting


def _states(database):
    return dict(database.sql("SELECT state, count(*) FROM logistics_notice GROUP BY state"))
