"""Phone numbers as written to E.164, as libphonenumber reads them."""
