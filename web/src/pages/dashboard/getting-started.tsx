import { catalogue } from '@whalefall/contract';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call, useRoute } from '../../api';
import { useMay } from '../../session';
import { SyncIcon } from '../../ui/icons';
import { LinkButton } from '../../ui/link-button';
import { MonitoringScript } from '../../ui/monitoring-script';
import { Empty } from '../../ui/states';
import { useSync } from '../../ui/use-sync';

interface Step {
  title: string;
  text: string;
  done: boolean;
  act?: ReactNode;
}

/** Both of what the step promises; the accounts are what is shown. */
async function firstSync() {
  const accounts = await call(catalogue.accountsSync.syncAllAccounts, { body: {} });
  await call(catalogue.databasesCapacitySync.syncAllCapacity, { body: {} });
  return accounts.data;
}

/** The way from an empty console to the first account list, in five steps; what is done is ticked. */
export function GettingStarted({ instances, accounts }: { instances: number; accounts: number }) {
  const { t } = useTranslation();
  const may = useMay();
  const [busy, start] = useSync();
  const credentials = useRoute(catalogue.credentials.listCredentials, { query: { limit: 1 } });
  if (!may('create') && (instances === 0 || !may('execute')))
    return <Empty title={t('dashboard.start.title')}>{t('dashboard.start.readOnly')}</Empty>;
  const stored = (credentials.data?.total ?? 0) > 0;
  const registered = instances > 0;
  const steps: Step[] = [
    {
      title: t('dashboard.start.s1'),
      text: t('dashboard.start.t1'),
      done: stored,
      act: may('create') && !stored && <MonitoringScript />,
    },
    {
      title: t('dashboard.start.s2'),
      text: t('dashboard.start.t2'),
      done: stored,
      act: may('create') && (
        <LinkButton type={stored ? 'default' : 'primary'} href="/credentials/create?from=start">
          {t('dashboard.start.b2')}
        </LinkButton>
      ),
    },
    {
      title: t('dashboard.start.s3'),
      text: t('dashboard.start.t3'),
      done: registered,
      act: may('create') && (
        <>
          <LinkButton type={stored && !registered ? 'primary' : 'default'} href="/instances/create">
            {t('dashboard.start.b3')}
          </LinkButton>
          <LinkButton href="/instances/?import=1">{t('dashboard.start.b3i')}</LinkButton>
        </>
      ),
    },
    {
      title: t('dashboard.start.s4'),
      text: t('dashboard.start.t4'),
      done: accounts > 0,
      act: registered && may('execute') && (
        <Button type="primary" icon={<SyncIcon />} loading={busy} onClick={() => void start(firstSync)}>
          {t('dashboard.start.b4')}
        </Button>
      ),
    },
    {
      title: t('dashboard.start.s5'),
      text: t('dashboard.start.t5'),
      done: false,
      act: accounts > 0 && <LinkButton href="/account/">{t('dashboard.start.b5')}</LinkButton>,
    },
  ];
  const next = steps.findIndex((step) => !step.done);
  return (
    <section className="start" aria-labelledby="start-title">
      <h2 id="start-title">{t('dashboard.start.title')}</h2>
      <p className="muted">{t('dashboard.start.text')}</p>
      <ol>
        {steps.map((step, i) => (
          <li key={step.title} data-done={step.done || undefined} aria-current={i === next ? 'step' : undefined}>
            <span className="start-number" aria-hidden="true">
              {step.done ? '✓' : i + 1}
            </span>
            <div>
              <h3>
                {step.title}
                {step.done && <span className="sr-only"> {t('dashboard.start.done')}</span>}
              </h3>
              <p>{step.text}</p>
              {step.act && <div className="row">{step.act}</div>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
