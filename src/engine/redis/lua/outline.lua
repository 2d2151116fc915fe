-- outline: which template each node has and which state it is in, of up to 2,048 nodes from `first` (a multiple of 32).
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id, prefix, first:int, count:int
-- RETURNS {templates, states}  templates as runs '<template>*<n>' joined by ','; states as one letter each: P T(started) Y(retry) S F R K; perhaps fewer than asked
-- @include base
-- @include workflow
local LARGE_BYTES = 1048576
local key, p = K_workflow .. ARGV[1], ARGV[2]
local first, count = tonumber(ARGV[3]), min(tonumber(ARGV[4]), 2048)
local runs, states, read_bytes = {}, {}, 0
local same, length = nil, 0

local function add(template)
  if template == same then
    length = length + 1
    return
  end
  if same then runs[#runs + 1] = same .. '*' .. length end
  same, length = template, 1
end

local function letter(r)
  local code = r and byte(r)
  if not code or code == 80 then return 'P' end
  if code == 81 then return find(r, '^Q 1 ') and 'P' or 'Y' end
  if code == 68 then return 'Y' end
  if code == 76 or code == 87 then return 'T' end
  if code == 65 then return find(r, '|R', 1, true) and 'R' or 'F' end
  return TERMINAL[code] or 'P'
end

local n = 0
while n < count and read_bytes < LARGE_BYTES do
  local i = first + n
  local m = min(32, count - n)
  local block = redis.call('HGET', key, 'b' .. p .. i / 32)
  if not block then break end
  read_bytes = read_bytes + #block
  -- The texts begin behind a count and the 16-bit ends of all.
  local size = byte(block)
  local base, from = 1 + 2 * size, 0
  for j = 0, min(m, size) - 1 do
    local text_ = sub(block, base + from + 1, base + from + 12)
    if byte(text_) == 29 then
      text_ = redis.call('HGET', key, 'a' .. p .. i + j) or ''
      read_bytes = read_bytes + #text_
    end
    add(match(text_, '^(%d+);') or '')
    local x, y = byte(block, 2 * j + 2, 2 * j + 3)
    from = x * 256 + y
  end
  local got = redis.call('HMGET', key, unpack(ids(p, i, min(m, size), 1)))
  for j = 1, #got do states[#states + 1] = letter(got[j]) end
  n = n + min(m, size)
  if size < m then break end
end
if same then runs[#runs + 1] = same .. '*' .. length end
return { concat(runs, ','), concat(states) }
