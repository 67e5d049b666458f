/** Texts of the console, by area. */
import access from './access';
import accounts from './accounts';
import admin from './admin';
import capacity from './capacity';
import classes from './classes';
import credentials from './credentials';
import dashboard from './dashboard';
import databases from './databases';
import faults from './faults';
import instances from './instances';
import logs from './logs';
import partitions from './partitions';
import scheduler from './scheduler';
import sessions from './sessions';
import shell from './shell';
import statistics from './statistics';
import tags from './tags';
import ui from './ui';
import users from './users';

export default {
  access,
  accounts,
  admin,
  capacity,
  classes,
  credentials,
  dashboard,
  databases,
  faults,
  instances,
  logs,
  partitions,
  scheduler,
  sessions,
  shell,
  statistics,
  tags,
  ui,
  users,
};
