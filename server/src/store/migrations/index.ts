/*
 * The schema's history: numbered steps, run in this order, each once. A step that has been released is never edited; a
 * new one is added below. They are listed, not searched for in a folder, so that the bundle carries them.
 */
import type { Migration } from 'kysely/migration';
import * as identity from './0001-identity.ts';
import * as inventory from './0002-inventory.ts';
import * as accounts from './0003-accounts.ts';
import * as capacity from './0004-capacity.ts';
import * as jobsAndLogs from './0005-jobs-and-logs.ts';
import * as firstRows from './0006-first-rows.ts';
import * as classificationRules from './0007-classification-rules.ts';
import * as longNames from './0008-long-names.ts';
import * as factsWrittenFast from './0009-facts-written-fast.ts';
import * as logSearch from './0010-log-search.ts';
import * as listIndexes from './0011-list-indexes.ts';
import * as tableWrites from './0012-table-writes.ts';
import * as classificationMarks from './0013-classification-marks.ts';
import * as unreadIndex from './0014-unread-index.ts';
import * as errorNumbers from './0015-error-numbers.ts';
import * as tagDescriptions from './0016-tag-descriptions.ts';
import * as fewerIndexes from './0017-fewer-indexes.ts';
import * as instanceCounts from './0018-instance-counts.ts';

export const migrations: Record<string, Migration> = {
  '0001-identity': identity,
  '0002-inventory': inventory,
  '0003-accounts': accounts,
  '0004-capacity': capacity,
  '0005-jobs-and-logs': jobsAndLogs,
  '0006-first-rows': firstRows,
  '0007-classification-rules': classificationRules,
  '0008-long-names': longNames,
  '0009-facts-written-fast': factsWrittenFast,
  '0010-log-search': logSearch,
  '0011-list-indexes': listIndexes,
  '0012-table-writes': tableWrites,
  '0013-classification-marks': classificationMarks,
  '0014-unread-index': unreadIndex,
  '0015-error-numbers': errorNumbers,
  '0016-tag-descriptions': tagDescriptions,
  '0017-fewer-indexes': fewerIndexes,
  '0018-instance-counts': instanceCounts,
};
