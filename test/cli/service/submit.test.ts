/** The tests of ../submit.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../submit.test.js'
