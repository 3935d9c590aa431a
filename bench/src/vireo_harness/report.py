"""Numbers and tables for people: on a terminal, and between two marks of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import table as rich


def number(value: float) -> str:
    """Three digits that count, in a form for people."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):g}"


def rounded(value: float) -> float:
    """Four digits that count: more would pretend to an accuracy that is not there."""
    return float(f"{value:.4g}")


@dataclass(frozen=True)
class Table:
    """Rows of text; the first column is as wide as there is room, those of ``words`` align left."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    words: Sequence[str] = ()

    def on_terminal(self) -> rich.Table:
        """For a console."""
        made = rich.Table(title=self.title, title_justify="left")
        first, *others = self.headings
        made.add_column(first, ratio=1)
        for heading in others:
            made.add_column(
                heading, justify="left" if heading in self.words else "right", no_wrap=True
            )
        for row in self.rows:
            made.add_row(*row)
        return made

    def in_markdown(self) -> str:
        """For a page."""
        lines = [self.headings, ["---"] * len(self.headings), *self.rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def put(page: Path, marks: tuple[str, str], text: str) -> None:
    """Put a text between two marks of a page, which keeps all else."""
    begin, end = marks
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    assert found, f"{page} has no place for it: {begin}"
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
