"""The desk's pages of places, houses, tours, basins, and of files that come and go."""
