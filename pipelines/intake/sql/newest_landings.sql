-- The newest landing of each file, or of each series of files.
SELECT landing FROM landing_places WHERE newest
