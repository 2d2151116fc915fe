/** What the GraphQL surface is told. Checked here once; knows no GraphQL, so that the service can name it where GraphQL is not installed. */

/** What a request may cost before it is refused, each checked before anything of it is done. */
export interface GraphqlLimits {
  /** Fields in one another; introspection has a limit of its own. Default 8. */
  depth?: number
  /** Fields that hold others cost 1, those that look into Redis 2 to 50; in a list, as often as the list is long (`first`). Default 5,000. */
  cost?: number
  /** Aliases in a document. Default 15. */
  aliases?: number
  /** Directives in a document. Default 10. */
  directives?: number
  /** Fields in a document, as they are written. Default 300. */
  fields?: number
  /** Tokens of a document, counted while it is read. A canvas of more comes as a variable. Default 2,000. */
  tokens?: number
  /** How long a request may take, ms; what is not there by then is an error of code `timeout`, or of a change `outcome-unknown`. Default 5,000. */
  timeMs?: number
}

/** Options of the GraphQL surface. */
export interface GraphqlOptions {
  /** Where it is served. Default `/graphql`. */
  path?: string
  /** GraphiQL at `/graphiql`. It loads its scripts from a CDN. Default false. */
  playground?: boolean
  /** Whether the schema may be asked for, and errors suggest names of it. Default: unless `NODE_ENV` is `production`. */
  introspection?: boolean
  limits?: GraphqlLimits
  /**
   * Only these documents are executed: texts by their SHA-256 (hex). A request then has `extensions.persistedQuery.sha256Hash` and no `query`. Default: any
   * document.
   */
  allowList?: Readonly<Record<string, string>>
}

/** The same with all defaults. */
export interface GraphqlSettings {
  path: string
  playground: boolean
  introspection: boolean
  limits: Required<GraphqlLimits>
  allowList: ReadonlyMap<string, string> | undefined
}

const DEFAULTS: Required<GraphqlLimits> = {
  depth: 8,
  cost: 5_000,
  aliases: 15,
  directives: 10,
  fields: 300,
  tokens: 2_000,
  timeMs: 5_000,
}

/** @throws Error for a path or a limit that cannot be */
export function settingsFrom(options: GraphqlOptions = {}): GraphqlSettings {
  const { path = '/graphql', playground = false, introspection = process.env.NODE_ENV !== 'production' } = options
  if (!/^\/[\w./-]*$/.test(path)) throw new Error(`Chordis: the path of GraphQL must begin with a slash, not be ${JSON.stringify(path)}`)
  const limits = { ...DEFAULTS, ...options.limits }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`Chordis: the limit ${name} of GraphQL must be a whole number from 1`)
  }
  const allowList = options.allowList === undefined ? undefined : new Map(Object.entries(options.allowList))
  return { path, playground, introspection, limits, allowList }
}
