-- Phones that incompatible names share: whom a holder without a name belongs to cannot be told there.
SELECT DISTINCT key FROM phone_pairs WHERE NOT compatible AND NOT nameless
