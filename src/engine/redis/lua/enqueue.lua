-- enqueue: stores and starts many workflows of one task each that share a template: what bulk producers send.
-- Their ids are new, made by the caller; sent again (`again` '1'), those that are there already are left alone.
-- KEYS    meta, guard
-- ARGV    epoch, again, keepMs, template, ids, definitions        ids joined by ',', their definitions by \30
-- RETURNS {'ok'} | {'epoch'} | {'full'}
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include listing
-- @include flush
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'memory', 'paused')
if meta[1] ~= ARGV[1] then return { 'epoch' } end
if meta[2] then return { 'full' } end
heed(meta[3])
local again, source = ARGV[2] == '1', ARGV[4]
local T = parsed[source] or parse_template(source)
local control = 'p 1 1 1 S ' .. now_text() .. ' 0 0 0 0 0 0 0 ' .. ARGV[3] .. ' p'
local due, dead
if T.delay ~= '-' then due, dead = due_of(T.delay) end
local next_definition = gmatch(ARGV[6], '[^\30]+')
for id in gmatch(ARGV[5], '[^,]+') do
  local definition_ = next_definition()
  if not (again and redis.call('EXISTS', K_workflow .. id) == 1) then
    local n = #definition_ + 1
    -- A block of one: its count, its end as two bytes, the text, a separator.
    local block = '\1' .. string.char(floor(n / 256), n % 256) .. definition_ .. '\30'
    redis.call('HSET', K_workflow .. id, 's', control, 't0', source, 'b0', block)
    list_as('0', now_text(), id)
    local e = id .. ':1:0::0:1:1'
    if not dead or dead > now() then enqueue(NOBODY, T.list, e, due) end
    if dead then plan(timed, NOBODY, dead, 'x:' .. T.list .. ':' .. e) end
  end
end
flush()
wake()
return { 'ok' }
