/** Tasks of the canvases in compiles.ts and refused.ts. */
import { declareTask, task } from '../../src/engine/index.js'

export interface Page {
  url: string
  words: string[]
}

export const fetchPage = task('fetch', async (url: string): Promise<Page> => ({ url, words: [] }))
export const parse = task('parse', (page: Page) => page.words.length)
export const store = task('store', (count: number, name: string) => `${name}: ${count}`)
export const add = task('add', (x: number, y: number) => x + y)
export const total = task('total', (counts: number[]) => counts.reduce((a, b) => a + b, 0))
export const pair = task('pair', ([count, page]: [number, Page]) => `${page.url} ${count}`)
export const optional = task('optional', (x: number, by?: number) => x * (by ?? 1))
export const log = task('log', (..._what: unknown[]) => {})
export const start = task('start', () => 7)
export const bound = task('bound', { bind: true }, (_ctx: { attempt: number }, x: number) => String(x))
export const options = task('options', { queue: 'q', retry: { auto: true } }, (x: number) => x)
export const remote = declareTask<[url: string], Page>('remote.fetch')
export const anything = task('anything', (x: any) => x)
export const quiet = task('quiet', () => {})
