import logging

from odoo import api, models

from .isolation import isolate

_logger = logging.getLogger(__name__)


class LogisticsDemo(models.AbstractModel):
    """Demo data that code makes: orders, deliveries, payments, and what people did since."""

    _name = "logistics.demo"
    _description = "Demo Data"

    @api.model
    def _tell(self, xml_id):
        """Run a story of the demo data, whole or not at all, and delete it.

        How a company works may leave no room for one: that breaks no installation.

        :param xml_id: full XML id of the server action that holds the story
        """
        story = self.env.ref(xml_id)
        isolate(story, lambda told: told.run(), self._leave_out)
        story.unlink()

    def _leave_out(self, story, error):
        _logger.warning("%s: left out, it does not fit this database: %r", story.name, error)
