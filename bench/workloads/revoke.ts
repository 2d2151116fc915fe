/**
 * A group of 100,000 tasks is revoked while 100 of them run: until the call is answered (from then on nothing of it is leased), until the last running task
 * was told by its signal, and until every task has ended.
 */
import { workload } from '../contract.js'

export const revoke = workload({
  name: 'revoke-100000',
  rows: {
    'revoke-100000-answered': { unit: 'ms', better: 'less' },
    'revoke-100000-told': { unit: 'ms', better: 'less' },
    'revoke-100000-ended': { unit: 'ms', better: 'less' },
  },
  // Asked for by name: no peer can do it, so there is no ratio to show.
  rounds: { full: 0, quick: 0 },
  needs: ['revoked'],
  async run(session) {
    const { answeredMs, toldMs, endedMs } = await session.revoked(100_000)
    return { 'revoke-100000-answered': answeredMs, 'revoke-100000-told': Math.max(...toldMs), 'revoke-100000-ended': endedMs }
  },
})
