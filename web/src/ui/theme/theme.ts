/** antd and the charts get their colours from the custom properties of tokens.css. */
import { theme, type ThemeConfig } from 'antd';

const PAIR = /^light-dark\((.+),\s*(.+)\)$/;

/** One token's value for the theme that is drawn. */
export function token(name: string, dark: boolean): string {
  const text = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const pair = PAIR.exec(text);
  return pair ? (dark ? pair[2]! : pair[1]!) : text;
}

export function antdTheme(dark: boolean): ThemeConfig {
  const of = (name: string) => token(name, dark) || undefined;
  const known = (values: Record<string, string | number | undefined>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      motion: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      ...known({
        colorPrimary: of('accent'),
        colorLink: of('accent'),
        colorSuccess: of('good'),
        colorWarning: of('warn'),
        colorError: of('bad'),
        colorInfo: of('accent'),
        colorBgBase: of('surface'),
        colorTextBase: of('text'),
        colorBgContainer: of('surface'),
        colorBgElevated: of('raised'),
        colorBgLayout: of('bg'),
        colorText: of('text'),
        colorTextSecondary: of('text-2'),
        colorTextTertiary: of('text-3'),
        colorTextQuaternary: of('text-3'),
        colorTextPlaceholder: of('text-3'),
        colorTextDescription: of('text-2'),
        colorIcon: of('text-3'),
        colorBorder: of('border-strong'),
        colorBorderSecondary: of('border'),
        colorSplit: of('border'),
        colorTextLightSolid: of('on-accent'),
        colorBgMask: of('veil'),
        fontFamily: of('font'),
        fontFamilyCode: of('mono'),
        fontSize: 14,
        borderRadius: 6,
        controlHeight: 32,
        motionDurationMid: '0.12s',
        motionDurationSlow: '0.18s',
      }),
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
      Tooltip: known({ colorBgSpotlight: of('text'), colorTextLightSolid: of('surface'), fontSize: 13 }),
      Select: known({ optionSelectedBg: of('accent-weak') }),
      Modal: { titleFontSize: 16 },
      Alert: { fontSizeLG: 14, withDescriptionIconSize: 18, withDescriptionPadding: '12px 14px' },
      Drawer: { paddingLG: 20 },
    },
  };
}
