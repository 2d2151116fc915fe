-- hookadd: a delivery that somebody asked for: a ping. Sent again, it changes nothing.
-- KEYS    meta, guard
-- ARGV    epoch, id, endpoint, event, workflow, tenant, body, most:int        most: deliveries that may wait for the endpoint
-- RETURNS {'ok'} | {'many'} too many wait | {'epoch'}
-- @include base
-- @include hooks
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local _, id, endpoint, event, workflow, tenant, body, most = unpack(ARGV)
local what = HOOK.add(id, endpoint, event, workflow, tenant, body, tonumber(most), clock())
HOOK.reindex(endpoint)
return { what == 'many' and 'many' or 'ok' }
