-- giveback: the nodes of one grant go back to the head of their ready lists, when the attempt still holds them.
-- charge: as in lose(). Nodes in `keep` stay.
local function giveback_entry(attempt, e, charge, budget, keep)
  local id, run_, t, p, a, n, s = match(e, '^([^:]+):(%d+):(%d+):([^:]*):(%d+):(%d+):(%d+)$')
  local c = id and try_context(id)
  if not c or c.run ~= run_ or not live(c) then return 0 end
  guarded(c, function()
    local T = template(c, p, t)
    fields(c, ids(p, tonumber(a), tonumber(n), tonumber(s)))
    for k = tonumber(n) - 1, 0, -1 do
      local i = tonumber(a) + k * tonumber(s)
      local r = c.f[p .. i]
      local owner, att, del, bytes, cause, flags = match(r or '', '^L (%S+) (%d+) (%d+) (%d+) (%S+) (%S+)$')
      if owner == attempt and not (keep and keep[id .. ':' .. p .. i]) then
        lose(c, p, i, t, T, att, del, bytes, cause, flags, charge, budget)
      end
    end
  end)
  return tonumber(n)
end

local function giveback(process, name, text, charge, budget, keep)
  local attempt, nodes = process .. ':' .. sub(name, 2), 0
  for e in gmatch(text, '[^\n]+') do nodes = nodes + giveback_entry(attempt, e, charge, budget, keep) end
  return nodes
end
