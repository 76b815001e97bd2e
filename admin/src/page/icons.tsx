import {
  AuditOutlined,
  BankOutlined,
  BellOutlined,
  CalendarOutlined,
  CheckCircleFilled,
  CheckOutlined,
  ClockCircleOutlined,
  CloseCircleFilled,
  CloseOutlined,
  CloudOutlined,
  ColumnWidthOutlined,
  DashboardOutlined,
  DownloadOutlined,
  ExclamationCircleFilled,
  EyeOutlined,
  FileExcelOutlined,
  FilePdfOutlined,
  GiftOutlined,
  HeartOutlined,
  HomeOutlined,
  InboxOutlined,
  KeyOutlined,
  LeftOutlined,
  LockOutlined,
  MenuOutlined,
  MinusCircleOutlined,
  PlusOutlined,
  QuestionCircleOutlined,
  ReloadOutlined,
  RightOutlined,
  RollbackOutlined,
  RotateRightOutlined,
  SafetyCertificateOutlined,
  SearchOutlined,
  FileSearchOutlined,
  SendOutlined,
  SolutionOutlined,
  TeamOutlined,
  UploadOutlined,
  UserOutlined,
  WalletOutlined,
  ApartmentOutlined,
  ZoomInOutlined,
  ZoomOutOutlined,
} from '@ant-design/icons';
import type { ComponentProps, ComponentType } from 'react';

type IconProps = ComponentProps<typeof SearchOutlined>;

/**
 * The library names its icons in English for screen readers (“search”), which would be read before every Chinese
 * label. An icon here always stands beside a word or inside a labelled button, so it is silent.
 */
const silent = (Icon: ComponentType<IconProps>) => {
  const Silent = (props: IconProps) => <Icon aria-hidden="true" {...props} />;
  return Silent;
};

export const Audit = silent(AuditOutlined);
export const Bank = silent(BankOutlined);
export const Bell = silent(BellOutlined);
export const Calendar = silent(CalendarOutlined);
export const Good = silent(CheckCircleFilled);
export const Check = silent(CheckOutlined);
export const Clock = silent(ClockCircleOutlined);
export const Bad = silent(CloseCircleFilled);
export const Close = silent(CloseOutlined);
export const CloudOff = silent(CloudOutlined);
export const Columns = silent(ColumnWidthOutlined);
export const Wall = silent(DashboardOutlined);
export const Download = silent(DownloadOutlined);
export const Attention = silent(ExclamationCircleFilled);
export const Eye = silent(EyeOutlined);
export const Sheet = silent(FileExcelOutlined);
export const Pdf = silent(FilePdfOutlined);
export const Gift = silent(GiftOutlined);
export const Pulse = silent(HeartOutlined);
export const Home = silent(HomeOutlined);
export const Inbox = silent(InboxOutlined);
export const Key = silent(KeyOutlined);
export const Left = silent(LeftOutlined);
export const Lock = silent(LockOutlined);
export const Menu = silent(MenuOutlined);
export const Over = silent(MinusCircleOutlined);
export const Plus = silent(PlusOutlined);
export const Help = silent(QuestionCircleOutlined);
export const RotateCw = silent(ReloadOutlined);
export const Right = silent(RightOutlined);
export const Return = silent(RollbackOutlined);
export const Rotate = silent(RotateRightOutlined);
export const Verified = silent(SafetyCertificateOutlined);
export const Search = silent(SearchOutlined);
export const SearchX = silent(FileSearchOutlined);
export const Send = silent(SendOutlined);
export const Work = silent(SolutionOutlined);
export const People = silent(TeamOutlined);
export const Upload = silent(UploadOutlined);
export const Person = silent(UserOutlined);
export const Wallet = silent(WalletOutlined);
export const Tree = silent(ApartmentOutlined);
export const ZoomIn = silent(ZoomInOutlined);
export const ZoomOut = silent(ZoomOutOutlined);
