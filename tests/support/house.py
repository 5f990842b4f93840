"""The house as its source says it: seven rooms in a tower, and who names what.

A room owns models, tables, fields, methods and XML ids; where two own one name it is the lower
room's. ``House(folder).look_up()`` returns every place where a room names what only a room above
owns. Run as a program it prints the figures of the house.
"""

import ast
import csv
import io
import re
from collections import Counter, namedtuple
from pathlib import Path
from xml.etree import ElementTree

ADDON = Path(__file__).parents[2] / "logistics_customer_service"
MODULE = ADDON.name
ROOMS = ("foundation", "customer", "shipment", "complaint", "satisfaction", "contact", "workplace")
LAYERS = ("controllers", "data", "demo", "models", "report", "security", "tools", "views", "wizard")
# Names that a room above defines and that Odoo's own models have, too: who says them means Odoo's.
ODOO_HAS = frozenset(
    """_action_cancel _action_done _auto _log_access _read_group _search _table_query action_cancel
    amount_total author_id category_id complete_name contact_name country_id date_deadline date_done
    date_from date_order date_to description direction email email_from getlist group_id invoice_date
    journal_id mail_id message_subscribe move_id order_id parent_id parent_path partner_id
    partner_phone phone picking_id picking_ids priority product_id product_uom_id recipient_ids
    res_id res_model resource_calendar_id share signed_by state_id street team_id user_ids
    warehouse_id""".split()
)

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# XML ids of another addon, which one of ours may be called like
OTHERS = re.compile(r"\b(?!logistics_customer_service\b)\w+\.(\w+)")
MODEL = re.compile(r"logistics(?:\.[a-z0-9_]+)+")
SQL_ALIAS = re.compile(r"\b(?:AS|as) ([a-z_][a-z0-9_]*)\b|\b([a-z_][a-z0-9_]*) AS (?:MATERIALIZED )?\(")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

Use = namedtuple("Use", "path line room kind name owner where")


class House:
    """The addon's source, read once.

    :param folder: of the addon
    """

    def __init__(self, folder=ADDON):
        sources = {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for layer in LAYERS
            for path in sorted((folder / layer).rglob("*"))
            if path.suffix in (".py", ".xml", ".csv")
        }
        self.sources = {path: text for path, text in sources.items() if room_of(path)}
        self.trees = {path: ast.parse(text) for path, text in self.sources.items() if path.endswith(".py")}
        self.owners = {}
        for path in self.sources:
            for kind, name in self._get_owned(path):
                self._own(kind, name, path)

    def _own(self, kind, name, path):
        held = self.owners.get((kind, name))
        if held is None or rank_of(path) < rank_of(held):
            self.owners[kind, name] = path

    # === WHO OWNS ===

    def _get_owned(self, path):
        """Yield the kind and name of all that a file defines."""
        if path.endswith(".py"):
            yield from self._get_owned_by_python(path)
        elif path.endswith(".xml"):
            for element in ElementTree.fromstring(self.sources[path]).iter():
                xmlid = element.get("id", "")
                if element.tag in ("record", "template", "menuitem") and "." not in xmlid:
                    yield "XML id", xmlid
                    yield "word", xmlid
                elif element.tag == "filter":
                    yield "word", element.get("name")
                elif element.tag == "field" and element.get("name") == "code":
                    yield "word", element.text
        else:
            for row in csv.DictReader(io.StringIO(self.sources[path])):
                yield "XML id", row["id"]

    def _get_owned_by_python(self, path):
        for node in ast.walk(self.trees[path]):
            if isinstance(node, ast.ClassDef):
                for name, value in get_assigned(node):
                    if name == "_name" and MODEL.fullmatch(get_text(value)):
                        yield "model", value.value
                        yield "table", value.value.replace(".", "_")
                    else:
                        yield "name", name
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        yield "name", method.name
            yield from (("word", word) for word in get_bound(node))

    # === WHO NAMES ===

    def look_up(self, planted=None):
        """Return where a room names what is above it: list of :class:`Use`.

        :param planted: sources by path that are looked at instead, as if they stood in the house
        """
        sources = planted or self.sources
        return sorted(
            Use(path, line, room_of(path), kind, name, room_of(owner), owner)
            for path, source in sources.items()
            for line, kind, name, owner in self._look_up_from(path, source)
        )

    def _look_up_from(self, path, source):
        for line, kind, name in self._get_named(path, source):
            owner = name if kind == "import" else self.owners.get((kind, name))
            if owner and rank_of(owner) > rank_of(path) and not self._is_own_word(path, kind, name):
                yield line, kind, name, owner

    def _is_own_word(self, path, kind, name):
        """Tell whether a name is Odoo's, too, or a variable, alias or value of this or a lower room."""
        if kind != "name":
            return False
        bound = self.owners.get(("word", name))
        return name in ODOO_HAS or (bound is not None and rank_of(bound) <= rank_of(path))

    def _get_named(self, path, source):
        """Yield line, kind and name of all that a file names."""
        if not path.endswith(".py"):
            text = COMMENT.sub(lambda match: "\n" * match.group().count("\n"), source)
            for number, line in enumerate(text.splitlines(), 1):
                yield from ((number, kind, name) for kind, name in split_text(line))
            return
        tree = self.trees.get(path) or ast.parse(source)
        prose = set(get_docstrings(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in prose:
                yield from ((node.lineno, kind, name) for kind, name in split_text(node.value))
            elif isinstance(node, ast.Attribute):
                yield node.lineno, "name", node.attr
            elif isinstance(node, ast.ImportFrom) and node.level:
                yield node.lineno, "import", resolve(path, node)


def room_of(path):
    """Return the room of a path below the addon, None for what belongs to the roof."""
    parts = path.split("/")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else None


def rank_of(path):
    """Return how high the room of a path lies; the roof is above all."""
    room = room_of(path)
    return ROOMS.index(room) if room else len(ROOMS)


def split_text(text):
    """Yield kind and name of whatever a text may name: models, tables, XML ids, fields, methods."""
    for model in MODEL.findall(text):
        yield "model", model
    others = set(OTHERS.findall(text))
    for word in WORD.findall(text):
        yield "table", word.removeprefix("model_")
        if "_" in word and word not in others:
            yield "XML id", word
        if "_" in word:
            yield "name", word


def resolve(path, node):
    """Return the path, below the addon, that a relative import names."""
    base = path.split("/")[: -node.level]
    return "/".join([*base, *(node.module or "").split("."), ""])


def get_text(node):
    """Return the text of a constant, else an empty one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def get_assigned(node):
    """Yield names and values that the body of a class assigns."""
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value


def get_bound(node):
    """Yield the words a piece of Python has of its own: arguments, variables, values of selections,
    keys, aliases in SQL."""
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
        yield from filter(None, [get_text(node.elts[0])])
    elif isinstance(node, ast.Dict):
        yield from filter(None, map(get_text, node.keys))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        for alias in SQL_ALIAS.findall(node.value):
            yield from filter(None, alias)


def get_docstrings(tree):
    """Yield the nodes of docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


# === FIGURES ===


def get_figures(house):
    """Return the figures of the house by name."""
    classes = list(get_classes(house))
    files = Counter(model for model, _path, _node in classes)
    methods = Counter(
        (method.name, model)
        for model, path, node in classes
        if path.startswith(("models/", "wizard/"))
        for method in node.body
        if isinstance(method, ast.FunctionDef)
    )
    manifest = ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))
    return {
        "rooms": len(ROOMS),
        "names upward": len(house.look_up()),
        "files that extend a model, most": dict(files.most_common(8)),
        "methods defined more than once for a model": sum(count > 1 for count in methods.values()),
        **{
            f"definitions of {name}": sum(n for (method, _model), n in methods.items() if method == name)
            for name in ("create", "write", "_action_done", "_enter_phase")
        },
        "lines of Python": count_lines(house, ".py"),
        "lines of XML": count_lines(house, ".xml"),
        "files in the manifest": len(manifest["data"]) + len(manifest["demo"]),
    }


def get_classes(house):
    """Yield model, path and node of every class that defines or extends a model."""
    for path, tree in house.trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                values = dict(get_assigned(node))
                model = get_text(values.get("_name")) or get_text(values.get("_inherit"))
                if model:
                    yield model, path, node


def count_lines(house, ending):
    """Return how many lines the sources with this ending have."""
    return sum(text.count("\n") for path, text in house.sources.items() if path.endswith(ending))


if __name__ == "__main__":
    for name, figure in get_figures(House()).items():
        print(f"{name}: {figure}")  # a program's output
