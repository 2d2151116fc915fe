/**
 * Chords of 500 over several partitions, each on a master of its own: tasks per second on this machine, whose cores all masters and the worker
 * share, and the CPU that Redis needs for each task, which is what decides on machines of their own.
 */
import { type Workload, workload } from '../contract.js'

const WIDTH = 500

export function scale(masters: number): Workload {
  const name = `scale-${masters}`
  return workload({
    name,
    rows: {
      [name]: { unit: 'tasks/s', better: 'more' },
      [`${name}-redis-cpu`]: { unit: 'µs of Redis/task', better: 'less' },
      [`${name}-node-cpu`]: { unit: 'µs of Node/task', better: 'less' },
    },
    rounds: { full: 3, quick: 0 },
    masters,
    only: ['chordis'],
    needs: ['chords'],
    async run(session, { scaled, redisCpuSeconds }) {
      const count = scaled(200)
      const cpuBefore = await redisCpuSeconds()
      const nodeBefore = process.cpuUsage()
      const submitFrom = performance.now()
      const running = await session.chords(count, WIDTH)
      const submitMs = performance.now() - submitFrom
      await session.startWorkers({ concurrency: 100 })
      const workFrom = performance.now()
      await running.ended
      const ms = submitMs + performance.now() - workFrom
      const tasks = count * (WIDTH + 1)
      const node = process.cpuUsage(nodeBefore)
      return {
        [name]: (tasks * 1_000) / ms,
        [`${name}-redis-cpu`]: (((await redisCpuSeconds()) - cpuBefore) * 1e6) / tasks,
        [`${name}-node-cpu`]: (node.user + node.system) / tasks,
      }
    },
  })
}
