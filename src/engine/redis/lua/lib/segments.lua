-- segments: what running tasks added to a workflow, field G: lines '<prefix> <nodes>[ <node that added it>]' in the order in which they were attached.
-- A prefix says whose it is (`17/` replaced node 17, `17.1/` was added by it) unless it is a hash; then the line does.
local function segment_line(q, nodes, id)
  return q .. ' ' .. nodes .. (byte(q) == 104 and ' ' .. id or '') .. '\n'
end

-- The node that added segment q: its segment and its index.
local function added_by(q, id)
  if id == '' then id = match(q, '^(.-)%.%d+/$') or sub(q, 1, -2) end
  local p, i = match(id, '^(.-)(%d+)$')
  return p, tonumber(i)
end

-- segments: by prefix {prefix, nodes, segment and index of the node that added it}, and in order. Read anew when the field has changed.
local function segments(c)
  local G = field(c, 'G') or ''
  local known_ = c.segments
  if known_ and known_.text == G then return known_ end
  known_ = { text = G }
  for q, nodes, id in gmatch(G, '(%S+) (%d+) ?(%S*)\n') do
    local p, i = added_by(q, id)
    if not i then error('segments') end
    local s = { q, tonumber(nodes), p, i }
    known_[#known_ + 1], known_[q] = s, s
  end
  c.segments = known_
  return known_
end

-- under: whether segment q was added by nodes from … to - 1 of segment p, or by what those added.
local function under(c, q, p, from, to)
  local all = segments(c)
  local s = all[q]
  while s do
    if s[3] == p then return s[4] >= from and s[4] < to end
    s = all[s[3]]
  end
  return false
end

-- segments_of: those that node i itself added, or replaced itself by.
local function segments_of(c, p, i)
  local all, own = segments(c), {}
  for k = 1, #all do
    if all[k][3] == p and all[k][4] == i then own[#own + 1] = all[k] end
  end
  return own
end

-- node_named: the segment and the index of a node of the graph by its name; nil for one that there cannot be.
local function node_named(c, name)
  local p, i = match(name, '^(.-)(%d+)$')
  if i and (p == '' or segments(c)[p]) then return p, tonumber(i) end
end
