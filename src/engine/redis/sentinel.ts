/**
 * A connection to the master that Sentinels name.
 *
 * The former master takes writes until the Sentinels make it a replica, some 10 s after they have agreed on another one, and forgets them then; one that was
 * killed and comes back calls itself a master at first, too. So nobody may stay there:
 * - who listens to the Sentinels (`failoverDetector`, a connection to each of them) hears of a failover and leaves at once;
 * - between the Sentinels' answer and the moment from which they are listened to, a failover is heard by nobody: so they are asked again when the connection is
 *   ready, and once more when it surely listens.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisOptions as IoredisOptions, Redis } from 'ioredis'

/** The Sentinels, and what they call the master. */
export interface Sentinels {
  sentinels: { host: string; port: number }[]
  name: string
  password?: string
}

/** When the Sentinels are asked again, ms after the connection is ready and after one another. */
const ASKED_AGAIN_MS = [0, 2_000]
/** How long one Sentinel is waited for, ms. */
const PATIENCE_MS = 1_000

/** A connection to the master that Sentinels name, also after a failover. */
export class SentinelRedis extends Redis {
  private left = false

  constructor(
    private readonly group: Sentinels,
    settings: Omit<IoredisOptions, 'replyMapping'>,
  ) {
    const password = group.password === undefined ? {} : { sentinelPassword: group.password }
    const { sentinels, name } = group
    // What the Sentinels answer passes here; nothing is mapped.
    let named = ''
    const natMap = (address: string): null => {
      named = address
      return null
    }
    super({ ...settings, sentinels, name, failoverDetector: true, natMap, ...password })
    // ioredis gives up for good when it hears of a failover while it reconnects, as it does when the master froze: then it is to begin again.
    this.on('end', () => {
      if (!this.left) this.connect().catch(() => undefined)
    })
    this.on('ready', () => void this.ensure(named, this.stream))
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) this.left = true
    super.disconnect(reconnect)
  }

  /** Leaves the server when the Sentinels name another one by now. */
  private async ensure(address: string, stream: unknown): Promise<void> {
    for (const waitMs of ASKED_AGAIN_MS) {
      await sleep(waitMs, undefined, { ref: false })
      const master = await masterOf(this.group)
      // It has been left already, or nobody knows.
      if (this.stream !== stream || this.status !== 'ready' || master === null) return
      if (master !== address) return this.disconnect(true)
    }
  }
}

/** `host:port` of the master by the Sentinel that knows of the newest failover; null: none answered. */
async function masterOf({ sentinels, name, password = '' }: Sentinels): Promise<string | null> {
  const answers = await Promise.all(sentinels.map((sentinel) => askedOf(sentinel, name, password)))
  const known = answers.filter((answer) => answer !== null).sort((a, b) => b.epoch - a.epoch)
  return known[0]?.address ?? null
}

async function askedOf(
  sentinel: { host: string; port: number },
  name: string,
  password: string,
): Promise<{ address: string; epoch: number } | null> {
  const connection = new Redis({
    ...sentinel,
    ...(password === '' ? {} : { password }),
    ...{ lazyConnect: true, retryStrategy: null, enableReadyCheck: false, connectTimeout: PATIENCE_MS, commandTimeout: PATIENCE_MS },
  })
  connection.on('error', () => undefined)
  try {
    // While the other replicas go over, who leads the failover calls the new master by this name alone; its list of fields still shows the former one's address.
    const [address, fields] = (await Promise.all([
      connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name),
      connection.call('SENTINEL', 'MASTER', name),
    ])) as [string[], string[]]
    return { address: address.join(':'), epoch: Number(fields[fields.indexOf('config-epoch') + 1]) }
  } catch {
    return null
  } finally {
    connection.disconnect()
  }
}
