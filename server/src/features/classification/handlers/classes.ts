import { type catalogue, COLOR_KEYS, DB_TYPES, type DbType, type Locale } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { answer, type Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { colorOf } from '../../tags/index.ts';
import { createClass, deleteClass, updateClass } from '../change-classes.ts';
import * as queries from '../queries/classes.ts';
import { privilegeNames } from '../queries/rules.ts';
import { shownClass } from '../shown.ts';

/** What each colour is for. */
const USES: Record<(typeof COLOR_KEYS)[number], { zh: string; en: string }> = {
  primary: { zh: '一般用途', en: 'General' },
  danger: { zh: '高度危险，需要立即关注', en: 'Dangerous, needs attention at once' },
  warning: { zh: '需要留意', en: 'Worth watching' },
  info: { zh: '普通提示', en: 'Information' },
  secondary: { zh: '次要、日常', en: 'Everyday' },
  success: { zh: '安全、正常', en: 'Safe' },
  dark: { zh: '停用或归档', en: 'Retired' },
  light: { zh: '背景、不突出', en: 'In the background' },
};

type Routes = Handlers<typeof catalogue.accountsClassifications>;
type Names =
  | 'getClassifications'
  | 'getClassification'
  | 'createClassification'
  | 'updateClassification'
  | 'deleteClassification'
  | 'getColorOptions'
  | 'getPermissions';

/** §4 classes, and what the rule editor is made from. */
export function classHandlers(deps: Deps): Pick<Routes, Names> {
  const { db } = deps;
  async function one(id: number, locale: Locale) {
    const row = (await queries.classesWith(db, { id, include_inactive: true }))[0];
    if (!row) throw refuse.notFound('classification', id);
    return { classification: shownClass(row, locale) };
  }
  return {
    async getClassifications({ query }, { locale }) {
      return { classifications: (await queries.classesWith(db, query)).map((row) => shownClass(row, locale)) };
    },
    getClassification: ({ params }, { locale }) => one(params.classification_id, locale),
    async createClassification({ body }, asker) {
      return one(await createClass(deps, asker, { ...body, description: body.description ?? null }), asker.locale);
    },
    async updateClassification({ params, body }, asker) {
      await updateClass(deps, asker, params.classification_id, body);
      return one(params.classification_id, asker.locale);
    },
    async deleteClassification({ params }, asker) {
      await deleteClass(deps, asker, params.classification_id);
    },
    async getColorOptions(_args, { locale }) {
      const colors = COLOR_KEYS.map((key) => {
        const { value, zh, en, css } = colorOf(key);
        const use = locale === 'en' ? USES[key].en : USES[key].zh;
        // White is readable on all but the light one.
        const text_color = key === 'light' ? '#212529' : '#ffffff';
        return { key, shown: { value, name: zh, name_en: en, description: use, css_class: css, text_color } };
      });
      return {
        colors: Object.fromEntries(colors.map(({ key, shown }) => [key, shown])),
        choices: colors.map(
          ({ key, shown }) => [key, `${locale === 'en' ? shown.name_en : shown.name} - ${shown.description}`] as [string, string],
        ),
      };
    },
    async getPermissions({ params }, { locale }) {
      if (!DB_TYPES.includes(params.db_type as DbType))
        throw refuse.invalid({ db_type: { code: 'INVALID_VALUE', zh: '不支持的数据库类型', en: 'No such engine' } });
      const permissions: Record<string, { name: string; description: string; kind: string }[]> = {};
      for (const row of await privilegeNames(db, params.db_type as DbType))
        (permissions[row.category] ??= []).push({
          name: row.name,
          description: (locale === 'en' ? row.description_en : row.description_zh) ?? '',
          kind: row.kind,
        });
      return answer({ permissions }, { message: { zh: '获取数据库权限成功', en: 'Privilege names' } });
    },
  };
}
