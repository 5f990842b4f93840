from odoo.addons.logistics_customer_service.renames import apply_renames

# (old, new)
RENAMED_MODELS = []
# (model by its new name, old, new)
RENAMED_FIELDS = []
# (model and field by their new names, old, new)
RENAMED_VALUES = []
# (old, new), without the module's name; those that Odoo makes for models, fields and values follow these
RENAMED_XMLIDS = [
    ("tracking_layout", "link_page_layout"),
]


def migrate(cr, version):
    """Give what is stored the names that today's code reads."""
    apply_renames(cr, RENAMED_MODELS, RENAMED_FIELDS, RENAMED_VALUES, RENAMED_XMLIDS)
