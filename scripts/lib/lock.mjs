/**
 * A lock between processes, as files in a folder: Lamport's bakery.
 *
 * Every contender writes only a file of its own, named after its pid and start time, so a dead one's file is simply ignored and removed:
 * nothing has to be stolen, and no two can steal at once.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, lives } from './processes.mjs'
import { SetupError } from './steps.mjs'

const CHOOSING = 'c.0000000000'

/** Living contenders: `[ticket, who]`, the dead ones' files removed. */
function contenders(folder) {
  const alive = []
  for (const name of readdirSync(folder)) {
    const [kind, number, who, nonce] = name.split('.')
    if (who === undefined) continue
    if (lives(who)) alive.push({ choosing: kind === 'c', place: `${number}.${who}.${nonce}` })
    else rmSync(join(folder, name), { force: true })
  }
  return alive
}

function takeTicket(folder, who) {
  const choosing = join(folder, `${CHOOSING}.${who}`)
  writeFileSync(choosing, '')
  const highest = contenders(folder).reduce((max, { place }) => Math.max(max, Number(place.split('.')[0])), 0)
  const place = `${String(highest + 1).padStart(10, '0')}.${who}`
  writeFileSync(join(folder, `t.${place}`), '')
  rmSync(choosing)
  return place
}

/**
 * Runs `work` while no other process that locks the same folder does.
 * @param {{ timeoutMs?: number, onWait?: () => void }} [options]
 */
export async function withLock(folder, work, { timeoutMs = 600_000, onWait } = {}) {
  mkdirSync(folder, { recursive: true })
  const place = takeTicket(folder, `${identify(process.pid)}.${randomBytes(4).toString('hex')}`)
  const ticket = join(folder, `t.${place}`)
  const removeTicket = () => rmSync(ticket, { force: true })
  process.once('exit', removeTicket)
  try {
    const deadline = performance.now() + timeoutMs
    // Two listings: whoever was choosing before the first has its ticket in the second.
    for (let waits = 0; ; waits++) {
      const free =
        contenders(folder).every((other) => !other.choosing) && contenders(folder).every((other) => other.choosing || other.place >= place)
      if (free) break
      if (waits === 4) onWait?.()
      if (performance.now() > deadline)
        throw new SetupError(`Another process holds ${folder} for too long. Stop it, or delete that folder.`)
      await sleep(25)
    }
    return await work()
  } finally {
    process.off('exit', removeTicket)
    removeTicket()
  }
}
