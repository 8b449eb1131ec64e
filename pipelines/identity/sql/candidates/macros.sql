-- A birthday as YYYYMMDD, or NULL when it is not a whole date. 03/04/1990 is read as March: where that is wrong, the
-- comparison takes day and month swapped for nearly equal.
CREATE OR REPLACE MACRO birthday_key(cell) AS
    strftime(coalesce(try_cast(substr(cell, 1, 10) AS DATE),
                      try_strptime(cell, ['%d.%m.%Y', '%m/%d/%Y', '%d/%m/%Y', '%d %b %Y', '%d %B %Y', '%b %d, %Y', '%B %d, %Y', '%Y%m%d'])::DATE),
             '%Y%m%d');

-- How many of day, month and year two birthdays share.
CREATE OR REPLACE MACRO parts_shared(a, b) AS
    (substr(a, 1, 4) = substr(b, 1, 4))::INT + (substr(a, 5, 2) = substr(b, 5, 2))::INT + (substr(a, 7, 2) = substr(b, 7, 2))::INT;

-- How much of an e-mail's local part a single slip leaves whole at its start or at its end: less than half.
CREATE OR REPLACE MACRO anchor(local) AS
    CASE WHEN length(local) >= 16 THEN 8 WHEN length(local) >= 10 THEN 5 WHEN length(local) >= 6 THEN 3 END;

-- The digits of a text: jane.doe1 and jane.doe2 are two people, however near.
CREATE OR REPLACE MACRO digits_of(given) AS regexp_replace(given, '[^0-9]+', '', 'g');

-- A birthday whose day is read as its month.
CREATE OR REPLACE MACRO day_and_month_swapped(birthday) AS substr(birthday, 1, 4) || substr(birthday, 7, 2) || substr(birthday, 5, 2);
