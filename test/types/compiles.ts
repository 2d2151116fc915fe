/**
 * Canvases that must compile; `npm run typecheck` is the test, nothing here runs. Each line is one case. What must not compile is in refused.ts.
 */
import { z } from 'zod'
import {
  type AsyncResult,
  type Canvas,
  type Chordis,
  type Client,
  chain,
  chord,
  type Fluent,
  graph,
  group,
  type Json,
  type MemberOutcome,
  type ResultOf,
  type Settled,
  signature,
  type Task,
  type TaskContext,
  type TaskGroup,
  task,
  type WorkflowHandle,
} from '../../src/engine/index.js'
import { add, anything, bound, fetchPage, log, optional, options, type Page, pair, parse, remote, start, store, total } from './tasks.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Equal<A, B>): void => {}

declare const client: Client
declare const app: Chordis

const count = task('count', ({ page }: { page: Page }) => page.words.length)
const report = task('report', (given: { n: number; page: Page }, title: string) => `${title} ${given.page.url} ${given.n}`)
const sumOfSettled = task('sum.settled', (all: Settled<number>[]) => all.filter(({ state }) => state === 'SUCCESS').length)
const joined = graph({ page: remote.s('url'), n: start.s(), both: report.s('title').after('n', 'page') })

export async function compiles(url: string): Promise<void> {
  // Chains.
  chain(fetchPage.s(url), parse.s(), store.s('a'))
  chain(fetchPage.s(url), parse.s())
  chain(start.s(), add.s(2), add.s(3), add.s(4), add.s(5), add.s(6), add.s(7), add.s(8), add.s(9), add.s(10))
  chain(fetchPage.s(url), log.s())
  chain(fetchPage.s(url), log.s('with', 'more'))
  chain(add.s(1, 2), optional.s())
  chain(add.s(1, 2), optional.s(3))
  chain(fetchPage.s(url), add.si(1, 2), add.s(3))
  chain(remote.s(url), parse.s())
  chain(start.s(), bound.s(), log.s())
  chain(anything.s(1), parse.s())
  chain(fetchPage.s(url), anything.s(), add.s(1))
  chain(chain(fetchPage.s(url), parse.s()), add.s(1))
  chain([add.s(1, 2), add.s(3)])
  chain(Array.from({ length: 10 }, () => optional.s(2)))
  chain(signature('by.name', [1]), add.s(1))
  chain(add.s(1, 2), signature('by.name'), parse.s())
  // Plain graphs.
  graph({ page: fetchPage.s(url), count: count.s().after('page') })
  graph({ page: fetchPage.s(url), n: start.s(), both: report.s('title').after('n', 'page') })
  graph({ n: start.s(), next: add.si(1, 2).after('n'), loose: log.s() })
  graph({ end: count.s().after('page'), page: remote.s(url) })
  graph({ pages: group(fetchPage.s(url), fetchPage.s(url)), all: anything.s().after('pages') })
  graph({ one: chain(fetchPage.s(url), parse.s()), two: graph({ inner: log.s() }).after('one') })
  chain(graph({ page: fetchPage.s(url) }), count.s(), store.s('name'))
  chain(start.s(), graph({ a: add.s(1), b: store.s('b') }), log.s())
  same<{ both: string }, ResultOf<typeof joined>>(true)
  await client.submit(joined)
  // Groups and chords.
  group(add.s(1, 2), fetchPage.s(url))
  group([add.s(1, 2), add.s(3, 4)])
  chain(group(add.s(1, 2), add.s(3, 4)), total.s())
  chain(group(add.s(1, 2), fetchPage.s(url)), pair.s())
  chain(add.s(1, 2), group(add.s(1), store.s('a')), log.s())
  chain(start.s(), group(add.s(1), add.s(2)), total.s(), store.s('sum'))
  chord([add.s(1, 2), add.s(3, 4)], total.s())
  chord([parse.s({ url, words: [] }), fetchPage.s(url)], pair.s())
  chord(group(add.s(1, 2), add.s(3, 4)), total.s())
  chord(
    [1, 2, 3].map((i) => add.s(i, i)),
    total.s(),
  )
  chord([chain(fetchPage.s(url), parse.s())], total.s())
  chord(new Set([add.s(1, 2)]), total.s())
  chain(chord([add.s(1, 2)], total.s()), store.s('a'))
  // Outcomes in place of results.
  chord([add.s(1, 2), add.s(3, 4)], sumOfSettled.s(), { onFailure: 'collect' })
  chord(group(add.s(1, 2), add.s(3, 4)), sumOfSettled.s(), { onFailure: 'collect', priority: 3 })
  chord([add.s(1, 2)], total.s(), { onFailure: 'fail' })
  chord([add.s(1, 2)], total.s(), { countdownMs: 10 })
  chord([fetchPage.s(url), add.s(1, 2)], task('both', (both: [Settled<Page>, Settled<number>]) => both.length).s(), {
    onFailure: 'collect',
  })
  chord([group(add.s(1, 2), add.s(3, 4))], task('nested', (lists: number[][]) => lists.length).s())
  // Options, callbacks, map.
  chain(fetchPage.s(url).set({ queue: 'q', countdown: 3 }), parse.s())
  add.s(1, 2).link(store.s('a'), log.s()).onError(log.s())
  chain(fetchPage.s(url), parse.s()).link(store.s('a'))
  chain(options.s(1), add.s(1))
  chain(parse.map([{ url, words: [] }]), total.s())
  chain(add.starmap([[1, 2]]), total.s())
  chain(add.chunks([[1, 2]], 10), task('lists', (lists: number[][]) => lists.length).s())
  // Schemas: the handler gets what they make, calls give what they take.
  const crawl = task('crawl', { args: [z.object({ url: z.string(), depth: z.number().default(1) }), null] }, (page, _any) => page.depth)
  chain(crawl.s({ url }, 'anything'), add.s(1))
  crawl.si({ url, depth: 2 }, [])
  task('both', { bind: true, args: [z.string()] }, (ctx: { id: string }, name) => name.length + ctx.id.length).s('x')
  // Plain canvases and either JSON form.
  const plain: Canvas = add.s(1, 2)
  const many: Fluent[] = [add.s(1, 2), chain(add.s(1, 2))]
  chain(plain, parse.s())
  group(many)
  await client.submit(plain)
  await client.submit({ task: 'add', args: [1, 2] })
  await client.submit(JSON.parse('{}'))
  // Handles and values.
  const handle = await client.submit(chain(fetchPage.s(url), parse.s(), store.s('a')))
  same<typeof handle, WorkflowHandle<string>>(true)
  const sum: number = await (await client.submit(chord([add.s(1, 2)], total.s()))).result()
  const both: [number, Page] = await (await client.submit(group(add.s(sum, 2), fetchPage.s(url)))).result()
  const nothing: null = await (await client.submit(log.s(both))).result()
  const page: Page = await client.workflow<Page>('id').result()
  // Task calls and members of groups.
  const members = (await client.submit(group(add.s(1, 2), fetchPage.s(url)))).group()
  same<typeof members, TaskGroup<[number, Page]>>(true)
  const list: [number, Page] = await members.get()
  for await (const { index, outcome } of members)
    if (outcome.state === 'SUCCESS') log.s(index, same<typeof outcome.result, number | Page>(true))
  const settled: (MemberOutcome<number | Page> | null)[] = await members.results()
  const one: number = await handle.task<number>('0').get()
  const any: AsyncResult<number> = client.result<number>('id')
  const results: AsyncResult<unknown>[] = [handle, handle.task('0'), any]
  log.s(list, settled.length, one, results.length)
  log.s(nothing, page)
  // An application.
  const double = app.task('double', { queue: 'q' }, (n: number) => n * 2)
  const late = app.task('late', { bind: true }, async (ctx, n: number, text: string) => ({ at: ctx.attempt, text, n }))
  const first = app.task('first', { bind: true }, (ctx, n: number) => ctx.workflow.id.length + n)
  app.register(add, late.definition)
  same<typeof double, Task<unknown, [n: number], number>>(true)
  same<typeof first, Task<TaskContext, [n: number], number>>(true)
  const made = await app.submit(chain(double.s(1), first.s(), late.s('a')))
  same<typeof made, WorkflowHandle<{ at: number; text: string; n: number }>>(true)
  const looked = app.workflow(made.id)
  same<typeof looked, WorkflowHandle<Json>>(true)
}
