from . import logistics_guide_people
