import { catalogue, type DbType } from '@whalefall/contract';
import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useMay } from '../../../session';
import { Facts } from '../../../ui/page';
import { Failed, Skeleton } from '../../../ui/states';
import { Chip, Enabled, Engine } from '../../../ui/status';
import { readDraft } from './expression';
import { InWords } from './in-words';
import { RuleEditor } from './rule-editor';
import { type Rule, useClassLabel } from './use-classes';

const { getRule } = catalogue.accountsClassifications;

/** The rule named in the address: to edit for whoever may, else to read. */
export function RuleDrawer({ id, fresh, onClose }: { id: string; fresh: { classId: number | null; type: DbType }; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const isNew = id === 'new';
  const read = useRoute(getRule, { params: { rule_id: Number(id) || 0 } }, { enabled: !isNew, staleTime: 0 });
  if (isNew) return may('create') ? <RuleEditor rule={null} fresh={fresh} onClose={onClose} /> : null;
  if (read.data && may('update')) return <RuleEditor key={read.data.rule.id} rule={read.data.rule} fresh={fresh} onClose={onClose} />;
  return (
    <Drawer open onClose={onClose} title={read.data?.rule.rule_name ?? t('classes.oneRule')} size={560}>
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : read.data ? (
        <Reader rule={read.data.rule} />
      ) : (
        <Skeleton lines={8} />
      )}
    </Drawer>
  );
}

function Reader({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  const label = useClassLabel();
  const own = label({ id: rule.classification_id, name: rule.classification_name ?? '' });
  return (
    <div className="stack">
      <Facts
        columns={1}
        items={[
          [
            t('classes.class'),
            <Chip key="class" tone={own.tone}>
              {own.name}
            </Chip>,
          ],
          [t('classes.engine'), <Engine key="engine" type={rule.db_type} />],
          [t('ui.status'), <Enabled key="on" on={rule.is_active} />],
        ]}
      />
      <InWords type={rule.db_type} operator={rule.operator} draft={readDraft(rule.rule_expression)} />
    </div>
  );
}
