#!/usr/bin/env python3
import os
import sys
from pathlib import Path

PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError as missing:
        # Whoever types ./manage.py means the newsroom's own environment.
        if missing.name != "django" or Path(sys.prefix) == PYTHON.parent.parent:
            raise
        if not PYTHON.exists():
            sys.exit("The newsroom's environment is not made yet. Run: make setup")
        os.execv(PYTHON, [str(PYTHON), *sys.argv])

    execute_from_command_line(sys.argv)
