/**
 * A process that makes and sends deliveries, and kills itself (SIGKILL) at one point: before it writes a delivery to the outbox, before it sends one, or
 * before it records that one was sent. Started as `killed.js <redis> <namespace> <point>`; prints `ready`.
 */
import { Client } from '../../../src/engine/index.js'
import { connect } from '../../../src/engine/redis/connection.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { WebhookFeeder } from '../../../src/engine/webhooks/feeder.js'
import { sendByFetch } from './send.js'

const [, , redis = '', namespace = '', point = ''] = process.argv
const die = () => process.kill(process.pid, 'SIGKILL')

const client = await Client.connect({ redis, namespace })
const connection = await connect(redis, 'client')
const space = new Namespace({ namespace })
await space.load(connection)

const status = (id: string) => {
  if (point === 'before outbox') die()
  return client.workflow(id).status()
}
const feeder = new WebhookFeeder({ connection, namespace: space, status, remove: async () => undefined }, { lookMs: 20, leaseMs: 1_000 })
const sender = client.webhooks.sender({
  lookMs: 20,
  leaseMs: 1_000,
  send: async (request) => {
    if (point === 'before send') die()
    const answer = await sendByFetch(request)
    if (point === 'before record') die()
    return answer
  },
})
feeder.start()
sender.start()
process.stdout.write('ready\n')
