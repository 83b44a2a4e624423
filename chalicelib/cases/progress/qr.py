"""The mediation code as a QR code (ISO/IEC 18004) in the colour of its stage."""

from __future__ import annotations

import io
from typing import Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.shared.codes import show_code

QUIET_ZONE_MODULES: Final = 4  # the standard's least

# Dark shades: every one has a contrast of at least 4.5 : 1 on white, so that scanners see it.
INKS: Final = {"blue": "#0b57d0", "yellow": "#7a5b00", "orange": "#a84300", "green": "#146c2e", "red": "#b3261e"}


def draw_qr(public_url: str, case: Case) -> bytes:
    """Return the SVG. It holds the address of the case's progress; error correction M or better."""
    import segno

    target = f"{public_url.rstrip('/')}/v1/progress/{show_code(case.code)}"
    drawn = io.BytesIO()
    segno.make(target, error="m", micro=False).save(
        drawn,
        kind="svg",
        scale=8,
        border=QUIET_ZONE_MODULES,
        dark=INKS[case.state.colour],
        light="#ffffff",
        title=f"{show_code(case.code)} · {case.state.name.zh} · {case.state.name.en}",
        xmldecl=False,
    )
    return drawn.getvalue()
