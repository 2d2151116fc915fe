/** A service without a credential whose Redis hangs: who is let in goes on being let in, and does not wait for it. */
import { expect, test } from 'vitest'
import { OpenMode } from '../../../src/modules/access/open-mode.js'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const request = { method: 'GET', headers: { host: '127.0.0.1' }, socket: { remoteAddress: '127.0.0.1' } }

test('while Redis hangs requests are let in, and its late answer counts', async () => {
  const clock = { now: 0 }
  let answer: (keys: number) => void = () => undefined
  let asked = 0
  const count = () => {
    asked++
    return asked === 1 ? Promise.resolve(0) : new Promise<number>((resolve) => (answer = resolve))
  }
  const open = new OpenMode({}, count, SILENT, () => clock.now)
  expect(await open.admit(request)).toMatchObject({ kind: 'local' })
  clock.now = 5_000
  for (let k = 0; k < 100; k++) expect(await open.admit(request)).toMatchObject({ kind: 'local' })
  expect(asked).toBe(2)
  answer(1)
  await new Promise((resolve) => setImmediate(resolve))
  expect(await open.admit(request)).toBeUndefined()
  // One request waits for 250 ms; a hundred of them would take 25 s.
}, 10_000)

test('before the first answer nobody is let in: it may be that there are keys', async () => {
  const away = new Error('away')
  const open = new OpenMode({}, () => Promise.reject(away), SILENT)
  await expect(open.admit(request)).rejects.toBe(away)
})
