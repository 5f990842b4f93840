"""Run other programs: never left behind, their output in a log, their failure explained."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

from .console import Problem
from .paths import LOGS

_PR_SET_PDEATHSIG = 1
_started = set()


def need_tool(name, how):
    """Return the path of a program, or raise a Problem that tells how to get it."""
    found = shutil.which(name)
    if not found:
        raise Problem(f"The program '{name}' is missing: {how}")
    return found


def end_with_parent():
    """In a child about to be started: be told to stop when the launcher dies, however it dies."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(process, patience=20):
    """Ask a process, and what it started itself, to stop; after ``patience`` seconds make it."""
    if process.poll() is not None:
        return
    send(process, signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        send(process, signal.SIGKILL)
        process.wait()


def send(process, number):
    """Send a signal to a process, or to its whole group where it leads one."""
    with suppress(ProcessLookupError):
        leads = os.getpgid(process.pid) == process.pid
        (os.killpg if leads else os.kill)(process.pid, number)


def start(command, log, **options):
    """Start a program whose output goes to the file ``log``; it gets its own process group so
    that a Ctrl-C in the terminal reaches the launcher alone, which then stops it in order."""
    log = Path(log)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,
            **options,
        )
    _started.add(process)
    return process


def stop_all_started():
    """Stop what other threads of ours wait for, after a Ctrl-C."""
    for process in list(_started):
        stop(process)


def run(command, log, timeout=None, **options):
    """Run a program to its end with its output in ``log``; return its exit code."""
    process = start(command, log, **options)
    try:
        return process.wait(timeout)
    finally:
        stop(process)
        _started.discard(process)


def pipe(source, sink, log):
    """Run ``source | sink``; tell whether both succeeded."""
    with log.open("ab") as errors:
        options = {"stderr": errors, "start_new_session": True, "preexec_fn": end_with_parent}
        first = subprocess.Popen(source, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **options)
        second = subprocess.Popen(sink, stdin=first.stdout, stdout=errors, **options)
        first.stdout.close()
    try:
        return [second.wait(), first.wait()] == [0, 0]
    finally:
        stop(first)
        stop(second)


def fresh_log(name):
    """Return an empty log file of that name."""
    log = LOGS / f"{name}.log"
    log.unlink(missing_ok=True)
    return log


def tail(log, lines=15):
    """Return the last lines of a log file, indented, for an error message."""
    try:
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "    (no log)"
    shown = "\n".join("    " + line for line in text.splitlines()[-lines:])
    if "No space left on device" in text:
        shown += "\nThe disk is full: free some space and run the same command again."
    return shown


@contextmanager
def lock(path, busy=None):
    """Hold a lock file. It frees itself when the process dies. With ``busy``, a sentence, don't
    wait for another holder but raise a Problem; ``{pid}`` in it becomes the holder's."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            handle.seek(0)
            raise Problem(busy.format(pid=handle.read().strip() or "unknown")) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def raise_on_signals():
    """Make SIGTERM and SIGHUP (a closed terminal) end this process the way Ctrl-C does, and let
    nothing interrupt the orderly stop that follows."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(_number, _frame):
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, interrupt)
