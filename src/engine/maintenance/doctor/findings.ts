/** What the doctor can find, by a stable code. Codes stay; texts may change. */

interface Rule {
  /** What was found. */
  what: string
  /** What it means for who relies on Chordis. */
  why: string
  /** What to do; for what `--fix` repairs, what the repair does. */
  advice: string
  /** How it is told when it is not repaired. */
  state: Finding['state']
}

const PERSON = { state: 'manual' } as const
const NOTE = { state: 'note' } as const
/** Repaired by `--fix`, and by the upkeep of workers. */
const MENDS = { state: 'found' } as const

/** code -> what it is, why it matters, what to do or what the repair does. */
export const FINDING_RULES = {
  'redis-version': {
    ...PERSON,
    what: 'Redis is older than 7.0',
    why: 'the library of scripts cannot be loaded',
    advice: 'use Redis 7.0 or newer, or Valkey',
  },
  'redis-evicts': {
    ...PERSON,
    what: 'maxmemory-policy evicts keys',
    why: 'a full Redis would throw workflows away instead of refusing new ones',
    advice: 'CONFIG SET maxmemory-policy noeviction, and in redis.conf',
  },
  'redis-not-persistent': {
    ...PERSON,
    what: 'Redis keeps neither an append-only file nor snapshots',
    why: 'a restart loses every workflow',
    advice: 'CONFIG SET appendonly yes; appendfsync everysec loses a second at most, always nothing',
  },
  'redis-snapshots-only': {
    ...PERSON,
    what: 'Redis keeps snapshots and no append-only file',
    why: 'a crash loses all that happened since the last snapshot, minutes in most settings',
    advice: 'CONFIG SET appendonly yes',
  },
  'redis-replicas-unsafe': {
    ...PERSON,
    what: 'a master without persistence has replicas',
    why: 'a master that restarts empty empties its replicas too',
    advice: 'turn on persistence on the master',
  },
  'redis-replica-behind': {
    ...PERSON,
    what: 'a replica is not online, or more than 10 s behind',
    why: 'a failover to it would lose what it has not received',
    advice: 'look at its connection and its load',
  },
  'redis-save-failed': {
    ...PERSON,
    what: 'the last write to disk failed',
    why: 'Redis may refuse writes, and a restart loses what was not written',
    advice: 'look at the disk and at Redis’s log',
  },
  'redis-is-replica': {
    ...PERSON,
    what: 'the connection leads to a replica',
    why: 'it takes no writes',
    advice: 'connect to the master, or through Sentinel',
  },
  'redis-full': {
    ...PERSON,
    what: 'Redis uses more than 95 % of maxmemory',
    why: 'submits are refused and workers take no more tasks; what runs may end',
    advice: 'raise maxmemory, or shorten the retention of workflows',
  },
  'redis-nearly-full': {
    ...PERSON,
    what: 'Redis uses more than 80 % of maxmemory',
    why: 'submits are refused until it is less',
    advice: 'raise maxmemory, or shorten the retention of workflows',
  },
  'library-foreign': {
    ...NOTE,
    what: 'other versions of the library of scripts are loaded',
    why: 'processes of another release use this Redis, or did',
    advice: 'nothing while releases change; later: FUNCTION DELETE',
  },
  'check-refused': {
    ...NOTE,
    what: 'could not be checked: Redis refuses the command',
    why: 'managed services refuse CONFIG and parts of INFO',
    advice: 'look it up where the service is administered',
  },
  'epoch-differs': {
    ...PERSON,
    what: 'a partition has another epoch than the namespace',
    why: 'its scripts refuse every process',
    advice: 'restore the field `epoch` of the partition’s meta key from the namespace’s',
  },
  'key-unknown': {
    ...PERSON,
    what: 'a key that Chordis does not write lies in its namespace',
    why: 'it takes memory for ever, or another program uses the same prefix',
    advice: 'give the other program a prefix of its own, or remove the key',
  },
  'entry-missing': {
    ...MENDS,
    what: 'a task is ready and stands in no list',
    why: 'no worker would ever run it',
    advice: 'it gets a ready entry again',
  },
  'timer-missing': {
    ...MENDS,
    what: 'a delayed task has no timer',
    why: 'it would never come due',
    advice: 'a retry runs at once, a countdown begins anew',
  },
  'entry-doubled': {
    ...MENDS,
    what: 'a ready task stands in its list twice',
    why: 'the second entry may run a retry before its delay is over',
    advice: 'one entry is taken out',
  },
  'list-unlisted': {
    ...MENDS,
    what: 'a list holds entries, and the index of lists does not name it',
    why: 'no worker would ever look into it',
    advice: 'the index names it again',
  },
  'lease-orphaned': {
    ...MENDS,
    what: 'a task is leased by a process that is not known',
    why: 'nobody would ever give it back',
    advice: 'the process is entered again as one whose heart stands still; after a lease the sweep gives the task back',
  },
  'grant-missing': {
    ...MENDS,
    what: 'a process is not known to hold a task that it has leased',
    why: 'if it died, nobody would give the task back',
    advice: 'the grant is written again',
  },
  'process-unknown': {
    ...MENDS,
    what: 'a process holds tasks and has no heartbeat entry',
    why: 'no sweep would notice its death',
    advice: 'it gets an entry that stands still until it beats',
  },
  'spread-missing': {
    ...MENDS,
    what: 'a node should have moved by itself, and nothing is there to move it',
    why: 'what comes after it would wait for ever',
    advice: 'the move is made',
  },
  'join-unfired': {
    ...MENDS,
    what: 'a join has heard of all its inputs and did not fire',
    why: 'its body would never run',
    advice: 'it fires',
  },
  'join-miscounts': {
    ...MENDS,
    what: 'the count of a join is not that of its open inputs',
    why: 'it would fire never, or too early',
    advice: 'the count that follows from its inputs is written',
  },
  'counts-wrong': {
    ...MENDS,
    what: 'a workflow’s counts are not those of its tasks',
    why: 'it would end never, or too early',
    advice: 'the counts that follow from its tasks are written',
  },
  'segment-unattached': {
    ...MENDS,
    what: 'a task waits for its replacement, which is not part of the graph',
    why: 'it may wait for ever, and nobody sees what replaced it',
    advice: 'the replacement becomes part again; where it is not stored, the task runs once more',
  },
  'sweep-missing': {
    ...MENDS,
    what: 'nothing ends what is left of a revoked workflow',
    why: 'it would never end',
    advice: 'what is left of it is ended',
  },
  'child-unheard': {
    ...MENDS,
    what: 'a task waits for a child workflow that has ended or is gone',
    why: 'it would wait for ever',
    advice: 'it takes the outcome of the child; of one that is gone, a failure',
  },
  'ended-unlisted': {
    ...MENDS,
    what: 'a workflow has ended and is not in the index of ended ones',
    why: 'it would be kept for ever',
    advice: 'it is entered, with its whole retention from now',
  },
  'staging-unlisted': {
    ...MENDS,
    what: 'a workflow is being stored and is not in the index of those',
    why: 'if its client died, it would be kept for ever',
    advice: 'it is entered, from now',
  },
  'live-listed': {
    ...MENDS,
    what: 'a workflow that lives is listed for removal',
    why: 'it would be removed while it runs',
    advice: 'it is taken out of that index',
  },
  'listing-wrong': {
    ...MENDS,
    what: 'a workflow is not listed as what it is',
    why: 'lists and counts by state leave it out, or have it in another state',
    advice: 'it is entered as what its control field says',
  },
  'listing-orphaned': {
    ...MENDS,
    what: 'an index names workflows that are not there, or do not belong into it',
    why: 'counts by state have them, and they would stay for ever',
    advice: 'those entries are taken out',
  },
  'started-miscounted': {
    ...MENDS,
    what: 'the count of plain tasks that have started is not theirs',
    why: 'counts by state have too few pending and too many started, or the reverse',
    advice: 'the number that was counted is written',
  },
  'workflow-stuck': {
    ...PERSON,
    what: 'tasks of a workflow are open, and none of them runs, may run or is about to move',
    why: 'it can never end: its graph asks for inputs that it does not have',
    advice: 'keep a copy of its hash for a report, and submit its canvas again',
  },
  'workflow-damaged': {
    ...MENDS,
    what: 'a workflow cannot be read: its hash, control field, a definition, a template or a record is damaged',
    why: 'it can never end',
    advice: 'it ends FAILURE (workflow-corrupt), so that who waits hears of it; its bytes stay until retention',
  },
  'damage-orphaned': {
    ...MENDS,
    what: 'what was set aside from a damaged workflow outlived it',
    why: 'it takes memory for ever',
    advice: 'it is removed',
  },
} as const satisfies Record<string, Rule>

/** A stable code of what the doctor finds. */
export type FindingCode = keyof typeof FINDING_RULES

/** Something that the doctor found. */
export interface Finding {
  code: FindingCode
  /** What it is, with the place: one sentence. */
  message: string
  /** Why it matters. */
  why: string
  /** What to do; of what is repaired, what the repair does. */
  advice: string
  /** `repaired`: it is mended. `found`: it can be, with `fix`. `manual`: only a person can do something about it. `note`: nothing wrong, worth knowing. */
  state: 'repaired' | 'found' | 'manual' | 'note'
  workflow?: string
  /** The task call or virtual node concerned: `17` or `17/0`. */
  node?: string
  /** The key, process, list or setting concerned, where it is none of a workflow. */
  subject?: string
  partition?: number
}

/** How a finding that is not repaired is told. */
export const stateOf = (code: FindingCode): Finding['state'] => FINDING_RULES[code].state

export type Place = Pick<Finding, 'workflow' | 'node' | 'subject' | 'partition'> & { detail?: string }

/** A finding with the words of its rule. */
export function finding(code: FindingCode, state: Finding['state'], { detail, ...place }: Place = {}): Finding {
  const { what, why, advice } = FINDING_RULES[code]
  const where = [place.workflow && `workflow ${place.workflow}`, place.node && `node ${place.node}`, place.subject].filter(Boolean)
  const text = `${where.length > 0 ? `${where.join(', ')}: ` : ''}${what}${detail ? ` (${detail})` : ''}`
  return { code, message: text, why, advice, state, ...place }
}
