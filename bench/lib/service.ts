/** The service of a session, in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Place, RunningService } from '../contract.js'
import { keep } from './child.js'

const MODULE = join(import.meta.dirname, '../service.js')
const ASKER = join(import.meta.dirname, '../asker.js')

export async function forkService(place: Place): Promise<RunningService> {
  const child: ChildProcess = keep(fork(MODULE, [JSON.stringify(place)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return {
    url,
    async rssBytes() {
      const answer = once(child, 'message')
      child.send('memory')
      return ((await answer) as [{ rss: number }])[0].rss
    },
  }
}

/** Asks for a URL, again and again, from a process of its own; the function that is answered ends it and answers how long each took, ms. */
export function askOften(url: string): () => Promise<number[]> {
  const child = keep(fork(ASKER, [url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
  return async () => {
    const answer = once(child, 'message')
    child.send('stop')
    return ((await answer) as [{ times: number[] }])[0].times
  }
}
