"""What belongs to a part of customer service that can be switched off."""

from functools import wraps


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
