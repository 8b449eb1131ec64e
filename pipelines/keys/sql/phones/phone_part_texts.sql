-- Every distinct part of a cell that has as many digits as a number, to be read like a cell of its own.
SELECT DISTINCT text, country FROM phone_parts WHERE digits >= 7
