/** `npm start`: API and worker on http://127.0.0.1:3000 (HOST, PORT), with an embedded Redis unless CHORDIS_REDIS_URL is set. */
import { launch } from './lib/launch.mjs'

await launch('dist/src/main.js', process.argv.slice(2), {
  env: { HOST: process.env.HOST || '127.0.0.1', PORT: process.env.PORT || '3000' },
})
