/** What bad-input.test.ts and fuzz.test.ts share: one of everything to ask about, sound values for fields, and what a reply owes. */
import { catalogue, errorEnvelope, type Named, type RouteDef } from '@whalefall/contract';
import type { LightMyRequestResponse } from 'fastify';
import type { z } from 'zod';
import type { TestHouse } from './harness.ts';
import { makeCredential, makeInstance } from './make.ts';
import { makeUser } from './people.ts';

export type Route = RouteDef & Named;
export type Known = Record<string, unknown>;
export const routes = Object.values(catalogue).flatMap((file) => Object.values(file) as Route[]);
export const apis = routes.filter((route) => !['page', 'form', 'events'].includes(route.kind ?? 'json'));
/** The route that does the work of a form. */
export const workOf = (route: Route): Route =>
  route.kind === 'form' ? routes.find((one) => one.file === route.file && one.id.endsWith(`.${route.form}`))! : route;

interface Def {
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  in?: z.ZodType;
}
export const shapeOf = (schema: z.ZodType): Record<string, z.ZodType> => {
  const def = (schema as unknown as { _zod: { def: Def } })._zod.def;
  return def.shape ?? (def.innerType ? shapeOf(def.innerType) : def.in ? shapeOf(def.in) : {});
};

/** One of everything, so that what is wrong is found by the schema and not by the missing row. */
export async function makeKnown(house: TestHouse): Promise<Known> {
  const credential_id = await makeCredential(house);
  // Not active: the routes that start long work find nothing to do.
  const instance_id = await makeInstance(house, { is_active: false });
  const { id: user_id } = await makeUser(house);
  const tag = await house.deps.db.selectFrom('tags').select(['id', 'name']).orderBy('id').executeTakeFirstOrThrow();
  const { id: database_id } = await house.deps.db
    .insertInto('instance_databases')
    .values({ instance_id, database_name: 'sound', first_seen_date: '2025-12-01', last_seen_date: '2025-12-01' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return {
    ...{ job_id: 'no_such_job', session_id: 'no-such-session', token_id: 1 },
    ...{ credential_id, instance_id, database_id, user_id, tag_id: tag.id, tag_name: tag.name, tag_names: [tag.name] },
    ...(await classified(house, instance_id)),
  };
}
/** An account with a class, a class and a rule of our own. */
async function classified(house: TestHouse, instance_id: number): Promise<Known> {
  const { db } = house.deps;
  const word = `sound-${instance_id}`;
  const one = { instance_id, username: word, db_type: 'postgresql' };
  const { id: instance_account_id } = await db.insertInto('instance_accounts').values(one).returning('id').executeTakeFirstOrThrow();
  const snapshot = { ...one, instance_account_id };
  const { id: account_id } = await db.insertInto('account_permission').values(snapshot).returning('id').executeTakeFirstOrThrow();
  const { id: classification_id } = await db
    .insertInto('account_classifications')
    .values({ name: word })
    .returning('id')
    .executeTakeFirstOrThrow();
  const rule_expression = { type: 'postgresql_permissions', operator: 'OR', role_attributes: ['can_super'] };
  const { id: rule_id } = await db
    .insertInto('classification_rules')
    .values({ classification_id, db_type: 'postgresql', rule_name: word, rule_expression: JSON.stringify(rule_expression) })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id: assignment_id } = await db
    .insertInto('account_classification_assignments')
    .values({ account_id, classification_id })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { account_id, classification_id, rule_id, rule_ids: [rule_id], rule_expression, operator: 'OR', assignment_id };
}

let counter = 0;
/** Tried in this order for each field: the first that its schema takes is its good value. */
const good = (field: string, known: Known): unknown[] => [
  known[field],
  ...(field === 'db_type' ? ['postgresql'] : []),
  ...(/password/.test(field) ? ['Sound-horse-9'] : []),
  ...(/host/.test(field) ? ['10.99.0.1'] : []),
  ...(/date/.test(field) ? ['2026-03-01'] : []),
  `sound_${++counter}`,
  5432,
  true,
  'database',
  'other',
  'viewer',
  'en',
  'light',
  'primary',
  'cron',
  [known.instance_id],
  {},
];
/** A value that the field's schema takes; undefined when none is known. */
export const soundValue = (field: string, schema: z.ZodType, known: Known): unknown =>
  good(field, known).find((candidate) => candidate !== undefined && schema.safeParse(candidate).success);
export function soundBody(schema: z.ZodType, known: Known): Record<string, unknown> {
  const body = Object.fromEntries(
    Object.entries(shapeOf(schema)).flatMap(([field, one]) => {
      const value = soundValue(field, one, known);
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(`no sound body: ${JSON.stringify(parsed.error.issues)}`);
  return body;
}

/** What is wrong with a reply as such, whatever was asked: a failure of ours, data or an envelope outside of the contract. */
export function replyFault(route: Route, reply: LightMyRequestResponse): string | null {
  const { statusCode: status } = reply;
  if (status >= 500) return `${status} ${reply.body.slice(0, 300)}`;
  const media = String(reply.headers['content-type']).split(';')[0]!;
  if (status >= 300 && status < 400) return reply.headers.location ? null : `${status} that leads nowhere`;
  if (route.kind === 'page' || route.kind === 'form') return media === 'text/html' ? null : `a page that is ${media}`;
  if (status >= 400) {
    const envelope = media === 'application/json' ? errorEnvelope.safeParse(reply.json()) : null;
    return envelope?.success ? null : `${status} without the envelope: ${reply.body.slice(0, 200)}`;
  }
  if (route.kind === 'file' || media === 'text/csv') return null;
  const { data, success, error, message, timestamp } = reply.json();
  if (success !== true || error !== false || typeof message !== 'string' || Number.isNaN(Date.parse(timestamp)))
    return `${status} without the envelope: ${reply.body.slice(0, 200)}`;
  if (!route.reply) return data === undefined ? null : 'data that the contract does not promise';
  const parsed = route.reply.safeParse(data);
  return parsed.success ? null : `reply outside its schema: ${JSON.stringify(parsed.error.issues.slice(0, 3))}`;
}
