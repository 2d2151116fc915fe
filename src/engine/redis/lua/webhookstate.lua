-- webhookstate: what came of an attempt to deliver to an endpoint. With the last of `most` deliveries in a row that were given up, or where the receiver is
-- gone, the endpoint is disabled; in the home partition (0).
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, id, outcome, status, most:int        outcome: delivered | failed, it is tried again | dead, it was given up | gone, the receiver wants no more
-- RETURNS {'ok', dead in a row, 1: this disabled it, else 0} | {'none'} there is no such endpoint | {'epoch'}
-- @include base
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
local _, id, outcome, status, most = unpack(ARGV)
if redis.call('HEXISTS', K_webhooks, id) == 0 then return { 'none' } end
local row, disabled, why = match(redis.call('HGET', K_webhookstate, id) or '', '^(%d+) %d+ %S+ %S+ (%d+) (%S+)$')
local at, before = clock(), disabled or '0'
row, disabled, why = tonumber(row or 0), before, why or '-'
if outcome == 'delivered' then row = 0 end
if outcome == 'dead' or outcome == 'gone' then row = row + 1 end
if before == '0' and (outcome == 'gone' or row >= tonumber(most)) then
  disabled, why = string.format('%.0f', at), outcome == 'gone' and 'gone' or 'failing'
end
redis.call('HSET', K_webhookstate, id, string.format('%.0f %.0f %s %s %s %s', row, at, outcome, status, disabled, why))
return { 'ok', row, disabled ~= before and 1 or 0 }
