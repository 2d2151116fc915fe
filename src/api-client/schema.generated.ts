// Made by scripts/generate-openapi.mjs from docs/openapi.json. Do not edit.
export type paths = {
	"/v1/workflows": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Workflows, the newest first */
		get: operations["listWorkflows"];
		put?: never;
		/**
		 * Submit a canvas, or many as NDJSON
		 * Sent as `application/x-ndjson`, each line is a submission (with `idempotencyKey` as a field) and is answered by a line, in their order, with status 200. A line that is wrong refuses only itself.
		 */
		post: operations["submitWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/counts": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** How many workflows there are, by state */
		get: operations["countWorkflows"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** State, counts and times of a workflow */
		get: operations["getWorkflow"];
		put?: never;
		post?: never;
		/** Remove it with all that is stored of it */
		delete: operations["deleteWorkflow"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/graph": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its task calls, and what comes after them */
		get: operations["getGraph"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/tasks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its task calls, in the order of their definition */
		get: operations["listTaskCalls"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/tasks/{task}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One task call with its result or error */
		get: operations["getTaskCall"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/result": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its outcome, waited for as long as you say */
		get: operations["getResult"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/runs": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Its runs: a retry or rerun opens the next one */
		get: operations["listRuns"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/revoke": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** End it, or some of its task calls */
		post: operations["revokeWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/pause": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Nothing new of it starts */
		post: operations["pauseWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/resume": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It goes on */
		post: operations["resumeWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/priority": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What waits of it has this priority */
		post: operations["setPriority"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/retry": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run it again from its failures */
		post: operations["retryWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/rerun": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run task calls of it again, and what depends on them */
		post: operations["rerunWorkflow"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/bulk": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Change many at once
		 * Each as if it were the only one. A call ends after 10 s; what is left is gone on with by `cursor`. Demands the scope of the action too.
		 */
		post: operations["changeWorkflows"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/canvas/validate": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** What a canvas would be, without storing it */
		post: operations["validateCanvas"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/tasks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Tasks that workers know, and those that calls wait for, by name */
		get: operations["listTasks"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Queues that hold something, are served or paused, by name */
		get: operations["listQueues"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One queue */
		get: operations["getQueue"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/tasks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The tasks that come next; none is taken */
		get: operations["peekQueue"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/pause": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** No worker is given anything of it */
		post: operations["pauseQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/resume": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It goes on */
		post: operations["resumeQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/purge": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Revoke what waits in it */
		post: operations["purgeQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/move": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Let what waits in it wait in another one */
		post: operations["moveQueue"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workers": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Workers, by name; dead ones until they are given up */
		get: operations["listWorkers"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workers/active": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What they run now, as they say */
		get: operations["listRunning"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workers/commands": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Tell workers to do something, and gather what they say
		 * Every worker that was meant is in the answer. One that is unanswered may have done it, once at most.
		 */
		post: operations["commandWorkers"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Schedules, by id */
		get: operations["listSchedules"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What it is, what comes next, its last runs */
		get: operations["getSchedule"];
		/**
		 * Make a schedule, or change it to what is sent
		 * Safe to repeat. `If-None-Match: *` only makes: 412 when there is one. `dryRun=true` only says what would change.
		 */
		put: operations["putSchedule"];
		post?: never;
		/** Remove it; its workflows go on */
		delete: operations["deleteSchedule"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/pause": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It does not fire until it is resumed */
		post: operations["pauseSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/resume": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** It goes on with the next time after now */
		post: operations["resumeSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/trigger": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run it now */
		post: operations["triggerSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/backfill": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run it for times that have passed */
		post: operations["backfillSchedule"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/{id}/preview": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** The times that come next */
		get: operations["previewSchedule"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/schedules/preview": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** The times of rules that are no schedule yet */
		post: operations["previewTiming"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Tasks that failed for good, the newest first */
		get: operations["listDeadLetters"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One with what it was called with, and how its attempts ended */
		get: operations["getDeadLetter"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters/requeue": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Run them again */
		post: operations["requeueDeadLetters"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/dead-letters/drop": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** List them no more */
		post: operations["dropDeadLetters"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/keys": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** Keys without their secrets, the oldest first */
		get: operations["listKeys"];
		put?: never;
		/**
		 * Make one; its text is shown this once
		 * Nobody gives more than they have: 403 with the `path` of what it is. A 503 `outcome-unknown`: look for its `label`, and revoke it.
		 */
		post: operations["createKey"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/keys/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One without its secret */
		get: operations["getKey"];
		put?: never;
		post?: never;
		/** End it: every service refuses it within 5 seconds */
		delete: operations["revokeKey"];
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/keys/{id}/rotate": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/**
		 * Give it another secret, which is shown this once
		 * Who could not have made it is refused (403). Of two rotations only the last secret before goes on working for a while.
		 */
		post: operations["rotateKey"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/audit": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Changes that were asked for, done or refused, the newest first
		 * A part may be short, or empty, and not be the last: 5,000 entries are looked at for one. `cursor` is null at the end.
		 */
		get: operations["listAudit"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/webhooks": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * Endpoints, by id
		 * 409 `not-enabled` where the service has no webhooks.
		 */
		get: operations["listWebhooks"];
		put?: never;
		/**
		 * Tell the ends of workflows to a URL
		 * 409 `not-enabled` where the service has no webhooks.
		 */
		post: operations["createWebhook"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/webhooks/{id}": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** One, without its secret */
		get: operations["getWebhook"];
		put?: never;
		post?: never;
		/** Remove it with its deliveries */
		delete: operations["deleteWebhook"];
		options?: never;
		head?: never;
		/** Change what is sent of it */
		patch: operations["updateWebhook"];
		trace?: never;
	};
	"/v1/webhooks/{id}/rotate-secret": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Give it another secret; for a while both sign */
		post: operations["rotateWebhookSecret"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/webhooks/{id}/test": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Send it a ping, as any delivery is sent */
		post: operations["testWebhook"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/webhooks/{id}/deliveries": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What waits for its next attempt, or was given up */
		get: operations["listWebhookDeliveries"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/webhooks/{id}/deliveries/{delivery}/redeliver": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		get?: never;
		put?: never;
		/** Send a delivery again, now, under its id */
		post: operations["redeliverWebhook"];
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/limits": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/** What the service refuses */
		get: operations["getLimits"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/events": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What happens, as it happens
		 * Server-sent events. Each has an `id` and, as JSON, what one call of a worker or a client changed in one workflow, in order; `event: reset` says
		 *     that something may be missing, and how things stand. A client that does not read is dropped, and comes back with its last id.
		 */
		get: operations["followEvents"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/workflows/{id}/events": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What happens to a workflow, as it happens
		 * Server-sent events. Each has an `id` and, as JSON, what one call of a worker or a client changed in one workflow, in order; `event: reset` says
		 *     that something may be missing, and how things stand. A client that does not read is dropped, and comes back with its last id.
		 */
		get: operations["followWorkflow"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
	"/v1/queues/{queue}/events": {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		/**
		 * What happens to a queue and its tasks, as it happens
		 * Server-sent events. Each has an `id` and, as JSON, what one call of a worker or a client changed in one workflow, in order; `event: reset` says
		 *     that something may be missing, and how things stand. A client that does not read is dropped, and comes back with its last id.
		 */
		get: operations["followQueue"];
		put?: never;
		post?: never;
		delete?: never;
		options?: never;
		head?: never;
		patch?: never;
		trace?: never;
	};
};
export type webhooks = Record<string, never>;
export type components = {
	schemas: {
		AuditEntry: {
			/** Of the entry */
			id: string;
			/** When it was written: within 50 ms of the change, Unix ms */
			at: number;
			/** The credential that asked */
			principal: string;
			/** The tenant that it acted for; `*`: all */
			tenant: string;
			/** What was asked for */
			action: string;
			/** Id or name of what was to be changed; empty for many, and for what was refused before it had an id */
			target: string;
			/** What else was asked for, without payloads */
			detail?: {
				[key: string]: unknown;
			};
			/** `ok`, or the code of the error */
			outcome: string;
		};
		AuditPage: {
			entries: components["schemas"]["AuditEntry"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		BackfillRequest: {
			/** The first time, Unix ms */
			from: number;
			/** No time from here on, Unix ms */
			to: number;
			/** Default `bufferAll`: one after another */
			overlap?: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/** At most so many. Default 1,000 */
			limit?: number;
			/** Only look. Default false */
			dryRun?: boolean;
		};
		Backfilled: {
			times: number[];
			/** Submitted */
			fired: number;
			/** They start when earlier runs have ended */
			waiting: number;
			/** Had been fired before */
			known: number;
			/** Left out by the overlap policy */
			skipped: number;
		};
		BulkOptionsRequest: {
			/** Why, for people */
			reason?: string;
			/** As of a revocation */
			terminate?: boolean;
		};
		BulkReport: {
			/** Those that were meant */
			matched: number;
			/** Those that were changed */
			changed: number;
			/** The first 100 */
			failures: {
				/** Id of a workflow */
				id: string;
				/** Why */
				code: string;
				/** Why, for people */
				message: string;
			}[];
			/** Those that could not be changed */
			failed: number;
			/** Where the next call goes on; null: all are done */
			cursor: string | null;
		};
		BulkRequest: {
			/** What is to be done; it needs the scope of the same change of one workflow */
			action: "revoke" | "pause" | "resume" | "retry" | "delete";
			/** All that it means; it may not be empty. Not together with `ids` */
			filter?: components["schemas"]["FilterRequest"];
			/** These */
			ids?: string[];
			/** Only count. Default false */
			dryRun?: boolean;
			/** Of a filter: `cursor` of the answer before */
			cursor?: string;
			/** Of `revoke` and `pause` */
			options?: components["schemas"]["BulkOptionsRequest"];
		};
		CanvasReport: {
			/** A canvas that is not is a problem */
			valid: true;
			/** Task calls, callbacks included */
			total: number;
			/** Calls by task */
			tasks: {
				[key: string]: number;
			};
			/** Calls by queue */
			queues: {
				[key: string]: number;
			};
			graph: {
				nodes: {
					/** The task’s id; of many alike, an id to ask for them with (`?of=t3`) */
					id: string;
					/** Null: a point where several meet, which no worker runs */
					task: string | null;
					/** Name of a queue */
					queue?: string;
					/** How many task calls it stands for */
					count: number;
					/** How many of them are in which state: PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED */
					states: {
						[key: string]: number;
					};
					/** The task call that added it while it ran */
					parent?: string;
					/** Where in the canvas it was written; of a check only */
					path?: string;
				}[];
				/** From the nodes of this page */
				edges: {
					/** A task */
					from: string;
					/** What comes after it */
					to: string;
					/** After what */
					when: "success" | "failure";
				}[];
				/** Where the next page begins; null at the end */
				cursor: string | null;
			};
			unknownTasks: string[];
		};
		ChangeLettersRequest: {
			/** This one */
			id?: string;
			/** All that it means; `{}`: all there are. Not together with `id` */
			filter?: components["schemas"]["LetterFilterRequest"];
			/** Only count. Default false */
			dryRun?: boolean;
		};
		Changed: {
			/** Id of a workflow */
			id: string;
			/** False: it had ended, or there was nothing to do */
			changed: boolean;
		};
		CommandRequest: {
			/** What they are to do */
			type: "ping" | "stats" | "quiet" | "resume" | "active" | "reserved" | "grow" | "shrink" | "add-consumer" | "cancel-consumer" | "shutdown";
			/** Of `active` and `reserved`: At most so many attempts of each worker. Default 100 */
			limit?: number;
			/** Of `grow` and `shrink`: slots */
			by?: number;
			/** Of `add-consumer` and `cancel-consumer` */
			queue?: string;
			/** Of `shutdown` */
			mode?: "warm" | "cold";
			/** Of a warm `shutdown`: how long what runs may go on, ms */
			graceMs?: number;
			/** Names or ids of workers. Default: all */
			workers?: string[];
			/** How long answers are gathered, ms. Default 3,000 */
			timeoutMs?: number;
		};
		CreateKeyRequest: {
			/** What it may do: scopes, `<resource>:*` or `*`; none that the maker does not have */
			scopes: string[];
			/** For people: what it is for */
			label?: string;
			/** The tenant that it is bound to; `*`: all. Default: as the maker, and that is all that one of a tenant may give */
			tenant?: string;
			/** Queues that its calls may go to: names, or prefixes that end in `*`. Default: as the maker */
			queues?: string[];
			/** Tasks that it may call: names, or prefixes that end in `*`. Default: as the maker */
			tasks?: string[];
			/** It is good for so long, ms; not beyond the end of the maker. Default: as long as the maker */
			expiresInMs?: number;
			/** Requests per 10 s that the service answers it. Needs a credential of all tenants, or one with a rate of its own */
			rate?: number;
		};
		DeadLetter: {
			/** `<workflow>:<task>`; slashes are written `%2F` */
			id: string;
			/** Name of a task */
			task: string;
			/** Name of a queue */
			queue: string;
			/** Id of a workflow */
			workflow: string;
			/** Whose it is */
			tenant: string;
			error: components["schemas"]["TaskError"];
			/** Attempts that it had */
			attempts: number;
			/** When the last one failed, Unix ms */
			failedAt: number | null;
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		};
		DeadLetterDetails: {
			/** `<workflow>:<task>`; slashes are written `%2F` */
			id: string;
			/** Name of a task */
			task: string;
			/** Name of a queue */
			queue: string;
			/** Id of a workflow */
			workflow: string;
			/** Whose it is */
			tenant: string;
			error: components["schemas"]["TaskError"];
			/** Attempts that it had */
			attempts: number;
			/** When the last one failed, Unix ms */
			failedAt: number | null;
			/** What it was called with */
			args: unknown[];
			/** The same by name */
			kwargs: {
				[key: string]: unknown;
			};
			/** Of the attempts before the last one: the first and the last four */
			errors: {
				/** From 1 */
				attempt: number;
				/** When, Unix ms */
				at: number;
				error: components["schemas"]["TaskError"] | null;
			}[];
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		};
		DeadLetterPage: {
			letters: components["schemas"]["DeadLetter"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		DeadLettersChanged: {
			/** Those that were meant */
			matched: number;
			/** Those that were changed */
			changed: number;
			/** Of those that were meant, the first 1,000 */
			ids: string[];
		};
		FilterRequest: {
			/** In one of these states */
			state?: ("PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED")[];
			/** Whose canvas calls this task */
			task?: string;
			/** With this tag */
			tag?: string;
			/** Of exactly this name */
			name?: string;
			/** Children of this workflow */
			parent?: string;
			/** Submitted by this schedule */
			schedule?: string;
			/** Created before this instant, Unix ms */
			before?: number;
			/** Created at this instant or after it, Unix ms */
			after?: number;
		};
		Graph: {
			nodes: {
				/** The task’s id; of many alike, an id to ask for them with (`?of=t3`) */
				id: string;
				/** Null: a point where several meet, which no worker runs */
				task: string | null;
				/** Name of a queue */
				queue?: string;
				/** How many task calls it stands for */
				count: number;
				/** How many of them are in which state: PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED */
				states: {
					[key: string]: number;
				};
				/** The task call that added it while it ran */
				parent?: string;
				/** Where in the canvas it was written; of a check only */
				path?: string;
			}[];
			/** From the nodes of this page */
			edges: {
				/** A task */
				from: string;
				/** What comes after it */
				to: string;
				/** After what */
				when: "success" | "failure";
			}[];
			/** Where the next page begins; null at the end */
			cursor: string | null;
		};
		Key: {
			/** Id of an API key */
			id: string;
			/** What it is for */
			label: string;
			/** The tenant that it is bound to; `*`: all */
			tenant: string;
			/** What it may do */
			scopes: string[];
			/** Queues that its calls may go to; absent: all */
			queues?: string[];
			/** Tasks that it may call; absent: all */
			tasks?: string[];
			/** Requests per 10 s that the service answers it; absent: the service’s */
			rate?: number;
			/** The credential that made it; absent: the command line, or a program */
			by?: string;
			/** When it was made, Unix ms */
			createdAt: number;
			/** When it ends; null: when it is revoked, Unix ms */
			expiresAt: number | null;
			/** When it was used last, to a minute; null: never, Unix ms */
			usedAt: number | null;
			/** Until when the secret before the last rotation works; null: there is none, Unix ms */
			previousUntil: number | null;
		};
		KeyPage: {
			keys: components["schemas"]["Key"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		LetterFilterRequest: {
			/** Calls of this task */
			task?: string;
			/** Type or code of the error, or a text in its message: needs `payloads:read` */
			error?: string;
			/** Of this workflow */
			workflow?: string;
			/** Failed before this instant, Unix ms */
			before?: number;
			/** Failed at this instant or after it, Unix ms */
			after?: number;
		};
		Limits: {
			/** A request body, bytes */
			bodyBytes: number;
			/** A line of NDJSON, bytes; their number has no limit */
			lineBytes: number;
			/** Task calls of one canvas */
			nodes: number;
			/** Canvas in canvas */
			depth: number;
			/** Arrays and objects in one another */
			jsonDepth: number;
			/** Members of one group, of one chord’s header, parts of one graph */
			members: number;
			/** The arguments of one call as JSON, bytes */
			payloadBytes: number;
			/** The longest part of a list */
			page: number;
			/** Longest wait of a request, ms */
			waitMs: number;
			/** Ids of one bulk change */
			bulkIds: number;
			/** How long an Idempotency-Key is known, ms */
			idempotencyKeyMs: number;
		};
		MoveRequest: {
			/** Where they are to wait */
			to: string;
			/** At most so many. Default: all */
			limit?: number;
			/** Only calls of this task */
			task?: string;
			/** Only count. Default false */
			dryRun?: boolean;
		};
		NewKey: {
			/** Id of an API key */
			id: string;
			/** What it is for */
			label: string;
			/** The tenant that it is bound to; `*`: all */
			tenant: string;
			/** What it may do */
			scopes: string[];
			/** Queues that its calls may go to; absent: all */
			queues?: string[];
			/** Tasks that it may call; absent: all */
			tasks?: string[];
			/** Requests per 10 s that the service answers it; absent: the service’s */
			rate?: number;
			/** The credential that made it; absent: the command line, or a program */
			by?: string;
			/** When it was made, Unix ms */
			createdAt: number;
			/** When it ends; null: when it is revoked, Unix ms */
			expiresAt: number | null;
			/** When it was used last, to a minute; null: never, Unix ms */
			usedAt: number | null;
			/** Until when the secret before the last rotation works; null: there is none, Unix ms */
			previousUntil: number | null;
			/** The key itself: it is shown this once */
			key: string;
		};
		NewWebhook: {
			/** Id of an endpoint */
			id: string;
			/** Where it is told */
			url: string;
			/** Whose workflows; `*`: those of all tenants */
			tenant: string;
			/** For people */
			label: string;
			/** Null: all */
			states: ("SUCCESS" | "FAILURE" | "REVOKED")[] | null;
			/** Only of workflows with this name */
			name: string | null;
			/** Only of workflows with this tag */
			tag: string | null;
			/** Whether it is told anything */
			enabled: boolean;
			disabledReason: ("manual" | "failing" | "gone") | null;
			/** When it was made, Unix ms */
			createdAt: number;
			/** Until when the secret before the last rotation signs, too, Unix ms */
			previousUntil: number | null;
			/** Deliveries in a row that were given up */
			deadInRow: number;
			last: {
				/** When, Unix ms */
				at: number;
				/** failed: it is tried again; dead: it was the last attempt */
				outcome: "delivered" | "failed" | "dead" | "gone";
				/** Status of the answer; null: there was none */
				status: number | null;
			} | null;
			/** Signs what is delivered; shown this once */
			secret: string;
		};
		/** What a workflow came to. One that ended in a group has an outcome for each member. */
		Outcome: {
			/** How it ended */
			state: "SUCCESS";
			/** What the workflow returned */
			result: unknown;
			/** It was not kept */
			ignored?: true;
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		} | {
			/** How it ended */
			state: "FAILURE";
			error: components["schemas"]["TaskError"];
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		} | {
			/** How it ended */
			state: "REVOKED";
			error?: components["schemas"]["TaskError"];
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		} | {
			/** How it ended */
			state: "GROUP";
			results: components["schemas"]["Outcome"][];
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		} | {
			/** How it ended */
			state: "SKIPPED";
		};
		PauseQueueRequest: {
			/** Why, for people */
			reason?: string;
		};
		PauseRequest: {
			/** Why, for people */
			reason?: string;
		};
		Pending: {
			/** Id of a workflow */
			id: string;
			/** State of a workflow */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
		};
		PreviewTimingRequest: {
			/** When it is due: a cron line, `{crontab}`, `{everyMs}`, `{calendar}`, `{at}`, `{solar}`, or a list of these (docs/guides/schedules.md) */
			rules: unknown;
			/** Rules of times that are left out */
			except?: unknown[];
			/** IANA name of the zone. Default `UTC` */
			timeZone?: string;
			/** No time before this: ISO 8601 or Unix ms */
			start?: string | number;
			/** No time after this: ISO 8601 or Unix ms */
			end?: string | number;
			/** How many. Default 10 */
			count?: number;
			/** Times after this, Unix ms. Default: now */
			after?: number;
		};
		PriorityRequest: {
			/** 0 (the most urgent) to 9 */
			priority: number;
			/** Only these task calls, by their ids */
			tasks?: string[];
		};
		/** What went wrong (RFC 9457). A 503 and a 429 carry `Retry-After`, in seconds. */
		Problem: {
			/** `urn:chordis:problem:<code>` */
			type: string;
			/** What this code means */
			title: string;
			/** Status of the answer */
			status: number;
			/** What it is, for programs; codes stay */
			code: string;
			/** What it is, for people */
			detail: string;
			/** Where in the request the fault is */
			path?: string;
			/** Every fault, when there is more than one */
			errors?: {
				/** Where in the request */
				path: string;
				/** The rule that is broken */
				rule: string;
			}[];
			/** The workflow concerned; of `outcome-unknown`, the id to send again */
			workflow?: string;
			/** Path of the request */
			instance?: string;
		};
		PurgeRequest: {
			/** Only calls of this task */
			task?: string;
			/** Only count. Default false */
			dryRun?: boolean;
		};
		Queue: {
			/** Name of a queue */
			name: string;
			/** Tasks that wait for a worker */
			ready: number;
			/** The same by priority, 0 (the most urgent) to 9 */
			byPriority: {
				[key: string]: number;
			};
			/** False: a list was too long to be counted */
			exact: boolean;
			/** Tasks that no worker knows */
			parked: number;
			paused: {
				/** Who paused it */
				by: string | null;
				/** Why */
				reason: string | null;
				/** Since when; null: the server has forgotten, Unix ms */
				since: number | null;
			} | null;
			/** Workers that serve it and are alive */
			workers: number;
		};
		QueueChanged: {
			/** Tasks that were met; of a dry run, those that would be */
			tasks: number;
		};
		QueuePage: {
			queues: components["schemas"]["Queue"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		QueuedTasks: {
			tasks: {
				/** `<workflow>:<task>` */
				id: string;
				/** Name of a task */
				task: string;
				/** 0 (the most urgent) to 9 */
				priority: number;
				/** Of its workflow */
				run: number;
				/** When its workflow was submitted, Unix ms */
				submittedAt: number;
				/** What it is called with; when asked for */
				args?: unknown[];
				/** The same by name */
				kwargs?: {
					[key: string]: unknown;
				};
			}[];
		};
		Reopened: {
			/** Id of a workflow */
			id: string;
			/** The run that was opened; null: nothing had failed */
			run: number | null;
		};
		RerunRequest: {
			/** The task calls that run again, with what depends on them */
			tasks: string[];
			/** Positional arguments instead of those before; for a single task */
			args?: unknown[];
			/** The same by name */
			kwargs?: {
				[key: string]: unknown;
			};
		};
		RevokeRequest: {
			/** Why, for people */
			reason?: string;
			/** What runs is terminated, not only told. Default false */
			terminate?: boolean;
			/** Only these task calls, by their ids */
			tasks?: string[];
		};
		RotateKeyRequest: {
			/** The old secret works so long, ms. Default 24 h */
			graceMs?: number;
		};
		RotateSecretRequest: {
			/** So long the secret before signs, too, ms. Default 24 h */
			graceMs?: number;
		};
		RunList: {
			/** The first one first */
			runs: {
				/** From 1 */
				run: number;
				/** What opened it */
				opened: "submit" | "retry" | "rerun";
				tasks?: string[];
				/** State of a workflow */
				state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
				/** When it was opened, Unix ms */
				openedAt: number;
				/** When its first attempt started, Unix ms */
				startedAt: number | null;
				/** When its last task ended, Unix ms */
				endedAt: number | null;
				counts: {
					/** Ended SUCCESS */
					success: number;
					/** Ended FAILURE */
					failure: number;
					/** Ended REVOKED */
					revoked: number;
					/** Never ran */
					skipped: number;
					/** Have not ended */
					remaining: number;
				};
			}[];
		};
		Schedule: {
			/** Id of a schedule */
			id: string;
			/** Whose it is; `-`: nobody’s */
			tenant: string;
			/** `rules`, `except`, `timeZone`, `start`, `end`: docs/guides/schedules.md */
			timing: Record<string, never>;
			/** What it submits */
			canvas: unknown;
			/** How: `name`, `tags`, `retentionMs`, `timeoutMs`, `onFailure`, `limits` */
			submit: Record<string, never>;
			/** What becomes of a run that is due while an earlier one goes on */
			overlap: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/** `mode`, `windowMs`, `max`: what becomes of ticks that no beat fired in time */
			catchUp: Record<string, never>;
			/** Each tick fires up to so much later, ms */
			jitterMs: number;
			/** How many ticks fire in all; 0: no limit */
			maxRuns: number;
			/** A run that fails pauses it */
			pauseOnFailure: boolean;
			/** For people */
			note?: string;
			/** Who declared it */
			source?: string;
			/** When it is due, in words */
			description: string;
			/** Its next nominal time; null: none, or it is paused, Unix ms */
			next: number | null;
			/** When that fires, Unix ms */
			nextDue: number | null;
			paused: {
				/** Who paused it */
				by: "user" | "failure";
				/** When, Unix ms */
				at: number;
				/** Why */
				reason?: string;
				/** The workflow that failed */
				workflow?: string;
			} | null;
			/** Its workflows that run: the last 100 */
			running: string[];
			/** Runs that wait until they have ended */
			waiting: {
				/** Why it was submitted */
				kind: "tick" | "backfill" | "trigger";
				/** The time for which it is, Unix ms */
				nominalTime: number;
				/** Of a trigger: what tells two of the same instant apart */
				token?: string;
			}[];
			/** Its last 10 runs, the newest first */
			runs: {
				/** Why it was submitted */
				kind: "tick" | "backfill" | "trigger";
				/** The time for which it is, Unix ms */
				nominalTime: number;
				/** Of a trigger: what tells two of the same instant apart */
				token?: string;
				/** Id of a workflow */
				workflow: string;
				/** When, Unix ms */
				firedAt: number;
				/** How much later than it was due, ms */
				latenessMs: number;
			}[];
			counts: {
				/** Workflows submitted */
				fired: number;
				/** Runs left out because an earlier one went on */
				skipped: number;
				/** Ticks too late to be fired */
				missed: number;
			};
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		};
		/** `schedule` is absent from a dry run */
		ScheduleChanged: {
			/** What became of it */
			outcome: "created" | "changed" | "unchanged";
			changed: string[];
			schedule?: components["schemas"]["Schedule"];
		};
		SchedulePage: {
			schedules: components["schemas"]["Schedule"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		ScheduleRequest: {
			/** When it is due: a cron line, `{crontab}`, `{everyMs}`, `{calendar}`, `{at}`, `{solar}`, or a list of these (docs/guides/schedules.md) */
			rules: unknown;
			/** Rules of times that are left out */
			except?: unknown[];
			/** IANA name of the zone. Default `UTC` */
			timeZone?: string;
			/** No time before this: ISO 8601 or Unix ms */
			start?: string | number;
			/** No time after this: ISO 8601 or Unix ms */
			end?: string | number;
			/** What it submits: as of a submission */
			canvas: unknown;
			/** How: `name`, `tags`, `retentionMs`, `timeoutMs`, `onFailure`, `limits` */
			submit?: Record<string, never>;
			/** What becomes of a run that is due while an earlier one goes on. Default `skip` */
			overlap?: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/** What becomes of ticks that no beat fired in time: `none`, `latest` (default), `all`, or `{mode, windowMs, max}` */
			catchUp?: unknown;
			/** Each tick fires up to so much later, ms. Default 0 */
			jitterMs?: number;
			/** How many ticks fire in all. Default: no limit */
			maxRuns?: number;
			/** A run that fails pauses it. Default false */
			pauseOnFailure?: boolean;
			/** For people */
			note?: string;
			/** Who declares it */
			source?: string;
		};
		ScheduleSwitched: {
			/** Id of a schedule */
			id: string;
			/** False: it was so before */
			changed: boolean;
		};
		SubmitLimitsRequest: {
			/** Refuse a canvas of more task calls; less than the service allows, not more */
			nodes?: number;
			/** Retries of all its tasks together */
			retries?: number;
		};
		SubmitOptionsRequest: {
			/** How long it is kept after its end, ms. Default 24 h */
			retentionMs?: number;
			/** How long after its submission it is revoked, ms. Default: never */
			timeoutMs?: number;
			/** `cancel`: the first failure ends all that is open */
			onFailure?: "fail" | "cancel";
			/** What is refused */
			limits?: components["schemas"]["SubmitLimitsRequest"];
		};
		SubmitRequest: {
			/** Id of the workflow. Default: a new one. The same id with the same canvas is the same workflow */
			id?: string;
			/** For people */
			name?: string;
			/** To find it by */
			tags?: string[];
			/** How it runs */
			options?: components["schemas"]["SubmitOptionsRequest"];
			/** What is to be run, as Chordis writes it (`task`, `chain`, `group`, `chord`, `graph`, `map`, `starmap`, `chunks`) or as Celery’s `json.dumps(canvas)` does. Checked by the compiler: `canvas-invalid` names every fault by its path */
			canvas: unknown;
		};
		Submitted: {
			/** Id of a workflow */
			id: string;
			/** State of a workflow */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** It was there already under this id or key */
			duplicate: boolean;
		};
		/** What became of a line */
		SubmittedLine: {
			/** Number of the line, from 1 */
			line: number;
			/** Id of a workflow */
			id: string;
			/** State of a workflow */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** It was there already under this id or key */
			duplicate: boolean;
		} | {
			/** Number of the line, from 1 */
			line: number;
			problem: components["schemas"]["Problem"];
		};
		TaskCall: {
			/** Within its workflow: `17`, or `17/0` for what task 17 added */
			id: string;
			/** The id that its signature was given */
			taskId?: string;
			/** Name of the task */
			task: string;
			/** PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED; while it runs, what it calls its state */
			state: string;
			/** Attempts so far */
			attempts: number;
			/** What the running task says of itself */
			info?: unknown;
			/** The child workflow that it waits for */
			child?: string;
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		};
		TaskCallPage: {
			tasks: components["schemas"]["TaskCall"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		TaskCallResult: {
			/** Within its workflow: `17`, or `17/0` for what task 17 added */
			id: string;
			/** The id that its signature was given */
			taskId?: string;
			/** Name of the task */
			task: string;
			/** PENDING, STARTED, RETRY, SUCCESS, FAILURE, REVOKED, SKIPPED; while it runs, what it calls its state */
			state: string;
			/** Attempts so far */
			attempts: number;
			/** What the running task says of itself */
			info?: unknown;
			/** The child workflow that it waits for */
			child?: string;
			/** What it returned */
			result?: unknown;
			error?: components["schemas"]["TaskError"];
			/** The result was not kept */
			ignored?: true;
			/** Payloads were left out: the credential lacks `payloads:read` */
			hidden?: true;
		};
		/** What a task failed with */
		TaskError: {
			/** Name of the error’s class */
			type: string;
			/** What it said */
			message: string;
			/** Where it was thrown */
			stack?: string;
			/** Code of an error that Chordis or the system raised */
			code?: string;
			/** Of a `ChildWorkflowError`: the child */
			workflow?: string;
			cause?: components["schemas"]["TaskError"];
		};
		TaskPage: {
			tasks: {
				/** Name of a task */
				name: string;
				/** Processes that registered it and are not given up for dead */
				workers: number;
				/** Queues that these serve */
				queues: string[];
				/** Calls that wait for a worker that knows it */
				parked: number;
				/** What it is called with, as JSON Schema (2020-12), where its worker can say so */
				arguments?: {
					/** By position; null: anything */
					args?: (Record<string, never> | null)[];
					/** The keyword arguments, as one object */
					kwargs?: Record<string, never>;
				};
			}[];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		Ticks: {
			ticks: {
				/** When, Unix ms */
				time: number;
				/** The same, ISO 8601 */
				utc: string;
				/** The same in the schedule’s zone */
				local: string;
			}[];
		};
		TriggerRequest: {
			/** Instead of the schedule’s */
			overlap?: "skip" | "bufferOne" | "bufferAll" | "cancelOther" | "terminateOther" | "allowAll";
			/** The same one submits once while the workflow is kept */
			requestId?: string;
		};
		Triggered: {
			/** `known`: this request was made before; `waiting`, `skipped`: an earlier run goes on */
			outcome: "fired" | "known" | "waiting" | "skipped";
			/** Id of a workflow */
			workflow: string;
		};
		Webhook: {
			/** Id of an endpoint */
			id: string;
			/** Where it is told */
			url: string;
			/** Whose workflows; `*`: those of all tenants */
			tenant: string;
			/** For people */
			label: string;
			/** Null: all */
			states: ("SUCCESS" | "FAILURE" | "REVOKED")[] | null;
			/** Only of workflows with this name */
			name: string | null;
			/** Only of workflows with this tag */
			tag: string | null;
			/** Whether it is told anything */
			enabled: boolean;
			disabledReason: ("manual" | "failing" | "gone") | null;
			/** When it was made, Unix ms */
			createdAt: number;
			/** Until when the secret before the last rotation signs, too, Unix ms */
			previousUntil: number | null;
			/** Deliveries in a row that were given up */
			deadInRow: number;
			last: {
				/** When, Unix ms */
				at: number;
				/** failed: it is tried again; dead: it was the last attempt */
				outcome: "delivered" | "failed" | "dead" | "gone";
				/** Status of the answer; null: there was none */
				status: number | null;
			} | null;
		};
		WebhookChangeRequest: {
			/** Where it is told: `https://`, of a public address */
			url?: string;
			/** Only of workflows that ended so; null: all */
			states?: ("SUCCESS" | "FAILURE" | "REVOKED")[] | null;
			/** Only of workflows with this name; null: whatever their names */
			name?: string | null;
			/** Only of workflows with this tag; null: whatever their tags */
			tag?: string | null;
			/** For people */
			label?: string;
			/** Whether it is told anything. `true` also enables what was disabled because its deliveries failed */
			enabled?: boolean;
		};
		WebhookDelivery: {
			/** Id of a delivery: the same at every attempt */
			id: string;
			/** Id of an endpoint */
			webhook: string;
			/** Of a delivery. dead: it was given up */
			state: "waiting" | "sending" | "dead";
			/** Id of what happened; the same for all endpoints */
			event: string;
			/** Id of a workflow */
			workflow: string | null;
			/** Of the workflow */
			tenant: string;
			/** When it was made, Unix ms */
			createdAt: number;
			/** Attempts so far */
			attempts: number;
			/** When it is tried next, at the latest; null: it was given up, Unix ms */
			nextAttemptAt: number | null;
			/** When it was given up, Unix ms */
			diedAt: number | null;
			/** Status of the last answer; null: there was none */
			lastStatus: number | null;
			/** Why the last attempt failed: `status`, `timeout`, `unreachable`, `tls`, `address-refused`, … */
			lastError: string | null;
		};
		WebhookDeliveryPage: {
			deliveries: components["schemas"]["WebhookDelivery"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		WebhookPage: {
			webhooks: components["schemas"]["Webhook"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		WebhookRequest: {
			/** Where it is told: `https://`, of a public address */
			url: string;
			/** Only of workflows that ended so. Default: all */
			states?: ("SUCCESS" | "FAILURE" | "REVOKED")[];
			/** Only of workflows with this name */
			name?: string;
			/** Only of workflows with this tag */
			tag?: string;
			/** For people */
			label?: string;
			/** Whether it is told anything. `true` also enables what was disabled because its deliveries failed. Default true */
			enabled?: boolean;
		};
		WebhookTest: {
			/** Id of a delivery: the same at every attempt */
			delivery: string;
		};
		Worker: {
			/** New at every start */
			id: string;
			/** May be shared */
			name: string;
			/** Where it runs */
			host: string;
			/** Its process */
			pid: number;
			/** False: silent for a whole lease */
			alive: boolean;
			/** Of Chordis */
			version: string;
			/** Of Node */
			node: string;
			queues: string[];
			/** How handlers run */
			pool: string;
			/** Tasks that it knows */
			tasks: number;
			/** Silent for so long, it is dead, ms */
			leaseMs: number;
			/** What it does */
			state: "running" | "quiet" | "stopping" | "dead";
			/** Attempts that may run at the same time */
			slots: number;
			/** Attempts whose handlers run */
			running: number;
			/** Attempts that were granted and have not started */
			reserved: number;
			/** Those that run longest */
			oldest: {
				/** `<workflow>:<task>` */
				id: string;
				/** Name of a task */
				task: string;
				/** From 1 */
				attempt: number;
				/** How long it runs, ms */
				runningMs: number;
			}[];
			/** How late its event loop was, ms */
			loopLagMs: number;
			/** Of one core */
			cpuPercent: number;
			/** Memory, bytes */
			rssBytes: number;
			/** Heap, bytes */
			heapUsedBytes: number;
			/** Since it started, ms */
			uptimeMs: number;
			processed: {
				/** Attempts */
				succeeded: number;
				/** Attempts */
				failed: number;
				/** Attempts */
				retried: number;
				/** Attempts */
				replaced: number;
				/** Attempts */
				givenBack: number;
				/** Others had taken them by then */
				lost: number;
			};
			/** When it started, Unix ms */
			startedAt: number;
			/** Since it was heard last, ms */
			heartbeatAgeMs: number;
			/** Since it said how it is; null: not yet, ms */
			sampleAgeMs: number | null;
		};
		WorkerAnswers: {
			/** Those that did it */
			answers: {
				worker: {
					/** New at every start */
					id: string;
					/** May be shared */
					name: string;
					/** Where it runs */
					host: string;
					/** Its process */
					pid: number;
					/** False: silent for a whole lease */
					alive: boolean;
				};
				/** What it said */
				value: unknown;
				/** How long it took, ms */
				ms: number;
			}[];
			/** Those that would not, and why */
			refused: {
				worker: {
					/** New at every start */
					id: string;
					/** May be shared */
					name: string;
					/** Where it runs */
					host: string;
					/** Its process */
					pid: number;
					/** False: silent for a whole lease */
					alive: boolean;
				};
				error: {
					/** Why */
					code: string;
					/** Why, for people */
					message: string;
				};
			}[];
			/** Those that said nothing in time */
			unanswered: {
				/** New at every start */
				id: string;
				/** May be shared */
				name: string;
				/** Where it runs */
				host: string;
				/** Its process */
				pid: number;
				/** False: silent for a whole lease */
				alive: boolean;
			}[];
		};
		WorkerPage: {
			workers: components["schemas"]["Worker"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		Workflow: {
			/** Id of a workflow */
			id: string;
			/** For people */
			name?: string;
			tags: string[];
			/** Whose it is; `-`: nobody’s */
			tenant: string;
			/** Where it is stored */
			partition: number;
			/** State of a workflow */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** 1 at first; a retry or rerun opens the next one */
			run: number;
			/** Every task call is over, callbacks included */
			ended: boolean;
			/** Task calls by how they ended, callbacks included */
			counts: {
				/** All */
				total: number;
				/** Ended SUCCESS */
				success: number;
				/** Ended FAILURE */
				failure: number;
				/** Ended REVOKED */
				revoked: number;
				/** Never ran, because something before them failed */
				skipped: number;
				/** Have not ended */
				remaining: number;
			};
			/** When it was accepted, Unix ms */
			createdAt: number;
			/** When its first attempt started, Unix ms */
			startedAt: number | null;
			/** When its outcome was there, Unix ms */
			outcomeAt: number | null;
			/** When its last task ended, Unix ms */
			endedAt: number | null;
			/** The workflow whose task started it */
			parentId?: string;
			/** The first ancestor; its own id when no workflow started it */
			rootId: string;
			/** Workflows that its tasks started */
			children: number;
			schedule?: {
				/** Id of a schedule */
				id: string;
				/** Why it was submitted */
				kind: "tick" | "backfill" | "trigger";
				/** The time for which it is, Unix ms */
				nominalTime: number;
				/** How much later than it was due, ms */
				latenessMs: number;
			};
			/** Nothing new of it starts; absent unless it is paused */
			paused?: {
				/** Since when, Unix ms */
				since: number;
				/** Why */
				reason: string | null;
			};
		};
		WorkflowCounts: {
			/** In the state PENDING */
			PENDING: number;
			/** In the state STARTED */
			STARTED: number;
			/** In the state SUCCESS */
			SUCCESS: number;
			/** In the state FAILURE */
			FAILURE: number;
			/** In the state REVOKED */
			REVOKED: number;
			/** All */
			total: number;
		};
		WorkflowPage: {
			workflows: components["schemas"]["WorkflowRow"][];
			/** Where the next part begins; null at the end */
			cursor: string | null;
		};
		WorkflowRow: {
			/** Id of a workflow */
			id: string;
			/** For people */
			name?: string;
			tags: string[];
			/** Whose it is; `-`: nobody’s */
			tenant: string;
			/** Where it is stored */
			partition: number;
			/** State of a workflow */
			state: "PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED";
			/** 1 at first; a retry or rerun opens the next one */
			run: number;
			/** Every task call is over, callbacks included */
			ended: boolean;
			/** Task calls by how they ended, callbacks included */
			counts: {
				/** All */
				total: number;
				/** Ended SUCCESS */
				success: number;
				/** Ended FAILURE */
				failure: number;
				/** Ended REVOKED */
				revoked: number;
				/** Never ran, because something before them failed */
				skipped: number;
				/** Have not ended */
				remaining: number;
			};
			/** When it was accepted, Unix ms */
			createdAt: number;
			/** When its first attempt started, Unix ms */
			startedAt: number | null;
			/** When its outcome was there, Unix ms */
			outcomeAt: number | null;
			/** When its last task ended, Unix ms */
			endedAt: number | null;
			/** Of a workflow that is a single call without options, its task */
			task: string | null;
			/** Nothing of it is started until it is resumed */
			paused: boolean;
		};
	};
	responses: never;
	parameters: never;
	requestBodies: never;
	headers: never;
	pathItems: never;
};
export type $defs = Record<string, never>;
export interface operations {
	listWorkflows: {
		parameters: {
			query?: {
				/** In one of these states */
				state?: ("PENDING" | "STARTED" | "SUCCESS" | "FAILURE" | "REVOKED")[];
				/** Whose canvas calls this task */
				task?: string;
				/** With this tag */
				tag?: string;
				/** Of exactly this name */
				name?: string;
				/** Children of this workflow */
				parent?: string;
				/** Submitted by this schedule */
				schedule?: string;
				/** Created before this instant, Unix ms */
				before?: number;
				/** Created at this instant or after it, Unix ms */
				after?: number;
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WorkflowPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	submitWorkflow: {
		parameters: {
			query?: never;
			header?: {
				/** Known for 24 h: the same key with the same canvas answers the first workflow, with another canvas 422 */
				"Idempotency-Key"?: string;
			};
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SubmitRequest"];
				"application/x-ndjson": components["schemas"]["SubmitRequest"];
			};
		};
		responses: {
			/** What became of each line */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/x-ndjson": components["schemas"]["SubmittedLine"];
				};
			};
			/** Done */
			202: {
				headers: {
					/** Path of the workflow */
					Location?: string;
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Submitted"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	countWorkflows: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WorkflowCounts"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Workflow"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	deleteWorkflow: {
		parameters: {
			query?: {
				/** Also one that has not ended: it is revoked first. Default false */
				revoke?: boolean;
			};
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getGraph: {
		parameters: {
			query?: {
				/** More calls than this that are alike stand as one. Default 20 */
				collapse?: number;
				/** Parts of one page. Default 500 */
				limit?: number;
				/** `cursor` of the page before */
				cursor?: string;
				/** Id of many alike: they one by one */
				of?: string;
			};
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Graph"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listTaskCalls: {
		parameters: {
			query?: {
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["TaskCallPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getTaskCall: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a task call within its workflow: `17`; `17/0` (written `17%2F0`) for what task 17 added; or the id of its signature */
				task: string;
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["TaskCallResult"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getResult: {
		parameters: {
			query?: {
				/** How long the answer may wait for the outcome, ms. Default 0 */
				waitMs?: number;
			};
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Outcome"];
				};
			};
			/** There is none yet */
			202: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Pending"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listRuns: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["RunList"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	revokeWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["RevokeRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	pauseWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PauseRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	resumeWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	setPriority: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["PriorityRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Changed"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	retryWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Reopened"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	rerunWorkflow: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["RerunRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Reopened"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	changeWorkflows: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["BulkRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["BulkReport"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	validateCanvas: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["SubmitRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["CanvasReport"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listTasks: {
		parameters: {
			query?: {
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["TaskPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listQueues: {
		parameters: {
			query?: {
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["QueuePage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Queue"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	peekQueue: {
		parameters: {
			query?: {
				/** At most so many. Default 20 */
				limit?: number;
				/** Also what they are called with: needs `payloads:read`. Default false */
				args?: boolean;
			};
			header?: never;
			path: {
				/** Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["QueuedTasks"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	pauseQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PauseQueueRequest"];
			};
		};
		responses: {
			/** Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	resumeQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	purgeQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PurgeRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["QueueChanged"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	moveQueue: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["MoveRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["QueueChanged"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listWorkers: {
		parameters: {
			query?: {
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WorkerPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listRunning: {
		parameters: {
			query?: {
				/** Names or ids of workers. Default: all */
				workers?: string[];
				/** How long answers are gathered, ms. Default 3,000 */
				timeoutMs?: number;
				/** At most so many attempts of each worker. Default 100 */
				limit?: number;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WorkerAnswers"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	commandWorkers: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["CommandRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WorkerAnswers"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listSchedules: {
		parameters: {
			query?: {
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["SchedulePage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Schedule"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	putSchedule: {
		parameters: {
			query?: {
				/** Only compare. Default false */
				dryRun?: boolean;
			};
			header?: {
				/** `*`: only make, do not change */
				"If-None-Match"?: "*";
			};
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["ScheduleRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["ScheduleChanged"];
				};
			};
			/** It was made */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["ScheduleChanged"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	deleteSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	pauseSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["PauseRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["ScheduleSwitched"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	resumeSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["ScheduleSwitched"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	triggerSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["TriggerRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Triggered"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	backfillSchedule: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["BackfillRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Backfilled"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	previewSchedule: {
		parameters: {
			query?: {
				/** How many. Default 10 */
				count?: number;
				/** Times after this, Unix ms. Default: now */
				after?: number;
			};
			header?: never;
			path: {
				/** Id of a schedule */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Ticks"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	previewTiming: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["PreviewTimingRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Ticks"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listDeadLetters: {
		parameters: {
			query?: {
				/** Calls of this task */
				task?: string;
				/** Type or code of the error, or a text in its message: needs `payloads:read` */
				error?: string;
				/** Of this workflow */
				workflow?: string;
				/** Failed before this instant, Unix ms */
				before?: number;
				/** Failed at this instant or after it, Unix ms */
				after?: number;
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["DeadLetterPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getDeadLetter: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** `<workflow>:<task>`; slashes are written `%2F` */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["DeadLetterDetails"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	requeueDeadLetters: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["ChangeLettersRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["DeadLettersChanged"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	dropDeadLetters: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["ChangeLettersRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["DeadLettersChanged"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listKeys: {
		parameters: {
			query?: {
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["KeyPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	createKey: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["CreateKeyRequest"];
			};
		};
		responses: {
			/** Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["NewKey"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getKey: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an API key */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Key"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	revokeKey: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an API key */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	rotateKey: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an API key */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["RotateKeyRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["NewKey"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listAudit: {
		parameters: {
			query?: {
				/** Asked for with this credential: `key:<id>`, `static:<id>`, `jwt:<subject>`, `local` */
				principal?: string;
				/** `workflow.revoke`, or all of a kind: `workflow.*` */
				action?: string;
				/** Written before this instant, Unix ms */
				before?: number;
				/** Written at this instant or after it, Unix ms */
				after?: number;
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["AuditPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listWebhooks: {
		parameters: {
			query?: {
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WebhookPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	createWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody: {
			content: {
				"application/json": components["schemas"]["WebhookRequest"];
			};
		};
		responses: {
			/** Done */
			201: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["NewWebhook"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an endpoint */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Webhook"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	deleteWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an endpoint */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	updateWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an endpoint */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["WebhookChangeRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Webhook"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	rotateWebhookSecret: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an endpoint */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: {
			content: {
				"application/json": components["schemas"]["RotateSecretRequest"];
			};
		};
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["NewWebhook"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	testWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of an endpoint */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			202: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WebhookTest"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	listWebhookDeliveries: {
		parameters: {
			query?: {
				/** Those that were given up. Default false: those that wait */
				dead?: boolean;
				/** At most so many. Default 100 */
				limit?: number;
				/** `cursor` of the part before */
				cursor?: string;
			};
			header?: never;
			path: {
				/** Id of an endpoint */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["WebhookDeliveryPage"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	redeliverWebhook: {
		parameters: {
			query?: never;
			header?: never;
			path: {
				/** Id of a delivery: the same at every attempt */
				delivery: string;
				/** Id of an endpoint */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			204: {
				headers: {
					[name: string]: unknown;
				};
				content?: never;
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	getLimits: {
		parameters: {
			query?: never;
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/json": components["schemas"]["Limits"];
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	followEvents: {
		parameters: {
			query?: {
				/** An id of an earlier stream of the same address: what came after it. `Last-Event-ID` counts before it. Default: from now on */
				after?: string;
			};
			header?: never;
			path?: never;
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/event-stream": string;
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	followWorkflow: {
		parameters: {
			query?: {
				/** An id of an earlier stream of the same address: what came after it. `Last-Event-ID` counts before it. Default: from now on */
				after?: string;
			};
			header?: never;
			path: {
				/** Id of a workflow */
				id: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/event-stream": string;
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
	followQueue: {
		parameters: {
			query?: {
				/** An id of an earlier stream of the same address: what came after it. `Last-Event-ID` counts before it. Default: from now on */
				after?: string;
			};
			header?: never;
			path: {
				/** Name of a queue */
				queue: string;
			};
			cookie?: never;
		};
		requestBody?: never;
		responses: {
			/** Done */
			200: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"text/event-stream": string;
				};
			};
			/** A problem */
			default: {
				headers: {
					[name: string]: unknown;
				};
				content: {
					"application/problem+json": components["schemas"]["Problem"];
				};
			};
		};
	};
}
