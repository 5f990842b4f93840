from . import carrier_events
