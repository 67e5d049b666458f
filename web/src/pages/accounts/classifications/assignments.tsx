import { catalogue, type WireOf } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { useMay } from '../../../session';
import { A } from '../../../ui/a';
import { useConfirm } from '../../../ui/confirm';
import { RelativeTime } from '../../../ui/relative-time';
import { Empty } from '../../../ui/states';
import { Chip, Engine } from '../../../ui/status';
import { EngineFilter, FilterSelect } from '../../../ui/table/filters';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import type { Column } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';
import { InstanceFilter } from '../../instances/instance-filter';
import { ClassChip } from './class-chips';
import { MatchedFacts } from './matched-facts';
import { type Rule, useClassLabel, useClasses } from './use-classes';

const { getAssignments, removeAssignment } = catalogue.accountsClassifications;
type Assignment = NonNullable<WireOf<typeof getAssignments>>['items'][number];

/** Which account has which class, and why. */
export function Assignments({ rules }: { rules: readonly Rule[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const { href } = useUrl();
  const { message } = App.useApp();
  const label = useClassLabel();
  const classes = useClasses();
  const list = useList(getAssignments);
  const result = useRoute(getAssignments, { query: list.query }, { keep: true });
  const remove = useSend(removeAssignment, ['account', 'accounts/statistics', 'dashboard']);
  const [dialog, ask] = useConfirm();
  const columns = useMemo<Column<Assignment>[]>(
    () => [
      {
        key: 'account',
        title: t('classes.assignments.account'),
        sort: 'username',
        fixed: true,
        lead: true,
        render: (row) => (
          <span className="two">
            <A className="mono cut" href={`/account/?account=${row.account_id}`} title={row.username}>
              {row.username}
            </A>
            <small className="cut">{row.instance_name}</small>
          </span>
        ),
      },
      { key: 'engine', title: t('classes.engine'), render: (row) => <Engine type={row.db_type} /> },
      {
        key: 'class',
        title: t('classes.class'),
        sort: 'classification',
        render: (row) => <ClassChip id={row.classification_id} name={row.classification_name} label={label} />,
      },
      {
        key: 'reason',
        title: t('classes.assignments.reason'),
        fixed: true,
        render: (row) => <Reason row={row} rule={(id) => href({ rule: id })} />,
      },
      {
        key: 'type',
        title: t('classes.assignments.type'),
        render: (row) => (
          <Chip tone={row.assignment_type === 'manual' ? 'accent' : 'quiet'}>{t(`classes.assignments.types.${row.assignment_type}`)}</Chip>
        ),
      },
      { key: 'at', title: t('classes.assignments.at'), sort: 'created_at', render: (row) => <RelativeTime at={row.assigned_at} /> },
      {
        key: 'by',
        title: t('classes.assignments.by'),
        hidden: true,
        render: (row) => row.assigned_by_name ?? <span className="muted">–</span>,
      },
      ...(may('delete')
        ? [
            {
              key: 'acts',
              title: t('ui.actions'),
              acts: true,
              render: (row: Assignment) => (
                <Button
                  type="text"
                  size="small"
                  danger
                  onClick={() =>
                    ask({
                      title: t('classes.assignments.removeTitle', {
                        account: row.username,
                        name: label({ id: row.classification_id, name: row.classification_name }).name,
                      }),
                      text: t('classes.assignments.removeText'),
                      ok: t('classes.assignments.remove'),
                      run: async () => {
                        await remove.mutateAsync({ params: { assignment_id: row.id } });
                        message.success(t('classes.assignments.removed'));
                      },
                    })
                  }
                >
                  {t('classes.assignments.remove')}
                </Button>
              ),
            },
          ]
        : []),
    ],
    [t, may, label, href, ask, remove, message],
  );
  return (
    <>
      <ListPage
        id="assignments"
        label={t('classes.tabs.assignments')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        filters={
          <>
            <FilterSelect
              label={t('classes.class')}
              value={list.text('classification_id')}
              options={(classes.data?.classifications ?? []).map((one) => ({ value: String(one.id), label: label(one).name }))}
              onChange={(classification_id) => list.set({ classification_id })}
            />
            <EngineFilter value={list.text('db_type')} onChange={(db_type) => list.set({ db_type })} width={116} />
            <InstanceFilter
              label={t('accounts.instance')}
              value={list.text('instance_id')}
              onChange={(instance_id) => list.set({ instance_id })}
              engine={list.text('db_type')}
            />
            <FilterSelect
              label={t('classes.rule')}
              value={list.text('rule_id')}
              options={rules.map((one) => ({ value: String(one.id), label: one.rule_name }))}
              onChange={(rule_id) => list.set({ rule_id })}
              width={190}
              search
            />
            <FilterSelect
              label={t('classes.assignments.type')}
              value={list.text('assignment_type')}
              options={(['auto', 'manual'] as const).map((value) => ({ value, label: t(`classes.assignments.types.${value}`) }))}
              onChange={(assignment_type) => list.set({ assignment_type })}
              width={104}
            />
          </>
        }
        empty={<Empty title={t('classes.assignments.empty')}>{t('classes.assignments.emptyText')}</Empty>}
      />
      {dialog}
    </>
  );
}

function Reason({ row, rule }: { row: Assignment; rule: (id: number) => string }) {
  const { t } = useTranslation();
  const none = !Array.isArray(row.matched_facts) || row.matched_facts.length === 0;
  return (
    <span className="reason">
      <span>
        {row.assignment_type === 'manual' ? (
          row.notes || t('classes.assignments.byHand')
        ) : row.rule_id !== null && row.rule_name ? (
          <>
            <A href={rule(row.rule_id)} className="mono">
              {row.rule_name}
            </A>
            {row.rule_version !== null && row.rule_version > 1 && (
              <small className="muted"> · {t('classes.assignments.version', { n: row.rule_version })}</small>
            )}
          </>
        ) : (
          t('classes.assignments.ruleGone')
        )}
      </span>
      {row.assignment_type === 'auto' && none ? (
        <small className="muted">{t('classes.assignments.byFallback')}</small>
      ) : (
        row.assignment_type === 'auto' && <MatchedFacts facts={row.matched_facts} />
      )}
    </span>
  );
}
