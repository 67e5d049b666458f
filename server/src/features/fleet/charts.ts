import type { Locale } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import { addDays, businessDate, startOfDay } from '../../clock.ts';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries/charts.ts';

const DAYS = 7;

/** The four charts of the dashboard: seven business days, today last; a day without anything is 0. */
export async function charts(db: Kysely<DB>, now: Date, timeZone: string, admin: boolean) {
  const today = businessDate(now, timeZone);
  const days = Array.from({ length: DAYS }, (_, i) => addDays(today, i - DAYS + 1));
  const since = startOfDay(days[0]!, timeZone);
  const [logs, sessions, jobs] = await Promise.all([
    queries.logsByDay(db, since, timeZone, admin),
    queries.sessionsByDay(db, since, timeZone),
    queries.jobStates(db),
  ]);
  const sum = (rows: readonly { count: number }[]) => rows.reduce((n, row) => n + row.count, 0);
  return {
    log_trend: days.map((date) => ({
      date,
      error_count: sum(logs.filter((row) => row.date === date && row.level !== 'WARNING')),
      warning_count: sum(logs.filter((row) => row.date === date && row.level === 'WARNING')),
    })),
    log_levels: (['ERROR', 'WARNING', 'CRITICAL'] as const).map((level) => ({
      level,
      count: sum(logs.filter((row) => row.level === level)),
    })),
    task_status: [
      { status: 'active' as const, count: jobs.active },
      { status: 'inactive' as const, count: jobs.inactive },
    ],
    sync_trend: days.map((date) => ({ date, count: sum(sessions.filter((row) => row.date === date)) })),
  };
}

const RESOURCES: Record<string, { zh: string; en: string; page?: (id: string) => string }> = {
  instance: { zh: '实例', en: 'instance', page: (id) => `/instances/${id}` },
  credential: { zh: '凭据', en: 'credential', page: (id) => `/credentials/${id}` },
  tag: { zh: '标签', en: 'tag', page: (id) => `/tags/edit/${id}` },
  user: { zh: '用户', en: 'user' },
  personal_token: { zh: '个人令牌', en: 'personal token' },
  sync_session: { zh: '同步会话', en: 'sync session', page: (id) => `/history/sessions/?session=${id}` },
  scheduler_job: { zh: '定时任务', en: 'scheduled job' },
};
const ACTIONS: Record<string, { zh: string; en: string }> = {
  create: { zh: '创建', en: 'created' },
  update: { zh: '修改', en: 'changed' },
  delete: { zh: '删除', en: 'deleted' },
  start: { zh: '启动', en: 'started' },
  cancel: { zh: '取消', en: 'cancelled' },
  run: { zh: '执行', en: 'ran' },
  sign_in: { zh: '登录', en: 'signed in' },
  sign_out: { zh: '退出', en: 'signed out' },
  change_password: { zh: '修改密码', en: 'changed the password' },
  test_connection: { zh: '测试连接', en: 'tested a connection' },
  revoke: { zh: '吊销', en: 'revoked' },
};

/** Audit events as the activity list shows them. */
export function activities(events: Awaited<ReturnType<typeof queries.latestEvents>>, locale: Locale) {
  const language = locale === 'en' ? 'en' : 'zh';
  return events.map((event) => {
    const resource = RESOURCES[event.resource];
    const [noun, verb] = [resource?.[language] ?? event.resource, ACTIONS[event.action]?.[language] ?? event.action];
    const named = (event.after ?? event.before) as { name?: string; username?: string } | null;
    const name = named?.name ?? named?.username ?? event.resource_id ?? '';
    const title =
      event.resource === 'user' && event.action.startsWith('sign')
        ? verb
        : locale === 'en'
          ? `${verb} ${noun} ${name}`
          : `${verb}${noun} ${name}`;
    return {
      id: event.id,
      time: event.time,
      type: `${event.resource}.${event.action}`,
      title: title.trim(),
      user: event.username ?? '',
      link: event.resource_id && event.action !== 'delete' ? (resource?.page?.(event.resource_id) ?? null) : null,
    };
  });
}
