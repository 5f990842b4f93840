"""Odoo's exports of lists and pivots, made safe for what customers write."""

import json

from werkzeug.datastructures import FileStorage

from odoo.addons.web.controllers.export import (
    CSVExport,
    ExcelExport,
    ExportXlsxWriter,
    GroupExportXlsxWriter,
)
from odoo.addons.web.controllers.pivot import TableExporter
from odoo.http import route

from ...tools.foundation.spreadsheet import SIGNS, as_text

# what Odoo marks itself in a CSV file, and what it leaves
MARKED = ("=", "-", "+")
UNMARKED = tuple(sign for sign in SIGNS if sign not in MARKED)
# a workbook tells texts from formulas: only what its writer would make a formula, or a link to
# another file, is marked
WRITTEN = ("=", "{=", "external:", "internal:")
# a pivot's writer would make links of these, too; the lists' are told not to
PIVOT_WRITTEN = (*WRITTEN, "http://", "https://", "ftp://", "ftps://", "mailto:", "file://")


class TextWriter(ExportXlsxWriter):
    """Writes texts as texts: an address that somebody wrote is no link to be clicked."""

    def __init__(self, *args):
        super().__init__(*args)
        self.worksheet.strings_to_urls = False


class GroupTextWriter(GroupExportXlsxWriter, TextWriter):
    """The same by groups."""


class SafeCSVExport(CSVExport):
    """A CSV file does not say what a cell is: whatever looks like a formula is marked."""

    def from_data(self, fields, columns_headers, rows):
        return super().from_data(fields, columns_headers, _mark_rows(rows, UNMARKED))


class SafeExcelExport(ExcelExport):
    """A workbook in which nothing that somebody wrote becomes a formula."""

    def from_data(self, fields, columns_headers, rows):
        with TextWriter(fields, columns_headers, len(rows)) as writer:
            for number, row in enumerate(_mark_rows(rows, WRITTEN), start=1):
                for column, value in enumerate(row):
                    writer.write_cell(number, column, value)
        return writer.value

    def from_group_data(self, fields, columns_headers, groups):
        _mark_group(groups)
        with GroupTextWriter(fields, columns_headers, groups.count) as writer:
            place = 1, 0
            for name, group in groups.children.items():
                place = writer.write_group(*place, name, group)
        return writer.value


class SafePivotExport(TableExporter):
    """A pivot's groups may be what customers wrote, too."""

    @route()
    def export_xlsx(self, data, **kw):
        """Return the pivot as a workbook.

        :param data: JSON or a file of it, as the client sends it
        """
        table = json.load(data) if isinstance(data, FileStorage) else json.loads(data)
        if table:
            headers = [header for level in table["col_group_headers"] for header in level]
            for titled in (*headers, *table["rows"]):
                titled["title"] = as_text(titled["title"], PIVOT_WRITTEN)
        return super().export_xlsx(json.dumps(table), **kw)


def _mark_rows(rows, beginnings):
    return [[as_text(value, beginnings) for value in row] for row in rows]


def _mark_group(group):
    """Mark the rows of a tree of groups and the names by which they are grouped."""
    group.data = _mark_rows(group.data, WRITTEN)
    for name in list(group.children):
        child = group.children.pop(name)
        _mark_group(child)
        group.children[_mark_name(name)] = child


def _mark_name(name):
    """Return the key of a group: a text, a pair of id and text, or another value."""
    if isinstance(name, tuple) and len(name) > 1:
        return name[0], as_text(name[1], WRITTEN)
    return as_text(name, WRITTEN)
