/** Search over everything that has a name, from anywhere: `/` opens it, arrows choose, Enter goes there. */
import { catalogue } from '@whalefall/contract';
import { useRouter } from '@tanstack/react-router';
import { Input, Modal } from 'antd';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../api';
import { useFormat } from '../i18n/format';
import { A } from '../ui/a';
import { focusOnMount } from '../ui/focus';
import { LoadingIcon, SearchIcon } from '../ui/icons';
import { Chip, Engine, toneOf } from '../ui/status';
import { Failed } from '../ui/states';

const WAIT_MS = 200;
interface Hit {
  key: string;
  href: string;
  body: ReactNode;
}

export default function SearchPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      closable={false}
      width={620}
      destroyOnHidden
      title={<span className="sr-only">{t('shell.search.title')}</span>}
      className="palette"
    >
      <Palette onClose={onClose} />
    </Modal>
  );
}

function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const id = useId();
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [at, setAt] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const read = useRoute(catalogue.common.searchEverything, { query: { q: asked } }, { enabled: asked !== '', keep: true });
  const groups = useGroups(asked === '' ? undefined : read.data, asked);
  const hits = groups.flatMap((group) => group.hits);
  const current = Math.min(at, hits.length - 1);
  const waiting = text.trim() !== asked || read.isFetching;

  function press(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') setAt(Math.min(current + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(current - 1, 0));
    else if (event.key === 'Enter' && hits[current] && !waiting) {
      router.history.push(hits[current].href);
      onClose();
    } else return;
    event.preventDefault();
  }
  return (
    <>
      <Input
        ref={focusOnMount}
        size="large"
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls={id}
        aria-activedescendant={hits[current] ? `${id}-${current}` : undefined}
        aria-label={t('shell.search.title')}
        placeholder={t('shell.search.hint')}
        prefix={waiting && text ? <LoadingIcon /> : <SearchIcon />}
        value={text}
        maxLength={100}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
        autoComplete="off"
        spellCheck={false}
      />
      <div
        className="palette-hits"
        id={id}
        role="listbox"
        aria-busy={(waiting && text !== '') || undefined}
        aria-label={t('shell.search.title')}
      >
        {read.isError ? (
          <Failed error={read.error} retry={() => void read.refetch()} />
        ) : (
          groups.map((group) => (
            <div key={group.key} role="group" aria-label={t(`shell.search.${group.key}`)}>
              <div className="palette-group" aria-hidden="true">
                {t(`shell.search.${group.key}`)}
              </div>
              {group.hits.map((hit) => {
                const index = hits.indexOf(hit);
                return (
                  <A
                    key={hit.key}
                    id={`${id}-${index}`}
                    href={hit.href}
                    role="option"
                    aria-selected={index === current}
                    tabIndex={-1}
                    onClick={onClose}
                  >
                    {hit.body}
                  </A>
                );
              })}
            </div>
          ))
        )}
      </div>
      {asked !== '' && !waiting && !read.isError && hits.length === 0 && (
        <p className="palette-none" role="status">
          {t('shell.search.none', { text: asked })}
        </p>
      )}
    </>
  );
}

function useGroups(data: ReturnType<typeof useRoute<typeof catalogue.common.searchEverything>>['data'], asked: string) {
  const { i18n } = useTranslation();
  const format = useFormat();
  if (!data) return [];
  const word = encodeURIComponent(asked);
  const groups: { key: 'instances' | 'accounts' | 'databases' | 'tags'; hits: Hit[] }[] = [
    {
      key: 'instances',
      hits: data.instances.map((one) => ({
        key: `i${one.id}`,
        href: `/instances/${one.id}`,
        body: (
          <>
            <strong>{one.name}</strong>
            <span className="mono muted">
              {one.host}:{one.port}
            </span>
            <Engine type={one.db_type} />
          </>
        ),
      })),
    },
    {
      key: 'accounts',
      hits: data.accounts.map((one) => ({
        key: `a${one.id}`,
        href: `/account/?search=${word}&account=${one.id}`,
        body: (
          <>
            <strong className="mono">{one.username}</strong>
            <span className="muted mono">{one.instance_name}</span>
            <Engine type={one.db_type} />
          </>
        ),
      })),
    },
    {
      key: 'databases',
      hits: data.databases.map((one) => ({
        key: `d${one.id}`,
        href: `/instances/${one.instance_id}?tab=databases&db=${encodeURIComponent(one.database_name)}`,
        body: (
          <>
            <strong className="mono">{one.database_name}</strong>
            <span className="muted mono">{one.instance_name}</span>
            <span>{format.size(one.latest_size_mb)}</span>
          </>
        ),
      })),
    },
    {
      key: 'tags',
      hits: data.tags.map((one) => ({
        key: `t${one.id}`,
        href: `/instances/?tags=${encodeURIComponent(one.name)}`,
        body: <Chip tone={toneOf(one.color)}>{(i18n.language === 'en' && one.display_name_en) || one.display_name}</Chip>,
      })),
    },
  ];
  return groups.filter((group) => group.hits.length > 0);
}
