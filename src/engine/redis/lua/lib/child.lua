-- child: a workflow that a running task started, and the node that may wait for its outcome.
-- The child keeps its place with it:   field P of the child   <parent> <node> <root> <policy> <depth> <template of the node> <retention that was asked for, ms>
--                                      field C of the parent  a line per child: <id> <policy>
-- policy: c it goes with its parent, a it goes on alone. Flag c in the child's control: its parent waits for it, so its outcome is told (tell_parent in
-- graph.lua). Parent and child lie in one partition, so the script that ends the one moves the other.
local MOST_CHILDREN, MOST_DEPTH = 1000, 100
local PLACE = '^(%S+) (%S+) (%S+) (%a) (%d+) (%d+) (%d+)$'
-- A child whose outcome is waited for is kept so long at least, until it has been taken.
local KEPT_MS = 86400000
-- What is longer, or made of other values, is read by the worker that the node is leased to once more, for that alone.
local TAKEN_BYTES = 65536

-- lineage: the root and the depth of a workflow: those of one that nobody started are itself and 0.
local function lineage(c)
  local _, _, root, _, depth = match(field(c, 'P') or '', PLACE)
  return root or c.id, tonumber(depth or 0)
end

-- own_tenant: the tenant of a workflow as the end of a meta; it is the last thing in one, and a name without quotes.
local function own_tenant(c)
  return match(field(c, 'm') or '', '(,"tenant":"[%w._-]+"})$')
end

local function child_error(type_, message, id, code, cause)
  return '{"type":"' .. type_ .. '","message":"the child workflow ' .. id .. ' ' .. message .. '","code":"' .. code .. '","workflow":"' .. id .. '"'
    .. (cause and cause ~= '' and cause ~= 'null' and ',"cause":' .. cause or '') .. '}'
end

-- taken: its outcome is in the parent: it may go when whoever started it wanted.
local function taken(child)
  local _, _, _, _, _, _, keep = match(field(child, 'P') or '', PLACE)
  if not keep or keep == child.keep then return end
  child.keep, child.changed = keep, true
  if child.state == 'e' then redis.call('ZADD', K_ended, child.created + child.ended - 1 + keep, child.id) end
end

-- answer_of: the record of the child's output node where there is one such node, with a record that can be copied; else nil.
local function answer_of(child)
  local meta = field(child, 'm')
  local node = not meta and '0' or match(meta, '^{"o":(%d+),')
  if not node or redis.call('HSTRLEN', child.key, node) > TAKEN_BYTES then return nil end
  local r = field(child, node)
  return r and find(r, '^[SIF]') and #r <= TAKEN_BYTES and r or nil
end

-- outcome_of: what the parent's node ends with: code, record. Nil, nil: not known yet. Nil, true: to be read by a worker.
local function outcome_of(child, id, att, ignored)
  local mark = att == '1' and '' or att
  if not child or child.state == 'x' then
    local gone = not child and not (loaded[id] and loaded[id].damaged)
    return 'F', 'F' .. mark .. '|' .. (gone and child_error('ChildWorkflowError', 'is gone: it was removed before its outcome was taken', id, 'not-found')
      or child_error('ChildWorkflowError', 'is damaged', id, 'workflow-corrupt'))
  end
  if child.outcome == '0' then return nil, nil end
  if child.worst == 'R' then
    return 'R', 'R' .. mark .. '|' .. child_error('TaskRevokedError', 'was revoked', id, 'child-revoked')
  end
  local r = answer_of(child)
  if not r then return nil, true end
  local body = sub(r, find(r, '|', 1, true) + 1)
  if byte(r) == 70 then return 'F', 'F' .. mark .. '|' .. child_error('ChildWorkflowError', 'failed', id, 'child-failed', body) end
  if byte(r) == 73 or find(r, '^S%d+i|') then body = 'null' end
  if ignored == 'i' then return 'S', 'S' .. att .. 'i|' .. body end
  return 'S', 'S' .. mark .. '|' .. body
end

-- A node that waits for child x looks whether its outcome is there. What has been taken before, or is not known yet, is passed over.
MOVES.n = function(c, p, i, t, T, x, r)
  local att, ignored, id = match(r or '', '^W (%d+)(i?) (%S+)$')
  if id ~= x then return end
  local child = try_context(id)
  local code, record = outcome_of(child, id, att, ignored)
  if code then
    if child and child.state ~= 'x' then taken(child) end
    if code == 'S' then record = without_ignored(c, p, T, record) end
    return settle(c, p, i, T, code, record, code == 'S' and '' or code .. p .. i, code == 'S' and #record or 0)
  end
  if not record then return end
  put(c, p .. text(i), 'Q ' .. att .. ' 0 0 W' .. id .. ' -')
  plan(fronted, c, waits_in(c, T, p .. text(i)), entry(c, p, i, 1, 1, t))
end

-- The child of line k of a workflow that is revoked. x: the JSON of the error. A child that waits for another one has that one revoked as well.
MOVE_COST.i = 20
MOVES.i = function(c, _, k, _, _, x)
  local id, policy = match(sub(field(c, 'C') or '', k * CHILD_LINE + 1, (k + 1) * CHILD_LINE), '^(%S+) (%a)\n$')
  if policy ~= 'c' then return end
  local child = try_context(id, { 'C', 'm' })
  if child and live(child) then guarded(child, revoke_all, x) end
end
