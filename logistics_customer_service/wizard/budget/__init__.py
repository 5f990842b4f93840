from . import logistics_contact_preview
