-- convict: completions without a lane, from a thread that outlives the main loop of its process: attempts that ran past their hard limit and cannot
-- say so themselves. Only who holds the lease changes anything, so it may be repeated, and cross what the lanes say.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, process, completions:list        as in turn
-- RETURNS {'ok', {lost 'workflow:node'…}} | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include grant
-- @include lone
-- @include loss
-- @include segments
-- @include finish
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local lost = finish_all(3, ARGV[2])
flush_lone()
run(500)
flush()
wake()
return { 'ok', lost }
