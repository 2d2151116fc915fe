/**
 * What `npm start` runs: the API and a worker with the tasks of the document pipeline, until a signal ends it.
 *
 * Environment: CHORDIS_REDIS_URL (required), CHORDIS_NAMESPACE, CHORDIS_PARTITIONS, CHORDIS_ROLES (`api,worker`), CHORDIS_QUEUES,
 * CHORDIS_CONCURRENCY, CHORDIS_LOG_LEVEL, HOST (127.0.0.1), PORT (3000; 0 takes a free one). Tokens as credentials: CHORDIS_JWT_ISSUER,
 * CHORDIS_JWT_AUDIENCE, one of CHORDIS_JWT_JWKS_URL, CHORDIS_JWT_PUBLIC_KEY (PEM) and CHORDIS_JWT_SECRET, CHORDIS_JWT_ALGORITHMS, CHORDIS_JWT_TENANT_CLAIM,
 * CHORDIS_JWT_DEFAULT_TENANT. CHORDIS_API_KEYS=false: API keys are no credentials. CHORDIS_OPEN=never: without any credential nobody is let in.
 * CHORDIS_DOCS=false: no /docs.
 */
import { DocumentPipelineModule } from '../examples/document-pipeline/pipeline.module.js'
import type { LogLevel, Role } from './modules/index.js'
import { type AccessOptions, createService, type JwtOptions, type ServiceOptions } from './modules/service/index.js'

const CANVAS = '{"chain":[{"task":"pdf.split","args":["examples/document-pipeline/sample.pdf"]},{"task":"pdf.write"}]}'

main().catch((error: unknown) => {
  console.error(`Chordis cannot start: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})

async function main(): Promise<void> {
  const options = fromEnvironment(process.env)
  const { app, url } = await createService({ ...options, imports: [DocumentPipelineModule.forRoot()] })
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true })
  console.log(`Chordis (${(options.roles ?? ['api', 'worker']).join(' and ')}) listens on ${url}. Ctrl-C drains and ends it. Try:
  curl -i ${url}/v1/workflows -H 'content-type: application/json' \\
    -d '{"canvas":${CANVAS}}'`)
}

function fromEnvironment(env: NodeJS.ProcessEnv): ServiceOptions {
  const redis = env.CHORDIS_REDIS_URL
  if (!redis) throw new Error('CHORDIS_REDIS_URL is not set')
  return {
    redis,
    host: env.HOST || '127.0.0.1',
    port: whole('PORT', env.PORT, 3000),
    access: accessFrom(env),
    docs: env.CHORDIS_DOCS !== 'false',
    logLevel: (env.CHORDIS_LOG_LEVEL || 'info') as LogLevel,
    ...(env.CHORDIS_NAMESPACE ? { namespace: env.CHORDIS_NAMESPACE } : {}),
    ...(env.CHORDIS_PARTITIONS ? { partitions: whole('CHORDIS_PARTITIONS', env.CHORDIS_PARTITIONS, 1) } : {}),
    ...(env.CHORDIS_ROLES ? { roles: list(env.CHORDIS_ROLES) as Role[] } : {}),
    worker: {
      ...(env.CHORDIS_QUEUES ? { queues: list(env.CHORDIS_QUEUES) } : {}),
      ...(env.CHORDIS_CONCURRENCY ? { concurrency: whole('CHORDIS_CONCURRENCY', env.CHORDIS_CONCURRENCY, 100) } : {}),
    },
  }
}

function accessFrom(env: NodeJS.ProcessEnv): AccessOptions {
  const jwt = jwtFrom(env)
  return {
    apiKeys: env.CHORDIS_API_KEYS !== 'false',
    open: (env.CHORDIS_OPEN || 'local') as 'local' | 'never',
    ...(jwt === undefined ? {} : { jwt }),
  }
}

/** Undefined without an issuer. What is missing or cannot be is refused by the service. */
function jwtFrom(env: NodeJS.ProcessEnv): JwtOptions | undefined {
  if (!env.CHORDIS_JWT_ISSUER) return undefined
  return {
    issuer: env.CHORDIS_JWT_ISSUER,
    audience: env.CHORDIS_JWT_AUDIENCE ?? '',
    ...(env.CHORDIS_JWT_JWKS_URL ? { jwksUrl: env.CHORDIS_JWT_JWKS_URL } : {}),
    ...(env.CHORDIS_JWT_PUBLIC_KEY ? { publicKey: env.CHORDIS_JWT_PUBLIC_KEY } : {}),
    ...(env.CHORDIS_JWT_SECRET ? { secret: env.CHORDIS_JWT_SECRET } : {}),
    ...(env.CHORDIS_JWT_ALGORITHMS ? { algorithms: list(env.CHORDIS_JWT_ALGORITHMS) } : {}),
    ...(env.CHORDIS_JWT_TENANT_CLAIM ? { claims: { tenant: env.CHORDIS_JWT_TENANT_CLAIM } } : {}),
    ...(env.CHORDIS_JWT_DEFAULT_TENANT ? { defaultTenant: env.CHORDIS_JWT_DEFAULT_TENANT } : {}),
  }
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (!text) return otherwise
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Error(`${name} must be a whole number, not "${text}"`)
}
