"""Odoo's command line as a file, for servers with worker processes.

Such a server starts another for its web sockets by the name of the file it was started by, which
``python -m odoo`` is not, and again whenever that one ends. The tests need no web sockets.
"""

import signal
import sys

if sys.argv[1:2] == ["gevent"]:
    signal.pause()
else:
    from odoo.cli.command import main

    main()
