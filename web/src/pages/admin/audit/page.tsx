import { catalogue, type WireOf } from '@whalefall/contract';
import { Drawer } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Facts, Page } from '../../../ui/page';
import { Empty } from '../../../ui/states';
import { Chip, type Tone } from '../../../ui/status';
import { DateFilter, FilterSelect } from '../../../ui/table/filters';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import { type Column, Table } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';
import { ACTIONS, changedFields, placeOf, RESOURCES, valueText } from './audit-event';

const LIST = catalogue.main.listAuditEvents;
type Event = NonNullable<WireOf<typeof LIST>>['items'][number];
const TONES: Partial<Record<string, Tone>> = { create: 'good', delete: 'bad', drop: 'bad', revoke: 'warn', deny: 'warn', update: 'info' };

export default function Audit() {
  const { t } = useTranslation();
  const format = useFormat();
  const { href, search } = useUrl();
  const list = useList(LIST);
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const columns = useMemo<Column<Event>[]>(
    () => [
      {
        key: 'time',
        title: t('admin.audit.time'),
        sort: 'time',
        fixed: true,
        width: 176,
        render: (row) => (
          <A href={href({ event: row.id })} className="nowrap mono">
            {format.dateTime(row.time)}
          </A>
        ),
      },
      {
        key: 'user',
        title: t('admin.audit.user'),
        sort: 'username',
        lead: true,
        render: (row) =>
          row.username ? <span className="mono">{row.username}</span> : <span className="muted">{t('admin.audit.system')}</span>,
      },
      { key: 'action', title: t('admin.audit.action'), sort: 'action', render: (row) => <ActionChip action={row.action} /> },
      { key: 'resource', title: t('admin.audit.resource'), sort: 'resource', render: (row) => <Where event={row} /> },
      {
        key: 'what',
        title: t('admin.audit.what'),
        render: (row) => {
          const fields = changedFields(row.before, row.after)
            .map((one) => one.field)
            .join(', ');
          return (
            <span className="cut mono" title={fields}>
              {fields || '–'}
            </span>
          );
        },
      },
      { key: 'ip', title: t('admin.audit.ip'), render: (row) => <span className="mono">{row.ip ?? '–'}</span> },
      {
        key: 'request',
        title: t('admin.audit.request'),
        hidden: true,
        render: (row) => <span className="mono">{row.request_id ?? '–'}</span>,
      },
    ],
    [t, format, href],
  );
  const open = Number(search.get('event')) || null;
  const event = result.data?.items.find((one) => one.id === open);
  return (
    <Page title={t('admin.audit.title')}>
      <ListPage
        id="audit"
        label={t('admin.audit.title')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        current={open}
        searchLabel={t('admin.audit.search')}
        filters={
          <>
            <FilterSelect
              label={t('admin.audit.action')}
              value={list.text('action')}
              options={ACTIONS.map((value) => ({ value, label: t(`admin.audit.actions.${value}`) }))}
              onChange={(action) => list.set({ action })}
            />
            <FilterSelect
              label={t('admin.audit.resource')}
              value={list.text('resource')}
              options={RESOURCES.map((value) => ({ value, label: t(`admin.audit.resources.${value}`) }))}
              onChange={(resource) => list.set({ resource })}
            />
            <DateFilter label={t('admin.audit.from')} value={list.text('date_from')} onChange={(date_from) => list.set({ date_from })} />
            <DateFilter label={t('admin.audit.to')} value={list.text('date_to')} onChange={(date_to) => list.set({ date_to })} />
          </>
        }
        empty={<Empty title={t('admin.audit.empty')}>{t('admin.audit.emptyText')}</Empty>}
      />
      <EventDrawer event={event} />
    </Page>
  );
}

function ActionChip({ action }: { action: string }) {
  const { t } = useTranslation();
  const known = ACTIONS.find((one) => one === action);
  return <Chip tone={TONES[action]}>{known ? t(`admin.audit.actions.${known}`) : action}</Chip>;
}

function Where({ event }: { event: Event }) {
  const { t } = useTranslation();
  const known = RESOURCES.find((one) => one === event.resource);
  const name = known ? t(`admin.audit.resources.${known}`) : event.resource;
  const place = placeOf(event);
  const id = event.resource_id && <code>{event.resource_id}</code>;
  return (
    <span className="row">
      {name} {place && id ? <A href={place}>{id}</A> : id}
    </span>
  );
}

function EventDrawer({ event }: { event: Event | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { set } = useUrl();
  const fields = event ? changedFields(event.before, event.after) : [];
  return (
    <Drawer
      open={event !== undefined}
      onClose={() => set({ event: null })}
      title={event && t('admin.audit.one', { id: event.id })}
      size={760}
      destroyOnHidden
    >
      {event && (
        <div className="stack">
          <Facts
            items={[
              [t('admin.audit.time'), format.dateTime(event.time)],
              [t('admin.audit.user'), event.username ?? t('admin.audit.system')],
              [t('admin.audit.action'), <ActionChip key="action" action={event.action} />],
              [t('admin.audit.resource'), <Where key="where" event={event} />],
              [t('admin.audit.ip'), <span key="ip" className="mono">{event.ip ?? '–'}</span>], // prettier-ignore
              [
                t('admin.audit.request'),
                <span key="request" className="mono">
                  {event.request_id ?? '–'}
                </span>,
              ],
            ]}
          />
          {fields.length === 0 ? (
            <p className="muted">{t('admin.audit.noContent')}</p>
          ) : (
            <div className="boxed">
              <Table
                label={t('admin.audit.what')}
                rows={fields}
                rowKey={(one) => one.field}
                columns={[
                  { key: 'field', title: t('admin.audit.field'), lead: true, render: (one) => <code>{one.field}</code> },
                  { key: 'before', title: t('admin.audit.before'), render: (one) => <pre className="plain">{valueText(one.before)}</pre> },
                  { key: 'after', title: t('admin.audit.after'), render: (one) => <pre className="plain">{valueText(one.after)}</pre> },
                ]}
              />
            </div>
          )}
        </div>
      )}
    </Drawer>
  );
}
