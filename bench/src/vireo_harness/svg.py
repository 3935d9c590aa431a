"""The frame of a picture."""

from collections.abc import Sequence

WIDTH = 920
_STYLE = "text{font:13px system-ui,sans-serif;fill:#24292f}.small{fill:#57606a;font-size:12px}"


def picture(title: str, style: str, height: int, parts: Sequence[str]) -> str:
    """An SVG of ``WIDTH`` and this height, on white."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{title}</title>",
            f"<style>{_STYLE}{style}</style>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *parts,
            "</svg>",
        ]
    )
