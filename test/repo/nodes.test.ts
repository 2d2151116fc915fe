/** Other versions of Node for `npm run verify`: which are asked for, and that a binary is what it should be before a run is counted for it. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../support/children.js'

interface Options {
  folder: string
  install: (folder: string, major: number) => Promise<void>
}
const { ensureNode, otherMajors, MAJORS } = (await import(resolve(import.meta.dirname, '../../scripts/lib/nodes.mjs'))) as {
  ensureNode: (major: number, options: Options) => Promise<{ binary: string; version: string }>
  otherMajors: (asked?: string) => number[]
  MAJORS: number[]
}
const own = Number(process.versions.node.split('.')[0])

/** What the npm package would bring: a program that says this version. */
async function bring(folder: string, version: string): Promise<void> {
  const binary = join(folder, 'node_modules/node/bin/node')
  mkdirSync(dirname(binary), { recursive: true })
  writeFileSync(binary, `#!/bin/sh\necho ${version}\n`)
  chmodSync(binary, 0o755)
}

describe('the other versions of Node', () => {
  test('are those supported that this is not, or those that are named', () => {
    vi.stubEnv('CHORDIS_NODES', undefined)
    expect(otherMajors()).toEqual(MAJORS.filter((major) => major !== own))
    expect(otherMajors('24,22')).toEqual([24, 22])
    expect(otherMajors('')).toEqual([])
    expect(() => otherMajors('lts')).toThrow(/such as 22,24; not lts/)
  })

  test('are installed once', async () => {
    const folder = temporaryFolder('node')
    const install = vi.fn((where: string, major: number) => bring(where, `v${major}.1.2`))
    const first = await ensureNode(24, { folder, install })
    expect(first).toEqual({ binary: join(folder, 'node_modules/node/bin/node'), version: 'v24.1.2' })
    expect(await ensureNode(24, { folder, install })).toEqual(first)
    expect(install).toHaveBeenCalledTimes(1)
  })

  test('are refused when the program is another one, or none', async () => {
    const other = { folder: temporaryFolder('node'), install: (where: string) => bring(where, 'v20.20.2') }
    await expect(ensureNode(24, other)).rejects.toThrow(/should be Node 24, but says v20\.20\.2/)
    const none = { folder: temporaryFolder('node'), install: async () => undefined }
    await expect(ensureNode(22, none)).rejects.toThrow(/should be Node 22, but says null/)
  })
})
