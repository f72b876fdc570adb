import type uPlot from 'uplot';

declare function require(name: 'uplot'): typeof uPlot;

/**
 * Loaded with the first chart, and not with the file: it makes number formats and asks for the screen while it loads, and what
 * goes wrong in that may cost a chart but no card. Gives the same one every time.
 */
export function loadUPlot(): typeof uPlot {
  return require('uplot');
}
