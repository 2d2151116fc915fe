/**
 * Who is a process? A pid alone is reused; pid and start time together are not.
 *
 * Used by the lock and by the embedded Redis to tell a crashed owner from a living one.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** State and start time of a process from /proc, or null. The name in parentheses may itself hold spaces and parentheses. */
function procStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], start: fields[19] }
  } catch {
    return null
  }
}

function startTime(pid) {
  if (existsSync('/proc/self/stat')) {
    const stat = procStat(pid)
    return stat === null || stat.state === 'Z' || stat.state === 'X' ? null : stat.start
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).replace(/\W+/g, '') || null
  } catch {
    return null
  }
}

/** `pid-starttime` of a living process; null if there is none. A zombie is dead. */
export function identify(pid) {
  const start = startTime(pid)
  return start === null ? null : `${pid}-${start}`
}

/** @param {string} identity what identify() returned */
export function lives(identity) {
  return identify(Number(identity.split('-')[0])) === identity
}
