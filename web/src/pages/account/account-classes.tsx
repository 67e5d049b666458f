import { catalogue, type WireOf } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../api';
import { useMay } from '../../session';
import { A } from '../../ui/a';
import { useConfirm } from '../../ui/confirm';
import { RelativeTime } from '../../ui/relative-time';
import { Empty, Failed, Skeleton } from '../../ui/states';
import { Chip, Risk } from '../../ui/status';
import { MatchedFacts } from '../accounts/classifications/matched-facts';
import { useClasses, useClassLabel } from '../accounts/classifications/use-classes';

const { getAssignments, removeAssignment } = catalogue.accountsClassifications;
type Assignment = NonNullable<WireOf<typeof getAssignments>>['items'][number];

/** The classes of one account, each with the rule that gave it and what it found, or the person who did. */
export function AccountClasses({ accountId }: { accountId: number }) {
  const { t } = useTranslation();
  const may = useMay();
  const { message } = App.useApp();
  const label = useClassLabel();
  const classes = useClasses();
  const read = useRoute(getAssignments, { query: { account_id: accountId, limit: 100 } });
  const remove = useSend(removeAssignment, ['account', 'accounts/statistics', 'dashboard']);
  const [dialog, ask] = useConfirm();
  if (read.isError) return <Failed error={read.error} retry={() => void read.refetch()} />;
  if (!read.data) return <Skeleton lines={6} />;
  const known = new Map(classes.data?.classifications.map((one) => [one.id, one]));
  const rows = [...read.data.items].sort(
    (a, b) => (known.get(b.classification_id)?.priority ?? 0) - (known.get(a.classification_id)?.priority ?? 0),
  );
  if (rows.length === 0) return <Empty title={t('accounts.classesNone')}>{t('accounts.classesNoneHint')}</Empty>;
  const askRemove = (row: Assignment, name: string) =>
    ask({
      title: t('classes.assignments.removeTitle', { account: row.username, name }),
      text: t('classes.assignments.removeText'),
      ok: t('classes.assignments.remove'),
      run: async () => {
        await remove.mutateAsync({ params: { assignment_id: row.id } });
        message.success(t('classes.assignments.removed'));
      },
    });
  return (
    <ul className="account-classes">
      {rows.map((row) => {
        const own = label({ id: row.classification_id, name: row.classification_name });
        const one = known.get(row.classification_id);
        return (
          <li key={row.id}>
            <div className="row between">
              <span className="row">
                <Chip tone={own.tone}>{own.name}</Chip>
                {one && <Risk level={one.risk_level} />}
                <small className="muted">
                  <RelativeTime at={row.assigned_at} />
                </small>
              </span>
              {may('delete') && (
                <Button type="text" size="small" danger onClick={() => askRemove(row, own.name)}>
                  {t('classes.assignments.remove')}
                </Button>
              )}
            </div>
            {row.assignment_type === 'manual' ? (
              <p>
                {t('classes.assignments.byHand')}
                {row.assigned_by_name && ` · ${row.assigned_by_name}`}
                {row.notes && <span className="muted"> — {row.notes}</span>}
              </p>
            ) : row.rule_id !== null && row.rule_name ? (
              <p>
                {t('classes.rule')}{' '}
                <A href={`/accounts/classifications/?rule=${row.rule_id}`} className="mono">
                  {row.rule_name}
                </A>
              </p>
            ) : (
              <p className="muted">{t('classes.assignments.ruleGone')}</p>
            )}
            {row.assignment_type === 'auto' &&
              (Array.isArray(row.matched_facts) && row.matched_facts.length > 0 ? (
                <MatchedFacts facts={row.matched_facts} />
              ) : (
                <small className="muted">{t('classes.assignments.byFallback')}</small>
              ))}
          </li>
        );
      })}
      {dialog}
    </ul>
  );
}
