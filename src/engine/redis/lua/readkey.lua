-- readkey: an API key with Redis's clock, by which it expires; from the home partition (0).
-- FLAGS   no-writes
-- KEYS    meta, guard
-- ARGV    id
-- RETURNS {now, value, used}      value: JSON, '' for none; used: ms, '' for never
-- @include base
return { clock(), redis.call('HGET', K_apikeys, ARGV[1]) or '', redis.call('HGET', K_apikeysused, ARGV[1]) or '' }
