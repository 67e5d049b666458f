import type zh from '../zh-CN/app';
import accounts from './accounts';
import classes from './classes';
import credentials from './credentials';
import dashboard from './dashboard';
import faults from './faults';
import instances from './instances';
import sessions from './sessions';
import shell from './shell';
import tags from './tags';
import ui from './ui';
import users from './users';

const app: typeof zh = { accounts, classes, credentials, dashboard, faults, instances, sessions, shell, tags, ui, users };
export default app;
