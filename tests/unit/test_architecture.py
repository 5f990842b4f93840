"""The house keeps its plan: rooms with the same names in every layer, and nothing named upwards."""

import ast
import re
from collections import Counter

import pytest

from tests.support.house import ADDON, LAYERS, ROOMS, House, get_assigned, get_text

# What names something above it all the same: at most five, each with its reason.
EXCEPTIONS = {}
MOST_EXCEPTIONS = 5
# What stands beside the rooms in a layer: the roof, which names them all.
ROOF = {"__init__.py", "__pycache__", "menus.xml", "res_config_settings_views.xml"}
CLASS = re.compile(r"^class \w+\((.*\.)?(Model|AbstractModel|TransientModel|Controller)", re.MULTILINE)
PLANTED = {
    "models/customer/planted.py": [
        ("model", 'self.env["logistics.complaint"]'),
        ("table", 'SQL("SELECT id FROM logistics_callback WHERE active")'),
        ("name", "profile.complaint_count"),
        ("name", "self._plan_survey_requests()"),
        ("name", 'self.mapped("shipment_event_ids.kind")'),
        ("XML id", 'self.env.ref("logistics_customer_service.logistics_visit_action_all")'),
        ("import", "from ..shipment import logistics_promise"),
    ],
    "views/shipment/planted.xml": [
        ("model", '<odoo><field name="model">logistics.visit</field></odoo>'),
        ("name", '<odoo><field name="complaint_count"/></odoo>'),
        ("XML id", '<odoo><field name="inherit_id" ref="logistics_complaint_view_form"/></odoo>'),
    ],
    "security/satisfaction/planted.csv": [
        ("table", "id,name,model_id:id\nplanted,planted,model_logistics_callback"),
    ],
}


@pytest.fixture(scope="module")
def house():
    return House()


def test_no_room_names_anything_above_it(house):
    found = [
        f"{use.path}:{use.line} ({use.room}) names the {use.kind} {use.name} of {use.where}"
        for use in house.look_up()
        if (use.path, use.name) not in EXCEPTIONS
    ]
    assert not found, "\n" + "\n".join(found)


def test_exceptions_are_few_and_still_needed(house):
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS
    assert all(EXCEPTIONS.values()), "An exception has a reason."
    assert EXCEPTIONS.keys() <= {(use.path, use.name) for use in house.look_up()}


@pytest.mark.parametrize(
    "path, kind, source",
    [(path, kind, source) for path, sources in PLANTED.items() for kind, source in sources],
)
def test_an_upward_name_is_found(house, path, kind, source):
    assert kind in {use.kind for use in house.look_up({path: source})}


def test_prose_names_nothing(house):
    source = '"""Callbacks (``logistics.callback``) are planned elsewhere."""'
    assert not house.look_up({"models/customer/planted.py": source})


@pytest.mark.parametrize(
    "layer", [*LAYERS, "tests", "static/src", "static/tests", "../docs", "../tests/unit"]
)
def test_every_layer_has_the_same_rooms(layer):
    beside = ROOF | {"neutralize.sql", "screenshots", "tours", "test_architecture.py", "test_patterns.py"}
    beside |= {"architecture.md"}
    names = {path.name for path in (ADDON / layer).iterdir()} - beside
    if layer == "tests":
        names = {name for name in names if (ADDON / layer / name).is_dir()}
    assert names <= set(ROOMS)


def get_imported(folder):
    """Return what the ``__init__`` of a folder imports, in its order."""
    return re.findall(r"^from \. import (\w+)$", (folder / "__init__.py").read_text(), re.MULTILINE)


@pytest.mark.parametrize("layer", ["models", "wizard", "controllers"])
def test_the_order_of_the_tower_is_that_of_loading(layer):
    loaded = get_imported(ADDON / layer)
    assert loaded == [room for room in ROOMS if (ADDON / layer / room).is_dir()]
    for folder in (ADDON / layer).rglob("*/"):
        if folder.name != "__pycache__":
            held = {path.stem for path in folder.glob("*.py")} - {"__init__"}
            held |= {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
            imported = get_imported(folder)
            helpers = {name for name in held - set(imported) if not is_model(folder / f"{name}.py")}
            assert set(imported) | helpers == held, folder


def is_model(path):
    """Tell whether a file has a model or a controller."""
    return path.exists() and bool(CLASS.search(path.read_text()))


def test_sub_rooms_are_those_of_the_models():
    for layer in ("views", "tests"):
        for room in ROOMS:
            subs = {path.name for path in (ADDON / layer / room).glob("*/")} - {"__pycache__"}
            known = {path.name for path in (ADDON / "models" / room).glob("*/")}
            assert subs <= known, (layer, room)


def test_a_file_is_named_after_its_model():
    for path in (ADDON / "models").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                values = dict(get_assigned(node))
                model = get_text(values.get("_name")) or get_text(values.get("_inherit"))
                if model:
                    assert path.stem.startswith(model.replace(".", "_")), path


def test_the_manifest_loads_by_room():
    manifest = ast.literal_eval((ADDON / "__manifest__.py").read_text())
    rooms = [path.split("/")[1] for path in manifest["data"]]
    ranks = [ROOMS.index(room) if room in ROOMS else len(ROOMS) for room in rooms]
    assert ranks == sorted(ranks)
    files = {
        path.relative_to(ADDON).as_posix()
        for layer in ("data", "report", "security", "views")
        for path in (ADDON / layer).rglob("*")
        if path.suffix in (".xml", ".csv")
    }
    assert set(manifest["data"]) == files


def test_every_test_is_loaded():
    """Odoo's loader sees the modules that ``tests/__init__`` imports by a name of their own."""
    source = (ADDON / "tests" / "__init__.py").read_text()
    loaded = Counter(
        alias or name
        for name, alias in re.findall(r"^from \.[\w.]* import (\w+)(?: as (\w+))?$", source, re.MULTILINE)
    )
    files = Counter(path.stem for path in (ADDON / "tests").rglob("test_*.py"))
    assert [name for name, count in files.items() if count > 1] == []
    assert loaded == files


def test_loggers_and_patches_name_modules_that_are_there():
    """A logger that nobody writes to is muted without a word."""
    dotted = re.compile(r"odoo\.addons\.(?:logistics_customer_service|\{MODULE\})((?:\.[a-z_]+)+)")
    for path in (ADDON / "tests").rglob("*.py"):
        for named in dotted.findall(path.read_text()):
            folder = ADDON.joinpath(*named.split(".")[1:])
            assert folder.is_dir() or folder.with_suffix(".py").exists(), f"{path}: {named}"


def test_the_plan_names_what_there_is():
    plan = (ADDON.parent / "docs" / "architecture.md").read_text()
    source = "\n".join(path.read_text() for path in ADDON.rglob("*.py"))
    named = re.findall(r"`((?:models|controllers|tools)/[\w/]+\.py)", plan)
    assert named and all((ADDON / path).exists() for path in named)
    methods = set(re.findall(r"`(_[a-z_]+)[(`]", plan))
    assert not {name for name in methods if f"def {name}(" not in source}
    mixins = set(re.findall(r"`(logistics\.[a-z.]+mixin)`", plan))
    assert not {name for name in mixins if f'_name = "{name}"' not in source}


def test_orders_of_the_demo_data_follow_no_pricelist():
    """Another app's may be in a currency that is not in use: posting would break the installation."""
    for path in (ADDON / "demo").rglob("*.xml"):
        source = path.read_text()
        assert source.count('env["sale.order"].create(') == source.count('"pricelist_id": False'), path
