"""Doubles of vendors' APIs: servers that hold what is documented of the real ones, so that a wrong request fails."""
