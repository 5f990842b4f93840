"""An empty route that asks for the same signature as the carriers' endpoint: what Odoo itself costs.

It is no part of the addon: a benchmark writes it to a folder of its own and loads it into the
servers that it starts.
"""

import contextlib
import tempfile
from pathlib import Path

PATH = "/benchmark/empty"
MODULE = "benchmark_empty_route"
MANIFEST = '{"name": "Empty route", "license": "LGPL-3", "installable": False}'
CONTROLLER = f'''
from odoo.http import Controller, request, route

class Empty(Controller):
    @route("{PATH}", type="http", auth="none", methods=["POST"], csrf=False, save_session=False)
    def receive(self, **_params):
        from odoo.addons.logistics_customer_service.controllers.shipment.carrier_events import CarrierEvents

        key = CarrierEvents()._authenticate(request.httprequest.get_data())
        return request.make_json_response({{}}, status=200 if key else 401)
'''


@contextlib.contextmanager
def options(config):
    """Yield the options with which a server has the route, besides those of its configuration."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / MODULE
        module.mkdir()
        (module / "__manifest__.py").write_text(MANIFEST)
        (module / "__init__.py").write_text(CONTROLLER)
        yield f"--load=base,rpc,web,{MODULE}", f"--addons-path={config.options['addons_path']},{folder}"
