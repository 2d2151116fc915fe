/** Inputs that do not travel with the grant: the worker reads them in pages, wide ranges as joined texts. */
import { describe, expect, test } from 'vitest'
import { chain, chord, group } from '../../src/engine/index.js'
import { type RecordSource, valueText } from '../../src/engine/protocol/values.js'
import { useRedis } from '../support/redis-server.js'
import { call, TestEngine } from './harness.js'

const redis = useRedis()
const WIDTH = 300
/** Three hundred of them are more than one call brings (256 kB). */
const text = (i: unknown): string => `${i} `.repeat(300)

describe('a join of 300 large results gets them in definition order', () => {
  const handlers = {
    text: (_ctx: unknown, [i]: unknown[]) => text(i),
    ignored: (ctx: { ignore(): never }) => ctx.ignore(),
    retried: (ctx: { attempt: number; retry(options: object): never }, [i]: unknown[]) =>
      ctx.attempt === 1 ? ctx.retry({ countdownMs: 0 }) : text(i),
    adding: (ctx: { addToChord(canvas: unknown): void }, [i]: unknown[]) => {
      ctx.addToChord(call('text', ['added']))
      return text(i)
    },
    list: (_ctx: unknown, [values]: unknown[]) =>
      (values as unknown[]).map((value) => (typeof value === 'string' ? value.split(' ')[0] : value)),
  }
  const members = Array.from({ length: WIDTH }, (_, i) => call('text', [i]))
  const expected: unknown[] = Array.from({ length: WIDTH }, (_, i) => String(i))
  const at = <T>(list: readonly T[], index: number, value: T): T[] => list.with(index, value)

  test.each([
    ['all alike', members, expected],
    ['one of them ignored', at(members, 150, call('ignored')), at(expected, 150, null)],
    ['one of them retried', at(members, 299, call('retried', [299])), expected],
    ['one of them adds another', at(members, 0, call('adding', [0])), [...expected, 'added']],
    [
      'one of them a chain that ends in a group',
      at(
        members,
        7,
        chain(
          call('text', [0]),
          group(call('text', ['a']).set({ immutable: true }), call('text', ['b']).set({ immutable: true })),
        ) as never,
      ),
      at(expected, 7, [text('a'), text('b')]),
    ],
  ])('%s', async (_name, header, result) => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(handlers as never)
    expect(await (await engine.client.submit(chord(header, call('list')))).result()).toEqual(result)
    expect(engine.complaints).toEqual([])
  })

  test('a wide group of them comes back whole', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(handlers as never)
    const values = (await (await engine.client.submit(group(members))).result()) as string[]
    expect(values).toEqual(Array.from({ length: WIDTH }, (_, i) => text(i)))
  })
})

test('an expression is written out the same whether its ranges are joined or read one by one', async () => {
  const records = new Map<string, string | null>(Array.from({ length: 500 }, (_, i) => [String(i), `S|${i}`]))
  records.set('200', 'S2|"again"').set('201', 'I|').set('202', null).set('203', 'V||203|[0:3,[4,5]]').set('x/1', 'S|"added"')
  const read: RecordSource['read'] = async (ids) => ids.map((id) => records.get(id) ?? null)
  const joined: RecordSource['joined'] = async ({ prefix, first, count, stride }) => {
    const all = Array.from({ length: count }, (_, k) => records.get(`${prefix}${first + k * stride}`) ?? '')
    return all.every((record) => record.startsWith('S|')) ? all.map((record) => record.slice(2)).join(',') : null
  }
  for (const expr of ['[0:200]', '[0:100:2]', '[0:70,x/1,150:100]', '[[+1:80],-100:80,203]', '[190:64]', '[]', '7', '[300:64:3]']) {
    const context = { prefix: '', index: 110, expr }
    const plain = await valueText({ read }, context)
    expect(await valueText({ read, joined }, context)).toBe(plain)
    expect(() => JSON.parse(plain)).not.toThrow()
  }
})
