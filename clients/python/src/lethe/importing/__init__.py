"""Results of other programs, as runs that are done: from Avalanche's CSV logger, Mammoth's logs, or a table in CSV."""

from .avalanche_csv import avalanche
from .csv_table import table
from .mammoth_logs import mammoth

__all__ = ["avalanche", "mammoth", "table"]
