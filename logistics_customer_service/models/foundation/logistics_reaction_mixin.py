from odoo import api, models


class LogisticsReactionMixin(models.AbstractModel):
    """What follows from what happens to records, in an order that can be read in one list.

    The room that owns the model overrides ``create``, ``write`` and the like, once, and calls
    :meth:`_react`. It lists the steps of its room in the order in which they act; rooms above
    extend :meth:`_get_reactions` and add their own to the end.
    """

    _name = "logistics.reaction.mixin"
    _description = "Reactions in Their Order"

    @api.model
    def _get_reactions(self):
        """Return the steps in their order: pairs of a method's name and the set of its causes."""
        return []

    def _react(self, causes):
        """Take every step that one of ``causes`` asks for.

        :param causes: names of written fields, or moments that the owner of the model names
        """
        for step, wanted in self._get_reactions():
            if not wanted.isdisjoint(causes):
                getattr(self, step)()
