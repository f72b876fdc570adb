import { isRecord } from './records.ts';

/**
 * Reads a card's configuration field by field. Throws an error whose message Home Assistant shows in the card's place. Unknown fields are
 * ignored, because Home Assistant adds some of its own.
 */
export class ConfigFields {
  readonly #fields: Record<string, unknown>;

  constructor(value: unknown) {
    if (!isRecord(value)) throw new Error('The card needs a configuration with at least a type.');
    this.#fields = value;
  }

  /** Undefined if the field is missing, or empty as the editor leaves it. */
  text(name: string): string | undefined {
    const given = this.given(name);
    if (given === undefined || given === '') return undefined;
    if (typeof given !== 'string') throw new Error(`"${name}" must be a text, not ${JSON.stringify(given)}.`);
    return given;
  }

  flag(name: string): boolean | undefined {
    const given = this.given(name);
    if (given === undefined) return undefined;
    if (typeof given !== 'boolean') throw new Error(`"${name}" must be true or false, not ${JSON.stringify(given)}.`);
    return given;
  }

  number(name: string): number | undefined {
    const given = this.given(name);
    if (given !== undefined && typeof given !== 'number') {
      throw new Error(`"${name}" must be a number, not ${JSON.stringify(given)}.`);
    }
    return given;
  }

  seconds(name: string): number | undefined {
    const given = this.given(name);
    if (given === undefined) return undefined;
    if (typeof given !== 'number' || !(given >= 0 && given < Infinity)) {
      throw new Error(`"${name}" must be a number of seconds, not ${JSON.stringify(given)}.`);
    }
    return given;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const given = this.text(name);
    const chosen = choices.find((choice) => choice === given);
    if (given !== undefined && chosen === undefined) {
      throw new Error(`"${name}" must be one of ${choices.join(', ')}, not ${JSON.stringify(given)}.`);
    }
    return chosen;
  }

  given(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }
}
