from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


def isolate(records, work, give_up):
    """Do ``work`` on records; where it fails, halve them until the culprits stand alone.

    Each part is done whole or not at all. An error of concurrency is not the data's fault: it is
    raised, for the batch to be done again.

    :param work: function of records
    :param give_up: function of a culprit and of what it raised; the culprit is left out
    :return: the results of the parts that succeeded
    """
    if not records:
        return []
    try:
        with records.env.cr.savepoint():
            return [work(records)]
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as error:  # whatever another addon's rule raises on one record
        records.env.invalidate_all(flush=False)
        if len(records) == 1:
            give_up(records, error)
            return []
    middle = len(records) // 2
    return isolate(records[:middle], work, give_up) + isolate(records[middle:], work, give_up)
