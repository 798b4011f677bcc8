-- The tip that the head had at this version, on the last row of each commit: whether a version that
-- somebody knows is on this journal's line or on one that was lost. Rows from before have none.
ALTER TABLE show_event ADD COLUMN tip INTEGER;
