/** bench/floor.mjs, unmodified, as a child process: the least Redis work that any engine must do for a chord. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Contestant } from '../contract.js'
import { output } from '../lib/child.js'
import { FLOOR, ROOT } from '../lib/paths.js'
import { chordsOf, widthOf } from '../workloads/chord.js'

/** SHA-256 of the file that was measured; FLOOR_SHA256 is what it must be. */
export const floorSha256 = (): string => createHash('sha256').update(readFileSync(FLOOR)).digest('hex')
export const FLOOR_SHA256 = '6cbe664e718db48f94fddb4834c9a3c724f3e045d26a2ecd5e75f87df6e35f7c'

interface Printed {
  endToEndPerSecond: number
}

export const floor: Contestant = {
  name: 'floor',
  share: 1,
  missing: async () => (floorSha256() === FLOOR_SHA256 ? null : 'bench/floor.mjs was changed; restore it: git checkout bench/floor.mjs'),
  measure: (workload, { url }, size) => {
    const width = widthOf(workload.name)
    if (width === null) return null
    const args = [FLOOR, url, String(width), String(chordsOf(width, size))]
    return output(process.execPath, args, { cwd: ROOT }).then((text) => ({
      [workload.name]: (JSON.parse(text) as Printed).endToEndPerSecond,
    }))
  },
}
