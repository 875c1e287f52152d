"""How gunicorn runs Label Studio: loaded once, then forked, which halves the start and shares memory."""

preload_app = True
control_socket_disable = True
graceful_timeout = 2


def pre_fork(server, worker):
    """Close what loading has opened: a database connection must never be shared by two processes."""
    from django.db import connections

    connections.close_all()
