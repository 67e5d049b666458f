import { useRouter } from '@tanstack/react-router';
import { Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const GO: Record<string, string> = { i: '/instances/', a: '/account/' };
const PAUSE_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** `/` search, `g i` instances, `g a` accounts, `?` help. */
export function Shortcuts({ onSearch }: { onSearch: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const [help, setHelp] = useState(false);
  useEffect(() => {
    let after = 0;
    function press(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role=dialog]')) return;
      const going = Date.now() < after ? GO[event.key] : undefined;
      after = event.key === 'g' ? Date.now() + PAUSE_MS : 0;
      if (going) router.history.push(going);
      else if (event.key === '/') onSearch();
      else if (event.key === '?') setHelp(true);
      else return;
      event.preventDefault();
    }
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [router, onSearch]);
  return (
    <Modal open={help} onCancel={() => setHelp(false)} footer={null} title={t('shell.keys.title')} width={420}>
      <dl className="keys">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{t('shell.keys.search')}</dd>
        <dt>
          <kbd>g</kbd> <small>{t('shell.keys.then')}</small> <kbd>i</kbd>
        </dt>
        <dd>{t('shell.keys.instances')}</dd>
        <dt>
          <kbd>g</kbd> <small>{t('shell.keys.then')}</small> <kbd>a</kbd>
        </dt>
        <dd>{t('shell.keys.accounts')}</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{t('shell.keys.help')}</dd>
      </dl>
    </Modal>
  );
}
