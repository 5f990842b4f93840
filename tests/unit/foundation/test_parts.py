"""Of which part of customer service a module is: what the nearest room says."""

import sys
from types import ModuleType

from logistics_customer_service.tools.foundation.parts import get_part


def test_the_nearest_room_says_it(monkeypatch):
    declared = {"house": None, "house.room": "visits", "house.room.plain": None, "house.room.own": None}
    for name, part in declared.items():
        module = ModuleType(name)
        if part:
            module.PART = part
        monkeypatch.setitem(sys.modules, name, module)
    sys.modules["house.room.own"].PART = None
    assert get_part("house.room") == "visits"
    assert get_part("house.room.plain") == "visits"
    assert get_part("house.room.own") is None
    assert get_part("house") is None
