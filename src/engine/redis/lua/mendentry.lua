-- mendentry: a node is ready and nothing would ever bring it to a worker: it gets a ready entry again, or a timer where its call is delayed.
-- The instant of a timer that is gone is not known: a retry runs at once, a countdown begins anew. No worker is ever given the node twice: that is
-- decided by its record.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, run, prefix, index:int, template, word, code, sure:int, fix:int      sure 1: the middle of lists too long for a script was searched, twice
-- RETURNS {'fine'} it has moved, or there is an entry | {'unsure'} lists are too long to say | {'fault'} | {'mended'} | {'epoch'}
-- @include base
-- @include workflow
-- @include graph
-- @include listing
-- @include flush
-- @include grant
-- @include inspect
-- @include moved
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local p, i, t, sure = ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[9] == '1'
local c = unchanged(ARGV[2], ARGV[3], p .. text(i), ARGV[7])
if not c then return { 'fine' } end
local T = template(c, p, t)
if ARGV[7] == '' and not ready_derived(c, p, i, T) then return { 'fine' } end
local unsure = false
-- place: what was found in one of the places; nil where that is too long to say.
local function place(found)
  if found == nil then unsure = true end
  return found
end
for _, U in ipairs(templates_of(c, p, t)) do
  for _, list in ipairs(lists_of(c, U)) do
    if place(in_list(K_ready .. list, nil, sure, c, p, i)) or place(in_list(K_parked .. list .. ':' .. U.task, nil, sure, c, p, i)) then return { 'fine' } end
  end
end
if place(in_list(K_spread, '^%a:(.*)$', sure, c, p, i)) or place(in_timers(sure, c, p, i)) then return { 'fine' } end
if unsure then return { 'unsure' } end
if ARGV[10] ~= '1' then return { 'fault' } end
local e = entry(c, p, i, 1, 1, t)
local due = ARGV[7] == '' and T.delay ~= '-' and due_of(T.delay)
local list = waits_in(c, T, p .. text(i))
if due and due > now() then plan(timed, c, due, 'd:' .. list .. ':' .. e) else plan(fronted, c, list, e) end
flush()
wake()
mended(ARGV[8])
return { 'mended' }
