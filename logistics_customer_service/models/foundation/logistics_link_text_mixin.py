from odoo import api, fields, models
from odoo.fields import NO_ACCESS


class LogisticsLinkTextMixin(models.AbstractModel):
    """A text that may bear links of ours: it is kept with masks, and goes out with the links."""

    _name = "logistics.link.text.mixin"
    _description = "Text with Links"

    # names of the fields that hold the texts
    _link_texts = ()

    logistics_links = fields.Json(readonly=True, copy=False, groups=NO_ACCESS)

    @api.model_create_multi
    def create(self, vals_list):
        """Keep texts without the secrets of links, and which links they were."""
        masked = [self._mask_links(vals) for vals in vals_list]
        records = super().create([vals for vals, _links in masked])
        for record, (_vals, links) in zip(records, masked, strict=True):
            if links:
                record._note_links(links)
        return records

    def write(self, vals):
        vals, links = self._mask_links(vals)
        result = super().write(vals)
        if links:
            self._note_links(links)
        return result

    @api.model
    def _mask_links(self, vals):
        names = [name for name in self._link_texts if isinstance(vals.get(name), str)]
        masked = self.env["logistics.link.text"]._mask([vals[name] for name in names]) if names else []
        links = [link for _text, found in masked for link in found]
        texts = {name: text for name, (text, _found) in zip(names, masked, strict=True)}
        return ({**vals, **texts}, links) if links else (vals, links)

    def _note_links(self, links):
        """Keep that these texts go out with links.

        :param links: list of model and id
        """
        for record in self.sudo():  # nobody writes by hand what a mail opens
            known = record.logistics_links or []
            record.logistics_links = known + [link for link in links if link not in known]

    def _show_links(self, text):
        """Return a text of this record as it goes out."""
        return self.env["logistics.link.text"]._unmask(text, self._get_links())

    def _get_links(self):
        return self.sudo().logistics_links or []  # nobody reads which there are, whoever sends it
