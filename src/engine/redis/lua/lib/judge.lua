-- judge: what a reopened join, and a workflow with reopened outputs, must ask anew when all has ended: which input went wrong first, how bad it was.
-- A join's template names its inputs. Those of a wide chord, those of more than KNOWN_INPUTS, and the outputs of a workflow are looked for in definition
-- order, SCAN_NODES a step, until one is found; only those that did not succeed have their definitions read.
local KNOWN_INPUTS, SCAN_NODES = 1000, 250
local BAD = STATES.bad
MOVE_COST.j, MOVE_COST.o = 100, SCAN_NODES

-- feeds: whether node k tells join i of its segment, itself or through fan nodes.
local function feeds(c, p, k, T, i)
  for m = 1, #T.succ do
    local e = T.succ[m]
    if not e.p then
      local off = i - (e.rel and k + e.ref or e.ref)
      if off >= 0 and off % e.s == 0 and off / e.s < e.n then return true end
      -- Fan nodes stand behind all others.
      if off < 0 then
        local U = template(c, p, e.t)
        if U.fan and feeds(c, p, k, U, i) then return true end
      end
    end
  end
  return false
end

-- heard: the code and the cause that a node with record r, which did not succeed, tells: as settle() does.
local function heard(p, k, T, r, mode)
  local code, cause = BAD[byte(r)], match(r, '|(.*)$')
  if code == 'K' then return code, cause end
  if code == 'A' then
    code = byte(cause) == 82 and 'R' or 'F'
    return code, code .. p .. k
  end
  if byte(r) == 67 and T.virtual and (mode == 'c' or T.input == '-') then return code, cause end
  return code, (byte(r) == 67 and 'C' or code) .. p .. k
end

-- each_bad: calls visit(k, T, r) for nodes from … to - 1 that did not succeed, until it answers something.
local function each_bad(c, p, from, to, visit)
  local names = ids(p, from, to - from, 1)
  fields(c, names)
  for m = 1, #names do
    local r, k = c.f[names[m]], from + m - 1
    local found = r and BAD[byte(r)] and visit(k, template(c, p, template_of(c, p, k)), r)
    if found then return found end
  end
end

-- first_bad: what the first of these nodes that did not succeed tells: {code, cause}.
local function first_bad(c, names, mode)
  fields(c, names)
  for m = 1, #names do
    local r = c.f[names[m]]
    if r and BAD[byte(r)] then
      local q, k = match(names[m], '^(.*/)(%d+)$')
      q, k = q or '', tonumber(k or names[m])
      return { heard(q, k, template(c, q, template_of(c, q, k)), r, mode) }
    end
  end
end

-- Members that tasks added stand behind the others, in the order in which they were added.
local function first_added(c, p, i, mode)
  local names = {}
  for id in gmatch(field(c, 'j' .. p .. i) or '', '[^,]+') do names[#names + 1] = id end
  return first_bad(c, names, mode)
end

-- A reopened join all of whose inputs have ended. x: where to go on looking.
MOVES.j = function(c, p, i, t, T, x, r)
  local k = p .. text(i)
  local j = r and byte(r) == 80 and join_state(c, k, T)
  if not j or j[1] > 0 then return end
  local names, bad = T.pred ~= '-' and refs(p, i, T.pred, KNOWN_INPUTS), nil
  if names then
    bad = first_bad(c, names, T.mode)
  else
    local from = tonumber(x) or (T.head ~= '-' and at(T.head, i)) or 0
    local to = min(from + SCAN_NODES, i)
    bad = each_bad(c, p, from, to, function(n, U, record)
      return feeds(c, p, n, U, i) and { heard(p, n, U, record, T.mode) }
    end)
    if not bad and to < i then return later(c, 'j', p, i, 1, 1, t, text(to)) end
  end
  bad = bad or first_added(c, p, i, T.mode)
  if bad and not (T.settles and reached(c, p, T, i, bad[2])) then return fail_join(c, p, i, 1, 1, t, T, bad[2], bad[1] == 'K') end
  complete(c, p, i, k, t, T, j)
end

-- A workflow of several outputs, one of which was reopened, and all have ended. x: where to go on, and the worst so far.
MOVES.o = function(c, _, _, _, _, x)
  if c.worst ~= 'J' or c.outs + 0 > 0 then return end
  local from, worst = match(x, '^(%d+) (%a)$')
  from = tonumber(from)
  local nodes = node_count(c)
  local to = min(from + SCAN_NODES, nodes)
  each_bad(c, '', from, to, function(n, T, r)
    if not T.out then return end
    local letter = sub(select(2, heard('', n, T, r, 'a')), 1, 1)
    if letter == 'R' then worst = 'R' elseif letter ~= '' then worst = 'F' end
    return worst == 'F'
  end)
  if worst ~= 'F' and to < nodes then return later(c, 'o', '', 0, 1, 1, '0', to .. ' ' .. worst) end
  c.worst, c.changed = worst, true
  known_outcome(c)
end
