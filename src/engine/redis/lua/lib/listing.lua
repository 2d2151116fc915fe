-- listing: the index of workflows, by which they are listed and counted (docs/adr/0016-listing.md).
-- K_listed<tenant> has one entry for each that is stored: a digit for its state (class_of) in front of the ms of its creation, which have 13 digits until
-- the year 2286. So those of one state lie side by side by age, and counting them is two walks down a skip list.
-- Of what `enqueue` stored the digit is 0 until it fails: it is written once, and the state is read from the control field. How many of these have
-- started and have not ended is counted (K_counts, s); how many succeeded is what K_ended has more than the index.
-- Without a tenant one stands in `l:-`; one of a tenant's in `l:<tenant>` and in `l:*`, so that all of them are those of `-` and `*`.
-- Its tags, and its parent, stand in K_labels: all scores are 0, so those of one label lie side by side by age. Field l says which: `<tenant> <label>…`.
-- Written by flush() where a control field changes its class; entries go with the workflow.
local listings, listings_of, labels = {}, {}, {} -- per call
local started_of, started_by = {}, {} -- per call
local PLAIN = { ['1'] = '0', ['2'] = '0', ['3'] = '0' }

-- list_as: the workflow stands under that digit. For those without a field l.
local function list_as(digit, created, id)
  local n = #listings
  listings[n + 1], listings[n + 2] = digit .. created, id
end

-- starts: of what `enqueue` stored, one more (1) or less (-1) has started and has not ended.
local function starts(created, by)
  local n = #started_of + 1
  started_of[n], started_by[n] = created, by
end

local function list_of(tenant, score, id)
  local list = listings_of[tenant] or {}
  listings_of[tenant] = list
  list[#list + 1], list[#list + 2] = score, id
end

local function list_labelled(c, is_new)
  local tenant, names = match(field(c, 'l') or '', '^(%S+)(.*)$')
  if not tenant then error('field l') end
  list_of(tenant, c.class .. c.created, c.id)
  if tenant ~= '-' then list_of('*', c.class .. c.created, c.id) end
  if not is_new then return end
  for name in gmatch(names, '%S+') do
    local n = #labels
    labels[n + 1], labels[n + 2] = 0, name .. ':' .. c.created .. ':' .. c.id
  end
end

-- relist: in the index the workflow stands where its control says. Nothing is written while it does already.
local function relist(c)
  local class, before = class_of(c), c.class
  if class == before then return end
  c.class = class
  if find(c.flags, 'l', 1, true) then return list_labelled(c, not before) end
  local plain = find(c.flags, 'p', 1, true)
  local digit = plain and PLAIN[class] or class
  if plain and class == '2' then starts(c.created, 1) end
  if plain and before == '2' then starts(c.created, -1) end
  if not plain or digit ~= (PLAIN[before] or before) then list_as(digit, c.created, c.id) end
end

-- digit_of: what stands in front of its creation.
local function digit_of(c)
  return find(c.flags, 'p', 1, true) and PLAIN[c.class] or c.class
end

-- is_listed: for repairs: whether it stands in the index where its control says.
local function is_listed(c)
  local score = digit_of(c) .. c.created
  local function stands(tenant)
    local found = redis.call('ZSCORE', K_listed .. tenant, c.id)
    return found and tonumber(found) == tonumber(score)
  end
  if not find(c.flags, 'l', 1, true) then return stands('-') end
  local tenant, names = match(field(c, 'l') or '', '^(%S+)(.*)$')
  if not tenant then return true end
  if not stands(tenant) or (tenant ~= '-' and not stands('*')) then return false end
  for name in gmatch(names, '%S+') do
    if not redis.call('ZSCORE', K_labels, name .. ':' .. c.created .. ':' .. c.id) then return false end
  end
  return true
end

-- list_anew: for repairs: it is entered wherever it should stand. How many have started is counted by itself (mendcount.lua).
local function list_anew(c)
  if find(c.flags, 'l', 1, true) then list_labelled(c, true) else list_as(digit_of(c), c.created, c.id) end
end

-- A recount (see mendcount.lua) has passed all that was created at or after `t`: what changes there changes what it counted, too.
local function write_starts()
  local net = 0
  for k = 1, #started_of do net = net + started_by[k] end
  local got = redis.call('HMGET', K_counts, 's', 't', 'n')
  if net ~= 0 then redis.call('HSET', K_counts, 's', (got[1] or 0) + net) end
  if got[2] then
    local passed = 0
    for k = 1, #started_of do
      if tonumber(started_of[k]) >= tonumber(got[2]) then passed = passed + started_by[k] end
    end
    redis.call('HSET', K_counts, 'n', got[3] + passed)
  end
  started_of, started_by = {}, {}
end

local function push_all(command, key, list)
  for from = 1, #list, 4000 do redis.call(command, key, unpack(list, from, min(from + 3999, #list))) end
end

-- write_listings: one command for all of this call, and one more for each tenant and for labels where there are any.
local function write_listings()
  push_all('ZADD', K_listed .. '-', listings)
  for tenant, list in pairs(listings_of) do push_all('ZADD', K_listed .. tenant, list) end
  push_all('ZADD', K_labels, labels)
  listings, listings_of, labels = {}, {}, {}
  if #started_of > 0 then write_starts() end
end
