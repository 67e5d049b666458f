import { DownloadIcon, FileTextIcon } from '../../ui/icons';
import { catalogue, type WireOf } from '@whalefall/contract';
import { App, Button, Modal, Radio } from 'antd';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { urlOf, useSend } from '../../api';
import { useErrorText } from '../../ui/states';
import { Chip, type Tone } from '../../ui/status';
import { Table } from '../../ui/table/table';
import './instances.css';

type Report = NonNullable<WireOf<typeof catalogue.instancesManage.createInstancesBatch>>;
type Row = Report['rows'][number];
const TONES: Record<Row['outcome'], Tone> = { create: 'good', update: 'info', unchanged: 'quiet', skip: 'quiet', error: 'bad' };

/** Spreadsheets run what begins like a formula. */
const cell = (text: string) => `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
function saveReport(report: Report): void {
  const lines = report.row_errors.map((fault) =>
    [String(fault.line), fault.name ?? '', fault.field, fault.code, fault.message].map(cell).join(','),
  );
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`\ufeffline,name,field,code,message\r\n${lines.join('\r\n')}\r\n`], { type: 'text/csv' }));
  link.download = 'import-errors.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Choose a file, see what would happen to each row, then do it. */
export default function Importer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const text = useErrorText();
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState<'skip' | 'upsert'>('skip');
  const [over, setOver] = useState(false);
  const send = useSend(catalogue.instancesManage.createInstancesBatch, ['dashboard', 'credentials', 'tags']);
  const report = send.data?.data ?? null;
  const willDo = report ? report.created_count + report.updated_count : 0;

  function preview(chosen: File, how = mode) {
    setFile(chosen);
    setMode(how);
    send.mutate({ query: { dry_run: true, mode: how }, file: chosen });
  }
  async function run() {
    if (!file) return;
    try {
      const { data } = await send.mutateAsync({ query: { dry_run: false, mode }, file });
      message.success(
        t('instances.importer.done', { created: data.created_count, updated: data.updated_count, skipped: data.skipped_count }),
      );
      if (data.row_errors.length === 0) onClose();
    } catch {
      // Shown below.
    }
  }
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const chosen = event.dataTransfer.files[0];
    if (chosen) preview(chosen);
  }
  const reasons = (row: Row) => [
    ...(report?.row_errors.filter((fault) => fault.line === row.line).map((fault) => `${fault.field}: ${fault.message}`) ?? []),
    ...row.changes.map((change) => `${change.field}: ${change.before ?? '–'} → ${change.after ?? '–'}`),
  ];

  return (
    <Modal
      open
      onCancel={onClose}
      title={t('instances.importer.title')}
      width={760}
      okText={report && willDo === 0 ? t('instances.importer.nothing') : t('instances.importer.run', { n: willDo })}
      okButtonProps={{ disabled: !report?.dry_run || willDo === 0, loading: send.isPending && report !== null }}
      onOk={() => void run()}
    >
      <div className="stack">
        <div className="row between">
          <Button icon={<DownloadIcon />} href={urlOf(catalogue.files.downloadInstancesTemplate, {})} download>
            {t('instances.importer.template')}
          </Button>
          <span className="row">
            <span className="muted">{t('instances.importer.mode')}</span>
            <Radio.Group
              optionType="button"
              size="small"
              value={mode}
              onChange={(event) => (file ? preview(file, event.target.value as typeof mode) : setMode(event.target.value as typeof mode))}
              options={[
                { value: 'skip', label: t('instances.importer.skip') },
                { value: 'upsert', label: t('instances.importer.upsert') },
              ]}
            />
          </span>
        </div>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is a second way; the input inside is the first */}
        <label
          className="drop"
          data-over={over || undefined}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <input
            type="file"
            accept=".csv,text/csv"
            className="sr-only"
            onChange={(event) => event.target.files?.[0] && preview(event.target.files[0])}
          />
          <span>
            <FileTextIcon /> {file ? file.name : t('instances.importer.drop')}
          </span>
          <small className="muted">{t(file ? 'instances.importer.again' : 'instances.importer.limit')}</small>
        </label>
        {!report && !send.isPending && <p className="hint">{t('instances.importer.columns')}</p>}
        {send.isPending && <p role="status">{t(report ? 'instances.importer.running' : 'instances.importer.previewing')}</p>}
        {send.isError && (
          <p className="fault" role="alert">
            {Object.values(send.error.fields).flat()[0]?.message ?? text(send.error)}
          </p>
        )}
        {report && (
          <>
            <div className="row between" role="status">
              <span>
                {t('instances.importer.summary', {
                  created: report.created_count,
                  updated: report.updated_count,
                  skipped: report.skipped_count,
                  errors: report.rows.filter((row) => row.outcome === 'error').length,
                })}
              </span>
              {report.row_errors.length > 0 && (
                <Button size="small" onClick={() => saveReport(report)}>
                  {t('instances.importer.report')}
                </Button>
              )}
            </div>
            <div className="import-rows">
              <Table
                label={t('instances.importer.preview')}
                rows={report.rows}
                rowKey={(row) => row.line}
                columns={[
                  { key: 'line', title: t('instances.importer.line'), align: 'end', width: 56, render: (row) => row.line },
                  { key: 'name', title: t('ui.name'), lead: true, render: (row) => row.name ?? '–' },
                  {
                    key: 'outcome',
                    title: t('instances.importer.outcome'),
                    render: (row) => <Chip tone={TONES[row.outcome]}>{t(`instances.importer.outcomes.${row.outcome}`)}</Chip>,
                  },
                  {
                    key: 'reason',
                    title: t('instances.importer.reason'),
                    render: (row) => reasons(row).map((line) => <div key={line}>{line}</div>),
                  },
                ]}
              />
            </div>
          </>
        )}
      </div>
    </Modal>
  );
}
