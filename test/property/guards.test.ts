import { describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { SCENARIOS } from './scenarios.js'

describe('a sound engine', () => {
  const redis = useRedis()

  test.each([
    ['ends random canvases as the evaluator says', SCENARIOS.random],
    ['ends plain graphs as the evaluator says', SCENARIOS.graphs],
    ['does so while replies are lost', SCENARIOS.lost],
    ['lets only the attempt that holds the lease finish a node', SCENARIOS.late],
    ['takes no report of a task whose lease was lost', SCENARIOS.report],
    ['gives nobody up whose heart beats at the last moment', SCENARIOS.lastMoment],
    ['expires nothing that has ended', SCENARIOS.expiry],
    ['runs no node for a stale entry', SCENARIOS.stale],
    ['takes wide transitions in steps, to the end', SCENARIOS.wide],
    ['forgets workflows after their retention', SCENARIOS.retention],
    ['takes back what a failure did when its task is requeued', SCENARIOS.requeue],
    ['takes it back in steps, and lets the task run behind them, once', SCENARIOS.requeueWide],
    ['looks at all outputs again when one of them was requeued', SCENARIOS.requeueGroup],
    ['forgets none that runs, and one that has ended with its timers', SCENARIOS.forget],
  ])('%s', async (_name, play) => {
    expect(await play(redis.server)).toEqual([])
  })
})
