-- cancel: what is open of a chord's header, or of a workflow, ends because something in it did not succeed (onFailure 'cancel'). In steps of any width.
-- What could have run ends REVOKED, what it would have led to SKIPPED; an attempt that runs is fenced by that, and its process is told. Callbacks are no
-- part of it: those that were called run on, the others hear that what they belong to did not succeed. The join hears of every member, so its body ends by
-- the rule of any header that failed, and names what failed first.
--
-- graph.lua decides (cancel_header, cancel_rest) and plans the walk; the field `*<why>` says why, as in sweep.lua. What is released, replaced or added
-- while the walk goes on stands before it, or is met by add_members().

-- cancel_segment: plans the walk over what a task added.
local function cancel_segment(c, s, x)
  later(c, 'b', s[1], 0, s[2], 1, '0', x)
end

-- cancel_replaced: over what node i replaced itself by.
local function cancel_replaced(c, p, i, x)
  local own = segments_of(c, p, i)
  for k = 1, #own do cancel_segment(c, own[k], x) end
end

-- cancel_added: over what tasks added to join k.
local function cancel_added(c, k, x)
  if not find(c.flags, 'a', 1, true) then return end
  for id in gmatch(field(c, 'j' .. k) or '', '[^,]+') do cancel_segment(c, segments(c)[match(id, '^(.*/)')], x) end
end

-- tell_others: what the end of a node means for those that the walk does not end: its callbacks, and the join.
local function tell_others(c, p, i, T, join, code, cause)
  if T.place then return end
  for k = 1, #T.succ do
    local e = T.succ[k]
    local q = e.p or p
    local U = template(c, q, e.t)
    if U.callback or U.fan or q .. text(e.rel and i + e.ref or e.ref) == join then tell(c, p, i, e, code, cause, 0, T.fan and tonumber(T.pred) or i) end
  end
end

-- x: the field that says why, the cause of what is skipped, the join ('-': none).
local signalled = {} -- per call
MOVES.b = function(c, p, i, _, _, x, r)
  local why, cause, join = match(x, '^(%S+) (%S+) (%S+)$')
  local k = p .. text(i)
  if k == join then return cancel_added(c, k, x) end
  if terminal(r) then return end
  local t = template_of(c, p, i)
  local T = template(c, p, t)
  if T.callback then return end
  local code = r and byte(r)
  if code == 87 then cancel_replaced(c, p, i, x) end
  if T.mode == 'c' then cancel_added(c, k, x) end
  if code == 76 and not signalled[c.id] then
    signalled[c.id] = true
    signal(c, 'revoke')
  end
  tell_others(c, p, i, T, join, end_open(c, p, i, t, T, r, why, cause), cause)
end
