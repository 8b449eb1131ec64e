-- Words that are somebody's first name, and no slip of the pen. Of two letters they are too easily that.
SELECT name FROM nicknames WHERE length(name) > 2 UNION SELECT formal FROM nicknames WHERE length(formal) > 2
