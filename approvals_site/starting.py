"""What if a server process is told to stop while it still starts? It ends at once: it has nothing to finish."""

import multiprocessing
import signal


def end_at_once_when_told() -> None:
    """Until the server sets its own handlers. Before that, a child that granian forked has those of its parent, which
    take the signal and do nothing about it.
    """
    if multiprocessing.parent_process():
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
