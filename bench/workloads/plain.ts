/** Plain tasks that were stored before, worked off by one or two worker processes, in tasks per second from the moment they take work. */
import { type Workload, workload } from '../contract.js'

export function plain(name: string, concurrency: number, processes: number, tasks: number): Workload {
  return workload({
    name,
    rows: { [name]: { unit: 'tasks/s', better: 'more' } },
    rounds: { full: 5, quick: name === 'plain-c100' ? 1 : 0 },
    needs: ['tasks'],
    async run(session, { scaled }) {
      const count = scaled(tasks, 500)
      await session.tasks(count, { kind: 'noop' })
      await session.startWorkers({ concurrency, processes })
      const [from, before] = [performance.now(), session.tally.count]
      await session.tally.until(count)
      return { [name]: ((count - before) * 1_000) / (performance.now() - from) }
    },
  })
}
