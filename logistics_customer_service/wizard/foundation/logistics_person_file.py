import base64

from odoo import fields, models


class LogisticsPersonFile(models.TransientModel):
    """One file with all that is held of a person, for the person."""

    _name = "logistics.person.file"
    _description = "Person's File"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, readonly=True, ondelete="cascade"
    )
    inner = fields.Boolean(
        string="With Internal Notes",
        default=True,
        help="What was written of the person for our own use. Look through it before you hand it "
        "over: what tells of others is theirs.",
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    def action_make(self):
        """Make the file and offer it.

        :return: action that shows the dialogue again
        :raise AccessError: for everybody but managers
        """
        self.ensure_one()
        personal = self.env["logistics.personal"]
        personal._check_manager()
        content = personal._make_file(self.partner_id, self.inner)
        # it is gone with the dialogue, and never stands among the files that others read
        self.write(
            {"file": base64.b64encode(content), "file_name": f"person-{self.partner_id.id}.zip"}
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_customer_service.logistics_person_file_action"
        )
        return {**action, "res_id": self.id}
