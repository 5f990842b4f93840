"""What a retention policy can cover: the rooms declare their kinds with these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from odoo.fields import Domain

from . import bulk


@dataclass(frozen=True)
class Kind:
    """One kind of what is kept of persons, and what becomes of it when its time is over.

    :param model: whose rows these are
    :param label: its name, and in words what it covers, which date counts, and what is done
    :param date: the field that holds the date that counts
    :param rows: which rows at all; what is still at work is none of them
    :param texts: the columns that are emptied
    :param files: the fields of attachments that are emptied
    :param links: by model, the column that says what a row is about: an open claim about it holds it
    :param left: which rows have something to empty, beside those with one of the texts or files
    :param empty: function of rows that empties what lies elsewhere, too
    :param deletes: whether the rows themselves go
    """

    model: str
    label: str
    covers: str
    dated: str
    effect: str
    date: str
    rows: Domain = Domain.TRUE
    texts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    left: Domain = Domain.FALSE
    empty: Callable | None = None
    deletes: bool = False

    def get_left(self):
        """Return the domain of rows of which something is left to empty or to delete."""
        if self.deletes:
            return self.rows
        filled = [Domain(name, "!=", False) for name in (*self.texts, *self.files)]
        return self.rows & Domain.OR([*filled, self.left])


def empty(rows, names):
    """Empty columns: past the ORM, for nothing follows from what is too old to be kept."""
    if names and rows:
        bulk.write(rows, dict.fromkeys(rows.ids, dict.fromkeys(names)))


def delete_files(rows, names):
    """Delete the attachments that fields hold; core clears the file store of what nobody uses."""
    if names and rows:
        rows.env["ir.attachment"].search(
            [
                ("res_model", "=", rows._name),
                ("res_field", "in", names),
                ("res_id", "in", rows.ids),
            ]
        ).unlink()
