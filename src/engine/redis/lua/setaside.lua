-- setaside: ends a workflow that a script could not work on, so that one damaged workflow stops nobody else.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    id, reason
-- RETURNS 'ok'
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
set_aside({ id = ARGV[1], key = K_workflow .. ARGV[1], damaged = ARGV[2] })
write_listings()
return 'ok'
