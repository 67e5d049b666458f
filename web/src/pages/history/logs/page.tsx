import { catalogue, LOG_LEVELS } from '@whalefall/contract';
import { Switch } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { urlOf, useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { Page, Stats } from '../../../ui/page';
import { usePreference } from '../../../ui/preferences';
import { Empty } from '../../../ui/states';
import { DateFilter, FilterMany, FilterSelect } from '../../../ui/table/filters';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import { useUrl } from '../../../ui/url';
import { logColumns } from './columns';
import { LevelTimeline } from './level-timeline';
import { LogDrawer } from './log-drawer';
import './logs.css';

const { searchLogs: LIST, getLogStats, getLogStatistics, listLogModules } = catalogue.historyLogs;
const HOURS = ['1', '24', '168', '720'] as const;
const LIVE_MS = 5000;
const EXPORT_ROWS = 100_000;
const ERRORS = ['ERROR', 'CRITICAL'];

export default function Logs() {
  const { t } = useTranslation();
  const format = useFormat();
  const { href, search } = useUrl();
  const list = useList(LIST);
  const [live, setLive] = usePreference('logs.live', false);
  const refetchInterval = live && list.page === 1 ? LIVE_MS : false;
  const { page: _, limit: __, sort: ___, order: ____, ...filter } = list.query;
  const result = useRoute(LIST, { query: list.query }, { keep: true, refetchInterval });
  const counts = useRoute(getLogStats, { query: filter as never }, { keep: true, refetchInterval });
  const bounded = list.text('start_time') ?? list.text('end_time');
  const hours = Number(list.text('hours') ?? 24);
  const statistics = useRoute(getLogStatistics, { query: { hours } }, { keep: true, enabled: !bounded });
  const modules = useRoute(listLogModules, {}, { staleTime: 60_000 });
  const columns = useMemo(() => logColumns(t, format, href), [t, format, href]);
  const levels = list.texts('level');
  const day = (key: string) => list.text(key)?.slice(0, 10);
  const is = (wanted: readonly string[]) => levels.length === wanted.length && wanted.every((level) => levels.includes(level));
  return (
    <Page
      title={t('logs.title')}
      actions={
        <label className="row">
          <Switch size="small" checked={live} onChange={setLive} aria-label={t('logs.live')} />
          {t('logs.live')}
        </label>
      }
    >
      <Stats
        items={[
          {
            key: 'total',
            label: t('logs.stats.total'),
            value: format.number(counts.data?.total_logs),
            href: list.href({ level: null }),
            current: levels.length === 0,
          },
          {
            key: 'errors',
            label: t('logs.stats.errors'),
            value: format.number(counts.data?.error_logs),
            href: list.href({ level: ERRORS }),
            current: is(ERRORS),
            tone: counts.data && counts.data.error_logs > 0 ? 'bad' : undefined,
          },
          {
            key: 'warnings',
            label: t('logs.stats.warnings'),
            value: format.number(counts.data?.warning_logs),
            href: list.href({ level: 'WARNING' }),
            current: is(['WARNING']),
            tone: counts.data && counts.data.warning_logs > 0 ? 'warn' : undefined,
          },
          { key: 'modules', label: t('logs.stats.modules'), value: format.number(counts.data?.modules_count) },
        ]}
      />
      {!bounded && statistics.data && statistics.data.timeline.length > 0 && <LevelTimeline timeline={statistics.data.timeline} />}
      <ListPage
        id="logs"
        label={t('logs.title')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        current={Number(search.get('log')) || null}
        searchLabel={t('logs.search')}
        csv={urlOf(catalogue.files.exportLogs, {
          query: { ...filter, ...(bounded ? {} : { hours }), format: 'csv', limit: EXPORT_ROWS } as never,
        })}
        filters={
          <>
            <FilterMany
              label={t('logs.level')}
              value={levels}
              options={LOG_LEVELS.map((value) => ({ value, label: t(`logs.levels.${value}`) }))}
              onChange={(level) => list.set({ level })}
              width={130}
            />
            <FilterSelect
              label={t('logs.module')}
              value={list.text('module')}
              options={(modules.data?.modules ?? []).map((value) => ({ value, label: value }))}
              onChange={(module) => list.set({ module })}
              width={150}
              search
            />
            <FilterSelect
              label={t('logs.range')}
              value={bounded ? undefined : String(hours)}
              options={HOURS.map((value) => ({ value, label: t(`logs.ranges.${value}`) }))}
              onChange={(value) => list.set({ hours: value === '24' ? null : value, start_time: null, end_time: null })}
            />
            <DateFilter
              label={t('logs.from')}
              value={day('start_time')}
              onChange={(value) => list.set({ start_time: value && `${value}T00:00:00`, hours: null })}
            />
            <DateFilter
              label={t('logs.to')}
              value={day('end_time')}
              onChange={(value) => list.set({ end_time: value && `${value}T23:59:59`, hours: null })}
            />
          </>
        }
        empty={<Empty title={t('logs.empty')}>{t('logs.emptyText')}</Empty>}
      />
      <LogDrawer />
    </Page>
  );
}
