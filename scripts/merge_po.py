#!/usr/bin/env python3
"""Carry the Chinese translations over to the template as it is now; print what has none."""

from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parents[1] / "logistics_customer_service" / "i18n"


def merge(old, new):
    """Fill the entries of a fresh template from a translation and return it.

    :param old: the translated file
    :param new: the template; its entries take the translations of the same source text
    """
    new.metadata = {**old.metadata, "POT-Creation-Date": new.metadata["POT-Creation-Date"]}
    for entry in new:
        if known := old.find(entry.msgid):
            entry.msgstr = known.msgstr
    return new


if __name__ == "__main__":
    target = FOLDER / "zh_CN.po"
    merged = merge(polib.pofile(target), polib.pofile(FOLDER / "logistics_customer_service.pot"))
    merged.save(target)
    print("\n".join(entry.msgid for entry in merged.untranslated_entries()))
