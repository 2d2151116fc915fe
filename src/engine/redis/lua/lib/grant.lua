-- grant: turns ready entries into leases. An entry counts only if its nodes are ready in that run; stale ones are dropped.
-- One grant is {workflow, run, prefix, template, first, n, stride, attempt number, deliveries, cause, input, spec, definitions}.
-- input: '' none, '=' + JSON text, or '@' + an expression that the worker reads by itself because it is large or made of other values.
local INLINE_INPUT = 65536
local known = {} -- per call
local grants, descriptors, granted_bytes = {}, {}, 0 -- per call

local function knows(process, task)
  local v = known[task]
  if v == nil then
    v = redis.call('HEXISTS', K_process .. process, 't:' .. task) == 1
    known[task] = v
  end
  return v
end

-- slice: definitions j1 … j2 of a block, each '<template>;<args>\n<kwargs>' and a separator. A block is a count byte, that many 16-bit end offsets,
-- then the texts; a text of its own field stands as a marker.
local SEPARATOR, MARKER = '\30', '\29'
local function slice(c, p, block, j1, j2)
  local b = field(c, 'b' .. p .. block)
  local count = b and byte(b) or 0
  if j2 >= count then error('block of ' .. p .. block * 32 + j2) end
  local base, from = 1 + 2 * count, 0
  local x, y = byte(b, 2 * j2 + 2, 2 * j2 + 3)
  local to = x * 256 + y
  if j1 > 0 then
    x, y = byte(b, 2 * j1, 2 * j1 + 1)
    from = x * 256 + y
  end
  local text = sub(b, base + from + 1, base + to)
  if not find(text, MARKER, 1, true) then return text end
  local i = block * 32 + j1 - 1
  return (string.gsub(text, '([^' .. SEPARATOR .. ']*)' .. SEPARATOR, function(t)
    i = i + 1
    if t ~= MARKER then return nil end
    return (field(c, 'a' .. p .. i) or error('definition of ' .. p .. i)) .. SEPARATOR
  end))
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
  return concat(parts)
end

-- refs: the nodes that an expression names, as an array of ids; nil past `limit`.
local function refs(p, i, expr, limit)
  local ids, n = {}, 0
  for token in gmatch(expr, '[^%[%],]+') do
    if find(token, '/', 1, true) then
      n = n + 1
      ids[n] = token
    else
      local ref, count, stride = match(token, '^([+-]?%d+):?(%d*):?(%d*)$')
      if not ref then error('expression') end
      local a, s = at(ref, i), tonumber(stride) or 1
      for k = 0, (tonumber(count) or 1) - 1 do
        n = n + 1
        ids[n] = p .. (a + k * s)
      end
      if n > limit then return nil end
    end
  end
  return ids
end

local function added(c, p, i, T)
  if T.mode ~= 'c' or not find(c.flags, 'a', 1, true) then return '' end
  local k = p .. i
  if T.pred ~= '-' and T.needs == 1 then
    local own = field(c, 'j' .. k)
    if own then return own end
    k = p .. at(T.pred, i)
  end
  return field(c, 'j' .. k) or ''
end

-- input_of: the JSON text of what is prepended, or a reference when it is large, wide or itself made of values.
local function input_of(c, p, i, T, bytes)
  local expr = T.input
  if expr == '-' then return '' end
  local more = added(c, p, i, T)
  if more ~= '' then expr = sub(expr, 1, -2) .. (expr == '[]' and sub(more, 2) or more) .. ']' end
  local reference = '@' .. p .. '|' .. i .. '|' .. expr
  if bytes > INLINE_INPUT then return reference end
  local ids = refs(p, i, expr, 20000)
  if not ids then return reference end
  fields(c, ids)
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
  return '=' .. string.gsub(expr, '[^%[%],]+', function(token)
    local count = match(token, '^[+-]?%d+:(%d+)')
    if not count then return value() end
    local values = {}
    for x = 1, tonumber(count) do values[x] = value() end
    return concat(values, ',')
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

local function emit(c, p, t, a, n, s, T, att, del, cause, input)
  local texts = definitions(c, p, a, n, s)
  granted_bytes = granted_bytes + #texts + #input + #T.spec
  grants[#grants + 1] = { c.id, c.run, p, t, a, n, s, att, del, cause, input, T.spec, texts }
end

-- lease_nodes: leases what is ready of nodes a, a+s, … Returns how many were leased. Runs of fresh nodes that share their input travel as one grant.
local function lease_nodes(c, p, t, a, n, s, T, attempt)
  local names = {}
  for k = 0, n - 1 do names[k + 1] = p .. (a + k * s) end
  for block = floor(a / 32), floor((a + (n - 1) * s) / 32) do
    if #names > 2 * n + 64 then break end
    names[#names + 1] = 'b' .. p .. block
  end
  fields(c, names)
  local fresh, count, from, len = 'L ' .. attempt .. ' 1 0 0 - -', 0, nil, 0
  local shared = not T.own and n > 1 and ready_derived(c, p, a, T)
  local input = shared and input_of(c, p, a, T, 0)
  local function close()
    if len > 0 then emit(c, p, t, from, len, s, T, '1', '0', '-', input) end
    from, len = nil, 0
  end
  local f, d = c.f, c.d
  c.dirty = true
  for k = 0, n - 1 do
    local i, id = a + k * s, names[k + 1]
    local r = f[id]
    if not r and shared then
      from, len, count = from or i, len + 1, count + 1
      f[id], d[id] = fresh, fresh
    else
      close()
      local att, del, bytes, cause, flags = '1', '0', '0', '-', '-'
      local code = r and byte(r)
      if code == 81 or code == 68 then att, del, bytes, cause, flags = match(r, '^%a (%d+) (%d+) (%d+) (%S+) (%S+)$') end
      if code == 81 or code == 68 or (not r and ready_derived(c, p, i, T)) then
        emit(c, p, t, i, 1, 1, T, att, del, cause, input_of(c, p, i, T, tonumber(bytes)))
        put(c, id, 'L ' .. attempt .. ' ' .. att .. ' ' .. del .. ' ' .. bytes .. ' ' .. cause .. ' ' .. flags)
        count = count + 1
      else
        check(id, r)
      end
    end
  end
  close()
  return count
end

local function park(list, T, e)
  local parked = list .. ':' .. T.task
  redis.call('RPUSH', K_parked .. parked, e)
  redis.call('HSET', K_parkedlists, parked, 1)
end

-- lease_entry: leases up to `want` nodes of a ready entry. Returns leased, what is left of the entry (nil: nothing), met (nodes looked at).
local function lease_entry(e, list, want, attempt, process)
  local id, run_, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
  if not id then return 0, nil, 1 end
  a, n, s = tonumber(a), tonumber(n), tonumber(s)
  local m = min(n, want)
  local names = { 't' .. p .. t }
  if m == 1 then
    names[2], names[3] = p .. a, 'b' .. p .. floor(a / 32)
  end
  local c = try_context(id, names)
  if not c or c.run ~= run_ or not live(c) then return 0, nil, 1 end
  local leased, parked, first = 0, false, #grants
  guarded(c, function()
    local T = template(c, p, t)
    if not knows(process, T.task) then
      park(list, T, e)
      parked = true
      return
    end
    leased = lease_nodes(c, p, t, a, m, s, T, attempt)
    if leased > 0 then
      descriptors[#descriptors + 1] = id .. ':' .. run_ .. ':' .. t .. ':' .. p .. ':' .. a .. ':' .. m .. ':' .. s
      if c.started == '0' then
        c.started, c.state, c.changed = NOW, 'r', true
      end
    end
  end)
  if c.damaged then
    for k = #grants, first + 1, -1 do grants[k] = nil end
  end
  if c.damaged or parked then return 0, nil, 1 end
  local left
  if m < n then left = id .. ':' .. run_ .. ':' .. t .. ':' .. p .. ':' .. (a + m * s) .. ':' .. (n - m) .. ':' .. s end
  return leased, left, m
end

-- drain: leases from one list until `want` nodes are leased, the list is empty or `skip` dead nodes were met. Returns leased, skipped.
local function drain(key, list, want, skip, max_bytes, attempt, process)
  local leased, dead, batch = 0, 0, 1
  while leased < want and dead < skip and granted_bytes < max_bytes do
    local popped = redis.call('LPOP', key, batch)
    if not popped then return leased, dead, true end
    local i = 1
    while i <= #popped and leased < want and dead < skip and granted_bytes < max_bytes do
      local got, left, met = lease_entry(popped[i], list, want - leased, attempt, process)
      leased, dead = leased + got, dead + met - got
      if left then popped[i] = left else i = i + 1 end
    end
    if i <= #popped then
      local back = {}
      for k = #popped, i, -1 do back[#back + 1] = popped[k] end
      redis.call('LPUSH', key, unpack(back))
      return leased, dead, false
    end
    if #popped < batch then return leased, dead, true end
    batch = math.max(1, min(want - leased, 128))
  end
  return leased, dead, false
end
