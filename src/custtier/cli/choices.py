"""What may be chosen everywhere: the form of an answer and the language. Light, because the first page needs them."""

from enum import StrEnum
from typing import Annotated

import typer


class Form(StrEnum):
    """The forms in which an answer is written."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    MD = "md"
    HTML = "html"
    XLSX = "xlsx"
    PARQUET = "parquet"


BINARY = frozenset({Form.XLSX, Form.PARQUET})
"""Forms that no terminal can show."""


class Language(StrEnum):
    """The languages spoken."""

    ZH = "zh"
    EN = "en"


Lang = Annotated[Language | None, typer.Option(case_sensitive=False, help="Language: Chinese or English.")]
