// What the bundler puts in where cards import it: a stylesheet as its text.
declare module '*.css' {
  const text: string;
  export default text;
}
