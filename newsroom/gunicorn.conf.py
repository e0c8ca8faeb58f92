# gunicorn -c newsroom/gunicorn.conf.py newsroom.wsgi
# X-Forwarded-* is trusted from loopback only, which is gunicorn's default (forwarded_allow_ips).
import gc
import os

_host = os.environ.get("HOST") or "127.0.0.1"
_port = os.environ.get("PORT") or "8000"

bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
worker_class = "gthread"  # the ASGI worker hung on the second request of a kept connection
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
timeout = 60
graceful_timeout = 20
loglevel = "warning"
control_socket_disable = True  # a socket in the home folder that nothing here uses


def post_worker_init(worker: object) -> None:
    """Exempt everything loaded so far from garbage collection, which took a third of the time of a large page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
