/**
 * Canvases that must not compile, each at the line behind its mark; `npm run typecheck` is the test: a mark without an error is one. Nothing runs.
 */
import { z } from 'zod'
import { type Chordis, type Client, chain, chord, graph, group, type Settled, type TaskContext, task } from '../../src/engine/index.js'
import { add, bound, fetchPage, type Page, pair, parse, quiet, remote, start, store, total } from './tasks.js'

declare const client: Client
declare const app: Chordis

export async function refused(url: string): Promise<void> {
  chain(
    fetchPage.s(url),
    // @ts-expect-error a page is no number
    store.s('a'),
  )
  chain(
    fetchPage.s(url),
    parse.s(),
    // @ts-expect-error a number is no page
    parse.s(),
  )
  chain(
    fetchPage.s(url),
    parse.s(),
    store.s('a'),
    // @ts-expect-error text is no number
    add.s(1),
    add.s(2),
  )
  chain(
    fetchPage.s(url),
    // @ts-expect-error all arguments are there already
    add.s(1, 2),
  )
  chain(
    fetchPage.s(url),
    // @ts-expect-error it takes nothing
    start.s(),
  )
  chain(
    quiet.s(),
    // @ts-expect-error nothing (null) is no number
    add.s(1),
  )
  chain(
    bound.s(1),
    // @ts-expect-error text is no number
    add.s(1),
  )
  chain(
    remote.s(url),
    // @ts-expect-error a page is no text
    fetchPage.s(),
  )
  chain(
    add.s(1, 2),
    // @ts-expect-error by contract it takes text
    remote.s(),
  )
  const crawl = task('crawl', { args: [z.object({ url: z.string() })] }, (page) => page.url)
  // @ts-expect-error the schema takes an object with a url
  crawl.s({ uri: url })
  // @ts-expect-error the schema gives text, the handler takes a number
  task('wrong', { args: [z.string()] }, (n: number) => n)
  // @ts-expect-error there is a schema for one argument, the handler takes two
  task('more', { args: [z.string()] }, (a: string, b: string) => a + b)
  // @ts-expect-error too many arguments
  add.s(1, 2, 3)
  // @ts-expect-error too few: one may come from before, not two
  task('three', (a: number, b: number, c: number) => a + b + c).s(1)
  // @ts-expect-error text for a number
  add.s('1', 2)
  // @ts-expect-error the second one must be text
  store.s(1, 2)
  // @ts-expect-error the one that is left is text
  store.s(2)
  // @ts-expect-error it takes none
  start.s(1)
  // @ts-expect-error the context is not an argument
  bound.s({ attempt: 1 }, 2)
  // @ts-expect-error immutable: all arguments must be there
  add.si(1)
  // @ts-expect-error by contract one text
  remote.s(1)
  // @ts-expect-error by contract one text
  remote.s(url, url)
  chain(
    group(add.s(1, 2), fetchPage.s(url)),
    // @ts-expect-error one of them is a page
    total.s(),
  )
  chain(
    group(fetchPage.s(url), add.s(1, 2)),
    // @ts-expect-error the other way round
    pair.s(),
  )
  chain(
    group(add.s(1, 2)),
    // @ts-expect-error a list is no number
    add.s(1),
  )
  chain(
    fetchPage.s(url),
    // @ts-expect-error one of its members takes a number
    group(parse.s(), add.s(1)),
  )
  chain(
    start.s(),
    // @ts-expect-error its first step takes a page
    chain(parse.s(), add.s(1)),
  )
  chain(
    chain(fetchPage.s(url), parse.s()),
    // @ts-expect-error its last step gives a number
    parse.s(),
  )
  chord(
    [fetchPage.s(url)],
    // @ts-expect-error pages are no numbers
    total.s(),
  )
  chord(
    [add.s(1, 2), fetchPage.s(url), add.s(3, 4)],
    // @ts-expect-error three members, the body takes a pair
    pair.s(),
  )
  chord(
    group(add.s(1, 2)),
    // @ts-expect-error a list is no number
    add.s(1),
  )
  chord(
    [1, 2].map((i) => add.s(i, i)),
    // @ts-expect-error numbers are no pages
    task('pages', (pages: Page[]) => pages.length).s(),
  )
  chord(
    [add.s(1, 2)],
    // @ts-expect-error the body has all its arguments
    add.s(1, 2),
  )
  chord(
    [add.s(1, 2)],
    // @ts-expect-error outcomes are no numbers
    total.s(),
    { onFailure: 'collect' },
  )
  chord(
    [add.s(1, 2)],
    // @ts-expect-error numbers are no outcomes
    task('settled', (all: Settled<number>[]) => all.length).s(),
  )
  chain(
    chord([add.s(1, 2)], total.s()),
    // @ts-expect-error the sum is no page
    parse.s(),
  )
  // @ts-expect-error its callback takes a page
  add.s(1, 2).link(parse.s())
  // @ts-expect-error the chain gives a number
  chain(fetchPage.s(url), parse.s()).link(parse.s())
  // @ts-expect-error items are pages
  parse.map([1])
  // @ts-expect-error items are pairs of numbers
  add.starmap([[1]])
  chain(
    parse.map([{ url, words: [] }]),
    // @ts-expect-error a list of numbers is no number
    add.s(1),
  )
  // @ts-expect-error nothing comes before the first task
  await client.submit(add.s(1))
  // @ts-expect-error nothing comes before the first step
  await client.submit(chain(parse.s(), store.s('a')))
  // @ts-expect-error nothing comes before its members
  await client.submit(group(add.s(1), add.s(1, 2)))
  // @ts-expect-error nothing comes before its header
  await client.submit(chord([add.s(1)], total.s()))
  // @ts-expect-error the result is text
  const wrong: number = await (await client.submit(chain(add.s(1, 2), store.s('a')))).result()
  // @ts-expect-error there are two results
  const more: [number] = await (await client.submit(group(add.s(1, 2), add.s(wrong, 2)))).result()
  // @ts-expect-error no such option
  add.s(1, 2).set({ queues: 'q', more })
  graph({
    page: fetchPage.s(url),
    // @ts-expect-error it takes a count, not an object with a page
    stored: store.s('a').after('page'),
  })
  graph({
    page: fetchPage.s(url),
    // @ts-expect-error there is no part "pages"
    stored: log.s().after('pages'),
  })
  graph({
    // @ts-expect-error it comes after itself
    page: log.s().after('page'),
  })
  graph({
    n: start.s(),
    // @ts-expect-error its page is a number here
    count: task('count', ({ n }: { n: Page }) => n.url)
      .s()
      .after('n'),
  })
  chain(
    graph({ page: fetchPage.s(url) }),
    // @ts-expect-error an object with a page is no page
    parse.s(),
  )
  // @ts-expect-error what comes after something is no canvas by itself
  chain(fetchPage.s(url), log.s().after('page'))
  // @ts-expect-error nothing comes before its first part
  await client.submit(graph({ a: parse.s() }))
  // @ts-expect-error text is no number
  app.task('double', (n: number) => n * 2).s('a')
  // @ts-expect-error nothing comes before it
  await app.submit(parse.s())
  // @ts-expect-error without bind there is no context
  app.task('unbound', (ctx: TaskContext, n: number) => ctx.attempt + n).s(1, 2)
  // @ts-expect-error no such option
  app.task('optioned', { queues: 'q' }, () => 1)
  // @ts-expect-error Redis and tasks are the application's
  app.worker({ redis: 'redis://127.0.0.1' })
}
