import { catalogue, type WireOf } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Page, Stats } from '../../../ui/page';
import { Path } from '../../../ui/permission-view/path';
import { RelativeTime } from '../../../ui/relative-time';
import { Empty } from '../../../ui/states';
import { Chip, Engine } from '../../../ui/status';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import type { Column } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';
import { AccountDrawer } from '../account-drawer';
import './access.css';
import { Question } from './question';
import { SavedQuestions } from './saved-questions';

const LIST = catalogue.account.listAccess;
type Access = NonNullable<WireOf<typeof LIST>>['items'][number];
const STATS = ['accounts', 'instances', 'set_role', 'public', 'denied', 'unread'] as const;

export default function AccessPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { href, search } = useUrl();
  const list = useList(LIST);
  const asked = Boolean(list.text('privilege'));
  const result = useRoute(LIST, { query: list.query }, { keep: true, enabled: asked });
  const summary = result.data?.summary;
  const columns = useMemo<Column<Access>[]>(
    () => [
      {
        key: 'username',
        title: t('access.account'),
        sort: 'username',
        fixed: true,
        lead: true,
        render: (row) => (
          <span className="row">
            <A href={href({ account: row.account_id, view: null })} className="mono">
              {row.username}
            </A>
            {row.is_superuser && <Chip tone="bad">{t('accounts.superuser')}</Chip>}
            {row.is_locked && <Chip tone="warn">{t('accounts.locked')}</Chip>}
          </span>
        ),
      },
      {
        key: 'instance',
        title: t('access.instance'),
        sort: 'instance_name',
        render: (row) => <A href={`/instances/${row.instance_id}`}>{row.instance_name}</A>,
      },
      { key: 'engine', title: t('instances.dbType'), render: (row) => <Engine type={row.db_type} /> },
      {
        key: 'may',
        title: t('access.may'),
        render: (row) => (
          <span className="access-may">
            <code>{row.privilege === 'ALL' ? t('accounts.priv.everything') : row.privilege}</code>
            {row.grantable && <sup title={t('accounts.priv.grantable')}>＋</sup>}
          </span>
        ),
      },
      {
        key: 'where',
        title: t('access.where'),
        render: (row) => {
          const place = [row.database, row.schema, row.object, row.column].filter(Boolean).join('.') || null;
          return (
            <span className="row">
              {place ? (
                <span className="cut mono" title={place}>
                  {place}
                </span>
              ) : (
                t('access.whole')
              )}
              {row.places > 1 && <small className="muted">{t('access.places', { n: format.number(row.places) })}</small>}
            </span>
          );
        },
      },
      {
        key: 'way',
        title: t('access.way'),
        render: (row) => (
          <span className="row">
            <Path steps={row.via} />
            {row.set_role && <Chip tone="info">{t('accounts.priv.setRole')}</Chip>}
            {row.denied_by && (
              <Chip tone="bad" title={t('accounts.priv.deniedBy', { by: row.denied_by.map((step) => step[1] ?? step[0]).join(' → ') })}>
                {t('access.denied')}
              </Chip>
            )}
          </span>
        ),
      },
      { key: 'since', title: t('access.since'), render: (row) => <RelativeTime at={row.since} empty="–" /> },
    ],
    [t, format, href],
  );
  return (
    <Page title={t('access.title')} meta={t('access.intro')}>
      <SavedQuestions />
      <Question list={list} />
      {asked ? (
        <>
          <Stats
            items={STATS.map((key) => ({
              key,
              label: t(`access.stats.${key}`),
              value: format.number(summary?.[key]),
              tone: key === 'unread' && (summary?.unread ?? 0) > 0 ? ('warn' as const) : undefined,
            }))}
          />
          <ListPage
            id="access"
            label={t('access.title')}
            title={t('access.answers')}
            list={{ ...list, filtered: false }}
            result={result}
            columns={columns}
            rowKey={(row) => row.account_id}
            current={Number(search.get('account')) || null}
            empty={<Empty title={t('access.none')}>{t('access.noneText', { n: format.number(summary?.asked) })}</Empty>}
          />
        </>
      ) : (
        <div className="panel">
          <Empty title={t('access.start')}>{t('access.startText')}</Empty>
        </div>
      )}
      <AccountDrawer />
    </Page>
  );
}
