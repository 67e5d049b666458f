import { App, Button, Input, Popover } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { A } from '../../../ui/a';
import { usePreference } from '../../../ui/preferences';
import { useUrl } from '../../../ui/url';

const PATH = '/account/access';
/** In the user's preferences: what it is called, and the address's search. */
interface Saved {
  name: string;
  search: string;
}
const PRESETS = {
  drop: '?privilege=DROP&tag=production',
  grant: '?privilege=GRANT',
  write: '?privilege=INSERT&include_public=false',
  users: '?privilege=CREATE+USER',
} as const;
const NONE: Saved[] = [];
const MOST = 30;

/** Questions that everybody asks, and those that one has kept. */
export function SavedQuestions() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { search } = useUrl();
  const [saved, setSaved] = usePreference<Saved[]>('access.questions', NONE);
  const [name, setName] = useState('');
  const [open, setOpen] = useState(false);
  const kept = new URLSearchParams(search);
  for (const key of ['page', 'limit', 'account', 'view', 'sort', 'order']) kept.delete(key);
  const here = `?${kept}`;
  function save() {
    const wanted = name.trim();
    if (!wanted) return;
    setSaved([...saved.filter((one) => one.name !== wanted), { name: wanted, search: here }].slice(-MOST));
    setName('');
    setOpen(false);
    message.success(t('access.savedDone'));
  }
  return (
    <nav className="questions" aria-label={t('access.saved')}>
      {(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((key) => (
        <A key={key} href={PATH + PRESETS[key]} className="chip quiet" aria-current={here === PRESETS[key] ? 'page' : undefined}>
          {t(`access.presets.${key}`)}
        </A>
      ))}
      {saved.map((one) => (
        <span key={one.name} className="chip accent">
          <A href={PATH + one.search} aria-current={here === one.search ? 'page' : undefined}>
            {one.name}
          </A>
          <button
            type="button"
            aria-label={t('access.forget', { name: one.name })}
            onClick={() => setSaved(saved.filter((other) => other.name !== one.name))}
          >
            ×
          </button>
        </span>
      ))}
      {kept.has('privilege') && (
        <Popover
          open={open}
          onOpenChange={setOpen}
          trigger="click"
          placement="bottomLeft"
          content={
            <div className="row">
              <Input
                value={name}
                onChange={(event) => setName(event.target.value)}
                onPressEnter={save}
                placeholder={t('access.saveName')}
                aria-label={t('access.saveName')}
                maxLength={60}
              />
              <Button type="primary" onClick={save} disabled={!name.trim()}>
                {t('act.save')}
              </Button>
            </div>
          }
        >
          <Button size="small" type="link">
            {t('access.save')}
          </Button>
        </Popover>
      )}
    </nav>
  );
}
