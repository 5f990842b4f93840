from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MODULE, LogisticsCommon

READ, WRITE, CREATE, UNLINK = "read", "write", "create", "unlink"
ALL = {READ, WRITE, CREATE, UNLINK}
NOTHING = set()

# who may do what: agent, supervisor, manager, internal user
MATRIX = {
    "logistics.profile": ({READ, WRITE, CREATE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.settings": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.retention.policy": (NOTHING, NOTHING, ALL, NOTHING),
    "logistics.consent": ({READ, WRITE, CREATE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.profile.fact": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.profile.score": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.tier.change": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.tier.scheme": ({READ}, {READ}, ALL, NOTHING),
    "logistics.tier": ({READ}, {READ}, ALL, {READ}),
    "logistics.tier.criterion": (NOTHING, {READ}, ALL, NOTHING),
    "logistics.tier.criterion.step": (NOTHING, {READ}, ALL, NOTHING),
    "logistics.cargo.nature": ({READ}, {READ}, ALL, {READ}),
    "logistics.special.service": ({READ}, {READ}, ALL, {READ}),
    "logistics.time.class": ({READ}, {READ}, ALL, {READ}),
    "logistics.consent.purpose": ({READ}, {READ}, ALL, NOTHING),
    "logistics.promise": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.promise.agree": (
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        NOTHING,
    ),
    "logistics.exception": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.exception.settle": (
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        NOTHING,
    ),
    "logistics.assign": (NOTHING, {READ, WRITE, CREATE}, {READ, WRITE, CREATE}, NOTHING),
    "logistics.time.correction": ({READ}, {READ, CREATE}, {READ, CREATE}, NOTHING),
    "logistics.shipment.event": ({READ, WRITE, CREATE}, ALL, ALL, NOTHING),
    "logistics.lead.time": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.tracking.link": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.delivery.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.outcome.line": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.outcome.order": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.outcome.delivery": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.order.day": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.delivery.day": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.outcome.rebuild": (NOTHING, NOTHING, {READ}, NOTHING),
    "logistics.outcome.judge": (NOTHING, NOTHING, NOTHING, NOTHING),
    "logistics.shipment.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.invoice.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.case.lesson": ({READ, WRITE, CREATE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.case.lesson.tag": ({READ}, ALL, ALL, NOTHING),
    "logistics.complaint.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.complaint.rate.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.aspect": ({READ}, {READ}, ALL, NOTHING),
    "logistics.survey.policy": ({READ}, {READ}, ALL, NOTHING),
    "logistics.survey.request": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.survey.counter": ({READ}, {READ}, ALL, NOTHING),
    "logistics.survey.phone": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.survey.preview": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.survey.ask": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.feedback": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.feedback.score": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.callback.purpose": ({READ}, {READ}, ALL, NOTHING),
    "logistics.callback.policy": ({READ}, {READ}, ALL, NOTHING),
    "logistics.callback": ({READ, WRITE, CREATE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.callback.attempt": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.callback.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.callback.postpone": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.callback.reassign": (NOTHING, *[{READ, WRITE, CREATE}] * 2, NOTHING),
    "logistics.visit.plan": ({READ}, {READ}, ALL, NOTHING),
    "logistics.visit": ({READ, WRITE, CREATE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.visit.finding": (ALL, ALL, ALL, NOTHING),
    "logistics.visit.action": (ALL, ALL, ALL, NOTHING),
    "logistics.visit.urgent.report": (ALL, ALL, ALL, NOTHING),
    "logistics.visit.daily.report": (ALL, ALL, ALL, NOTHING),
    "logistics.visit.daily.report.line": ({READ, WRITE}, {READ, WRITE}, {READ, WRITE}, NOTHING),
    "logistics.visit.daily.report.missing": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.visit.monthly.report": ({READ}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.visit.monthly.report.figure": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.visit.analysis": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.visit.coverage": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.visit.cancel": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.care.occasion": ({READ}, {READ}, ALL, NOTHING),
    "logistics.care.holiday": ({READ}, {READ}, ALL, NOTHING),
    "logistics.care.day": ({READ}, {READ}, ALL, NOTHING),
    "logistics.greeting": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.care.dates": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.care.dates.line": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.bereavement": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.care.load": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.care.preview": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.work": ({READ}, {READ, WRITE}, {READ, WRITE}, NOTHING),
    "logistics.guide.mark": (NOTHING, NOTHING, {READ}, NOTHING),
    "logistics.guide.people": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.outgoing": (NOTHING, NOTHING, {READ, WRITE}, NOTHING),
    "logistics.touchpoint": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.contact.budget": ({READ}, {READ}, ALL, NOTHING),
    "logistics.contact.preview": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.contact.turn": (NOTHING, NOTHING, NOTHING, NOTHING),
    "logistics.feedback.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.feedback.score.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.survey.response.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.theme.rule": ({READ}, {READ}, ALL, NOTHING),
    "logistics.improvement": ({READ, WRITE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.reason": ({READ}, {READ}, ALL, {READ}),
    "logistics.delivery.remark": ({READ, WRITE, CREATE}, ALL, ALL, NOTHING),
    "logistics.shipment.reroute": (*[{READ, WRITE, CREATE}] * 3, NOTHING),
    "logistics.indicator": ({READ}, {READ}, ALL, NOTHING),
    "logistics.indicator.goal": ({READ}, {READ}, ALL, NOTHING),
    "logistics.indicator.month": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.indicator.figure": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.indicator.unfreeze": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.indicator.compute": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.cod": ({READ}, {READ, WRITE}, {READ, WRITE}, NOTHING),
    "logistics.cod.rule": ({READ}, {READ}, ALL, NOTHING),
    "logistics.cod.report": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.cod.remittance": (
        NOTHING,
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        NOTHING,
    ),
    "logistics.cod.remittance.line": (NOTHING, ALL, ALL, NOTHING),
    "logistics.event.code": ({READ}, {READ}, ALL, NOTHING),
    "logistics.carrier.inbox": (NOTHING, NOTHING, {READ}, NOTHING),
    "logistics.carrier.key": (NOTHING, NOTHING, ALL, NOTHING),
    "logistics.notice": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.notice.rule": ({READ}, {READ}, ALL, NOTHING),
    "logistics.notice.preview": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.complaint": ({READ, WRITE, CREATE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.complaint.line": (ALL, ALL, ALL, NOTHING),
    "logistics.complaint.category": ({READ}, {READ}, ALL, NOTHING),
    "logistics.complaint.stage": ({READ}, {READ}, ALL, NOTHING),
    "logistics.remedy": ({READ}, {READ}, ALL, NOTHING),
    "logistics.priority.rule": ({READ}, {READ}, ALL, NOTHING),
    "logistics.service.team": ({READ}, {READ}, ALL, NOTHING),
    "logistics.agent.skill": ({READ}, ALL, ALL, NOTHING),
    "logistics.service.turn": (NOTHING, NOTHING, NOTHING, NOTHING),
    "logistics.sla.policy": ({READ}, {READ}, ALL, NOTHING),
    "logistics.sla.target": ({READ}, {READ}, ALL, NOTHING),
    "logistics.clock": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.clock.event": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.escalation.rule": ({READ}, {READ}, ALL, NOTHING),
    "logistics.escalation": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.cause": ({READ}, {READ}, ALL, NOTHING),
    "logistics.responsible.party": ({READ}, {READ}, ALL, NOTHING),
    "logistics.complaint.why": (ALL, ALL, ALL, NOTHING),
    "logistics.evidence": ({READ, WRITE, CREATE}, ALL, ALL, NOTHING),
    "logistics.investigation": (
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        ALL,
        {READ, WRITE},
    ),
    "logistics.compensation.standard": ({READ}, {READ}, ALL, NOTHING),
    "logistics.compensation": (ALL, ALL, ALL, NOTHING),
    "logistics.compensation.line": (ALL, ALL, ALL, NOTHING),
    "logistics.compensation.turn": (NOTHING, NOTHING, NOTHING, NOTHING),
    "logistics.compensation.refuse": (
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        NOTHING,
    ),
    "logistics.authority": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.recovery": ({READ, WRITE, CREATE}, {READ, WRITE, CREATE}, ALL, NOTHING),
    "logistics.result.letter": (ALL, ALL, ALL, NOTHING),
    "logistics.result.letter.told": (
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        NOTHING,
    ),
    "logistics.privacy.protocol": (NOTHING, NOTHING, {READ}, NOTHING),
    "logistics.privacy.protocol.line": (NOTHING, NOTHING, {READ}, NOTHING),
    "logistics.erasure": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.person.file": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.sending.result": (NOTHING, NOTHING, NOTHING, NOTHING),
    "logistics.mark": (NOTHING, NOTHING, NOTHING, NOTHING),
    "logistics.attempt": (NOTHING, NOTHING, NOTHING, NOTHING),
    "logistics.link.copy": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.undeliverable.address": (
        {READ, UNLINK},
        {READ, UNLINK},
        {READ, UNLINK},
        NOTHING,
    ),
    "logistics.complaint.step.up": (
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        NOTHING,
    ),
    "logistics.complaint.intake": (ALL, ALL, ALL, NOTHING),
    "logistics.complaint.intake.order": (ALL, ALL, ALL, NOTHING),
    "logistics.complaint.merge": ({READ}, {READ}, {READ}, NOTHING),
    "logistics.complaint.merge.confirm": (
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        {READ, WRITE, CREATE},
        NOTHING,
    ),
    "logistics.run": (NOTHING, NOTHING, {READ}, NOTHING),
    "logistics.tier.lock": (NOTHING, {READ, WRITE, CREATE}, {READ, WRITE, CREATE}, NOTHING),
    "logistics.tier.simulation": (NOTHING, NOTHING, {READ, WRITE, CREATE}, NOTHING),
    "logistics.tier.simulation.line": (NOTHING, NOTHING, {READ}, NOTHING),
}


@tagged("post_install", "-at_install")
class TestSecurity(LogisticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._new_user("clerk", "base.group_user")
        cls.portal = cls._new_user("portal", "base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        cls.customer = cls._customer()
        cls._order(cls.customer)
        cls._refresh()
        cls.profile = cls._profile_of(cls.customer)

    def test_matrix_covers_every_model_of_the_addon(self):
        models = self.env["ir.model"].search([("model", "like", "logistics.%")])
        stored = {
            model.model
            for model in models
            if not self.env[model.model]._abstract
        }
        self.assertEqual(stored, set(MATRIX))

    def test_matrix(self):
        people = (self.agent, self.supervisor, self.manager, self.clerk)
        for model, rights in MATRIX.items():
            for user, allowed in zip(people, rights, strict=True):
                records = self.env[model].with_user(user)
                granted = {operation for operation in ALL if records.has_access(operation)}
                self.assertEqual(granted, allowed, f"{model}, {user.login}")

    def test_customers_read_cases_and_visitors_nothing(self):
        for user, readable in ((self.portal, {"logistics.complaint"}), (self.public, set())):
            for model in MATRIX:
                records = self.env[model].with_user(user)
                granted = {operation for operation in ALL if records.has_access(operation)}
                expected = {READ} if model in readable else NOTHING
                self.assertEqual(granted, expected, f"{model}, {user.login}")

    def test_customers_read_no_cases_but_their_own(self):
        case = self.env["logistics.complaint"].create({"partner_id": self.customer.id})
        self.assertFalse(case.with_user(self.portal).has_access("read"))
        self.portal.partner_id.parent_id = self.customer
        self.env.registry.clear_cache()  # rules remember whom a login belongs to
        self.assertTrue(case.with_user(self.portal).has_access("read"))

    def test_every_model_with_a_company_has_a_company_rule(self):
        guarded = self.env["ir.rule"].search([]).filtered(
            lambda rule: "company_ids" in (rule.domain_force or "")
        )
        for model in MATRIX:
            shown_only = ("logistics.tier.lock", "logistics.cod.remittance")
            if "company_id" in self.env[model]._fields and model not in shown_only:
                self.assertIn(model, guarded.mapped("model_id.model"))

    def test_clerk_opens_a_partner_but_not_the_profile(self):
        partner = self.customer.with_user(self.clerk)
        partner.read(["logistics_tier_id", "logistics_needs", "logistics_agent_name"])
        with self.assertRaises(AccessError):
            partner.read(["logistics_score"])
        with self.assertRaises(AccessError):
            self.profile.with_user(self.clerk).read(["packing_notes"])
        with self.assertRaises(AccessError):
            partner.action_open_logistics_profile()

    def test_search_through_the_profile_reveals_only_what_is_shown(self):
        """A clerk must not find out the locked-up part of a profile by searching for it."""
        partners = self.env["res.partner"].with_user(self.clerk)
        self.profile.tier_opt_out = True
        mine = [("id", "=", self.customer.id)]
        self.assertTrue(partners.search([("logistics_tier_id", "!=", False), *mine]))
        for domain in (
            [("logistics_profile_id.tier_opt_out", "=", True)],
            [("logistics_profile_id", "any", [("tier_opt_out", "=", True)])],
            [("logistics_profile_id.overdue_amount", ">=", 0)],
        ):
            with self.subTest(domain=domain), self.assertRaises(AccessError):
                partners.search([*domain, *mine])
        with self.assertRaises(AccessError):
            partners._read_group(mine, ["logistics_profile_id.tier_opt_out"], ["__count"])

    def test_private_methods_stay_private(self):
        """Nothing that writes tiers, facts or runs can be called from outside."""
        for model in MATRIX:
            public = {
                name
                for name in dir(type(self.env[model]))
                if not name.startswith("_")
                and callable(getattr(type(self.env[model]), name, None))
                and not getattr(getattr(type(self.env[model]), name), "_api_private", False)
                and getattr(type(self.env[model]), name).__module__.startswith(
                    f"odoo.addons.{MODULE}"
                )
            }
            allowed = {name for name in public if name.startswith("action_")}
            overrides = {"create", "write", "unlink", "copy_data", "default_get", "onchange"}
            overrides |= {"fields_get", "get_views"}  # without what is of a part that is off
            # the mail gateway's
            overrides |= {"message_process", "message_parse", "message_route"}
            overrides |= {"message_new", "message_update"}
            overrides |= {"message_subscribe"}  # takes a right away
            overrides |= {"register_cases", "read_case_states"}  # the API, with the caller's rights
            # what the form asks to say whom an answer is for, and with which words
            overrides |= {"read_reply_recipients", "read_canned_answers"}
            overrides |= {"get_state_text"}  # as of when figures are, to whom they are shown
            overrides |= {"fields_get", "get_views"}  # of what is there anyway, less is offered
            overrides |= {"execute", "cancel"}  # the names of Odoo's settings view; nothing is written
            self.assertLessEqual(public - allowed, overrides)

    def test_agent_cannot_reach_manager_actions(self):
        draft = self.scheme.copy({"company_id": self.company.id})
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                draft.with_user(user).action_put_in_force()
            with self.assertRaises(AccessError):
                draft.with_user(user).action_try_on_live_data()
        with self.assertRaises(AccessError):
            self.profile.with_user(self.agent).action_release_tier()
        with self.assertRaises(AccessError):
            self.profile.with_user(self.clerk).action_refresh()
