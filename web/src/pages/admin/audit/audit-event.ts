/** What an audit record says, made ready to be shown (pure). */
/** What people can do here, and to what; a word that is not among them is shown as it is. */
export const ACTIONS = [
  'create',
  'update',
  'delete',
  'start',
  'cancel',
  'run',
  'pause',
  'resume',
  'reload',
  'clear',
  'drop',
  'revoke',
  'rotate_key',
  'sign_in',
  'sign_out',
  'change_password',
  'assign_tags',
  'remove_tags',
  'test_connection',
  'deny',
] as const;
export const RESOURCES = [
  'user',
  'personal_token',
  'credential',
  'instance',
  'tag',
  'classification',
  'classification_rule',
  'classification_assignment',
  'scheduler_job',
  'sync_session',
  'partition',
  'cache',
  'setting',
  'path',
] as const;

export interface ChangedField {
  field: string;
  before: unknown;
  after: unknown;
}
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Field by field; of two whole records only what differs. */
export function changedFields(before: unknown, after: unknown): ChangedField[] {
  if ((before === null || before === undefined) && (after === null || after === undefined)) return [];
  if (!isObject(before ?? {}) || !isObject(after ?? {})) return [{ field: '–', before, after }];
  const [old, now] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => !same(old[field], now[field]))
    .map((field) => ({ field, before: old[field], after: now[field] }));
}

export function valueText(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value);
}

const PLACES: Record<string, (id: string) => string> = {
  instance: (id) => `/instances/${id}`,
  credential: (id) => `/credentials/${id}`,
  tag: (id) => `/tags/edit/${id}`,
  sync_session: (id) => `/history/sessions/?session=${id}`,
  scheduler_job: (id) => `/scheduler/?job=${id}`,
};
/** Where the object of a record stands, if it has a page and is still there. */
export function placeOf(event: { action: string; resource: string; resource_id: string | null }): string | null {
  if (!event.resource_id || event.action === 'delete') return null;
  return PLACES[event.resource]?.(encodeURIComponent(event.resource_id)) ?? null;
}
