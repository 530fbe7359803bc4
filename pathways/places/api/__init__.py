"""Places, houses, tours and basins in the API: the same service functions as the pages."""
