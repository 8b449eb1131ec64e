-- Words that are somebody's first name, and no slip of the pen.
SELECT name FROM nicknames UNION SELECT formal FROM nicknames
