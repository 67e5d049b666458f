import { catalogue, type WireOf } from '@whalefall/contract';
import { App, Button, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../api';
import { useFormat } from '../../i18n/format';
import { useConfirm } from '../../ui/confirm';
import { Field } from '../../ui/form/field';
import { FormDrawer } from '../../ui/form/form-drawer';
import { useForm } from '../../ui/form/use-form';
import { Table } from '../../ui/table/table';

const CLEANUP = catalogue.partition.cleanupPartitions;
type Result = NonNullable<WireOf<typeof CLEANUP>>['result'];
const MIB = 1_048_576;
const STANDARD_MONTHS = 12;

/** First what would go, then, by its count, that it goes. */
export function CleanupDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const cleanup = useSend(CLEANUP);
  const [preview, setPreview] = useState<{ months: number; result: Result } | null>(null);
  const [dialog, ask] = useConfirm();
  const form = useForm({
    schema: CLEANUP.body,
    initial: { retention_months: STANDARD_MONTHS },
    toBody: (values) => ({ ...values, dry_run: true }),
    save: async (body, { retention_months }) => {
      const { data } = await cleanup.mutateAsync({ body });
      setPreview({ months: retention_months, result: data.result });
    },
  });
  const shown = preview?.months === form.values.retention_months ? preview.result : null;
  const size = (bytes: number | undefined) => format.size(bytes === undefined ? null : bytes / MIB);
  function askDrop(result: Result) {
    ask({
      title: t('partitions.cleanup'),
      text: t('partitions.previewTitle', { n: result.dropped.length, size: size(result.total_size_bytes) }),
      word: String(result.dropped.length),
      ok: t('partitions.drop'),
      run: async () => {
        const { data } = await cleanup.mutateAsync({ body: { retention_months: form.values.retention_months, dry_run: false } });
        message.success(t('partitions.dropped', { n: data.result.dropped.length }));
        onClose();
      },
    });
  }
  return (
    <>
      <FormDrawer form={form} open title={t('partitions.cleanup')} submit={t('partitions.preview')} onClose={onClose}>
        <Field form={form} name="retention_months" label={t('partitions.keep')} hint={t('partitions.keepHint')} required>
          {(control) => <InputNumber {...control} min={9} max={120} precision={0} />}
        </Field>
        {shown && shown.dropped.length === 0 && (
          <p role="status">{t('partitions.previewNone', { date: format.date(shown.cutoff_date) })}</p>
        )}
        {shown && shown.dropped.length > 0 && (
          <div className="stack" role="status">
            <p>{t('partitions.previewTitle', { n: shown.dropped.length, size: size(shown.total_size_bytes) })}</p>
            <div className="boxed doomed">
              <Table
                label={t('partitions.preview')}
                rows={shown.dropped}
                rowKey={(one) => one.partition_name}
                columns={[
                  { key: 'name', title: t('partitions.name'), lead: true, render: (one) => <code>{one.partition_name}</code> },
                  { key: 'size', title: t('partitions.size'), align: 'end', render: (one) => size(one.size_bytes) },
                ]}
              />
            </div>
            <Button danger onClick={() => askDrop(shown)}>
              {t('partitions.drop')}
            </Button>
          </div>
        )}
      </FormDrawer>
      {dialog}
    </>
  );
}
