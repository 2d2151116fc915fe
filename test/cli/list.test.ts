/** `chordis list`: what people see, and the shapes that programs get. */
import { expect, test } from 'vitest'
import { listLines } from '../../src/cli/commands/list.js'
import { paint } from '../../src/cli/terminal.js'
import type { WorkflowRow } from '../../src/engine/index.js'
import { until } from '../support/wait.js'
import { useCli } from './harness.js'

const shell = useCli()

test('workflows are counted and listed, the newest first, with what is done of them', async () => {
  const sh = await shell()
  await sh.worker()
  await sh.submit(
    { chain: [{ task: 'words', args: ['a b'] }, { task: 'nobody' }] },
    '--id',
    'half',
    '--name',
    'night report',
    '--tag',
    'eu',
  )
  await sh.submit({ task: 'words', args: ['a b c'] }, '--id', 'whole')
  await sh.run(['run', 'result', 'whole', '--wait', '20'])
  await until(async () => ((await sh.json('run', 'show', 'half')).counts as { remaining: number }).remaining === 1)
  const { out } = await sh.run(['list'])
  expect(out.split('\n')).toEqual([
    '2 workflows  1 STARTED  1 SUCCESS',
    '',
    expect.stringMatching(/^ {2}STATE {4}ID {5}NAME {10}TASKS {12}AGE +TOOK +TAGS$/),
    expect.stringMatching(/^ {2}SUCCESS {2}whole {2}- {13}██████████ {2}1\/1 {2}\S+ \S+ +\S+ ms$/),
    expect.stringMatching(/^ {2}STARTED {2}half {3}night report {2}█████░░░░░ {2}1\/2 {2}\S+ \S+ +- +eu$/),
    '',
  ])
  expect(await sh.json('list', '--state', 'started', '--tag', 'eu', '--since', '1h', '--task', 'nobody')).toMatchObject({
    counts: { PENDING: 0, STARTED: 1, SUCCESS: 1, FAILURE: 0, REVOKED: 0, total: 2 },
    workflows: [{ id: 'half', state: 'STARTED', paused: false }],
    cursor: null,
  })
  expect(await sh.json('list', '--until', '1h')).toMatchObject({ workflows: [] })
})

test('a state that no workflow can have is bad usage', async () => {
  const { code, err } = await (await shell()).run(['list', '--state', 'retry'])
  expect([code, err]).toEqual([2, expect.stringContaining('"RETRY" is none of PENDING, STARTED')])
})

test('a paused workflow is marked, and a list that goes on says how', () => {
  const counts = { PENDING: 0, STARTED: 1, SUCCESS: 0, FAILURE: 0, REVOKED: 0, total: 1 }
  const row: WorkflowRow = {
    id: 'w',
    tags: [],
    tenant: '-',
    partition: 0,
    state: 'STARTED',
    run: 1,
    ended: false,
    counts: { total: 4, success: 1, failure: 0, revoked: 0, skipped: 0, remaining: 3 },
    createdAt: 0,
    startedAt: 1,
    outcomeAt: null,
    endedAt: null,
    task: null,
    paused: true,
  }
  expect(listLines(counts, { workflows: [row], cursor: '0:w' }, paint(false), 61_000)).toEqual([
    '1 workflow  1 STARTED',
    '',
    '  STATE             ID  NAME  TASKS            AGE        TOOK  TAGS',
    '  STARTED (paused)  w   -     ██░░░░░░░░  1/4  1 min 1 s  -',
    '  … and perhaps more; --cursor 0:w goes on',
  ])
})
