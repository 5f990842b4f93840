from odoo.addons.logistics_customer_service.renames import apply_renames

# (old, new)
RENAMED_MODELS = []
# (model by its new name, old, new)
RENAMED_FIELDS = []
# (model and field by their new names, old, new)
RENAMED_VALUES = [
    # what is sent has the same states everywhere
    ("logistics.survey.request", "state", "planned", "waiting"),
    ("logistics.survey.request", "state", "not_sent", "suppressed"),
    ("logistics.survey.response.report", "state", "planned", "waiting"),
    ("logistics.survey.response.report", "state", "not_sent", "suppressed"),
]
# (old, new), without the module's name; those that Odoo makes for models, fields and values follow these
RENAMED_XMLIDS = []


def migrate(cr, version):
    """Give what is stored the names that today's code reads."""
    apply_renames(cr, RENAMED_MODELS, RENAMED_FIELDS, RENAMED_VALUES, RENAMED_XMLIDS)
