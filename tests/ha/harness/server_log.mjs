// What Home Assistant wrote while it ran.
import { readFileSync } from 'node:fs';

// Base platforms of Home Assistant that look for programs this bench has no use for.
const NOT_OURS = [/FFmpeg/i, /libturbojpeg/i, /turbojpeg/i];

/** The entries of level ERROR, each with its traceback's last line, without those that are Home Assistant's own on this bench. */
export function errorsIn(logFile) {
  return entries(readFileSync(logFile, 'utf8'))
    .filter((entry) => /^\S+ \S+ (ERROR|CRITICAL) /.test(entry) && !NOT_OURS.some((pattern) => pattern.test(entry)))
    .map((entry) => {
      const lines = entry.trimEnd().split('\n');
      return lines.length > 2 ? [lines[0], lines[1], lines.at(-1)].join('\n') : entry.trimEnd();
    });
}

function entries(text) {
  return text.split(/^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/m).filter((entry) => entry.trim() !== '');
}
