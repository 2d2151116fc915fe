-- inspect: what an examination sees of a node, and what a repair asks again before it writes.
-- No repair trusts what was read earlier: it is told the record that the node had (its word), and writes nothing when that has changed. Terminal
-- records never change, so what follows from them holds too. What lies in lists is looked for in the same script: in lists of up to LOOKED entries,
-- of longer ones END at each end.
local LOOKED, END = 1000, 250
local SOUND = STATES.sound

-- word: a record without what only readers of results need: open ones and causes whole, of a success its length, and the segment that it replaced a
-- task with; '?' for what no script writes.
local function word(r)
  if not r then return '' end
  local code = byte(r)
  local pattern = SOUND[code]
  if not pattern or not find(r, pattern) then return '?' end
  if code == 83 or code == 73 then return 'S' .. #r end
  if code == 86 then return match(r, '^V|[^|]*') end
  if code == 70 then return 'F' end
  if code == 82 then return 'R' end
  return r
end

-- template_numbers: those of nodes a … a + n - 1, as far as their definitions can be read in 1 MB; '?' for one that cannot.
local READ_BYTES = 1048576
local function template_numbers(key, p, a, n)
  local out, size = {}, 0
  for i = a, a + n - 1 do
    local j = i % 32
    if i == a or j == 0 then
      if size > READ_BYTES then break end
      local block = redis.call('HGET', key, 'b' .. p .. text((i - j) / 32)) or ''
      size = size + #block
      for k = j, min(31, j + a + n - 1 - i) do
        local ok, d = pcall(cut, block, k, k)
        d = ok and d or ''
        if byte(d) == 29 then
          d = redis.call('HGET', key, 'a' .. p .. text(i - j + k)) or ''
          size = size + #d
        end
        out[#out + 1] = match(d, '^(%d+);') or '?'
      end
    end
  end
  return out
end

-- unchanged: the workflow while it lives in that run and node k still has that word; nil otherwise.
local function unchanged(id, run_, k, said)
  local c = context(id, { k })
  if not c or c.run ~= run_ or not live(c) or word(c.f[k]) ~= said then return nil end
  return c
end

-- names_node: whether an entry is of node i of that workflow.
local function names_node(e, c, p, i)
  local id, run_, q, a, n, s = match(e, '^([^:]+):(%d+):%d+:([^:]*):(%d+):(%d+):(%d+)')
  if id ~= c.id or run_ ~= c.run or q ~= p then return false end
  local k = (i - a) / s
  return k >= 0 and k < tonumber(n) and k == floor(k)
end

local function any_names(list, cut_from, c, p, i)
  for k = 1, #list do
    -- Most are of other workflows, and parsing one costs ten times as much as seeing that.
    if find(list[k], c.id, 1, true) then
      local e = cut_from and match(list[k], cut_from) or list[k]
      if names_node(e, c, p, i) then return true end
    end
  end
  return false
end

-- in_list: whether a list holds an entry of the node; nil when it is too long to be searched here. sure: its ends are enough, the rest has been searched.
local function in_list(key, cut_from, sure, c, p, i)
  local length = redis.call('LLEN', key)
  if length <= LOOKED then return any_names(redis.call('LRANGE', key, 0, -1), cut_from, c, p, i) end
  if not sure then return nil end
  return any_names(redis.call('LRANGE', key, 0, END - 1), cut_from, c, p, i) or any_names(redis.call('LRANGE', key, -END, -1), cut_from, c, p, i)
end

local function in_timers(sure, c, p, i)
  local length = redis.call('ZCARD', K_timers)
  if length > LOOKED and not sure then return nil end
  return any_names(redis.call('ZRANGE', K_timers, 0, (length > LOOKED and END or LOOKED) - 1), '^d:[^:]+:%d:(.+)$', c, p, i)
end

-- Who examines wants to know; who repairs is counted.
local function mended(code)
  redis.call('HINCRBY', K_repairs, code, 1)
end
