"""The picture (QR code) by which a telephone takes a secret, drawn with the characters of a terminal. Pure."""

import segno

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def draw_qr(text: str, border: int = 2) -> list[str]:
    """Lines of half blocks, two modules each; to be drawn dark on light. `border` is the quiet margin in modules.

    The least correction: on a screen nothing is torn, and every line counts.
    """
    code = segno.make_qr(text, error="L", boost_error=False)
    rows = [[bool(module) for module in row] for row in code.matrix_iter(border=border)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return [
        "".join(_HALVES[upper, lower] for upper, lower in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    ]
