/**
 * The layering rules, as a build failure. `npm run layers` runs them; test/repo/layering.test.ts plants a violation of each and sees it caught.
 *
 * Type-only imports count (tsPreCompilationDeps): a layer that knows another's types knows the other.
 */
const FRAMEWORKS =
  '(@nestjs|rxjs|graphql|@apollo|mercurius|@mercuriusjs|fastify|@fastify|reflect-metadata|class-validator|class-transformer)'

/** A package by name, resolved under node_modules or not found at all. */
const packages = (names) => `(^|node_modules/)${names}(/|$)`

module.exports = {
  forbidden: [
    {
      name: 'engine-knows-no-framework',
      comment: 'The engine takes constructor arguments. Nest, GraphQL and HTTP stand outside it.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: packages(FRAMEWORKS) },
    },
    {
      name: 'engine-knows-no-adapter',
      comment: 'src/modules, src/cli and src/main.ts call the engine, never the other way round.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/', pathNot: '^src/engine/' },
    },
    {
      name: 'engine-through-its-index',
      comment: 'src/engine/index.ts is the only door. The engine’s own tests, what they share and the migrations are inside.',
      severity: 'error',
      from: { pathNot: ['^src/engine/', '^test/(engine|support)/', '^migrations/'] },
      to: { path: '^src/engine/', pathNot: '^src/engine/(index|testing/index)\\.ts$' },
    },
    {
      name: 'cli-stands-on-the-engine',
      comment: 'The command line works where there is no Nest.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: ['^src/(modules/|main\\.ts)', packages(FRAMEWORKS)] },
    },
    {
      name: 'commands-know-no-transport',
      comment:
        'A command asks a backend. Whether Redis or a service is behind it is known to src/cli/backend, and, of errors, to the two files that tell them.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/(backend/|(api-)?failure\\.ts$)' },
      to: { path: '^src/(api-client/|cli/backend/(redis|service/))' },
    },
    {
      name: 'pure-layers-do-no-io',
      comment: 'canvas, protocol and beat/timing use no Node API but Buffer and, in the ids of protocol, hashes and random bytes.',
      severity: 'error',
      from: { path: '^src/engine/(canvas|protocol|beat/timing)/', pathNot: '^src/engine/protocol/ids\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?buffer$' },
    },
    {
      name: 'ids-do-no-io',
      comment: 'The one exception of the rule above, no wider than it needs to be.',
      severity: 'error',
      from: { path: '^src/engine/protocol/ids\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto)$' },
    },
    {
      name: 'pure-layers-stand-alone',
      comment: 'canvas and protocol know only each other.',
      severity: 'error',
      from: { path: '^src/engine/(canvas|protocol)/' },
      to: { path: '^(src|migrations)/', pathNot: '^src/engine/(canvas|protocol)/' },
    },
    {
      name: 'timing-stands-on-pure-layers',
      comment: 'When a schedule is due depends on nothing but the schedule and a time that is handed in.',
      severity: 'error',
      from: { path: '^src/engine/beat/timing/' },
      to: { path: '^(src|migrations)/', pathNot: '^src/engine/(canvas|protocol|beat/timing)/' },
    },
    {
      name: 'redis-in-one-folder',
      comment: 'Only src/engine/redis speaks to ioredis, so that every connection has its settings.',
      severity: 'error',
      from: { path: '^(src|examples|migrations)/', pathNot: '^src/engine/redis/' },
      to: { path: packages('ioredis') },
    },
    {
      name: 'src-knows-no-tests',
      comment: 'What ships imports nothing that does not. main.ts, the service of the checkout with the example’s tasks, does not ship.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^(test|bench|examples|scripts)/' },
    },
    {
      name: 'src-needs-no-dev-dependency',
      comment: 'A user’s install has no devDependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'nestjs-door-needs-no-service',
      comment: 'chordis/nestjs works where the peers of chordis/service are not installed.',
      severity: 'error',
      from: { path: '^src/modules/', pathNot: '^src/modules/(rest|service)/' },
      to: { path: ['^src/modules/(rest|service)/', packages('(@nestjs/swagger|@fastify/static)')] },
    },
    {
      name: 'client-runs-in-browsers',
      comment: 'chordis/client is fetch and nothing else: no Node API, no package, nothing of the engine.',
      severity: 'error',
      from: { path: '^src/api-client/' },
      to: { pathNot: '^src/api-client/' },
    },
    { name: 'no-cycles', comment: 'Two files that need each other are one file.', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-dangling-imports', comment: 'An import leads somewhere.', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.chordis)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
