-- fetch: leases work for one turn: first what this very turn gave back or released, without its ever reaching a list, then the ready lists, the most
-- urgent first. A turn is bounded by the attempts asked for, by bytes, and by the dead entries that it may skip.
local SKIP_LIMIT = 1000
local asked = { process = false, attempt = false, want = 0, max_bytes = 0, leased = 0, skipped = 0, more = false, parked = false } -- per call

local function full()
  return asked.leased >= asked.want or asked.skipped >= SKIP_LIMIT or granted_bytes >= asked.max_bytes
end

local function park(list, T, e)
  local parked = list .. ':' .. T.task
  redis.call('RPUSH', K_parked .. parked, e)
  redis.call('HSET', K_parkedlists, parked, 1)
end

-- hold: what is ready of a paused workflow waits beside the lists until it is resumed.
local function hold(c, list, e)
  redis.call('RPUSH', K_held .. c.id, list .. ' ' .. e)
end

-- elsewhere: an entry in a more urgent list than nodes of it wait in since they got another priority goes where they wait. In a less urgent one it is
-- as good as any.
local function elsewhere(c, list, t, p, a, n, s)
  local T, late = template(c, p, t), false
  each_list(c, T, p, a, n, s, function(where) late = late or sub(where, -1) > sub(list, -1) end)
  if late then enqueue_all(c, T, p, a, n, s, t) end
  return late
end

local function lease_of(c, e, list, t, p, a, m, s)
  local T = template(c, p, t)
  -- Nobody's work: no script writes such an entry.
  if T.virtual then return nil end
  if not knows(asked.process, T.task) then
    park(list, T, e)
    return 'parked'
  end
  if m == 1 then return lease_one(c, p, t, tonumber(a), p .. a, T, asked.attempt) end
  return lease_nodes(c, p, t, tonumber(a), m, s, T, asked.attempt)
end

-- lease_entry: leases nodes of a ready entry, as many as the turn still wants. Returns what is left of the entry, or nil.
local function lease_entry(e, list)
  local lone = lease_lone(e, asked.process, asked.attempt)
  if lone then
    if lone == 'dead' then asked.skipped = asked.skipped + 1 else asked.leased = asked.leased + 1 end
    return nil
  end
  local id, run_, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
  local c, m
  if id then
    n = tonumber(n)
    m = min(n, asked.want - asked.leased)
    -- One node is leased by what is read here, whether it stands alone or is the first of a range.
    c = try_context(id, m == 1 and { 't' .. p .. t, p .. a, 'b' .. p .. text(floor(a / 32)) } or { 't' .. p .. t })
  end
  if not c or c.run ~= run_ or not leasable(c) then
    if c and c.run == run_ and c.state == 'h' then hold(c, list, e) end
    asked.skipped = asked.skipped + 1
    return nil
  end
  if reprioritized(c) and guarded(c, elsewhere, list, t, p, tonumber(a), n, tonumber(s)) then
    asked.skipped, asked.more = asked.skipped + 1, true
    return nil
  end
  local first = #grants
  local leased = guarded(c, lease_of, e, list, t, p, a, m, s)
  if not leased or leased == 'parked' then
    for k = #grants, first + 1, -1 do grants[k] = nil end
    asked.skipped = asked.skipped + 1
    return nil
  end
  asked.leased, asked.skipped = asked.leased + leased, asked.skipped + m - leased
  if leased > 0 and c.started == '0' then c.started, c.state, c.changed = since(c.created), 'r', true end
  if m == n then
    if leased > 0 then descriptors[#descriptors + 1] = e end
    return nil
  end
  local base = id .. ':' .. run_ .. ':' .. t .. ':' .. p .. ':'
  if leased > 0 then descriptors[#descriptors + 1] = base .. a .. ':' .. text(m) .. ':' .. s end
  return base .. text(a + m * s) .. ':' .. text(n - m) .. ':' .. s
end

-- from_list: leases from one list. Returns whether it is empty now. Ranges are taken one at a time, single nodes in batches.
local function from_list(key, list)
  local batch = 1
  while not full() do
    local popped = redis.call('LPOP', key, batch)
    if not popped then return true end
    local i = 1
    while i <= #popped and not full() do
      local left = lease_entry(popped[i], list)
      if left then popped[i] = left else i = i + 1 end
    end
    if i <= #popped then
      local back = {}
      for k = #popped, i, -1 do back[#back + 1] = popped[k] end
      redis.call('LPUSH', key, unpack(back))
      break
    end
    if #popped < batch then return true end
    batch = math.max(1, min(asked.want - asked.leased, 128))
  end
  asked.more = true
  return false
end

-- from_hand: leases entries that this turn holds in its hands (see hand_over); what is left of them is pushed by flush().
local function from_hand(hand, list)
  local entries, i = hand[list], 1
  if not entries then return end
  while i <= #entries and not full() do
    local left = lease_entry(entries[i], list)
    if left then entries[i] = left else i = i + 1 end
  end
  local rest = {}
  for k = i, #entries do rest[k - i + 1] = entries[k] end
  hand[list] = rest
  if #rest > 0 then asked.more = true end
end

local function serves(queues, queue)
  return find(queues, ',' .. queue .. ',', 1, true) ~= nil
end

local function from_parked(queues)
  local parked = redis.call('HKEYS', K_parkedlists)
  for i = 1, #parked do
    local list, queue, task = match(parked[i], '^(([^:]+):%d):(.+)$')
    if serves(queues, queue) and knows(asked.process, task) then
      if from_list(K_parked .. parked[i], list) then redis.call('HDEL', K_parkedlists, parked[i]) else asked.parked = true end
    end
  end
end

-- ranked: the lists that hold entries, the most urgent first; among equals the order turns with the sequence, so that no queue waits for ever.
local function ranked(lists, sequence)
  local listed = {}
  for i = 1, #lists do listed[lists[i]] = true end
  for list in pairs(released) do
    if not listed[list] then lists[#lists + 1], listed[list] = list, true end
  end
  for list in pairs(returned) do
    if not listed[list] then lists[#lists + 1], listed[list] = list, true end
  end
  if #lists > 1 then
    local rank = {}
    for i = 1, #lists do rank[lists[i]] = tonumber(sub(lists[i], -1)) * 1000 + (i + sequence) % #lists end
    table.sort(lists, function(x, y) return rank[x] < rank[y] end)
  end
  return lists
end

local function fetch(queues, sequence, look)
  local active = redis.call('HKEYS', K_active)
  for i = 1, #active do busy[active[i]] = true end
  if asked.want == 0 then return end
  if look then from_parked(queues) end
  local lists = ranked(active, sequence)
  for i = 1, #lists do
    local list = lists[i]
    if full() then break end
    if serves(queues, match(list, '^[^:]+')) then
      from_hand(returned, list)
      if busy[list] and not full() and from_list(K_ready .. list, list) then
        busy[list] = nil
        redis.call('HDEL', K_active, list)
      end
      if not full() then from_hand(released, list) end
    end
  end
  if full() and (next(released) or next(returned)) then asked.more = true end
end
