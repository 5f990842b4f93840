from odoo import models

LAYOUT = "logistics_customer_service.mail_layout"
OURS = "logistics."


class MailTemplate(models.Model):
    """Templates of ours: who writes, and the mails that our own methods write."""

    _inherit = "mail.template"

    def _generate_template(
        self,
        res_ids,
        render_fields,
        recipients_allow_suggested=False,
        find_or_create_partners=False,
    ):
        """As inherited; the company writes where a template says nothing, not whoever runs the job."""
        generated = super()._generate_template(
            res_ids,
            render_fields,
            recipients_allow_suggested=recipients_allow_suggested,
            find_or_create_partners=find_or_create_partners,
        )
        if (self.model or "").startswith(OURS) and "email_from" in render_fields:
            for record in self.env[self.model].browse(generated):
                values = generated[record.id]
                sender = "company_id" in record._fields and record.company_id.logistics_sender_email
                values["email_from"] = values.get("email_from") or sender
        return generated

    def _render_logistics_mail(self, record, lang=None):
        """Return ``subject``, ``body_html`` in the layout and ``email_from`` of a mail.

        :param record: one record, with ``company_id``
        :param lang: code of the reader's language; by default that of the template
        """
        lang = lang or self._render_lang(record.ids)[record.id] or self.env.lang
        values = {
            name: self._render_field(name, record.ids, set_lang=lang)[record.id]
            for name in ("subject", "body_html", "email_from")
        }
        company = record.company_id
        values["body_html"] = self.with_context(lang=lang)._render_encapsulate(
            self.email_layout_xmlid or LAYOUT,
            values["body_html"],
            add_context={"company": company},
            context_record=record.with_context(lang=lang),
        )
        values["email_from"] = values["email_from"] or company.logistics_sender_email
        return values

    def _generate_template_attachments(self, res_ids, render_fields, render_results=None):
        """Our own mails bring HTML where the server cannot print, rather than not to go out."""
        ours = (self.model or "").startswith(OURS)
        template = self.with_context(html_if_unprintable=ours)
        return super(MailTemplate, template)._generate_template_attachments(
            res_ids, render_fields, render_results
        )
