/**
 * README.md and the guides tell the truth: every block of TypeScript, shell and JSON in them is run, from top to bottom as a reader would, and
 * what they show as output is what comes out.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { type Block, blocksOf } from './readme/blocks.js'
import { expectOutput } from './readme/expect-output.js'
import { Reader, ROOT } from './readme/reader.js'
import { compileBlocks } from './readme/typescript.js'

/** Commands that are not run here, each with the reason. */
const NOT_RUN: { [command: string]: string } = {
  'npm test': 'it runs this very test',
  'npm run bench': 'it measures for minutes and needs the machine for itself; its own tests run it small',
}
/** Blocks that run until they are stopped: commands, and files. */
const SERVICES = ['npm start', 'service.ts', 'app.ts', 'chordis worker -m ./tasks.ts', 'chordis worker -m ./tasks.ts --beat']

const GUIDES = 'docs/guides'
/** Followed outside of the checkout, by tutorial.test.ts. */
const ELSEWHERE = ['tutorial.md']
const isRead = (name: string) => name.endsWith('.md') && !ELSEWHERE.includes(name)
const guides = existsSync(join(ROOT, GUIDES)) ? readdirSync(join(ROOT, GUIDES)).filter(isRead) : []
const documents = ['README.md', ...guides.map((name) => `${GUIDES}/${name}`)]

const redis = useRedis()

beforeAll(() => {
  // What `npm install` gives a user: the compiled package.
  execFileSync(process.execPath, ['scripts/setup.mjs'], { cwd: ROOT, stdio: 'pipe' })
}, 120_000)

describe.each(documents)('%s', (document) => {
  const blocks = blocksOf(join(ROOT, document), document)
  const reader = new Reader(() => redis.url)
  let faults: string[] = []

  beforeAll(async () => {
    await redis.server.call('FLUSHALL')
    faults = compileBlocks(reader.folder, reader.save(blocks))
  })
  afterAll(() => reader.close())

  test('its TypeScript compiles against the package', () => {
    expect(faults).toEqual([])
  })

  test.each(blocks.map((block) => [titleOf(block), block] as const))('%s', async (_title, block) => {
    if (NOT_RUN[block.text.trim()] !== undefined) return
    if (block.language === 'json') {
      JSON.parse(block.text)
      expect(isUsed(block, blocks), 'a JSON block is somebody’s input or output').toBe(true)
      return
    }
    if (SERVICES.includes(block.file ?? block.text.trim())) {
      await reader.serve(block)
      return
    }
    const printed = await reader.run(block)
    if (block.output !== undefined) expectOutput(printed, block.output)
  })
})

test('nothing is excused from running that no document names', () => {
  const texts = documents.flatMap((document) => blocksOf(join(ROOT, document), document).map(({ text }) => text.trim()))
  expect([...Object.keys(NOT_RUN), 'npm start'].filter((command) => !texts.includes(command))).toEqual([])
})

/** A command that sends the file, so that its content is checked by who receives it. */
function isUsed(block: Block, blocks: Block[]): boolean {
  return (
    block.file !== undefined && blocks.some(({ language, text }) => language === 'sh' && text.split(/[\s@]/).includes(block.file ?? ''))
  )
}

function titleOf({ at, language, file, text }: Block): string {
  return `${at} ${language} ${file ?? text.trim().split('\n')[0]!.slice(0, 60)}`
}
