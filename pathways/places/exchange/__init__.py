"""Places in files and out of them: LaMednum 1.0.2, data.inclusion v1, and what neither can carry."""

from pathways.places.exchange.reading import Source, Upload, read
from pathways.places.exchange.writing import KEYS, REPORT, SIDE_CAR, TABLE, Export, Format, carried, stream, write

__all__ = [
    "KEYS",
    "REPORT",
    "SIDE_CAR",
    "TABLE",
    "Export",
    "Format",
    "Source",
    "Upload",
    "carried",
    "read",
    "stream",
    "write",
]
