"""Templates are the administrator's: only what still is as it came, or says nothing, changes."""

from odoo.tools import SQL

MODULE = "logistics_customer_service"
LAYOUT = f"{MODULE}.mail_layout"
OLD_SENDER = "{{ object.company_id.email_formatted }}"
COMPANY = "{{ object.company_id.logistics_sender_email }}"
CASE = "{{ object.sender_email }}"
OF_CASE = "{{ object.complaint_id.sender_email }}"
ANSWER = "{{ object.company_id.logistics_reply_email or object.company_id.email_formatted }}"
SENDERS = {
    "logistics.complaint": CASE,
    "logistics.investigation": OF_CASE,
    "logistics.result.letter": OF_CASE,
}


def migrate(cr, version):
    own = SQL(
        """mail_template.id IN (
               SELECT res_id FROM ir_model_data WHERE module = %s AND model = 'mail.template')""",
        MODULE,
    )
    for model, sender in SENDERS.items():
        cr.execute(
            SQL(
                """UPDATE mail_template SET email_from = %s
                    WHERE %s AND model = %s AND COALESCE(email_from, '') = ''""",
                sender,
                own,
                model,
            )
        )
    cr.execute(
        SQL(
            """UPDATE mail_template SET email_from = %s
                WHERE %s AND COALESCE(email_from, '') IN ('', %s)""",
            COMPANY,
            own,
            OLD_SENDER,
        )
    )
    cr.execute(
        SQL(
            """UPDATE mail_template SET email_layout_xmlid = %s
                WHERE %s AND COALESCE(email_layout_xmlid, '') = ''""",
            LAYOUT,
            own,
        )
    )
    cr.execute(
        SQL(
            """UPDATE mail_template SET reply_to = %s
                WHERE %s AND model = 'logistics.callback' AND COALESCE(reply_to, '') = ''""",
            ANSWER,
            own,
        )
    )
    _widen_punctuation(cr, own)


def _widen_punctuation(cr, own):
    """Signs between Chinese words were half as wide as they are, beside expressions."""
    for column, found, instead in (
        ("subject", r"(\}\}):", r"\1："),
        ("body_html", r"(</t>|</strong>|/>):(</p>)", r"\1：\2"),
        ("body_html", r"(</strong>),(?=[一-龥])", r"\1，"),
        ("body_html", r"(<t t-if=\"compensation.amount\">): ", r"\1："),
    ):
        cr.execute(
            SQL(
                """UPDATE mail_template
                      SET %(column)s = jsonb_set(%(column)s, '{zh_CN}', to_jsonb(
                          regexp_replace(%(column)s->>'zh_CN', %(found)s, %(instead)s, 'g')))
                    WHERE %(own)s AND %(column)s->>'zh_CN' ~ %(found)s""",
                column=SQL.identifier(column),
                found=found,
                instead=instead,
                own=own,
            )
        )
