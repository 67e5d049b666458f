import 'i18next';
import type light from './zh-CN/light';
import type app from './zh-CN/app';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof light & typeof app };
  }
}
