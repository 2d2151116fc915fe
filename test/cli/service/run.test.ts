/** The tests of ../run.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../run.test.js'
