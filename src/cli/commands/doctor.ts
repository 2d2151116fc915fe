/** `chordis doctor`: what is wrong with Redis, the namespace and its workflows, why it matters, and what can be done; `--fix` does what can be done here. */
import type { DoctorProgress, DoctorReport, Finding } from '../../engine/index.js'
import { withRedis } from '../backend/open.js'
import type { Context } from '../context.js'
import { progressOf } from '../progress.js'
import { shownUrl } from '../target.js'
import { columns, number, type Paint, safe } from '../terminal.js'

export interface DoctorArguments {
  fix?: boolean
  /** Only this one. */
  workflow?: string
}

/** Exit code where something is left that is wrong. */
const FOUND = 1

export function doctor(context: Context, { fix = false, workflow }: DoctorArguments): Promise<number> {
  const bar = progressOf(context)
  const progress = ({ step, done, total }: DoctorProgress): void => bar.show(done, total, step)
  const which = workflow === undefined ? {} : { workflow }
  return withRedis(context, 'the doctor looks at the servers and their keys', async (app) => {
    const report = await app.doctor({ fix, ...which, progress }).finally(bar.end)
    if (context.json) context.print(JSON.stringify(report))
    else for (const line of reportLines(report, { fix, redis: shownUrl(app.options.redis), ...which }, context.out)) context.print(line)
    return report.findings.some(({ state }) => state === 'found' || state === 'manual') ? FOUND : 0
  })
}

export interface Asked {
  fix: boolean
  redis: string
  workflow?: string
}

/** What `doctor` prints. Pure. */
export function reportLines({ findings, checked, repairs }: DoctorReport, asked: Asked, style: Paint): string[] {
  const { servers, keys, workflows } = checked
  const looked =
    asked.workflow === undefined
      ? `${counted(servers, 'server')}, ${counted(keys, 'key')}, ${counted(workflows, 'workflow')}`
      : `workflow ${safe(asked.workflow)}`
  const lines = [`${style.strong(looked)} ${style.faint(`at ${asked.redis}`)}`]
  for (const finding of findings) lines.push('', ...findingLines(finding, style))
  lines.push('', summary(findings, asked.fix, style))
  const past = Object.entries(repairs)
  if (past.length > 0)
    lines.push('', style.faint('repaired so far, by workers and doctors:'), ...columns(past.map(([code, n]) => [code, number(n)])))
  return lines
}

const counted = (n: number, what: string): string => `${number(n)} ${n === 1 ? what : `${what}s`}`

const COLOUR = { repaired: 'good', found: 'bad', manual: 'warn', note: 'faint' } as const

function findingLines({ code, message, why, advice, state }: Finding, style: Paint): string[] {
  const repair = state === 'repaired' ? 'done' : state === 'found' ? '--fix' : 'do'
  const rows = [
    ['why', why],
    [repair, advice],
  ] as const
  return [
    `${style[COLOUR[state]](code)}  ${safe(message)}`,
    ...columns(rows.map(([name, text]) => [{ text: name, colour: style.faint }, safe(text)])),
  ]
}

function summary(findings: readonly Finding[], fix: boolean, style: Paint): string {
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length
  const [repaired, found, manual] = [count('repaired'), count('found'), count('manual')]
  if (repaired + found + manual === 0) return style.good('nothing is wrong')
  const parts = [
    ...(repaired > 0 ? [style.good(`${number(repaired)} repaired`)] : []),
    ...(found > 0 ? [style.bad(`${number(found)} ${fix ? 'not repaired' : 'to be repaired with --fix'}`)] : []),
    ...(manual > 0 ? [style.warn(`${number(manual)} for you`)] : []),
  ]
  return parts.join('  ')
}
