import type { catalogue, WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format';
import { CopyText } from '../../ui/copy-text';
import { useFaultName } from '../../ui/status';

export type TestOutcome = NonNullable<WireOf<typeof catalogue.connections.testConnection>>['result'];

/** What a connection test found: version and latency, or cause and remedy. */
export function TestResult({ result }: { result: TestOutcome }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useFaultName();
  const version = result.main_version ?? result.database_version ?? result.version;
  return (
    <div className={`verdict ${result.success ? 'good' : 'bad'}`} role="status">
      <strong>{result.success ? t('instances.testGood') : `${t('instances.testBad')} · ${name(result.error_code)}`}</strong>
      <dl>
        {result.success ? (
          <>
            <dt>{t('instances.version')}</dt>
            <dd className="mono">{version ?? '–'}</dd>
            <dt>{t('instances.latency')}</dt>
            <dd>{result.latency_ms === null ? '–' : `${format.number(Math.round(result.latency_ms))} ms`}</dd>
          </>
        ) : (
          <>
            <dt>{t('faults.cause')}</dt>
            <dd>
              <CopyText text={result.error ?? result.message} />
              {result.error_number && <small className="mono">{result.error_number}</small>}
            </dd>
            {result.stage && (
              <>
                <dt>{t('instances.stage')}</dt>
                <dd>{t(`faults.stages.${result.stage}`)}</dd>
              </>
            )}
            {result.remedy && (
              <>
                <dt>{t('faults.remedy')}</dt>
                <dd>{result.remedy}</dd>
              </>
            )}
          </>
        )}
      </dl>
    </div>
  );
}
