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


SOCKETS = 65_536
"""More than a server takes at once. Some systems refuse to go without any limit."""


def hold_many_sockets() -> None:
    """As many as the system grants: most systems begin with 1,024, and each agent that waits has one."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SOCKETS if most == resource.RLIM_INFINITY else min(most, SOCKETS)
    if resource.RLIM_INFINITY != now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
