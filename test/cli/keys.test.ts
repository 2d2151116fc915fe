/** `chordis keys`: the secret is alone on standard output and shown once; what programs get. */
import { expect, test } from 'vitest'
import { useCli } from './harness.js'

const shell = useCli()

test('a key is made, listed, rotated and revoked; its secret is shown when it is made and never again', async () => {
  const sh = await shell()
  expect((await sh.run(['keys'])).out).toBe('no key\n')
  const made = await sh.run([
    'keys',
    'create',
    '--scopes',
    'workflows:read,workflows:submit',
    '--tenant',
    'acme',
    '--label',
    'ci',
    '--expires',
    '90d',
  ])
  const [, id = ''] = /^chordis_([0-9a-z]{12})_[A-Za-z0-9_-]{43}\n$/.exec(made.out) ?? []
  expect(made.err).toBe(`key ${id} for tenant acme: workflows:read, workflows:submit. It is shown this once\n`)
  expect((await sh.run(['keys', 'list'])).out.split('\n')).toEqual([
    expect.stringMatching(/^ {2}ID +LABEL +TENANT +SCOPES +LIMITED TO +EXPIRES +USED$/),
    expect.stringMatching(new RegExp(`^ {2}${id} +ci +acme +workflows:read workflows:submit +- +in (89|90) d.* +never$`)),
    '',
  ])
  const rotated = await sh.run(['keys', 'rotate', id, '--grace', '1h'])
  expect(rotated.out).toMatch(new RegExp(`^chordis_${id}_.{43}\n$`))
  expect(rotated.out).not.toBe(made.out)
  expect(rotated.err).toMatch(/the old secret works until \d{4}-/)
  expect((await sh.run(['keys', 'rotate', id, '--grace', '0s'])).err).toMatch(/the old secret is over/)
  expect((await sh.run(['keys', 'revoke', id])).out).toBe(`${id} is revoked; every service refuses it within 5 seconds\n`)
  expect((await sh.run(['keys', 'revoke', id])).out).toBe(`there was no key ${id}\n`)
  expect(await sh.run(['keys', 'rotate', id])).toMatchObject({ code: 5, err: expect.stringContaining('not-found') })
})

test('programs get one object; what a key cannot be is refused', async () => {
  const sh = await shell()
  const made = await sh.json('keys', 'create', '--scopes', '*', '--queues', 'mail,acme-*', '--rate', '100')
  expect(made).toMatchObject({
    id: expect.any(String),
    key: expect.stringMatching(/^chordis_/),
    tenant: '*',
    scopes: ['*'],
    queues: ['mail', 'acme-*'],
    rate: 100,
    expiresAt: null,
    usedAt: null,
    previousUntil: null,
  })
  const { key: _, ...view } = made
  expect(await sh.json('keys', 'list')).toEqual({ keys: [view] })
  expect(await sh.json('keys', 'revoke', made.id as string)).toEqual({ id: made.id, revoked: true })
  expect(await sh.run(['keys', 'create', '--scopes', 'everything'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('scopes[0]: must be *, <resource>:* or one of'),
  })
  expect(await sh.run(['keys', 'create', '--scopes', '*', '--expires', 'soon'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('30s, 15m'),
  })
  expect(await sh.run(['keys', 'create'])).toMatchObject({ code: 2, err: expect.stringContaining('--scopes') })
})
