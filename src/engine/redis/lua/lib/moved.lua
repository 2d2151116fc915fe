-- moved: templates of nodes that wait in another queue than their canvas says. A moved entry names a copy of its template that differs by the queue only,
-- kept under a number that follows from the first one's: t, t + 1,000,000, t + 2,000,000, … without gaps. So what is leased by it, given back or tried again
-- stays in the queue to which it was moved, and who looks for a node knows every list in which it may stand. Numbers of canvases stay below: a graph has
-- fewer nodes. What begins anew from the definition (a requeue, a rerun) goes where the canvas says.
local MOVED, MOVED_LIMIT = 1000000, 100

-- moved_template: the number of template t with this queue; nil when it was moved to too many queues. It is stored by flush().
local function moved_template(c, p, t, queue)
  local first = t % MOVED
  local source = string.gsub(field(c, 't' .. p .. t), '^(%a %d+ )%S+', '%1' .. queue, 1)
  for k = 0, MOVED_LIMIT do
    local number = text(first + k * MOVED)
    local have = field(c, 't' .. p .. number)
    if not have then put(c, 't' .. p .. number, source) end
    if not have or have == source then return number end
  end
end

-- templates_of: template t and those by which its nodes were moved.
local function templates_of(c, p, t)
  local list = { template(c, p, t) }
  for k = 1, MOVED_LIMIT do
    local number = text(t % MOVED + k * MOVED)
    if not field(c, 't' .. p .. number) then break end
    list[k + 1] = template(c, p, number)
  end
  return list
end
