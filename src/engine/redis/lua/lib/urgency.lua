-- urgency: the priority that a workflow, or tasks of it, got after it was submitted (prioritize.lua). Field N: '<priority> <node>=<priority>,…', '-' for
-- the priority that templates say; flag n of the control field says that there is one, so that every other workflow pays nothing for it.
local function urgency(c)
  local said = field(c, 'N') or '-'
  local known_ = c.urgency
  if known_ and known_.text == said then return known_ end
  local all, own = match(said, '^(%S+) ?(%S*)$')
  known_ = { text = said, all = all ~= '-' and all, own = {}, nodes = {} }
  for q, i, priority in gmatch(own, '([^=,]-)(%d+)=(%d)') do
    known_.own[q .. i] = priority
    known_.nodes[q] = known_.nodes[q] or {}
    table.insert(known_.nodes[q], tonumber(i))
  end
  for _, nodes in pairs(known_.nodes) do table.sort(nodes) end
  c.urgency = known_
  return known_
end

local function reprioritized(c)
  return c.flags and find(c.flags, 'n', 1, true)
end

-- waits_in: the list in which node k waits.
local function waits_in(c, T, k)
  if not reprioritized(c) then return T.list end
  local u = urgency(c)
  local priority = u.own[k] or u.all
  return priority and T.queue .. ':' .. priority or T.list
end

-- each_list: nodes a, a+s, … (n of them) by the lists in which they wait: calls visit(list, first, count). At most 1,000 have one of their own.
local function each_list(c, T, p, a, n, s, visit)
  local u = reprioritized(c) and urgency(c)
  local rest = u and u.all and T.queue .. ':' .. u.all or T.list
  local from = 0
  for _, i in ipairs(u and u.nodes[p] or {}) do
    local k, list = (i - a) / s, waits_in(c, T, p .. text(i))
    if k >= 0 and k < n and k == floor(k) and list ~= rest then
      if k > from then visit(rest, a + from * s, k - from) end
      visit(list, i, 1)
      from = k + 1
    end
  end
  if from < n then visit(rest, a + from * s, n - from) end
end

-- lists_of: all lists in which a node may stand until what was planned for it has been done.
local function lists_of(c, T)
  if not reprioritized(c) then return { T.list } end
  local lists = {}
  for priority = 0, 9 do lists[priority + 1] = T.queue .. ':' .. priority end
  return lists
end
