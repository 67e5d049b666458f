import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { LinkButton } from '../../../ui/link-button';
import { Panel } from '../../../ui/page';
import { Empty, Failed, Skeleton } from '../../../ui/states';
import { Engine } from '../../../ui/status';
import { EngineFilter, SearchBox } from '../../../ui/table/filters';
import { useList } from '../../../ui/table/list-state';
import { Pager } from '../../../ui/table/pager';
import { TagChips } from '../tag-chips';
import { type Chosen, type Instance, INSTANCES, MOST, readFound, withRows } from './chosen';

const STANDARD = { sort: 'name', order: 'asc', limit: 50 };

/** The fleet page by page; what is chosen stays chosen on every page. */
export function InstanceList({ chosen, onChange, wide }: { chosen: Chosen; onChange: (chosen: Chosen) => void; wide: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useList(INSTANCES, STANDARD);
  const read = useRoute(INSTANCES, { query: list.query }, { keep: true });
  const [busy, setBusy] = useState(false);
  const data = read.data;
  const rows = data?.items ?? [];
  const on = rows.filter((row) => chosen.has(row.id)).length;
  async function chooseFound() {
    setBusy(true);
    const { page: _, limit: __, ...filter } = list.query;
    await readFound(filter)
      .then((found) => onChange(withRows(chosen, found, true)))
      .finally(() => setBusy(false));
  }
  return (
    <Panel
      flush
      className={wide ? 'span-12' : 'span-7'}
      title={t('tags.bulk.instances')}
      extra={
        <>
          <span className="bulk-search">
            <SearchBox
              value={list.text('search') ?? ''}
              onChange={(search) => list.set({ search })}
              busy={read.isPlaceholderData && read.isFetching}
              placeholder={t('tags.bulk.findInstance')}
            />
          </span>
          <EngineFilter value={list.text('db_type')} onChange={(db_type) => list.set({ db_type })} />
        </>
      }
    >
      {read.isError && !data ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !data ? (
        <Skeleton lines={12} />
      ) : data.total === 0 && !list.filtered ? (
        <Empty
          title={t('tags.bulk.noInstances')}
          action={
            <LinkButton type="primary" href="/instances/create">
              {t('instances.new')}
            </LinkButton>
          }
        >
          {t('tags.bulk.noInstancesText')}
        </Empty>
      ) : (
        <>
          {rows.length > 0 && (
            <div className="bulk-head">
              <Checkbox
                checked={on > 0 && on === rows.length}
                indeterminate={on > 0 && on < rows.length}
                onChange={(event) => onChange(withRows(chosen, rows, event.target.checked))}
              >
                {t('tags.bulk.chooseShown')}
              </Checkbox>
              {data.total > rows.length && (
                <Button size="small" type="link" loading={busy} onClick={() => void chooseFound()}>
                  {t('tags.bulk.chooseFound', { n: format.number(Math.min(data.total, MOST)) })}
                </Button>
              )}
            </div>
          )}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
          <div className="bulk-list" role="group" aria-label={t('tags.bulk.instances')} tabIndex={0}>
            {rows.length === 0 && <p className="panel-none">{t('tags.bulk.nothingFound')}</p>}
            <ul>
              {rows.map((row) => (
                <Row key={row.id} row={row} on={chosen.has(row.id)} onFlip={(now) => onChange(withRows(chosen, [row], now))} />
              ))}
            </ul>
          </div>
          {data.pages > 1 && (
            <Pager
              page={data.page}
              pages={data.pages}
              limit={data.limit}
              total={data.total}
              href={(page) => list.href({ page: page === 1 ? null : page })}
              onLimit={(limit) => list.set({ limit })}
            />
          )}
        </>
      )}
    </Panel>
  );
}

function Row({ row, on, onFlip }: { row: Instance; on: boolean; onFlip: (on: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <li>
      <Checkbox checked={on} onChange={(event) => onFlip(event.target.checked)}>
        <span className="bulk-instance">
          <span>
            {row.name}
            {!row.is_active && <small className="muted"> {t('tags.bulk.inactiveInstance')}</small>}
          </span>
          <small className="mono">
            {row.host}:{row.port}
          </small>
        </span>
      </Checkbox>
      <span className="row">
        <Engine type={row.db_type} />
        {row.tags.length > 0 && <TagChips items={row.tags} max={3} />}
      </span>
    </li>
  );
}
