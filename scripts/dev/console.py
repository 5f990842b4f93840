"""What the launcher says: steps with their duration, and problems that tell what to do."""

import os
import sys
import time


class Problem(Exception):
    """Something the user can put right; its text says how."""


class _Output:
    """Where messages go. ``make figures`` and the like keep standard output for themselves."""

    stream = sys.stdout


def use_stderr():
    """Send every message to standard error from now on."""
    _Output.stream = sys.stderr


def stream():
    """Return the stream that messages go to."""
    return _Output.stream


def say(text=""):
    """Print one message at once, even into a pipe."""
    try:
        print(text, file=_Output.stream, flush=True)
    except BrokenPipeError:
        # The reader (`| head`) has gone; what we do does not depend on being read.
        _Output.stream = open(os.devnull, "w", encoding="utf-8")


class Step:
    """A step of the set-up: says what it does when it begins, and how long it took."""

    def __init__(self, what):
        self.what = what
        self.finished = False

    def __enter__(self):
        self.started = time.monotonic()
        say(f"==> {self.what}")
        return self

    def done(self):
        """Say how long it took; leaving the block says so too."""
        if not self.finished:
            say(f"    {self.what}: {time.monotonic() - self.started:.1f} s")
        self.finished = True

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.done()
        return False
