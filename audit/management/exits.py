"""What does the exit code of a command mean that checks or hands out evidence? One thing each; 1 is tampered alone."""

from __future__ import annotations

import sys
import traceback
from enum import IntEnum
from types import TracebackType
from typing import Any, NoReturn, Self

import django.db
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Exit(IntEnum):
    """The codes of `verify_audit`, `receipt` and `export_audit`; docs/audit.md lists them."""

    VALID = 0
    TAMPERED = 1
    UNPROVEN = 2
    """Nothing is wrong, and something cannot be shown: the end of the log, or events that wait for a checkpoint."""
    UNKNOWN_KEY = 3
    REFUSED = 4
    """The call names what is not there: an id, a checkpoint, a file, an option."""
    UNAVAILABLE = 5
    """Nothing could be looked at: the database, a file or a setting is not as it must be."""
    FAULT = 70
    """The command itself failed; its traceback says where."""


def refused(sentence: str) -> CommandError:
    """For a call that names what is not there."""
    return CommandError(sentence, returncode=Exit.REFUSED)


class _Parser(CommandParser):
    """Django's and argparse's own codes, 1 and 2, mean something else here."""

    def error(self, message: str) -> NoReturn:
        if self.called_from_command_line:
            self.print_usage(sys.stderr)
            self.exit(Exit.REFUSED, f"{self.prog}: {message}\n")
        raise refused(f"Error: {message}")


class ProvingCommand(BaseCommand):
    """A command with these codes. No system check runs first: what fails there would exit 1."""

    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = _Parser
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        with _Faults():
            super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except django.db.Error as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise CommandError(
                f"The database could not be asked, so nothing was checked: {reason}",
                returncode=Exit.UNAVAILABLE,
            ) from None
        except OSError as error:
            raise CommandError(
                f"{error.filename or 'A file'} cannot be used: {error.strerror or error}",
                returncode=Exit.UNAVAILABLE,
            ) from None


class _Faults:
    """Anything else that is raised ends with a code of its own, since Python's is 1."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            traceback.print_exception(error)
            sys.exit(Exit.FAULT)
