/**
 * Every key, with its Redis type. Nothing else in the code base writes a key; the Lua gets these names from here, through the generator,
 * as `K_<name>`.
 *
 * All keys of a partition are `<namespace>:{<tag>}:<suffix>`, so that every script touches one slot.
 */
import { TAGS } from './tags.generated.js'

/** Suffix of every key of a partition; those that end in a colon take an id or a name behind it. */
export const SUFFIX = {
  /** HASH epoch, memory (absent | full | stop), paused (`<version> ,<queue>,<queue>,`: queues of which nothing is leased), signals (how many there have been), events (what is to be told, `<ms> <level> <entries> <bytes>`), log (what is told now, `<level> <entries>`), survey (the slow look at all workflows: when anybody may go on with it, ms, its SCAN cursor, and who makes it). KEYS[1] of every script. */
  meta: 'meta',
  /** Never exists. KEYS[2] of every script: Redis answers TRYAGAIN before a script starts while the slot moves. */
  guard: 'guard',
  /** HASH one workflow: control, templates, definitions, records. `w:<id>` */
  workflow: 'w:',
  /** HASH what was left of a damaged workflow. `x:<id>` */
  damaged: 'x:',
  /** LIST ready entries. `q:<queue>:<priority>` */
  ready: 'q:',
  /** HASH ready lists that may hold entries: `<queue>:<priority>` */
  active: 'active',
  /** LIST entries whose task the worker that met them does not know. `k:<queue>:<priority>:<task>` */
  parked: 'k:',
  /** HASH parked lists that may hold entries: `<queue>:<priority>:<task>` */
  parkedlists: 'parked',
  /** LIST what is ready of a paused workflow, `<queue>:<priority> <entry>`. `h:<id>` */
  held: 'h:',
  /** HASH at home (partition 0): who paused a queue and why, by queue: `<ms> <JSON>`. */
  pauses: 'pauses',
  /** HASH at home (partition 0): API keys by id, JSON, see protocol/api-keys.ts. Never a secret, only the SHA-256 of one. */
  apikeys: 'apikeys',
  /** HASH at home: when an API key was used last, ms, by id; at most once a minute for each process. */
  apikeysused: 'apikeysused',
  /** STRING at home: how much was asked for in a window by somebody, with the end of the window as its expiry. `rate:<hash>` */
  rate: 'rate:',
  /** STREAM at home: who changed what, JSON in the field `e`; the newest 100,000 or so. */
  auditlog: 'auditlog',
  /** HASH at home: endpoints of webhooks by id, JSON, see protocol/webhooks.ts. With their secrets: who signs must know them. */
  webhooks: 'webhooks',
  /** HASH at home: how deliveries to an endpoint went, by id: `<dead in a row> <last attempt, ms> <outcome> <status> <disabled, ms> <why>`. */
  webhookstate: 'webhookstate',
  /** HASH how far the log of events has been taken up for webhooks: c cursor, o who does it, u until when (ms), m gaps, d deliveries left out. */
  hookfeed: 'hookfeed',
  /** HASH a delivery: e endpoint, v event, w workflow, t tenant, b body, c made (ms), n attempts, k token of who sends it, s last status, x last error. `hook:<id>` */
  hook: 'hook:',
  /** ZSET deliveries of an endpoint by their next attempt, or by the end of the lease of who sends them, ms. `hookdue:<endpoint>` */
  hookdue: 'hookdue:',
  /** ZSET endpoints that have deliveries, by the score of their first one, ms. */
  hookqueues: 'hookqueues',
  /** ZSET deliveries of an endpoint that were given up, by when, ms; for 30 days. `hookdead:<endpoint>` */
  hookdead: 'hookdead:',
  /** LIST at most one token: there is work in this queue. `wake:<queue>` */
  wake: 'wake:',
  /** ZSET delayed entries (`d:`) and expiries (`x:`) by due time, ms. */
  timers: 'timers',
  /** STREAM what happened, an entry for each call that changed something: field `e`, lines as lua/lib/events.lua says. */
  events: 'events',
  /** LIST transitions that were too wide for one script. */
  spread: 'spread',
  /** ZSET ended workflows by the time at which they may be removed, ms. */
  ended: 'ended',
  /** ZSET tasks that failed with no attempt left, `<workflow>:<node>`, by the time of that, ms. */
  dead: 'dead',
  /** ZSET the same members, all with score 0: those of one workflow lie side by side. */
  deadof: 'deadof',
  /** ZSET workflows by state and creation: score `<digit of the state><ms of creation>`, see lua/lib/listing.lua. `l:<tenant>`; `l:*` holds those of all tenants but `-`. */
  listed: 'l:',
  /** HASH of what `enqueue` stored: `s` how many have started and have not ended; `t` `n` a recount that is under way, see lua/mendcount.lua. */
  counts: 'counts',
  /** ZSET `<kind>:<name>:<ms of creation>:<workflow>`, all with score 0: what workflows are labelled with. Kinds: `t` a tag, `p` the parent, `s` the schedule. */
  labels: 'labels',
  /** ZSET workflows being stored, by the time at which that began, ms. */
  staging: 'staging',
  /** HASH a schedule: d definition, s state, p why it is paused, r workflows of it that run, q what waits for them, l the last runs, see lua/lib/schedule.lua. `s:<tenant>:<id>` */
  schedule: 's:',
  /** ZSET `<tenant>:<id>` of schedules by when a beat must look at them, ms. */
  due: 'due',
  /** ZSET `<tenant>:<id>` of all schedules, all with score 0. */
  schedules: 'schedules',
  /** HASH a worker process: info, b last beat, s its last sample, q<lane> last sequence, g<lane>:<sequence> what was granted, t:<task> 1. `p:<incarnation>` */
  process: 'p:',
  /** LIST commands that a worker process has not answered: `<id> <until, ms> <JSON>`. `c:<incarnation>` */
  commands: 'c:',
  /** LIST at most one token: there is a command for this process. `call:<incarnation>` */
  call: 'call:',
  /** HASH answers to a command by process, for a minute. `a:<command>` */
  answers: 'a:',
  /** HASH heartbeat counter per process. */
  beats: 'beats',
  /** HASH what the upkeep and the doctor have repaired: how often, by code. */
  repairs: 'repairs',
  /** CHANNEL on which processes hear that workflows were revoked or paused: lines `<what> <workflow>`. */
  signals: 'signals',
  /** STRING `<digest> <workflow id>`, 24 h. `i:<tenant>:<hash of the key>` */
  idempotency: 'i:',
  /** ZSET who runs the ticks of a name: the last 32 claimers by nominal time, ms. `claim:<name>` */
  claim: 'claim:',
} as const

export type KeyName = keyof typeof SUFFIX

/** Partitions a namespace can have: as many as there are tags. */
export const MAX_PARTITIONS = TAGS.length

/** The keys of one partition. */
export class PartitionKeys {
  readonly base: string
  readonly meta: string
  readonly guard: string

  constructor(namespace: string, partition: number) {
    const tag = TAGS[partition]
    if (tag === undefined) throw new RangeError(`partition ${partition}: there are ${TAGS.length}`)
    this.base = `${namespace}:{${tag}}:`
    this.meta = this.base + SUFFIX.meta
    this.guard = this.base + SUFFIX.guard
  }

  /** The key called `name`, with the id or name that belongs behind it. */
  of(name: KeyName, rest = ''): string {
    return this.base + SUFFIX[name] + rest
  }
}

/** HASH of the namespace: version, epoch, partitions, buckets, events (what is to be told, where somebody changed that). It lies beside partition 0. */
export function namespaceKey(namespace: string): string {
  return `${namespace}:{${TAGS[0]}}:namespace`
}

/** Pub/sub channel on which one client hears of outcomes. */
export function clientChannel(namespace: string, client: string): string {
  return `${namespace}:client:${client}`
}

/** Pattern of all keys of a namespace, for tests and the migration tool. */
export function namespacePattern(namespace: string): string {
  return `${namespace}:*`
}
