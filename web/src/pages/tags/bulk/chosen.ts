/** Which instances and tags are chosen, and how the chosen instances are read: a bounded number in each reply. */
import { catalogue, type WireOf } from '@whalefall/contract';
import { call } from '../../../api';

export const INSTANCES = catalogue.instancesManage.listInstancesData;
export type Instance = NonNullable<WireOf<typeof INSTANCES>>['items'][number];
export type Chosen = ReadonlyMap<number, Instance>;
type Query = NonNullable<Parameters<typeof call<typeof INSTANCES>>[1]['query']>;

/** What the server takes in one change. */
export const MOST = 1000;
const CHUNK = 100;

/** `1,2` or repeated. */
export const idsOf = (given: readonly string[]): number[] =>
  [...new Set(given.flatMap((one) => one.split(',')).map(Number))].filter((one) => Number.isInteger(one) && one > 0).slice(0, MOST);

/** Those of the ids that are there. */
export async function readByIds(ids: readonly number[]): Promise<Chosen> {
  const found: Instance[] = [];
  for (let at = 0; at < ids.length; at += CHUNK)
    found.push(...(await call(INSTANCES, { query: { ids: ids.slice(at, at + CHUNK), limit: CHUNK } })).data.items);
  return new Map(found.map((one) => [one.id, one]));
}

/** Every instance that a filter leaves, up to what one change takes. */
export async function readFound(filter: Query): Promise<Instance[]> {
  const found: Instance[] = [];
  for (let page = 1, pages = 1; page <= pages && found.length < MOST; page++) {
    const { data } = await call(INSTANCES, { query: { ...filter, page, limit: CHUNK } });
    found.push(...data.items);
    pages = data.pages;
  }
  return found.slice(0, MOST);
}

export function withRows(chosen: Chosen, rows: readonly Instance[], on: boolean): Chosen {
  const next = new Map(chosen);
  for (const row of rows) {
    if (on) next.set(row.id, row);
    else next.delete(row.id);
  }
  return next;
}
