from . import logistics_work_assign
