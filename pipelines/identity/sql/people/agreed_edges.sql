-- Units that a phone and a whole name join.
SELECT a, b FROM phone_joins WHERE agree
