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
  [
    'a part of a graph runs in spite of a failure before it',
    'graphs',
    "if T.mode ~= 'e' and (j[3] == '-' or",
    "if T.mode ~= 'e' and (j[3] == '-' or T.mode == 'w' or",
  ],
  ['a fan node counts as itself', 'graphs', 'T.fan and tonumber(T.pred) or i', 'i'],
  ['an entry counts whatever its node is', 'stale', 'elseif r or not ready_derived', 'elseif not ready_derived'],
  ['the counter is not compared again', 'lastMoment', /if counter ~= ''[^\n]*'alive' } end/, ''],
  ['a spread goes no further', 'wide', /(?<=function take_spread\(\)\s+)/, 'if true then return false end\n'],
  ['a workflow that runs is forgotten', 'forget', "if state and not STATES.over[state] then return { 'live' } end", ''],
  ['timers of what was forgotten stay', 'forget', 'if damaged or f[2] then', 'if damaged then'],
  ['what was skipped stays skipped when its task is requeued', 'requeue', 'return code == 75 or code == 67', 'return code == 67'],
  ['a join that waits does not hear that an input is open again', 'requeue', 'j[1], j[2] = j[1] + 1, 0', 'j[2] = 0'],
  ['a reopened join tells nobody behind it', 'requeue', 'if not told_to_tell(c, k, T) then return end', 'if true then return end'],
  [
    'a reopened join keeps the cause that it had',
    'requeue',
    "if j[3] == '?' then return later(c, 'j'",
    "if false then return later(c, 'j'",
  ],
  ['a reopened join asks no input how it ended', 'requeue', 'if bad and not (T.settles', 'if false and not (T.settles'],
  ['a reopened output keeps the outcome', 'requeue', "c.outs, c.outcome = c.outs + 1, '0'", ''],
  ['the worst of several outputs is not asked again', 'requeueGroup', "c.worst = T.only and 'S' or 'J'", "c.worst = 'S'"],
  ['a place does not wait again', 'requeue', 'if code ~= 65 and code ~= 67 then return end', 'if true then return end'],
  [
    'a task runs before its failure has been taken back',
    'requeueWide',
    "if kind == 'z' and tonumber(c.f['u'] or 0) > 0 then",
    'if false then',
  ],
  ['a task is requeued for another failure', 'requeueWide', "if att ~= attempts and r ~= waits then return { 'same' } end", ''],
  ['a requeued task stays a dead letter', 'requeueWide', 'if not c.damaged then remove_dead({ name }) end', ''],
  ['dead letters stay when their workflow goes', 'requeueGroup', 'if forget_dead(id, DEAD_STEP) == DEAD_STEP then', 'if false then'],
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
