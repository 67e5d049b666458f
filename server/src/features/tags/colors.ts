/** The eight colour keys of tags and classifications; each distinguishable, primary and success too (20-SEED-2). */
export const COLORS: Record<string, { value: string; zh: string; en: string; css: string }> = {
  primary: { value: '#0f766e', zh: '主色绿', en: 'Primary teal', css: 'bg-primary' },
  danger: { value: '#c0392b', zh: '危险红', en: 'Danger red', css: 'bg-danger' },
  warning: { value: '#b9770e', zh: '警告橙', en: 'Warning orange', css: 'bg-warning' },
  info: { value: '#2471a3', zh: '信息蓝', en: 'Info blue', css: 'bg-info' },
  secondary: { value: '#616a6b', zh: '次要灰', en: 'Secondary grey', css: 'bg-secondary' },
  success: { value: '#1e8449', zh: '成功绿', en: 'Success green', css: 'bg-success' },
  dark: { value: '#2c3e50', zh: '深色', en: 'Dark', css: 'bg-dark' },
  light: { value: '#ecf0f1', zh: '浅色', en: 'Light', css: 'bg-light' },
};
/** An unknown key counts as info. */
export const colorOf = (key: string | null) => COLORS[key ?? ''] ?? COLORS.info!;

export const CATEGORIES: Record<string, { zh: string; en: string }> = {
  location: { zh: '地区标签', en: 'Location' },
  company_type: { zh: '公司类型', en: 'Company type' },
  environment: { zh: '环境标签', en: 'Environment' },
  department: { zh: '部门标签', en: 'Department' },
  project: { zh: '项目标签', en: 'Project' },
  virtualization: { zh: '虚拟化类型', en: 'Virtualization' },
  deployment: { zh: '部署方式', en: 'Deployment' },
  architecture: { zh: '架构类型', en: 'Architecture' },
  other: { zh: '其他标签', en: 'Other' },
};
