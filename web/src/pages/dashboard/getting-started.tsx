import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { catalogue } from '@whalefall/contract';
import { useMay } from '../../session';
import { LinkButton } from '../../ui/link-button';
import { Empty } from '../../ui/states';

/** The way from an empty console to the first account list, in five steps. */
export function GettingStarted() {
  const { t } = useTranslation();
  const may = useMay();
  const credentials = useRoute(catalogue.credentials.listCredentials, { query: { limit: 1 } });
  if (!may('create')) return <Empty title={t('dashboard.start.title')}>{t('dashboard.start.readOnly')}</Empty>;
  const stored = (credentials.data?.total ?? 0) > 0;
  const steps = [
    { key: 1, title: t('dashboard.start.s1'), text: t('dashboard.start.t1'), done: stored },
    {
      key: 2,
      title: t('dashboard.start.s2'),
      text: t('dashboard.start.t2'),
      done: stored,
      act: (
        <LinkButton type={stored ? 'default' : 'primary'} href="/credentials/create">
          {t('dashboard.start.b2')}
        </LinkButton>
      ),
    },
    {
      key: 3,
      title: t('dashboard.start.s3'),
      text: t('dashboard.start.t3'),
      act: (
        <>
          <LinkButton type={stored ? 'primary' : 'default'} href="/instances/create">
            {t('dashboard.start.b3')}
          </LinkButton>
          <LinkButton href="/instances/?import=1">{t('dashboard.start.b3i')}</LinkButton>
        </>
      ),
    },
    { key: 4, title: t('dashboard.start.s4'), text: t('dashboard.start.t4') },
    {
      key: 5,
      title: t('dashboard.start.s5'),
      text: t('dashboard.start.t5'),
      act: <LinkButton href="/account/">{t('dashboard.start.b5')}</LinkButton>,
    },
  ];
  return (
    <section className="start" aria-labelledby="start-title">
      <h2 id="start-title">{t('dashboard.start.title')}</h2>
      <p className="muted">{t('dashboard.start.text')}</p>
      <ol>
        {steps.map((step) => (
          <li key={step.key} data-done={step.done || undefined}>
            <span className="start-number" aria-hidden="true">
              {step.done ? '✓' : step.key}
            </span>
            <div>
              <h3>{step.title}</h3>
              <p>{step.text}</p>
              {step.act && <div className="row">{step.act}</div>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
