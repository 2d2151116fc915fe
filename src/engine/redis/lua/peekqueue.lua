-- peekqueue: the nodes that stand first in a ready or parked list, without what is dead or leased already.
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    kind, list, count:int, limit:int, args:int        count: nodes, at most; limit: bytes; args 1: with their definitions
-- RETURNS {{workflow, run, node, task, created, definition|''}…}
-- @include base
-- @include workflow
-- @include graph
-- @include pauses
-- @include flush
-- @include grant
-- @include queued
local key = (ARGV[1] == 'parked' and K_parked or K_ready) .. ARGV[2]
local count, limit, with_args = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
local out, size = {}, 0
-- Dead entries among these are passed over.
local LOOK_ENTRIES = 1000
local entries = redis.call('LRANGE', key, 0, LOOK_ENTRIES - 1)

local function show(c, x)
  local T = template(c, x.p, x.t)
  for k = 0, min(x.n, LOOK_ENTRIES) - 1 do
    if #out >= count or size >= limit then return end
    local i = x.a + k * x.s
    if waits(c, x.p, i, T) then
      local definition_ = with_args and slice(c, x.p, floor(i / 32), i % 32, i % 32) or ''
      size = size + #definition_
      out[#out + 1] = { c.id, c.run, x.p .. text(i), T.task, c.created, definition_ }
    end
  end
end

for k = 1, #entries do
  if #out >= count or size >= limit then break end
  local x = queued_entry(entries[k])
  if x then guarded(x.c, show, x) end
end
return out
