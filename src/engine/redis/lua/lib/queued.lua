-- queued: what waits in a ready or parked list, page by page from its head, for people who look at it or change it (peek, purgequeue, movequeue).
-- A walk that takes all that it meets takes from the head. One that takes some goes by index and leaves a mark in the place of each: workers pass over it
-- as over any dead entry (LREM would compare the whole list). Workers take from the head meanwhile, so the entry in front of the place where a walk goes on
-- is told along, and looked for when it has moved; when it is gone, all before it is gone, and the walk begins again.
-- Entries of one step: of workflows of one task, which each have a hash of their own, 3 ms on a busy machine.
local WALK_ENTRIES = 100
local MARK = ':'

-- waits: whether node i is ready, whatever its entry says.
local function waits(c, p, i, T)
  local id = p .. text(i)
  local r = field(c, id)
  local code = r and byte(r)
  if code == 81 or code == 68 then return true end
  if not r and ready_derived(c, p, i, T) then return true end
  check(id, r)
  return false
end

-- queued_entry: an entry whose workflow lives, in parts; nil for a dead one.
local function queued_entry(e)
  local id, run_, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
  local c = id and try_context(id, { 't' .. p .. t })
  if not c or c.run ~= run_ or not live(c) then return nil end
  return { c = c, t = t, p = p, a = tonumber(a), n = tonumber(n), s = tonumber(s), looked = 0, counted = 0, cost = 0 }
end

local function place_of(key, offset, before)
  if offset == 0 or redis.call('LINDEX', key, offset - 1) == before then return offset end
  local at_ = redis.call('LPOS', key, before)
  return at_ and at_ + 1 or 0
end

-- take_entry: of an entry what is meant and fits. Returns the text that stands in its place from now on; nil: as it is. x.looked < x.n: a part of it is left.
local function take_entry(x, task, left, dry, take)
  local meant = guarded(x.c, function(c)
    local T = template(c, x.p, x.t)
    if task ~= '' and T.task ~= task then return false end
    if dry then x.looked, x.counted = x.n, x.n else take(c, x, T, left) end
    return true
  end)
  if meant == false then
    x.looked = x.n
    return nil
  end
  -- Of a damaged workflow nothing is left.
  if not meant then x.looked = x.n end
  if x.looked == 0 or dry then return nil end
  if x.looked == x.n then return MARK end
  return entry(x.c, x.p, x.a + x.looked * x.s, x.n - x.looked, x.s, x.t)
end

-- rewrite: entries of a page as they are from now on. whole: all up to the last one that is done are taken out; else the marks that stand in front of
-- the list, so that one of which nothing is left is empty. Returns how many were taken out.
local function rewrite(key, from, entries, texts, done, whole)
  local gone = whole and done or 0
  if not whole and from == 0 then
    while gone < done and sub(texts[gone + 1] or entries[gone + 1], 1, 1) == MARK do gone = gone + 1 end
  end
  if gone > 0 then redis.call('LTRIM', key, gone, -1) end
  for k, e in pairs(texts) do
    if k > gone then redis.call('LSET', key, from + k - 1 - gone, e) end
  end
  return gone
end

-- walk: one step. take(c, x, T, left) takes some nodes of an entry, `left` at a cost of x.cost each, and says in x how many it looked at and counts.
-- Returns the nodes counted, the entries done, where to go on (an index and the text in front of it), and whether the end was reached.
local function walk(key, task, offset, before, left, dry, take)
  local whole = task == '' and not dry
  local from = whole and 0 or place_of(key, offset, before)
  local entries = redis.call('LRANGE', key, from, from + WALK_ENTRIES - 1)
  local texts, nodes, done = {}, 0, 0
  while done < #entries and left > 0 do
    local e = entries[done + 1]
    local x = queued_entry(e)
    local instead = MARK
    if x then
      instead = take_entry(x, task, left, dry, take)
      nodes, left = nodes + x.counted, left - x.looked * x.cost
    elseif dry or sub(e, 1, 1) == MARK then
      instead = nil
    end
    if instead then texts[done + 1] = instead == MARK and MARK .. e or instead end
    if x and x.looked < x.n then break end
    done = done + 1
  end
  local place = from + done - rewrite(key, from, entries, texts, done, whole)
  local last = done > 0 and (texts[done] or entries[done]) or before
  return nodes, done, place, place > 0 and last or '', done == #entries and done < WALK_ENTRIES
end
