import { ApiIcon } from '../../ui/icons';
import { catalogue, testBody } from '@whalefall/contract';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../api';
import { Panel } from '../../ui/page';
import { useErrorText } from '../../ui/states';
import { type InstanceValues, toInstanceBody } from './instance-form';
import { TestResult } from './test-result';
import './instances.css';

/** Tries what the form says now, beside the fields it tries. */
export function TestPanel({ values, onPassed }: { values: InstanceValues; onPassed?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const test = useSend(catalogue.connections.testConnection);
  const { db_type, host, port, database_name, credential_id, connection_options } = toInstanceBody(values) as Record<string, never>;
  const body = { db_type, host, port, database_name: database_name || null, credential_id, connection_options };
  const ready = testBody.safeParse(body).success;
  return (
    <Panel title={t('instances.test')}>
      <div className="stack">
        <p className="muted">{t(ready ? 'instances.testHint' : 'instances.testAsk')}</p>
        <div>
          <Button
            icon={<ApiIcon />}
            onClick={() => test.mutate({ body }, { onSuccess: ({ data }) => data.result.success && onPassed?.() })}
            disabled={!ready}
            loading={test.isPending}
          >
            {t('instances.testNow')}
          </Button>
        </div>
        {test.data && !test.isPending && <TestResult result={test.data.data.result} />}
        {test.isError && (
          <p className="fault" role="alert">
            {text(test.error)}
          </p>
        )}
      </div>
    </Panel>
  );
}
