-- drop: takes dead letters out of the index. Their tasks stay failed and can be requeued by name while their workflows are kept.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, names:list        '<workflow>:<node>', 1,000 at most
-- RETURNS {'ok', how many there were} | {'epoch'}
-- @include base
-- @include dead
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local names = {}
for k = 2, #ARGV do names[k - 1] = ARGV[k] end
return { 'ok', remove_dead(names) }
