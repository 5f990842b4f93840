from odoo.tools import SQL

MODULE = "logistics_customer_service"
# where records of other apps name reasons, tiers and aspects, which must go first
REFERENCES = [
    ("stock_picking", "logistics_priority_tier_id"),
    ("stock_picking", "logistics_reason_id"),
    ("stock_picking", "reroute_reason_id"),
    ("stock_move", "logistics_reason_id"),
    ("sale_order_line", "substitution_reason_id"),
    ("account_move", "logistics_reason_id"),
    ("survey_question", "aspect_id"),
    ("survey_question_answer", "aspect_id"),
]
# numbers drawn from sequences that companies may have of their own
SEQUENCE_CODES = (
    "logistics.complaint",
    "logistics.service.team",
    "logistics.visit",
    "logistics.visit.urgent.report",
)


def uninstall_hook(env):
    """Take away what would stand in the way of removing the addon's records one by one.

    Profiles hold tiers and tiers hold changes; the rows go first, set-based. Demo customers and
    products that documents refer to by now are left behind as the user's own data, demo people
    archived.
    """
    env.cr.execute("DELETE FROM logistics_indicator_figure")
    for table in ("visit_monthly_report", "visit_daily_report", "visit_urgent_report"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(f"logistics_{table}")))
    # what waits in Odoo's queues speaks of records that will be gone
    env.cr.execute(
        "DELETE FROM mail_mail USING mail_message message"
        " WHERE message.id = mail_message_id"
        " AND message.model IN ('logistics.notice', 'logistics.survey.request', 'logistics.callback',"
        " 'logistics.greeting',"
        " 'logistics.visit.urgent.report', 'logistics.visit.daily.report', 'logistics.visit.monthly.report')"
    )
    env.cr.execute(
        "DELETE FROM sms_sms WHERE logistics_notice_id IS NOT NULL OR survey_request_id IS NOT NULL"
        " OR greeting_id IS NOT NULL"
    )
    env.cr.execute("DELETE FROM logistics_survey_counter RETURNING partner_id")
    visitors = [partner_id for [partner_id] in env.cr.fetchall()]
    entries = env["calendar.event"].with_context(active_test=False, logistics_visit_sync=True)
    entries.search([("res_model", "=", "logistics.visit")]).unlink()
    for table in ("greeting", "care_occasion", "visit", "visit_plan"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(f"logistics_{table}")))
    for table in ("callback_attempt", "callback", "callback_policy"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(f"logistics_{table}")))
    for table in ("notice", "improvement", "feedback", "survey_request", "survey_policy"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(f"logistics_{table}")))
    # through the ORM: what hangs on the contacts that stood for visitors goes with them
    env["res.partner"].browse(visitors).unlink()
    for table in ("case_lesson", "result_letter", "recovery", "compensation", "complaint"):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(f"logistics_{table}")))
    # through the ORM, years first: PostgreSQL's own sequences go with them
    sequences = env["ir.sequence"].with_context(active_test=False).search(
        [("code", "in", SEQUENCE_CODES)]
    )
    sequences.date_range_ids.unlink()
    sequences.unlink()
    env.cr.execute("DELETE FROM logistics_tier_change")
    env.cr.execute("DELETE FROM logistics_profile")
    env.cr.execute("DELETE FROM logistics_delivery_remark")
    for table, column in REFERENCES:
        env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = NULL WHERE %(column)s IS NOT NULL",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
            )
        )
    env.cr.execute("DELETE FROM logistics_tier_scheme")
    kept = env["ir.model.data"].search(
        [
            ("module", "=", MODULE),
            ("model", "in", ("res.partner", "res.users", "product.template", "product.product")),
        ]
    )
    users = kept.filtered(lambda data: data.model == "res.users")
    for user in env["res.users"].browse(users.mapped("res_id")).exists():
        # the login is free again, should the addon come back
        user.write({"active": False, "login": f"{user.login}-{user.id}"})
    kept.unlink()
    env.invalidate_all(flush=False)
