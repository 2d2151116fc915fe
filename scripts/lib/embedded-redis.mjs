/**
 * A private Redis as a child process: started, adopted after a crash, stopped with its last user. Never a server that we did not start.
 *
 * Files in its folder: redis.conf, server.json (where it listens), data/ (the append-only file), log, users/ (one file per process that uses
 * it), lock/. A server counts as ours only if it answers at the recorded address, with the recorded password, and says that it works in our
 * data folder. Two starts share one server; the last user to leave stops it. It has a process group of its own, so that Ctrl-C reaches the
 * service first. A killed user leaves it running, and the next start finds it.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, openSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withLock } from './lock.mjs'
import { identify, lives } from './processes.mjs'
import { ask, infoField } from './resp.mjs'
import { SetupError } from './steps.mjs'

/** The kernel's sockaddr_un holds 108 bytes on Linux, 104 on macOS. */
const MAX_SOCKET_PATH = 100
const START_MS = 60_000
const STOP_MS = 30_000

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

/** Where a new server of this folder listens: a socket if its path fits, else a free port with a password. */
async function newAddress(folder, forcePort) {
  const socket = join(folder, 'redis.sock')
  if (!forcePort && Buffer.byteLength(socket) <= MAX_SOCKET_PATH) {
    return { url: `unix://${socket}`, lines: ['port 0', `unixsocket ${JSON.stringify(socket)}`, 'unixsocketperm 700'] }
  }
  const port = await freePort()
  const password = randomBytes(24).toString('hex')
  return { url: `redis://:${password}@127.0.0.1:${port}`, lines: [`port ${port}`, 'bind 127.0.0.1', `requirepass ${password}`] }
}

function writeConfig(folder, lines, settings) {
  const file = join(folder, 'redis.conf')
  const fixed = {
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '""',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    dir: JSON.stringify(join(folder, 'data')),
    logfile: JSON.stringify(join(folder, 'log')),
    pidfile: JSON.stringify(join(folder, 'redis.pid')),
  }
  const all = Object.entries({ ...fixed, ...settings }).map(([name, value]) => `${name} ${value}`)
  writeFileSync(file, `${[...lines, ...all].join('\n')}\n`, { mode: 0o600 })
  return file
}

/** Pid of the server at this address if it works in our data folder; null if nobody or somebody else answers. */
async function pidAt(url, folder) {
  const [info, dir] = await ask(url, [
    ['INFO', 'server'],
    ['CONFIG', 'GET', 'dir'],
  ]).catch(() => [])
  if (!Array.isArray(dir) || dir[1] !== realpathSync(join(folder, 'data'))) return null
  return Number(infoField(info, 'process_id')) || null
}

/** A server that loads its data refuses commands at first. */
async function answers(url) {
  const [pong] = await ask(url, [['PING']]).catch(() => [])
  return pong === 'PONG'
}

async function waitUntil(what, deadlineMs, giveUp) {
  const deadline = performance.now() + deadlineMs
  for (let pause = 5; !(await what()); pause = Math.min(pause * 2, 100)) {
    if (performance.now() > deadline || giveUp?.()) return false
    await sleep(pause)
  }
  return true
}

function lastLog(folder) {
  try {
    return readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n').slice(-8).join('\n')
  } catch {
    return '(it wrote no log)'
  }
}

const recordOf = (folder) => join(folder, 'server.json')

function readRecord(folder) {
  try {
    const record = JSON.parse(readFileSync(recordOf(folder), 'utf8'))
    return typeof record.url === 'string' ? record : null
  } catch {
    return null
  }
}

const writeRecord = (folder, record) => writeFileSync(recordOf(folder), `${JSON.stringify(record)}\n`, { mode: 0o600 })

/** The server that an earlier start left in this folder, or null. Two servers on one append-only file would destroy it. */
async function findRunning(folder) {
  const record = readRecord(folder)
  if (record === null) return null
  const alive = () => record.identity !== undefined && lives(record.identity)
  let pid = null
  const look = async () => {
    pid = await pidAt(record.url, folder)
    return pid !== null || !alive()
  }
  if ((await waitUntil(look, START_MS)) && pid === null) return null
  if (pid !== null && (await waitUntil(() => answers(record.url), START_MS))) return { url: record.url, pid }
  const process = pid ?? record.identity.split('-')[0]
  throw new SetupError(
    `The embedded Redis (process ${process}) runs but does not answer. End that process and try again. Its log is ${join(folder, 'log')}`,
  )
}

async function launch(binary, folder, settings, forcePort) {
  const { url, lines } = await newAddress(folder, forcePort)
  rmSync(join(folder, 'redis.sock'), { force: true })
  const config = writeConfig(folder, lines, settings)
  writeRecord(folder, { url })
  const log = openSync(join(folder, 'log'), 'a')
  const child = spawn(binary, [config], { cwd: folder, detached: true, stdio: ['ignore', log, log] })
  let ended = false
  child.once('exit', () => (ended = true)).once('error', () => (ended = true))
  child.unref()
  if (child.pid !== undefined) writeRecord(folder, { url, identity: identify(child.pid) ?? undefined })
  const up = await waitUntil(
    () => answers(url),
    START_MS,
    () => ended,
  )
  if (up && (await pidAt(url, folder)) === child.pid) return { url, pid: child.pid }
  if (!ended) child.kill('SIGKILL')
  return null
}

async function start(binary, folder, settings, forcePort) {
  // A free port may be taken by somebody else before the server binds it, and a socket may be refused by the file system.
  for (const byPort of [forcePort, true, true]) {
    const server = await launch(binary, folder, settings, byPort)
    if (server !== null) return server
  }
  throw new SetupError(`The embedded Redis did not start. The end of its log:\n${lastLog(folder)}`)
}

/** Living users of the server but for `mine`; the files of dead ones are removed. */
function otherUsers(folder, mine) {
  return readdirSync(join(folder, 'users')).filter((name) => {
    if (name === mine) return false
    if (lives(name.split('.')[0])) return true
    rmSync(join(folder, 'users', name), { force: true })
    return false
  })
}

async function shutDown(folder, { pid, url }) {
  const identity = identify(pid)
  if (identity === null || (await pidAt(url, folder)) !== pid) return
  process.kill(pid, 'SIGTERM')
  if (!(await waitUntil(() => !lives(identity), STOP_MS))) process.kill(pid, 'SIGKILL')
  rmSync(recordOf(folder), { force: true })
}

/**
 * Starts or adopts the embedded Redis of a folder.
 *
 * @param {object} options
 * @param {string} options.binary redis-server or valkey-server
 * @param {string} options.folder absolute; made if missing
 * @param {Record<string, string | number>} [options.settings] further lines of redis.conf, for a server that is started now
 * @param {boolean} [options.port] listen on a port even if a socket would do
 * @returns {Promise<{ url: string, pid: number, how: 'started' | 'adopted' | 'shared', stop: () => Promise<boolean> }>} `stop` leaves, and ends
 *   the server if nobody else uses it (then true)
 */
export async function embeddedRedis({ binary, folder, settings = {}, port = false }) {
  for (const part of ['data', 'users']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 })
  const lock = join(folder, 'lock')
  const me = `${identify(process.pid)}.${randomBytes(4).toString('hex')}`
  const mine = join(folder, 'users', me)

  const server = await withLock(lock, async () => {
    const shared = otherUsers(folder, me).length > 0
    writeFileSync(mine, '')
    try {
      const running = await findRunning(folder)
      if (running !== null) return { ...running, how: shared ? 'shared' : 'adopted' }
      return { ...(await start(binary, folder, settings, port)), how: 'started' }
    } catch (error) {
      rmSync(mine, { force: true })
      throw error
    }
  })

  let stopping = null
  const leave = () =>
    withLock(lock, async () => {
      rmSync(mine, { force: true })
      if (otherUsers(folder, me).length > 0) return false
      await shutDown(folder, server)
      return true
    })
  return { ...server, stop: () => (stopping ??= leave()) }
}
