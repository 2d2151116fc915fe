/**
 * One Vitest project per folder of test/, so that a part can be run alone: `npx vitest run --project engine`.
 *
 * Three forks, whatever the machine: tests wait (for leases, ticks, processes that start) more than they compute, and every file may start a Redis
 * and workers of its own. Decorators are lowered by oxc after tsconfig.json; modules name what they inject with `@Inject()`, so nothing depends
 * on emitted parameter types.
 */
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

export const PROJECTS = ['engine', 'modules', 'cli', 'e2e', 'conformance', 'property', 'chaos', 'support', 'repo', 'testing', 'workers']

/**
 * Their files share a process with those that ran before them in it, and what they import is loaded once for each fork: Nest with our modules
 * costs 2.5 s of CPU, the engine 0.6 s. Every file has a Redis, names, clients and services of its own, and closes them. Not `cli`: files of test/cli/service
 * import those beside them, which in the same process would have been loaded already, and register nothing.
 */
const SHARING = ['engine', 'modules', 'e2e', 'conformance', 'property', 'testing']

/** The longest, in this order: they begin first, so that none of them runs alone at the end. */
const LONGEST = [
  'repo/readme',
  'cli/service/workers',
  'cli/service',
  'cli/workers',
  'chaos/nemesis',
  'property/rerun',
  'workers/pools',
  'modules/beat/takeover',
  'repo/tutorial',
].map((name) => `/test/${name}.test.ts`)

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => LONGEST.findIndex((end) => moduleId.endsWith(end)) + 1 || 100
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  // As Node finds it. Vite would take its `module` file, and Nest the other: two copies, of which neither knows the types of the other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    pool: 'forks',
    maxWorkers: 3,
    // What is waited for has bounds of its own; these are for a test that hangs, on a machine that may be busy with other things.
    testTimeout: process.env.CHORDIS_VERIFY ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    passWithNoTests: true,
    sequence: { sequencer: LongestFirst },
    projects: PROJECTS.map((name) => ({
      extends: true as const,
      test: { name, include: [`test/${name}/**/*.test.ts`], isolate: !SHARING.includes(name) },
    })),
  },
})
