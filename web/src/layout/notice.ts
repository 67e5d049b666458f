import { App } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type zh from '../i18n/zh-CN/shell';
import { useUrl } from '../ui/url';

const KNOWN: (keyof typeof zh.notices)[] = ['created', 'saved', 'password_changed'];

/** One-time messages travel as `?notice=<code>`; shown once, then gone from the address. */
export function useNotice(): void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { search, set } = useUrl();
  const notice = search.get('notice');
  useEffect(() => {
    if (!notice) return;
    const known = KNOWN.find((code) => code === notice);
    if (known) message.success(t(`shell.notices.${known}`));
    set({ notice: null });
  }, [notice, message, set, t]);
}
