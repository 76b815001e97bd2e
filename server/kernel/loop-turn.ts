/** What was measured longer ago says nothing of now. */
const keptMillis = 1000;

/**
 * Gives how long one turn of the event loop takes of late, in milliseconds: so long may what has arrived lie unread, and so
 * long takes every step of a call. Measured only while somebody asks, so an idle process has no timer for it.
 */
export function watchTurns(): () => number {
  let turn = 0;
  let measuredAt = 0;
  let measuring = false;
  const measure = () => {
    measuring = true;
    // From one end of the turn to the next; in between the loop does not wait, for something is due.
    setImmediate(() => {
      const begun = performance.now();
      setImmediate(() => {
        measuredAt = performance.now();
        // Not the last alone: one sheet being written holds up one turn, and when that is seen it is over.
        turn += (measuredAt - begun - turn) / 4;
        measuring = false;
      });
    });
  };
  return () => {
    if (!measuring) {
      if (performance.now() - measuredAt > keptMillis) turn = 0;
      measure();
    }
    return turn;
  };
}
