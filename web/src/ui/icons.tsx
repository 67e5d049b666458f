/** Icons stand beside words and say nothing themselves: hidden from screen readers. */
import {
  ApiOutlined,
  AreaChartOutlined,
  ArrowDownOutlined,
  ArrowUpOutlined,
  AuditOutlined,
  BgColorsOutlined,
  CalendarOutlined,
  CheckOutlined,
  ClockCircleOutlined,
  CopyOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  DownOutlined,
  DownloadOutlined,
  EllipsisOutlined,
  FileTextOutlined,
  FilterOutlined,
  GlobalOutlined,
  TableOutlined,
  KeyOutlined,
  LeftOutlined,
  LineChartOutlined,
  LoadingOutlined,
  MenuFoldOutlined,
  MenuOutlined,
  MenuUnfoldOutlined,
  PartitionOutlined,
  PlusOutlined,
  RightOutlined,
  SafetyCertificateOutlined,
  SearchOutlined,
  SettingOutlined,
  SyncOutlined,
  SolutionOutlined,
  TagsOutlined,
  TeamOutlined,
  UploadOutlined,
  UserOutlined,
} from '@ant-design/icons';
import type { ComponentType } from 'react';

interface Props {
  spin?: boolean;
}
function quiet(Icon: ComponentType<Props & { 'aria-hidden': true }>): ComponentType<Props> {
  return (props) => <Icon aria-hidden {...props} />;
}

export const AccessIcon = /* @__PURE__ */ quiet(SolutionOutlined);
export const ApiIcon = /* @__PURE__ */ quiet(ApiOutlined);
export const AreaChartIcon = /* @__PURE__ */ quiet(AreaChartOutlined);
export const ArrowDownIcon = /* @__PURE__ */ quiet(ArrowDownOutlined);
export const ArrowUpIcon = /* @__PURE__ */ quiet(ArrowUpOutlined);
export const AuditIcon = /* @__PURE__ */ quiet(AuditOutlined);
export const BgColorsIcon = /* @__PURE__ */ quiet(BgColorsOutlined);
export const CalendarIcon = /* @__PURE__ */ quiet(CalendarOutlined);
export const CheckIcon = /* @__PURE__ */ quiet(CheckOutlined);
export const ClockIcon = /* @__PURE__ */ quiet(ClockCircleOutlined);
export const CopyIcon = /* @__PURE__ */ quiet(CopyOutlined);
export const DashboardIcon = /* @__PURE__ */ quiet(DashboardOutlined);
export const DatabaseIcon = /* @__PURE__ */ quiet(DatabaseOutlined);
export const DownIcon = /* @__PURE__ */ quiet(DownOutlined);
export const DownloadIcon = /* @__PURE__ */ quiet(DownloadOutlined);
export const EllipsisIcon = /* @__PURE__ */ quiet(EllipsisOutlined);
export const FileTextIcon = /* @__PURE__ */ quiet(FileTextOutlined);
export const FilterIcon = /* @__PURE__ */ quiet(FilterOutlined);
export const GlobalIcon = /* @__PURE__ */ quiet(GlobalOutlined);
export const TableIcon = /* @__PURE__ */ quiet(TableOutlined);
export const KeyIcon = /* @__PURE__ */ quiet(KeyOutlined);
export const LeftIcon = /* @__PURE__ */ quiet(LeftOutlined);
export const LineChartIcon = /* @__PURE__ */ quiet(LineChartOutlined);
export const LoadingIcon = /* @__PURE__ */ quiet(LoadingOutlined);
export const MenuFoldIcon = /* @__PURE__ */ quiet(MenuFoldOutlined);
export const MenuIcon = /* @__PURE__ */ quiet(MenuOutlined);
export const MenuUnfoldIcon = /* @__PURE__ */ quiet(MenuUnfoldOutlined);
export const PartitionIcon = /* @__PURE__ */ quiet(PartitionOutlined);
export const PlusIcon = /* @__PURE__ */ quiet(PlusOutlined);
export const RightIcon = /* @__PURE__ */ quiet(RightOutlined);
export const SafetyIcon = /* @__PURE__ */ quiet(SafetyCertificateOutlined);
export const SearchIcon = /* @__PURE__ */ quiet(SearchOutlined);
export const SettingIcon = /* @__PURE__ */ quiet(SettingOutlined);
export const SyncIcon = /* @__PURE__ */ quiet(SyncOutlined);
export const TagsIcon = /* @__PURE__ */ quiet(TagsOutlined);
export const TeamIcon = /* @__PURE__ */ quiet(TeamOutlined);
export const UploadIcon = /* @__PURE__ */ quiet(UploadOutlined);
export const UserIcon = /* @__PURE__ */ quiet(UserOutlined);
