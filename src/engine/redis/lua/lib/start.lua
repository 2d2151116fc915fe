-- start: a workflow from its first control field to its first nodes. `submit` stores one, `spawn` a child, `fire` a run of a schedule; `activate` starts
-- what came in pieces. What all four need is in one table: Lua allows 200 locals.
local START = {}

-- raise: a letter among the flags of its control field, once.
local function raise(c, letter)
  if not find(c.flags, letter, 1, true) then c.flags = c.flags .. letter end
end

-- new: the context of one that is not stored yet. state: p it begins in this call, g it comes in pieces. flags: - or letters.
function START.new(id, state, total, outs, keep, flags)
  local c = new_context(id)
  c.state, c.run, c.rem, c.outs, c.worst, c.created, c.started = state, '1', total, outs, 'S', now_text(), '0'
  c.outcome, c.ended, c.S, c.F, c.R, c.K, c.keep, c.flags = '0', '0', '0', '0', '0', '0', keep, flags
  c.changed = true
  return c
end

-- keep_roots: one that comes in pieces. It starts with these roots; what is never started goes by the index (tend).
function START.keep_roots(c, total, roots)
  put(c, 'r', total .. ' ' .. roots)
  redis.call('ZADD', K_staging, now(), c.id)
end

-- is_whole: whether all the parts of one that came in pieces are there (stage.lua).
function START.is_whole(c)
  local stored, parts = match(field(c, 'z') or '', '^ (%d+)/(%d+)$')
  return stored ~= nil and stored == parts
end

-- kept_roots: those of one that came in pieces; nil: it was never stored so, or is not whole.
local function kept_roots(c)
  return START.is_whole(c) and match(c.f['r'] or '', '^%d+ (%S+)$') or nil
end

-- start_fields: what has been read of a workflow that came in pieces before it begins.
local function start_fields()
  return { 'r', 'F', 'O', 'T', 'l', 'z' }
end

-- set_deadline: a workflow with a timeout (field T, ms) is revoked when it has run out.
local function set_deadline(c, roots)
  local ms = match(c.f['T'], '^%d+')
  if not ms then return end
  local member = 't:' .. template(c, '', parse_successors(roots)[1].t).list .. ':' .. c.id
  put(c, 'T', ms .. ' ' .. member)
  raise(c, 't')
  plan(timed, c, now() + ms, member)
end

-- begin: its flags say which fields it has, so that nobody has to look for them; its timeout runs; its first nodes may run.
function START.begin(c, roots)
  local f = c.f
  c.state, c.changed = 'p', true
  if f['F'] then raise(c, 'x') end
  if f['O'] then raise(c, 'd') end
  if f['T'] then set_deadline(c, roots) end
  if f['l'] then raise(c, 'l') end
  if f['z'] then drop(c, 'z') end
  release_roots(c, '', roots)
end
