import type zh from '../zh-CN/databases';

const databases: typeof zh = {
  title: 'Databases',
  of: '{{engine}} databases',
  one: 'Database',
  search: 'Search database, instance or host',
  empty: 'No databases yet',
  emptyText:
    'Databases come from collecting sizes: register an instance and collect once, and every database on it is listed here with its size.',
  collect: 'Collect all sizes',
  database: 'Database',
  instance: 'Instance',
  size: 'Size',
  change: '30-day change',
  collected: 'Collected',
  sample: 'Sample',
  samples: { pending: 'not collected', completed: 'up to date', running: 'due', failed: 'overdue' },
  sampleHint: {
    pending: 'No size was ever collected',
    completed: 'Collected within 26 hours',
    running: 'Collected 26 to 50 hours ago; the next one is due',
    failed: 'Nothing collected for more than 50 hours',
  },
  tags: 'Tags',
  state: 'State',
  online: 'online',
  gone: 'gone',
  goneToo: 'Gone ones too',
  goneOnly: 'Only gone ones',
  firstSeen: 'First seen',
  lastSeen: 'Last seen',
  total: 'In all',
  trend: 'Size over time',
  noTrend: 'Nothing was collected in this period',
  onInstance: 'On its instance',
  statistics: 'Capacity statistics',
};
export default databases;
