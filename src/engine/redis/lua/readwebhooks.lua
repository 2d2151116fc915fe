-- readwebhooks: endpoints of webhooks, and how deliveries to them went, with Redis's clock; from the home partition (0).
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id        of one; '' for all
-- RETURNS {now, {id, JSON, state or ''}…}      1,000 endpoints at most
-- @include base
local out = { clock() }
local one = ARGV[1] ~= ''
local all = one and { ARGV[1], redis.call('HGET', K_webhooks, ARGV[1]) } or redis.call('HGETALL', K_webhooks)
for k = 1, #all, 2 do
  if all[k + 1] then out[#out + 1] = { all[k], all[k + 1], redis.call('HGET', K_webhookstate, all[k]) or '' } end
end
return out
