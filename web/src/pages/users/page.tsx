import { PlusIcon } from '../../ui/icons';
import { catalogue, ROLES } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../api';
import { useFormat } from '../../i18n/format';
import { useMay, useUser } from '../../session';
import { useConfirm } from '../../ui/confirm';
import { Page, Stats } from '../../ui/page';
import { Empty, useErrorText } from '../../ui/states';
import { FilterSelect } from '../../ui/table/filters';
import { ListPage } from '../../ui/table/list-page';
import { useList } from '../../ui/table/list-state';
import type { Column } from '../../ui/table/table';
import { isLocked, type User, userColumns } from './columns';
import { HandOver } from './hand-over';
import { generatePassword } from './password';
import { UserDrawer } from './user-drawer';

const LIST = catalogue.users.listUsers;
const STATS = ['total', 'active', 'inactive', 'admin', 'user', 'viewer'] as const;

export default function Users() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const me = useUser();
  const { message } = App.useApp();
  const text = useErrorText();
  const list = useList(LIST, { limit: 20 });
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const stats = useRoute(catalogue.users.getUserStats, {});
  const { mutateAsync: update } = useSend(catalogue.users.updateUser);
  const { mutateAsync: remove } = useSend(catalogue.users.deleteUser);
  const [editing, setEditing] = useState<User | 'new' | null>(null);
  const [secret, setSecret] = useState<{ title: string; text: string } | null>(null);
  const [dialog, ask] = useConfirm();
  const handOver = useCallback(
    (name: string, password: string) => setSecret({ title: t('users.handOver', { name }), text: password }),
    [t],
  );

  const columns = useMemo<Column<User>[]>(() => {
    const shown = userColumns(t, format, me?.id);
    if (!may('admin')) return shown;
    const unlock = (user: User) =>
      update({ params: { user_id: user.id }, body: { unlock: true } })
        .then(() => message.success(t('users.unlocked')))
        .catch((error: unknown) => message.error(text(error)));
    const reset = (user: User) =>
      ask({
        title: t('users.resetTitle', { name: user.username }),
        text: t('users.resetText'),
        ok: t('users.reset'),
        run: async () => {
          const password = generatePassword();
          await update({ params: { user_id: user.id }, body: { password } });
          handOver(user.username, password);
        },
      });
    const askDelete = (user: User) =>
      ask({
        title: t('users.deleteTitle', { name: user.username }),
        text: t('users.deleteText'),
        word: user.username,
        ok: t('ui.delete'),
        run: async () => {
          await remove({ params: { user_id: user.id } });
          message.success(t('users.deleted'));
        },
      });
    shown.push({
      key: 'acts',
      title: t('ui.actions'),
      acts: true,
      render: (row) => (
        <>
          {isLocked(row) && (
            <Button type="text" size="small" onClick={() => void unlock(row)}>
              {t('users.unlock')}
            </Button>
          )}
          <Button type="text" size="small" onClick={() => setEditing(row)}>
            {t('ui.edit')}
          </Button>
          {row.id !== me?.id && (
            <Button type="text" size="small" onClick={() => reset(row)}>
              {t('users.reset')}
            </Button>
          )}
          {row.can_delete && row.id !== me?.id && (
            <Button type="text" size="small" danger onClick={() => askDelete(row)}>
              {t('ui.delete')}
            </Button>
          )}
        </>
      ),
    });
    return shown;
  }, [t, format, me?.id, may, update, remove, ask, message, text, handOver]);

  const role = list.text('role');
  const status = list.text('status');
  const numbers = stats.data;
  return (
    <Page
      title={t('users.title')}
      actions={
        may('admin') && (
          <Button type="primary" icon={<PlusIcon />} onClick={() => setEditing('new')}>
            {t('users.new')}
          </Button>
        )
      }
    >
      <Stats
        items={[
          ...STATS.map((key) => {
            const isRole = ROLES.find((one) => one === key);
            const current = isRole ? role === key : key === 'total' ? !role && !status : status === key;
            return {
              key,
              label: t(`users.stats.${key}`),
              value: format.number(numbers?.[key]),
              href: list.href(isRole ? { role: current ? null : key } : { role: null, status: key === 'total' ? null : key }),
              current,
            };
          }),
          ...(numbers?.locked !== null && numbers?.locked !== undefined
            ? [
                {
                  key: 'locked',
                  label: t('users.stats.locked'),
                  value: format.number(numbers.locked),
                  tone: numbers.locked > 0 ? ('warn' as const) : undefined,
                },
              ]
            : []),
        ]}
      />
      <ListPage
        id="users"
        label={t('users.title')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        searchLabel={t('users.search')}
        filters={
          <>
            <FilterSelect
              label={t('users.role')}
              value={role}
              options={ROLES.map((value) => ({ value, label: t(`shell.roles.${value}`) }))}
              onChange={(next) => list.set({ role: next })}
            />
            <FilterSelect
              label={t('ui.status')}
              value={status}
              options={[
                { value: 'active', label: t('ui.enabled') },
                { value: 'inactive', label: t('ui.disabled') },
              ]}
              onChange={(next) => list.set({ status: next })}
              width={110}
            />
          </>
        }
        empty={<Empty title={t('users.empty')} />}
      />
      {editing && (
        <UserDrawer key={editing === 'new' ? 'new' : editing.id} user={editing} onClose={() => setEditing(null)} onSecret={handOver} />
      )}
      <HandOver secret={secret} onClose={() => setSecret(null)} />
      {dialog}
    </Page>
  );
}
