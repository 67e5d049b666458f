import { catalogue } from '@whalefall/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, call } from '../../api';
import { ChangeTimeline, type Change } from '../../ui/change-timeline/change-timeline';
import { Empty, Failed, Skeleton } from '../../ui/states';
import { FilterSelect } from '../../ui/table/filters';

const ROUTE = catalogue.instancesDetail.getAccountChangeHistory;
const TYPES = ['add', 'modify_privilege', 'modify_other', 'delete', 'return'] as const;
const PAGE = 30;
type Page = { history: Change[]; has_more: boolean };

/** The change history of one account, a page at a time. */
export function AccountChanges({ instanceId, accountId }: { instanceId: number; accountId: number }) {
  const { t } = useTranslation();
  const [type, setType] = useState<string | null>(null);
  const only = TYPES.find((one) => one === type);
  const read = useInfiniteQuery<Page, ApiError>({
    queryKey: [ROUTE.file, ROUTE.id, instanceId, accountId, only ?? null],
    initialPageParam: undefined,
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await call(ROUTE, {
        params: { instance_id: instanceId, account_id: accountId },
        query: { limit: PAGE, before_id: pageParam as number | undefined, change_type: only },
        signal,
      });
      return data;
    },
    getNextPageParam: (last) => (last.has_more ? last.history.at(-1)?.id : undefined),
  });
  if (read.isError) return <Failed error={read.error} retry={() => void read.refetch()} />;
  if (read.isPending) return <Skeleton lines={8} />;
  const changes = read.data.pages.flatMap((page) => page.history);
  return (
    <div className="stack">
      <div>
        <FilterSelect
          label={t('accounts.change.all')}
          value={only}
          options={TYPES.map((value) => ({ value, label: t(`accounts.change.types.${value}`) }))}
          onChange={setType}
          width={150}
        />
      </div>
      {changes.length === 0 ? (
        <Empty title={only ? t('ui.emptyFiltered') : t('accounts.change.none')}>{!only && t('accounts.change.noneHint')}</Empty>
      ) : (
        <ChangeTimeline changes={changes} />
      )}
      {read.hasNextPage && (
        <div className="row center">
          <Button onClick={() => void read.fetchNextPage()} loading={read.isFetchingNextPage}>
            {t('ui.loadMore')}
          </Button>
        </div>
      )}
    </div>
  );
}
