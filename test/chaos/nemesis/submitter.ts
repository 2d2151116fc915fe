/**
 * A process that submits one large workflow and is killed before it is through. Started as `submitter.js <SubmitterSetup as JSON>`; prints `ready`, then
 * submits.
 */
import { Client, type RedisOptions } from '../../../src/engine/index.js'
import { insist } from './ground.js'
import { largeCase } from './workload.js'

export interface SubmitterSetup {
  redis: string | RedisOptions
  namespace: string
  /** Id of the workflow. */
  id: string
}

async function main({ redis, namespace, id }: SubmitterSetup): Promise<void> {
  const client = await insist(() => Client.connect({ redis, namespace }))
  process.stdout.write('ready\n')
  await client.submit(largeCase(id).canvas, { id })
  await client.close()
}

await main(JSON.parse(process.argv[2] ?? '{}') as SubmitterSetup)
