/** The tests of this folder would notice: each guard of the scripts is broken on purpose, and its scenario reports trouble. */
import { describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { mutateScripts } from '../support/scripts.js'
import { SCENARIOS } from './scenarios.js'

type Mutation = [name: string, scenario: keyof typeof SCENARIOS, find: string | RegExp, replacement: string]

const MUTATIONS: Mutation[] = [
  ['any attempt may finish a leased node', 'late', 'if owner ~= attempt then return nil end', ''],
  ['any attempt may say what a leased node does', 'report', 'if owner ~= attempt then return nil end', ''],
  [
    'a node that has ended may end again',
    'late',
    /if not r or byte\(r\) ~= 76 then return nil end(?=\s*local owner)/,
    "if terminal(r) then return '1', '0', '0', '-', '-' end\nif not r or byte(r) ~= 76 then return nil end",
  ],
  ['a step is taken on a node that has ended', 'expiry', /elseif terminal\(r\) then\s+return/, 'elseif false then return'],
  ['a repeated turn is executed again', 'lost', 'if sequence == last then', 'if false then'],
  ['a repeated turn answers no grants', 'lost', 'if record then regrant(record, attempt) end', ''],
  ['a submitted id is taken for new', 'lost', / or existing\([^)]*\)/, ''],
  ['a join counts every input twice', 'random', 'j[1] = j[1] - 1', 'j[1] = j[1] - 2'],
  ['a join forgets its last input', 'random', 'if j[1] > 0 then return', 'if j[1] >= 0 then return'],
  ['a node is counted twice at its end', 'random', 'c.rem = c.rem - 1', 'c.rem = c.rem - 2'],
  ['what comes after a failed step stays', 'random', /(?<=elseif U\.mode == 'a' and code ~= 'S' then\s+)later\([^\n]*/, 'return'],
  ['a part of a graph runs in spite of a failure before it', 'graphs', /if T\.mode == 'w' and[^\n]*/, ''],
  ['a fan node counts as itself', 'graphs', 'T.fan and tonumber(T.pred) or i', 'i'],
  ['an entry counts whatever its node is', 'stale', 'elseif r or not ready_derived', 'elseif not ready_derived'],
  ['the counter is not compared again', 'lastMoment', /if counter ~= ''[^\n]*'alive' } end/, ''],
  ['a spread goes no further', 'wide', /(?<=local function take_spread\(\)\s+)/, 'if true then return false end\n'],
  ['a workflow that runs is forgotten', 'forget', "if state == 'g' or state == 'p' or state == 'r' then return { 'live' } end", ''],
  ['timers of what was forgotten stay', 'forget', 'if damaged or f[2] then', 'if damaged then'],
  ['nothing is removed after its retention', 'retention', "redis.call('UNLINK', unpack(keys))", ''],
]

test.each(MUTATIONS)('the scripts have what a mutation breaks: %s', (_name, _scenario, find, replacement) => {
  expect(() => mutateScripts(find, replacement)()).not.toThrow()
})

describe.runIf(process.env.CHORDIS_VERIFY === '1')('a broken guard is noticed:', () => {
  const redis = useRedis()

  test.each(MUTATIONS)('%s (%s)', async (_name, scenario, find, replacement) => {
    const restore = mutateScripts(find, replacement)
    try {
      const trouble = await SCENARIOS[scenario](redis.server)
      expect(trouble).not.toEqual([])
      // Not because the mutation is no Lua.
      expect(JSON.stringify(trouble)).not.toMatch(/compiling|registering/)
    } finally {
      restore()
    }
  })
})
