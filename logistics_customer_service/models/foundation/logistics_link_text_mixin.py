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
        vals_list, links_list = self._mask_links(vals_list)
        records = super().create(vals_list)
        for record, links in zip(records, links_list, strict=True):
            if links:
                record._note_links(links)
        return records

    def write(self, vals):
        [vals], [links] = self._mask_links([vals])
        result = super().write(vals)
        if links:
            self._note_links(links)
        return result

    @api.model
    def _mask_links(self, vals_list):
        """Return the values with masks, and the links of each."""
        places = [
            (number, name)
            for number, vals in enumerate(vals_list)
            for name in self._link_texts
            if isinstance(vals.get(name), str)
        ]
        masked = self.env["logistics.link.text"]._mask([vals_list[number][name] for number, name in places])
        vals_list = list(vals_list)
        links_list = [[] for _vals in vals_list]
        for (number, name), (text, links) in zip(places, masked, strict=True):
            if links:
                vals_list[number] = {**vals_list[number], name: text}
                links_list[number] += links
        return vals_list, links_list

    def _note_links(self, links):
        """Keep that these texts go out with links.

        :param links: list of model and id
        """
        for record in self.sudo():  # nobody writes by hand what a mail opens
            known = record.logistics_links or []
            record.logistics_links = known + [link for link in links if link not in known]

    def _show_links(self, *texts):
        """Return texts of this record as they go out."""
        return self.env["logistics.link.text"]._unmask(texts, self._get_links())

    def _get_links(self):
        return self.sudo().logistics_links or []  # nobody reads which there are, whoever sends it
