"""What people are told of each event: words in both languages, with what to do next."""

from __future__ import annotations

from typing import Final

from chalicelib.notices.case_templates import CASE_TEMPLATES
from chalicelib.notices.court_templates import COURT_TEMPLATES
from chalicelib.notices.session_templates import SESSION_TEMPLATES
from chalicelib.notices.template import Template

TEMPLATES: Final[dict[str, Template]] = {**CASE_TEMPLATES, **COURT_TEMPLATES, **SESSION_TEMPLATES}

ALWAYS_SENT: Final = frozenset(name for name, template in TEMPLATES.items() if template.always)
"""Events whose message leaves by every channel."""
