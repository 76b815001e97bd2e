import './icons.css';

export type IconName =
  | 'home'
  | 'services'
  | 'inbox'
  | 'me'
  | 'help'
  | 'back'
  | 'next'
  | 'check'
  | 'cross'
  | 'clock'
  | 'alert'
  | 'camera'
  | 'paper'
  | 'card'
  | 'eye'
  | 'search'
  | 'lock'
  | 'gift'
  | 'illness'
  | 'schooling'
  | 'work'
  | 'dispute'
  | 'family'
  | 'hardship'
  | 'learning'
  | 'leisure';

/** A drawing beside a word, never instead of one: screen readers skip it. */
export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return <span className={`icon icon-${name} ${className}`} aria-hidden="true" />;
}
