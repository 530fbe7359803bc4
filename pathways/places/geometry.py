"""Distances on the globe, good to half a percent: enough to say that a place is three kilometres away. Pure."""

from __future__ import annotations

import math

EARTH_KM = 6371.0088
"""The mean radius (IUGG)."""
KM_PER_DEGREE = math.pi * EARTH_KM / 180


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Along the great circle (the haversine formula), in kilometres; degrees in."""
    north, east = math.radians(lat2 - lat1), math.radians(lon2 - lon1)
    half = (
        math.sin(north / 2) ** 2 + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def box(lat: float, lon: float, km: float) -> tuple[float, float, float, float]:
    """South, north, west and east of a box that holds everything within ``km``: what an index can answer. West and
    east may leave -180 to 180 near the date line, where France has no place to look for.
    """
    north = km / KM_PER_DEGREE
    narrow = math.cos(math.radians(min(89.0, abs(lat) + north)))
    east = min(180.0, north / narrow)
    return lat - north, lat + north, lon - east, lon + east
