"""An answer as JSON: one versioned envelope, whatever the command."""

import json
from typing import Final

from custtier.currencies import minor_digits
from custtier.render.arrange import Sheet, arrange
from custtier.render.basis import basis_of
from custtier.render.plain import major_floats, plain_summary, plain_value, with_iso_instants
from custtier.render.request import Request
from custtier.text import Catalogue
from custtier.text.notes import note_text
from custtier.units import Unit
from custtier.views.view import View

SCHEMA_VERSION: Final = 1


def as_json(view: View, request: Request, catalogue: Catalogue) -> bytes:
    """The envelope: what was asked, summary, notes and all tables; one row of a table per line."""
    digits, zone = minor_digits(view.currency), request.zone
    parameters = {
        name: plain_value(value, unit=Unit.TEXT, digits=digits, zone=zone) for name, value in view.parameters.items()
    }
    envelope: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "command": view.command,
        "as_of": view.as_of.isoformat() if view.as_of else None,
        "data_through": view.data_through.isoformat() if view.data_through else None,
        "currency": view.currency,
        "minor_digits": digits if view.currency else None,
        "basis": basis_of(view, zone=zone),
        "parameters": parameters,
        "summary": plain_summary(view, digits=digits, zone=zone),
        "excluded": [{"reason": reason, "rows": rows} for reason, rows in view.excluded],
        "notes": [{"code": note.code, "text": note_text(note.code, note.values, catalogue)} for note in view.notes],
    }
    head = json.dumps(envelope, ensure_ascii=False, indent=2, allow_nan=False).removesuffix("\n}")
    tables = b",\n".join(_table(sheet, digits=digits, zone=zone) for sheet in arrange(view, request))
    return head.encode() + b',\n  "tables": {\n' + tables + b"\n  }\n}\n"


def _table(sheet: Sheet, *, digits: int, zone: str) -> bytes:
    frame = with_iso_instants(sheet, zone)
    if digits:
        money = [column for column, unit in sheet.units.items() if unit is Unit.MONEY]
        frame = frame.with_columns(major_floats(column, digits) for column in money)
    name = json.dumps(sheet.name).encode()
    if frame.is_empty():
        return b"    " + name + b": []"
    rows = frame.write_ndjson().encode().rstrip(b"\n").replace(b"\n", b",\n      ")
    return b"    " + name + b": [\n      " + rows + b"\n    ]"
