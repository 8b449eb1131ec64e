-- Every distinct phone cell with the country that says how to read a national number.
SELECT DISTINCT raw AS text, country FROM given_phones
