-- enqueue: stores and starts many workflows of one task each that share a template: what bulk producers send.
-- Their ids are made by the caller; those that are there already are left alone. It may be sent again, and the first one may arrive after the second, when
-- what they store has long run: a client gave a connection up whose bytes were still under way.
-- KEYS    meta, guard
-- ARGV    epoch, keepMs, template, ids, definitions        ids joined by ',', their definitions by \30
-- RETURNS {'ok'} | {'epoch'} | {'full'}
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include listing
-- @include flush
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory', 'paused', 'log')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
if meta[2] then return { 'full' } end
heed(meta[3])
LOG.watch(meta[4])
local source = ARGV[3]
local T = parsed[source] or parse_template(source)
local control = 'p 1 1 1 S ' .. now_text() .. ' 0 0 0 0 0 0 0 ' .. ARGV[2] .. ' p'
local due, dead
if T.delay ~= '-' then due, dead = due_of(T.delay) end
local keys, n = {}, 0
for id in gmatch(ARGV[4], '[^,]+') do
  n = n + 1
  keys[n] = K_workflow .. id
end
-- One look for all: nearly always they are new.
local fresh = redis.call('EXISTS', unpack(keys)) == 0
local next_definition, at_, new = gmatch(ARGV[5], '[^\30]+'), 0, {}
for id in gmatch(ARGV[4], '[^,]+') do
  local definition_ = next_definition()
  at_ = at_ + 1
  if fresh or redis.call('EXISTS', keys[at_]) == 0 then
    local bytes = #definition_ + 1
    -- A block of one: its count, its end as two bytes, the text, a separator.
    local block = '\1' .. string.char(floor(bytes / 256), bytes % 256) .. definition_ .. '\30'
    redis.call('HSET', keys[at_], 's', control, 't0', source, 'b0', block)
    list_as('0', now_text(), id)
    new[#new + 1] = id
    local e = id .. ':1:0::0:1:1'
    if not dead or dead > now() then enqueue(NOBODY, T.list, e, due) end
    if dead then plan(timed, NOBODY, dead, 'x:' .. T.list .. ':' .. e) end
  end
end
if #new > 0 and LOG.tells(1) then LOG.line('*n ' .. concat(new, ',')) end
flush()
wake()
return { 'ok' }
