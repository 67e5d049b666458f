import { PlusIcon } from '../../ui/icons';
import { catalogue, TAG_CATEGORIES, type WireOf } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../api';
import { useFormat } from '../../i18n/format';
import { useMay } from '../../session';
import { A } from '../../ui/a';
import { useConfirm } from '../../ui/confirm';
import { LinkButton } from '../../ui/link-button';
import { Page, Stats } from '../../ui/page';
import { RelativeTime } from '../../ui/relative-time';
import { Empty } from '../../ui/states';
import { Chip, Enabled, toneOf } from '../../ui/status';
import { FilterSelect } from '../../ui/table/filters';
import { ListPage } from '../../ui/table/list-page';
import { useList } from '../../ui/table/list-state';
import type { Column } from '../../ui/table/table';

const LIST = catalogue.tags.listTagOptions;
type Tag = NonNullable<WireOf<typeof LIST>>['tags'][number];

export default function Tags() {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { message } = App.useApp();
  const list = useList(LIST, { page: 1, limit: 20, sort: 'sort_order', order: 'asc', status: 'all' });
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const { mutateAsync: remove } = useSend(catalogue.tags.delete, ['instances/manage', 'account']);
  const [dialog, ask] = useConfirm();
  const stats = result.data?.stats;
  const status = list.text('status');

  const columns = useMemo<Column<Tag>[]>(() => {
    const name = (tag: Tag) => (i18n.language === 'en' && tag.display_name_en) || tag.display_name;
    const about = (tag: Tag) => (i18n.language === 'en' && tag.description_en) || tag.description || '';
    const askDelete = (tag: Tag) =>
      ask({
        title: t('tags.deleteTitle', { name: name(tag) }),
        text: tag.instance_count ? t('tags.deleteText', { n: tag.instance_count }) : t('ui.undoable'),
        word: tag.instance_count ? tag.name : undefined,
        ok: t('ui.delete'),
        run: async () => {
          await remove({ params: { tag_id: tag.id }, body: { force: (tag.instance_count ?? 0) > 0 } });
          message.success(t('tags.deleted'));
        },
      });
    const shown: Column<Tag>[] = [
      {
        key: 'name',
        title: t('tags.one'),
        sort: 'display_name',
        fixed: true,
        lead: true,
        render: (tag) => (may('update') ? <A href={`/tags/edit/${tag.id}`}>{name(tag)}</A> : name(tag)),
      },
      { key: 'code', title: t('tags.code'), sort: 'name', render: (tag) => <code>{tag.name}</code> },
      { key: 'category', title: t('tags.category'), sort: 'category', render: (tag) => t(`tags.categories.${tag.category}`) },
      { key: 'color', title: t('tags.color'), render: (tag) => <Chip tone={toneOf(tag.color)}>{name(tag)}</Chip> },
      { key: 'status', title: t('ui.status'), sort: 'is_active', render: (tag) => <Enabled on={tag.is_active} /> },
      {
        key: 'instances',
        title: t('tags.instances'),
        sort: 'instance_count',
        align: 'end',
        render: (tag) =>
          tag.instance_count ? (
            <A href={`/instances/?tags=${encodeURIComponent(tag.name)}`}>{format.number(tag.instance_count)}</A>
          ) : (
            <span className="muted">0</span>
          ),
      },
      { key: 'sort', title: t('tags.sort'), sort: 'sort_order', align: 'end', hidden: true, render: (tag) => tag.sort_order },
      {
        key: 'description',
        title: t('ui.description'),
        render: (tag) =>
          tag.description ? (
            <span className="cut" title={about(tag)}>
              {about(tag)}
            </span>
          ) : (
            <span className="muted">–</span>
          ),
      },
      { key: 'updated', title: t('ui.updatedAt'), sort: 'updated_at', hidden: true, render: (tag) => <RelativeTime at={tag.updated_at} /> },
    ];
    if (may('update'))
      shown.push({
        key: 'acts',
        title: t('ui.actions'),
        acts: true,
        render: (tag) => (
          <>
            <LinkButton type="text" size="small" href={`/tags/edit/${tag.id}`}>
              {t('ui.edit')}
            </LinkButton>
            {may('delete') && (
              <Button type="text" size="small" danger onClick={() => askDelete(tag)}>
                {t('ui.delete')}
              </Button>
            )}
          </>
        ),
      });
    return shown;
  }, [t, format, i18n.language, may, ask, remove, message]);

  const data = result.data && {
    items: result.data.items ?? result.data.tags,
    total: result.data.total ?? result.data.tags.length,
    page: result.data.page ?? 1,
    pages: result.data.pages ?? 1,
    limit: result.data.limit ?? result.data.tags.length,
  };
  const create = may('create') && (
    <LinkButton type="primary" icon={<PlusIcon />} href="/tags/create">
      {t('tags.new')}
    </LinkButton>
  );
  return (
    <Page
      title={t('tags.title')}
      actions={
        <>
          {may('update') && <LinkButton href="/tags/batch_assign">{t('tags.bulk.title')}</LinkButton>}
          {create}
        </>
      }
    >
      <Stats
        items={[
          {
            key: 'total',
            label: t('tags.stats.total'),
            value: format.number(stats?.total),
            href: list.href({ status: null }),
            current: !status,
          },
          {
            key: 'active',
            label: t('tags.stats.active'),
            value: format.number(stats?.active),
            href: list.href({ status: 'active' }),
            current: status === 'active',
          },
          {
            key: 'inactive',
            label: t('tags.stats.inactive'),
            value: format.number(stats?.inactive),
            href: list.href({ status: 'inactive' }),
            current: status === 'inactive',
          },
          { key: 'categories', label: t('tags.stats.categories'), value: format.number(stats?.category_count) },
        ]}
      />
      <ListPage
        id="tags"
        label={t('tags.title')}
        list={list}
        result={{ ...result, data }}
        columns={columns}
        rowKey={(tag) => tag.id}
        searchLabel={t('tags.search')}
        filters={
          <FilterSelect
            label={t('tags.category')}
            value={list.text('category')}
            options={TAG_CATEGORIES.map((value) => ({ value, label: t(`tags.categories.${value}`) }))}
            onChange={(category) => list.set({ category })}
          />
        }
        empty={
          <Empty title={t('tags.empty')} action={create}>
            {t('tags.emptyText')}
          </Empty>
        }
      />
      {dialog}
    </Page>
  );
}
