import { catalogue } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { useMay } from '../../../session';
import { A } from '../../../ui/a';
import { useConfirm } from '../../../ui/confirm';
import { LinkButton } from '../../../ui/link-button';
import { Panel } from '../../../ui/page';
import { Empty, Failed, Skeleton } from '../../../ui/states';
import { Chip, Risk, toneOf } from '../../../ui/status';
import { useUrl } from '../../../ui/url';
import { type AccountClass, type useClasses, useClassLabel } from './use-classes';

/** The classes, highest priority first; choosing one narrows the rules beside it. */
export function ClassList({ read, current }: { read: ReturnType<typeof useClasses>; current: number | null }) {
  const { t } = useTranslation();
  const { href } = useUrl();
  const may = useMay();
  const { message } = App.useApp();
  const remove = useSend(catalogue.accountsClassifications.deleteClassification, ['account', 'accounts/statistics', 'dashboard']);
  const [dialog, ask] = useConfirm();
  const label = useClassLabel();
  const items = read.data?.classifications;
  const askDelete = (item: AccountClass) =>
    ask({
      title: t('classes.deleteClassTitle', { name: label(item).name }),
      text: t('classes.deleteClassText'),
      ok: t('ui.delete'),
      run: async () => {
        await remove.mutateAsync({ params: { classification_id: item.id } });
        message.success(t('classes.deleted'));
      },
    });
  return (
    <Panel
      className="span-4"
      title={t('classes.classes')}
      flush
      extra={current !== null && <A href={href({ class: null })}>{t('classes.allRules')}</A>}
    >
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !items ? (
        <div className="panel-body">
          <Skeleton lines={9} />
        </div>
      ) : items.length === 0 ? (
        <Empty title={t('classes.empty')}>{t('classes.emptyText')}</Empty>
      ) : (
        <ul className="classes">
          {items.map((item) => (
            <li key={item.id} data-current={item.id === current || undefined} data-off={!item.is_active || undefined}>
              <div className="row between">
                <A
                  href={href({ class: item.id === current ? null : item.id })}
                  aria-current={item.id === current ? 'true' : undefined}
                  className="class-name"
                >
                  <Chip tone={toneOf(item.color_key)}>{label(item).name}</Chip>
                </A>
                <span className="row">
                  {!item.is_active && <Chip>{t('ui.disabled')}</Chip>}
                  <Risk level={item.risk_level} />
                </span>
              </div>
              {item.description && <p>{item.description}</p>}
              <ClassFacts item={item} />
              {may('update') && (
                <span className="class-acts">
                  <LinkButton type="text" size="small" href={href({ edit: item.id })}>
                    {t('ui.edit')}
                  </LinkButton>
                  {may('delete') && !item.is_system && (
                    <Button type="text" size="small" danger onClick={() => askDelete(item)}>
                      {t('ui.delete')}
                    </Button>
                  )}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {dialog}
    </Panel>
  );
}

function ClassFacts({ item }: { item: AccountClass }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <small className="class-facts">
      <A href={`/account/?classification=${item.id}`}>
        {t('classes.accountsN', { count: item.assignments_count, n: format.number(item.assignments_count) })}
      </A>
      <span>{t('classes.rulesN', { count: item.rules_count })}</span>
      <span>{t('classes.priority', { n: item.priority })}</span>
      {item.is_system && <span>{t('classes.system')}</span>}
    </small>
  );
}
