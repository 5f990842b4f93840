"""An earlier version of the addon, and the names it used for what is called otherwise today."""

import ast
import io
import subprocess
import tarfile

from scripts.dev.paths import ADDON, ROOT


def unpack(commit, folder):
    """Unpack the addon as it was at a commit into a folder."""
    done = subprocess.run(["git", "archive", commit, ADDON], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise AssertionError(
            f"Commit {commit} cannot be read from git, but its addon is what the upgrade starts from: "
            f"{done.stderr.decode(errors='replace').strip()}. A shallow clone lacks it: git fetch --unshallow"
        )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


class Renames:
    """What the migration scripts declare, version after version; see the lists in pre-migration.py."""

    def __init__(self):
        scripts = (ROOT / ADDON / "migrations").glob("*/pre-migration.py")
        by_version = sorted(scripts, key=lambda path: [int(part) for part in path.parent.name.split(".")])
        self.versions = [self.declared(path) for path in by_version]

    @staticmethod
    def declared(path):
        """Return the lists at the top of a script by their names."""
        lists = (node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.Assign))
        return {node.targets[0].id: ast.literal_eval(node.value) for node in lists}

    def model(self, name):
        """Return today's name of a model."""
        return self.value(name)[0]

    def field(self, model, name):
        """Return today's names of a model and a field."""
        return self.value(model, name)[:2]

    def value(self, model, field=None, value=None):
        """Return today's names of a model, a field and a value."""
        for lists in self.versions:
            model = dict(lists["RENAMED_MODELS"]).get(model, model)
            field = {(of, old): new for of, old, new in lists["RENAMED_FIELDS"]}.get((model, field), field)
            values = {(of, name, old): new for of, name, old, new in lists["RENAMED_VALUES"]}
            value = values.get((model, field, value), value)
        return model, field, value

    def xmlid(self, name):
        """Return today's name of an external id of the addon."""
        for lists in self.versions:
            name = dict(lists["RENAMED_XMLIDS"]).get(name, name)
        return name
