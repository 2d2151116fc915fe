-- giveback: the nodes of one grant go back to the head of their ready lists, when the attempt still holds them.
-- A charged node counts a delivery; past the budget it ends FAILURE with WorkerLostError. Nodes in `keep` stay.
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
        del = tonumber(del) + charge
        if del >= budget then
          settle(c, p, i, T, 'F', 'F|{"type":"WorkerLostError","message":"the worker was lost ' .. del .. ' times while it ran this task"}', 'F' .. p .. i, 0)
        else
          put(c, p .. i, 'Q ' .. att .. ' ' .. del .. ' ' .. bytes .. ' ' .. cause .. ' ' .. flags)
          plan(fronted, c, T.list, entry(c, p, i, 1, 1, t))
        end
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
