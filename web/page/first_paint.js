/** Finds the first frame that shows every card's tasks. Returns its time since navigation began, and the calls sent until then. */
export function firstPaint(columns, callsSent) {
  return new Promise((resolve) => {
    const look = () => {
      if (columns.every((column) => column.isPainted)) resolve({ ms: performance.now(), calls: callsSent() });
      else requestAnimationFrame(look);
    };
    look();
  });
}
