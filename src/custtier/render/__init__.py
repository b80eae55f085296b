"""An answer written out: `rendered` gives the bytes of any form, `write_whole` puts them into a file."""

from custtier.render.files import write_whole
from custtier.render.request import Request
from custtier.text import Catalogue
from custtier.views.view import View

__all__ = ["Request", "rendered", "write_whole"]


def rendered(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The answer in the form asked for.

    Raises:
        CusttierError: `unknown-table` when the answer has no table of the name asked for.
    """
    if view.labels:
        catalogue = Catalogue(catalogue.lang, view.labels)
    match request.form:
        case "csv":
            from custtier.render.as_csv import as_csv

            return as_csv(view, request)
        case "json":
            from custtier.render.as_json import as_json

            return as_json(view, request, catalogue)
        case "parquet":
            from custtier.render.as_parquet import as_parquet

            return as_parquet(view, request)
        case _:
            return _for_reading(view, request, catalogue)


def _for_reading(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The answer in one of the forms that people read."""
    match request.form:
        case "md":
            from custtier.render.as_markdown import as_markdown

            return as_markdown(view, request, catalogue)
        case "html":
            from custtier.render.as_html import as_html

            return as_html(view, request, catalogue)
        case "xlsx":
            from custtier.render.as_xlsx import as_xlsx

            return as_xlsx(view, request, catalogue)
        case _:
            from custtier.render.as_text import as_text

            return as_text(view, request, catalogue)
