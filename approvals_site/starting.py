"""What does a server process do before it serves? It can be ended at once, and may hold as many sockets as come."""

import multiprocessing
import resource
import signal


def end_at_once_when_told() -> None:
    """Until the server sets its own handlers. Before that, a child that granian forked has those of its parent, which
    take the signal and do nothing about it.
    """
    if multiprocessing.parent_process():
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def hold_many_sockets() -> None:
    """As many as the system grants: most systems begin with 1,024, and each agent that waits has one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
