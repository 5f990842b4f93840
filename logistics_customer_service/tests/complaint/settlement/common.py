from odoo import Command

from ...common import MODULE, LogisticsCommon


class ResolutionCommon(LogisticsCommon):
    """A case with goods of a customer, and three people who may decide more and more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["logistics.authority"].search([]).unlink()
        cls.Compensation = cls.env["logistics.compensation"]
        cls.Authority = cls.env["logistics.authority"]
        cls.damage = cls.env.ref(f"{MODULE}.complaint_category_damage")
        cls.broken = cls.env.ref(f"{MODULE}.complaint_category_damage_broken")
        cls.of_agents = cls._authority("group_agent", 200, 500, amount_own=200)
        cls.of_supervisors = cls._authority("group_supervisor", 2000, 5000)
        cls.of_managers = cls._authority("group_manager", 20000, 50000)
        cls.customer = cls._customer("Lumina", email="lumina@example.com")
        cls.order = cls._order(cls.customer, 1000, qty=10)
        cls.case = cls._case()

    @classmethod
    def _authority(cls, whom, case=0.0, customer=0.0, **vals):
        holder = (
            {"group_id": cls.env.ref(f"{MODULE}.{whom}").id}
            if isinstance(whom, str)
            else {"user_id": whom.id}
        )
        return cls.Authority.create(
            {**holder, "amount_case": case, "amount_customer": customer, **vals}
        )

    @classmethod
    def _case(cls, partner=None, **vals):
        return cls.env["logistics.complaint"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
                "category_id": cls.broken.id,
                "order_ids": [Command.set(cls.order.ids)] if not partner else [],
                "line_ids": [Command.create({"product_id": cls.product.id, "quantity": 2})],
                **vals,
            }
        )

    @classmethod
    def _compensation(cls, amount=100.0, user=None, case=None, **vals):
        """Return a draft of a person (the agent)."""
        return cls.Compensation.with_user(user or cls.agent).create(
            {
                "complaint_id": (case or cls.case).id,
                "kind": "refund",
                "amount": amount,
                "amount_reason": "Agreed on the phone",
                **vals,
            }
        )

    @classmethod
    def _proposed(cls, amount=100.0, user=None, case=None, **vals):
        compensation = cls._compensation(amount, user, case, **vals)
        compensation.action_propose()
        return compensation

    @classmethod
    def _approved(cls, amount=100.0, user=None, case=None, by=None, **vals):
        compensation = cls._proposed(amount, user, case, **vals)
        compensation.with_user(by or cls.manager).action_approve()
        return compensation
