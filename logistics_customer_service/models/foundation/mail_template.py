from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template_attachments(self, res_ids, render_fields, render_results=None):
        """Our own mails bring HTML where the server cannot print, rather than not to go out."""
        ours = bool(self.model) and self.model.startswith("logistics.")
        template = self.with_context(html_if_unprintable=ours)
        return super(MailTemplate, template)._generate_template_attachments(
            res_ids, render_fields, render_results
        )
