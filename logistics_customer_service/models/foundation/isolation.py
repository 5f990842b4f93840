from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


def isolate(records, work, give_up, env=None):
    """Do ``work`` on records; where it fails, halve them until the culprits stand alone.

    Each part is done whole or not at all. An error of concurrency is not the data's fault: it is
    raised, for the batch to be done again.

    :param records: a recordset, or with ``env`` a list of anything
    :param work: function of records
    :param give_up: function of a culprit and of what it raised; the culprit is left out
    :return: the results of the parts that succeeded
    """
    if not records:
        return []
    env = env or records.env
    try:
        with env.cr.savepoint():
            return [work(records)]
    except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
        raise
    except Exception as error:  # whatever another addon's rule raises on one record
        env.invalidate_all(flush=False)
        if len(records) == 1:
            give_up(records, error)
            return []
    middle = len(records) // 2
    return [
        *isolate(records[:middle], work, give_up, env),
        *isolate(records[middle:], work, give_up, env),
    ]
