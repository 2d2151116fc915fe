/** The tests of ../run-control.test.ts, through a service over HTTP. */
import '../over-service.js'
import '../run-control.test.js'
