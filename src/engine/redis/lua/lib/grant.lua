-- grant: turns ready entries into leases. An entry counts only if its nodes are ready in that run; stale ones are dropped.
-- One grant is {head, input, spec, definitions}, for who listens also '' and what `waited` says, of a workflow with a trace what `trace_of` says behind that; head: workflow|run|prefix|template|first|n|stride|attempt number|cause, of a suspect (see loss.lua) |level
-- behind, of what was requeued |level|attempts before that; in one text because a reply costs its reader by the element.
-- input: '' none, '=' + JSON text, or '@' + an expression that the worker reads by itself because it is large or made of other values.
local INLINE_INPUT = 65536
-- Results that one input may be made of here, and what reading one counts as against the bytes of a turn: a turn that grants many bodies of chords
-- at once would otherwise take 35 ms.
local INLINE_RESULTS, RESULT_BYTES = 4000, 256
-- First byte of an expression of outcomes, which only readers put into words.
local OUTCOMES = 126
local known, known_count = {}, 0
local grants, descriptors, granted_bytes = {}, {}, 0 -- per call

-- knows: whether a process registered a task. A yes holds as long as the process does (a process that was given up for dead must open its lanes
-- again before its turns are taken), so it is kept from call to call.
local KNOWN_LIMIT = 5000
local function knows(process, task)
  local key = process .. ':' .. task
  if known[key] then return true end
  if redis.call('HEXISTS', K_process .. process, 't:' .. task) == 0 then return false end
  if known_count >= KNOWN_LIMIT then known, known_count = {}, 0 end
  known[key], known_count = true, known_count + 1
  return true
end

-- cut, slice: definitions j1 … j2 of a block, each '<template>;<args>\n<kwargs>' and a separator. A block is a count byte, that many 16-bit end offsets,
-- then the texts; a text of its own field stands as a marker.
local SEPARATOR, MARKER = '\30', '\29'
local function cut(b, j1, j2)
  local count = b and byte(b) or 0
  if j2 >= count then return nil end
  local base, from = 1 + 2 * count, 0
  local x, y = byte(b, 2 * j2 + 2, 2 * j2 + 3)
  local to = x * 256 + y
  if j1 > 0 then
    x, y = byte(b, 2 * j1, 2 * j1 + 1)
    from = x * 256 + y
  end
  return sub(b, base + from + 1, base + to)
end

local function slice(c, p, block, j1, j2)
  local text = cut(field(c, 'b' .. p .. text(block)), j1, j2) or error('block of ' .. p .. block * 32 + j2)
  if not find(text, MARKER, 1, true) then return text end
  -- Large texts are not copied more often than they must.
  if j1 == j2 then return (field(c, 'a' .. p .. block * 32 + j1) or error('definition of ' .. p .. block * 32 + j1)) .. SEPARATOR end
  local i = block * 32 + j1 - 1
  return (string.gsub(text, '([^' .. SEPARATOR .. ']*)' .. SEPARATOR, function(t)
    i = i + 1
    if t ~= MARKER then return nil end
    return (field(c, 'a' .. p .. i) or error('definition of ' .. p .. i)) .. SEPARATOR
  end))
end

-- The template of a node, which only its definition names.
local function template_of(c, p, i)
  return match(slice(c, p, floor(i / 32), i % 32, i % 32), '^(%d+);') or error('definition of ' .. p .. i)
end

-- definitions of nodes a, a+s, … as one text.
local function definitions(c, p, a, n, s)
  local parts, k = {}, 0
  while k < n do
    local i = a + k * s
    local j = i % 32
    local run_ = s == 1 and min(n - k, 32 - j) or 1
    parts[#parts + 1] = slice(c, p, (i - j) / 32, j, j + run_ - 1)
    k = k + run_
  end
  return parts[2] and concat(parts) or parts[1]
end

-- An expression is references, '[…]' and '{"name":…}'; a token is a reference, a name with its reference, or a name in front of a bracket.
local TOKEN, NAMED = '[^%[%]{},]+', '^("[^"]*":)(.*)$'

-- refs: the nodes that an expression names, as an array of ids; nil past `limit`.
local function refs(p, i, expr, limit)
  local ids, n = {}, 0
  for token in gmatch(expr, TOKEN) do
    if byte(token) == 34 then token = select(2, match(token, NAMED)) end
    if token == '' then -- The name of a list.
    elseif find(token, '/', 1, true) then
      n = n + 1
      ids[n] = token
    else
      local ref, count, stride = match(token, '^([+-]?%d+):?(%d*):?(%d*)$')
      if not ref then error('expression ' .. expr) end
      local a, s, m = at(ref, i), tonumber(stride) or 1, tonumber(count) or 1
      if n + m > limit then return nil end
      for k = 0, m - 1 do ids[n + k + 1] = p .. text(a + k * s) end
      n = n + m
    end
  end
  return ids
end

-- added: members that tasks added to the chord whose results node i gets. Behind a barrier, which several entries of a body share, they are the
-- barrier's: such an entry has no header of its own. The task before a header of one may have members too, which are nothing to this one.
local function added(c, p, i, T)
  if T.mode ~= 'c' or not find(c.flags, 'a', 1, true) then return '' end
  local join = T.head == '-' and T.pred ~= '-' and at(T.pred, i) or i
  return field(c, 'j' .. p .. join) or ''
end

-- input_of: the JSON text of what is prepended, or a reference when it is large, wide or itself made of values.
local function input_of(c, p, i, T, bytes)
  local expr = T.input
  if expr == '-' then return '' end
  local more = added(c, p, i, T)
  if more ~= '' then expr = sub(expr, 1, -2) .. (expr == '[]' and sub(more, 2) or more) .. ']' end
  local reference = '@' .. p .. '|' .. i .. '|' .. expr
  if bytes > INLINE_INPUT or byte(expr) == OUTCOMES then return reference end
  local ids = refs(p, i, expr, INLINE_RESULTS)
  if not ids then return reference end
  fields(c, ids)
  granted_bytes = granted_bytes + #ids * RESULT_BYTES
  local size, k, simple = 0, 0, true
  for x = 1, #ids do
    local r = c.f[ids[x]]
    local code = r and byte(r)
    if code == 83 then size = size + #r
    elseif code ~= 73 then simple = false end
  end
  if not simple or size > INLINE_INPUT then return reference end
  local function value()
    k = k + 1
    local r = c.f[ids[k]]
    return byte(r) == 73 and 'null' or sub(r, find(r, '|', 1, true) + 1)
  end
  return '=' .. string.gsub(expr, TOKEN, function(token)
    local name = ''
    if byte(token) == 34 then name, token = match(token, NAMED) end
    if token == '' then return nil end
    local count = match(token, '^[+-]?%d+:(%d+)')
    if not count then return name .. value() end
    local values = {}
    for x = 1, tonumber(count) do values[x] = value() end
    return name .. concat(values, ',')
  end)
end

local function succeeded(r)
  return r and TERMINAL[byte(r)] == 'S'
end

-- ready_derived: a node without a record is ready when it needs nothing, or its one predecessor succeeded.
local function ready_derived(c, p, i, T)
  if T.needs == 0 then return true end
  if T.needs > 1 or T.pred == '-' then return false end
  return succeeded(field(c, p .. at(T.pred, i)))
end

-- waited: for who listens, how long ago a task that needs nothing was submitted, ms; '' for one that waited for other tasks, a delay or another attempt:
-- when that was over is not stored.
local function waited(T, p, run_, att, created)
  return T.needs == 0 and T.delay == '-' and p == '' and run_ == '1' and att == '1' and text(now() - created) or ''
end

-- trace_of: of a workflow that carries a trace: its field O, and of a join in a line behind it the spans of the runs that it waited for, the first ones.
local MOST_LINKS = 32
local function trace_of(c, p, i, T)
  local origin = find(c.flags, 'd', 1, true) and field(c, 'O')
  if not origin then return nil end
  if T.needs < 2 then return origin end
  local names, spans = {}, {}
  for token in gmatch(T.pred ~= '-' and T.pred or T.input, TOKEN) do
    local ref, count, stride = match(match(token, '^"[^"]*":(.*)$') or token, '^([+-]?%d+):?(%d*):?(%d*)$')
    if ref then
      for k = 0, min((tonumber(count) or 1), MOST_LINKS - #names) - 1 do
        names[#names + 1] = 'k' .. p .. text(at(ref, i) + k * (tonumber(stride) or 1))
      end
    end
  end
  fields(c, names)
  for k = 1, #names do spans[#spans + 1] = c.f[names[k]] or nil end
  return spans[1] and origin .. '\n' .. concat(spans, ',') or origin
end

local function emit(c, p, t, a, n, s, T, att, cause, input, suspect)
  local texts = definitions(c, p, a, n, s)
  granted_bytes = granted_bytes + #texts + #input + #T.spec
  -- Attempts before a requeue are no retries.
  local before = att ~= '1' and field(c, 'q' .. p .. text(a))
  if before then suspect = (suspect or '|0') .. '|' .. before end
  local head = c.id .. '|' .. c.run .. '|' .. p .. '|' .. t .. '|' .. text(a) .. '|' .. text(n) .. '|' .. text(s) .. '|' .. att .. '|' .. cause .. (suspect or '')
  local grant = { head, input, T.spec, texts }
  local trace = trace_of(c, p, a, T)
  if telling or trace then grant[5], grant[6], grant[7] = '', telling and waited(T, p, c.run, att, c.created) or '', trace end
  grants[#grants + 1] = grant
end

-- suspect_of: 9 for what has been charged: it may run alone only.
local function suspect_of(del, flags)
  if del ~= '0' then return '|9' end
  local level = match(flags, '^%d')
  return level and '|' .. level or nil
end

-- lease_one: leases node i if it is ready. An open record (Q or D) brings its own attempt number, deliveries, cause and flags.
local function lease_one(c, p, t, i, id, T, attempt)
  local r = c.f[id]
  local code = r and byte(r)
  local att, del, bytes, cause, flags = '1', '0', '0', '-', '-'
  if code == 81 or code == 68 then
    att, del, bytes, cause, flags = match(r, '^%a (%d+) (%d+) (%d+) (%S+) (%S+)$')
    if not att then error('record ' .. id) end
  elseif r or not ready_derived(c, p, i, T) then
    check(id, r)
    return 0
  end
  emit(c, p, t, i, 1, 1, T, att, cause, input_of(c, p, i, T, tonumber(bytes)), suspect_of(del, flags))
  put(c, id, 'L ' .. attempt .. ' ' .. att .. ' ' .. del .. ' ' .. bytes .. ' ' .. cause .. ' ' .. flags)
  tell_task(c, 'L', T, att == '1' and id or id .. '=' .. att)
  return 1
end

-- lease_nodes: leases what is ready of nodes a, a+s, … Returns how many were leased. Runs of fresh nodes that share their input travel as one grant.
local function lease_nodes(c, p, t, a, n, s, T, attempt)
  local names = ids(p, a, n, s)
  for block = floor(a / 32), floor((a + (n - 1) * s) / 32) do
    if #names > 2 * n + 64 then break end
    names[#names + 1] = 'b' .. p .. text(block)
  end
  fields(c, names)
  local fresh, count, from, len = 'L ' .. attempt .. ' 1 0 0 - -', 0, nil, 0
  local shared = not T.own and ready_derived(c, p, a, T)
  local input = shared and input_of(c, p, a, T, 0)
  for k = 0, n do
    local i, id = a + k * s, names[k + 1]
    if k < n and shared and not c.f[id] then
      from, len, count = from or i, len + 1, count + 1
      put(c, id, fresh)
    else
      if len > 0 then
        emit(c, p, t, from, len, s, T, '1', '-', input)
        tell_task(c, 'L', T, len == 1 and p .. text(from) or p .. text(from) .. ':' .. text(len) .. ':' .. text(s))
      end
      from, len = nil, 0
      if k < n then count = count + lease_one(c, p, t, i, id, T, attempt) end
    end
  end
  return count
end

-- remember: a lane's last number and what it granted, so that the same turn is answered the same; records of grants that are over go.
local function remember(pkey, lane, sequence, closed)
  local p = { 'q' .. lane, sequence }
  if #descriptors > 0 then p[3], p[4] = 'g' .. lane .. ':' .. sequence, concat(descriptors, '\n') end
  redis.call('HSET', pkey, unpack(p))
  if closed == '' then return end
  local names = {}
  for name in gmatch(closed, '%S+') do names[#names + 1] = 'g' .. name end
  redis.call('HDEL', pkey, unpack(names))
end
