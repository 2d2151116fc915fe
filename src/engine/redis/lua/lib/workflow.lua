-- workflow: one workflow's fields, read once and written once per script.
-- @include states
-- @include events
-- Everything between the first read and flush() happens in Lua tables, so an error in one damaged workflow leaves no half-made
-- transition behind: its context is dropped and the others go on.
--
-- Fields of a workflow's hash:  s control   m meta (client's)   t<p><k> template   b<p><k> block of 32 definitions
--   a<p><i> large definition   r<p> roots of a segment   j<p><i> members added to a join   <p><i> record of a node   w waiters   l tenant and labels   G segments   e<p><i> errors of attempts   y retries that are left
--   O where in a trace it was submitted   z<p> `<attempt> <part>/<parts>` of what is being stored in parts (stage.lua)   k<p><i> span of the run of a node that feeds a join, of a workflow with a field O
--   h why it is paused   N priorities that it got (urgency.lua)   T its deadline's timer   *<node> why nodes were ended by a sweep, '*': all of them (sweep.lua)
-- p is the segment's prefix: '' for the submitted graph, '<parent>/' for what a running task added.
--
-- Records. Open:     P pending order cause bytes | Q att del bytes cause flags | D (as Q) | L attempt att del bytes cause flags | W att | W att[i] child
--          Terminal: S[att]|json  I|  V|p|i|expr  F[att]|error  R|error  C|cause  A|cause  K|cause      a cause is a letter (F C R) and a node
-- One instant per call, read when somebody first asks: many turns need none.
local instant, instant_text = false, false -- per call
local function now()
  if not instant then instant = clock() end
  return instant
end
local function now_text()
  if not instant_text then instant_text = now() .. '' end
  return instant_text
end
local contexts, loaded = {}, {} -- per call

-- text: a number as text. Lua asks sprintf("%.14g") for every one; the small ones, which are most, are kept.
local DIGITS = {}
local function text(n)
  local t = DIGITS[n]
  if t then return t end
  if type(n) ~= 'number' then return n end
  t = n .. ''
  if n >= 0 and n < 4096 then DIGITS[n] = t end
  return t
end

-- ids: of nodes a, a+s, … (n of them), as texts. Numbers from 1,000 on are put together of the thousands, which neighbours share, and three digits.
local THREE = {}
local function ids(p, a, n, s)
  local out, thousands, head = {}, -1, nil
  for k = 1, n do
    local i = a + (k - 1) * s
    if i < 1000 then
      out[k] = p .. text(i)
    else
      local low = i % 1000
      if i - low ~= thousands then thousands, head = i - low, p .. text((i - low) / 1000) end
      local digits = THREE[low]
      if not digits then
        digits = sub(1000 + low .. '', 2)
        THREE[low] = digits
      end
      out[k] = head .. digits
    end
  end
  return out
end

local function fields(c, names)
  local f, miss, n = c.f, {}, 0
  for i = 1, #names do
    if f[names[i]] == nil then
      n = n + 1
      miss[n] = names[i]
      f[names[i]] = false
    end
  end
  for from = 1, n, 4000 do
    local to = min(from + 3999, n)
    local got = redis.call('HMGET', c.key, unpack(miss, from, to))
    for i = from, to do f[miss[i]] = got[i - from + 1] end
  end
end

local function field(c, name)
  local v = c.f[name]
  if v == nil then
    v = redis.call('HGET', c.key, name)
    c.f[name] = v
  end
  return v
end

-- put: what is written is read again from here, and goes to Redis in flush(). The later of two writes wins there as here.
local function put(c, name, value)
  local n = c.n + 2
  c.f[name] = value
  c.d[n - 1], c.d[n] = name, value
  c.n = n
end

-- drop: the field is gone for this script, and for Redis in flush() unless it is put again.
local function drop(c, name)
  c.f[name] = false
  c.gone = c.gone or {}
  c.gone[name] = true
end

-- control: state run rem outs worst created started outcome ended ok failed revoked skipped keep flags
-- created is an instant (ms); started, outcome and ended are 1 + the ms since then, 0 for not yet: so the field stays under 64 bytes and a small
-- workflow a compact hash.
-- rem counts tasks only, not virtual nodes; outs the output nodes that are not terminal. state: a letter of protocol/state-machine.ts. worst: the outcome so far of the output nodes (S, R, F).
-- flags: - alone, or letters behind it: w somebody waits, a members were added, l it has a field l; p stored by `enqueue`; t it has a timeout; n it got other priorities; d it carries a trace (field O); r an outcome of it was taken back in this run.

-- class_of: its state for the index of workflows (lib/listing.lua): 1 PENDING, 2 STARTED; ended: 3 SUCCESS, 4 FAILURE, 5 REVOKED; the outcome is known
-- and callbacks are open: 6, 7, 8. False while it is being stored.
local function class_of(c)
  if c.state == 'g' then return false end
  if c.state == 'k' and c.outcome == '0' then return c.worst == 'F' and '7' or '8' end
  if c.outcome == '0' then return c.started == '0' and '1' or '2' end
  local over = c.state == 'e' or c.state == 'x'
  if c.worst == 'F' then return over and '4' or '7' end
  if c.worst == 'R' then return over and '5' or '8' end
  return over and '3' or '6'
end

local function parse_control(c, text)
  local state, run, rem, outs, worst, created, started, outcome, ended, ok, failed, revoked, skipped, keep, flags = match(text,
    '^(%a) (%d+) (%d+) (%d+) (%a) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
  if not state then error('control field') end
  -- Counters stay texts until somebody counts: Lua converts them then.
  c.state, c.run, c.rem, c.outs, c.worst = state, run, rem, outs, worst
  c.created, c.started, c.outcome, c.ended = created, started, outcome, ended
  c.S, c.F, c.R, c.K, c.keep, c.flags = ok, failed, revoked, skipped, keep, flags
  c.class = class_of(c)
  c.shown = c.class
end

local function control_text(c)
  return c.state .. ' ' .. c.run .. ' ' .. text(c.rem) .. ' ' .. text(c.outs) .. ' ' .. c.worst .. ' ' .. c.created .. ' ' .. c.started .. ' ' .. c.outcome
    .. ' ' .. c.ended .. ' ' .. text(c.S) .. ' ' .. text(c.F) .. ' ' .. text(c.R) .. ' ' .. text(c.K) .. ' ' .. c.keep .. ' ' .. c.flags
end

-- since: 1 + the ms that a workflow has existed.
local function since(created)
  return text(now() - created + 1)
end

-- Every field is named here so that the table is made in its final size.
local function new_context(id)
  local c = { id = id, key = K_workflow .. id, f = {}, d = {}, n = 0, memo = false, joins = false,
    state = false, run = false, rem = false, outs = false, worst = false, created = false, started = false, outcome = false, ended = false,
    S = false, F = false, R = false, K = false, keep = false, flags = false, class = false, open = false, segments = false, urgency = false, changed = false, told = false, answer = false,
    damaged = false, aside = false, dead = false, gone = false, net = 0, events = false, told_letter = false, told_of = false, shown = false }
  loaded[id] = c
  contexts[#contexts + 1] = c
  return c
end

-- context: the workflow's context with the named fields read; nil when there is no such workflow.
local function context(id, names)
  local c = loaded[id]
  if not c then
    c = new_context(id)
  elseif c.damaged then
    error(c.damaged)
  end
  if names then
    names[#names + 1] = 's'
    fields(c, names)
  end
  if not c.state then
    local s = field(c, 's')
    if not s then return nil end
    parse_control(c, s)
  end
  return c
end

-- try_context: as context(), but a workflow that cannot be read is marked as damaged and answers nil.
local function try_context(id, names)
  local ok, c = pcall(context, id, names)
  if ok then return c end
  local d = loaded[id]
  d.damaged = d.damaged or (type(c) == 'table' and c.err) or tostring(c)
  return nil
end

-- node_count: nodes of the submitted graph. A plain task that came by `enqueue` has no meta.
local function node_count(c)
  return tonumber(match(field(c, 'm') or '', '"n":(%d+)') or 1)
end

-- live: its attempts count. A paused workflow lives on: only nothing new of it is leased.
local LIVE, LEASABLE = STATES.live, STATES.leasable
local function live(c)
  return LIVE[c.state]
end

local function leasable(c)
  return LEASABLE[c.state]
end

local function parse_successors(text)
  local list = {}
  if text == '-' then return list end
  for item in gmatch(text, '[^,]+') do
    local p
    if byte(item) == 33 then p, item = match(item, '^!(.-)!(.*)$') end
    local sign, ref, n, s, t = match(item, '^([+-]?)(%d+):?(%d*):?(%d*)@(%d+)$')
    if not ref then error('successors') end
    ref = tonumber(ref)
    if sign == '-' then ref = -ref end
    list[#list + 1] = { p = p, rel = sign ~= '', ref = ref, n = tonumber(n) or 1, s = tonumber(s) or 1, t = t }
  end
  return list
end

-- template: what nodes of one kind have in common: mode needs queue priority delay flags task chord head pred input successors, then the worker's part.
-- head: a join's first header node; what was skipped because of a node before it skips the join.
-- Parsed templates by their text, kept from call to call: few texts make most of the work, and parsing one costs as much as five commands.
-- Nothing may write into a parsed template.
local parsed, parsed_count = {}, 0
local PARSED_LIMIT = 2000

local function parse_template(source)
  local mode, needs, queue, prio, delay, flags, task, chord, head, pred, input, succ, spec = match(source,
    '^(%a) (%d+) (%S+) (%d) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)\n(.*)$')
  if not mode then error('template') end
  local T = { mode = mode, needs = tonumber(needs), list = queue .. ':' .. prio, queue = queue, delay = delay, task = task, chord = chord, head = head,
    pred = pred, input = input, succ = parse_successors(succ), spec = spec, told = queue .. '/' .. task }
  -- Whether a node's input or predecessor depends on its own index.
  T.own = find(input, '[+-]%d') ~= nil or find(pred, '^[+-]%d') ~= nil
  if flags ~= '-' then
    T.virtual, T.out, T.place = find(flags, 'v', 1, true), find(flags, 'o', 1, true), find(flags, 'p', 1, true)
    T.fan, T.group, T.only = find(flags, 'f', 1, true), find(flags, 'g', 1, true), find(flags, 'u', 1, true)
    T.settles, T.cancels, T.callback = find(flags, 's', 1, true), find(flags, 'x', 1, true), find(flags, 'b', 1, true)
  end
  -- The one task of its workflow: see lone.lua.
  T.lone = mode == 'a' and needs == '0' and T.only and succ == '-' and input == '-' and not T.virtual
  -- A step of a chain whose end means one thing: the next node may run. And a node that such an end makes ready. See hop.lua.
  local e = T.succ[1]
  T.step = #T.succ == 1 and e.rel and e.ref == 1 and e.n == 1 and not e.p and not (T.virtual or T.out or T.place or T.fan) and e.t
  T.follows = mode == 'a' and needs == '1' and pred == '-1' and (input == '-1' or input == '-') and delay == '-' and not T.virtual
  if parsed_count >= PARSED_LIMIT then parsed, parsed_count = {}, 0 end
  parsed[source], parsed_count = T, parsed_count + 1
  return T
end

local function template(c, p, t)
  local source = field(c, 't' .. p .. t)
  if not source then error('template ' .. p .. t) end
  return parsed[source] or parse_template(source)
end

local function at(ref, i)
  local b = byte(ref)
  if b == 43 or b == 45 then return i + tonumber(ref) end
  return tonumber(ref)
end

local function terminal(r)
  return r and TERMINAL[byte(r)] ~= nil
end

-- check: for a record that would be passed over. What no script can have written is damage: to pass it over would leave its node open for ever.
local KNOWN_RECORD, KNOWN_LEASE = STATES.record, STATES.lease
local function check(id, r)
  if not r or find(r, KNOWN_RECORD) or find(r, KNOWN_LEASE) then return end
  error('record of ' .. id)
end
