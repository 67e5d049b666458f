import { DownloadIcon, SearchIcon } from '../icons';
import type { DbType } from '@whalefall/contract';
import { Alert, Button, Input, Segmented } from 'antd';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format';
import { CopyText } from '../copy-text';
import { Empty } from '../states';
import { Chip } from '../status';
import { anywhereIsOne, type Effective, type Group, groupPrivileges, openGroups, type ObjectRow, type Source, type Unread } from './group';
import { Path } from './path';
import './permission-view.css';

/** What an account may do: server, database, object; where each privilege comes from; what could not be read. */
export function PermissionView({
  type,
  effective,
  total,
  unread,
  fileName,
}: {
  type: DbType;
  effective: readonly Effective[];
  total: number;
  unread: readonly Unread[];
  fileName: string;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useState('');
  const [direct, setDirect] = useState(false);
  const wanted = useDeferredValue(search);
  const groups = useMemo(() => groupPrivileges(effective, { search: wanted, direct }), [effective, wanted, direct]);
  const narrowed = wanted !== '' || direct;
  const open = useMemo(() => openGroups(groups), [groups]);

  function save() {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(effective, null, 2)], { type: 'application/json' }));
    link.download = `${fileName}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  return (
    <div className="priv">
      <UnreadNotice unread={unread} />
      {effective.length > 0 && (
        <div className="row">
          <Input
            className="priv-search"
            type="search"
            prefix={<SearchIcon />}
            placeholder={t('accounts.priv.search')}
            aria-label={t('accounts.priv.search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            allowClear
          />
          <Segmented
            aria-label={t('accounts.tabs.privileges')}
            value={direct ? 'direct' : 'all'}
            onChange={(value) => setDirect(value === 'direct')}
            options={[
              { value: 'all', label: t('accounts.priv.all') },
              { value: 'direct', label: t('accounts.priv.onlyDirect') },
            ]}
          />
          <Button type="text" icon={<DownloadIcon />} onClick={save} aria-label={t('accounts.priv.json')} title={t('accounts.priv.json')} />
        </div>
      )}
      {total > effective.length && (
        <Alert
          type="warning"
          title={t('accounts.priv.truncated', { total: format.number(total), shown: format.number(effective.length) })}
        />
      )}
      {groups.length === 0 ? (
        narrowed ? (
          <Empty title={t('accounts.priv.noMatch')} />
        ) : (
          unread.length === 0 && <Empty title={t('accounts.priv.none')}>{t('accounts.priv.noneHint')}</Empty>
        )
      ) : (
        groups.map((group) => (
          <GroupView key={`${group.key}${narrowed}`} group={group} type={type} open={narrowed || open.has(group.key)} />
        ))
      )}
    </div>
  );
}

function UnreadNotice({ unread }: { unread: readonly Unread[] }) {
  const { t } = useTranslation();
  if (unread.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t('accounts.unread.title')}
      description={
        <ul className="priv-unread">
          {unread.map((one) => (
            <li key={`${one.scope}${one.database}${one.needs}`}>
              <strong className="mono">{one.database ?? t('accounts.unread.server')}</strong>
              {one.needs && (
                <>
                  <span>{t('accounts.unread.grant')}</span>
                  <CopyText text={one.needs} mono />
                </>
              )}
            </li>
          ))}
        </ul>
      }
    />
  );
}

function GroupView({ group, type, open }: { group: Group; type: DbType; open: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [shown, setShown] = useState(open);
  const title =
    group.level === 'server' ? (
      t('accounts.priv.server')
    ) : group.level === 'anywhere' ? (
      t(anywhereIsOne(type) ? 'accounts.priv.database' : 'accounts.priv.allDatabases')
    ) : (
      <>
        <small>{t('accounts.priv.database')}</small> <span className="mono">{group.database}</span>
      </>
    );
  return (
    <details className="priv-group" open={open} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        <span>{title}</span>
        <span className="muted">{t('accounts.priv.count', { n: format.number(group.count) })}</span>
      </summary>
      {shown && (
        <ul>
          {group.objects.map((row) => (
            <ObjectView key={row.key} row={row} level={group.level} />
          ))}
        </ul>
      )}
    </details>
  );
}

const SCOPES = [
  'server',
  'database',
  'schema',
  'table',
  'column',
  'sequence',
  'routine',
  'type',
  'tablespace',
  'default',
  'proxy',
  'other',
] as const;

function ObjectView({ row, level }: { row: ObjectRow; level: Group['level'] }) {
  const { t } = useTranslation();
  const scope = SCOPES.find((one) => one === row.scope) ?? 'other';
  // What an engine calls its rarer things stays as it calls them.
  const kind =
    row.kind === 'ROLE' ? (
      t('accounts.priv.role')
    ) : row.kind === 'PREDEFINED ROLE' ? (
      t('accounts.priv.predefinedRole')
    ) : row.kind ? (
      <code>{row.kind}</code>
    ) : (
      t(`accounts.priv.scopes.${scope}`)
    );
  return (
    <li className="priv-object">
      <div className="priv-name">
        {row.name === null ? (
          <span className="priv-whole">{t(level === 'server' ? 'accounts.priv.wholeServer' : 'accounts.priv.whole')}</span>
        ) : (
          <span className="mono" title={row.name}>
            {row.name}
          </span>
        )}
        {!(row.name === null && (scope === 'server' || scope === 'database')) && <small>{kind}</small>}
      </div>
      <ul className="priv-sources">
        {row.sources.map((source) => (
          <SourceView key={source.key} source={source} />
        ))}
      </ul>
    </li>
  );
}

function SourceView({ source }: { source: Source }) {
  const { t } = useTranslation();
  const denied = source.deniedBy !== null;
  return (
    <li data-denied={denied || undefined}>
      <span className="priv-list">
        {source.privileges.map((one) => (
          <code
            key={one.name}
            className={one.grantable ? 'grantable' : undefined}
            title={one.grantable ? t('accounts.priv.grantable') : undefined}
          >
            {one.name === 'ALL' ? t('accounts.priv.everything') : one.name}
            {one.grantable && <sup aria-label={t('accounts.priv.grantable')}>＋</sup>}
          </code>
        ))}
      </span>
      <span className="priv-via">
        <Path steps={source.via} />
        {source.setRole && (
          <Chip tone="info" title={t('accounts.priv.setRoleHint')}>
            {t('accounts.priv.setRole')}
          </Chip>
        )}
        {source.deniedBy && (
          <Chip tone="bad">{t('accounts.priv.deniedBy', { by: source.deniedBy.map((step) => step[1] ?? step[0]).join(' → ') })}</Chip>
        )}
      </span>
    </li>
  );
}
