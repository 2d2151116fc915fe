-- mendjoin: a join that counts wrong is given the count that follows from its inputs; one that has heard all of them and did not fire, fires.
-- The caller has read the inputs between two sights of the same record: an input that ended meanwhile would have changed it.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, prefix, index:int, template, word, added, pending:int, order, cause, bytes, code, sure:int, fix:int      added: field j; pending 0: it fires
-- RETURNS {'fine'} | {'unsure'} | {'fault'} | {'mended'} | {'epoch'}     as mendentry
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include inspect
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local p, i, t, pending, cause = ARGV[4], tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[9]), ARGV[11]
local k = p .. text(i)
local c = unchanged(ARGV[2], ARGV[3], k, ARGV[7])
if not c or (field(c, 'j' .. k) or '') ~= ARGV[8] then return { 'fine' } end
if pending == 0 then
  local there = in_list(K_spread, '^%a:(.*)$', ARGV[14] == '1', c, p, i)
  if there then return { 'fine' } end
  if there == nil then return { 'unsure' } end
end
if ARGV[15] ~= '1' then return { 'fault' } end
local T, j = template(c, p, t), { pending, tonumber(ARGV[10]), cause, tonumber(ARGV[12]) }
if pending > 0 then
  join_write(c, k, j)
elseif T.mode == 'e' and cause ~= '-' then
  release(c, p, i, 1, 1, t, T, 0, sub(cause, 2))
else
  j[1], c.joins = 1, { [k] = j }
  arrive(c, p, i, k, t, T, 'S', '', 0, 0)
end
run(500)
flush()
wake()
mended(ARGV[13])
return { 'mended' }
