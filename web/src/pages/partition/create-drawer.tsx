import { catalogue } from '@whalefall/contract';
import { App, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../api';
import { boot } from '../../boot';
import { Field } from '../../ui/form/field';
import { FormDrawer } from '../../ui/form/form-drawer';
import { useForm } from '../../ui/form/use-form';

const CREATE = catalogue.partition.createPartition;

/** Partitions of some months, for all four tables. */
export function CreateDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const create = useSend(CREATE);
  const thisMonth = boot.app.today.slice(0, 7);
  const form = useForm({
    schema: CREATE.body,
    initial: { date: thisMonth, months: 3 },
    toBody: ({ date, months }) => ({ date: date && `${date}-01`, months }),
    save: async (body) => {
      const { data } = await create.mutateAsync({ body });
      const { actions } = data.result;
      const made = actions.filter((one) => one.status === 'created').length;
      message.success(t('partitions.created', { n: made, same: actions.length - made }));
      onClose();
    },
  });
  return (
    <FormDrawer form={form} open title={t('partitions.create')} submit={t('partitions.create')} onClose={onClose}>
      <Field form={form} name="date" label={t('partitions.from')} hint={t('partitions.fromHint')} required>
        {(control) => <Input {...control} type="month" min={thisMonth} />}
      </Field>
      <Field form={form} name="months" label={t('partitions.months')} required>
        {(control) => <InputNumber {...control} min={1} max={24} precision={0} />}
      </Field>
    </FormDrawer>
  );
}
