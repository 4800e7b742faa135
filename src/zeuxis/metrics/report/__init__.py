"""A page about an evaluation, in one HTML file: numbers, pictures and how both came about."""

from zeuxis.metrics.report.contents import Line, Listing, Numbers, Report, Row, Section, Shown
from zeuxis.metrics.report.looks import Side, numbers_of, sections
from zeuxis.metrics.report.page import check_report, page, write_report

__all__ = [
    "Line",
    "Listing",
    "Numbers",
    "Report",
    "Row",
    "Section",
    "Shown",
    "Side",
    "check_report",
    "numbers_of",
    "page",
    "sections",
    "write_report",
]
