/** `chordis audit`: who changed what. */
import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { useCli } from './harness.js'

const shell = useCli()

test('entries are listed the newest first, filtered, and go on by a cursor', async () => {
  const sh = await shell()
  expect((await sh.run(['audit'])).out).toBe('no entry\n')
  const client = await Client.connect({ redis: sh.redis.url, namespace: sh.namespace })
  onTestFinished(() => client.close())
  const asked = { principal: 'key:abc', tenant: 'acme', target: 'w1' }
  await client.audit.append([
    { ...asked, action: 'workflow.submit', outcome: 'ok', detail: { name: 'x\u001b[2J' } },
    { ...asked, action: 'queue.pause', outcome: 'forbidden', target: 'mail' },
  ])
  expect((await sh.run(['audit'])).out.split('\n')).toEqual([
    expect.stringMatching(/^ {2}WHEN +WHO +TENANT +WHAT +OF +OUTCOME$/),
    expect.stringMatching(/^ {2}\d{4}-\S+Z {2}key:abc {2}acme +queue\.pause +mail +forbidden$/),
    expect.stringMatching(/^ {2}\d{4}-\S+Z {2}key:abc {2}acme +workflow\.submit {2}w1 +ok +\{"name":"x\\u001b\[2J"\}$/),
    '',
  ])
  const first = await sh.json('audit', '--limit', '1')
  expect(first).toMatchObject({ entries: [{ action: 'queue.pause' }], cursor: expect.any(String) })
  expect(await sh.json('audit', '--cursor', first.cursor as string)).toMatchObject({
    entries: [{ action: 'workflow.submit' }],
    cursor: null,
  })
  expect(await sh.json('audit', '--action', 'workflow.*', '--since', '1h', '--principal', 'key:abc')).toMatchObject({
    entries: [{ target: 'w1' }],
  })
  expect(await sh.json('audit', '--until', '1h')).toEqual({ entries: [], cursor: null })
})
