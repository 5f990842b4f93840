from datetime import timedelta

from odoo import fields

from ..satisfaction.answer.common_page import AnsweringCommon
from .common import LinkPageHttp


class LinkPages(AnsweringCommon, LinkPageHttp):
    """A page of each kind that a link opens: its path, and what closes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.customer.lang = "en_US"
        cls.long_ago = fields.Datetime.now() - timedelta(days=1000)
        cls.pages = {
            "tracking": cls._add_tracking(),
            "greeting": cls._add_greeting(),
            "form": cls._add_form(),
            "letter": cls._add_letter(),
            "answer": cls._add_answer(),
        }
        cls.env.flush_all()

    # each returns the path and what closes it

    @classmethod
    def _add_tracking(cls):
        link = cls.picking._ensure_tracking_links()
        return link._get_path(), lambda: link.write({"expires_on": cls.long_ago})

    @classmethod
    def _add_greeting(cls):
        occasion = cls.env["logistics.care.occasion"].create(
            {"name": "Birthday", "kind": "birthday", "company_id": cls.company.id}
        )
        greeting = cls.env["logistics.greeting"].create(
            {
                "occasion_id": occasion.id,
                "kind": occasion.kind,
                "action": occasion.action,
                "company_id": cls.company.id,
                "partner_id": cls.customer.id,
                "customer_id": cls.customer.id,
                "day": fields.Date.today(),
                "turn": "2027",
                "planned_at": fields.Datetime.now(),
            }
        )
        token = greeting._get_token()
        return f"/g/{token}", lambda: cls._make_older(greeting)

    @classmethod
    def _make_older(cls, greeting):
        cls.env.cr.execute(
            "UPDATE logistics_greeting SET create_date = %s WHERE id = %s", [cls.long_ago, greeting.id]
        )
        greeting.invalidate_recordset()

    @classmethod
    def _add_form(cls):
        team = cls.env["logistics.service.team"].create(
            {"name": "Service", "company_id": cls.company.id, "form_open": True}
        )
        return f"/service/form/{team._get_token()}", lambda: team.write({"form_open": False})

    @classmethod
    def _add_letter(cls):
        case = cls.env["logistics.complaint"].create(
            {"partner_id": cls.customer.id, "company_id": cls.company.id}
        )
        letter = cls.env["logistics.result.letter"].create(
            {"complaint_id": case.id, "found": "<p>It was crushed.</p>", "offer": "<p>A refund.</p>"}
        )
        letter.action_mark_told()
        path = f"/logistics/result/{letter.id}/{letter._get_token()}"
        return path, lambda: letter._note_course({"expires_at": cls.long_ago})

    @classmethod
    def _add_answer(cls):
        return cls.request._get_answer_path(), lambda: cls.request.write({"expires_at": cls.long_ago})
