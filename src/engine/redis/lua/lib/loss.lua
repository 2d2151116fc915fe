-- loss: what becomes of a node whose worker went away. Nobody knows which of a dead process's tasks brought it down, so a loss makes suspects, and
-- only what was lost while it ran alone is charged with a delivery: a task that kills its workers convicts nobody else.
-- The flags of an open record: [level][mark][x]
--   level  losses of a process in which it ran, or may have run, beside others; 1 to 9
--   mark   of the attempt that holds it. Suspects say before they start: b begun beside others, a begun alone. n begun, and must never run twice
--   x      it expired while it ran: no further attempt
local function suspicion(flags)
  local level, mark, late = match(flags, '^(%d?)([abn]?)(x?)$')
  return tonumber(level) or 0, mark or '', late or ''
end

local function flags_of(level, mark, late)
  local flags = (level > 0 and text(min(level, 9)) or '') .. mark .. late
  return flags == '' and '-' or flags
end

local function lost_for_ever(att, message)
  return 'F' .. (att == '1' and '' or att) .. '|{"type":"WorkerLostError","message":"' .. message .. '"}'
end

-- lose: a leased node goes back to the head of its list, or ends FAILURE: past its budget of deliveries, or when it must not run twice.
-- charge: the process died; else it is alive or said good-bye, and nobody is to blame. 'alone': the thread or process of a pool, which ran nothing else.
local function lose(c, p, i, t, T, att, del, bytes, cause, flags, charge, budget)
  local level, mark, late = suspicion(flags)
  if mark == 'n' then
    return settle(c, p, i, T, 'F', lost_for_ever(att, 'the worker was lost while it ran this task, which must not run twice (acksLate: false)'), 'F' .. p .. i, 0)
  end
  del = tonumber(del)
  if charge == 'alone' or (charge and mark == 'a') then
    -- The losses before this one were its doing, too.
    del = math.max(del, level) + 1
    level = del
  elseif charge and (mark == 'b' or level == 0) then
    level = level + 1
  end
  -- Twice the budget ends also what could never run alone.
  if del >= budget or level >= 2 * budget then
    local times = math.max(del, level)
    return settle(c, p, i, T, 'F', lost_for_ever(att, 'the worker was lost ' .. times .. ' times while it ran this task'), 'F' .. p .. i, 0)
  end
  put(c, p .. i, 'Q ' .. att .. ' ' .. text(del) .. ' ' .. bytes .. ' ' .. cause .. ' ' .. flags_of(level, '', late))
  tell_task(c, 'U', T, p .. i)
  plan(fronted, c, waits_in(c, T, p .. text(i)), entry(c, p, i, 1, 1, t))
end
