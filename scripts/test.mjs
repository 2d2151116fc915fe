/**
 * `npm test`: the checks and all tests, those of the engine where @nestjs does not exist. Ends with `N passed, N failed`; a check
 * counts as one test. Arguments are for Vitest, and take the place of the choice of tests: `npm test -- --project cli`. With CHORDIS_VERIFY=1 (`npm run verify`) the tests take their long forms, and run once more, in their short ones, with each of the other
 * versions of Node that we support.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import { withoutNest } from './lib/copy-without-nest.mjs'
import { ensureNode, otherMajors } from './lib/nodes.mjs'
import { ROOT, STATE } from './lib/paths.mjs'
import { heard, live } from './lib/run.mjs'
import { fail, SetupError } from './lib/steps.mjs'
import { ensureBinary, ensureReady } from './setup.mjs'

const CHECKS = [
  ['lint', ['lint']],
  ['format', ['format:check']],
  ['types', ['typecheck']],
  ['layers', ['layers']],
  ['generated files', ['generate', '--', '--check']],
  ['docstrings', ['docs', '--', '--emit', 'none', '--logLevel', 'Warn']],
]
const total = { passed: 0, failed: 0 }
const failures = []

function count(name, passed, failed) {
  total.passed += passed
  total.failed += failed
  if (failed > 0) failures.push(`${name}: ${failed} failed`)
}

const title = (text) => console.log(`\n== ${text}`)

async function check(name, script) {
  const { code, output } = await heard('npm', ['run', '--silent', ...script], { cwd: ROOT })
  title(name)
  if (output.trim() !== '') console.log(output.trim())
  count(name, code === 0 ? 1 : 0, code === 0 ? 0 : 1)
}

/** Tests of one Vitest report. A file that could not be loaded or registered no test, an error outside of any test, and a run without tests are a failure each. */
function tally(file, code) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    const empty = report.testResults.filter((result) => result.assertionResults.length === 0)
    for (const { name } of empty) console.log(`no test ran of ${relative(ROOT, name)}`)
    const failed = report.numFailedTests + empty.length
    return {
      passed: report.numPassedTests,
      failed: failed === 0 && (code !== 0 || report.numPassedTests === 0) ? 1 : failed,
      skipped: report.numPendingTests + report.numTodoTests,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

async function vitest(name, cwd, args, env, node = process.execPath) {
  title(name)
  const file = join(STATE, 'test-report.json')
  rmSync(file, { force: true })
  const options = ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await live(node, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...options], { cwd, env })
  const { passed, failed, skipped } = tally(file, code)
  if (skipped > 0) console.log(`${skipped} skipped`)
  count(name, passed, failed)
}

/** All tests with another Node: everything that they start finds it first on PATH. */
async function onNode(major, args, { CHORDIS_VERIFY: _, ...env }) {
  const name = `tests on Node ${major}`
  const node = await ensureNode(major).catch((error) => {
    title(name)
    console.error(error.message)
    count(name, 0, 1)
  })
  if (node === undefined) return
  const path = `${dirname(node.binary)}${delimiter}${env.PATH}`
  await vitest(`tests on Node ${node.version.slice(1)}`, ROOT, args, { ...env, PATH: path }, node.binary)
}

try {
  await ensureReady()
  const { binary } = await ensureBinary()
  const env = { ...process.env, CHORDIS_REDIS_SERVER: binary, PATH: `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}` }
  mkdirSync(STATE, { recursive: true })

  const args = process.argv.slice(2)
  const checks = CHECKS.values()
  const lane = async () => {
    for (const [name, script] of checks) await check(name, script)
  }
  await Promise.all([lane(), lane()])
  if (args.length > 0) await vitest('tests', ROOT, args, env)
  else {
    await vitest('tests', ROOT, ['--project', '!engine'], env)
    await withoutNest((copy) => vitest('tests of the engine, without @nestjs', copy, ['--project', 'engine'], env))
  }
  if (process.env.CHORDIS_VERIFY === '1') for (const major of otherMajors()) await onNode(major, args, env)
} catch (error) {
  if (!(error instanceof SetupError)) fail(error)
  console.error(`\n${error.message}`)
  count('set-up', 0, 1)
}

if (failures.length > 0) console.log(`\n${failures.join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed > 0 ? 1 : 0)
