import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import type { Format } from '../../i18n/format';
import { RelativeTime } from '../../ui/relative-time';
import { Chip, Enabled, type Tone } from '../../ui/status';
import type { Column } from '../../ui/table/table';

export type User = NonNullable<WireOf<typeof catalogue.users.listUsers>>['items'][number];
const ROLE_TONES: Record<User['role'], Tone> = { admin: 'accent', user: 'info', viewer: 'quiet' };

/** Locked now, not once. */
export function isLocked(user: User): boolean {
  return user.locked_until !== null && new Date(user.locked_until) > new Date();
}

export function userColumns(t: TFunction, format: Format, me: number | undefined): Column<User>[] {
  return [
    {
      key: 'username',
      title: t('users.one'),
      sort: 'username',
      fixed: true,
      lead: true,
      render: (row) => (
        <span className="row">
          <strong>{row.username}</strong>
          {row.id === me && <Chip>{t('users.you')}</Chip>}
        </span>
      ),
    },
    {
      key: 'role',
      title: t('users.role'),
      sort: 'role',
      render: (row) => <Chip tone={ROLE_TONES[row.role]}>{t(`shell.roles.${row.role}`)}</Chip>,
    },
    {
      key: 'status',
      title: t('ui.status'),
      sort: 'is_active',
      render: (row) => (
        <span className="row">
          <Enabled on={row.is_active} />
          {isLocked(row) && (
            <Chip tone="warn" title={t('users.locked', { time: format.dateTime(row.locked_until) })}>
              {t('users.lockedShort')}
            </Chip>
          )}
          {row.must_change_password && <Chip>{t('users.mustChangeShort')}</Chip>}
        </span>
      ),
    },
    { key: 'login', title: t('users.lastLogin'), sort: 'last_login', render: (row) => <RelativeTime at={row.last_login} /> },
    { key: 'created', title: t('ui.createdAt'), sort: 'created_at', render: (row) => <RelativeTime at={row.created_at_iso} /> },
    { key: 'id', title: 'ID', sort: 'id', hidden: true, align: 'end', render: (row) => row.id },
  ];
}
