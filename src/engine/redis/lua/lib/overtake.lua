-- overtake: what waits of a workflow in less urgent lists than it should, since it got another priority (urgency.lua), goes to the list where it waits by
-- now. Lists and timers are walked through from their tail, PAGE entries a step: what stays in one is met, whatever comes in behind or goes away in front;
-- what comes in meanwhile is where it should be. Timers come first: what is due meanwhile is then met in its list. What stands in a more urgent list is
-- left there: a turn that meets it puts it where it waits (fetch.lua).
-- Where a timer that was passed goes away at that moment, one entry may be missed: it waits with the priority that it had.
--
-- Kind r; x: what is walked through (t timers, q a ready list, k a parked one), how many entries are behind, the name of the list.
local PAGE = 500
MOVE_COST.r = 100

-- less_urgent: whether nodes of an entry should wait in a more urgent list than this one; then in parts, for enqueue_all.
local function less_urgent(c, list, e)
  local id, run_, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
  if id ~= c.id or run_ ~= c.run then return nil end
  local x = { T = template(c, p, t), t = t, p = p, a = tonumber(a), n = tonumber(n), s = tonumber(s) }
  local early = false
  each_list(c, x.T, p, x.a, x.n, x.s, function(where) early = early or sub(where, -1) < sub(list, -1) end)
  return early and x or nil
end

-- overtake_timers: one page. Answers how many timers were looked at, and how many of them others take the place of.
local function overtake_timers(c, behind)
  local page, moved = redis.call('ZRANGE', K_timers, -behind - PAGE, -behind - 1, 'WITHSCORES'), 0
  for k = 1, #page, 2 do
    if find(page[k], c.id, 1, true) then
      local list, e = match(page[k], '^d:([^:]+:%d):(.+)$')
      local x = list and less_urgent(c, list, e)
      if x then
        redis.call('ZREM', K_timers, page[k])
        each_list(c, x.T, x.p, x.a, x.n, x.s, function(where, first, count)
          plan(timed, c, tonumber(page[k + 1]), 'd:' .. where .. ':' .. entry(c, x.p, first, count, x.s, x.t))
        end)
        moved = moved + 1
      end
    end
  end
  return #page / 2, moved
end

-- overtake_list: one page. A mark stands in the place of what is taken out: workers pass over it as over any dead entry.
local function overtake_list(c, key, list, behind)
  local page = redis.call('LRANGE', key, -behind - PAGE, -behind - 1)
  for k = 1, #page do
    local x = find(page[k], c.id, 1, true) and less_urgent(c, list, page[k])
    if x then
      redis.call('LSET', key, k - 1 - #page - behind, ':' .. page[k])
      enqueue_all(c, x.T, x.p, x.a, x.n, x.s, x.t)
    end
  end
  return #page
end

-- overtake: plans the walks through lists that are less urgent than the most urgent priority that it got.
local function overtake_lists(c)
  local u, most = urgency(c), '9'
  for _, priority in pairs(u.own) do most = priority < most and priority or most end
  if u.all and u.all < most then most = u.all end
  for kind, index in pairs({ q = K_active, k = K_parkedlists }) do
    local lists = redis.call('HKEYS', index)
    for k = 1, #lists do
      if match(lists[k], '^[^:]+:(%d)') > most then later(c, 'r', '', 0, 1, 1, '0', kind .. ' 0 ' .. lists[k]) end
    end
  end
end

MOVES.r = function(c, _, _, _, _, x)
  local kind, behind, name = match(x, '^(%a) (%d+) (.*)$')
  behind = tonumber(behind)
  local looked, moved = 0, 0
  if kind == 't' then looked, moved = overtake_timers(c, behind)
  elseif kind == 'q' then looked = overtake_list(c, K_ready .. name, name, behind)
  else looked = overtake_list(c, K_parked .. name, match(name, '^[^:]+:%d'), behind) end
  if looked == PAGE then return later(c, 'r', '', 0, 1, 1, '0', kind .. ' ' .. text(behind + PAGE - moved) .. ' ' .. name) end
  if kind == 't' then overtake_lists(c) end
end
