-- writeaudit: adds entries to the audit log, in the home partition (0). Sent again, it adds them again: who is not sure does not repeat it.
-- FLAGS   allow-oom
-- KEYS    meta, guard
-- ARGV    epoch, most:int, entries:list        JSON each; 200 at most. most: about so many entries are kept, the newest
-- RETURNS {'ok'} | {'epoch'}
-- @include base
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'epoch' } end
for k = 3, #ARGV do redis.call('XADD', K_auditlog, 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[k]) end
return { 'ok' }
