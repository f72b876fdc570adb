// What stands behind `npm run <task> --`: numbers by name, and nothing that is not known.
import { Trouble } from './log.mjs';

/** `['--seconds', '600']` and `{ seconds: 60 }` give `{ seconds: 600 }`. */
export function numbersFrom(args, defaults) {
  const values = { ...defaults };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    const value = Number(args[i + 1]);
    if (!args[i].startsWith('--') || !Object.hasOwn(defaults, name) || !(value >= 0)) {
      const known = Object.entries(defaults).map(([option, number]) => `--${option} ${number}`);
      throw new Trouble(`not understood: ${args.slice(i, i + 2).join(' ')}; options: ${known.join(' ')}`);
    }
    values[name] = value;
  }
  return values;
}
