"""Words of the context that only code says: JSON knows no such object, so no client can send it."""

SAID = object()


class Known(tuple):
    """Ids that code has found out, for what the database needs not be asked again."""

    __slots__ = ()


def is_said(env, word):
    """Tell whether code of this addon has put a word into the context."""
    return env.context.get(word) is SAID
