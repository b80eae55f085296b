"""What people who were like a contact did, in one line: a template per language."""

from collections.abc import Mapping
from typing import Final

PROMISE_REASONS: Final[Mapping[str, str]] = {
    "en": "; alike before: {count}, bought within {days} days: {bought}",
    "zh": "；以往同类 {count} 人，{days} 天内买的 {bought} 人",
}
"""Language → template. `count` people were like this one on days of the past, `bought` of them within `days` days."""
