/** What made-up accounts are made from: names, one account, one grant (pure). */
import type { AccountFact } from '../engine.ts';
import { canonicalFacts, emptyFacts, type Grant, type Membership, type PrivilegeFacts } from '../facts.ts';
import type { Random } from './random.ts';

const PEOPLE =
  'zhang.wei li.na wang.fang liu.yang chen.jie yang.min zhao.lei huang.yan zhou.tao wu.xia xu.bin sun.li ma.chao zhu.lin hu.jun guo.hui he.ping gao.feng lin.yue luo.dan a.novak m.garcia j.smith s.kim p.muller t.sato'.split(
    ' ',
  );
const SERVICES =
  'order payment stock member coupon search report gateway audit billing ledger crm erp wms bi etl cdc sso notify archive risk pricing'.split(
    ' ',
  );
const DUTIES = ['app', 'svc', 'job', 'api', 'sync'];

/** Names that occur on one server: services, people, tools. */
export function accountNames(random: Random, count: number): { name: string; sort: 'service' | 'person' | 'tool' }[] {
  const names = new Map<string, 'service' | 'person' | 'tool'>();
  for (const tool of ['backup', 'monitor', 'exporter', 'repl']) names.set(tool, 'tool');
  for (let i = 0; names.size < count; i += 1) {
    if (random.chance(0.3)) names.set(`${random.pick(PEOPLE)}${i > 60 ? i : ''}`, 'person');
    else names.set(`${random.pick(DUTIES)}_${random.pick(SERVICES)}${random.chance(0.5) ? '_ro' : ''}${i > 40 ? `_${i}` : ''}`, 'service');
  }
  return [...names].slice(0, count).map(([name, sort]) => ({ name, sort }));
}

export interface Made {
  isSuperuser?: boolean;
  isLocked?: boolean;
  isRole?: boolean;
  isPublic?: boolean;
  displayName?: string;
  changedAt?: string | null;
  typeSpecific?: Record<string, unknown>;
  facts?: Partial<PrivilegeFacts>;
}

export function makeAccount(username: string, made: Made): AccountFact {
  const facts = { ...emptyFacts(), ...made.facts };
  return {
    username,
    displayName: made.displayName ?? username,
    isSuperuser: made.isSuperuser ?? false,
    isLocked: made.isLocked ?? false,
    isRole: made.isRole ?? false,
    isPublic: made.isPublic ?? false,
    passwordLastChanged: made.changedAt ?? null,
    typeSpecific: { ...made.typeSpecific, is_role: made.isRole ?? false, is_public: made.isPublic ?? false },
    facts: canonicalFacts(facts),
  };
}

export const grant = (place: Omit<Grant, 'privilege' | 'state' | 'grantable'>, privilege: string, more: Partial<Grant> = {}): Grant => ({
  ...place,
  privilege,
  state: 'grant',
  grantable: false,
  ...more,
});
export const member = (role: string, more: Partial<Membership> = {}): Membership => ({
  role,
  admin: false,
  inherit: true,
  set: true,
  default: true,
  ...more,
});
/** An instant of the year before the fleet's first day. */
export const someDay = (random: Random): string =>
  new Date(1_700_000_000_000 + random.int(0, 30_000_000) * 1000).toISOString().replace('Z', '+00:00');

export const WRITING = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
