"""What anybody may search without an account: places, sessions and vans, as pages, feeds and open data."""
