/**
 * Watches frame by frame for the first one that shows every card's tasks, and gives its time since the navigation began together
 * with the calls sent until then.
 */
export function firstPaint(columns, callsSent) {
  return new Promise((resolve) => {
    const look = () => {
      if (columns.every((column) => column.isPainted)) resolve({ ms: performance.now(), calls: callsSent() });
      else requestAnimationFrame(look);
    };
    look();
  });
}
