"""What belongs to a part of customer service that can be switched off."""

import sys
from functools import cache, wraps


def of_part(part):
    """Return a decorator: the job does nothing while its part is switched off.

    The job's record stays as the administrator set it, so that no upgrade has to know of parts.

    :param part: one of ``res_groups.PARTS``
    """

    def decorate(job):
        @wraps(job)
        def run(self, *args, **kwargs):
            if self.env["res.groups"]._has_logistics_part(part):
                return job(self, *args, **kwargs)
            return None

        return run

    return decorate


@cache
def get_part(module):
    """Return the part of customer service that a Python module is of, or None.

    The room says it: the nearest ``PART`` of the module and the packages around it.

    :param module: its full name
    """
    while "." in module:
        names = vars(sys.modules[module])
        if "PART" in names:
            return names["PART"]
        module = module.rpartition(".")[0]
    return None
