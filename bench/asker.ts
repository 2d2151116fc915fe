/** A process that asks a service for the same thing, again and again, until it is told to stop: how long each answer took, ms. */
import { setTimeout as sleep } from 'node:timers/promises'

const BETWEEN_MS = 5

const url = process.argv[2] ?? ''
process.on('disconnect', () => process.exit(0))
let over = false
process.once('message', () => {
  over = true
})
const times: number[] = []
while (!over) {
  const from = performance.now()
  await (await fetch(url)).arrayBuffer()
  times.push(performance.now() - from)
  await sleep(BETWEEN_MS)
}
process.send?.({ times })
