import { catalogue, DB_TYPES, type DbType } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { useMay } from '../../../session';
import { A } from '../../../ui/a';
import { useConfirm } from '../../../ui/confirm';
import { EngineTabs } from '../../../ui/engine-tabs';
import { LinkButton } from '../../../ui/link-button';
import { Empty, Failed } from '../../../ui/states';
import { Chip, Engine } from '../../../ui/status';
import { type Column, Table } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';
import { ClassChip } from './class-chips';
import { type Rule, useClassLabel } from './use-classes';

interface Read {
  data: unknown;
  error: unknown;
  isError: boolean;
  isPending: boolean;
  refetch: () => unknown;
}

/** The rules, by engine, each with what it says and whom it matched. */
export function RuleList({
  read,
  rules,
  classId,
  engine,
}: {
  read: Read;
  rules: readonly Rule[];
  classId: number | null;
  engine: DbType | undefined;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { href } = useUrl();
  const { message } = App.useApp();
  const remove = useSend(catalogue.accountsClassifications.deleteRule, ['account', 'accounts/statistics', 'dashboard']);
  const [dialog, ask] = useConfirm();
  const label = useClassLabel();
  const ofClass = rules.filter((rule) => classId === null || rule.classification_id === classId);
  const shown = ofClass
    .filter((rule) => !engine || rule.db_type === engine)
    .sort((a, b) => DB_TYPES.indexOf(a.db_type) - DB_TYPES.indexOf(b.db_type) || a.classification_id - b.classification_id || a.id - b.id);
  const columns = useMemo<Column<Rule>[]>(
    () => [
      {
        key: 'name',
        title: t('classes.rule'),
        lead: true,
        render: (rule) => (
          <span className="rule-name">
            <A href={href({ rule: rule.id })} className="mono">
              {rule.rule_name}
            </A>
            {!rule.is_active && <Chip>{t('ui.disabled')}</Chip>}
            <small title={rule.summary}>{rule.summary}</small>
          </span>
        ),
      },
      ...(engine ? [] : [{ key: 'engine', title: t('classes.engine'), render: (rule: Rule) => <Engine type={rule.db_type} /> }]),
      {
        key: 'class',
        title: t('classes.class'),
        render: (rule) => <ClassChip id={rule.classification_id} name={rule.classification_name ?? ''} label={label} />,
      },
      {
        key: 'hits',
        title: t('classes.hits'),
        align: 'end',
        render: (rule) =>
          rule.matched_accounts_count > 0 ? (
            <A href={`/accounts/classifications/?tab=assignments&rule_id=${rule.id}`}>{format.number(rule.matched_accounts_count)}</A>
          ) : (
            <span className="muted">{t('classes.noHit')}</span>
          ),
      },
      ...(may('update')
        ? [
            {
              key: 'acts',
              title: t('ui.actions'),
              acts: true,
              render: (rule: Rule) => (
                <>
                  <LinkButton type="text" size="small" href={href({ rule: rule.id })}>
                    {t('ui.edit')}
                  </LinkButton>
                  {may('delete') && (
                    <Button
                      type="text"
                      size="small"
                      danger
                      onClick={() =>
                        ask({
                          title: t('classes.deleteRuleTitle', { name: rule.rule_name }),
                          text: t('classes.deleteRuleText'),
                          ok: t('ui.delete'),
                          run: async () => {
                            await remove.mutateAsync({ params: { rule_id: rule.id } });
                            message.success(t('classes.deleted'));
                          },
                        })
                      }
                    >
                      {t('ui.delete')}
                    </Button>
                  )}
                </>
              ),
            },
          ]
        : []),
    ],
    [t, format, may, href, label, engine, ask, remove, message],
  );
  const counts = { total: ofClass.length, mysql: 0, postgresql: 0, sqlserver: 0, oracle: 0 };
  for (const rule of ofClass) counts[rule.db_type] += 1;
  return (
    <section className="panel flush span-8 rules" aria-label={t('classes.rules')}>
      <EngineTabs current={engine} counts={counts} href={(type) => href({ engine: type })} all={t('classes.allRules')} />
      {read.isError && !read.data ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !read.isPending && shown.length === 0 ? (
        <Empty
          title={t('classes.noRules')}
          action={
            may('create') && (
              <LinkButton type="primary" href={href({ rule: 'new' })}>
                {t('classes.newRule')}
              </LinkButton>
            )
          }
        >
          {t('classes.noRulesText')}
        </Empty>
      ) : (
        <Table label={t('classes.rules')} rows={shown} rowKey={(rule) => rule.id} columns={columns} loading={read.isPending} />
      )}
      {dialog}
    </section>
  );
}
