import { catalogue, ROLES } from '@whalefall/contract';
import { Alert, App, Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../api';
import { useFormat } from '../../i18n/format';
import { useUser } from '../../session';
import { useConfirm } from '../../ui/confirm';
import { CopyButton } from '../../ui/copy-text';
import { Field, FormFault } from '../../ui/form/field';
import { useForm } from '../../ui/form/use-form';
import { RelativeTime } from '../../ui/relative-time';
import { Failed, Skeleton } from '../../ui/states';
import { Chip } from '../../ui/status';

const DAYS = [30, 90, 365];
type Values = { name: string; role: (typeof ROLES)[number]; expires_in_days: number };

export function Tokens() {
  const { t } = useTranslation();
  const format = useFormat();
  const user = useUser();
  const { message } = App.useApp();
  const read = useRoute(catalogue.users.listPersonalTokens, {});
  const create = useSend(catalogue.users.createPersonalToken);
  const revoke = useSend(catalogue.users.revokePersonalToken);
  const [fresh, setFresh] = useState<string | null>(null);
  const [dialog, ask] = useConfirm();
  const role = user?.role ?? 'viewer';
  const initial: Values = { name: '', role, expires_in_days: 90 };
  const form = useForm<Values>({
    schema: catalogue.users.createPersonalToken.body,
    initial,
    toBody: (values) => ({ ...values, expires_in_days: values.expires_in_days || null }),
    save: async (body) => {
      const { data } = await create.mutateAsync({ body });
      setFresh(data.token);
      form.reset(initial);
    },
  });
  const { bind } = form;
  // A token may do no more than its owner.
  const roles = ROLES.slice(ROLES.indexOf(role));
  return (
    <div className="stack">
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !read.data ? (
        <Skeleton lines={2} />
      ) : read.data.tokens.length === 0 ? (
        <p className="muted">{t('users.profile.tokensNone')}</p>
      ) : (
        <ul className="token-list">
          {read.data.tokens.map((token) => (
            <li key={token.id}>
              <div>
                <strong>{token.name}</strong> <Chip>{t(`shell.roles.${token.role}`)}</Chip>
                <small>
                  {t('users.profile.expires')} {token.expires_at ? format.date(token.expires_at) : t('users.profile.forever')} ·{' '}
                  {t('users.profile.lastUsed')} <RelativeTime at={token.last_used_at} />
                </small>
              </div>
              <Button
                size="small"
                danger
                onClick={() =>
                  ask({
                    title: t('users.profile.revokeTitle', { name: token.name }),
                    text: t('users.profile.revokeText'),
                    ok: t('users.profile.revoke'),
                    run: async () => {
                      await revoke.mutateAsync({ params: { token_id: token.id } });
                      message.success(t('users.profile.revoked'));
                    },
                  })
                }
              >
                {t('users.profile.revoke')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {fresh && (
        <Alert
          type="success"
          title={t('users.profile.created')}
          description={
            <p className="secret">
              <code>{fresh}</code>
              <CopyButton text={fresh} label="" />
            </p>
          }
          closable={{ onClose: () => setFresh(null) }}
        />
      )}
      <form className="fields" ref={bind} onSubmit={form.submit} noValidate>
        <FormFault form={form} />
        <Field form={form} name="name" label={t('users.profile.tokenName')} required wide>
          {(control) => <Input {...control} maxLength={100} />}
        </Field>
        <Field form={form} name="role" label={t('users.profile.tokenRole')}>
          {(control) => <Select {...control} options={roles.map((value) => ({ value, label: t(`shell.roles.${value}`) }))} />}
        </Field>
        <Field form={form} name="expires_in_days" label={t('users.profile.tokenDays')}>
          {(control) => (
            <Select
              {...control}
              options={[
                ...DAYS.map((value) => ({ value, label: t('users.profile.days', { n: value }) })),
                { value: 0, label: t('users.profile.forever') },
              ]}
            />
          )}
        </Field>
        <div>
          <Button htmlType="submit" loading={form.busy}>
            {t('users.profile.create')}
          </Button>
        </div>
      </form>
      {dialog}
    </div>
  );
}
