"""Which documents are drawn from the code, and are they up to date?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.management import rules_page, shown, states_page
from audit.management import events_page, vectors


class Command(BaseCommand):
    help = "Writes the pages under docs/ that are drawn from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if a page is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pages = self._pages()
        stale = [path for path, text in pages.items() if not _is_current(path, text)]
        if options["check"]:
            if stale:
                names = ", ".join(_name(path) for path in stale)
                raise CommandError(f"Out of date: {names}. Run `manage.py write_docs` and commit the result.")
            return
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], encoding="utf-8")
            self.stdout.write(f"Written: docs/{_name(path)}")

    def _pages(self) -> dict[Path, str]:
        """Each page as it should be. Two name tests, and are left alone where there are none, as in an image."""
        docs, tests = settings.BASE_DIR / "docs", settings.BASE_DIR / "tests"
        pages = {docs / "states.md": states_page.render(), docs / "audit-events.md": events_page.render()}
        pages |= {docs / "vectors" / name: text for name, text in vectors.render().items()}
        if not tests.is_dir():
            self.stderr.write("Left alone, since tests/ is not here: docs/rules.md, docs/threats.md")
            return pages
        by_name = shown.read(tests)
        return pages | {
            docs / "rules.md": rules_page.render_rules(by_name),
            docs / "threats.md": rules_page.render_threats(by_name),
        }


def _name(path: Path) -> str:
    return path.relative_to(settings.BASE_DIR / "docs").as_posix()


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
