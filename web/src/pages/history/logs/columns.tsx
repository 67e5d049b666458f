import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import type { Format } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Chip, type Tone } from '../../../ui/status';
import type { Column } from '../../../ui/table/table';

export type LogRow = NonNullable<WireOf<typeof catalogue.historyLogs.searchLogs>>['items'][number];

export const LEVEL_TONES: Record<LogRow['level'], Tone> = { DEBUG: 'quiet', INFO: 'info', WARNING: 'warn', ERROR: 'bad', CRITICAL: 'bad' };

export function Level({ level, t }: { level: LogRow['level']; t: TFunction }) {
  return <Chip tone={LEVEL_TONES[level]}>{t(`logs.levels.${level}`)}</Chip>;
}

export function logColumns(
  t: TFunction,
  format: Format,
  href: (patch: Record<string, string | number | null>) => string,
): Column<LogRow>[] {
  return [
    {
      key: 'timestamp',
      title: t('logs.time'),
      sort: 'timestamp',
      fixed: true,
      width: 176,
      render: (row) => <span className="nowrap mono">{format.dateTime(row.created_at)}</span>,
    },
    { key: 'level', title: t('logs.level'), sort: 'level', width: 84, render: (row) => <Level level={row.level} t={t} /> },
    {
      key: 'module',
      title: t('logs.module'),
      sort: 'module',
      width: 150,
      render: (row) => (
        <A href={href({ module: row.module, page: null })} title={t('logs.only')} className="mono">
          {row.module}
        </A>
      ),
    },
    {
      key: 'message',
      title: t('logs.message'),
      fixed: true,
      lead: true,
      render: (row) => (
        <A href={href({ log: row.id })} className="cut log-message" title={row.message}>
          {row.message}
        </A>
      ),
    },
    { key: 'id', title: 'ID', sort: 'id', align: 'end', hidden: true, render: (row) => row.id },
  ];
}
