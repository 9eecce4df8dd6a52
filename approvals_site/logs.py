"""What does a log line look like? JSON for machines in a deployment, words for people on a desk."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_HIDDEN = ("authorization", "cookie", "password", "secret", "token", "api_key", "hmac")
_KEY = re.compile(
    r"(cs(?:_|{0}5f)[0-9a-f]{{12}}(?:_|{0}5f))(?:[a-z0-9_-]|{0}(?:5f|2d)){{6,}}".format("%(?:25)*"),
    re.IGNORECASE,
)
"""An agent's key, or a good part of one: `cs_<prefix>_<secret>`. The prefix says which, and is no secret.

An address may spell `_` as `%5F` and `-` as `%2D`, and within another address with `%25` for `%`.
"""


def configure(*, json: bool, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING. The standard library's records go through structlog too."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_rendered(json=json),
            hide_keys,
        ],
        "foreign_pre_chain": shared,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Without this entry Django would add a second, mailing way out.
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "celery": {"level": "WARNING"},  # else three lines for each run of each recurring task
        },
    }


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide secrets that a careless call put into a log line, by the field's name."""
    return {key: "[hidden]" if _is_secret(key) else _without_secrets(value) for key, value in event.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "[hidden]" if _is_secret(key) else _without_secrets(item) for key, item in value.items()}
    return value


def _is_secret(key: object) -> bool:
    return any(word in str(key).lower() for word in _HIDDEN)


def hide_keys(_logger: WrappedLogger, _method: str, line: str) -> str:
    """The finished line without agents' keys, wherever one stands: in a text, a header, an address or a traceback."""
    return _KEY.sub(r"\1[hidden]", line)


def _rendered(*, json: bool) -> list[Any]:
    """Tracebacks without the frames' locals: those of a sign-in or a key check hold the secret itself."""
    if json:
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(traces), structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
