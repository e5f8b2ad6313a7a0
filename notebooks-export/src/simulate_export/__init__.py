"""Kernel tables for ``simulate calibrate``: one CSV format, converters to it, and a probe that measures one."""

from .table import COLUMNS, Counts, Row, write_table

__all__ = ["COLUMNS", "Counts", "Row", "write_table"]
