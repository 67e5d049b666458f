import { catalogue, type DbType, type WireOf } from '@whalefall/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, call } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Skeleton, useErrorText } from '../../../ui/states';
import { Chip, type Tone } from '../../../ui/status';

const ROUTE = catalogue.accountsClassifications.previewRule;
const REST_MS = 500;
const TONES: Record<string, Tone> = { gained: 'good', lost: 'bad', kept: 'quiet' };
type Reply = NonNullable<WireOf<typeof ROUTE>>;

/** What is asked once typing rests. */
function useRested<T>(value: T): T {
  const key = JSON.stringify(value);
  const [rested, setRested] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setRested(key), REST_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return JSON.parse(rested) as T;
}

/** Who a rule would match, before it is saved. */
export function Preview({
  ruleId,
  classId,
  type,
  expression,
}: {
  ruleId: number | null;
  classId: number | null;
  type: DbType;
  /** null while the rule says nothing. */
  expression: Record<string, unknown> | null;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const text = useErrorText();
  const asked = useRested({ rule_id: ruleId, classification_id: classId, db_type: type, rule_expression: expression });
  const read = useQuery<Reply, ApiError>({
    queryKey: [ROUTE.file, ROUTE.id, asked],
    enabled: asked.classification_id !== null && asked.rule_expression !== null,
    queryFn: async ({ signal }) => (await call(ROUTE, { body: asked as never, signal })).data,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });
  if (classId === null || expression === null) return <p className="muted">{t('classes.preview.wait')}</p>;
  if (read.isError)
    return (
      <div role="alert">
        <p className="fault">{text(read.error)}</p>
        {Object.values(read.error.fields)
          .flat()
          .map((fault) => (
            <p key={fault.message} className="fault">
              {fault.message}
            </p>
          ))}
      </div>
    );
  if (!read.data) return <Skeleton lines={4} />;
  const { matched, gained, lost, sample } = read.data;
  const number = (key: 'matched' | 'gained' | 'lost', n: number, tone = '') => (
    <li>
      <strong className={n > 0 ? tone : 'muted'}>{format.number(n)}</strong>
      <span>{t(`classes.preview.${key}`)}</span>
    </li>
  );
  return (
    <div className="preview" aria-busy={read.isFetching || undefined}>
      <div role="status">
        <ul className="preview-counts">
          {number('matched', matched)}
          {number('gained', gained, 'good')}
          {number('lost', lost, 'bad')}
        </ul>
      </div>
      {sample.length === 0 ? (
        <p className="muted">{t('classes.preview.none')}</p>
      ) : (
        <>
          <h3>{t('classes.preview.sample')}</h3>
          <ul className="preview-sample">
            {sample.map((one) => (
              <li key={one.account_id}>
                <A className="mono cut" href={`/account/?account=${one.account_id}`} target="_blank" rel="noreferrer">
                  {one.username}
                </A>
                <small className="cut">{one.instance_name}</small>
                {one.change !== 'kept' && <Chip tone={TONES[one.change]}>{t(`classes.preview.change.${one.change}`)}</Chip>}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="hint">{t('classes.preview.hint')}</p>
    </div>
  );
}
