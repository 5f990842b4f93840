import secrets
import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

MODULE = "logistics_customer_service"
HEADER = "X-Logistics-Guide"
# in the order in which a company is set up
STEPS = ("company", "mail", "hours", "deadlines", "law", "notices", "tiers", "surveys", "people")
# so many seconds somebody waits for the first figures; the night works the rest out
PATIENCE = 40


class LogisticsGuide(models.AbstractModel):
    """From the installation to the first day: what is to be decided, and what is decided already."""

    _name = "logistics.guide"
    _description = "Guide"

    # === READING ===#

    @api.model
    def action_read(self):
        """Return the steps: their state, what is known of them, and the buttons that the reader may press.

        :raise AccessError: the reader neither manages the service nor the settings
        """
        self._check_may_guide()
        marks = {mark.step: mark for mark in self._get_marks()}
        steps = [self._read_step(step, marks.get(step)) for step in STEPS]
        return {
            "company": self.env.company.name,
            "steps": steps,
            "left": sum(step["state"] == "open" for step in steps),
        }

    @api.model
    def _check_may_guide(self):
        user = self.env.user
        if not (user.has_group(f"{MODULE}.group_manager") or user.has_group("base.group_system")):
            raise AccessError(self.env._("The guide is for managers of the service and of the settings."))

    @api.model
    def _get_marks(self):
        # who may guide reads what was said of the company's steps
        return self.env["logistics.guide.mark"].sudo().search([("company_id", "=", self.env.company.id)])

    @api.model
    def _read_step(self, step, mark):
        # what a step is about may lie where a manager of the settings has no rights
        done, facts = getattr(self.sudo(), f"_look_at_{step}")(mark)
        title, text = self._get_words()[step]
        said = mark and mark.state
        return {
            "key": step,
            "title": title,
            "text": text,
            "state": "done" if done or said == "done" else said or "open",
            "is_found": bool(done),
            "facts": [fact for fact in facts if fact],
            "buttons": [
                {"key": key, "name": name}
                for key, name, model in getattr(self, f"_get_buttons_{step}")()
                if self.env[model].has_access("read")
            ],
        }

    @api.model
    def _get_words(self):
        return {
            "company": (
                self.env._("Company and team"),
                self.env._("Who works on what customers turn to you with, and where the company is."),
            ),
            "mail": (
                self.env._("Mailbox"),
                self.env._(
                    "The team's address makes cases of mails. Bounces and answers need the bounce and the "
                    "catch-all address. A test mail goes out to the team's address and has to come back."
                ),
            ),
            "hours": (
                self.env._("Working hours"),
                self.env._("Deadlines count the hours in which somebody works."),
            ),
            "deadlines": (
                self.env._("Deadlines and escalation"),
                self.env._(
                    "Nobody of yours gets mails or activities about deadlines until this is switched on."
                ),
            ),
            "law": (
                self.env._("Legal deadlines"),
                self.env._(
                    "Which deadlines the law of your country sets. They count for companies there alone."
                ),
            ),
            "notices": (
                self.env._("Promise and notices"),
                self.env._("What customers are told by themselves. Nothing is sent until you switch it on."),
            ),
            "tiers": (
                self.env._("Tiers"),
                self.env._("How your customers of today would be ranked. Trying it out changes nothing."),
            ),
            "surveys": (
                self.env._("Surveys"),
                self.env._("Whom to ask how the service was. Nobody is asked until you switch it on."),
            ),
            "people": (
                self.env._("People"),
                self.env._("Who works with customer service. They land on their workplace at login."),
            ),
        }

    # === WHAT IS THERE: whether it is done, and what to say of it ===#

    @api.model
    def _get_team(self):
        company = self.env.company
        return self.env["logistics.service.team"]._get_first(company).get(
            company, self.env["logistics.service.team"]
        )

    @api.model
    def _look_at_company(self, mark):
        company, team = self.env.company, self._get_team()
        country = company.country_id.name or self.env._("no country yet")
        people = self.env._("%(team)s: %(count)s people", team=team.name, count=len(team.member_ids))
        facts = [country, people if team else self.env._("no team yet")]
        return team.member_ids and company.country_id, facts

    @api.model
    def _look_at_mail(self, mark):
        company, team = self.env.company, self._get_team()
        none = self.env._("none yet")
        facts = [
            self.env._("Team: %s", team.alias_email or none),
            self.env._("Catch-all: %s", company.catchall_email or none),
            self.env._("Bounces: %s", company.bounce_email or none),
        ]
        if mark and mark.failure:
            facts.append(self.env._("The test mail could not be sent: %s", mark.failure))
        elif mark and mark.arrived_at:
            facts.append(self.env._("The test mail went out and came back."))
        elif mark and mark.sent_at:
            facts.append(self.env._("The test mail went out and has not come back yet."))
        return mark and mark.arrived_at, facts

    @api.model
    def _look_at_hours(self, mark):
        calendar = self._get_team().resource_calendar_id or self.env.company.resource_calendar_id
        return False, [calendar and f"{calendar.name}, {calendar.tz}"]

    @api.model
    def _look_at_deadlines(self, mark):
        rules = self._get_escalation_rules()
        told = rules.filtered(lambda rule: rule.active and (rule.do_activity or rule.do_mail))
        return told, [self.env._("%(on)s of %(all)s rules on", on=len(told), all=len(rules))]

    @api.model
    def _get_escalation_rules(self):
        rules = self.env["logistics.escalation.rule"].with_context(active_test=False)
        return rules.search([("company_id", "in", (self.env.company.id, False))])

    @api.model
    def _look_at_law(self, mark):
        policies = self.env["logistics.sla.policy"].with_context(active_test=False)
        country = self.env.company.country_id
        laws = policies.search([("country_id", "=", country.id)]) if country else policies
        facts = [country.name or self.env._("no country yet")]
        facts += [law.name if law.active else self.env._("%s (off)", law.name) for law in laws]
        return laws.filtered("active"), facts

    @api.model
    def _look_at_notices(self, mark):
        return self._look_at_sent(("notice", "acknowledgement"))

    @api.model
    def _look_at_surveys(self, mark):
        if not self.env["res.groups"]._has_logistics_part("surveys"):
            return False, [self.env._("The part is switched off in the settings.")]
        return self._look_at_sent(("survey",))

    @api.model
    def _look_at_sent(self, kinds):
        rows = self.env["logistics.outgoing"].search(
            [("kind", "in", kinds), ("company_id", "in", (self.env.company.id, False))]
        )
        sent = rows.filtered(lambda row: row.state == "on")
        return sent, [self.env._("%(on)s of %(all)s rules on", on=len(sent), all=len(rows))]

    @api.model
    def _look_at_tiers(self, mark):
        if not self.env["res.groups"]._has_logistics_part("tiers"):
            return False, [self.env._("The part is switched off in the settings.")]
        count = self.env["logistics.profile"].search_count([("company_id", "=", self.env.company.id)])
        return False, [self.env._("%s customers with figures", count)]

    @api.model
    def _look_at_people(self, mark):
        agents = self.env.ref(f"{MODULE}.group_agent").all_user_ids
        others = agents.filtered(
            lambda user: user.active and user != self.env.ref("base.user_admin") and not user._is_superuser()
        ).filtered(lambda user: self.env.company in user.company_ids)
        return others, [self.env._("%s people besides the administrator", len(others))]

    # === BUTTONS: key, name, and the model that one must be able to read ===#

    @api.model
    def _get_buttons_company(self):
        return [
            ("team", self.env._("Team"), "logistics.service.team"),
            ("company", self.env._("Company"), "res.company"),
        ]

    @api.model
    def _get_buttons_mail(self):
        return [
            ("team", self.env._("Team's Address"), "logistics.service.team"),
            ("test_mail", self.env._("Send a Test Mail"), "logistics.service.team"),
        ]

    @api.model
    def _get_buttons_hours(self):
        return [("hours", self.env._("Working Hours"), "resource.calendar")]

    @api.model
    def _get_buttons_deadlines(self):
        rules = [("rules", self.env._("Escalation Rules"), "logistics.escalation.rule")]
        # whether all are on is no secret
        if all(self.sudo()._get_escalation_rules().mapped("active")):
            return rules
        return [("escalate", self.env._("Switch Escalation On"), "logistics.escalation.rule"), *rules]

    @api.model
    def _get_buttons_law(self):
        return [("law", self.env._("Deadlines by Law"), "logistics.sla.policy")]

    @api.model
    def _get_buttons_notices(self):
        return [("sent", self.env._("What Customers Receive"), "logistics.outgoing")]

    @api.model
    def _get_buttons_tiers(self):
        if not self.env["res.groups"]._has_logistics_part("tiers"):
            return []
        return [
            ("simulate", self.env._("Try It on Our Customers"), "logistics.tier.scheme"),
            ("schemes", self.env._("Schemes"), "logistics.tier.scheme"),
        ]

    @api.model
    def _get_buttons_surveys(self):
        if not self.env["res.groups"]._has_logistics_part("surveys"):
            return [("parts", self.env._("Switch the Part On"), "res.config.settings")]
        return [("surveys", self.env._("What Customers Receive"), "logistics.outgoing")]

    @api.model
    def _get_buttons_people(self):
        return [("people", self.env._("Add People"), "logistics.guide.people")]

    # === DOING ===#

    @api.model
    def action_mark(self, step, state):
        """Keep what somebody says of a step: that it is done or skipped, or neither.

        :raise UserError: there is no such step or state
        """
        self._check_may_guide()
        if step not in STEPS or state not in ("done", "skipped", False):
            raise UserError(self.env._("There is no such step."))
        self._ensure_mark(step).state = state
        return self.action_read()

    @api.model
    def _ensure_mark(self, step):
        """Return what is kept of a step of the company."""
        found = self._get_marks().filtered(lambda mark: mark.step == step)
        return found or found.create({"company_id": self.env.company.id, "step": step})

    @api.model
    def action_press(self, step, button):
        """Do what a button of a step says.

        :return: an action to open, or False
        :raise UserError: the step has no such button for the user
        """
        self._check_may_guide()
        if step not in STEPS or button not in (
            one["key"] for one in self._read_step(step, None)["buttons"]
        ):
            raise UserError(self.env._("There is no such step."))
        return getattr(self, f"_press_{button}")()

    @api.model
    def _open(self, name, **vals):
        return {**self.env["ir.actions.actions"]._for_xml_id(f"{MODULE}.{name}"), **vals}

    @api.model
    def _open_form(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    @api.model
    def _press_team(self):
        return self._open_form(self._get_team())

    @api.model
    def _press_company(self):
        return self._open_form(self.env.company)

    @api.model
    def _press_hours(self):
        return self._open_form(
            self._get_team().resource_calendar_id or self.env.company.resource_calendar_id
        )

    @api.model
    def _press_rules(self):
        return self._open("logistics_escalation_rule_action", context={"active_test": False})

    @api.model
    def _press_escalate(self):
        """Switch on the rules that come along; moments before it are left alone."""
        rules = self._get_escalation_rules().filtered(lambda rule: not rule.active)
        rules.active = True
        return False

    @api.model
    def _press_law(self):
        context = {"active_test": False, "search_default_law": 1}
        return self._open("logistics_sla_policy_action", context=context)

    @api.model
    def _press_sent(self):
        return self._open("logistics_outgoing_action")

    @api.model
    def _press_surveys(self):
        return self._open("logistics_outgoing_action", context={"search_default_survey": 1})

    @api.model
    def _press_parts(self):
        return self._open("res_config_settings_action")

    @api.model
    def _press_people(self):
        return self._open("logistics_guide_people_action")

    @api.model
    def _press_schemes(self):
        return self._open("logistics_tier_scheme_action")

    @api.model
    def _press_simulate(self):
        """Work out the first figures where there are none yet, and try the scheme on them.

        :raise UserError: there are too many customers to wait for
        """
        schemes = self.env["logistics.tier.scheme"].search(
            [("company_id", "in", (self.env.company.id, False))], order="company_id, id", limit=1
        )
        if not schemes:
            raise UserError(self.env._("There is no tier scheme."))
        self._work_out_figures()
        return schemes.action_try_on_live_data()

    @api.model
    def _work_out_figures(self):
        runs = self.env["logistics.run"].sudo()  # the night's work, begun earlier
        company = self.env.company
        if runs.search_count([("company_id", "=", company.id), ("state", "=", "done")], limit=1):
            return
        run, until = runs._start(company), time.monotonic() + PATIENCE
        while run._advance():
            if time.monotonic() > until:
                raise UserError(
                    self.env._(
                        "There are many customers: the night works their figures out. Come back tomorrow."
                    )
                )

    # === THE TEST MAIL ===#

    @api.model
    def _press_test_mail(self):
        """Send a mail to the team's own address; when it comes back, both ways are open.

        :raise UserError: the team has no address
        """
        self.env["logistics.database"]._check_original()
        address = self._get_team().alias_email
        if not address:
            raise UserError(self.env._("The team has no mail address yet."))
        mark, token = self._ensure_mark("mail"), secrets.token_hex(16)
        # a manager of the service may try the way that all mails of the service go
        mail = self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("Test of the customer service's mailbox"),
                "body_html": self.env._("This mail goes out and comes back. No case is opened."),
                "email_from": self.env.company.email_formatted or self.env.user.email_formatted,
                "email_to": address,
                "headers": repr({HEADER: token}),
            }
        )
        mark.write({"token": token, "sent_at": fields.Datetime.now(), "arrived_at": False, "failure": False})
        mail.send()
        if mail.exists() and mail.state == "exception":
            mark.failure = mail.failure_reason or self.env._("refused")
        return False

    @api.model
    def _note_arrived(self, token):
        """The test mail came back: tell whether one was waited for."""
        # a mail gateway has no rights of its own
        mark = self.env["logistics.guide.mark"].sudo().search([("token", "=", token)], limit=1)
        if not token or not mark:
            return False
        mark.write({"arrived_at": fields.Datetime.now(), "failure": False, "token": False})
        return True
